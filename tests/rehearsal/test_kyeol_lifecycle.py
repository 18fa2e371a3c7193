"""KYEOL from nothing to nothing, in every stack, on the real engine and under the policy pack."""

import re
import shlex

import pytest

from tests.rehearsal.harness import ROOT, Rehearsal, Result
from tests.rehearsal.running import PACK, RunningStacks
from tests.stack_files import STACKS

pytestmark = pytest.mark.engine

RUNBOOK = ROOT / "docs" / "runbooks" / "protection.md"


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
    assert set(lifted.changes) <= {"same", "update"}
    assert rehearsal.inventory.count() == 0
    assert "protection" not in rehearsal.settings_file(stack).read_text()
    assert "protection" not in before


def test_all_four_environments_live_side_by_side(running: RunningStacks) -> None:
    first, *others = STACKS
    rehearsal = running.copy(first)
    for stack in others:
        assert set(rehearsal.up(stack).ok().changes) == {"create"}
    accounts = {held.scope.account for held in rehearsal.inventory.list("aws")}
    assert accounts == {"111111111111", "222222222222", "333333333333", "444444444444"}
    outputs = {stack: rehearsal.outputs(stack)["kyeol"] for stack in STACKS}
    assert len({output["vpc_id"] for output in outputs.values()}) == len(STACKS)
    assert len(outputs["prod"]["payment_public_ips"]) == 2
    assert "postgres" not in outputs["mgmt"]
