"""What a recovery must achieve, what Google does for it, and what comes first (DTx infrastructure, recovery).

The objectives make no resource: the runbook and the traceability page read them from here (docs/adr/0042).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from settings.dtx.system import DtxSettings
from settings.recovery import Backup


@dataclass(frozen=True, kw_only=True)
class RecoveryObjectives:
    """What the infrastructure promises."""

    rto_minutes: int = 60
    rpo_minutes: int = 5


@dataclass(frozen=True, kw_only=True)
class PlatformLimits:
    """What Google's documents promise for the same."""

    #: The database's log is uploaded at least this often: a restore reaches so close to the present.
    log_upload_minutes: int = 5
    #: A standby in another zone takes over within about this.
    failover_seconds: int = 60
    #: Documents can be read as they were at any minute of so many days.
    document_days: int = 7


@dataclass(frozen=True, kw_only=True)
class Step:
    """What is brought back, and why not later."""

    what: str
    why: str


OBJECTIVES: Final = RecoveryObjectives()
PLATFORM: Final = PlatformLimits()
#: Recovery priority, first to last.
PRIORITY: Final = (
    Step(what="keys", why="nothing that is encrypted can be read without them"),
    Step(what="network and its private ways", why="stores have no other addresses"),
    Step(what="PostgreSQL", why="who the users are, and their therapies: no service works without"),
    Step(what="cluster and its settings, API gateway, user service", why="users are back"),
    Step(what="Firestore, objects", why="the user service shows less without them"),
    Step(what="TimeMachine and the cache", why="the cache fills itself"),
    Step(what="monitoring in the cluster", why="Cloud Monitoring tells meanwhile"),
    Step(what="warehouse", why="no user waits for it"),
)


def backups(s: DtxSettings) -> tuple[Backup, ...]:
    """Return every copy of an environment that is no part of a store's own redundancy."""
    retention = s.retention
    return (
        Backup(
            what="PostgreSQL, full",
            every="day",
            kept_days=retention.database_days + 1,
            made_by="Cloud SQL",
            note=f"begins in the four hours after {s.data.postgres.backup_start} UTC",
        ),
        Backup(
            what="PostgreSQL, write-ahead log",
            every=f"{PLATFORM.log_upload_minutes} minutes",
            kept_days=retention.database_days,
            made_by="Cloud SQL",
            note="any second can be restored: more than the hourly increment that the infrastructure asks for",
        ),
        Backup(what="Firestore, full", every="day", kept_days=retention.document_days, made_by="Firestore"),
        Backup(
            what="Firestore, versions",
            every="minute",
            kept_days=PLATFORM.document_days,
            made_by="Firestore",
            note="read as of a time, no restore needed",
        ),
        Backup(
            what="objects, what was overwritten or deleted",
            every="write",
            kept_days=retention.overwritten_days + retention.deleted_days,
            made_by="Cloud Storage",
            note=f"as versions for {retention.overwritten_days} days, then restorable for {retention.deleted_days}",
        ),
        Backup(
            what="configuration: what stands in the cluster",
            every="day",
            kept_days=s.cluster.backup.retention_days,
            made_by="Backup for GKE (docs/adr/0037)",
        ),
        Backup(
            what="configuration: the stack's state, and its residency report",
            every="deployment",
            kept_days=retention.configuration_days,
            made_by="whoever deploys, below",
            note="cannot be removed before",
        ),
        Backup(
            what="logs",
            every="record",
            kept_days=s.compliance.logs.compliance_days,
            made_by="Cloud Logging (docs/adr/0048)",
            note="of who changed, read or was refused what; the bucket is locked and so its own backup",
        ),
    )
