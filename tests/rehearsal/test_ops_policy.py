"""`ops policy` on what runs: the real stacks pass, and what somebody changed by hand is found after a refresh."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.harness import ROOT, Rehearsal
from tests.rehearsal.running import RunningStacks
from tests.stack_files import STACKS

pytestmark = pytest.mark.engine


def judged(rehearsal: Rehearsal, stack: str, file: Path) -> tuple[int, dict[str, Any]]:
    """The exit code of `ops policy` on the exported state, and its report."""
    exported = rehearsal.run("stack", "export", "--stack", stack).ok().stdout
    done = subprocess.run(
        [sys.executable, "-m", "ops", "policy", "--json", str(file)],
        cwd=ROOT,
        input=exported,
        capture_output=True,
        text=True,
        check=False,
    )
    assert file.exists(), done.stderr
    return done.returncode, json.loads(file.read_text())


@pytest.mark.parametrize("stack", STACKS)
def test_a_real_stack_passes_as_its_update_left_it_and_as_its_clouds_tell_of_it(
    running: RunningStacks, stack: str, tmp_path: Path
) -> None:
    copy = running.copy(stack)
    assert judged(copy, stack, tmp_path / "up.json")[1]["findings"] == []
    copy.refresh(stack).ok()
    code, report = judged(copy, stack, tmp_path / "refresh.json")
    assert report["findings"] == []
    assert report["resources"] == len(copy.resources(stack))
    assert code == 0


@pytest.mark.systems("kyeol")
def test_what_was_changed_by_hand_is_found_after_a_refresh_and_not_before(
    running: RunningStacks, tmp_path: Path
) -> None:
    copy = running.copy("dev")
    nodes = next(one for one in copy.inventory.list(type="aws:eks/nodeGroup:NodeGroup"))
    copy.inventory.edit(nodes, "instanceTypes", ["m5.large"])
    assert judged(copy, "dev", tmp_path / "before.json")[0] == 0
    copy.refresh("dev").ok()
    code, report = judged(copy, "dev", tmp_path / "after.json")
    assert code == 1
    assert {(one["rule"], one["urn"], one["found"]) for one in report["findings"]} == {
        ("kyeol-nodes", nodes.urn, "`instanceTypes` is [m5.large]")
    }
