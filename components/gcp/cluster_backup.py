"""Copies of a cluster's objects (DTx infrastructure, recovery: settings backup; docs/adr/0037)."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_gcp.gkebackup import BackupPlan

from components.base import Component, ComponentArgs
from components.gcp.cluster import GkeCluster
from components.gcp.key_ring import KeyRing
from components.gcp.project import Project
from settings.gcp import naming


@dataclass(frozen=True, kw_only=True)
class ClusterBackupArgs(ComponentArgs):
    """Which cluster is copied, how often, and how long that is kept."""

    project: Project
    cluster: GkeCluster
    keys: KeyRing
    #: As cron says it, in UTC.
    schedule: str
    retention_days: int
    #: Days in which nobody can delete a copy.
    locked_days: int


class ClusterBackup(Component[ClusterBackupArgs], type="platform:gcp:ClusterBackup"):
    """Backup for GKE in the cluster's own region, under the customer's key: all objects, with secrets, without volumes.

    What lies in volumes is metrics and logs: they have retention and copies of their own.
    """

    def build(self, args: ClusterBackupArgs) -> None:
        """Place the plan."""
        project, protected = args.project, args.scope.environment.protect_data
        BackupPlan(
            f"{self.name}-plan",
            project=project.project_id,
            location=project.region,
            name=args.scope.names(naming.BACKUP_PLAN, "settings"),
            cluster=args.cluster.cluster_id,
            backup_config={
                "all_namespaces": True,
                "include_secrets": True,
                "include_volume_data": False,
                "encryption_key": {"gcp_kms_encryption_key": args.keys.path("backups")},
            },
            backup_schedule={"cron_schedule": args.schedule, "paused": False},
            retention_policy={
                "backup_retain_days": args.retention_days,
                "backup_delete_lock_days": args.locked_days,
            },
            deletion_policy="PREVENT" if protected else "DELETE",
            labels=args.scope.tags.gcp(),
            opts=self.stateful_child(depends_on=[*args.cluster.ready, *args.keys.ready("backups")]),
        )
