"""Writes what came of the mutations of the real stacks: `python -m tests.policies.mutation_report`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from policies.lifecycle.support import DATE_VARIABLE, today
from policies.registry import RULES
from tests.policies.mutation import Outcome, mutate
from tests.policies.mutations import OF_RESOURCES, OF_STACKS
from tests.policies.stacks import REAL, stack

PAGE = Path("docs/generated/policy-mutations.md")
_INTRODUCTION = """\
<!-- Written by `make mutations`. -->
# What the policy pack catches

Every real stack is placed as the pack sees it. Then one thing is broken that a rule protects, for every rule and every
resource that it claims: a property is changed, taken away or made unknown, a resource is missing, there twice or in
another place, a day has passed. The pack must name the rule, and the resource. What is broken is in
`tests/policies/mutation.py` for all that stands in tables, and in `tests/policies/*_mutations.py` beside the rules'
cases for all else. `tests/policies/test_mutations.py` fails if one survives, or if a rule claims something of which
nothing is broken.
"""


def summary(outcomes: Mapping[str, Outcome]) -> str:
    """Return in a sentence how many were caught."""
    caught = sum(one.caught.total() for one in outcomes.values())
    survived = sum(len(one.survived) for one in outcomes.values())
    share = caught / max(caught + survived, 1)
    return f"{caught} of {caught + survived} mutations of {len(outcomes)} stacks were named: {share:.2%}"


def page(outcomes: Mapping[str, Outcome], day: str) -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, f"**{summary(outcomes)}** (judged on {day}).\n", *_table(outcomes)])


def _table(outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    yield "Caught of broken, by rule and stack:\n"
    yield f"| rule | {' | '.join(outcomes)} |"
    yield f"|---|{'---|' * len(outcomes)}"
    for rule in RULES:
        cells = (_cell(outcome, rule.id) for outcome in outcomes.values())
        yield f"| [{rule.id}](../policies.md#{rule.id}) | {' | '.join(cells)} |"
    yield ""


def _cell(outcome: Outcome, rule: str) -> str:
    survived = sum(1 for name, _ in outcome.survived if name == rule)
    caught = outcome.caught[rule]
    return f"{caught} of {caught + survived}" if caught + survived else ""


def main() -> int:
    """Write the page; the exit code is 1 if a mutant survived."""
    os.environ.setdefault(DATE_VARIABLE, str(today()))
    outcomes = {name: mutate(stack(name), OF_RESOURCES, OF_STACKS) for name in REAL}
    PAGE.write_text(page(outcomes, os.environ[DATE_VARIABLE]).rstrip("\n") + "\n", encoding="utf-8")
    sys.stdout.write(f"{summary(outcomes)}\n")
    return int(any(one.survived or one.untouched for one in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
