"""How Cloud SQL and the cache come into a network, without an address that anybody outside could call."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Final

import pulumi
from pulumi_gcp.compute import GlobalAddress
from pulumi_gcp.networkconnectivity import ServiceConnectionPolicy
from pulumi_gcp.servicenetworking import Connection

from components.base import AnyComponent
from components.gcp.project import Project
from settings.gcp import naming

DATABASE_SERVICE: Final = "servicenetworking.googleapis.com"
CACHE_SERVICE_CLASS: Final = "gcp-memorystore-redis"


def place_database_range(
    owner: AnyComponent, *, project: Project, network_id: pulumi.Input[str], cidr: IPv4Network
) -> Connection:
    """Keep a range for Cloud SQL and peer the network with Google's, where the database lives."""
    reserved = GlobalAddress(
        f"{owner.name}-private-services",
        project=project.project_id,
        name=owner.scope.names(naming.COMPUTE, "private-services"),
        network=network_id,
        address_type="INTERNAL",
        purpose="VPC_PEERING",
        address=str(cidr.network_address),
        prefix_length=cidr.prefixlen,
        labels=owner.scope.tags.gcp(),
        opts=owner.child(),
    )
    return Connection(
        f"{owner.name}-private-services-peering",
        network=network_id,
        service=DATABASE_SERVICE,
        reserved_peering_ranges=[reserved.name],
        # Google keeps a deleted database's network for days; without this, the rest could not be deleted meanwhile.
        deletion_policy="PREVENT" if owner.scope.environment.protect_data else "REMOVE_PEERING",
        opts=owner.child(),
    )


def place_cache_endpoints(
    owner: AnyComponent, *, project: Project, network_path: str, subnet_id: pulumi.Input[str]
) -> ServiceConnectionPolicy:
    """Let Memorystore place its Private Service Connect endpoints in a subnet: without this it makes no cluster."""
    return ServiceConnectionPolicy(
        f"{owner.name}-cache-endpoints",
        project=project.project_id,
        location=project.region,
        name=owner.scope.names(naming.SERVICE_CONNECTION_POLICY, "cache"),
        service_class=CACHE_SERVICE_CLASS,
        network=network_path,
        psc_config={"subnetworks": [subnet_id]},
        labels=owner.scope.tags.gcp(),
        opts=owner.child(),
    )
