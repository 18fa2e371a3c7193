"""Runs one `pulumi` command against the simulated clouds: its own home, its own state, no way out to a real account."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from rehearsal import arguments, engine, language_host, stacks
from rehearsal.clouds import Clouds
from rehearsal.files import write_whole
from rehearsal.interrupted import Traces

# Whatever could lead a provider, a secrets provider, a Helm client or the engine to a real account or a real state.
_REAL_ACCOUNTS = ("AWS_", "AZURE_", "ARM_", "GOOGLE_", "GCP_", "GCLOUD_", "CLOUDSDK_", "KUBE", "HELM_")
# Where the clouds' own tools would look next, in the user's home.
_ACCOUNT_FILES = (
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AZURE_CONFIG_DIR",
    "CLOUDSDK_CONFIG",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "KUBECONFIG",
)
_REAL_STATE = (
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_API",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_DIY_BACKEND_",
    "PULUMI_DEBUG_PROVIDERS",
    "PULUMI_DEBUG_LANGUAGES",
)


# Linux can end a process with its parent: a launcher that was killed leaves no engine waiting for clouds that are gone.
_END_WITH_PARENT = f"ctypes.CDLL(None).prctl(1, {signal.SIGTERM:d})"
_ENDING_WITH_US = (
    [sys.executable, "-ISc", f"import ctypes, os, sys; {_END_WITH_PARENT}; os.execv(sys.argv[1], sys.argv[1:])"]
    if sys.platform == "linux"
    else []
)


# `ops` is a program beside the engine: it knows the rehearsal's inventory, the rehearsal knows only how to start it.
_OPS = [
    *(sys.executable, "-c"),
    "import sys; sys.path[0] = sys.argv.pop(1); from ops.__main__ import main; sys.exit(main())",
    str(language_host.ROOT),
]


@dataclass(frozen=True)
class Home:
    """REHEARSAL_HOME: everything a rehearsal keeps, so that two homes are two separate worlds."""

    path: Path

    @property
    def state(self) -> Path:
        """Pulumi's state of every stack (a file backend)."""
        return self.path / "state"

    @property
    def pulumi(self) -> Path:
        """PULUMI_HOME: plugins and the selected stack. The user's own ~/.pulumi is never touched."""
        return self.path / "pulumi"

    def keep_no_engine_log(self) -> None:
        """Puts a file where the engine would make a folder for its automatic log, so that it goes without.

        The engine (3.250) writes every call with its properties into `PULUMI_HOME/logs`, compressed, and no setting
        turns that off: a quarter of a preview's time. `--logtostderr -v=9` still shows it all to whoever asks.
        """
        logs = self.pulumi / "logs"
        if logs.is_dir():
            shutil.rmtree(logs)
        logs.touch()

    @property
    def inventory(self) -> Path:
        """What the simulated clouds hold."""
        return self.path / "inventory.sqlite"

    def settings_file(self, project: stacks.Project, stack: str) -> Path:
        """The rehearsal's copy of a stack's settings."""
        return self.path / "stacks" / project.settings_file(stack).name


@dataclass(frozen=True)
class Attached:
    """The engine, its environment, and the clouds it is attached to."""

    pulumi: Path
    environ: Mapping[str, str]
    clouds: Clouds

    def run(self, arguments: Sequence[str]) -> int:
        """Runs `pulumi ARGUMENTS`."""
        return _run([str(self.pulumi), *arguments], self.environ, self.clouds)


def run(args: list[str], environ: Mapping[str, str] = os.environ) -> int:
    """Runs `pulumi ARGS`, or one of the commands that are ours (`faults`, `recover`), and gives its exit code."""
    command = arguments.parse(args)
    project = stacks.find_project(Path(command.folder).absolute())
    home = Home(_home_path(project, environ))
    if command.words[:1] == ("faults",):
        from rehearsal import fault_command  # noqa: PLC0415 - its libraries are loaded for no other command

        return fault_command.run(home.path, list(command.after_first_word))
    pulumi = engine.acquire(engine.say_on_stderr, environ).command
    home.state.mkdir(parents=True, exist_ok=True)
    language_host.install(home.pulumi)
    home.keep_no_engine_log()
    with Clouds(home.path) as clouds:
        simulated = ", ".join(clouds.ports)
        engine.say_on_stderr(
            f"rehearsal: the clouds are simulated ({simulated}); all they hold is in {_short(home.path)}"
        )
        attached = Attached(pulumi, environment(environ, home, clouds.ports), clouds)
        if project is None:
            return attached.run(args)
        return _run_in_project(command, project, home, attached)


def _run_in_project(command: arguments.Command, project: stacks.Project, home: Home, attached: Attached) -> int:
    stack = command.stack or attached.environ.get("PULUMI_STACK") or stacks.selected_stack(project, home.pulumi)
    if command.is_operation and stack is None:
        raise stacks.StackError(_no_stack(project, "no stack is selected"))
    if command.opens_real_secrets and not command.asks_for_help:
        name = " ".join(command.words[:2])
        raise stacks.StackError(
            f"`{name}` with secret values needs the stack's own secrets provider, which the rehearsal never calls:\n"
            f"it reads every secret value as {stacks.PLACEHOLDER!r}. Use plain `pulumi {name}` on the real stack."
        )
    if stack and command.needs_stack:
        _ensure_stack(project, stack, home, attached)
    args = command.arguments
    if stack and (command.is_operation or command.reads_config):
        args = _with_rehearsed_settings(command, project, stack, home)
    # Operations use their copy. Any other command is short and may write the team's file: that is put right after it.
    writes = not command.is_operation or command.words[:1] == ("recover",) or "--remove" in command.flags
    with stacks.untouched(project, keep_edits=command.edits_config) if writes else nullcontext():
        if command.words[:1] == ("recover",):
            return _recover(args, Traces(home.state, project.name, stack or ""), home, attached)
        if stack and command.is_operation:
            return _run_operation(command, args, Traces(home.state, project.name, stack), attached)
        return attached.run(args)


