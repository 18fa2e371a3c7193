"""Exceptions: what a rule finds and somebody has argued for, until a day. exceptions.toml, read and judged.

A mistake in the file (a rule that does not exist, a date that is none) keeps the pack from starting, as one in
levels.toml does. An entry that is well written and must not be, waives nothing and is a violation of its own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from policies.levels import Levels, strictest
from policies.resource import EnvironmentName
from policies.rule import Concern, Finding, Rule, violated

EXCEPTIONS_FILE: Final = Path(__file__).with_name("exceptions.toml")
#: From its start to its end.
LONGEST: Final = timedelta(days=90)
#: What nobody may waive in production where it is mandatory there.
NEVER_WAIVED_IN_PROD: Final[frozenset[Concern]] = frozenset({"residency", "encryption", "secrets"})
#: Its keys in the file, and what each says.
TEXTS: Final[Mapping[str, str]] = {
    "rule": "the rule that is waived",
    "stack": "the stack in which it is waived",
    "resource": "the URN of the resource, or of several with * for any characters",
    "reason": "why it is right so for a while",
    "owner": "who answers for it and mends it",
    "ticket": "where the mending is planned",
}
DATES: Final[Mapping[str, str]] = {
    "starts": "the first day on which it waives",
    "expires": f"the last, {LONGEST.days} days after the first at most",
}

#: The rule about the exceptions themselves. It has no row in levels.toml: nobody can lower it, and no exception waives
#: it.
EXCEPTIONS_RULE: Final = Rule(
    id="exceptions",
    concern="exceptions",
    title="Every exception is needed, in force, short, and of what may be waived",
    severity="high",
    protects="the controls that exceptions suspend",
    fix="Mend what the exception is about and take its entry out of policies/exceptions.toml, or argue for it anew",
    source="The pack's own order: what deviates is argued, owned and ends (docs/adr/0055-exceptions-end.md)",
    types=("*",),
    fail_closed=True,
)


@dataclass(frozen=True, kw_only=True)
class PolicyException:
    """One entry: this rule is waived for these resources of this stack, from one day to another."""

    rule: str
    stack: str
    resource: str
    reason: str
    owner: str
    ticket: str
    starts: date
    expires: date

    def covers(self, rule: Rule, urn: str) -> bool:
        """Return whether it is about what a rule finds of a resource."""
        return rule.id == self.rule and self.is_about(urn)

    def is_about(self, urn: str) -> bool:
        """Return whether it names a resource."""
        pattern = ".*".join(map(re.escape, self.resource.split("*")))
        return re.fullmatch(pattern, urn) is not None

    @property
    def argument(self) -> str:
        """Return until when it waives, why, and who answers for it."""
        return f"until {self.expires}: {self.reason} ({self.ticket}, {self.owner})"

    def __str__(self) -> str:
        return f"the exception from {self.rule} for {self.resource} ({self.ticket}, {self.owner})"


Exceptions = tuple[PolicyException, ...]


class ExceptionsError(Exception):
    """The exceptions file does not say what it must; the message lists every mistake."""


def load_exceptions(rules: Sequence[Rule], path: Path = EXCEPTIONS_FILE) -> Exceptions:
    """Return the exceptions of all stacks; an entry with a mistake is refused, not skipped."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ExceptionsError(f"policies/{path.name} cannot be read: {error}") from None
    if mistakes := list(_mistakes(rules, content)):
        raise ExceptionsError("\n".join(f"policies/{path.name}: {mistake}" for mistake in mistakes))
    return tuple(PolicyException(**entry) for entry in content.get("exception", ()))


def _mistakes(rules: Sequence[Rule], content: Mapping[str, Any]) -> Iterator[str]:
    yield from (
        f"{name} is nothing that is read; an entry begins with [[exception]]" for name in content.keys() - {"exception"}
    )
    entries = content.get("exception", [])
    if not isinstance(entries, list):
        yield "an entry begins with [[exception]]"
        return
    for number, entry in enumerate(entries, start=1):
        yield from (f"exception {number}: {mistake}" for mistake in _mistakes_in(entry, {rule.id for rule in rules}))


def _mistakes_in(entry: Mapping[str, Any], rules: Collection[str]) -> Iterator[str]:
    yield from (
        f"{name} is no key of it; keys: {', '.join({**TEXTS, **DATES})}" for name in entry.keys() - {*TEXTS, *DATES}
    )
    for name, meaning in TEXTS.items():
        value = entry.get(name)
        if not isinstance(value, str) or not value.strip():
            yield f"{name} has to be a text: {meaning}"
        elif name == "rule" and value not in rules:
            yield f"{value} is no rule that could be waived; docs/policies.md lists them"
        elif name == "resource" and not value.replace("*", ""):
            yield f"resource is {value}, which is every one: a rule that is wrong for all is changed in levels.toml"
    for name, meaning in DATES.items():
        if not _is_date(entry.get(name)):
            yield f"{name} has to be a date such as 2026-12-01, without quotes: {meaning}"
    if all(_is_date(entry.get(name)) for name in DATES) and entry["expires"] < entry["starts"]:
        yield f"it expires on {entry['expires']}, before it starts on {entry['starts']}"


def _is_date(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def faults(
    exception: PolicyException, rule: Rule, environment: EnvironmentName, levels: Levels, day: date
) -> Iterator[Finding]:
    """Return why an exception must not be, whatever it is about: then it waives nothing."""
    if exception.expires < day:
        yield violated(f"{exception} expired on {exception.expires}", f"an exception that ends after {day}")
    if exception.expires - exception.starts > LONGEST:
        days = (exception.expires - exception.starts).days
        yield violated(f"{exception} is for {days} days", f"{LONGEST.days} days at most")
    if (
        environment == "prod"
        and rule.concern in NEVER_WAIVED_IN_PROD
        and strictest(levels[rule.id]["prod"]) == "mandatory"
    ):
        yield violated(f"{exception} waives {rule.concern} in prod", f"no exception there: {rule.source}")


def unneeded(exceptions: Sequence[PolicyException], found: Sequence[tuple[Rule, str]]) -> Iterator[Finding]:
    """Return the exceptions by which nothing was waived, of all that the rules found, each on a resource."""
    for exception in exceptions:
        if not any(exception.covers(rule, urn) for rule, urn in found):
            allowed = "an exception for something that its rule finds"
            yield violated(f"{exception} matches nothing that {exception.rule} finds in {exception.stack}", allowed)
