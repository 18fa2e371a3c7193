"""The real stacks under the policy pack: they pass, and no rule is there for nothing."""

from collections import Counter

import pytest

from policies.registry import RULES
from tests.rehearsal.harness import Rehearsal, Result
from tests.rehearsal.running import PACK, RunningStacks
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


def looked_at(run: Result) -> Counter[str]:
    """How many resources each rule passed; the engine counts only what the rule claimed."""
    kinds = ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent")
    summaries = [event[kind] for event in run.events for kind in kinds if kind in event]
    assert summaries
    return Counter(rule for summary in summaries for rule in summary.get("passed") or ())


def concerned_with(stack: str) -> set[str]:
    return EVERYWHERE | {rule for rule, stacks in SOMEWHERE.items() if stack in stacks}


@pytest.mark.parametrize("stack", STACKS)
def test_a_real_stack_passes_and_every_rule_that_concerns_it_looks_at_something(
    running: RunningStacks, stack: str
) -> None:
    # The update is judged again, with the values that its preview could not know.
    for run in (running.first_preview(stack).ok(), running.first_up(stack).ok()):
        assert run.violations == []
        assert set(looked_at(run)) == concerned_with(stack)
        # Everything that the engine makes is of a known package.
        assert looked_at(run)["known-package"] == run.changes["create"]


def test_the_stack_of_the_states_passes_and_owes_nothing_to_kyeols_table(rehearsal: Rehearsal) -> None:
    preview = rehearsal.preview("bootstrap", *PACK).ok()
    assert preview.violations == []
    assert set(looked_at(preview)) == {"known-package", "aws-known-service", "aws-region"}


def test_no_rule_is_without_a_resource_in_the_real_stacks() -> None:
    assert EVERYWHERE | set(SOMEWHERE) == {rule.id for rule in RULES}
