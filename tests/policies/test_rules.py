"""Every rule's answers, from tables; and that no rule can be misspelt, forgotten or left without a test."""

from dataclasses import replace

import pytest

from policies import registry
from policies.levels import load_levels, strictest
from policies.message import message
from policies.network.azure import SUB_RESOURCES
from policies.registry import RESOURCE_RULES, RULES, judge, judge_stack
from policies.residency import azure, gcp
from policies.residency.aws import PLACES
from policies.resource import Resource, Secret
from policies.rule import Answer, Finding, Rule
from tests.components.conftest import kyeol_world
from tests.policies import azure_cases, gcp_residency_cases
from tests.policies.aws_cases import BUCKET
from tests.policies.building import Cases, resource
from tests.policies.cases import CASES, UNCLAIMED
from tests.policies.sdk import arguments, classes, snake_case
from tests.stack_files import STACKS

RULE = {rule.id: rule for rule in RULES}


def judgements(subject: Resource | list[Resource]) -> dict[str, registry.Judgement]:
    found = judge_stack(subject) if isinstance(subject, list) else judge(subject)
    return {judgement.rule.id: judgement for judgement in found}


def expectations(answer: Answer) -> list[tuple[str, Resource | list[Resource]]]:
    return [(rule, subject) for rule, cases in CASES.items() for subject in cases.of(answer)]


@pytest.mark.parametrize("answer", list(Answer), ids=lambda answer: answer.name.lower())
def test_a_rule_answers_as_its_cases_say(answer: Answer) -> None:
    for rule, subject in expectations(answer):
        assert judgements(subject)[rule].answer is answer, (rule, subject)


def test_a_rule_claims_no_more_than_it_has_an_opinion_on() -> None:
    for rule, subjects in UNCLAIMED.items():
        for subject in subjects:
            assert rule not in judgements(subject), (rule, subject)


def tokens(cases: Cases) -> set[str]:
    subjects = [*cases.holds, *cases.violated, *cases.unknowable]
    return {one.type for subject in subjects for one in (subject if isinstance(subject, list) else [subject])}


@pytest.mark.parametrize(("package", "least"), [("aws", 30), ("azure-native", 60), ("gcp", 150)])
def test_every_type_that_a_rule_a_list_or_a_case_names_is_in_the_installed_sdk(package: str, least: int) -> None:
    named = {token for rule in RULES for token in rule.types}
    named |= set(PLACES.edge_types) | PLACES.regional_types | PLACES.global_types
    named |= azure.PLACES.global_types | azure.PLACES.regional_types | set(SUB_RESOURCES)
    named |= {*gcp.PLACES.property_of, *gcp.PLACES.parts, *gcp.PLACES.global_types, *gcp.PLACES.worldwide}
    named |= {*gcp.PLACES.spread, *gcp.PLACES.not_kept, *(row.type for row in gcp.PLACES.stated)}
    named |= {token for cases in CASES.values() for token in tokens(cases)}
    named = {token for token in named if token.startswith(f"{package}:") and not token.endswith("*")}
    assert len(named) > least
    assert named <= set(classes(package.replace("-", "_")))


def test_a_type_that_takes_a_region_is_not_listed_as_global() -> None:
    assert not PLACES.global_types & PLACES.regional_types
    for token in PLACES.global_types:
        assert "region" not in arguments("aws", token), token


def test_no_type_of_aws_is_reviewed_that_no_stack_has() -> None:
    in_use = {one.type for stack in STACKS for one in kyeol_world(stack).placed}
    assert in_use >= PLACES.regional_types | PLACES.global_types
    assert set(PLACES.edge_types) <= in_use


def test_a_type_that_may_be_in_us_east_1_takes_a_region_and_what_its_condition_reads() -> None:
    for token, condition in PLACES.edge_types.items():
        needed = {"region", snake_case(condition.property)} - {""}
        assert needed <= arguments("aws", token), token


def test_every_reviewed_module_of_azure_is_in_the_installed_sdk_and_none_is_reviewed_twice() -> None:
    modules = {token.split(":")[1] for token in classes("azure_native")}
    assert modules >= azure.PLACES.regional_services
    for token in azure.PLACES.regional_types:
        assert token.split(":")[1] not in azure.PLACES.regional_services, token
    assert not azure.PLACES.global_types & azure.PLACES.regional_types


def test_regions_where_azure_may_be_and_their_pairs_are_known_regions_in_the_spelling_of_the_resource_manager() -> None:
    places = azure.PLACES
    assert places.allowed <= places.regions
    assert {*places.pairs, *places.pairs.values()} <= places.regions
    assert all(azure.normalised(region) == region for region in places.regions)


def test_a_type_of_google_takes_the_property_that_says_where_it_is_and_none_where_it_is_said_to_have_no_place() -> None:
    for token, name in gcp.PLACES.property_of.items():
        assert snake_case(name) in arguments("gcp", token), token
    for token in gcp.PLACES.parts | gcp.PLACES.global_types - TOLD_TO_BE_GLOBAL:
        assert not {"location", "region", "zone", "location_id"} & arguments("gcp", token), token
    assert all("location" in arguments("gcp", token) for token in TOLD_TO_BE_GLOBAL)


#: Types that take a location and that Google offers at `global` only.
TOLD_TO_BE_GLOBAL = {"gcp:gkehub/feature:Feature", "gcp:privilegedaccessmanager/entitlement:entitlement"}


