"""What the residency report says, as data: one pure function from what was judged to the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ops.judging import NOT_SAID, Subject
from ops.residency import Judged, Named, Residence, Verdict
from policies.enforcement import Enforcement
from policies.levels import Levels
from policies.registry import RULES
from policies.rule import Severity, matches

#: Why the section on exceptions is empty: an honest sentence, not a silence.
NO_EXCEPTIONS: Final = (
    "None. No rule on residency is excepted in this stack: every one was applied in full. In production none can be."
)

_RESIDENCY: Final = frozenset(rule.id for rule in RULES if rule.concern == "residency")


@dataclass(frozen=True, kw_only=True)
class Source:
    """What the report was made from, so that whoever doubts it can make it again."""

    made: datetime
    #: The commit of the rules and of this tool.
    commit: str
    #: SHA-256 of the policy pack's rules and lists, in hexadecimal digits.
    rules_sha256: str
    rules_version: str


@dataclass(frozen=True, kw_only=True)
class AppliedRule:
    """A rule that was applied, and how strictly."""

    id: str
    title: str
    severity: Severity
    protects: str
    source: str
    level: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Why some of a system's resources may be in no region, or in another, and which: their names by their type."""

    system: str
    reason: str
    types: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Excepted:
    """An exception from a rule on residency: who argued it, until when, and what it waives today."""

    rule: str
    resource: str
    reason: str
    owner: str
    ticket: str
    starts: date
    expires: date
    standing: str
    #: The names of the resources that it waives the rule for.
    used: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SystemPart:
    """A system of the stack."""

    name: str
    #: What its data is: `public`, `internal`, `personal`.
    classification: str
    #: Where its resources have to be.
    expected: tuple[str, ...]
    counts: Mapping[Verdict, int]
    residences: tuple[Residence, ...]


@dataclass(frozen=True, kw_only=True)
class NamedResource:
    """A resource that a system's document names."""

    label: str
    called: str
    residence: Residence


@dataclass(frozen=True, kw_only=True)
class Report:
    """The residency report of one state."""

    stack: str
    environment: str
    #: The one system that it is about; empty where it is about the whole stack.
    only: str
    source: Source
    state_sha256: str
    #: When the engine wrote the state, as it writes times.
    state_written: str
    counts: Mapping[str, int]
    #: What is not where it has to be, or not there.
    wrong: tuple[Residence, ...]
    #: Those of them that the environment forbids.
    refused: tuple[Residence, ...]
    named: tuple[NamedResource, ...]
    listed: tuple[Listed, ...]
    exceptions: tuple[Excepted, ...]
    rules: tuple[AppliedRule, ...]
    systems: tuple[SystemPart, ...]

    @property
    def resources(self) -> int:
        """Return how many resources were checked."""
        return sum(len(system.residences) for system in self.systems)

    @property
    def result(self) -> str:
        """Return the result in a sentence."""
        if not self.wrong:
            return f"All {self.resources} resources are where they have to be."
        if not self.refused and any(problem.excepted for one in self.wrong for problem in one.problems):
            return f"{len(self.wrong)} of {self.resources} resources elsewhere: permitted, or excepted (section 5)."
        many = "1 resource is" if len(self.wrong) == 1 else f"{len(self.wrong)} resources are"
        if not self.refused:
            return f"{many} elsewhere; {self.environment} permits that for the data it holds."
        forbidden = "" if self.refused == self.wrong else f" for {len(self.refused)} of them"
        return f"{many} not in a permitted place, or not there, which {self.environment} forbids{forbidden}."


def report(subject: Subject, judged: Judged, levels: Levels, source: Source, only: str = "") -> Report:
    """Return the report of a state, or of one system in it."""
    types = {one.type for one in (*judged.residences, *judged.wrong)}
    return Report(
        stack=subject.state.stack,
        environment=subject.environment,
        only=only,
        source=source,
        state_sha256=subject.state.digest,
        state_written=subject.state.written,
        counts=judged.counts,
        wrong=judged.wrong,
        refused=judged.refused,
        named=tuple(_named(one, found) for rows in judged.named.values() for one, found in rows),
        listed=_listed(judged),
        exceptions=_exceptions(subject.enforcement, judged, only),
        rules=tuple(
            AppliedRule(
                id=rule.id,
                title=rule.title,
                severity=rule.severity,
                protects=rule.protects,
                source=rule.source,
                level=str(levels[rule.id][subject.environment]),
            )
            for rule in RULES
            if rule.concern == "residency" and any(matches(rule.types, kind) for kind in types)
        ),
        systems=_systems(subject, judged),
    )


def _named(named: Named, found: Residence) -> NamedResource:
    return NamedResource(label=named.label, called=named.called, residence=found)


def _listed(judged: Judged) -> tuple[Listed, ...]:
    types: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for one in sorted(judged.residences, key=lambda one: (one.system, one.type, one.name)):
        if one.verdict is Verdict.LISTED:
            of_reason = types.setdefault((one.system, one.reason), {})
            of_reason[one.type] = (*of_reason.get(one.type, ()), one.name)
    return tuple(Listed(system=system, reason=reason, types=of) for (system, reason), of in types.items())


def _exceptions(enforcement: Enforcement, judged: Judged, only: str) -> tuple[Excepted, ...]:
    """Return the stack's exceptions from rules on residency; of one system, those that waive something in it."""
    rows = []
    for one in enforcement.here:
        if one.rule not in _RESIDENCY:
            continue
        used = tuple(
            residence.name
            for residence in judged.wrong
            if any(problem.rule == one.rule and problem.excepted == one.argument for problem in residence.problems)
        )
        if used or not only:
            rows.append(
                Excepted(
                    rule=one.rule,
                    resource=one.resource,
                    reason=one.reason,
                    owner=one.owner,
                    ticket=one.ticket,
                    starts=one.starts,
                    expires=one.expires,
                    standing=enforcement.standing(one),
                    used=used,
                )
            )
    return tuple(rows)


def _systems(subject: Subject, judged: Judged) -> tuple[SystemPart, ...]:
    parts = []
    # What belongs to no system comes last; nothing that was judged is left out.
    for name in (*subject.classifications, ""):
        here = [one for one in judged.residences if one.system == name]
        if here:
            parts.append(
                SystemPart(
                    name=name,
                    classification=subject.classifications.get(name, NOT_SAID),
                    expected=tuple(sorted({one.expected for one in here if one.expected})),
                    counts={verdict: sum(one.verdict is verdict for one in here) for verdict in Verdict},
                    residences=tuple(sorted(here, key=lambda one: (one.verdict.holds, one.type, one.name))),
                )
            )
    return tuple(parts)
