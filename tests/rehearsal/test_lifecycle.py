"""Every stack from nothing to nothing, on the real engine and under the policy pack."""

import re
import shlex

import pytest

from tests.rehearsal.harness import ROOT, Rehearsal, Result
from tests.rehearsal.running import PACK, RunningStacks
from tests.stack_files import STACKS

pytestmark = pytest.mark.engine

#: What Google keeps whatever is destroyed: keys and their ring for ever, services that are on, a locked log bucket for
#: as long as its records are to be kept.
OUTLIVES = {
    "gcp:kms/cryptoKey:CryptoKey",
    "gcp:kms/keyRing:KeyRing",
    "gcp:logging/projectBucketConfig:ProjectBucketConfig",
    "gcp:projects/service:Service",
    "gcp:projects/serviceIdentity:ServiceIdentity",
}
RUNBOOK = ROOT / "docs" / "runbooks" / "protection.md"
KYEOL_RUNBOOK = ROOT / "docs" / "runbooks" / "kyeol.md"


def lift_and_destroy(rehearsal: Rehearsal, stack: str) -> list[Result]:
    """Do what the runbook says for `stage`, in this stack of the rehearsal."""
    (block,) = re.findall(r"```sh\n(.*?)```", RUNBOOK.read_text(), re.DOTALL)
    commands = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert [command[:2] for command in commands] == [
        ["pulumi", "config"],
        ["pulumi", "up"],
        ["pulumi", "destroy"],
        ["pulumi", "config"],
    ]
    without_questions = {"up": ["--yes", "--skip-preview", *PACK], "destroy": ["--yes", "--skip-preview"]}
    return [
        rehearsal.run(
            *[stack if word == "stage" else word for word in words], *without_questions.get(words[0], [])
        ).ok()
        for _, *words in commands
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_comes_up_stays_put_shows_no_drift_and_goes_by_the_runbook(running: RunningStacks, stack: str) -> None:
    assert set(running.first_up(stack).ok().changes) == {"create"}
    rehearsal = running.copy(stack)
    assert rehearsal.inventory.count() > 80

    again = rehearsal.up(stack, *PACK).ok()
    assert set(again.changes) == {"same"}
    assert again.violations == []
    assert set(rehearsal.refresh(stack, "--preview-only").ok().changes) == {"same"}

    before = rehearsal.settings_file(stack).read_text()
    if stack != "dev":
        held = rehearsal.inventory.count()
        rehearsal.run("destroy", "--stack", stack, "--yes").refused("protect")
        assert rehearsal.inventory.count() == held
    lifted = lift_and_destroy(rehearsal, stack)[1]
    assert set(lifted.changes) <= {"same", "update", "delete"}
    deleted = {step.type for step in lifted.steps if step.op == "delete"}
    assert deleted <= {"azure-native:authorization:ManagementLockByScope"}
    assert {held.type for held in rehearsal.inventory.list()} <= OUTLIVES
    assert "platform:protection" not in rehearsal.settings_file(stack).read_text()
    assert "platform:protection" not in before


def first_steps_of_the_runbook() -> list[list[str]]:
    """What the runbook's steps 1 to 3 do with pulumi; logins and what needs their answers are left out, as it says."""
    steps = KYEOL_RUNBOOK.read_text().split("\n## ")[1:4]
    blocks = [block for step in steps for block in re.findall(r"```sh\n(.*?)```", step, re.DOTALL)]
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words[:1] == ["pulumi"] and "login" not in words and "init" not in words]


@pytest.mark.systems("kyeol")
def test_the_runbooks_first_steps_bring_up_environments_that_live_side_by_side(rehearsal: Rehearsal) -> None:
    commands = first_steps_of_the_runbook()
    assert [command[:4] for command in commands if command[0] == "up"] == [
        ["up", "--stack", stack, *PACK[:1]] if stack != "bootstrap" else ["up", "--stack", stack]
        for stack in ("bootstrap", "mgmt", "dev")
    ]
    for command in commands:
        rehearsal.run(*command, *(["--yes", "--skip-preview"] if command[0] == "up" else [])).ok()
    rehearsal.up("stage", *PACK).ok()
    name_servers = rehearsal.outputs("dev")["kyeol"]["name_servers"]
    rehearsal.edit_stack("prod", "platform:kyeol.dns.delegations", name_servers)
    rehearsal.up("prod", *PACK).ok()

    records = [held.inputs for held in rehearsal.inventory.list("aws", "aws:route53/record:Record")]
    delegated = {record["name"]: record["records"] for record in records if record["type"] == "NS"}
    assert delegated == name_servers
    assert len(delegated) == 2

    accounts = {held.scope.account for held in rehearsal.inventory.list("aws")}
    assert accounts == {"111111111111", "222222222222", "333333333333", "444444444444"}
    outputs = {stack: rehearsal.outputs(stack)["kyeol"] for stack in STACKS}
    assert len({output["vpc_id"] for output in outputs.values()}) == len(STACKS)
    assert len(outputs["prod"]["payment_public_ips"]) == 2
    assert "postgres" not in outputs["mgmt"]
