"""The facts of a cloud as data: what is simulated of each resource type, and the tables the rules read.

One YAML entry a type tells everything the rehearsal knows of it; see `TypeEntry` for what an entry may say. Files are
read when a type of theirs is first met, so a cloud of many services starts as fast as one of few.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from rehearsal.values import Steps, Value, parse_path

PHASES = ("check", "create", "update", "delete")


@dataclass(frozen=True, kw_only=True)
class PropertyFacts:
    """What the cloud demands of one input property (or of all that a pattern such as `subnetIds[*]` meets)."""

    default: Any = None
    """What the cloud assumes and gives back where nothing is said."""
    replaces: bool = False
    """It cannot be changed in place."""
    pattern: str | None = None
    """A regular expression the whole text must match."""
    min: float | None = None
    """Shortest text or smallest number allowed."""
    max: float | None = None
    """Longest text or greatest number allowed."""
    one_of: list[Any] | str | None = None
    """The allowed values, or the name of a fact that lists them; like `pattern` above an SDK's enum."""
    format: str | None = None
    """`cidr`, `ip`, `json`, `arn` or `guid`: text of this form."""
    error: str | None = None
    """The cloud's own words when the value is refused; {value} is the value."""
    refers: str | list[str] | None = None
    """The type(s) of the object this names; it must exist in the same account and region."""
    by: str | list[str] = "id"
    """The handle(s) of the target it is named by: id, arn, name ..."""
    region: str | None = None
    """The region its target stands in, where that is not the resource's own."""
    missing: str | None = None
    """The cloud's own words when the target does not exist."""
    blocks: bool = True
    """The target cannot be deleted while this refers to it."""
    unless: str | None = None
    """Values that match are the cloud's own (managed policies, default groups) and need not exist."""

    @cached_property
    def targets(self) -> list[str]:
        """The types this may refer to."""
        return [self.refers] if isinstance(self.refers, str) else self.refers or []

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of handle it may use."""
        return [self.by] if isinstance(self.by, str) else self.by

    def exempt(self, value: str) -> bool:
        """Tell whether a value names something of the cloud's own."""
        return self.unless is not None and re.fullmatch(self.unless, value) is not None


@dataclass(frozen=True, kw_only=True)
class Unique:
    """Something only one object of a type may have; `scope` is region or world."""

    by: str
    each: str | None = None
    """A pattern: every value it meets is one such thing, {value} in the templates."""
    error: str
    scope: str = "region"


@dataclass(frozen=True, kw_only=True)
class Autoname:
    """How a missing name is made: prefix, the resource's name, a dash, seven hex digits; at most `max` characters."""

    property: str = "name"
    max: int = 255
    lower: bool = False
    prefix: str = ""
    separator: str = "-"
    guid: bool = False
    """The name is a GUID and says nothing."""


@dataclass(frozen=True, kw_only=True)
class TypeEntry:
    """Everything simulated of one resource type."""

    id: str = "{hex:20}"
    """Template of the id the cloud gives."""
    regional: bool = True
    """False for services that know no region (IAM, CloudFront, Route 53)."""
    autoname: Autoname | None = None
    properties: dict[str, PropertyFacts] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    """Templates of what the cloud computes; an input of the same name wins."""
    computed_by: str | None = None
    """`module.function(case) -> dict` for outputs no template can say."""
    known_after: list[str] = field(default_factory=list)
    """Paths of what the cloud computes inside of maps that are given: a preview of a new one does not know it."""
    handles: dict[str, str] = field(default_factory=dict)
    """Templates of the names others refer to it by, beside `id`."""
    also: dict[str, str | list[str]] = field(default_factory=dict)
    """Things the cloud makes along with it: type -> template(s) of their id (a VPC's default security group)."""
    unique: list[Unique] = field(default_factory=list)
    rules: dict[str, list[str]] = field(default_factory=dict)
    """`module.function(case) -> Iterable[Problem]` per phase: check (preview too), create, update, delete."""
    in_use: str | None = None
    """The cloud's own words when it is deleted while something needs it; without it nothing keeps it."""
    empties: dict[str, str | list[str]] = field(default_factory=dict)
    """What ends with it: package -> template(s) of the account that is emptied (a cluster's objects)."""
    delete_first: bool = False
    """Old and new cannot stand beside each other."""
    stays: dict[str, Any] | None = None
    """Destroying it only makes Pulumi forget it: the cloud keeps it with its name, and these outputs change."""
    adopts: bool = False
    """Creating what stands already is no error: it is taken over."""

    @cached_property
    def references(self) -> list[tuple[Steps, PropertyFacts]]:
        """The properties that name other objects."""
        return [(parse_path(path), facts) for path, facts in self.properties.items() if facts.refers]

    @cached_property
    def enumerated(self) -> list[Steps]:
        """The properties whose values the entry lists or describes."""
        judged = (path for path, facts in self.properties.items() if facts.one_of is not None or facts.pattern)
        return [parse_path(path) for path in judged]

    @cached_property
    def replacing(self) -> list[str]:
        """The properties that cannot be changed in place."""
        return [path for path, facts in self.properties.items() if facts.replaces]


