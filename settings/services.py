"""The service files `config/<environment>/services/<system>/<service>.yml`: one for each service, whatever its system.

The file's name is the service's name. What services share is the default here; the figures that were decided for one of
them stand in its file, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from settings.capacity import Amount, cpu_millis, memory_mib
from settings.model import Settings, rule
from settings.types import (
    CpuQuantity,
    EnvironmentVariable,
    ImageReference,
    KubernetesName,
    MemoryQuantity,
    MetricName,
    ServiceName,
    Unique,
    UrlPath,
)

CONFIG_FOLDER: Final = Path(__file__).parent.parent / "config"
#: Blue-green: a whole second set of pods takes over at once. Canary: a growing share of the pods is watched first.
#: Rolling: pods are replaced one at a time.
Strategy = Literal["blue-green", "canary", "rolling"]
Percent = Annotated[int, Field(ge=1, le=100)]


class Resources(Settings):
    """Processor time and memory of one pod's container."""

    cpu: CpuQuantity
    """Processor time, in Kubernetes' spelling: `500m` is half a core."""
    memory: MemoryQuantity
    """Memory, in Kubernetes' spelling: `1Gi`."""

    @property
    def amount(self) -> Amount:
        """The same as numbers."""
        return Amount(cpu_millis=cpu_millis(self.cpu), memory_mib=memory_mib(self.memory))


class CustomMetric(Settings):
    """A figure besides processor and memory that pods are added by: the average a pod, out of one of two sources."""

    name: MetricName
    """What the design calls it."""
    above: Annotated[int, Field(ge=1)]
    """Average a pod from which pods are added."""
    query: Annotated[str, Field(min_length=1)] | None = None
    """PromQL for the sum over all pods."""
    queue: Annotated[str, Field(min_length=1, max_length=260)] | None = None
    """Queue of the environment's message bus whose messages are counted."""

    @rule
    def _one_source(self) -> Iterator[str]:
        if (self.query is None) == (self.queue is None):
            yield f"{self.name} needs one source: `query` (PromQL) or `queue` (its length), and not both"


class Scaling(Settings):
    """How many pods run: between a minimum and a maximum, by whichever figure asks for most."""

    min_replicas: Annotated[int, Field(ge=1, le=1000)]
    """Pods that always run."""
    max_replicas: Annotated[int, Field(ge=1, le=1000)]
    """Pods that autoscaling may reach."""
    cpu_percent: Percent
    """Average use of the requested processor time that is aimed at."""
    memory_percent: Percent
    """Average use of the requested memory that is aimed at."""
    metric: CustomMetric | None = None
    """The service's own figure, where it has one: the cluster then needs KEDA, which asks for it."""
    scale_down_seconds: Annotated[int, Field(ge=15, le=1800)] = 300
    """At most one pod goes in this time, and none before load has been low for as long."""

    @rule
    def _range_is_in_order(self) -> Iterator[str]:
        if self.min_replicas > self.max_replicas:
            yield f"min_replicas {self.min_replicas} must not exceed max_replicas {self.max_replicas}"


class CanaryStep(Settings):
    """A share of the pods that is of the new version, and how long that is watched."""

    percent: Annotated[int, Field(ge=1, le=99)]
    """Share of the pods, and of the requests with it, rounded up to whole pods."""
    watch_seconds: Annotated[int, Field(ge=30, le=86400)]
    """Time in which the new version's health is asked for before the next step."""


class Probes(Settings):
    """How a pod's health is asked for."""

    path: UrlPath = "/actuator/health"
    """Where the application answers for its health."""
    liveness_failures: Annotated[int, Field(ge=1, le=10)] = 3
    """Failures in a row after which the container is restarted."""
    liveness_seconds: Annotated[int, Field(ge=5, le=300)] = 30
    """Time that those failures take."""
    startup_seconds: Annotated[int, Field(ge=10, le=600)] = 120
    """Time that a container has for its start."""

    @rule
    def _failures_share_the_time(self) -> Iterator[str]:
        if self.liveness_seconds % self.liveness_failures:
            yield (
                f"liveness_seconds {self.liveness_seconds} must be a multiple of liveness_failures "
                f"{self.liveness_failures}: probes come at equal intervals of whole seconds"
            )

    @property
    def period_seconds(self) -> int:
        """Seconds between two probes."""
        return self.liveness_seconds // self.liveness_failures


