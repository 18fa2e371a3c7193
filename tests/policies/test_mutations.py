"""The real stacks pass the whole pack, and whatever is broken in them the pack names: the proof that rules protect."""

from collections.abc import Callable
from functools import cache

import pytest

from policies.registry import RULES, judge, judge_stack
from tests.policies import mutation
from tests.policies.aws_cases import BUCKET
from tests.policies.building import resource
from tests.policies.mutation import Outcome, mutate
from tests.policies.mutation_report import summary
from tests.policies.mutations import OF_RESOURCES, OF_STACKS
from tests.policies.stacks import REAL, Stack, stack

#: The stacks in which the systems run.
ENVIRONMENTS = {"dev", "stage", "prod"}


@cache
def outcomes() -> dict[str, Outcome]:
    """What comes of every mutant of every real stack; a stack is placed once."""
    return {name: mutate(stack(name), OF_RESOURCES, OF_STACKS) for name in REAL}


@pytest.mark.parametrize("name", REAL)
def test_a_real_stack_passes_the_whole_pack_without_an_engine(name: str) -> None:
    alone = [one for resource in stack(name).alone for one in judge(resource)]
    found = [*alone, *judge_stack(stack(name).resources)]
    assert [f"{one.rule.id}: {finding.urn} {finding.found}" for one in found for finding in one.findings] == []


def test_whatever_is_broken_in_a_real_stack_is_named_by_the_rule_that_protects_it(
    record_property: Callable[[str, object], None],
) -> None:
    record_property("mutations", summary(outcomes()))
    for outcome in outcomes().values():
        assert [f"{rule}: {mutant.named}: {mutant.what}" for rule, mutant in outcome.survived] == []
        assert outcome.untouched == []


def test_every_rule_has_something_in_the_real_stacks_that_can_be_broken() -> None:
    broken = {rule for outcome in outcomes().values() for rule in outcome.caught}
    assert broken == {rule.id for rule in RULES}


#: Rules that have nothing to protect in some environments, and why. All others protect something in each.
PROTECTED_ONLY_IN = {
    "aws-deletion-protection": {"stage", "prod"},  # dev can be destroyed
    "gcp-deletion-protection": {"stage", "prod"},
    "protect": {"stage", "prod"},
    "azure-zoneless-region": {"prod"},  # it alone has a copy in a second region
    "tripgen-replicas-equal-primary": {"prod"},  # it alone has replicas
    "kyeol-payment-nat": {"prod"},  # it alone takes payments
    "kyeol-payment-nat-present": {"prod"},
}


def test_a_rule_protects_something_in_each_environment() -> None:
    protected = {rule.id: {name for name in ENVIRONMENTS if outcomes()[name].caught[rule.id]} for rule in RULES}
    assert {rule: names for rule, names in protected.items() if names != ENVIRONMENTS} == PROTECTED_ONLY_IN


def test_a_mutation_belongs_to_a_rule() -> None:
    assert {*OF_RESOURCES, *OF_STACKS} <= {rule.id for rule in RULES}


BUCKET_ALONE = Stack((resource(BUCKET, tags={"system": "kyeol"}),))


def test_what_a_rule_does_not_see_survives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutation, "judge", lambda _: iter(()))
    outcome = mutate(BUCKET_ALONE, OF_RESOURCES, OF_STACKS)
    assert not outcome.caught
    assert {rule for rule, _ in outcome.survived} >= {"known-package", "aws-region"}


def test_a_rule_of_which_nothing_is_broken_is_told() -> None:
    outcome = mutate(BUCKET_ALONE, {}, {})
    assert ("aws-region", BUCKET_ALONE.resources[0].urn) in outcome.untouched
