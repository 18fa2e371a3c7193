# ruff: noqa: A002 -- `type` and `id` are what the protocol calls them
"""What every simulated cloud answers, in plain Python values: `server.py` speaks the protocol, a cloud its rules."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rehearsal.errors import Problem
from rehearsal.inventory import Inventory
from rehearsal.values import Steps, differences, matches, parse_path

Values = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource as the engine names it."""

    urn: str
    type: str
    name: str


@dataclass(frozen=True)
class Provider:
    """One configured provider: whose account, which region, and the configuration it was given."""

    account: str
    region: str
    config: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One property that differs: how, and whether the cloud can only replace the whole thing for it."""

    path: Steps
    kind: str  # add, delete or update
    replaces: bool


@dataclass(frozen=True)
class Difference:
    """Everything that differs; `delete_first` where old and new cannot stand beside each other."""

    changes: list[Change]
    delete_first: bool = False


@dataclass(frozen=True)
class State:
    """What a cloud tells about an existing thing."""

    id: str
    inputs: Values
    outputs: Values


class Cloud(ABC):
    """The simulated cloud behind one provider package."""

    package: str
    version: str

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory

    @abstractmethod
    def check_config(self, config: Values) -> list[Problem]:
        """Say what is wrong with a provider's configuration; parts of it may be unknown."""

    @abstractmethod
    def configure(self, config: Values) -> Provider:
        """Accept a checked, fully known configuration."""

    @abstractmethod
    def config_replaces(self, name: str) -> bool:
        """Tell whether a change of this provider setting means another account or region: nothing can be kept."""

    @abstractmethod
    def check(self, provider: Provider, resource: Resource, olds: Values, news: Values) -> tuple[Values, list[Problem]]:
        """Return the inputs with generated names filled in, and every mistake that needs no look at the cloud."""

    def diff(self, resource: Resource, old_inputs: Values, news: Values, ignored: Iterable[str] = ()) -> Difference:
        """Compare inputs with inputs: what the cloud computed is no change."""
        skip = [parse_path(path) for path in ignored]
        replacing = [parse_path(path) for path in self.replacing(resource.type)]
        changes = [
            Change(path, kind, any(matches(path, pattern) or matches(pattern, path) for pattern in replacing))
            for path, kind in differences(old_inputs, news)
            if not str(path[0]).startswith("__") and not any(matches(path, pattern) for pattern in skip)
        ]
        return Difference(
            changes,
            delete_first=any(c.replaces for c in changes) and self.deletes_first(resource, old_inputs, news),
        )

    @abstractmethod
    def replacing(self, type: str) -> Iterable[str]:
        """Name the properties (patterns) that cannot be changed in place."""

    @abstractmethod
    def deletes_first(self, resource: Resource, old_inputs: Values, news: Values) -> bool:
        """Tell whether a replacement cannot be made while the old one stands (same name, same address)."""

    @abstractmethod
    def create(self, provider: Provider, resource: Resource, inputs: Values, *, preview: bool) -> State:
        """Make it, or say in a preview how it would look with `values.UNKNOWN` for what only the cloud knows."""

    @abstractmethod
    def read(self, provider: Provider, resource: Resource, id: str, state: Values) -> State | None:
        """Return what the cloud holds under this id, None where it holds nothing."""

    @abstractmethod
    def update(self, provider: Provider, resource: Resource, state: State, news: Values, *, preview: bool) -> Values:
        """Change it in place and return all outputs."""

    @abstractmethod
    def delete(self, provider: Provider, resource: Resource, state: State) -> None:
        """Remove it; refused while other things need it. Removing what is gone is no error."""

    @abstractmethod
    def invoke(self, provider: Provider, token: str, args: Mapping[str, Any]) -> Values:
        """Answer a data source."""
