"""Levels are data: read, checked, and different per environment where the file says so."""

from pathlib import Path

import pytest

from policies.levels import LEVELS_FILE, ByData, Level, Levels, LevelsError, level_of, load_levels
from policies.registry import RULES
from policies.resource import ENVIRONMENTS, EnvironmentName
from policies.rule import Finding, unknowable, violated

RULE = {rule.id: rule for rule in RULES}


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = LEVELS_FILE.read_text()
    assert old in text
    path = tmp_path / "levels.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_advisory_is_only_what_the_design_asks_of_prod_alone_and_what_is_told_in_time() -> None:
    levels = load_levels(RULES)
    assert set(levels) == set(RULE)
    advisory = {(name, place) for name, row in levels.items() for place, level in row.items() if level == "advisory"}
    assert advisory == {
        ("kubernetes-spread", "dev"),
        ("kubernetes-autoscaler", "dev"),
        ("kubernetes-disruption-budget", "dev"),
        *((f"{cloud}-support-ending", place) for cloud in ("aws", "azure", "gcp") for place in ENVIRONMENTS),
    }


def level(finding: Finding, rule: str, environment: EnvironmentName, levels: Levels, *, personal: bool = True) -> Level:
    return level_of(finding, RULE[rule], environment, levels, personal=personal)


def test_only_dtxs_residency_hangs_on_what_the_data_is_and_only_where_the_region_is_free_or_recommended() -> None:
    by_data = {
        (name, place)
        for name, row in load_levels(RULES).items()
        for place, one in row.items()
        if isinstance(one, ByData)
    }
    residency = {rule.id for rule in RULES if rule.concern == "residency" and rule.id.startswith("gcp-")}
    assert by_data == {(name, place) for name in residency for place in ("dev", "stage")}


@pytest.mark.parametrize("finding", [violated("EU", "europe-west3"), unknowable("location", "europe-west3")])
def test_a_region_elsewhere_is_refused_as_soon_as_the_data_is_personal(finding: Finding) -> None:
    levels = load_levels(RULES)
    for environment in ENVIRONMENTS:
        assert level(finding, "gcp-location", environment, levels, personal=True) == "mandatory"
        free = environment in {"dev", "stage"}
        otherwise = level(finding, "gcp-location", environment, levels, personal=False)
        assert otherwise == ("advisory" if free else "mandatory")


def test_a_level_is_a_datum_of_a_rule_and_an_environment(tmp_path: Path) -> None:
    path = changed(tmp_path, 'kyeol-nodes = { dev = "mandatory"', 'kyeol-nodes = { dev = "advisory"')
    levels = load_levels(RULES, path)
    finding = violated("m5.large", "t3.medium")
    assert level(finding, "kyeol-nodes", "dev", levels) == "advisory"
    assert level(finding, "kyeol-nodes", "prod", levels) == "mandatory"
    assert level(finding, "kyeol-cache", "dev", levels) == "mandatory"


def test_what_cannot_be_known_is_refused_by_rules_that_fail_closed_and_only_said_by_others() -> None:
    levels = load_levels(RULES)
    assert level(unknowable("region", "Tokyo"), "aws-region", "dev", levels) == "mandatory"
    assert level(unknowable("instanceClass", "db.t3.small"), "kyeol-postgres", "dev", levels) == "advisory"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kyeol-nodes =", "kyeol-node =", "kyeol-node is no rule; rules: known-package, "),
        ("kyeol-nodes =", "kyeol-node =", "kyeol-nodes must have a level for each of dev, stage, prod, mgmt"),
        ('kyeol-cache = { dev = "mandatory", ', "kyeol-cache = { ", "kyeol-cache must have a level for each of"),
        ('kyeol-cache = { dev = "mandatory"', 'kyeol-cache = { dev = "off"', "'off'; levels: advisory, mandatory"),
        ('aws-region = { dev = "mandatory"', 'aws-region = { dev = "advisory"', "residency is mandatory everywhere"),
        ("kyeol-nodes = {", "kyeol-nodes = ", "cannot be read"),
        (
            'gcp-location.prod = "mandatory"',
            'gcp-location.prod = "advisory"',
            "location.prod is advisory; residency is",
        ),
        (
            'gcp-location.prod = "mandatory"',
            'gcp-location.prod = { personal = "mandatory", otherwise = "advisory" }',
            "gcp-location.prod.otherwise is advisory; residency is mandatory everywhere",
        ),
        (
            'gcp-location.dev = { personal = "mandatory"',
            'gcp-location.dev = { personal = "advisory"',
            "gcp-location.dev.personal is advisory; residency is mandatory for personal data",
        ),
        (
            'gcp-location.dev = { personal = "mandatory", otherwise = "advisory" }',
            'gcp-location.dev = "advisory"',
            "gcp-location.dev is advisory; residency is mandatory for personal data",
        ),
        (
            'gcp-location.dev = { personal = "mandatory", otherwise = "advisory" }',
            'gcp-location.dev = { personal = "mandatory" }',
            "gcp-location.dev must be a level, or one for personal data and one otherwise",
        ),
        (
            'gcp-location.dev = { personal = "mandatory", otherwise = "advisory" }',
            'gcp-location.dev = { personal = "mandatory", otherwise = "off" }',
            "gcp-location.dev.otherwise is 'off'; levels: advisory, mandatory",
        ),
        (
            'aws-region = { dev = "mandatory"',
            'aws-region = { dev = { personal = "mandatory", otherwise = "advisory" }',
            "aws-region.dev.otherwise is advisory; residency is mandatory everywhere",
        ),
    ],
)
def test_a_mistake_in_the_levels_is_refused_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(LevelsError) as refusal:
        load_levels(RULES, changed(tmp_path, old, new))
    assert said in str(refusal.value)


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    path = changed(tmp_path, "kyeol-nodes =", "kyeol-node =")
    with pytest.raises(LevelsError) as refusal:
        load_levels(RULES, path)
    assert len(str(refusal.value).splitlines()) == 2
