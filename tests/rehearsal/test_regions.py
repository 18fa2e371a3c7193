"""`ops regions` on what runs: what somebody moved by hand is found after a refresh, and nothing else is."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from rehearsal.values import find
from tests.rehearsal.harness import ROOT, Rehearsal
from tests.rehearsal.running import RunningStacks

pytestmark = pytest.mark.engine

#: What is moved in a system's stack: the type, the property that says where it is, and whereto.
MOVED = [
    pytest.param(system, stack, (token, path, elsewhere), marks=pytest.mark.systems(system), id=f"{system} {path}")
    for system, stack, token, path, elsewhere in (
        ("dtx", "prod", "gcp:kms/keyRing:KeyRing", "location", "europe-west1"),
        ("dtx", "prod", "gcp:sql/databaseInstance:DatabaseInstance", "settings.backupConfiguration.location", "eu"),
        ("tripgen", "dev", "azure-native:containerregistry:Registry", "location", "japaneast"),
        ("kyeol", "dev", "aws:cloudwatch/logGroup:LogGroup", "region", "us-west-2"),
    )
]


def regions(rehearsal: Rehearsal, stack: str, system: str) -> tuple[int, dict[str, Any]]:
    """The exit code of `ops regions --json` on the exported state, and what it said."""
    exported = rehearsal.run("stack", "export", "--stack", stack).ok().stdout
    done = subprocess.run(
        [sys.executable, "-m", "ops", "regions", "--json", "--system", system],
        cwd=ROOT,
        input=exported,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def out(document: dict[str, Any]) -> set[str]:
    return {one["urn"] for one in document["resources"] if one["verdict"] not in {"in region", "listed"}}


@pytest.mark.parametrize(("system", "stack", "moving"), MOVED)
def test_what_was_moved_by_hand_is_found_after_a_refresh(
    running: RunningStacks, system: str, stack: str, moving: tuple[str, str, str]
) -> None:
    token, path, elsewhere = moving
    copy = running.copy(stack)
    assert out(regions(copy, stack, system)[1]) == set()
    moved = next(one for one in copy.inventory.list(type=token) if list(find(one.outputs, path)))
    copy.inventory.edit(moved, path, elsewhere)
    assert out(regions(copy, stack, system)[1]) == set(), "the state knows nothing of it before a refresh"
    copy.refresh(stack).ok()
    code, document = regions(copy, stack, system)
    assert out(document) >= {moved.urn}
    assert {urn for urn in out(document) if elsewhere not in json.dumps(document)} == set()
    assert code == 1


def test_the_gate_of_the_makefile_reads_the_clouds_before_it_judges(rehearsal: Rehearsal) -> None:
    rehearsal.keep_systems(["kyeol"])
    rehearsal.up("mgmt").ok()
    command = ["make", "--silent", "regions", "STACK=mgmt"]
    env = {**os.environ, **rehearsal.env, "REHEARSAL_HOME": str(rehearsal.home)}

    def gate() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=rehearsal.project, env=env, capture_output=True, text=True, check=False)

    passed = gate()
    assert passed.returncode == 0, passed.stderr
    assert "Everything is where it has to be." in passed.stdout
    (trail,) = rehearsal.inventory.list(type="aws:cloudtrail/trail:Trail")
    rehearsal.inventory.edit(trail, "region", "us-west-2")
    refused = gate()
    assert refused.returncode != 0
    assert "do not deploy" in refused.stdout
