"""What a recovery must achieve, and what Azure does for it (TripGen physical architecture, 5.3.1 and 10.1).

The objectives make no resource: alerts, runbooks and the traceability page read them from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from settings.recovery import Backup
from settings.tripgen.backup import BackupSettings
from settings.tripgen.data import PostgresSettings


@dataclass(frozen=True, kw_only=True)
class RecoveryObjectives:
    """What the design promises (10.1.1, 10.1.2)."""

    rto_minutes: int = 30
    rpo_minutes: int = 15
    #: Above it somebody is told: the database's copy in the recovery region carries the RPO.
    replication_lag_minutes: int = 5
    database_failover_seconds: int = 30
    cache_failover_seconds: int = 60
    rollback_hours: int = 24


@dataclass(frozen=True, kw_only=True)
class PlatformLimits:
    """What Azure's documents promise for the same (docs/adr/0023 says what follows)."""

    #: A standby in another zone takes over within one to two minutes, longer under load.
    zone_failover_seconds: int = 120
    #: Point-in-time restore reaches this close to the present.
    restore_rpo_minutes: int = 5
    #: The copy of backups in the paired region may be this old: it cannot carry the RPO.
    geo_backup_rpo_minutes: int = 60
    #: AOF is written once a second.
    cache_loss_seconds: int = 1


OBJECTIVES: Final = RecoveryObjectives()
PLATFORM: Final = PlatformLimits()


def backups(postgres: PostgresSettings, storage: BackupSettings) -> tuple[Backup, ...]:
    """Return every backup of an environment."""
    geo = Backup(
        what="PostgreSQL, copy in the paired region",
        every="day",
        kept_days=postgres.backup_retention_days,
        made_by="the server",
        note="up to an hour old: the replica in the recovery region is what meets the RPO",
    )
    return (
        Backup(
            what="PostgreSQL, full",
            every="day",
            kept_days=postgres.backup_retention_days,
            made_by="the server",
            note="Azure chooses the hour, not 02:00 KST; compressed, AES-256",
        ),
        Backup(
            what="PostgreSQL, write-ahead log",
            every="5 minutes",
            kept_days=postgres.backup_retention_days,
            made_by="the server",
            note="restored to any point in time, in the same region",
        ),
        *([geo] if postgres.geo_backup else []),
        Backup(
            what="cache, export",
            every="hour" if storage.cache_export_hours == 1 else f"{storage.cache_export_hours} hours",
            kept_days=storage.cache_export_days,
            made_by="a workflow (docs/adr/0027)",
            note="beside it, the log of commands on disk survives the loss of all nodes, not a mistake",
        ),
        Backup(
            what="configuration",
            every="day",
            kept_days=storage.configuration_days,
            made_by="an operator's job (docs/adr/0027)",
        ),
    )