def _run_operation(command: arguments.Command, args: Sequence[str], traces: Traces, attached: Attached) -> int:
    """Runs a command on a stack's resources: not on top of an interrupted one, and with a word on what it lost."""
    traces.refuse(command)
    before = attached.clouds.inventory.makings()
    code = attached.run(args)
    if code:
        made = [held for held in attached.clouds.inventory.list() if (held.urn, held.generation) not in before]
        if lost := Traces(traces.state, traces.project, traces.stack).lost(made):
            engine.say_on_stderr(traces.hint(lost))
    return code


def _recover(args: Sequence[str], traces: Traces, home: Home, attached: Attached) -> int:
    """Runs `ops recover` with what it finds here and on no real cloud: the inventory."""
    for line in traces.release():
        engine.say_on_stderr(f"rehearsal: {line}")
    path = os.pathsep.join([str(attached.pulumi.parent), attached.environ.get("PATH", os.defpath)])
    known = {"PATH": path, "REHEARSAL_INVENTORY": str(home.inventory)}
    return _run([*_OPS, *args], {**attached.environ, **known}, attached.clouds)


def environment(environ: Mapping[str, str], home: Home, ports: Mapping[str, int]) -> dict[str, str]:
    """The engine's environment: the user's, without the ways to real accounts, attached to the simulated clouds."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_REAL_ACCOUNTS + _REAL_STATE)}
    nowhere = str(home.path / "no-real-account")
    return {
        **kept,
        **dict.fromkeys(_ACCOUNT_FILES, nowhere),
        "AWS_EC2_METADATA_DISABLED": "true",
        "PULUMI_BACKEND_URL": home.state.as_uri(),
        "PULUMI_HOME": str(home.pulumi),
        "PULUMI_CONFIG_PASSPHRASE": stacks.PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",  # nothing that is not simulated is reached
        "PULUMI_DEBUG_PROVIDERS": ",".join(f"{package}:{port}" for package, port in ports.items()),
    }


def _home_path(project: stacks.Project | None, environ: Mapping[str, str]) -> Path:
    given = environ.get("REHEARSAL_HOME")
    if given:
        return Path(given).absolute()
    return (project.folder if project else language_host.ROOT) / ".rehearsal"


def _ensure_stack(project: stacks.Project, stack: str, home: Home, attached: Attached) -> None:
    """Creates a stack that has a settings file and no state yet, without writing into that file."""
    if stacks.exists(project, stack, home.state):
        return
    if not project.settings_file(stack).exists():
        raise stacks.StackError(_no_stack(project, f"there is no stack {stack!r}"))
    # In a project folder of the rehearsal's own, because `stack init` writes its key material beside Pulumi.yaml.
    scratch = home.path / "stacks"
    stacks.write_rehearsed_settings(project.settings_file(stack), scratch / f"Pulumi.{stack}.yaml")
    write_whole(scratch / "Pulumi.yaml", f"name: {project.name}\nruntime: python\n")
    init = [str(attached.pulumi), "stack", "init", stack, "--no-select", "--non-interactive"]
    done = subprocess.run(init, cwd=scratch, env=attached.environ, capture_output=True, text=True, check=False)
    if done.returncode and not stacks.exists(project, stack, home.state):
        raise stacks.StackError(f"stack {stack!r} could not be created in the rehearsal:\n{done.stderr.strip()}")
    engine.say_on_stderr(f"rehearsal: created stack {stack!r}")


def _with_rehearsed_settings(
    command: arguments.Command, project: stacks.Project, stack: str, home: Home
) -> tuple[str, ...]:
    given = command.flags.get("--config-file")
    source = Path(command.folder, given) if given else project.settings_file(stack)
    target = home.settings_file(project, stack)
    replaced = stacks.write_rehearsed_settings(source, target)
    if replaced:
        values = "1 secret value reads" if replaced == 1 else f"{replaced} secret values read"
        engine.say_on_stderr(f"rehearsal: {values} {stacks.PLACEHOLDER!r}: sealed for the real stack, not opened here")
    return command.with_config_file(str(target))


def _no_stack(project: stacks.Project, problem: str) -> str:
    described = ", ".join(project.described_stacks())
    if not described:
        return f"{problem}, and no Pulumi.<stack>.yaml is in {_short(project.settings_folder)}: write one."
    return (
        f"{problem}. Stacks with a settings file: {described}.\nName one with --stack, or `./rehearse stack select` it."
    )


def _run(command: Sequence[str], environ: Mapping[str, str], clouds: Clouds) -> int:
    """Runs a command in our process group: the terminal's Ctrl-C reaches it once, and the clouds outlive it."""
    process: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if process:
            process.send_signal(number)

    # The terminal sends these to the engine itself; here they must only not end the clouds before it has finished.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGTERM, pass_on)  # comes from `kill` or a job runner, to this process alone
    process = subprocess.Popen([*_ENDING_WITH_US, *command], env=dict(environ))
    if clouds.faults:
        clouds.faults.engine_pid = process.pid
    code = process.wait()
    return code if code >= 0 else 128 - code


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
