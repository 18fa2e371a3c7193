"""What DTx' services share in the cluster (DTx infrastructure, components: resources; security: access control)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final

from settings.capacity import Amount, PodGroup, nodes_by_zone, shortage
from settings.dtx.cluster import ClusterSettings, NodePoolSettings
from settings.model import Settings
from settings.services import Resources, ServiceSettings
from settings.types import EmailAddress, KubernetesName, Matches, ServiceName, Unique

ChartVersion = Annotated[str, Matches(r"\d+\.\d+\.\d+", "a chart's version, for example 2.41.0")]
Groups = Annotated[tuple[EmailAddress, ...], Unique()]
#: The arrows between services in the infrastructure's diagram.
CALLS: Final[Mapping[str, tuple[str, ...]]] = {"api-gateway": ("user-service", "timemachine")}


class TeamsSettings(Settings):
    """Google groups and what their members may do in the services' namespace; each is a member of `rbac_group`."""

    developers: Groups = ()
    """May look: pods, logs, rollouts; no secrets, and nothing inside a pod."""
    operators: Groups = ()
    """May also restart, scale, promote and take back."""

    @property
    def groups(self) -> tuple[str, ...]:
        """All of them, each once."""
        return tuple(sorted({*self.developers, *self.operators}))


class WorkloadsSettings(Settings):
    """The services' namespace and what surrounds them there."""

    namespace: KubernetesName = "dtx"
    """Namespace of the services."""
    survives_zone_loss: bool = True
    """The smallest number of pods must fit the smallest number of nodes when a zone is gone."""
    node_overhead: Resources = Resources(cpu="800m", memory="1300Mi")
    """What GKE's own pods request on a node (network and its encryption, storage, identity, logs, DNS), apart from what
    monitoring runs there. Compare `kubectl describe node` on a real one."""
    calls: Mapping[ServiceName, Annotated[tuple[ServiceName, ...], Unique()]] = CALLS
    """Who calls whom: nobody else can."""
    rollouts_chart: ChartVersion = "2.41.0"
    """Version of the Argo Rollouts chart."""
    teams: TeamsSettings = TeamsSettings()
    """Who may do what in the namespace."""

    def call_findings(self, services: Mapping[str, ServiceSettings]) -> Iterator[str]:
        """Yield calls of or to services that there are not."""
        named = {name for caller, callees in self.calls.items() for name in (caller, *callees)}
        if strangers := sorted(named - set(services)):
            yield f"workloads.calls: {', '.join(strangers)} is none of {', '.join(services)}"

    def capacity_findings(
        self,
        services: Mapping[str, ServiceSettings],
        cluster: ClusterSettings,
        *,
        zones: int,
        monitoring: Sequence[PodGroup],
        on_every_node: Amount,
    ) -> Iterator[str]:
        """Yield what does not fit the pools: the services at their smallest and largest scale, and monitoring."""
        pool, own_pool = cluster.services_pool, cluster.monitoring_pool
        fewest = nodes_by_zone(pool.min_nodes, zones)
        room = self._room(pool, on_every_node)
        smallest = [
            PodGroup(name=name, pods=each.scaling.min_replicas, each=each.requests.amount)
            for name, each in services.items()
        ]
        what = "the smallest scale (every scaling.min_replicas)"
        if self.survives_zone_loss:
            what, fewest = f"{what} with the fullest of {zones} zones lost", fewest[1:]
        if short := shortage(what, smallest, fewest, room):
            yield short
        largest = [
            PodGroup(name=name, pods=each.scaling.max_replicas, each=each.requests.amount)
            for name, each in services.items()
        ]
        if beside := max((_next_version(name, each) for name, each in services.items()), key=_weight, default=None):
            largest.append(beside)
        what = "the largest scale (every scaling.max_replicas)"
        if own_pool is None:
            what, largest = f"{what} with monitoring beside it", [*largest, *monitoring]
        if short := shortage(what, largest, nodes_by_zone(pool.max_nodes, zones), room):
            yield short
        if own_pool is not None:
            room = self._room(own_pool, on_every_node)
            if short := shortage(
                "monitoring on its own pool", monitoring, nodes_by_zone(own_pool.max_nodes, zones), room
            ):
                yield short

    def _room(self, pool: NodePoolSettings, on_every_node: Amount) -> Amount:
        return pool.room() - self.node_overhead.amount - on_every_node


def _next_version(name: str, service: ServiceSettings) -> PodGroup:
    """Return what a new version takes beside the old one: a whole second set if blue-green, otherwise a pod."""
    pods = service.scaling.max_replicas if service.strategy == "blue-green" else 1
    return PodGroup(name=f"next version of {name}", pods=pods, each=service.requests.amount)


def _weight(group: PodGroup) -> tuple[int, int]:
    return group.total.cpu_millis, group.total.memory_mib
