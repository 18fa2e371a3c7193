"""What `./rehearse` adds to `pulumi`, shown on a small project with the real engine."""

import contextlib
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rehearsal.stacks import PLACEHOLDER, SALT
from tests.rehearsal.harness import ROOT, Rehearsal

pytestmark = pytest.mark.engine


def wait_for(what: str, happened: Callable[[], bool], limit_s: float = 30) -> None:
    end = time.monotonic() + limit_s
    while not happened():
        assert time.monotonic() < end, f"{what} did not happen within {limit_s} s"
        time.sleep(0.05)


def processes_of(rehearsal: Rehearsal) -> list[str]:
    """The command lines of processes that still work for this rehearsal."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(rehearsal.home).encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def test_a_stack_with_a_settings_file_is_created_and_a_second_up_changes_nothing(sample: Rehearsal) -> None:
    first = sample.up("dev").ok()
    assert "created stack 'dev'" in first.stderr
    assert first.changes == {"create": 4}
    assert sample.up("dev").ok().changes == {"same": 4}
    assert sample.destroy("dev").ok().changes == {"delete": 4}
    assert sample.inventory.count() == 0


def test_the_engine_keeps_no_log_of_every_call_also_where_it_kept_one_before(sample: Rehearsal) -> None:
    logs = sample.home / "pulumi" / "logs"
    logs.mkdir(parents=True)
    (logs / "pulumi-20261101T000000-1.log").touch()
    assert sample.up("dev").ok().changes == {"create": 4}
    assert not logs.is_dir()


def test_no_command_writes_the_rehearsals_keys_into_the_settings_files(sample: Rehearsal) -> None:
    before = {path.name: path.read_bytes() for path in sample.project.glob("Pulumi*.yaml")}
    for command in (
        "preview --stack dev",
        "up --stack dev --yes --skip-preview",
        "refresh --stack dev --yes --skip-preview",
        "stack select dev",
        "config",
        "config get zones",
        "stack init extra",
        "stack history --stack dev",
        "stack rm extra --yes",
        "destroy --stack dev --yes --skip-preview --remove",
    ):
        sample.run(*shlex.split(command)).ok()
    assert {path.name: path.read_bytes() for path in sample.project.glob("Pulumi*.yaml")} == before


def test_config_set_and_rm_edit_the_settings_file_and_nothing_else(sample: Rehearsal) -> None:
    file = sample.settings_file("dev")
    before = file.read_text()
    sample.run("config", "set", "--stack", "dev", "retention", "30").ok()
    added = [line for line in file.read_text().splitlines() if line not in before.splitlines()]
    assert '  sample:retention: "30"' in added
    assert SALT not in file.read_text()
    assert sample.run("config", "get", "--stack", "dev", "retention").ok().stdout.strip() == "30"
    sample.run("config", "rm", "--stack", "dev", "retention").ok()
    # Pulumi's own writer spells flow mappings without inner blanks; everything else is back as it was.
    assert file.read_text().replace("{secure", "{ secure").replace("==}", "== }") == before


def test_a_secret_of_the_real_stack_reads_as_a_placeholder_and_cannot_be_set_here(sample: Rehearsal) -> None:
    up = sample.up("dev").ok()
    assert PLACEHOLDER in up.stderr
    assert sample.outputs("dev")["token"] == PLACEHOLDER
    for command in ("config set --secret token hunter2", "config cp --dest other", "stack history --show-secrets"):
        refused = sample.run(*shlex.split(command), "--stack", "dev")
        refused.refused("needs the stack's own secrets provider", "on the real stack")


def test_a_command_for_no_stack_or_an_unknown_one_says_which_there_are(sample: Rehearsal) -> None:
    sample.run("up", "--yes").refused("no stack is selected. Stacks with a settings file: dev, other.")
    sample.run("up", "--yes", "--stack", "prdo").refused("there is no stack 'prdo'", "dev, other")
    sample.run("stack", "select", "other").ok()
    assert sample.run("preview").ok().changes == {"create": 4}


def test_wrong_settings_show_as_one_message_and_a_bug_with_its_own_lines(sample: Rehearsal) -> None:
    wrong = sample.up("dev", "--config", "sample:mode=wrong-settings").refused()
    assert wrong.errors == ["2 mistakes in the settings:\n  cidr: too wide\n  zones: none given"]
    assert "Traceback" not in wrong.text
    bug = sample.up("dev", "--config", "sample:mode=bug").refused("KeyError: 'nothing'")
    assert len(bug.errors) == 1
    assert "rehearsal/language_host.py" not in bug.text
    sample.up("dev", "--config", "sample:mode=late-bug").refused("ValueError: a bug in an apply")


def test_json_output_stays_json_because_our_own_lines_go_to_stderr(sample: Rehearsal) -> None:
    preview = sample.preview("dev", "--json").ok()
    assert preview.stdout.startswith("{")
    assert "the clouds are simulated" in preview.stderr


def test_the_exit_code_is_pulumis(sample: Rehearsal) -> None:
    sample.up("dev").ok()
    assert sample.preview("dev", "--expect-no-changes").returncode == 0
    sample.edit_stack("dev", "sample:cidr", "10.9.0.0/16")
    changed = sample.preview("dev", "--expect-no-changes").refused()
    assert {step.name for step in changed.steps} == {"network"}
    assert sample.run("no-such-command").returncode != 0


def test_a_policy_pack_runs_in_the_same_environment_and_can_refuse(sample: Rehearsal, pack: Path) -> None:
    preview = sample.preview("dev", "--policy-pack", str(pack)).refused()
    assert [(found.policy, found.enforcement) for found in preview.violations] == [("logs-are-kept", "mandatory")]
    assert "retentionInDays is below 30" in preview.violations[0].message
    assert processes_of(sample) == []


def test_two_homes_are_two_worlds_also_at_the_same_time(sample: Rehearsal) -> None:
    twin = sample.twin()
    with ThreadPoolExecutor() as pool:
        one, two = pool.map(lambda world: world.up("dev"), (sample, twin))
    assert one.ok().changes == two.ok().changes == {"create": 4}
    sample.destroy("dev").ok()
    assert (sample.inventory.count(), twin.inventory.count()) == (0, 2)
    twin.close()


def test_real_accounts_cannot_be_reached_from_the_rehearsal(sample: Rehearsal) -> None:
    (sample.project / "__main__.py").write_text("import os\nfor item in os.environ.items(): print('='.join(item))\n")
    given = {"AWS_PROFILE": "real", "KUBECONFIG": "real", "PULUMI_ACCESS_TOKEN": "real", "GOOGLE_CREDENTIALS": "real"}
    up = sample.run("up", "--stack", "dev", "--yes", "--skip-preview", env={**given, "KEPT": "1"}).ok()
    printed = {name: value for name, _, value in (one.message.partition("=") for one in up.diagnostics)}
    assert printed["KEPT"] == "1"
    assert "real" not in printed.values()
    assert not Path(printed["AWS_SHARED_CREDENTIALS_FILE"]).exists()


def test_ctrl_c_ends_pulumi_first_and_leaves_nothing_behind(sample: Rehearsal) -> None:
    process = sample.start("up", "--stack", "dev", "--yes", "--skip-preview", "--config", "sample:mode=wait")
    wait_for("the program's start", (sample.project / "waiting").exists)
    os.killpg(process.pid, signal.SIGINT)
    stdout, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "cancel" in stdout.lower()
    wait_for("the end of every process", lambda: processes_of(sample) == [])
    sample.up("dev").ok()  # no lock is left


def test_nothing_hangs_when_the_launcher_is_killed(sample: Rehearsal) -> None:
    process = sample.start("up", "--stack", "dev", "--yes", "--skip-preview", "--config", "sample:mode=wait")
    wait_for("the program's start", (sample.project / "waiting").exists)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    wait_for("the end of every process", lambda: processes_of(sample) == [])
    sample.up("dev").ok()  # no lock is left


def test_a_terminated_launcher_ends_pulumi_and_then_itself(sample: Rehearsal) -> None:
    process = sample.start("up", "--stack", "dev", "--yes", "--skip-preview", "--config", "sample:mode=wait")
    wait_for("the program's start", (sample.project / "waiting").exists)
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode != 0
    wait_for("the end of every process", lambda: processes_of(sample) == [])


def test_the_official_language_host_is_used_where_it_is_installed(sample: Rehearsal, tmp_path: Path) -> None:
    seen, official = tmp_path / "official-was-here", tmp_path / "bin" / "pulumi-language-python"
    start = "import sys; from rehearsal.language_host import main; main(sys.argv[1:])"
    host = shlex.join(["env", f"PYTHONPATH={ROOT}", sys.executable, "-uc", start])
    official.parent.mkdir()
    official.write_text(f'#!/bin/sh\ntouch {shlex.quote(str(seen))}\nexec {host} "$@"\n')
    official.chmod(0o755)
    sample.run("preview", "--stack", "dev", env={"PATH": f"{official.parent}:{os.environ['PATH']}"}).ok()
    assert seen.exists()


def test_about_names_the_environment_the_program_runs_in(sample: Rehearsal) -> None:
    about = sample.run("about").ok()
    assert f"executable='{ROOT / '.venv' / 'bin' / 'python'}'" in about.stdout
    assert "pulumi_kubernetes" in about.stdout.replace("-", "_")