UNLISTED = TypeEntry()
"""What is assumed of a type without an entry: only the SDK's shape is checked."""


class Catalogue:
    """The types/ and facts/ folders of one cloud, and the Python package its rule functions live in."""

    def __init__(self, folder: Path, rules_package: str) -> None:
        self._folder, self._package = folder, rules_package
        self._files: dict[str, Any] = {}

    def entry(self, token: str) -> TypeEntry:
        """Return what is simulated of a type; UNLISTED where nothing beyond its shape is."""
        service = re.split("[/:]", token)[1]
        return self._types(service).get(token, UNLISTED)

    def listed(self) -> list[str]:
        """Return every type token that has an entry."""
        services = sorted(file.stem for file in (self._folder / "types").glob("*.yaml"))
        return [token for service in services for token in self._types(service)]

    def fact(self, path: str) -> Value:
        """Return a table by its dotted name: `rds.instance_classes` is instance_classes in facts/rds.yaml."""
        file, *keys = path.split(".")
        found = self._read("facts", file)
        for key in keys:
            found = found[key]
        return found

    def function(self, name: str) -> Value:
        """Return the function a YAML entry names as `module.function`."""
        module, _, attribute = name.rpartition(".")
        return getattr(import_module(f"{self._package}.{module}"), attribute)

    def _types(self, service: str) -> dict[str, TypeEntry]:
        key = f"types/{service}"
        if key not in self._files:
            file = self._folder / "types" / f"{service}.yaml"
            entries = _load(file) if file.exists() else {}
            self._files[key] = {token: _entry(token, data) for token, data in entries.items()}
        return self._files[key]

    def _read(self, folder: str, name: str) -> Value:
        key = f"{folder}/{name}"
        if key not in self._files:
            self._files[key] = _load(self._folder / folder / f"{name}.yaml")
        return self._files[key]


def each(templates: str | list[str]) -> list[str]:
    """Return the templates where one may stand for a list of one."""
    return [templates] if isinstance(templates, str) else templates


def _load(file: Path) -> Value:
    with file.open() as source:
        return yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 -- a safe loader


def _entry(token: str, data: Mapping[str, Any]) -> TypeEntry:
    """Build an entry; a misspelt key is refused with the type it stands in."""
    parts: dict[str, Any] = dict(data)
    try:
        if "autoname" in parts:
            parts["autoname"] = Autoname(**parts["autoname"])
        parts["properties"] = {path: PropertyFacts(**facts) for path, facts in parts.get("properties", {}).items()}
        parts["unique"] = [Unique(**item) for item in parts.get("unique", ())]
        entry = TypeEntry(**parts)
    except TypeError as mistake:
        raise ValueError(f"{token}: {mistake}") from mistake
    if unknown := entry.rules.keys() - set(PHASES):
        raise ValueError(f"{token}: rules are per phase ({', '.join(PHASES)}), not {', '.join(sorted(unknown))}")
    return entry
