"""Four fixtures a rule: it holds, it is violated, it cannot be known, it is excepted.

What cannot be known is besides derived from what is violated: whoever hides a wrong value behind an output gets no
better answer by it. What is excepted is derived altogether: an entry for each violated case, in its environment and in
prod.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from policies.enforcement import Enforcement, Outcome
from policies.exceptions import EXCEPTIONS_RULE, NEVER_WAIVED_IN_PROD, PolicyException
from policies.levels import load_levels, strictest
from policies.message import message
from policies.registry import RULES, judge, judge_stack
from policies.resource import UNKNOWN, EnvironmentName, Resource
from policies.rule import Answer, Rule, StackRule
from tests.policies.cases import CASES

LEVELS = load_levels(RULES)
DAY = date(2026, 11, 21)

#: Rules that read types only, which are always known.
READING_TYPES = {"known-package", "aws-known-type", "azure-known-type", "gcp-known-type"}
#: Rules that read whether something is there, or only what an output never is.
READING_PRESENCE = {
    "kyeol-payment-nat": "a name and a parent, and whether there is an address",
    "protect": "an option of the program's",
    "aws-audit-trails": "the types that a stack has",
    "aws-bucket-parts": "whose part it is, which references tell",
}
#: Where a value that is not known is left to the update, which knows it, and why.
LEFT_TO_THE_UPDATE = {
    "isolation": "the id of what is made in the same update, which is our own",
    "isolation-addresses": "the address of what is made in the same update, which is our own",
    "aws-named-places": "the ARN of what is made in the same update",
    "aws-single-rights": "a policy with the ARN of what is made in the same update",
    "aws-trust": "a policy with the ARN of an issuer that is made in the same update",
    "azure-named-places": "the host or id of what is made in the same update",
    "gcp-named-places": "the path of what is made in the same update",
    "azure-zoneless-region": "azure-location refuses a location that is not known",
    "tripgen-replicas-equal-primary": "whether it is a replica; one that is none has its own row of the table",
}


#: Whose unknown values another rule judges, which is told what an output was made from.
BY_THE_STACK = {
    "aws-bucket-tls": "aws-unknown-encryption",
    "aws-customer-keys": "aws-unknown-encryption",
    "aws-web-firewall": "aws-unknown-web-firewall",
    "azure-web-firewall": "azure-unknown-web-firewall",
    "gcp-public-members": "gcp-unknown-members",
}


def listed(subject: Resource | list[Resource]) -> list[Resource]:
    return subject if isinstance(subject, list) else [subject]


def answer(rule: Rule, subject: Resource | list[Resource]) -> Answer | None:
    judgements = judge_stack(subject) if isinstance(subject, list) else judge(subject)
    return next((one.answer for one in judgements if one.rule is rule), None)


def hidden(subject: Resource | list[Resource]) -> Iterator[tuple[str, Resource | list[Resource]]]:
    """A case again for each of its properties, with the property not known yet."""
    resources = listed(subject)
    for index, one in enumerate(resources):
        for name in one.properties:
            other = replace(one, properties={**one.properties, name: UNKNOWN})
            others = [*resources[:index], other, *resources[index + 1 :]]
            yield f"{name} of {one.type}", others if isinstance(subject, list) else other


def test_every_rule_has_cases_and_there_are_no_others() -> None:
    assert set(CASES) == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_has_a_fixture_for_each_answer(rule: Rule) -> None:
    cases = CASES[rule.id]
    assert cases.holds
    assert cases.violated
    if rule.id not in READING_TYPES | set(READING_PRESENCE):
        assert cases.unknowable or any(True for subject in cases.violated for _ in hidden(subject))
        said = cases.unknowable or isinstance(rule, StackRule) or rule.id in {**LEFT_TO_THE_UPDATE, **BY_THE_STACK}
        assert said, "a rule about one resource says what it cannot know"


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.id not in LEFT_TO_THE_UPDATE], ids=lambda rule: rule.id
)
def test_what_is_wrong_does_not_hold_once_it_is_not_known(rule: Rule) -> None:
    companion = next((one for one in RULES if one.id == BY_THE_STACK.get(rule.id)), rule)
    for subject in CASES[rule.id].violated:
        for what, other in hidden(subject):
            answers = {answer(rule, other), answer(companion, listed(other) if companion is not rule else other)}
            assert answers & {Answer.VIOLATED, Answer.UNKNOWABLE}, what


def test_only_what_needs_it_is_left_to_the_update() -> None:
    by_id = {rule.id: rule for rule in RULES}
    for name in LEFT_TO_THE_UPDATE:
        answers = {answer(by_id[name], other) for subject in CASES[name].violated for _, other in hidden(subject)}
        assert answers & {Answer.HOLDS, None}, name


def enforced(
    subject: Resource | list[Resource], environment: EnvironmentName, *given: PolicyException
) -> list[Outcome]:
    resources = [replace(one, environment=environment) for one in listed(subject)]
    enforcement = Enforcement(
        stack=environment,
        project="platform",
        environment=environment,
        levels=LEVELS,
        classifications={},
        exceptions=given,
        day=DAY,
    )
    return list(enforcement.judged(resources, resources))


def excepted(rule: Rule, environment: EnvironmentName, urns: Sequence[str]) -> list[PolicyException]:
    return [
        PolicyException(
            rule=rule.id,
            stack=environment,
            resource=urn,
            reason="It is mended with the move",
            owner="platform-team@example.com",
            ticket="PLT-1",
            starts=DAY,
            expires=DAY + timedelta(days=30),
        )
        for urn in dict.fromkeys(urns)
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_what_is_excepted_is_told_and_refuses_nothing_outside_prod(rule: Rule) -> None:
    for subject in CASES[rule.id].violated:
        environment = listed(subject)[0].environment
        if environment == "prod" and rule.concern in NEVER_WAIVED_IN_PROD:
            continue
        urns = [one.urn for one in enforced(subject, environment) if one.rule is rule]
        assert urns, subject
        outcomes = enforced(subject, environment, *excepted(rule, environment, urns))
        ours = [one for one in outcomes if one.rule is rule]
        assert len(ours) == len(urns)
        assert {one.level for one in ours} == {"advisory"}
        assert all("EXCEPTED until 2026-12-21" in message(rule, one.finding, one.level, one.exception) for one in ours)
        assert [one for one in outcomes if one.rule is EXCEPTIONS_RULE] == []


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.concern in NEVER_WAIVED_IN_PROD], ids=lambda rule: rule.id
)
def test_what_the_source_requires_is_not_excepted_in_prod(rule: Rule) -> None:
    assert strictest(LEVELS[rule.id]["prod"]) == "mandatory"
    for subject in CASES[rule.id].violated:
        urns = [one.urn for one in enforced(subject, "prod") if one.rule is rule]
        given = excepted(rule, "prod", urns)
        outcomes = enforced(subject, "prod", *given)
        assert {one.level for one in outcomes if one.rule is rule} == {"mandatory"}
        refused = [one for one in outcomes if one.rule is EXCEPTIONS_RULE]
        assert len(refused) == len(given) > 0
        assert all(f"waives {rule.concern} in prod" in one.finding.found for one in refused)
