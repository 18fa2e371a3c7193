"""The cache: Memorystore for Redis Cluster (DTx infrastructure, components: cache; docs/adr/0043)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_gcp.redis import Cluster
from pulumi_gcp.redis.outputs import ClusterManagedServerCa

from components.base import AnyComponent, Component, ComponentArgs
from components.gcp.deletion import deletion_policy
from components.gcp.key_ring import KeyRing
from components.gcp.network import Network
from components.gcp.project import Project
from components.gcp.service_account import ServiceAccount, place_project_role
from settings.gcp import naming

#: Clients begin at the first, and are told nodes at one of the others (Memorystore documents, connecting).
PORT: Final = 6379
NODE_PORTS: Final = (11000, 13047)
CONNECT_ROLE: Final = "roles/redis.dbConnectionUser"


@dataclass(frozen=True, kw_only=True)
class RedisArgs(ComponentArgs):
    """How large the cache is, and what makes room in it."""

    project: Project
    network: Network
    keys: KeyRing
    node_type: str
    #: Nodes that hold a part of the keys each, and copies of each.
    shards: int
    replicas: int
    eviction: str
    maintenance_day: str
    #: In UTC.
    maintenance_hour: int


def certificates(authorities: Sequence[ClusterManagedServerCa] | None) -> str:
    """Return the certificates of a cluster's own authority, one after the other: what clients trust. No secret."""
    return "\n".join(
        certificate
        for authority in authorities or []
        for issued in authority.ca_certs or []
        for certificate in issued.certificates or []
    )


class Redis(Component[RedisArgs], type="platform:gcp:Redis"):
    """A cluster over all zones of the region that identities reach over TLS. Nothing of it is written to disk."""

    host: pulumi.Output[str]
    ca_certificates: pulumi.Output[str]

    def build(self, args: RedisArgs) -> None:
        """Place the cluster."""
        self.project = args.project
        cluster = Cluster(
            f"{self.name}-cluster",
            project=args.project.project_id,
            region=args.project.region,
            name=args.scope.names(naming.CACHE, "redis"),
            node_type=args.node_type,
            shard_count=args.shards,
            replica_count=args.replicas,
            psc_configs=[{"network": args.network.network_path}],
            redis_configs={"maxmemory-policy": args.eviction},
            authorization_mode="AUTH_MODE_IAM_AUTH",
            transit_encryption_mode="TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION",
            kms_key=args.keys.path("cache"),
            # All that is in it can be read or computed again: a copy on disk would only be one more to erase.
            persistence_config={"mode": "DISABLED"},
            zone_distribution_config={"mode": "MULTI_ZONE"},
            maintenance_policy={
                "weekly_maintenance_windows": [
                    {
                        "day": args.maintenance_day,
                        "start_time": {"hours": args.maintenance_hour, "minutes": 0, "seconds": 0, "nanos": 0},
                    }
                ]
            },
            labels=args.scope.tags.gcp(),
            deletion_protection_enabled=args.scope.environment.protect_data,
            deletion_policy=deletion_policy(args.scope),
            opts=self.stateful_child(depends_on=[*args.network.redis_ready, *args.keys.ready("cache")]),
        )
        self.host = cluster.discovery_endpoints[0].address
        self.ca_certificates = cluster.managed_server_cas.apply(certificates)

    def admit(self, owner: AnyComponent, holder: str, account: ServiceAccount) -> list[pulumi.Resource]:
        """Let a service account connect; its token is its password, for an hour."""
        return [place_project_role(owner, CONNECT_ROLE, project=self.project, member=account.member, holder=holder)]
