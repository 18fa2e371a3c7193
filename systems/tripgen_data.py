"""TripGen's chapters on data and messages: the database, the cache, the queues, and where backups stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.azure.backup_storage import BackupStorage, BackupStorageArgs
from components.azure.cache_export import CacheExport, CacheExportArgs
from components.azure.log_workspace import LogWorkspace
from components.azure.maintenance import MaintenanceWindow
from components.azure.managed_identity import ManagedIdentity, ManagedIdentityArgs
from components.azure.network import Network
from components.azure.postgres import Pool, Postgres, PostgresArgs, Replica
from components.azure.private_dns_zone import EndpointNetwork
from components.azure.recovery_network import RecoveryNetwork
from components.azure.redis import PORT as CACHE_PORT
from components.azure.redis import Redis, RedisArgs
from components.azure.resource_group import ResourceGroup
from components.azure.role_assignment import place_role
from components.azure.service_bus import Copy, Filter, Queue, ServiceBus, ServiceBusArgs, Topic
from components.base import Component, ComponentArgs
from settings.tripgen.messaging import MessagingSettings
from settings.tripgen.system import TripgenSettings

#: A server that stands by is in the second zone, while the primary begins in the first.
STANDBY_ZONES: Final = 2
DATABASE_PORT: Final = 5432
POOL_PORT: Final = 6432
#: Containers of backups (5.3.1).
CONFIGURATION_BACKUPS: Final = "config-backups"
CACHE_EXPORTS: Final = "redis-exports"

GRANT_CONNECT: Final = (
    "SELECT pgaadauth_create_principal('{identity}', false, false); GRANT CONNECT ON DATABASE {database} "
    'TO "{identity}";'
)


@dataclass(frozen=True, kw_only=True)
class DataServicesArgs(ComponentArgs):
    """Where the services stand, who uses them, and where their copies are, if there are any."""

    settings: TripgenSettings
    group: ResourceGroup
    network: Network
    #: The identity that all services of the application share.
    clients: ManagedIdentity
    recovery: RecoveryNetwork | None
    workspace: LogWorkspace


class DataServices(Component[DataServicesArgs], type="platform:system:TripgenDataServices"):
    """5 and 6: what the services keep, share and send. All of it is reached by private endpoints, by identities."""

    def build(self, args: DataServicesArgs) -> None:
        """Place the data services."""
        self.args = args
        self.backups = self._backups()
        self.postgres = self._postgres()
        self.redis = self._redis()
        self._cache_exports()
        self.messaging = self._messaging(args.settings.messaging)

    def _postgres(self) -> Postgres:
        """5.1: the database with its standby, backups and replicas."""
        args, s = self.args, self.args.settings.postgres
        zones = args.settings.zones[:STANDBY_ZONES] if s.high_availability == "ZoneRedundant" else ()
        places: dict[str, tuple[ResourceGroup, EndpointNetwork]] = {args.settings.region: (args.group, args.network)}
        if args.recovery:
            places[args.settings.recovery_region] = (args.recovery.group, args.recovery)
        window = args.settings.maintenance
        return Postgres(
            "postgres",
            PostgresArgs(
                scope=self.scope,
                group=args.group,
                network=args.network,
                also_resolved_in=[args.recovery] if args.recovery else [],
                tenant_id=args.settings.tenant_id,
                major=s.major,
                size=s.size,
                storage_gb=s.storage_gb,
                standby_zones=zones,
                backup_retention_days=s.backup_retention_days,
                geo_backup=s.geo_backup,
                replicas={
                    name: Replica(size=replica.size, group=places[replica.region][0], network=places[replica.region][1])
                    for name, replica in s.replicas.items()
                },
                promoted_replica=s.promoted_replica,
                administrator_groups=s.administrator_groups,
                database=s.database,
                pool=Pool(**s.pool.args()) if s.pool else None,
                maintenance=MaintenanceWindow(
                    day=window.day, start=window.start, hours=window.hours, utc_offset=window.utc_offset
                ),
                workspace=args.workspace,
            ),
            self.child(),
        )

    def _redis(self) -> Redis:
        """5.2: the cache, which may write its exports where the backups stand."""
        args, s = self.args, self.args.settings.cache
        exporter = ManagedIdentity(
            "cache-identity", ManagedIdentityArgs(scope=self.scope, group=args.group, purpose="cache"), self.child()
        )
        place_role(
            exporter,
            "write-exports",
            role="Storage Blob Data Contributor",
            scope_id=self.backups.account_id,
            principal_id=exporter.principal_id,
        )
        return Redis(
            "redis",
            RedisArgs(
                scope=self.scope,
                group=args.group,
                network=args.network,
                size=s.size,
                high_availability=s.high_availability,
                persistence=s.persistence,
                clients=args.clients,
                exporter=exporter,
                workspace=args.workspace,
            ),
            self.child(),
        )

    def _cache_exports(self) -> None:
        """5.3.1: snapshots of the cache, where the backups stand."""
        args = self.args
        CacheExport(
            "cache-export",
            CacheExportArgs(
                scope=self.scope,
                group=args.group,
                cache=self.redis,
                container_url=pulumi.Output.concat(self.backups.blob_endpoint, CACHE_EXPORTS),
                every_hours=args.settings.backup.cache_export_hours,
                workspace=args.workspace,
            ),
            self.child(),
        )

    def _messaging(self, s: MessagingSettings) -> ServiceBus:
        """6: the message bus, copied to the recovery region where the settings say how far the copy may be behind."""
        args = self.args
        copy = None
        if args.recovery and s.replication_lag_seconds is not None:
            copy = Copy(group=args.recovery.group, network=args.recovery, lag_seconds=s.replication_lag_seconds)
        return ServiceBus(
            "messaging",
            ServiceBusArgs(
                scope=self.scope,
                group=args.group,
                network=args.network,
                units=s.units,
                partitions=s.partitions,
                copy=copy,
                queues={name: Queue(**queue.args()) for name, queue in s.queues.items()},
                topics={
                    name: Topic(
                        max_size_gb=topic.max_size_gb,
                        duplicate_detection=topic.duplicate_detection,
                        subscriptions={
                            each: Filter(sql=wanted.filter, max_deliveries=wanted.max_deliveries)
                            for each, wanted in topic.subscriptions.items()
                        },
                    )
                    for name, topic in s.topics.items()
                },
                workspace=args.workspace,
            ),
            self.child(),
        )

    def _backups(self) -> BackupStorage:
        """5.3.1: where the backups stand that no service keeps by itself."""
        args, s = self.args, self.args.settings.backup
        return BackupStorage(
            "backup",
            BackupStorageArgs(
                scope=self.scope,
                group=args.group,
                network=args.network,
                redundancy=s.redundancy,
                containers={CONFIGURATION_BACKUPS: s.configuration_days, CACHE_EXPORTS: s.cache_export_days},
                deleted_days=s.deleted_days,
                workspace=args.workspace,
            ),
            self.child(),
        )

    def variables(self) -> dict[str, pulumi.Input[str]]:
        """Return what the application's pods are told: hosts, ports and how long to keep what; no secrets."""
        s = self.args.settings
        return {
            "POSTGRES_HOST": self.postgres.writer_host,
            "POSTGRES_READER_HOSTS": self.postgres.reader_hosts,
            "POSTGRES_PORT": str(DATABASE_PORT),
            "POSTGRES_POOL_PORT": str(POOL_PORT if s.postgres.pool else DATABASE_PORT),
            "POSTGRES_DATABASE": s.postgres.database,
            "POSTGRES_USER": self.args.clients.identity_name,
            "REDIS_HOST": self.redis.host,
            "REDIS_PORT": str(CACHE_PORT),
            "SERVICE_BUS_HOST": self.messaging.host,
            "BACKUP_BLOB_ENDPOINT": self.backups.blob_endpoint,
            **s.cache.strategy.variables(),
        }

    def exported(self) -> Mapping[str, Any]:
        """Return what operators need to know: hosts, and the statements that only a database administrator can run."""
        identity = self.args.clients.identity_name
        database = self.args.settings.postgres.database
        return {
            "postgres": {
                "server": self.postgres.server_name,
                "host": self.postgres.host,
                "writer_host": self.postgres.writer_host,
                "reader_hosts": self.postgres.reader_hosts,
                # Creating a role for an identity is SQL: no resource of Azure's does it (docs/adr/0023).
                "grant_connect": pulumi.Output.format(GRANT_CONNECT, identity=identity, database=database),
            },
            "redis": {"host": self.redis.host, "port": CACHE_PORT},
            "messaging": {"namespace": self.messaging.namespace_name, "host": self.messaging.host},
            "backup": {"account": self.backups.account_name, "blob_endpoint": self.backups.blob_endpoint},
        }
