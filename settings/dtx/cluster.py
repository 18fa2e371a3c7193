"""The GKE cluster and its nodes (DTx infrastructure, components: Kubernetes cluster; recovery: settings backup)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from settings.capacity import Amount, gke_allocatable
from settings.gcp.catalogue import MACHINE_TYPES
from settings.gcp.types import CronSchedule, GkeMinor, GoogleGroup, MachineType, UtcMinute
from settings.model import Settings, rule
from settings.types import KubernetesName, Unique

Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)
#: GKE asks for this much room for its work in any 32 days (GKE documents, maintenance windows and exclusions), in which
#: every weekday comes at least four times.
LEAST_WINDOW_HOURS: Final = 48
WINDOW_DAYS: Final = 32
WEEKDAY_IN_32_DAYS: Final = 4
#: Longest time without any upgrade that GKE takes.
LONGEST_FREEZE: Final = timedelta(days=30)

#: Where images of a registry are, if not at its name.
REGISTRY_HOSTS: Final = {"docker.io": "registry-1.docker.io"}


class NodePoolSettings(Settings):
    """Equal nodes over all zones of the region; figures are of the whole pool, not of a zone."""

    machine_type: MachineType
    """What every node is."""
    min_nodes: Annotated[int, Field(ge=1, le=300)]
    """Nodes that always run, in all zones together."""
    max_nodes: Annotated[int, Field(ge=1, le=300)]
    """Nodes that the cluster autoscaler may reach, in all zones together."""
    disk_gib: Annotated[int, Field(ge=50, le=2000)] = 100
    """Boot disk of a node in GiB: images, logs that wait to be collected, files that pods keep for themselves."""
    disk_type: Literal["pd-balanced", "pd-ssd"] = "pd-balanced"
    """Kind of the boot disk."""
    max_pods: Annotated[int, Field(ge=16, le=110)] = 64
    """Pods a node may run. GKE takes twice as many addresses for each node, to the next power of two."""
    surge_nodes: Annotated[int, Field(ge=1, le=20)] = 1
    """Nodes more while the pool is upgraded; none goes before its successor is there."""

    def room(self) -> Amount:
        """What a node offers to pods, those of the daemon sets included."""
        machine = MACHINE_TYPES[self.machine_type]
        return gke_allocatable(vcpus=machine.vcpus, memory_gib=machine.memory_gib)

    @property
    def most_nodes(self) -> int:
        """Nodes of the pool at its largest, in the middle of an upgrade."""
        return self.max_nodes + self.surge_nodes

    @rule
    def _sizes_are_in_order(self) -> Iterator[str]:
        if self.min_nodes > self.max_nodes:
            yield f"min_nodes {self.min_nodes} must not exceed max_nodes {self.max_nodes}"


class FreezeSettings(Settings):
    """Time in which GKE upgrades less than it would, or nothing."""

    start: UtcMinute
    """When it begins, in UTC: `2026-12-18T00:00Z`."""
    end: UtcMinute
    """When it ends."""
    scope: Literal["NO_UPGRADES", "NO_MINOR_UPGRADES", "NO_MINOR_OR_NODE_UPGRADES"] = "NO_UPGRADES"
    """What is left out meanwhile."""

    @rule
    def _ends_after_it_begins(self) -> Iterator[str]:
        length = datetime.fromisoformat(self.end) - datetime.fromisoformat(self.start)
        if length <= timedelta(0):
            yield f"ends {self.end}, which is not after {self.start}"
        elif self.scope == "NO_UPGRADES" and length > LONGEST_FREEZE:
            yield (
                f"keeps all upgrades away for {length.days} days: at most {LONGEST_FREEZE.days}, because "
                "security fixes wait too"
            )


class UpgradeSettings(Settings):
    """When GKE may work on the control plane and on nodes."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1), Unique()] = ("SA", "SU")
    """Days of the week on which a window begins."""
    start_hour_utc: Annotated[int, Field(ge=0, le=23)] = 0
    """Hour in UTC at which it begins: an hour later in Frankfurt in winter, two in summer."""
    hours: Annotated[int, Field(ge=4, le=24)] = 6
    """How long it is."""
    freezes: Annotated[Mapping[KubernetesName, FreezeSettings], Field(max_length=20)] = Field(default_factory=dict)
    """Times with fewer upgrades, or none, by what they are for: `year-end`."""

    @rule
    def _windows_are_long_enough(self) -> Iterator[str]:
        hours = len(self.days) * WEEKDAY_IN_32_DAYS * self.hours
        if hours < LEAST_WINDOW_HOURS:
            yield (
                f"{len(self.days)} windows a week of {self.hours} hours are {hours} hours in 32 days: GKE asks for "
                f"{LEAST_WINDOW_HOURS}"
            )

    @rule
    def _freezes_leave_room(self) -> Iterator[str]:
        for name, freeze in self.freezes.items():
            if freeze.scope != "NO_UPGRADES":
                continue
            last = datetime.fromisoformat(freeze.start)
            first = min(datetime.fromisoformat(freeze.end) - timedelta(days=WINDOW_DAYS), last)
            starts = (first + timedelta(days=day) for day in range((last - first).days + 1))
            hours = min(self._open_hours(start) for start in starts)
            if hours < LEAST_WINDOW_HOURS:
                yield (
                    f"freezes.{name} leaves {hours} hours of windows in the {WINDOW_DAYS} days around it: GKE asks for "
                    f"{LEAST_WINDOW_HOURS}; make windows longer, on more days, or the freeze shorter"
                )

    def _open_hours(self, start: datetime) -> int:
        """Return the hours of the windows that begin within 32 days and that no freeze touches."""
        midnight = start.replace(hour=0, minute=0)
        days = (midnight + timedelta(days=day) for day in range(WINDOW_DAYS))
        windows = [day + timedelta(hours=self.start_hour_utc) for day in days if WEEKDAYS[day.weekday()] in self.days]
        return self.hours * sum(not self._is_frozen(window) for window in windows)

    def _is_frozen(self, window: datetime) -> bool:
        return any(
            window < datetime.fromisoformat(freeze.end)
            and datetime.fromisoformat(freeze.start) < window + timedelta(hours=self.hours)
            for freeze in self.freezes.values()
            if freeze.scope == "NO_UPGRADES"
        )


