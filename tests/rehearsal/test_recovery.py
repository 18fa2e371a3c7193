"""Kill -9 in the middle: the launcher stops, `recover` settles, nothing exists twice and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping

import pytest

from rehearsal import engine
from rehearsal.interrupted import Traces
from rehearsal.stacks import PASSPHRASE
from tests.rehearsal.harness import ROOT
from tests.rehearsal.test_launcher import wait_for
from tests.rehearsal.workload import DECLARED, Workload

pytestmark = pytest.mark.engine
SECRET = "1b47061264138c4ac30d75fd1eb44270"


def test_nothing_goes_on_after_a_kill_until_recover_has_settled_it(workload: Workload) -> None:
    workload.fault("kill-engine", name="value", when="after")
    workload.fault("kill-engine", name="logs", when="after")
    workload.fault("kill-engine", name="edge-logs", when="after")
    assert workload.up().returncode == 137
    pending = workload.rehearsal.pending_operations("dev")
    assert pending
    before = workload.held()
    for command in ("up", "preview", "refresh", "destroy"):
        run = getattr(workload.rehearsal, command)("dev")
        run.refused("was killed", "`./rehearse recover --stack dev`", *(f"{kind} aws:" for kind, _ in pending))
        assert all(name in run.stderr for _, name in pending)
    assert workload.held() == before
    workload.recover().ok()
    workload.faults.unlink()
    workload.ends_well()
    state = workload.state()
    assert state["logs"]["protect"]
    assert state["logs"]["retainOnDelete"]
    assert state["logs"]["resourceHooks"] == {"OnError": ["platform-retry"]}
    assert SECRET in json.dumps(state["value"]["inputs"])
    assert "plain" not in json.dumps(state["value"])


def test_a_killed_machine_in_the_middle_of_a_create_that_never_happened(workload: Workload) -> None:
    workload.fault("slow", name="key", seconds=60)
    process = workload.rehearsal.start("up", "--stack", "dev", "--yes", "--skip-preview")
    wait_for("the slow create", lambda: workload.fired() == [1])
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert ("creating", "key") in workload.rehearsal.pending_operations("dev")
    assert "key" not in workload.held()
    recovered = workload.recover().ok()
    assert "key: the cloud does not hold it" in recovered.stdout
    workload.ends_well()


def test_a_kill_of_the_rehearsal_itself_is_recovered_like_one_of_the_engine(workload: Workload) -> None:
    workload.fault("kill", name="key", when="after")
    assert workload.up().returncode == -signal.SIGKILL
    assert workload.held()["key"] == 1
    workload.recover().ok()
    workload.ends_well()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_in_the_middle_of_a_replacement_leaves_one_of_the_two(workload: Workload, when: str) -> None:
    workload.up().ok()
    old = workload.state()["key"]["id"]
    workload.change(multi_region=True)
    workload.fault("kill-engine", name="key", when=when)
    assert workload.up().returncode == 137
    assert workload.held()["key"] == {"before": 1, "after": 2}[when]
    workload.recover().ok()
    workload.ends_well()
    assert workload.state()["key"]["id"] != old
    assert workload.state()["alias"]["inputs"]["targetKeyId"] == workload.state()["key"]["id"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_in_the_middle_of_an_update_or_a_delete(workload: Workload, when: str) -> None:
    workload.up().ok()
    workload.fault("kill-engine", operation="update", name="logs", when=when)
    workload.change(days=30)
    assert workload.up().returncode == 137
    assert workload.rehearsal.pending_operations("dev") == [("updating", "logs")]
    assert "updating aws:cloudwatch/logGroup:LogGroup logs" in workload.recover().ok().stdout
    assert workload.state()["logs"]["inputs"]["retentionInDays"] == {"before": 7, "after": 30}[when]
    workload.fault("kill-engine", operation="delete", name="value", when=when)
    workload.change(secret=False)
    assert workload.up().returncode == 137
    assert workload.rehearsal.pending_operations("dev") == [("deleting", "value")]
    assert "deleting aws:secretsmanager/secretVersion:SecretVersion value" in workload.recover().ok().stdout
    assert ("value" in workload.state()) == (when == "before")
    workload.ends_well(DECLARED - {"token", "value"})


def test_a_dead_lock_and_a_torn_file_are_told_and_taken_away(workload: Workload) -> None:
    workload.up().ok()
    lock = workload.rehearsal.home / "state/.pulumi/locks/organization/workload/dev/lock.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    content = {"pid": ended.pid, "username": "u", "hostname": os.uname().nodename, "timestamp": "2026-01-01T00:00:00Z"}
    lock.write_text(json.dumps(content))
    torn = workload.rehearsal.home / "state/.pulumi/stacks/workload/dev.json.attrs"
    torn.write_text("")  # the engine writes this file in place: a kill at the wrong moment leaves it empty
    without_us = real_cloud(workload)
    assert "delete it (Pulumi does without it) and try again: docs/runbooks/recovery.md" in without_us.stderr
    assert "Traceback" not in without_us.stderr
    workload.up().refused("Its lock is still there", "dev.json.attrs half written", "recover --stack dev")
    recovered = workload.recover().ok()
    assert "the lock of process" in recovered.stderr
    assert "dev.json.attrs" in recovered.stderr
    assert "Nothing is open" in recovered.stdout
    workload.rehearsal.preview("dev", "--expect-no-changes").ok()


def test_a_lock_of_a_living_process_is_left_to_pulumi(workload: Workload) -> None:
    workload.fault("slow", name="key", seconds=60)
    running = workload.rehearsal.start("up", "--stack", "dev", "--yes", "--skip-preview")
    wait_for("the slow create", lambda: workload.fired() == [1])
    workload.rehearsal.preview("dev").ok()  # pulumi allows it, and what is pending is not interrupted
    workload.recover().refused("currently locked by 1 lock")
    os.killpg(running.pid, signal.SIGKILL)


def real_cloud(workload: Workload, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m ops recover` as on a real stack: a state, and no inventory to look into."""
    found = engine.find()
    assert found
    environ: Mapping[str, str] = {
        **os.environ,
        "PATH": f"{found.command.parent}:{os.environ['PATH']}",
        "PULUMI_BACKEND_URL": (workload.rehearsal.home / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_HOME": str(workload.rehearsal.home / "pulumi"),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "ops", "recover", "--stack", "dev", "--cwd", str(workload.rehearsal.project)]
    return subprocess.run(
        [*command, *arguments], env=environ, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def test_on_a_real_cloud_recover_asks_and_never_guesses(workload: Workload) -> None:
    workload.fault("kill-engine", name="alias", when="before")
    workload.up()
    # A kill can tear the file backend's files, as it cannot a real backend's objects: that is put right beforehand.
    list(Traces(workload.rehearsal.home / "state", "workload", "dev").release())
    state = workload.rehearsal.home / "state/.pulumi/stacks/workload/dev.json"
    before = state.read_bytes()
    asked = real_cloud(workload, "--yes")
    assert asked.returncode == 1
    assert "creating aws:kms/alias:Alias alias: no record tells whether it was made; stays open" in asked.stdout
    assert "python -m ops recover --stack dev --made 'alias=ID'" in asked.stdout
    assert "python -m ops recover --stack dev --absent 'alias'" in asked.stdout
    wrong = real_cloud(workload, "--yes", "--absent", "aliass")
    assert "ops: aliass names nothing that is open in this stack" in wrong.stderr
    assert "Traceback" not in asked.stderr + wrong.stderr
    assert state.read_bytes() == before
    # An answer that is right for one does not settle another: what is left is asked again, and nothing is written.
    others = [name for _, name in workload.rehearsal.pending_operations("dev") if name != "alias"]
    answered = workload.recover("--absent", "alias").ok()
    assert "alias: you say it was not made" in answered.stdout
    assert set(others) <= workload.state().keys()
    workload.ends_well()
