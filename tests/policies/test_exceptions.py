"""Exceptions are data: argued, owned, short, told at each use, and refused where nobody may make one."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import analyzer_pb2 as messages

from policies import registry
from policies.analyzer import Analyzer
from policies.classification import ENVIRONMENT_KEY
from policies.exceptions import EXCEPTIONS_FILE, ExceptionsError, PolicyException, load_exceptions
from policies.levels import load_levels
from policies.lifecycle.support import DATE_VARIABLE
from policies.registry import RESOURCE_RULES, RULES
from policies.resource import Resource
from policies.rule import Finding
from tests.policies.azure_cases import VAULT
from tests.policies.gcp_residency_cases import BUCKET
from tests.policies.test_analyzer import CONTEXT, URN, sent
from tests.stack_files import STACKS

LEVELS = load_levels(RULES)
DAY = date(2026, 12, 1)
ENTRY = """
[[exception]]
rule = "azure-private-endpoints"
stack = "prod"
resource = "urn:pulumi:prod::*::vault"
reason = "The endpoint comes with the new hub"
owner = "platform-team@tripgen.example"
ticket = "PLT-212"
starts = 2026-11-21
expires = 2026-12-11
"""


def entries(tmp_path: Path, text: str) -> tuple[PolicyException, ...]:
    file = tmp_path / "exceptions.toml"
    file.write_text(text)
    return load_exceptions(RULES, file)


@pytest.fixture
def exception(tmp_path: Path) -> PolicyException:
    (one,) = entries(tmp_path, ENTRY)
    return one


@pytest.fixture(autouse=True)
def on_a_day_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATE_VARIABLE, str(DAY))


def analyzer(*exceptions: PolicyException, stack: str = "prod", environment: str = "prod") -> Analyzer:
    one = Analyzer(LEVELS, exceptions)
    request = messages.AnalyzerStackConfigureRequest(
        stack=stack, project="platform", config={ENVIRONMENT_KEY: environment}
    )
    one.ConfigureStack(request, CONTEXT)
    return one


def end_of(one: Analyzer, *resources: messages.AnalyzerResource) -> dict[str, messages.AnalyzeDiagnostic]:
    response = one.AnalyzeStack(messages.AnalyzeStackRequest(resources=resources), CONTEXT)
    return {found.policyName: found for found in response.diagnostics}


def analyzed(one: Analyzer, token: str, **properties: Any) -> dict[str, messages.AnalyzeDiagnostic]:
    given = json_format.ParseDict(properties, Struct())
    request = messages.AnalyzeRequest(urn=URN.format(token, "thing"), type=token, name="thing", properties=given)
    return {found.policyName: found for found in one.Analyze(request, CONTEXT).diagnostics}


def test_the_file_that_is_shipped_can_be_read_and_names_stacks_that_there_are() -> None:
    assert {one.stack for one in load_exceptions(RULES)} <= set(STACKS)


def test_the_example_in_the_file_is_an_exception_once_its_comment_signs_are_gone(tmp_path: Path) -> None:
    example = EXCEPTIONS_FILE.read_text().partition("# [[exception]]")[2].replace("\n# ", "\n")
    (one,) = entries(tmp_path, f"[[exception]]{example}")
    assert one.stack in STACKS
    assert one.expires - one.starts <= timedelta(days=90)


def test_what_is_excepted_is_told_with_the_reason_and_the_last_day_and_refuses_nothing(
    exception: PolicyException,
) -> None:
    found = end_of(analyzer(exception), sent(VAULT, "vault", {}))
    assert set(found) == {"azure-private-endpoints"}
    told = found["azure-private-endpoints"]
    assert told.enforcementLevel == messages.ADVISORY
    assert told.message.startswith(
        "azure-private-endpoints: EXCEPTED until 2026-12-11: The endpoint comes with the new hub "
        "(PLT-212, platform-team@tripgen.example)"
    )
    assert "Found: no private endpoint leads to it" in told.message


def test_an_exception_waives_one_rule_for_the_resources_it_names_in_its_stack_and_nothing_else(
    exception: PolicyException,
) -> None:
    vaults = [sent(VAULT, "vault", {}), sent(VAULT, "other", {})]
    response = analyzer(exception).AnalyzeStack(messages.AnalyzeStackRequest(resources=vaults), CONTEXT)
    assert {(one.urn, one.enforcementLevel) for one in response.diagnostics} == {
        (vaults[0].urn, messages.ADVISORY),
        (vaults[1].urn, messages.MANDATORY),
    }
    elsewhere = analyzer(exception, stack="prod-tripgen")
    assert end_of(elsewhere, vaults[0])["azure-private-endpoints"].enforcementLevel == messages.MANDATORY
    another_rule = replace(exception, rule="azure-tls")
    assert end_of(analyzer(another_rule), vaults[0])["azure-private-endpoints"].enforcementLevel == messages.MANDATORY


def test_a_rule_about_a_single_resource_is_waived_when_it_judges_and_counts_as_needed_at_the_end(
    exception: PolicyException,
) -> None:
    needed = replace(exception, rule="gcp-public-access", resource="urn:pulumi:prod::*::thing")
    one = analyzer(needed)
    open_to_all = {"location": "europe-west3", "publicAccessPrevention": "inherited"}
    found = analyzed(one, BUCKET, **open_to_all)
    assert "EXCEPTED until" in found["gcp-public-access"].message
    assert found["gcp-public-access"].enforcementLevel == messages.ADVISORY
    assert "exceptions" not in end_of(one, sent(BUCKET, "thing", open_to_all))


def test_a_rule_is_asked_again_at_the_end_of_a_run_that_looked_at_other_resources_only(
    exception: PolicyException,
) -> None:
    needed = replace(exception, rule="gcp-public-access", resource="urn:pulumi:prod::*::thing")
    open_to_all = {"location": "europe-west3", "publicAccessPrevention": "inherited"}
    assert "exceptions" not in end_of(analyzer(needed), sent(BUCKET, "thing", open_to_all))


#: What an exception must not be: what is changed, and what is said of it.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "expired": ({"expires": date(2026, 11, 30)}, "expired on 2026-11-30"),
    "too long": ({"expires": date(2027, 2, 20)}, "is for 91 days"),
    "waiving residency in prod": ({"rule": "gcp-location"}, "waives residency in prod"),
    "waiving encryption in prod": ({"rule": "azure-tls"}, "waives encryption in prod"),
    "for nothing there is": ({"resource": "urn:pulumi:prod::*::vaults"}, "matches nothing that"),
    "for what is mended": ({"rule": "azure-open-ports"}, "matches nothing that azure-open-ports finds"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_exception_that_must_not_be_is_a_violation_of_its_own_and_waives_nothing(
    wrong: str, exception: PolicyException
) -> None:
    changed, said = WRONG[wrong]
    one = replace(exception, **changed)
    found = end_of(analyzer(one), sent(VAULT, "vault", {}))
    assert found["exceptions"].enforcementLevel == messages.MANDATORY
    assert said in found["exceptions"].message
    assert "PLT-212" in found["exceptions"].message
    assert found["azure-private-endpoints"].enforcementLevel == messages.MANDATORY


def test_ninety_days_are_not_too_long_and_the_last_day_is_one_of_them(exception: PolicyException) -> None:
    longest = replace(exception, starts=DAY - timedelta(days=90), expires=DAY)
    assert set(end_of(analyzer(longest), sent(VAULT, "vault", {}))) == {"azure-private-endpoints"}


def test_an_exception_waives_nothing_before_its_first_day_and_is_no_violation_then(exception: PolicyException) -> None:
    later = replace(exception, starts=DAY + timedelta(days=1))
    found = end_of(analyzer(later), sent(VAULT, "vault", {}))
    assert set(found) == {"azure-private-endpoints"}
    assert found["azure-private-endpoints"].enforcementLevel == messages.MANDATORY


def test_residency_may_be_excepted_in_dev_and_the_same_entry_is_refused_in_prod(exception: PolicyException) -> None:
    elsewhere = replace(exception, rule="gcp-location", resource="urn:pulumi:prod::*::thing")
    dev = analyzed(analyzer(elsewhere, environment="dev"), BUCKET, location="us-east1")
    assert dev["gcp-location"].enforcementLevel == messages.ADVISORY
    assert "EXCEPTED" in dev["gcp-location"].message
    prod = analyzed(analyzer(elsewhere), BUCKET, location="us-east1")
    assert prod["gcp-location"].enforcementLevel == messages.MANDATORY


def test_a_rule_that_fails_is_not_waived(exception: PolicyException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(subject: Resource) -> list[Finding]:
        raise ValueError(subject.name)

    rule = next(rule for rule in RESOURCE_RULES if rule.id == "gcp-public-access")
    monkeypatch.setattr(registry, "rules_of", lambda _: (replace(rule, judge=fails),))
    needed = replace(exception, rule=rule.id, resource="urn:pulumi:prod::*::thing")
    found = analyzed(analyzer(needed), BUCKET, location="europe-west3")
    assert found[rule.id].enforcementLevel == messages.MANDATORY
    assert "the rule itself failed" in found[rule.id].message


def test_without_exceptions_there_is_nothing_to_say_of_them() -> None:
    one = analyzer()
    response = one.AnalyzeStack(messages.AnalyzeStackRequest(), CONTEXT)
    assert "exceptions" in {skipped.policy_name for skipped in response.not_applicable}


def test_the_engine_knows_the_rule_about_exceptions_as_a_mandatory_rule_about_the_stack() -> None:
    information = {one.name: one for one in analyzer().GetAnalyzerInfo(Empty(), CONTEXT).policies}
    assert information["exceptions"].enforcementLevel == messages.MANDATORY
    assert information["exceptions"].policy_type == messages.POLICY_TYPE_STACK


MISTAKES = {
    'rule = "azure-private-endpoints"': ('rule = "azure-private"', "azure-private is no rule that could be waived"),
    'stack = "prod"\n': ("", "stack has to be a text: the stack in which it is waived"),
    'resource = "urn:pulumi:prod::*::vault"': ('resource = "**"', "resource is **, which is every one"),
    'reason = "The endpoint comes with the new hub"': ('reason = " "', "reason has to be a text: why it is right so"),
    'owner = "platform-team@tripgen.example"': ("owner = 7", "owner has to be a text: who answers for it"),
    'ticket = "PLT-212"': ('tickets = "PLT-212"', "tickets is no key of it; keys: rule, stack, resource, reason,"),
    "starts = 2026-11-21": ('starts = "2026-11-21"', "starts has to be a date such as 2026-12-01, without quotes"),
    "expires = 2026-12-11": ("expires = 2026-11-20", "it expires on 2026-11-20, before it starts on 2026-11-21"),
    "[[exception]]": ("[exception]", "an entry begins with [[exception]]"),
    "\n[[exception]]": ("\n[[exceptions]]", "exceptions is nothing that is read; an entry begins with [[exception]]"),
    'rule = "azure': ('rule = azure"', "exceptions.toml cannot be read: "),
}


@pytest.mark.parametrize("right", MISTAKES)
def test_a_mistake_in_the_file_is_told_in_words_and_nothing_is_judged(right: str, tmp_path: Path) -> None:
    wrong, said = MISTAKES[right]
    assert right in ENTRY
    with pytest.raises(ExceptionsError) as refusal:
        entries(tmp_path, ENTRY.replace(right, wrong))
    assert said in str(refusal.value)


def test_all_mistakes_are_told_at_once_with_the_number_of_the_entry(tmp_path: Path) -> None:
    second = ENTRY.replace('ticket = "PLT-212"', "").replace('owner = "platform-team@tripgen.example"', "")
    with pytest.raises(ExceptionsError) as refusal:
        entries(tmp_path, ENTRY + second)
    assert [line.partition(" has")[0] for line in str(refusal.value).splitlines()] == [
        "policies/exceptions.toml: exception 2: owner",
        "policies/exceptions.toml: exception 2: ticket",
    ]
