"""Every rule says which controls it serves, in ids that could be the framework's."""

import re

import pytest

from policies.controls import FRAMEWORKS, Framework, in_words
from policies.registry import RULES
from policies.rule import Rule

#: Frameworks of law and certification: what a rule says in words that it protects is one of these, or a budget.
LEGAL: tuple[Framework, ...] = ("GDPR", "DiGAV", "ISMS-P")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_serves_a_control_by_an_id_of_its_frameworks_shape(rule: Rule) -> None:
    assert set(LEGAL) & set(rule.controls), "every rule here serves one of the frameworks that a system must meet"
    assert set(rule.controls) <= set(FRAMEWORKS)
    for framework, ids in rule.controls.items():
        assert ids, framework
        assert len(set(ids)) == len(ids), framework
        assert [one for one in ids if not FRAMEWORKS[framework].pattern.fullmatch(one)] == [], framework


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_controls_are_those_that_the_message_names(rule: Rule) -> None:
    for framework in LEGAL:
        named = set(re.findall(rf"\b(?:{NUMBERS[framework]})(?![\d.])", told_of(rule, framework)))
        assert set(rule.controls.get(framework, ())) == named, rule.protects


NUMBERS: dict[Framework, str] = {
    "GDPR": r"\d+(?: \(\d+\)(?: [a-z]\b)?)?",
    "DiGAV": r"annex \d|\d+ \(\d+\)",
    "ISMS-P": r"\d+\.\d+\.\d+",
}


def told_of(rule: Rule, framework: Framework) -> str:
    """What `protects` says of a framework: from its name to that of another."""
    others = "|".join(name for name in (*LEGAL, "CIS", "cost") if name != framework)
    return " ".join(re.findall(rf"{framework}(.*?)(?={others}|$)", rule.protects))


#: What scanners and benchmarks call the cloud that a check is for, by the package of the types that a rule looks at.
CLOUDS = {
    "aws": {"AWS"},
    "azure-native": {"AZURE", "AZU", "Azure"},
    "gcp": {"GCP", "Google Cloud"},
    "kubernetes": {"K8S", "KSV", "Kubernetes"},
}
#: A cluster is a resource of its cloud, and Kubernetes' benchmark speaks of clusters, too.
OF_CLUSTERS = "Kubernetes"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_twins_of_a_rule_are_about_the_clouds_that_it_looks_at(rule: Rule) -> None:
    looked_at = {
        package: names for package, names in CLOUDS.items() if any(one.startswith(package) for one in rule.types)
    }
    named = {re.split("[_-]", one)[1] for name in ("checkov", "trivy") for one in rule.controls.get(name, ())}
    named |= {framework.removeprefix("CIS ") for framework in rule.controls if framework.startswith("CIS ")}
    assert named - {OF_CLUSTERS} <= {name for names in looked_at.values() for name in names}


def test_a_shape_refuses_what_is_none_of_the_frameworks() -> None:
    wrong: dict[Framework, str] = {
        "GDPR": "art. 32",
        "DiGAV": "annex",
        "ISMS-P": "2.6",
        "checkov": "CKV_AWS",
        "trivy": "AWS-0001",
    }
    assert not any(FRAMEWORKS[framework].pattern.fullmatch(given) for framework, given in wrong.items())


def test_controls_are_told_in_the_order_of_the_frameworks() -> None:
    assert in_words({"trivy": ("AVD-GCP-0065",), "GDPR": ("32 (1) a", "44")}) == "GDPR 32 (1) a, 44; trivy AVD-GCP-0065"
