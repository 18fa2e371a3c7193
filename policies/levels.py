"""How strictly each rule is enforced in each environment: levels.toml, read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

from policies.resource import ENVIRONMENTS, EnvironmentName
from policies.rule import Answer, Finding, Rule

Level: TypeAlias = Literal["advisory", "mandatory"]
LEVELS: Final[tuple[Level, ...]] = ("advisory", "mandatory")
LEVELS_FILE: Final = Path(__file__).with_name("levels.toml")


@dataclass(frozen=True, kw_only=True)
class ByData:
    """A level that hangs on what the data is."""

    personal: Level
    otherwise: Level

    def __str__(self) -> str:
        return f"{self.otherwise}, with personal data {self.personal}"


Levels: TypeAlias = Mapping[str, Mapping[EnvironmentName, "Level | ByData"]]


class LevelsError(Exception):
    """The levels file does not say what it must; the message lists every mistake."""


def load_levels(rules: Sequence[Rule], path: Path = LEVELS_FILE) -> Levels:
    """Return the level of every rule in every environment; a misspelt or missing name is refused, not skipped."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LevelsError(f"policies/{path.name} cannot be read: {error}") from None
    if mistakes := list(_mistakes(rules, content)):
        raise LevelsError("\n".join(f"policies/{path.name}: {mistake}" for mistake in mistakes))
    checked = cast("Mapping[str, Mapping[EnvironmentName, Level | dict[str, Level]]]", content)
    return {rule: {name: _level(given) for name, given in row.items()} for rule, row in checked.items()}


def _level(given: Level | dict[str, Level]) -> Level | ByData:
    return ByData(**given) if isinstance(given, dict) else given


def _mistakes(rules: Sequence[Rule], content: Mapping[str, object]) -> Iterator[str]:
    by_id = {rule.id: rule for rule in rules}
    yield from (f"{name} is no rule; rules: {', '.join(by_id)}" for name in content if name not in by_id)
    for name, rule in by_id.items():
        row = content.get(name)
        if not isinstance(row, dict) or set(row) != set(ENVIRONMENTS):
            yield f"{name} must have a level for each of {', '.join(ENVIRONMENTS)}, and no other"
            continue
        for environment, given in row.items():
            yield from _mistakes_in(f"{name}.{environment}", given, rule, environment)


def _mistakes_in(place: str, given: object, rule: Rule, environment: EnvironmentName) -> Iterator[str]:
    """Return what is wrong with one level; the rules that fail closed may be lowered where their source says so."""
    levels = given if isinstance(given, dict) else {"": given}
    if isinstance(given, dict) and set(given) != {"personal", "otherwise"}:
        yield f"{place} must be a level, or one for personal data and one otherwise"
        return
    for data, level in levels.items():
        where = f"{place}.{data}" if data else place
        if level not in LEVELS:
            yield f"{where} is {level!r}; levels: {', '.join(LEVELS)}"
        elif level == "advisory" and rule.fail_closed and environment not in rule.free_without_personal_data:
            yield f"{where} is advisory; {rule.concern} is mandatory everywhere ({rule.source})"
        elif level == "advisory" and rule.fail_closed and data != "otherwise":
            yield f"{where} is advisory; {rule.concern} is mandatory for personal data ({rule.source})"


def level_of(finding: Finding, rule: Rule, environment: EnvironmentName, levels: Levels, *, personal: bool) -> Level:
    """Return how strictly a finding is enforced: what cannot be known only advises, unless the rule fails closed."""
    if finding.answer is Answer.UNKNOWABLE and not rule.fail_closed:
        return "advisory"
    level = levels[rule.id][environment]
    if isinstance(level, ByData):
        return level.personal if personal else level.otherwise
    return level


def strictest(level: Level | ByData) -> Level:
    """Return the level where nothing is known of the data."""
    return level.personal if isinstance(level, ByData) else level
