"""Requirements that differ by environment: what is asked of prod need not be asked of dev."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from policies.requirement import Requirements, unmet
from policies.resource import ENVIRONMENTS, Resource
from policies.rule import Finding


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What is asked of each type, by environment: a table of requirements each; none where nothing is asked."""

    by_environment: Mapping[str, Requirements]
    #: Resources of those types of which nothing is asked all the same.
    left_out: Callable[[Resource], bool]

    def __post_init__(self) -> None:
        if unknown := set(self.by_environment) - set(ENVIRONMENTS):
            raise ValueError(f"{', '.join(sorted(unknown))} is no environment")

    @property
    def types(self) -> tuple[str, ...]:
        """Return every type of which something is asked anywhere."""
        return tuple(sorted({token for types in self.by_environment.values() for token in types}))

    def concern(self, resource: Resource) -> bool:
        """Return whether something is asked of a resource."""
        return resource.type in self.by_environment.get(resource.environment, {}) and not self.left_out(resource)

    def unmet(self, resource: Resource) -> Iterable[Finding]:
        """Return what a resource does not meet."""
        return unmet(resource, self.by_environment[resource.environment])
