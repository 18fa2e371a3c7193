# ruff: noqa: A001, A002 -- `type` and `id` are what the protocol calls them
"""What a rule sees: one resource on its way into, or out of, a simulated cloud."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal import values
from rehearsal.catalogue import Catalogue, PropertyFacts, TypeEntry
from rehearsal.inventory import Handle, Inventory, Object, Scope
from rehearsal.values import UNKNOWN, Steps, Value


@dataclass(frozen=True, kw_only=True)
class Case:
    """One resource with everything a rule may ask. Unknown values read as None: what is not known yet is not judged."""

    type: str
    entry: TypeEntry
    scope: Scope
    inventory: Inventory
    catalogue: Catalogue
    constants: Mapping[str, str]
    """What templates may name beside the object's own properties: region, account, partition ..."""
    properties: dict[str, Any]
    """The inputs laid over the cloud's defaults; at deletion all outputs laid over the inputs."""
    old: Object | None = None
    """The object as it stands, at update and deletion."""
    id: str | None = None
    urn: str = ""
    generation: int = 0

    def get(self, path: str, default: Value = None) -> Value:
        """Return a property, the default where it is absent or unknown."""
        found = values.get(self.properties, path, default)
        return default if found is UNKNOWN else found

    def all(self, pattern: str) -> list[Any]:
        """Return every known value a pattern meets."""
        return [found for _, found in values.find(self.properties, pattern) if not values.contains_unknown(found)]

    def is_unknown(self, path: str) -> bool:
        """Tell whether a property is, or contains something, not known yet."""
        return values.contains_unknown(values.get(self.properties, path))

    def before(self, path: str, default: Value = None) -> Value:
        """Return a property as it stands in the cloud, at update and deletion."""
        return values.get(self.old.outputs, path, default) if self.old else default

    def fact(self, path: str) -> Value:
        """Return a table of the catalogue, by its dotted name."""
        return self.catalogue.fact(path)

    def scope_of(self, type: str, region: str | None = None) -> Scope:
        """Return the scope in which an object of a type lives, seen from here (or from another region)."""
        regional = self.catalogue.entry(type).regional
        place = region or self.constants["region"] if regional else "global"
        return Scope(self.scope.package, self.scope.account, place)

    def find(self, type: str, value: str, kind: str = "id", region: str | None = None) -> Object | None:
        """Return an object of this account and region (or of another one) by one of its handles."""
        scope = self.scope_of(type, region)
        return self.inventory.resolve(scope.package, Handle(type, kind, value, scope.account, scope.region))

    def find_anywhere(self, type: str, value: str, kind: str = "id") -> Object | None:
        """Return an object of any account and region by a handle that is unique in the world."""
        place = self.inventory.elsewhere(self.scope.package, Handle(type, kind, value, "", ""))
        if place is None:
            return None
        return self.inventory.resolve(place.package, Handle(type, kind, value, place.account, place.region))

    def standing(self, type: str) -> list[Object]:
        """Return every object of a type that stands beside this one, in its account and region."""
        scope = self.scope_of(type)
        return self.inventory.list(scope.package, type, account=scope.account, region=scope.region)

    def references(self) -> Iterator[tuple[Steps, PropertyFacts, str, Object | None]]:
        """Yield every (path, facts, value, target) of the properties that name other objects; None where nothing is."""
        for pattern, facts in self.entry.references:
            for path, value in values.find(self.properties, pattern):
                if isinstance(value, str) and value and not facts.exempt(value):
                    yield path, facts, value, self._target(facts, value)

    def _target(self, facts: PropertyFacts, value: str) -> Object | None:
        for type in facts.targets:
            for kind in facts.kinds:
                if found := self.find(type, value, kind, facts.region):
                    return found
        return None

    def target(self, path: str) -> Object | None:
        """Return the object a property refers to; None where it is absent, unknown, or names nothing."""
        value = self.get(path)
        if not isinstance(value, str):
            return None
        steps = values.parse_path(path)
        for pattern, facts in self.entry.references:
            if len(pattern) == len(steps) and values.matches(steps, pattern):
                return self._target(facts, value)
        return None

    def targets(self, pattern: str) -> list[Object]:
        """Return the existing objects the properties of a pattern refer to, in order."""
        found = [self.target(values.format_path(path)) for path, _ in values.find(self.properties, pattern)]
        return [target for target in found if target]

    def referrers(self, type: str, property: str | None = None) -> list[Object]:
        """Return the objects of a type that refer to this one."""
        return self.inventory.referrers(self.old.key, type=type, property=property) if self.old else []

    def seed(self) -> str | None:
        """Return what all noise of this object grows from; None while it does not exist."""
        return f"{self.urn}|{self.generation}" if self.generation else None

    def lookup(self, name: str) -> Value:
        """Return the value of a template's placeholder."""
        if name == "id":
            return self.id if self.id is not None else UNKNOWN
        if name in self.constants:
            return self.constants[name]
        first, _, output = name.partition(">")
        if not output:
            return values.get(self.properties, name)
        if not self.generation or values.contains_unknown(values.get(self.properties, first)):
            return UNKNOWN
        found = self.target(first)
        return values.get(found.outputs, output) if found else None
