"""Sizing tables: what an environment has of each kind, how many and how large. Too large is refused like too small."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from policies.controls import Controls
from policies.resource import ENVIRONMENTS, UNKNOWN, EnvironmentName, Resource, Value, revealed, shown
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated


@dataclass(frozen=True, kw_only=True)
class Row:
    """What an environment has of one kind: how many, and what each must say, by the property's path."""

    count: int
    figures: Mapping[str, Value]

    def __str__(self) -> str:
        figures = ", ".join(f"{path.rpartition('.')[2]} {shown(value)}" for path, value in self.figures.items())
        return f"{self.count} with {figures}" if figures else str(self.count)


_NONE = Row(count=0, figures={})
Table: TypeAlias = Mapping[EnvironmentName, Mapping[str, Row]]


def load_table(file: Path) -> Table:
    """Return the rows of a file, by environment and kind."""
    content: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        environment: {kind: _row(**row) for kind, row in content[environment].items()} for environment in ENVIRONMENTS
    }


def _row(*, count: int, **figures: Value) -> Row:
    return Row(count=count, figures=figures)


@dataclass(frozen=True, kw_only=True)
class SystemTable:
    """What the tables of a system have in common: whose they are, where they stand, and what they serve."""

    #: The system's component.
    system: str
    #: Where the table stands, for messages.
    file: str
    #: The control that too little of something fails.
    protects: str
    controls: Controls
    #: The document that the figures are from.
    source: str

    @property
    def name(self) -> str:
        """Return the system's name, with which the ids of its rules begin: `dtx` of `platform:system:Dtx`."""
        return self.system.rpartition(":")[2].lower()

    def fix(self, remedy: str) -> str:
        """Return what to do where something is not as the table says, or where the table is not as it should be."""
        return f"{remedy}; where the table itself changes, change {self.file} in the same review"

    def concerned(self, resources: Sequence[Resource]) -> bool:
        """Return whether the stack holds the system; stacks of other systems owe it nothing."""
        return any(resource.type == self.system for resource in resources)

    def system_in(self, resources: Sequence[Resource]) -> Resource:
        """Return the system of a stack that holds it."""
        return next(resource for resource in resources if resource.type == self.system)


@dataclass(frozen=True, kw_only=True)
class Sizing(SystemTable):
    """A system's table, and how its rows are found."""

    table: Table
    #: What the rows are called in messages, by the kind.
    words: Mapping[str, str]
    #: The rows that a resource is held against, each with the path where the row's properties begin.
    parts: Callable[[Resource], Iterable[tuple[str, str]]]

    def rule(self, name: str, title: str, chapter: str, *types: str) -> ResourceRule:
        """Return the rule that holds each resource of some types against its rows."""
        return ResourceRule(
            id=f"{self.name}-{name}",
            concern="sizing",
            title=title,
            severity="medium",
            protects=f"cost; {self.protects}",
            controls=self.controls,
            fix=self._fix,
            source=f"{self.source}, {chapter}",
            types=types,
            fail_closed=False,
            judge=self.sizes,
        )

    def each_row_rule(self, chapter: str, *types: str) -> StackRule:
        """Return the rule that counts what a stack has of the table's rows."""
        return StackRule(
            id=f"{self.name}-each-row",
            concern="sizing",
            title="The stack has as many of everything as the sizing table says",
            severity="medium",
            protects=f"cost; {self.protects}",
            controls=self.controls,
            fix=self._fix,
            source=f"{self.source}, {chapter}",
            types=(self.system, *types),
            fail_closed=False,
            claims=self.concerned,
            judge=self.each_row,
        )

    @property
    def _fix(self) -> str:
        return self.fix("Give the stack what the table says for its environment (Pulumi.<stack>.yaml)")

    def sizes(self, resource: Resource) -> Iterable[Finding]:
        """Hold a resource against its rows; what has none would be a way round the table."""
        held = False
        for kind, prefix in self.parts(resource):
            held = True
            row = self.table[resource.environment].get(kind, _NONE)
            allowed = f"{self.words[kind]} in {resource.environment}: {row}"
            if not row.count:
                yield violated(f"{self.words[kind]} in {resource.environment}", allowed)
                continue
            for path, expected in row.figures.items():
                yield from expected_at(resource, f"{prefix}{path}", expected, allowed)
        if not held:
            yield violated(f"a way round the sizing table ({resource.type})", f"what {self.file} lists")

    def each_row(self, resources: Sequence[Resource]) -> Iterable[Finding]:
        """Require as many of each kind as the table says: no second database, and no missing one."""
        system = self.system_in(resources)
        counts = Counter(kind for resource in resources for kind, _ in self.parts(resource))
        for kind, words in self.words.items():
            count = self.table[system.environment].get(kind, _NONE).count
            if counts[kind] != count:
                yield violated(f"{counts[kind]} x {words}", f"{count} in {system.environment}", system.urn)


def expected_at(resource: Resource, path: str, expected: Value, allowed: str) -> Iterator[Finding]:
    """Return what stands at a path and is not what the table says."""
    value = resource.at(path)
    if revealed(value) is UNKNOWN:
        yield unknowable(path, allowed)
    elif revealed(value) != expected:
        yield violated(at_path(path, value), allowed)
