"""What each policy object costs on the resources of a stack: no engine, no wire, only the rule."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from policies.registry import RULES
from policies.resource import Resource
from policies.rule import ResourceRule, Rule, StackRule, matches

REPEATS: Final = 5
_MS: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one rule costs on one stack."""

    rule: Rule
    #: How many resources are of its types.
    resources: int
    #: Of all of them together, the median of several runs, in milliseconds.
    milliseconds: float


def costs(resources: Sequence[Resource]) -> list[Cost]:
    """Return what each rule costs on these resources, the dearest first."""
    found = []
    for rule in RULES:
        looked_at = [one for one in resources if matches(rule.types, one.type)]
        milliseconds = _seconds(lambda rule=rule, looked_at=looked_at: _judged(rule, looked_at)) * _MS
        found.append(Cost(rule=rule, resources=len(looked_at), milliseconds=milliseconds))
    return sorted(found, key=lambda cost: -cost.milliseconds)


def _judged(rule: Rule, looked_at: Sequence[Resource]) -> None:
    if isinstance(rule, ResourceRule):
        for one in looked_at:
            if rule.claims(one):
                tuple(rule.judge(one))
    elif isinstance(rule, StackRule) and rule.claims(looked_at):
        tuple(rule.judge(looked_at))


def _seconds(work: Callable[[], object]) -> float:
    """Return the median processor time of several runs: what else the machine does is none of a rule's."""
    times = []
    for _ in range(REPEATS):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return median(times)


def table(found: Sequence[Cost], stack: str, resources: int) -> list[str]:
    """Return the costs as a table."""
    total = sum(cost.milliseconds for cost in found)
    head = (
        f"All {len(found)} policy objects together take {total:.0f} ms of {stack}'s {resources} resources "
        f"({total / max(resources, 1):.3f} ms a resource), without the wire between the engine and the pack."
    )
    rows = [
        head,
        "",
        "| policy object | resources of its types | ms | µs a resource |",
        "|---|---|---|---|",
    ]
    for cost in found:
        each = cost.milliseconds / max(cost.resources, 1) * _MS
        rows.append(f"| {cost.rule.id} | {cost.resources} | {cost.milliseconds:.2f} | {each:.1f} |")
    return rows