def test_no_type_of_google_is_reviewed_twice() -> None:
    places = gcp.PLACES
    groups = [set(places.property_of), places.parts, *places.without_place.values(), places.worldwide]
    assert sum(map(len, groups)) == len(set().union(*groups))
    assert sum(map(len, places.placed.values())) == len(places.property_of)


def test_what_says_where_copies_are_kept_is_an_argument_of_its_type() -> None:
    paths = [(row.type, path) for row in gcp.PLACES.stated for path in (row.path, row.when) if path]
    for token, path in [*paths, *gcp.PLACES.spread.items(), *gcp.PLACES.not_kept.items()]:
        assert snake_case(path.partition(".")[0]) in arguments("gcp", token), token


#: Rules whose cases name properties besides those of an SDK's constructor: places inside of objects, made-up texts.
READING_EVERYTHING = {"known-package", "aws-known-type", "aws-region", "aws-named-places"}
READING_EVERYTHING |= {"azure-known-type", "azure-named-places"}
READING_EVERYTHING |= {"gcp-known-type", "gcp-location", "gcp-named-places"}


OF_CLOUDS = [
    rule.id for rule in RULES if any(token.startswith(("aws:", "azure-native:", "gcp:")) for token in rule.types)
]


@pytest.mark.parametrize("rule", [rule for rule in OF_CLOUDS if rule not in READING_EVERYTHING])
def test_the_properties_in_the_cases_of_a_rule_are_arguments_of_the_sdk(rule: str) -> None:
    subjects = [*CASES[rule].holds, *CASES[rule].violated]
    resources = [one for subject in subjects for one in (subject if isinstance(subject, list) else [subject])]
    looked_at = [one for one in resources if one.package in {"aws", "azure-native", "gcp"}]
    assert looked_at
    for one in looked_at:
        known = {squeezed(name) for name in arguments(one.package.replace("-", "_"), one.type)}
        assert {squeezed(name) for name in one.properties} <= known, one.type


def squeezed(name: str) -> str:
    """A property's name in the engine's or in the SDK's spelling; `enable_node_public_ip` is `enableNodePublicIP`."""
    return name.replace("_", "").lower()


def test_a_message_names_the_rule_the_control_what_was_found_what_is_allowed_and_the_fix() -> None:
    levels = load_levels(RULES)
    for rule_id, subject in expectations(Answer.VIOLATED):
        rule = RULE[rule_id]
        for finding in judgements(subject)[rule_id].findings:
            text = message(rule, finding, strictest(levels[rule_id]["dev"]))
            assert all(
                part and part in text for part in (rule.id, rule.protects, finding.found, finding.allowed, rule.fix)
            )


def test_a_bucket_in_oregon_is_named_with_the_region_and_the_way_out() -> None:
    (finding,) = judgements(resource(BUCKET, region="us-west-2"))["aws-region"].findings
    title, found, allowed, fix = message(RULE["aws-region"], finding, "mandatory").splitlines()
    assert title.startswith("aws-region: AWS resources are in Tokyo (ISMS-P 2.10.2")
    assert found == "Found: `region` is us-west-2"
    assert allowed.startswith("Allowed: ap-northeast-1 (Tokyo); in us-east-1 only certificates for CloudFront, WAFv2")
    assert fix.startswith("Fix: Take the provider of the system, whose region is ap-northeast-1")


def test_a_secret_is_judged_and_its_value_is_not_printed() -> None:
    canary = "us-west-2"
    subjects = [
        resource(BUCKET, region=Secret(canary)),
        resource("aws:secretsmanager/secret:Secret", replicas=Secret([{"region": canary}])),
        resource("aws:rds/instance:Instance", "dev", instanceClass=Secret(canary), engine=Secret(canary)),
        resource("aws:eks/nodeGroup:NodeGroup", "dev", instanceTypes=[Secret(canary)], scalingConfig=Secret({})),
    ]
    assert_found_and_not_printed(subjects, canary)
    assert_found_and_not_printed(azure_cases.SECRETS, azure_cases.CANARY)
    assert_found_and_not_printed(gcp_residency_cases.SECRETS, gcp_residency_cases.CANARY)


def assert_found_and_not_printed(subjects: list[Resource], canary: str) -> None:
    for subject in subjects:
        found = [(one.rule, finding) for one in judgements(subject).values() for finding in one.findings]
        assert found
        for rule, finding in found:
            assert canary not in message(rule, finding, "mandatory")


def test_a_rule_that_fails_refuses_and_says_where_without_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(subject: Resource) -> list[Finding]:
        raise ValueError(str(subject.properties))

    rule = next(rule for rule in RESOURCE_RULES if rule.id == "aws-region")
    monkeypatch.setattr(registry, "rules_of", lambda _: (replace(rule, judge=fails),))
    (judgement,) = judge(resource(BUCKET, region="canary"))
    (finding,) = judgement.findings
    assert judgement.answer is Answer.VIOLATED
    assert "ValueError in test_rules.py, line" in finding.found
    assert "canary" not in finding.found


def test_ids_are_unique_and_every_rule_says_all_about_itself() -> None:
    assert len(RULE) == len(RULES)
    for rule in RULES:
        assert all(getattr(rule, name) for name in ("title", "protects", "fix", "source", "types"))
        assert isinstance(rule, Rule)
        assert rule.fail_closed == (rule.concern in {"residency", "network", "encryption"})
