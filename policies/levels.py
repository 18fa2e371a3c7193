"""How strictly each rule is enforced in each environment: levels.toml, read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

from policies.resource import ENVIRONMENTS, EnvironmentName
from policies.rule import Answer, Finding, Rule

Level: TypeAlias = Literal["advisory", "mandatory"]
Levels: TypeAlias = Mapping[str, Mapping[EnvironmentName, Level]]
LEVELS: Final[tuple[Level, ...]] = ("advisory", "mandatory")
LEVELS_FILE: Final = Path(__file__).with_name("levels.toml")


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
    return cast("Levels", content)


def _mistakes(rules: Sequence[Rule], content: Mapping[str, object]) -> list[str]:
    by_id = {rule.id: rule for rule in rules}
    found = [f"{name} is no rule; rules: {', '.join(by_id)}" for name in content if name not in by_id]
    for name, rule in by_id.items():
        row = content.get(name)
        if not isinstance(row, dict) or set(row) != set(ENVIRONMENTS):
            found.append(f"{name} must have a level for each of {', '.join(ENVIRONMENTS)}, and no other")
            continue
        found += [
            f"{name}.{environment} is {level!r}; levels: {', '.join(LEVELS)}"
            for environment, level in row.items()
            if level not in LEVELS
        ]
        if rule.fail_closed:
            found += [
                f"{name}.{environment} is advisory; {rule.concern} is mandatory everywhere ({rule.source})"
                for environment, level in row.items()
                if level == "advisory"
            ]
    return found


def level_of(finding: Finding, rule: Rule, environment: EnvironmentName, levels: Levels) -> Level:
    """Return how strictly a finding is enforced: what cannot be known only advises, unless the rule fails closed."""
    if finding.answer is Answer.UNKNOWABLE and not rule.fail_closed:
        return "advisory"
    return levels[rule.id][environment]
