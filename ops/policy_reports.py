"""What `ops policy` found, as JSON, SARIF 2.1.0 and Markdown. Findings hold no secret: rules print none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias

from ops.report.render import cell
from policies.enforcement import Outcome
from policies.exceptions import EXCEPTIONS_RULE
from policies.registry import RULES
from policies.rule import Answer, Rule, Severity

#: What becomes of a finding: a mandatory one ends a pipeline, the others are told.
Kind: TypeAlias = Literal["mandatory", "advisory", "excepted"]
KINDS: Final[tuple[Kind, ...]] = ("mandatory", "advisory", "excepted")
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_SARIF_LEVELS: Final[Mapping[Kind, str]] = {"mandatory": "error", "advisory": "warning", "excepted": "note"}
#: How code scanning ranks a rule among those of other tools, from 0 to 10.
_RANKS: Final[Mapping[Severity, str]] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the pack says of one state on one day."""

    stack: str
    environment: str
    day: date
    state_sha256: str
    #: When the engine wrote the state, as it writes times.
    state_written: str
    rules_sha256: str
    #: How many were judged, components and providers among them.
    resources: int
    outcomes: tuple[Outcome, ...]

    def of(self, kind: Kind) -> tuple[Outcome, ...]:
        """Return the findings of which this becomes."""
        return tuple(one for one in self.outcomes if kind_of(one) == kind)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """Return what must not be."""
        return self.of("mandatory")

    @property
    def headline(self) -> str:
        """Return in a sentence what came out."""
        judged = f"{self.stack}: {self.resources} resources under {len(ALL_RULES)} rules"
        counts = ", ".join(f"{len(found)} {kind}" for kind in KINDS if (found := self.of(kind)))
        if not counts:
            return f"{judged}: every rule holds."
        verdict = "must not be so" if self.refused else "refuses nothing of it"
        return f"{judged}: {counts}; {self.environment} {verdict}."


ALL_RULES: Final[tuple[Rule, ...]] = (*RULES, EXCEPTIONS_RULE)


def kind_of(outcome: Outcome) -> Kind:
    """Return what becomes of a finding."""
    return "excepted" if outcome.exception else outcome.level


def in_words(outcome: Outcome) -> Iterator[str]:
    """Return a finding line by line, the rule and the resource first."""
    rule, finding, exception = outcome.rule, outcome.finding, outcome.exception
    yield f"{rule.id}: {_name(outcome.urn)} ({_type(outcome.urn)})"
    yield f"{rule.title} ({rule.protects})"
    yield f"Found: {_found(outcome)}"
    yield f"Allowed: {finding.allowed}"
    yield f"Fix: {rule.fix}"
    if exception:
        yield f"EXCEPTED {exception.argument}"


def json_document(report: Report) -> str:
    """Return everything for machines."""
    document = {
        "stack": report.stack,
        "environment": report.environment,
        "day": report.day,
        "state_sha256": report.state_sha256,
        "state_written": report.state_written,
        "rules_sha256": report.rules_sha256,
        "resources": report.resources,
        "passed": not report.refused,
        "result": report.headline,
        "counts": {kind: len(report.of(kind)) for kind in KINDS},
        "findings": [_finding(one) for one in report.outcomes],
    }
    return json.dumps(document, indent=2, default=date.isoformat, ensure_ascii=False) + "\n"


def _finding(outcome: Outcome) -> dict[str, Any]:
    rule = outcome.rule
    return {
        "rule": rule.id,
        "concern": rule.concern,
        "severity": rule.severity,
        "level": outcome.level,
        "answer": outcome.finding.answer.value,
        "urn": outcome.urn,
        "type": _type(outcome.urn),
        "name": _name(outcome.urn),
        "title": rule.title,
        "protects": rule.protects,
        "controls": dict(rule.controls),
        "found": _found(outcome),
        "allowed": outcome.finding.allowed,
        "fix": rule.fix,
        "exception": outcome.exception and asdict(outcome.exception),
    }


def sarif(report: Report) -> str:
    """Return SARIF 2.1.0: one run, a result for each finding; what is excepted is a suppressed result."""
    run = {
        "tool": {
            "driver": {
                "name": "platform policy pack",
                "rules": [_descriptor(rule) for rule in ALL_RULES],
            }
        },
        "automationDetails": {"id": f"policies/{report.stack}/"},
        "invocations": [{"executionSuccessful": True, "exitCode": int(bool(report.refused))}],
        "results": [_result(one, report) for one in report.outcomes],
        "properties": {
            "environment": report.environment,
            "day": report.day.isoformat(),
            "stateSha256": report.state_sha256,
            "rulesSha256": report.rules_sha256,
        },
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": f"{rule.title}. Protects: {rule.protects}. Source: {rule.source}."},
        "help": {"text": rule.fix},
        "properties": {"tags": rule.tags, "security-severity": _RANKS[rule.severity]},
    }


def _result(outcome: Outcome, report: Report) -> dict[str, Any]:
    rule, exception = outcome.rule, outcome.exception
    # The same finding in the next state is the same alert, whatever stands around it.
    identity = hashlib.sha256(f"{rule.id}\0{outcome.urn}\0{_found(outcome)}".encode()).hexdigest()
    result: dict[str, Any] = {
        "ruleId": rule.id,
        "ruleIndex": _INDEX[rule.id],
        "level": _SARIF_LEVELS[kind_of(outcome)],
        "message": {
            "text": f"{_name(outcome.urn)}: {_found(outcome)}\nAllowed: {outcome.finding.allowed}\nFix: {rule.fix}"
        },
        # A state is no file of the repository: what a reviewer can open is the stack's settings.
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": f"Pulumi.{report.stack}.yaml"},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {"name": _name(outcome.urn), "fullyQualifiedName": outcome.urn, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"finding/v1": identity},
        "properties": {"answer": outcome.finding.answer.value},
    }
    if exception:
        suppression = {"kind": "external", "status": "accepted", "justification": exception.argument}
        result["suppressions"] = [suppression]
    return result


_INDEX: Final = {rule.id: index for index, rule in enumerate(ALL_RULES)}


def markdown(report: Report) -> str:
    """Return the report for a ticket or a pull request."""
    return "\n".join(_markdown(report)) + "\n"


def _markdown(report: Report) -> Iterator[str]:
    yield f"# Policies: {report.stack}\n"
    yield f"**{'Refused' if report.refused else 'Passed'}.** {report.headline}\n"
    yield f"- Judged on {report.day} as {report.environment}; state written: {report.state_written or 'not said'}"
    yield f"- State, SHA-256: `{report.state_sha256}`"
    yield f"- Rules, SHA-256: `{report.rules_sha256}`"
    for kind in KINDS:
        if found := report.of(kind):
            yield f"\n## {kind.capitalize()}\n"
            yield from _table(kind, found)


def _table(kind: Kind, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    yield f"| rule | severity | resource | type | found | allowed | {'excepted' if kind == 'excepted' else 'fix'} |"
    yield "|---|---|---|---|---|---|---|"
    for one in outcomes:
        measure = one.exception.argument if one.exception else one.rule.fix
        cells = (one.rule.id, one.rule.severity, _name(one.urn), _type(one.urn), _found(one), one.finding.allowed)
        yield f"| {' | '.join(map(cell, (*cells, measure)))} |"


def _found(outcome: Outcome) -> str:
    """Return what was found; of what a state does not know it is said so, for no update will come and tell."""
    finding = outcome.finding
    if finding.answer is Answer.UNKNOWABLE:
        return f"the state does not tell, or holds it sealed: {finding.found}"
    return finding.found


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]
