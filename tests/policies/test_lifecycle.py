"""What ends on a day that is known: told 90 days before, refused the day after."""

from datetime import date, timedelta

import pytest

from policies.lifecycle.support import DATE_VARIABLE, NOTICE, SUPPORT, ended, ending, today
from policies.registry import judge
from policies.resource import Resource
from settings import catalogue as aws
from settings.azure.catalogue import AKS_MINORS, DATABASE_MAJORS, NETWORK_POLICY_ENGINES
from settings.gcp.catalogue import GKE_MINORS, POSTGRES_MAJORS
from tests.policies.azure_cases import CLUSTER, GATEWAY, GATEWAY_POLICY, REGISTRY, SERVER
from tests.policies.building import resource
from tests.policies.lifecycle_cases import CACHE, cluster, rule_sets
from tests.policies.sdk import arguments, package_of

LAST = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("day", "told", "refused"),
    [
        (LAST - NOTICE, False, False),
        (LAST - NOTICE + timedelta(days=1), True, False),
        (LAST, True, False),
        (LAST + timedelta(days=1), False, True),
    ],
)
def test_a_minor_is_told_of_for_ninety_days_and_refused_from_the_day_after_its_last(
    day: date, *, told: bool, refused: bool
) -> None:
    subject = cluster("1.35")
    assert bool([*ending(subject, day)]) is told
    assert bool([*ended(subject, day)]) is refused


def test_the_sentence_says_when_it_ends_and_what_stays() -> None:
    (found,) = ending(cluster("1.34"), date(2026, 11, 21))
    assert found.found == "`kubernetesVersion` is 1.34, whose support ends on 2026-11-30, in 9 days"
    assert found.allowed.startswith("Kubernetes on AKS: 1.35 or 1.36 or what has no announced end (AKS documents")


@pytest.mark.parametrize(
    ("subject", "last"),
    [
        (resource(CLUSTER, networkProfile={"networkPolicy": "azure"}), date(2028, 9, 30)),
        (resource(CLUSTER, agentPoolProfiles=[{"osSKU": "Ubuntu2204"}]), date(2027, 6, 30)),
        (resource(SERVER, version="16"), date(2028, 11, 9)),
        (resource(CACHE, sku={"name": "Premium"}), date(2028, 9, 30)),
        (rule_sets("3.1"), date(2027, 2, 26)),
        (resource(GATEWAY, webApplicationFirewallConfiguration={"enabled": True}), date(2027, 3, 15)),
        (resource(REGISTRY, policies={"trustPolicy": {"status": "enabled"}}), date(2028, 3, 31)),
    ],
    ids=lambda value: value.type if isinstance(value, Resource) else "",
)
def test_each_feature_that_ends_is_found_where_its_type_has_it(subject: Resource, last: date) -> None:
    assert [*ended(subject, last)] == []
    assert len([*ended(subject, last + timedelta(days=1))]) == 1


def test_a_rule_set_that_has_no_announced_end_is_left_alone() -> None:
    assert [*ended(rule_sets("3.2"), date.max - NOTICE)] == []
    assert [*ended(resource(GATEWAY_POLICY), date.max - NOTICE)] == []


def test_every_property_is_an_argument_of_one_of_its_types() -> None:
    for support in SUPPORT:
        known = {name for token in support.types for name in arguments(package_of(token), token)}
        for path in support.paths:
            squeezed = path.partition(".")[0].lower()
            assert squeezed in {name.replace("_", "") for name in known}, path


def ends_of(what: str) -> dict[str, date]:
    return {**next(support.ends for support in SUPPORT if support.what == what)}


def test_every_version_that_a_setting_may_name_has_its_last_day() -> None:
    assert ends_of("Kubernetes on AKS").keys() == set(AKS_MINORS)
    assert ends_of("PostgreSQL").keys() >= set(DATABASE_MAJORS)
    assert ends_of("Azure's own engine of network policies").keys() <= set(NETWORK_POLICY_ENGINES)
    assert ends_of("Kubernetes on GKE").keys() >= set(GKE_MINORS)
    assert ends_of("Kubernetes on EKS").keys() >= set(aws.KUBERNETES_MINORS)
    assert ends_of("PostgreSQL on RDS").keys() >= set(aws.POSTGRES_MAJORS)
    # The day of 18 has not been announced.
    assert ends_of("PostgreSQL on Cloud SQL").keys() >= {f"POSTGRES_{major}" for major in POSTGRES_MAJORS} - {
        "POSTGRES_18"
    }
    for what in (
        "Kubernetes on AKS",
        "Kubernetes on EKS",
        "Kubernetes on GKE",
        "PostgreSQL on Cloud SQL",
        "PostgreSQL on RDS",
    ):
        ends = list(ends_of(what).values())
        assert ends == sorted(ends)


def test_another_day_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {}
    for day in ("2026-11-21", "2027-01-01", "2027-04-01"):
        monkeypatch.setenv(DATE_VARIABLE, day)
        judged = judge(cluster("1.35"))
        answers[day] = {one.rule.id for one in judged if one.findings and one.rule.concern == "lifecycle"}
    assert answers == {
        "2026-11-21": set(),
        "2027-01-01": {"azure-support-ending"},
        "2027-04-01": {"azure-support-ended"},
    }


def test_a_day_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATE_VARIABLE, "next spring")
    with pytest.raises(ValueError, match="POLICY_DATE is 'next spring'; it must be a date, for example 2027-06-01"):
        today()


def test_without_one_it_is_this_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATE_VARIABLE)
    assert abs(today() - date.today()) <= timedelta(days=1)  # noqa: DTZ011 - the pack's day is UTC's
