"""PostgreSQL flexible servers (TripGen physical architecture, 5.1 and 13.2.1; docs/adr/0023)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native.dbforpostgresql import (
    AdministratorsMicrosoftEntra,
    Configuration,
    Database,
    Server,
    VirtualEndpoint,
)

from components.azure.deletion_lock import place_deletion_lock
from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.maintenance import MaintenanceWindow, utc_start
from components.azure.private_dns_zone import EndpointNetwork, PrivateDnsZone
from components.azure.private_link import PrivateLink, PrivateLinkArgs
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming
from settings.azure.catalogue import DATABASE_DISKS, DATABASE_SIZES

DNS_ZONE: Final = "privatelink.postgres.database.azure.com"
HOST_SUFFIX: Final = "postgres.database.azure.com"
#: What Azure swaps when the standby takes over: it is not ours to turn round again.
SWAPPED_BY_FAILOVER: Final = ("availabilityZone", "highAvailability.standbyAvailabilityZone")


@dataclass(frozen=True, kw_only=True)
class Pool:
    """PgBouncer in front of a server: when a connection goes back to it, and how many there are a user and database."""

    mode: str
    connections: int


@dataclass(frozen=True, kw_only=True)
class Replica:
    """A read-only copy: its hardware, and the group and network of its region."""

    size: str
    group: ResourceGroup
    network: EndpointNetwork


@dataclass(frozen=True, kw_only=True)
class PostgresArgs(ComponentArgs):
    """The primary's size, its copies, its backups and who may administer it."""

    group: ResourceGroup
    network: EndpointNetwork
    #: Other networks that resolve the servers' names.
    also_resolved_in: Sequence[EndpointNetwork]
    tenant_id: str
    major: str
    size: str
    storage_gb: int
    #: Zones of the primary and of its standby; empty where there is no standby.
    standby_zones: Sequence[str]
    #: 7 to 35.
    backup_retention_days: int
    geo_backup: bool
    replicas: Mapping[str, Replica]
    #: The replica that the virtual endpoint points to, and that takes over when the primary's region is lost.
    promoted_replica: str | None
    #: Entra groups by name.
    administrator_groups: Mapping[str, str]
    database: str
    pool: Pool | None
    maintenance: MaintenanceWindow
    workspace: LogWorkspace


def parameters(pool: Pool | None) -> dict[str, str]:
    """Return what every server is told, by the parameter's name: TLS 1.3 and nothing older, and its pool."""
    pooling = (
        {
            "pgbouncer.enabled": "true",
            "pgbouncer.pool_mode": pool.mode,
            "pgbouncer.default_pool_size": str(pool.connections),
        }
        if pool
        else {}
    )
    return {"require_secure_transport": "on", "ssl_min_protocol_version": "TLSv1.3", **pooling}


