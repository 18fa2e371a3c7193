"""The root of TripGen's settings. What all its environments share is the default in its sections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from settings.azure.catalogue import PAIRED_REGIONS
from settings.azure.system import AzureSystemSettings
from settings.model import rule
from settings.services import ServiceSettings
from settings.tripgen.backup import BackupSettings
from settings.tripgen.cluster import ClusterSettings, NodePoolSettings
from settings.tripgen.cost import CostSettings
from settings.tripgen.data import CacheSettings, PostgresSettings
from settings.tripgen.edge import EdgeSettings
from settings.tripgen.identity import IdentitySettings
from settings.tripgen.maintenance import MaintenanceSettings
from settings.tripgen.messaging import MessagingSettings
from settings.tripgen.network import NetworkSettings
from settings.tripgen.observability import ObservabilitySettings
from settings.tripgen.registry import ImageRegistrySettings
from settings.tripgen.vault import VaultSettings
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
    vault: VaultSettings = VaultSettings()
    """Secrets, keys and certificates."""
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
    postgres: PostgresSettings
    """The database."""
    cache: CacheSettings
    """The cache."""
    messaging: MessagingSettings
    """Queues and topics."""
    backup: BackupSettings
    """What is kept in case of a mistake."""
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
        allowed = (self.region, self.recovery_region)
        for name, replica in self.postgres.replicas.items():
            if replica.region not in allowed:
                yield f"postgres.replicas.{name}.region {replica.region}: one of {', '.join(allowed)}"

    @rule
    def _a_lost_region_has_an_heir(self) -> Iterator[str]:
        promoted = self.postgres.replicas.get(self.postgres.promoted_replica or "")
        if promoted and promoted.region != self.recovery_region:
            yield (
                f"postgres.promoted_replica {self.postgres.promoted_replica} stands in {promoted.region}: it takes "
                f"over when {self.region} is lost, so that it stands in {self.recovery_region}"
            )

    @rule
    def _backups_go_to_the_recovery_region(self) -> Iterator[str]:
        geo = {
            "postgres.geo_backup": self.postgres.geo_backup,
            f"backup.redundancy {self.backup.redundancy}": self.backup.redundancy != "ZRS",
        }
        pair = PAIRED_REGIONS[self.region]
        for name, wanted in geo.items():
            if wanted and pair != self.recovery_region:
                yield f"{name} copies to {pair}, where Azure pairs {self.region}, not to {self.recovery_region}"

    @rule
    def _a_standby_has_a_zone(self) -> Iterator[str]:
        if self.postgres.high_availability == "ZoneRedundant" and not self.zones:
            yield f"postgres.high_availability ZoneRedundant: {self.region} has no zones, so Disabled"

    @rule
    def _copies_are_reached_by_a_network(self) -> Iterator[str]:
        copies = [
            f"postgres.replicas.{name}"
            for name, replica in self.postgres.replicas.items()
            if replica.region == self.recovery_region
        ]
        if self.messaging.replication_lag_seconds is not None:
            copies.append("messaging.replication_lag_seconds")
        if copies and self.network.recovery is None:
            yield f"network.recovery is missing, where the private endpoints of {', '.join(copies)} stand"

    @rule
    def _certificate_is_in_the_vault(self) -> Iterator[str]:
        if self.edge.gateway.certificate not in self.vault.certificates:
            yield (
                f"edge.gateway.certificate {self.edge.gateway.certificate} is none of vault.certificates: "
                f"{', '.join(self.vault.certificates)}"
            )

    @rule
    def _counted_queues_are_there(self) -> Iterator[str]:
        for name, service in self.services.items():
            metric = service.scaling.metric
            queue = metric.queue if metric else None
            if queue is not None and queue not in self.messaging.queues:
                yield (
                    f"service {name} is scaled by the queue {queue}, which is none of messaging.queues: "
                    f"{', '.join(self.messaging.queues)}"
                )

    @rule
    def _services_fit_the_nodes(self) -> Iterator[str]:
        yield from self.workloads.capacity_findings(self.services, self.application_nodes)

    @rule
    def _health_service_is_there(self) -> Iterator[str]:
        if self.services and self.workloads.health_service not in self.services:
            yield f"workloads.health_service {self.workloads.health_service} is none of {', '.join(self.services)}"
