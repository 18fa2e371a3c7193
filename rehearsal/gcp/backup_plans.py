"""What Backup for GKE refuses."""

from collections.abc import Iterator

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.values import mapping

_SCOPES = ("allNamespaces", "selectedNamespaces", "selectedApplications", "selectedNamespaceLabels")


def scope_is_one(case: GcpCase) -> Iterator[Problem]:
    """A plan copies all namespaces or some."""
    given = case.get("backupConfig")
    if given is not None and len([name for name in _SCOPES if given.get(name)]) != 1:
        yield invalid("backupConfig", f"Exactly one of {', '.join(_SCOPES)} must be set")


def copies_outlive_their_lock(case: GcpCase) -> Iterator[Problem]:
    """What cannot be deleted yet is still kept."""
    policy = mapping(case.get("retentionPolicy"))
    kept, locked = policy.get("backupRetainDays"), policy.get("backupDeleteLockDays")
    if kept and locked and kept < locked:
        words = f"backup_retain_days ({kept}) must be greater than or equal to backup_delete_lock_days ({locked})"
        yield invalid("retentionPolicy", words)
    if case.get("backupSchedule.cronSchedule") and case.get("backupSchedule.rpoConfig") is not None:
        yield invalid("backupSchedule", "Only one of cron_schedule and rpo_config can be set")


def agent_runs_in_the_cluster(case: GcpCase) -> Iterator[Problem]:
    """The add-on that makes copies is on in the cluster."""
    cluster = case.target("cluster")
    addons = mapping(cluster.outputs.get("addonsConfig")) if cluster else {}
    if cluster and not mapping(addons.get("gkeBackupAgentConfig")).get("enabled"):
        words = f"Backup for GKE is not enabled on the cluster {cluster.id} [addonsConfig.gkeBackupAgentConfig]"
        yield Problem("cluster", f"Error 400: {words}., failedPrecondition")
