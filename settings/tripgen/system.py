"""The root of TripGen's settings. What all its environments share is the default in its sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from settings.azure.system import AzureSystemSettings
from settings.model import rule
from settings.services import ServiceSettings
from settings.tripgen.cluster import ClusterSettings, NodePoolSettings
from settings.tripgen.cost import CostSettings
from settings.tripgen.edge import EdgeSettings
from settings.tripgen.identity import IdentitySettings
from settings.tripgen.maintenance import MaintenanceSettings
from settings.tripgen.network import NetworkSettings
from settings.tripgen.observability import ObservabilitySettings
from settings.tripgen.registry import ImageRegistrySettings
from settings.tripgen.workloads import WorkloadsSettings
from settings.types import ServiceName, TagValue


class TripgenSettings(AzureSystemSettings):
    """TripGen on Azure: one environment."""

    owner: TagValue = "travel-platform"
    """Team that answers for the resources (tag `owner`)."""
    cost_centre: TagValue = "tripgen"
    """Where the cost goes (tag `cost-centre`)."""
    network: NetworkSettings
    """The address plan."""
    edge: EdgeSettings
    """What stands between the internet and the cluster, in both directions."""
    identity: IdentitySettings = IdentitySettings()
    """What the tenant's owners register for the application."""
    registry: ImageRegistrySettings
    """The image registry."""
    maintenance: MaintenanceSettings = MaintenanceSettings()
    """When planned work may be done."""
    cluster: ClusterSettings
    """The AKS cluster."""
    system_nodes: NodePoolSettings
    """The cluster's system pool: what Azure and the add-ons run."""
    application_nodes: NodePoolSettings
    """The cluster's application pool: the services."""
    workloads: WorkloadsSettings
    """What the services share in the cluster."""
    observability: ObservabilitySettings
    """Logs, metrics, traces and alerts."""
    cost: CostSettings
    """What the environment may cost."""
    services: Annotated[Mapping[ServiceName, ServiceSettings], SkipJsonSchema()] = Field(
        default_factory=dict, min_length=1
    )
    """The services by name: the files in `config/<environment>/services/tripgen/`, never the stack file."""

    @rule
    def _nodes_fit_the_network(self) -> Iterator[str]:
        nodes, capacity = self.system_nodes.most_nodes + self.application_nodes.most_nodes, self.network.node_capacity()
        if nodes > capacity:
            yield (
                f"system_nodes and application_nodes may reach {self.system_nodes.most_nodes} + "
                f"{self.application_nodes.most_nodes} = {nodes} nodes in the middle of an upgrade, and the network "
                f"carries {capacity} ({self.network.pod_networking} pod networking)"
            )

    @rule
    def _gateway_fits_its_subnet(self) -> Iterator[str]:
        wanted, room = self.edge.gateway.max_capacity, self.network.gateway_capacity()
        if wanted > room:
            yield (
                f"edge.gateway.max_capacity {wanted} does not fit network.gateway_subnet "
                f"{self.network.gateway_subnet}: it has addresses for {room} instances and the private frontend"
            )

    @rule
    def _copies_stand_in_the_recovery_region(self) -> Iterator[str]:
        if stray := [region for region in self.registry.replicas if region != self.recovery_region]:
            yield f"registry.replicas: {', '.join(stray)} is not the recovery region {self.recovery_region}"

    @rule
    def _services_fit_the_nodes(self) -> Iterator[str]:
        yield from self.workloads.capacity_findings(self.services, self.application_nodes)

    @rule
    def _health_service_is_there(self) -> Iterator[str]:
        if self.services and self.workloads.health_service not in self.services:
            yield f"workloads.health_service {self.workloads.health_service} is none of {', '.join(self.services)}"