class Postgres(Component[PostgresArgs], type="platform:azure:Postgres"):
    """A server that only Entra identities reach, by private endpoints, with a standby and replicas as asked.

    Azure works on one thing of a server at a time: what follows waits for what came before.
    """

    server_id: pulumi.Output[str]
    server_name: pulumi.Output[str]
    #: The primary's own host.
    host: pulumi.Output[str]
    #: Where to write: follows a promotion where there are replicas.
    writer_host: pulumi.Output[str]
    #: Where to read what may be a moment old: replicas, those of the primary's region first, separated by commas as
    #: PostgreSQL's clients take several hosts; the primary itself where there is no replica.
    reader_hosts: pulumi.Output[str]
    #: Ids of the replicas by name, for alerts on how far they are behind.
    replica_ids: pulumi.Output[Mapping[str, str]]

    def build(self, args: PostgresArgs) -> None:
        """Place the primary with what belongs to it, then the replicas, then the endpoint that follows a promotion."""
        self.args = args
        primary = self._primary()
        zone = self._link("primary", primary, args.group, args.network, DNS_ZONE)
        placed = self._parameters("primary", primary, args.group)
        placed = self._administrators(primary, placed)
        database = Database(
            f"{self.name}-database",
            database_name=args.database,
            server_name=primary.name,
            resource_group_name=args.group.group_name,
            charset="UTF8",
            collation="en_US.utf8",
            opts=self.stateful_child(depends_on=[placed]),
        )
        replicas = self._replicas(primary, zone, database)
        self.server_id = primary.id
        self.server_name = primary.name
        self.host = primary.fully_qualified_domain_name
        self.replica_ids = pulumi.Output.all(**{name: replica.id for name, replica in replicas.items()})
        self.writer_host = self.reader_hosts = self.host
        if args.promoted_replica:
            endpoint = self._virtual_endpoint(primary, args.promoted_replica, [*replicas.values()])
            self.writer_host = pulumi.Output.concat(endpoint.name, ".writer.", HOST_SUFFIX)
            followed = pulumi.Output.concat(endpoint.name, ".reader.", HOST_SUFFIX)
            near = [
                replica.fully_qualified_domain_name
                for name, replica in replicas.items()
                if args.replicas[name].group is args.group
            ]
            self.reader_hosts = pulumi.Output.all(*near, followed).apply(",".join)

    def _server(
        self,
        label: str,
        group: ResourceGroup,
        size: str,
        *,
        name: Sequence[str] = (),
        after: Sequence[pulumi.Resource] = (),
        **properties: Any,  # noqa: ANN401 - Server's own keywords
    ) -> Server:
        args = self.args
        start = utc_start(args.maintenance)
        server = Server(
            f"{self.name}-{label}",
            server_name=args.scope.names(naming.DATABASE_SERVER, *name),
            resource_group_name=group.group_name,
            location=group.location,
            sku={"name": size, "tier": DATABASE_SIZES[size].tier},
            storage={
                "storage_size_gb": args.storage_gb,
                "tier": DATABASE_DISKS[args.storage_gb],
                "type": "Premium_LRS",
                "auto_grow": "Enabled",
            },
            auth_config={
                "active_directory_auth": "Enabled",
                "password_auth": "Disabled",
                "tenant_id": args.tenant_id,
            },
            # Neither a delegated subnet nor a zone: a server that is injected into a network takes no private endpoint.
            network={"public_network_access": "Disabled"},
            maintenance_window={
                "custom_window": "Enabled",
                "day_of_week": start.day,
                "start_hour": start.hour,
                "start_minute": start.minute,
            },
            **properties,
            tags=args.scope.tags.azure(),
            opts=self.stateful_child(ignore_changes=[*SWAPPED_BY_FAILOVER], depends_on=list(after)),
        )
        place_deletion_lock(self, label, resource_id=server.id)
        place_diagnostics(self, label, resource_id=server.id, workspace=args.workspace)
        return server

    def _primary(self) -> Server:
        args = self.args
        standby: dict[str, Any] = {"high_availability": {"mode": "Disabled"}}
        if args.standby_zones:
            zone, standby_zone = args.standby_zones
            standby = {
                "availability_zone": zone,
                "high_availability": {"mode": "ZoneRedundant", "standby_availability_zone": standby_zone},
            }
        return self._server(
            "primary",
            args.group,
            args.size,
            create_mode="Default",
            version=args.major,
            backup={
                "backup_retention_days": args.backup_retention_days,
                "geo_redundant_backup": "Enabled" if args.geo_backup else "Disabled",
            },
            **standby,
        )

    def _parameters(self, label: str, server: Server, group: ResourceGroup) -> pulumi.Resource:
        """Tell a server its parameters, one after the other; a replica keeps those of its creation for ever."""
        placed: pulumi.Resource = server
        for parameter, value in parameters(self.args.pool).items():
            placed = Configuration(
                f"{self.name}-{label}-{parameter}",
                configuration_name=parameter,
                server_name=server.name,
                resource_group_name=group.group_name,
                source="user-override",
                value=value,
                opts=self.child(depends_on=[placed]),
            )
        return placed

    def _administrators(self, server: Server, placed: pulumi.Resource) -> pulumi.Resource:
        args = self.args
        for group_name, object_id in args.administrator_groups.items():
            placed = AdministratorsMicrosoftEntra(
                f"{self.name}-{group_name}",
                object_id=object_id,
                principal_name=group_name,
                principal_type="Group",
                tenant_id=args.tenant_id,
                server_name=server.name,
                resource_group_name=args.group.group_name,
                opts=self.child(depends_on=[placed]),
            )
        return placed

    def _replicas(self, primary: Server, zone: PrivateDnsZone, placed: pulumi.Resource) -> dict[str, Server]:
        servers: dict[str, Server] = {}
        for name, replica in self.args.replicas.items():
            server = self._server(
                name,
                replica.group,
                replica.size,
                name=[name],
                after=[placed],
                create_mode="Replica",
                source_server_resource_id=primary.id,
            )
            self._link(name, server, replica.group, replica.network, zone)
            placed = self._parameters(name, server, replica.group)
            servers[name] = server
        return servers

    def _virtual_endpoint(self, primary: Server, promoted: str, replicas: Sequence[Server]) -> VirtualEndpoint:
        args = self.args
        return VirtualEndpoint(
            f"{self.name}-endpoint",
            virtual_endpoint_name=args.scope.names(naming.DATABASE_SERVER),
            server_name=primary.name,
            resource_group_name=args.group.group_name,
            endpoint_type="ReadWrite",
            members=[args.scope.names(naming.DATABASE_SERVER, promoted)],
            opts=self.child(depends_on=[*replicas]),
        )

    def _link(
        self,
        label: str,
        server: Server,
        group: ResourceGroup,
        network: EndpointNetwork,
        dns_zone: str | PrivateDnsZone,
    ) -> PrivateDnsZone:
        args = self.args
        link = PrivateLink(
            f"{self.name}-{label}-link",
            PrivateLinkArgs(
                scope=args.scope,
                group=group,
                network=network,
                also_resolved_in=args.also_resolved_in,
                dns_zone=dns_zone,
                sub_resource="postgresqlServer",
                target_id=server.id,
            ),
            self.child(),
        )
        return link.zone
