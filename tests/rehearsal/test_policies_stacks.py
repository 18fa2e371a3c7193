"""The real stacks under the policy pack: they pass, and no rule is there for nothing."""

from collections import Counter

import pytest

from policies.registry import RULES
from tests.rehearsal.harness import Rehearsal, Result
from tests.stack_files import STACKS

pytestmark = pytest.mark.engine

#: Rules that look at something in each stack; the others look at what only some environments have.
EVERYWHERE = {
    "known-package",
    "aws-known-service",
    "aws-region",
    "aws-named-places",
    "kyeol-nodes",
    "kyeol-each-row-once",
}
SOMEWHERE = {
    "kyeol-postgres": {"dev", "stage", "prod"},
    "kyeol-cache": {"dev", "stage", "prod"},
    "kyeol-payment-nat": {"prod"},
    "kyeol-payment-nat-present": {"prod"},
}


def looked_at(preview: Result) -> Counter[str]:
    """How many resources each rule passed; the engine counts only what the rule claimed."""
    kinds = ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent")
    summaries = [event[kind] for event in preview.events for kind in kinds if kind in event]
    assert summaries
    return Counter(rule for summary in summaries for rule in summary.get("passed") or ())


def concerned_with(stack: str) -> set[str]:
    return EVERYWHERE | {rule for rule, stacks in SOMEWHERE.items() if stack in stacks}


@pytest.mark.parametrize("stack", STACKS)
def test_a_real_stack_passes_and_every_rule_that_concerns_it_looks_at_something(
    rehearsal: Rehearsal, stack: str
) -> None:
    preview = rehearsal.preview(stack, "--policy-pack", "policies").ok()
    assert preview.violations == []
    assert set(looked_at(preview)) == concerned_with(stack)
    # Everything that the engine makes is of a known package.
    assert looked_at(preview)["known-package"] == preview.changes["create"]


def test_the_stack_of_the_states_passes_and_owes_nothing_to_kyeols_table(rehearsal: Rehearsal) -> None:
    preview = rehearsal.preview("bootstrap", "--policy-pack", "policies").ok()
    assert preview.violations == []
    assert set(looked_at(preview)) == {"known-package", "aws-known-service", "aws-region"}


def test_no_rule_is_without_a_resource_in_the_real_stacks() -> None:
    assert EVERYWHERE | set(SOMEWHERE) == {rule.id for rule in RULES}


def test_an_update_is_judged_with_the_values_that_its_preview_could_not_know(rehearsal: Rehearsal) -> None:
    up = rehearsal.up("mgmt", "--policy-pack", "policies").ok()
    assert up.violations == []
    assert looked_at(up)["known-package"] == up.changes["create"]