class ServiceSettings(Settings):
    """One service of a system in one environment."""

    image: ImageReference
    """Image in the environment's registry, with the version that runs and, in prod, its digest (docs/adr/0057)."""
    port: Annotated[int, Field(ge=1024, le=65535)] = 8080
    """Port of the container and of its Kubernetes service."""
    routes: Annotated[tuple[UrlPath, ...], Unique()] = ()
    """Paths that the edge sends to the service; none for one that only others in the cluster call."""
    requests: Resources
    """What the scheduler sets aside for each pod."""
    limits: Resources
    """What a pod can take at most."""
    scaling: Scaling
    """How many pods run."""
    min_available: Annotated[int, Field(ge=0)]
    """Pods that a drain must leave running (PodDisruptionBudget)."""
    strategy: Strategy = "blue-green"
    """How a new version takes over."""
    canary_steps: Annotated[tuple[CanaryStep, ...], Field(max_length=10)] = ()
    """How a canary grows; after the last step it is all pods. Only for that strategy."""
    rollback_seconds: Annotated[int, Field(ge=60, le=3600)] = 180
    """A new version that is not healthy for this long after its start, or within it after traffic came, goes back."""
    service_account: KubernetesName
    """Kubernetes account of the pods; it stands for the system's identity in its cloud."""
    cluster_roles: Annotated[tuple[KubernetesName, ...], Unique()] = ()
    """Roles of the account in the service's own namespace."""
    environment: Mapping[EnvironmentVariable, str] = Field(default_factory=dict)
    """Settings of the application that only this service has."""
    probes: Probes = Probes()
    """How its health is asked for."""

    @rule
    def _requests_are_within_limits(self) -> Iterator[str]:
        if not self.requests.amount.fits(self.limits.amount):
            yield (
                f"requests ({self.requests.cpu}, {self.requests.memory}) must not exceed limits "
                f"({self.limits.cpu}, {self.limits.memory})"
            )

    @rule
    def _a_drain_goes_on(self) -> Iterator[str]:
        if self.min_available >= self.scaling.min_replicas:
            yield (
                f"min_available {self.min_available} with scaling.min_replicas {self.scaling.min_replicas} blocks "
                "every drain at the minimum: no pod may leave; min_available must be lower"
            )

    @rule
    def _a_canary_has_steps_that_grow(self) -> Iterator[str]:
        if (self.strategy == "canary") != bool(self.canary_steps):
            yield f"strategy {self.strategy} with {len(self.canary_steps)} canary_steps: a canary has some, others none"
        shares = [step.percent for step in self.canary_steps]
        if any(later <= earlier for earlier, later in pairwise(shares)):
            yield f"canary_steps of {', '.join(map(str, shares))} percent: each must be more than the one before"

    @rule
    def _canary_checks_end_with_their_time(self) -> Iterator[str]:
        period = self.probes.period_seconds
        for step in self.canary_steps:
            if step.watch_seconds < period:
                yield f"canary_steps: watch_seconds {step.watch_seconds} is less than the {period} s between two checks"

    @rule
    def _a_start_fits_the_rollback(self) -> Iterator[str]:
        if self.probes.startup_seconds >= self.rollback_seconds:
            yield (
                f"probes.startup_seconds {self.probes.startup_seconds} must be less than rollback_seconds "
                f"{self.rollback_seconds}: a version would be taken back while it may still start"
            )


Services = Mapping[ServiceName, ServiceSettings]
_NAME: Final[TypeAdapter[str]] = TypeAdapter(ServiceName)


def service_folder(environment: str, system: str) -> Path:
    """Return the folder of a system's service files, below the project."""
    return Path("config", environment, "services", system)


def read_services(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the documents in a folder by service, and what is wrong with files that hold none, by file name."""
    documents: dict[str, Any] = {}
    unreadable: dict[str, str] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            documents[_NAME.validate_python(path.stem)] = _document(path)
        except (ValidationError, YAMLError, ValueError) as error:
            reason = error.errors()[0]["ctx"]["error"] if isinstance(error, ValidationError) else error
            unreadable[path.name] = f"a service file <service>.yml with settings in YAML ({reason})"
    return documents, unreadable


def _document(path: Path) -> Any:  # noqa: ANN401 - whatever stands in the file; the model judges it
    if path.suffix != ".yml":
        raise ValueError("its name does not end in .yml")
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
