"""Support: versions and features that a cloud ends on a day that is known. The only rules that look at a calendar."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from policies.controls import Controls
from policies.resource import UNKNOWN, Resource, Value, revealed
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated

#: How long before the end somebody is told: time for an upgrade in each environment.
NOTICE: Final = timedelta(days=90)
#: Environment variable with another day to judge on (2027-06-01), to see what that day will refuse.
DATE_VARIABLE: Final = "POLICY_DATE"


@dataclass(frozen=True, kw_only=True)
class Support:
    """The last days of the values of a property."""

    what: str
    types: tuple[str, ...]
    paths: tuple[str, ...]
    source: str
    ends: Mapping[str, date]

    def end_of(self, value: Value) -> date | None:
        """Return the last day of a value; a minor's day is that of all its patches."""
        given = str(value).lower() if isinstance(value, bool) else str(value)
        return next((day for name, day in self.ends.items() if f"{given}.".startswith(f"{name}.")), None)

    def allowed_on(self, day: date) -> str:
        """Return in words what is supported on a day."""
        later = [name for name, end in self.ends.items() if end >= day]
        return f"{self.what}: {' or '.join((*later, 'what has no announced end'))} ({self.source})"


def load_support(file: Path) -> tuple[Support, ...]:
    """Return the tables of a file."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))["values"]
    return tuple(
        Support(
            what=table["what"],
            types=tuple(table["types"]),
            paths=tuple(table["paths"]),
            source=table["source"],
            ends=table["ends"],
        )
        for table in tables
    )


SUPPORT: Final = load_support(Path(__file__).with_name("support.toml"))


def today() -> date:
    """Return the day to judge on: today, or the one that POLICY_DATE gives."""
    given = os.environ.get(DATE_VARIABLE)
    if not given:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise ValueError(f"{DATE_VARIABLE} is {given!r}; it must be a date, for example 2027-06-01") from None


def ended(resource: Resource, day: date) -> Iterable[Finding]:
    """Refuse what is not supported any more on a day."""
    for support, path, value, end in _values_that_end(resource):
        if end is None:
            yield unknowable(path, support.allowed_on(day))
        elif end < day:
            yield violated(f"{at_path(path, value)}, whose support ended on {end}", support.allowed_on(day))


def ending(resource: Resource, day: date) -> Iterable[Finding]:
    """Tell of what is still supported on a day, but not for long."""
    for support, path, value, end in _values_that_end(resource):
        if end is None:
            yield unknowable(path, support.allowed_on(day + NOTICE))
        elif day <= end < day + NOTICE:
            left = (end - day).days
            found = f"{at_path(path, value)}, whose support ends on {end}, in {left} days"
            yield violated(found, support.allowed_on(day + NOTICE))


def _values_that_end(resource: Resource) -> Iterator[tuple[Support, str, Value, date | None]]:
    """Return each value with its last day; None for that of a value which is not known yet."""
    for support in SUPPORT:
        if resource.type not in support.types:
            continue
        for name in support.paths:
            for path, value in resource.every(name):
                plain = revealed(value)
                if plain is UNKNOWN:
                    yield support, path, value, None
                elif end := support.end_of(plain):
                    yield support, path, value, end


_PROTECTS: Final = "ISMS-P 2.10.8 patch management"
_CONTROLS: Final[Controls] = {"ISMS-P": ("2.10.8",)}


def _rules(prefix: str, cloud: str, package: str, source: str) -> Iterator[ResourceRule]:
    """Return the two rules about what a cloud ends."""
    types = tuple(sorted({token for support in SUPPORT for token in support.types if token.startswith(f"{package}:")}))
    yield ResourceRule(
        id=f"{prefix}-support-ended",
        concern="lifecycle",
        title=f"Nothing is used that {cloud} has stopped to support",
        severity="high",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Take a supported version; what ends when is in policies/lifecycle/support.toml",
        source=source,
        types=types,
        fail_closed=False,
        judge=lambda resource: ended(resource, today()),
    )
    yield ResourceRule(
        id=f"{prefix}-support-ending",
        concern="lifecycle",
        title=f"What {cloud} stops to support is left {NOTICE.days} days before",
        severity="medium",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Plan the upgrade: dev first, then stage, then prod in its maintenance window",
        source=source,
        types=types,
        fail_closed=False,
        judge=lambda resource: ending(resource, today()),
    )


RULES: Final = (
    *_rules(
        "azure",
        "Azure",
        "azure-native",
        "TripGen physical architecture, 3.1.1 (latest stable version) and 12.1.1 (security patches)",
    ),
    *_rules("aws", "AWS", "aws", "KYEOL runbook, 3 (EKS, RDS, Valkey)"),
    *_rules("gcp", "Google Cloud", "gcp", "DTx infrastructure, components 1 and 2 (cluster, database)"),
)