class ImageAdmissionSettings(Settings):
    """Which images the cluster runs (Binary Authorization): those of the environment's registry and of these."""

    sources: Annotated[tuple[str, ...], Unique()] = (
        "quay.io/argoproj/*",
        "quay.io/prometheus/*",
        "quay.io/prometheus-operator/*",
        "quay.io/kiwigrid/*",
        "docker.io/grafana/*",
        "registry.k8s.io/**",
        "docker.elastic.co/**",
        "ghcr.io/jkroepke/*",
    )
    """Repositories of others that operators and their charts come from; a `*` at the end stands for one name, `**` for
    names with / in them."""
    enforced: bool = True
    """Whether another image is kept out, or only written down."""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that the nodes pull them from."""
        names = {source.partition("/")[0] for source in self.sources}
        return tuple(sorted(REGISTRY_HOSTS.get(name, name) for name in names))


class ConfigurationBackupSettings(Settings):
    """Copies of the objects in the cluster, what no program holds included (recovery: settings backup)."""

    schedule: CronSchedule = "15 1 * * *"
    """When, as cron says it, in UTC."""
    retention_days: Annotated[int, Field(ge=1, le=365)] = 30
    """Days that each is kept."""
    locked_days: Annotated[int, Field(ge=0, le=90)] = 0
    """Days in which nobody can delete one."""

    @rule
    def _locked_no_longer_than_kept(self) -> Iterator[str]:
        if self.locked_days > self.retention_days:
            yield f"locked_days {self.locked_days} must not exceed retention_days {self.retention_days}"


class ClusterSettings(Settings):
    """A regional cluster: Google runs the control plane three-fold, in three zones (docs/adr/0037)."""

    release_channel: Literal["REGULAR", "STABLE", "EXTENDED"] = "REGULAR"
    """How early GKE upgrades the cluster. `RAPID` is not offered: it comes without the service level agreement."""
    kubernetes_version: GkeMinor = "1.35"
    """The oldest Kubernetes minor that the control plane may run; the channel moves on from there."""
    services_pool: NodePoolSettings
    """Nodes of the services, and of what GKE brings: five workers or more in production."""
    monitoring_pool: NodePoolSettings | None = None
    """Nodes that only metrics and logs run on; without, they share the services'."""
    upgrades: UpgradeSettings = UpgradeSettings()
    """When Google works on it."""
    rbac_group: GoogleGroup | None = None
    """The Google group `gke-security-groups@<domain>` whose member groups RBAC knows."""
    image_admission: ImageAdmissionSettings = ImageAdmissionSettings()
    """Which images it runs."""
    backup: ConfigurationBackupSettings = ConfigurationBackupSettings()
    """Copies of its objects."""

    @property
    def pools(self) -> dict[str, NodePoolSettings]:
        """The node pools by name."""
        return {
            name: pool
            for name, pool in (("services", self.services_pool), ("monitoring", self.monitoring_pool))
            if pool is not None
        }
