"""Azure Managed Redis (TripGen physical architecture, 5.2; docs/adr/0024)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.redisenterprise import (
    AccessPolicyAssignment,
    Database,
    ManagedServiceIdentityType,
    PersistenceArgs,
    RedisEnterprise,
)

from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.managed_identity import ManagedIdentity
from components.azure.private_dns_zone import EndpointNetwork
from components.azure.private_link import PrivateLink, PrivateLinkArgs
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

#: Clients begin here; cluster-aware ones go on to ports between 8500 and 8599.
PORT: Final = 10000
#: The only database of a cluster, and the only access policy of a database: all commands on all keys.
DATABASE: Final = "default"
ACCESS_POLICY: Final = "default"


@dataclass(frozen=True, kw_only=True)
class RedisArgs(ComponentArgs):
    """How large the cache is, what survives, and who uses it."""

    group: ResourceGroup
    network: EndpointNetwork
    size: str
    #: A replica of every shard, in another zone where the region has zones.
    high_availability: bool
    #: `aof-1s`, or snapshots: `rdb-1h`, `rdb-6h`, `rdb-12h`.
    persistence: str | None
    clients: ManagedIdentity
    #: Who the cache is when it writes an export into a storage account.
    exporter: ManagedIdentity
    workspace: LogWorkspace


def persistence(kind: str | None) -> PersistenceArgs:
    """Return what a database keeps on disk. Azure takes one kind."""
    how, _, frequency = (kind or "").partition("-")
    return PersistenceArgs(
        aof_enabled=how == "aof",
        aof_frequency=frequency if how == "aof" else None,
        rdb_enabled=how == "rdb",
        rdb_frequency=frequency if how == "rdb" else None,
    )


class Redis(Component[RedisArgs], type="platform:azure:Redis"):
    """A clustered cache that only Entra identities reach, by a private endpoint, over TLS."""

    cluster_id: pulumi.Output[str]
    database_id: pulumi.Output[str]
    host: pulumi.Output[str]

    def build(self, args: RedisArgs) -> None:
        """Place the cluster, its database, who may use it, and the private endpoint."""
        group = args.group
        # No zones: Azure uses all that the region has, and refuses to be told.
        cluster = RedisEnterprise(
            f"{self.name}-cluster",
            cluster_name=args.scope.names(naming.CACHE),
            resource_group_name=group.group_name,
            location=group.location,
            sku={"name": args.size},
            high_availability="Enabled" if args.high_availability else "Disabled",
            minimum_tls_version="1.2",
            public_network_access="Disabled",
            identity={
                "type": ManagedServiceIdentityType.USER_ASSIGNED,
                "user_assigned_identities": [args.exporter.identity_id],
            },
            tags=args.scope.tags.azure(),
            opts=self.stateful_child(),
        )
        database = Database(
            f"{self.name}-database",
            database_name=DATABASE,
            cluster_name=cluster.name,
            resource_group_name=group.group_name,
            port=PORT,
            client_protocol="Encrypted",
            access_keys_authentication="Disabled",
            clustering_policy="OSSCluster",
            # Everything in it can be computed again: the oldest entries make room, whether they have a time or not.
            eviction_policy="AllKeysLRU",
            persistence=persistence(args.persistence),
            opts=self.stateful_child(),
        )
        AccessPolicyAssignment(
            f"{self.name}-clients",
            access_policy_assignment_name="services",
            access_policy_name=ACCESS_POLICY,
            database_name=database.name,
            cluster_name=cluster.name,
            resource_group_name=group.group_name,
            user={"object_id": args.clients.principal_id},
            opts=self.child(),
        )
        PrivateLink(
            f"{self.name}-link",
            PrivateLinkArgs(
                scope=args.scope,
                group=group,
                network=args.network,
                dns_zone="privatelink.redis.azure.net",
                sub_resource="redisEnterprise",
                target_id=cluster.id,
            ),
            self.child(),
        )
        place_diagnostics(self, "cluster", resource_id=cluster.id, workspace=args.workspace, has_logs=False)
        place_diagnostics(self, "database", resource_id=database.id, workspace=args.workspace, metrics=())
        self.cluster_id = cluster.id
        self.database_id = database.id
        self.host = cluster.host_name
