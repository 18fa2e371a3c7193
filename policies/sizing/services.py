"""Sizing tables of services: what each pod takes, how many pods there are, and how many of them a drain leaves."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from policies.kubernetes import AUTOSCALER, DISRUPTION_BUDGET, SCALED_OBJECT, WORKLOADS
from policies.resource import ENVIRONMENTS, UNKNOWN, EnvironmentName, Resource, Value, revealed
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated
from policies.sizing.table import SystemTable, expected_at

#: Objects of a service that its row speaks of.
TYPES: Final = (*WORKLOADS, SCALED_OBJECT, AUTOSCALER, DISRUPTION_BUDGET)
_CONTAINERS: Final = "spec.template.spec.containers"


@dataclass(frozen=True, kw_only=True)
class ServiceRow:
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


ServiceTable: TypeAlias = Mapping[EnvironmentName, Mapping[str, ServiceRow]]


def load_services(file: Path) -> ServiceTable:
    """Return the rows of a file, by environment and service."""
    content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        environment: {service: _row(**row) for service, row in content[environment].items()}
        for environment in ENVIRONMENTS
    }


def _row(*, requests: list[str], limits: list[str], replicas: list[int], min_available: int) -> ServiceRow:
    (cpu, memory), (most_cpu, most_memory), (fewest, most) = requests, limits, replicas
    return ServiceRow(
        requests=(cpu, memory), limits=(most_cpu, most_memory), replicas=(fewest, most), min_available=min_available
    )


def service_of(resource: Resource) -> Value:
    """Return the service that an object belongs to, which is the object's name."""
    return revealed(resource.at("metadata.name"))


@dataclass(frozen=True, kw_only=True)
class ServiceSizing(SystemTable):
    """A system's table of services."""

    table: ServiceTable

    @property
    def services_rule(self) -> ResourceRule:
        """Return the rule that holds each object of a service against the service's row."""
        return ResourceRule(
            id=f"{self.name}-services",
            concern="sizing",
            title="Each service takes what its row says, in as many pods as its row says",
            severity="medium",
            protects=f"cost; {self.protects}",
            controls=self.controls,
            fix=self._fix,
            source=self.source,
            types=TYPES,
            fail_closed=False,
            claims=self.claims,
            judge=self.sizes,
        )

    @property
    def every_service_rule(self) -> StackRule:
        """Return the rule that misses services in a stack."""
        return StackRule(
            id=f"{self.name}-every-service",
            concern="sizing",
            title="Every service of the table runs",
            severity="high",
            protects=self.protects,
            controls=self.controls,
            fix=self._fix,
            source=self.source,
            types=(self.system, *WORKLOADS),
            fail_closed=False,
            claims=self.concerned,
            judge=self.every_service,
        )

    @property
    def _fix(self) -> str:
        return self.fix(f"Give the service what the table says (config/<environment>/services/{self.name}/)")

    def is_ours(self, resource: Resource) -> bool:
        """Return whether an object belongs to the system."""
        return self.system in resource.lineage

    def claims(self, resource: Resource) -> bool:
        """Return whether an object is held against the table; a budget of what operators run is none of a service's."""
        return self.is_ours(resource) and (resource.type != DISRUPTION_BUDGET or self._names_a_service(resource))

    def _names_a_service(self, resource: Resource) -> bool:
        name = service_of(resource)
        return name is UNKNOWN or any(name in services for services in self.table.values())

    def sizes(self, resource: Resource) -> Iterable[Finding]:
        """Hold one of a service's objects against the service's row."""
        name, environment = service_of(resource), resource.environment
        row = self.table[environment].get(name) if isinstance(name, str) else None
        if name is UNKNOWN:
            yield unknowable("metadata.name", f"a service listed in {self.file}")
        elif row is None:
            yield violated(at_path("metadata.name", resource.at("metadata.name")), f"a service listed in {self.file}")
        else:
            for path, expected in _figures(resource, row):
                yield from expected_at(resource, path, expected, f"{name} in {environment}: {row}")

    def every_service(self, resources: Sequence[Resource]) -> Iterable[Finding]:
        """Require each service of the table."""
        system = self.system_in(resources)
        there = {service_of(one) for one in resources if one.type in WORKLOADS and self.is_ours(one)}
        for name in self.table[system.environment]:
            if name not in there:
                yield violated(
                    f"no {name}", f"every service that {self.file} lists for {system.environment}", system.urn
                )


def _figures(resource: Resource, row: ServiceRow) -> Iterator[tuple[str, Value]]:
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
