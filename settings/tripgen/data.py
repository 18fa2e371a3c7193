"""Databases and caches (TripGen physical architecture, 5.1, 5.2 and 13.2.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.azure.catalogue import DATABASE_REPLICAS, DATABASE_SIZES
from settings.azure.types import AzureRegion, CacheSizeName, DatabaseMajor, DatabaseSizeName, DatabaseStorageGb, Guid
from settings.model import Settings, rule
from settings.types import KubernetesName, Matches

DatabaseName = Annotated[
    str, Matches(r"[a-z_][a-z0-9_]{0,62}", "up to 63 lower-case letters, digits and _, the first no digit")
]
PrincipalName = Annotated[str, Matches(r"[^\s\"']{1,63}", "a name in Entra of at most 63 characters, without quotes")]


class ReplicaSettings(Settings):
    """A read-only copy of the database (5.1.2)."""

    region: AzureRegion
    """Where it stands."""
    size: DatabaseSizeName
    """Its hardware. Azure refuses a primary that is larger than its smallest replica."""


class PoolSettings(Settings):
    """PgBouncer, built into the server, on port 6432 (13.2.1)."""

    mode: Literal["session", "transaction", "statement"] = "transaction"
    """When a server connection goes back to the pool."""
    connections: Annotated[int, Field(ge=1, le=4950)] = 50
    """Server connections of each user and database."""


class PostgresSettings(Settings):
    """The PostgreSQL flexible server."""

    size: DatabaseSizeName
    """Hardware of the primary: `Standard_D8s_v3` by the design (5.1.1)."""
    storage_gb: DatabaseStorageGb
    """Size of its Premium SSD in GB; it grows by itself and never shrinks."""
    major: DatabaseMajor = "17"
    """Major version; Azure applies minors in the maintenance window."""
    high_availability: Literal["ZoneRedundant", "Disabled"]
    """A standby in another zone, or none."""
    backup_retention_days: Annotated[int, Field(ge=7, le=35)]
    """Days back to which the server can be restored, to any point in time."""
    geo_backup: bool
    """A copy of the backups in the paired region; can be chosen at creation only."""
    replicas: Mapping[KubernetesName, ReplicaSettings] = {}
    """Read-only copies by what their names add to the server's."""
    promoted_replica: KubernetesName | None = None
    """The replica that takes over when the primary's region is lost; the server's virtual endpoint follows it."""
    administrator_groups: Annotated[Mapping[PrincipalName, Guid], Field(min_length=1)]
    """Entra groups of database administrators: object id by name. Nobody has a password."""
    database: DatabaseName = "tripgen"
    """Name of the application's database."""
    pool: PoolSettings | None = PoolSettings()
    """The connection pool in front of it; none where it is null."""

    @rule
    def _tier_can_do_it(self) -> Iterator[str]:
        burstable = DATABASE_SIZES[self.size].tier == "Burstable"
        asked = {
            "high_availability": self.high_availability != "Disabled",
            "replicas": bool(self.replicas),
            "pool": self.pool is not None,
        }
        refused = [name for name, wanted in asked.items() if wanted and burstable]
        if refused:
            yield f"size {self.size} is Burstable, which has no {', '.join(refused)}: a GeneralPurpose size"

    @rule
    def _replicas_carry_the_primary(self) -> Iterator[str]:
        primary = DATABASE_SIZES[self.size]
        for name, replica in self.replicas.items():
            size = DATABASE_SIZES[replica.size]
            if size.tier != primary.tier or size.vcores < primary.vcores:
                yield (
                    f"replicas.{name}.size {replica.size} is smaller than the primary's {self.size}: Azure wants the "
                    f"same tier and {primary.vcores} vCores or more, so that a replica keeps up"
                )
        if len(self.replicas) > DATABASE_REPLICAS:
            yield f"replicas: {len(self.replicas)} of them, and a server has {DATABASE_REPLICAS} at most"

    @rule
    def _promotion_is_possible(self) -> Iterator[str]:
        promoted = self.promoted_replica
        if promoted is None:
            if self.replicas:
                yield "promoted_replica: one of replicas must be named, or a lost region has no heir"
        elif promoted not in self.replicas:
            yield f"promoted_replica {promoted} is none of replicas: {', '.join(self.replicas) or 'there are none'}"
        elif self.replicas[promoted].size != self.size:
            yield (
                f"promoted_replica {promoted} has size {self.replicas[promoted].size}, and only a replica of the "
                f"primary's own {self.size} is promoted in an orderly way"
            )


class LocalCacheSettings(Settings):
    """The cache inside each process: Caffeine (5.2.2, L1)."""

    ttl_minutes: Annotated[int, Field(ge=1, le=1440)] = 5
    """Minutes until an entry goes."""
    max_entries: Annotated[int, Field(ge=1, le=1_000_000)] = 5000
    """Entries that a process keeps."""
    eviction: Literal["LRU"] = "LRU"
    """Which entry makes room: the one that nobody has asked for the longest."""


class KeyFamilySettings(Settings):
    """Entries of one kind in the shared cache."""

    ttl_minutes: Annotated[int, Field(ge=1, le=10080)]
    """Minutes until an entry goes."""
    key_pattern: Annotated[str, Matches(r"[a-z]+(:[a-z]+|:\{[a-zA-Z]+\})+", "words and {names}, joined by colons")]
    """How its keys are made."""


class CacheStrategySettings(Settings):
    """What the services keep, where, and for how long (5.2.2): told to their pods as environment variables."""

    local: LocalCacheSettings = LocalCacheSettings()
    """The cache inside each process."""
    shared_ttl_minutes: Annotated[int, Field(ge=1, le=10080)] = 60
    """Minutes until an entry of the shared cache goes, where its family says nothing else."""
    families: Mapping[KubernetesName, KeyFamilySettings] = {
        "user-session": KeyFamilySettings(ttl_minutes=30, key_pattern="session:{userId}"),
        "location-data": KeyFamilySettings(ttl_minutes=240, key_pattern="location:{lat}:{lng}:{radius}"),
        "ai-results": KeyFamilySettings(ttl_minutes=120, key_pattern="ai:schedule:{tripId}:{hash}"),
        "static-content": KeyFamilySettings(ttl_minutes=1440, key_pattern="static:{resource}:{version}"),
    }
    """Kinds of entries by name."""

    def variables(self) -> dict[str, str]:
        """Return what the services' pods are told, by the name of the environment variable."""
        families = {
            f"CACHE_{name.upper().replace('-', '_')}_{what}": value
            for name, family in self.families.items()
            for what, value in (("TTL", f"{family.ttl_minutes}m"), ("KEY", family.key_pattern))
        }
        return {
            "CACHE_LOCAL_TTL": f"{self.local.ttl_minutes}m",
            "CACHE_LOCAL_MAX_ENTRIES": str(self.local.max_entries),
            "CACHE_LOCAL_EVICTION": self.local.eviction,
            "CACHE_SHARED_TTL": f"{self.shared_ttl_minutes}m",
            **families,
        }


class CacheSettings(Settings):
    """Azure Managed Redis (5.2.1)."""

    size: CacheSizeName
    """Memory and shards: `MemoryOptimized_M50` has the design's six primary shards (docs/adr/0024)."""
    high_availability: bool = True
    """Every shard has a replica, in another zone where there are zones. It cannot be taken away later."""
    persistence: Literal["aof-1s", "rdb-1h", "rdb-6h", "rdb-12h"] | None = "aof-1s"
    """What survives the loss of all nodes: the log of commands, or snapshots. Azure does not take both."""
    strategy: CacheStrategySettings = CacheStrategySettings()
    """What the services keep in it."""
