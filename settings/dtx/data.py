"""Databases, cache and warehouse (DTx infrastructure, components: database, cache, big data)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.gcp.catalogue import DATABASE_TIERS
from settings.gcp.types import CacheNode, DatabaseMajor, DatabaseTierName, DatasetId, TimeOfDayUtc
from settings.model import Settings, rule
from settings.types import EmailAddress, Matches, ServiceName, Unique

DatabaseName = Annotated[
    str, Matches(r"[a-z_][a-z0-9_]{0,62}", "up to 63 lower-case letters, digits and _, the first no digit")
]
Groups = Annotated[tuple[EmailAddress, ...], Unique()]
Weekday = Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
#: Classes of statements as pgAudit knows them.
AuditClass = Literal["read", "write", "function", "role", "ddl", "misc"]
#: What a service can be let into; `pseudonyms` is the key that makes pseudonyms.
Store = Literal["postgres", "cache", "warehouse", "documents", "objects", "pseudonyms"]
#: The arrows of the infrastructure's diagram; objects and pseudonyms belong to who holds the persons' data.
USERS: Final[Mapping[Store, tuple[str, ...]]] = {
    "postgres": ("user-service",),
    "cache": ("timemachine",),
    "warehouse": ("user-service",),
    "documents": ("user-service",),
    "objects": ("user-service",),
    "pseudonyms": ("user-service",),
}


class PostgresSettings(Settings):
    """The PostgreSQL primary, its standby and its replicas."""

    tier: DatabaseTierName
    """Machine of the primary and of every replica; it brings the edition with it."""
    major: DatabaseMajor = "17"
    """Major version: supported by the community until November 2029."""
    storage_gb: Annotated[int, Field(ge=10, le=65536)]
    """SSD at the beginning, in GB. It grows by itself, and never shrinks."""
    max_storage_gb: Annotated[int, Field(ge=10, le=65536)]
    """Size at which it stops growing."""
    high_availability: bool
    """A standby in a second zone, written at the same time, that takes over by itself."""
    replicas: Annotated[int, Field(ge=0, le=10)] = 2
    """Read-only copies, in the other zones in turn: two by the DTx infrastructure."""
    backup_start: TimeOfDayUtc = "01:00"
    """When the daily backup begins, in the four hours after this."""
    database: DatabaseName = "dtx"
    """Name of the application's database."""
    administrators: Annotated[Groups, Field(min_length=1)]
    """Google groups of database administrators. Nobody has a password."""
    audited: Annotated[tuple[AuditClass, ...], Unique()] = ("read", "write", "role", "ddl")
    """Statements that are written to the records: whoever reads personal data is among them."""

    @property
    def edition(self) -> str:
        """The edition that offers the tier."""
        return DATABASE_TIERS[self.tier].edition

    @rule
    def _storage_can_grow(self) -> Iterator[str]:
        if self.max_storage_gb < self.storage_gb:
            yield f"max_storage_gb {self.max_storage_gb} is less than storage_gb {self.storage_gb}"


class CacheSettings(Settings):
    """The Redis cluster."""

    node_type: CacheNode
    """Hardware of every node. There is none of 16 GB: REDIS_STANDARD_LARGE takes 20.8 GB of keys."""
    shards: Annotated[int, Field(ge=1, le=250)] = 3
    """Nodes that hold a part of the keys each: three by the DTx infrastructure."""
    replicas: Annotated[int, Field(ge=0, le=5)] = 1
    """Copies of each: one by the DTx infrastructure."""
    eviction: Literal["allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-lfu", "noeviction"] = "allkeys-lru"
    """What makes room when memory is full (`maxmemory-policy`)."""


class WarehouseSettings(Settings):
    """The BigQuery dataset, in the project of the warehouse."""

    dataset: DatasetId = "de"
    """Its id, by the DTx infrastructure."""
    administrators: Annotated[Groups, Field(min_length=1)]
    """Google groups that own the dataset."""
    analysts: Groups = ()
    """Google groups that read it."""
    time_travel_days: Annotated[int, Field(ge=2, le=7)] = 7
    """Days back to which a table can be read as it was."""


class MaintenanceSettings(Settings):
    """When Google may restart the database and the cache: an hour a week, in UTC."""

    day: Weekday = "SUNDAY"
    """Day of the week."""
    hour: Annotated[int, Field(ge=0, le=23)] = 2
    """Hour in UTC: three or four in the morning in Frankfurt."""


class DataSettings(Settings):
    """What the services keep, and which service uses what."""

    postgres: PostgresSettings
    """The relational database."""
    cache: CacheSettings
    """The cache."""
    warehouse: WarehouseSettings
    """The warehouse."""
    maintenance: MaintenanceSettings = MaintenanceSettings()
    """The weekly window of database and cache."""
    users: Mapping[Store, Annotated[tuple[ServiceName, ...], Unique()]] = USERS
    """Services by the store that they are let into. A store that is not named is open to none."""
