"""The root of DTx' settings. What all its environments share is the default in its sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from settings.dtx.cluster import ClusterSettings
from settings.dtx.compliance import ComplianceSettings
from settings.dtx.data import DataSettings
from settings.dtx.edge import EdgeSettings
from settings.dtx.keys import KeysSettings
from settings.dtx.monitoring import MonitoringSettings
from settings.dtx.network import NetworkSettings
from settings.dtx.perimeter import PerimeterSettings
from settings.dtx.registry import ImageRegistrySettings
from settings.dtx.retention import RetentionSettings
from settings.dtx.storage import StorageSettings
from settings.dtx.workloads import WorkloadsSettings
from settings.gcp.catalogue import DATABASE_RECOVERY_DAYS
from settings.gcp.network import NAT_PORTS_PER_NODE, nat_node_capacity
from settings.gcp.system import GcpSystemSettings
from settings.gcp.types import ProjectId, ProjectNumber
from settings.model import rule
from settings.services import ServiceSettings
from settings.types import ServiceName, TagValue


class DtxSettings(GcpSystemSettings):
    """DTx on Google Cloud: one environment."""

    owner: TagValue = "dtx-platform"
    """Team that answers for the resources (label `owner`)."""
    cost_centre: TagValue = "dtx"
    """Where the cost goes (label `cost-centre`)."""
    data_project_id: ProjectId
    """The project of the warehouse: `dtx-data` in production, by the DTx infrastructure."""
    data_project_number: ProjectNumber
    """Its number."""
    keys: KeysSettings = KeysSettings()
    """Customer keys."""
    compliance: ComplianceSettings
    """Records, who is told, and of what."""
    network: NetworkSettings
    """The network and its address plan."""
    edge: EdgeSettings
    """What stands before the services."""
    perimeter: PerimeterSettings | None = None
    """The perimeter around both projects; without, only the other controls keep data in."""
    registry: ImageRegistrySettings
    """The image registry."""
    cluster: ClusterSettings
    """The cluster and its nodes."""
    monitoring: MonitoringSettings
    """Metrics, logs and alerts inside the cluster."""
    data: DataSettings
    """Database, cache and warehouse, and who uses them."""
    workloads: WorkloadsSettings = WorkloadsSettings()
    """What the services share in the cluster."""
    services: Annotated[Mapping[ServiceName, ServiceSettings], SkipJsonSchema()] = Field(
        default_factory=dict, min_length=1
    )
    """The services by name: the files in `config/<environment>/services/dtx/`, never the stack file."""
    storage: StorageSettings = StorageSettings()
    """Buckets."""
    retention: RetentionSettings = RetentionSettings()
    """How long what is kept."""

    @rule
    def _calls_are_of_services(self) -> Iterator[str]:
        if self.services:
            yield from self.workloads.call_findings(self.services)

    @rule
    def _stores_are_used_by_services(self) -> Iterator[str]:
        for store, users in self.data.users.items() if self.services else ():
            if strangers := [name for name in users if name not in self.services]:
                yield f"data.users.{store}: {', '.join(strangers)} is none of {', '.join(self.services)}"

    @rule
    def _requests_reach_a_service(self) -> Iterator[str]:
        if self.services and self.edge.service not in self.services:
            yield f"edge.service {self.edge.service} is none of {', '.join(self.services)}"

    @rule
    def _no_service_has_a_figure_that_nobody_serves(self) -> Iterator[str]:
        for name, service in self.services.items():
            if metric := service.scaling.metric:
                yield f"service {name} is scaled by {metric.name}: the cluster has no KEDA (docs/adr/0040)"

    @rule
    def _pods_fit_the_nodes(self) -> Iterator[str]:
        yield from self.workloads.capacity_findings(
            self.services,
            self.cluster,
            zones=len(self.zones),
            monitoring=self.monitoring.pods(),
            on_every_node=self.monitoring.on_every_node(),
        )

    @rule
    def _nodes_fit_the_network(self) -> Iterator[str]:
        pools = self.cluster.pools
        nodes = sum(pool.most_nodes for pool in pools.values())
        capacity = self.network.node_capacity(max(pool.max_pods for pool in pools.values()))
        if nodes > capacity:
            sizes = " + ".join(f"{pool.most_nodes} ({name})" for name, pool in pools.items())
            yield f"cluster: {sizes} = {nodes} nodes in the middle of an upgrade, and the network carries {capacity}"

    @rule
    def _images_can_be_pulled(self) -> Iterator[str]:
        allowed = self.network.egress_hosts
        if shut := [host for host in self.cluster.image_admission.hosts if host not in allowed]:
            yield f"cluster.image_admission.sources are at {', '.join(shut)}, which network.egress_hosts does not name"

    @rule
    def _teams_are_groups_that_the_cluster_knows(self) -> Iterator[str]:
        if self.workloads.teams.groups and self.cluster.rbac_group is None:
            yield "workloads.teams names groups, but cluster.rbac_group is missing: without it, RBAC knows none"

    @rule
    def _database_can_go_back_so_far(self) -> Iterator[str]:
        edition, days = self.data.postgres.edition, self.retention.database_days
        if days > DATABASE_RECOVERY_DAYS[edition]:
            yield (
                f"retention.database_days {days}: data.postgres.tier {self.data.postgres.tier} is {edition}, which "
                f"goes back {DATABASE_RECOVERY_DAYS[edition]} days; ENTERPRISE_PLUS goes back "
                f"{DATABASE_RECOVERY_DAYS['ENTERPRISE_PLUS']}"
            )

    @rule
    def _public_addresses_serve_the_nodes(self) -> Iterator[str]:
        nodes = sum(pool.most_nodes for pool in self.cluster.pools.values())
        served = nat_node_capacity(self.network.nat_addresses)
        if nodes > served:
            yield (
                f"network.nat_addresses {self.network.nat_addresses}: they serve {served} nodes ({NAT_PORTS_PER_NODE} "
                f"ports each), and the cluster has {nodes} in the middle of an upgrade"
            )

    @rule
    def _every_zone_has_a_node_to_begin_with(self) -> Iterator[str]:
        nodes = self.cluster.services_pool.min_nodes
        if nodes < len(self.zones):
            yield (
                f"cluster.services_pool.min_nodes {nodes} is fewer than the {len(self.zones)} zones of {self.region}: "
                "GKE makes the load balancer's endpoint groups in zones with nodes, and it expects one in each"
            )
