"""Sizing of TripGen's services: what each pod takes and how many there are, by environment."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policies.kubernetes import AUTOSCALER, DISRUPTION_BUDGET, SCALED_OBJECT, WORKLOADS
from policies.resource import ENVIRONMENTS, UNKNOWN, EnvironmentName, Resource, Value, revealed
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated

SYSTEM: Final = "platform:system:Tripgen"
_FILE: Final = "policies/sizing/tripgen_services.toml"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One service of one environment."""

    #: Processor time and memory of a pod, as Kubernetes spells them.
    requests: tuple[str, str]
    limits: tuple[str, str]
    #: The fewest and the most pods.
    replicas: tuple[int, int]
    min_available: int

    def __str__(self) -> str:
        resources = (", ".join(each) for each in (self.requests, self.limits))
        fewest, most = self.replicas
        return f"{' to '.join(resources)}; {fewest}-{most} pods, {self.min_available} stay"


def _load() -> Mapping[EnvironmentName, Mapping[str, Row]]:
    content: dict[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        environment: {service: _row(**row) for service, row in content[environment].items()}
        for environment in ENVIRONMENTS
    }


def _row(*, requests: list[str], limits: list[str], replicas: list[int], min_available: int) -> Row:
    (cpu, memory), (most_cpu, most_memory), (fewest, most) = requests, limits, replicas
    return Row(
        requests=(cpu, memory), limits=(most_cpu, most_memory), replicas=(fewest, most), min_available=min_available
    )


TABLE: Final = _load()
_CONTAINERS: Final = "spec.template.spec.containers"


def service_of(resource: Resource) -> Value:
    """Return the service that an object belongs to, which is the object's name."""
    return revealed(resource.at("metadata.name"))


def sizes(resource: Resource) -> Iterable[Finding]:
    """Hold one of a service's objects against the service's row."""
    name, environment = service_of(resource), resource.environment
    row = TABLE[environment].get(name) if isinstance(name, str) else None
    if name is UNKNOWN:
        yield unknowable("metadata.name", f"a service listed in {_FILE}")
    elif row is None:
        yield violated(f"{at_path('metadata.name', resource.at('metadata.name'))}", f"a service listed in {_FILE}")
    else:
        for path, expected in _figures(resource, row):
            yield from _expected(resource, path, expected, f"{name} in {environment}: {row}")


def _figures(resource: Resource, row: Row) -> Iterator[tuple[str, Value]]:
    """Return what an object of this type must say, by path."""
    if resource.type == DISRUPTION_BUDGET:
        yield "spec.minAvailable", row.min_available
    elif resource.type in WORKLOADS:
        for kind, amounts in (("requests", row.requests), ("limits", row.limits)):
            for name, amount in zip(("cpu", "memory"), amounts, strict=True):
                yield f"{_CONTAINERS}.0.resources.{kind}.{name}", amount
    else:
        count = "ReplicaCount" if resource.type == SCALED_OBJECT else "Replicas"
        for end, number in zip(("min", "max"), row.replicas, strict=True):
            yield f"spec.{end}{count}", number


def _expected(resource: Resource, path: str, expected: Value, allowed: str) -> Iterator[Finding]:
    value = resource.at(path)
    if revealed(value) is UNKNOWN:
        yield unknowable(path, allowed)
    elif revealed(value) != expected:
        yield violated(at_path(path, value), allowed)


def _is_tripgens(resource: Resource) -> bool:
    return SYSTEM in resource.lineage


def every_service(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require each service of the table."""
    system = next(resource for resource in resources if resource.type == SYSTEM)
    there = {service_of(resource) for resource in resources if resource.type in WORKLOADS and _is_tripgens(resource)}
    for name in TABLE[system.environment]:
        if name not in there:
            yield violated(f"no {name}", f"every service that {_FILE} lists for {system.environment}", system.urn)


def _concerned(resources: Sequence[Resource]) -> bool:
    return any(resource.type == SYSTEM for resource in resources)


_FIX: Final = (
    "Give the service what the table says (config/<environment>/services/tripgen/); where the table itself changes, "
    f"change {_FILE} in the same review"
)
_SOURCE: Final = "TripGen physical architecture, 3.2.1, 3.3.1 and 3.3.2"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="tripgen-services",
        concern="sizing",
        title="Each service takes what its row says, in as many pods as its row says",
        severity="medium",
        protects="cost; ISMS-P 2.9.2 performance and failures",
        fix=_FIX,
        source=_SOURCE,
        types=(*WORKLOADS, SCALED_OBJECT, AUTOSCALER, DISRUPTION_BUDGET),
        fail_closed=False,
        claims=_is_tripgens,
        judge=sizes,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="tripgen-every-service",
        concern="sizing",
        title="Every service of the design runs",
        severity="high",
        protects="ISMS-P 2.9.2 performance and failures",
        fix=_FIX,
        source=_SOURCE,
        types=(SYSTEM, *WORKLOADS),
        fail_closed=False,
        claims=_concerned,
        judge=every_service,
    ),
)
