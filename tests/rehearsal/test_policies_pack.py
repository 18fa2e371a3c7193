"""The pack as the engine sees it: levels that differ by environment, and a pack or a stack that is not in order."""

from pathlib import Path

import pytest

from policies.registry import RULES
from tests.rehearsal.harness import Rehearsal, Violation
from tests.rehearsal.running import PACK

pytestmark = [pytest.mark.engine, pytest.mark.systems("kyeol")]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def kinds(found: list[Violation]) -> set[tuple[str, str]]:
    return {(one.policy, one.enforcement) for one in found}


def test_a_rule_can_advise_in_one_environment_and_refuse_in_another(rehearsal: Rehearsal) -> None:
    levels = rehearsal.project / "policies" / "levels.toml"
    edit(levels, 'kyeol-nodes = { dev = "mandatory"', 'kyeol-nodes = { dev = "advisory"')
    component = rehearsal.project / "components" / "aws" / "node_group.py"
    edit(component, "instance_types=[args.instance_type]", 'instance_types=["m5.large"]')
    dev = rehearsal.preview("dev", *PACK).ok()
    assert kinds(dev.violations) == {("kyeol-nodes", "advisory")}
    mgmt = rehearsal.preview("mgmt", *PACK).refused()
    assert kinds(mgmt.violations) == {("kyeol-nodes", "mandatory")}


def test_the_environment_is_the_stacks_setting_and_not_its_name(rehearsal: Rehearsal) -> None:
    rehearsal.settings_file("dev").rename(rehearsal.settings_file("prod-kyeol"))
    preview = rehearsal.preview("prod-kyeol", *PACK).ok()
    assert preview.violations == []


def pack_of(rehearsal: Rehearsal) -> tuple[str, str]:
    return ("--policy-pack", str(rehearsal.project / "policies"))


def test_without_an_environment_nothing_is_judged_and_the_preview_ends(sample: Rehearsal, rehearsal: Rehearsal) -> None:
    for setting in ((), ("--config", "platform:environment=production")):
        preview = sample.preview("dev", *pack_of(rehearsal), *setting).refused("the policy pack cannot judge")
        assert "it must be one of dev, stage, prod, mgmt (Pulumi.<stack>.yaml)" in preview.text
        assert "Traceback" not in preview.text
    assert sample.preview("dev", *pack_of(rehearsal), "--config", "platform:environment=dev").violations


def test_a_misspelt_levels_file_ends_the_preview_with_the_mistake(sample: Rehearsal, rehearsal: Rehearsal) -> None:
    edit(rehearsal.project / "policies" / "levels.toml", "kyeol-nodes =", "kyeol-node =")
    setting = ("--config", "platform:environment=dev")
    preview = sample.preview("dev", *pack_of(rehearsal), *setting).refused("levels.toml: kyeol-node is no rule")
    assert "Traceback" not in preview.text


def test_a_folder_without_a_pack_ends_the_preview(sample: Rehearsal, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    preview = sample.preview("dev", "--policy-pack", str(empty)).refused("PulumiPolicy.yaml")
    assert preview.changes == {}
    assert "Traceback" not in preview.text


def test_a_level_cannot_be_lowered_from_the_command_line(sample: Rehearsal, rehearsal: Rehearsal) -> None:
    config = sample.project / "levels.json"
    config.write_text('{"all": "disabled"}')
    setting = ("--config", "platform:environment=dev", "--policy-pack-config", str(config))
    sample.preview("dev", *pack_of(rehearsal), *setting).refused("does not support config")


def test_a_rule_that_fails_refuses_by_name_and_the_preview_goes_on(sample: Rehearsal, rehearsal: Rehearsal) -> None:
    rule = rehearsal.project / "policies" / "residency" / "packages.py"
    edit(rule, "    if resource.package not in", "    {}['nothing']\n    if resource.package not in")
    preview = sample.preview("dev", *pack_of(rehearsal), "--config", "platform:environment=dev").refused()
    failed = [one for one in preview.violations if one.policy == "known-package"]
    assert kinds(failed) == {("known-package", "mandatory")}
    assert len(failed) == preview.changes["create"]
    assert "the rule itself failed: KeyError in packages.py, line" in failed[0].message
    assert "aws-backups" in {one.policy for one in preview.violations}  # the others judge on
    assert "Traceback" not in preview.text


def test_the_engine_knows_each_rule_with_its_severity(sample: Rehearsal, rehearsal: Rehearsal) -> None:
    program = sample.project / "__main__.py"
    program.write_text(program.read_text().replace('region="ap-northeast-1"', 'region="eu-central-1"'))
    preview = sample.preview("dev", *pack_of(rehearsal), "--config", "platform:environment=dev").refused()
    events = [event["policyEvent"] for event in preview.events if "policyEvent" in event]
    said = {(event["policyName"], event.get("severity")) for event in events}
    assert ("aws-region", "critical") in said
    assert said <= {(rule.id, rule.severity) for rule in RULES}
