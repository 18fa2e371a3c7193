"""What TripGen's services share in the cluster (TripGen physical architecture, 3.2, 4.3, 8.2.2, 12.2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from settings.azure.catalogue import AZURE_ZONES, VM_SIZES
from settings.capacity import Amount, PodGroup, aks_allocatable, nodes_by_zone, shortage
from settings.model import Settings
from settings.services import Percent, Resources, ServiceSettings
from settings.tripgen.cluster import NodePoolSettings
from settings.types import KubernetesName, Matches, ServiceName

ChartVersion = Annotated[str, Matches(r"\d+\.\d+\.\d+", "a chart's version, for example 2.41.0")]


class CircuitBreakerSettings(Settings):
    """When calls to a failing service stop for a while (12.2.2)."""

    failure_percent: Percent = 50
    """Share of failed calls from which none is made any more."""
    open_seconds: Annotated[int, Field(ge=1, le=3600)] = 300
    """Time until calls are tried again, a few at first."""


class WorkloadsSettings(Settings):
    """The services' namespace and what surrounds them there."""

    namespace: KubernetesName
    """Namespace of the services; their names in the cluster end in it (4.4)."""
    survives_zone_loss: bool = True
    """The smallest number of pods must fit the smallest number of nodes when a zone is gone."""
    sidecar: Resources = Resources(cpu="100m", memory="128Mi")
    """What the mesh's proxy requests in every pod."""
    node_overhead: Resources = Resources(cpu="700m", memory="1500Mi")
    """What daemon sets request on every node: network, storage, proxies, log and metric agents. Compare
    `kubectl describe node` on a real one."""
    health_service: ServiceName = "trip-service"
    """The service that answers for all towards the edge: the design calls it the core one (3.2.1)."""
    rollouts_chart: ChartVersion = "2.41.0"
    """Version of the Argo Rollouts chart."""
    trace_percent: Percent = 10
    """Share of requests that are traced through all services (8.2.2)."""
    circuit_breaker: CircuitBreakerSettings = CircuitBreakerSettings()
    """When calls to what fails are stopped."""

    def capacity_findings(self, services: Mapping[str, ServiceSettings], pool: NodePoolSettings) -> Iterator[str]:
        """Yield what does not fit the pool: the smallest number of pods, the largest, each with its sum."""
        groups = {name: self._groups(name, service) for name, service in services.items()}
        size = VM_SIZES[pool.vm_size]
        room = (
            aks_allocatable(vcpus=size.vcpus, memory_gib=size.memory_gib, max_pods=pool.max_pods)
            - self.node_overhead.amount
        )
        zones = max(len(zones) for zones in AZURE_ZONES.values())
        fewest, most = nodes_by_zone(pool.min_nodes, zones), nodes_by_zone(pool.max_nodes, zones)
        what = "the smallest scale (every scaling.min_replicas)"
        if self.survives_zone_loss:
            what, fewest = f"{what} with the fullest of {zones} zones lost", fewest[1:]
        if short := shortage(what, [smallest for smallest, _ in groups.values()], fewest, room):
            yield short
        largest = [at_most for _, at_most in groups.values()]
        beside = max(
            (group for name, group in zip(services, largest, strict=True) if services[name].strategy == "blue-green"),
            key=lambda group: (group.total.cpu_millis, group.total.memory_mib),
            default=None,
        )
        if beside:
            largest.append(PodGroup(name=f"next version of {beside.name}", pods=beside.pods, each=beside.each))
        if short := shortage("the largest scale (every scaling.max_replicas)", largest, most, room):
            yield short

    def _groups(self, name: str, service: ServiceSettings) -> tuple[PodGroup, PodGroup]:
        """Return a service's pods at its smallest and its largest scale, their sidecars included."""
        each: Amount = service.requests.amount + self.sidecar.amount
        scale = service.scaling
        return (
            PodGroup(name=name, pods=scale.min_replicas, each=each),
            PodGroup(name=name, pods=scale.max_replicas, each=each),
        )
