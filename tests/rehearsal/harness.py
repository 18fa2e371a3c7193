"""A rehearsal of a project's copy, and what came of its commands as data: what every engine test stands on."""

import json
import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from ruamel.yaml import YAML

from rehearsal.arguments import OPERATIONS
from rehearsal.inventory import Inventory

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 300
_WITHOUT_EVENTS = {"watch", "logs", "recover"}
#: The engine writes its state once, at the end. Step by step it writes the whole file each time, which doubles an `up`
#: of some 250 resources and shows only where something is killed in between.
STATE_AT_THE_END = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True)
class Step:
    """One step the engine took or, in a preview, would take."""

    op: str
    urn: str
    type: str
    old: dict[str, Any]
    new: dict[str, Any]
    diffs: list[str]
    replace_keys: list[str]

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rsplit("::", 1)[-1]

    def __str__(self) -> str:
        return f"{self.op} {self.type} {self.name} {self.diffs or ''}".rstrip()


@dataclass(frozen=True)
class Diagnostic:
    """One message of the engine, the program or a provider."""

    severity: str
    message: str
    urn: str


@dataclass(frozen=True)
class Violation:
    """One thing a policy pack found."""

    policy: str
    enforcement: str
    message: str
    urn: str


@dataclass(frozen=True)
class Result:
    """A finished command. The lists are of its last phase: of the update, not of the preview before it."""

    returncode: int
    stdout: str
    stderr: str
    events: list[dict[str, Any]] = field(repr=False)

    def ok(self) -> Self:
        """The result itself; fails the test with everything the command said when it did not succeed."""
        assert self.returncode == 0, f"exit code {self.returncode}\n{self}"
        return self

    def refused(self, *parts: str) -> Self:
        """The result itself; fails the test when the command succeeded or did not say one of `parts`."""
        assert self.returncode != 0, f"it was expected to fail\n{self}"
        for part in parts:
            assert part in self.text, f"it should say {part!r}\n{self}"
        return self

    @property
    def text(self) -> str:
        """All it said."""
        return f"{self.stdout}\n{self.stderr}"

    @cached_property
    def steps(self) -> list[Step]:
        """What it did or would do, without what stays the same."""
        return [step for step in self.all_steps if step.op not in {"same", "read", "refresh"}]

    @cached_property
    def all_steps(self) -> list[Step]:
        """Every step, in the order it was started."""
        metadata = [event["resourcePreEvent"]["metadata"] for event in self.events if "resourcePreEvent" in event]
        return [
            Step(
                op=step["op"],
                urn=step["urn"],
                type=step["type"],
                old=(step.get("old") or {}).get("inputs") or {},
                new=(step.get("new") or {}).get("inputs") or {},
                diffs=step.get("diffs") or [],
                replace_keys=step.get("keys") or [],
            )
            for step in metadata
        ]

    @cached_property
    def changes(self) -> Counter[str]:
        """How many resources by kind of change (`create`, `update`, `same`, `replace`, ...), as its summary counts."""
        summaries = [event["summaryEvent"]["resourceChanges"] for event in self.events if "summaryEvent" in event]
        return Counter(summaries[-1] if summaries else {})

    @cached_property
    def diagnostics(self) -> list[Diagnostic]:
        """Errors, warnings and what the program printed."""
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return [
            Diagnostic(one["severity"], one["message"].strip(), one.get("urn", ""))
            for one in found
            if one["severity"] != "debug"
        ]

    @property
    def errors(self) -> list[str]:
        """The messages of its errors."""
        return [one.message for one in self.diagnostics if one.severity == "error"]

    @cached_property
    def violations(self) -> list[Violation]:
        """What policy packs found."""
        found = [event["policyEvent"] for event in self.events if "policyEvent" in event]
        return [
            Violation(one["policyName"], one["enforcementLevel"], one["message"].strip(), one.get("resourceUrn", ""))
            for one in found
        ]

    def __str__(self) -> str:
        return f"--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"


class Rehearsal:
    """A project folder with a rehearsal home of its own; `command` is the `rehearse` to call, in `env`."""

    def __init__(self, project: Path, home: Path, command: Path, env: Mapping[str, str] | None = None) -> None:
        self.project = project
        self.home = home
        self.command = command
        self.env = dict(env or {})
        self._inventory: Inventory | None = None
        self._started: list[subprocess.Popen[str]] = []

    @classmethod
    def of_this_project(cls, folder: Path) -> Self:
        """The rehearsal in a folder that holds a copy of this project."""
        project = folder / "project"
        return cls(project, folder / "home", project / "rehearse", STATE_AT_THE_END)

    def run(self, *args: str, env: Mapping[str, str] | None = None) -> Result:
        """Runs `./rehearse ARGS` to its end."""
        log = self.home / "events.json"
        log.unlink(missing_ok=True)
        if args and args[0] in OPERATIONS - _WITHOUT_EVENTS:
            args = (*args, "--event-log", str(log))
        process = self.start(*args, env=env)
        try:
            stdout, stderr = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
            raise AssertionError(f"not finished after {LIMIT_S} s: {args}\n{stdout}\n{stderr}") from None
        return Result(process.returncode, stdout, stderr, _last_phase(log))

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Starts `./rehearse ARGS` in a process group of its own, as a terminal does."""
        self.home.mkdir(parents=True, exist_ok=True)
        own = {"REHEARSAL_HOME": str(self.home), "PULUMI_DEBUG_COMMANDS": "true", **self.env, **(env or {})}
        process = subprocess.Popen(
            [str(self.command), *args],
            cwd=self.project,
            env={**{name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")}, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def up(self, stack: str, *args: str) -> Result:
        """`up` without the preview before it, which costs as much again."""
        return self.run("up", "--stack", stack, "--yes", "--skip-preview", *args)

    def preview(self, stack: str, *args: str) -> Result:
        """What `up` would do."""
        return self.run("preview", "--stack", stack, *args)

    def refresh(self, stack: str, *args: str) -> Result:
        """Reads the simulated clouds back into the state; with `--preview-only` it only says what differs."""
        consent = () if "--preview-only" in args else ("--yes",)
        return self.run("refresh", "--stack", stack, *consent, *args)

    def destroy(self, stack: str, *args: str) -> Result:
        """`destroy` without the preview before it."""
        return self.run("destroy", "--stack", stack, "--yes", "--skip-preview", *args)

    def outputs(self, stack: str) -> dict[str, Any]:
        """The stack's outputs, secrets opened."""
        return json.loads(self.run("stack", "output", "--stack", stack, "--json", "--show-secrets").ok().stdout)

    def resources(self, stack: str) -> list[dict[str, Any]]:
        """The resources in the stack's state, as Pulumi wrote them: `urn`, `inputs`, `outputs`, `protect`, ..."""
        return self._latest(stack).get("resources") or []

    def pending_operations(self, stack: str) -> list[tuple[str, str]]:
        """What was under way when a run was killed: (`creating`, logical name) and the like."""
        pending = self._latest(stack).get("pending_operations") or []
        return [(one["type"], one["resource"]["urn"].rsplit("::", 1)[-1]) for one in pending]

    def _latest(self, stack: str) -> dict[str, Any]:
        (state,) = (self.home / "state" / ".pulumi" / "stacks").glob(f"*/{stack}.json")
        return json.loads(state.read_text())["checkpoint"]["latest"]

    @property
    def inventory(self) -> Inventory:
        """What the simulated clouds hold."""
        if self._inventory is None:
            self._inventory = Inventory(self.home / "inventory.sqlite")
        return self._inventory

    def settings_file(self, stack: str) -> Path:
        """The stack's settings file in this copy."""
        return self.project / f"Pulumi.{stack}.yaml"

    def edit_stack(self, stack: str, path: str | Sequence[str | int], value: Any) -> None:
        """Sets one value below `config:`, at a path such as `platform:kyeol.nodes.max_nodes`."""
        _edit(self.settings_file(stack), ("config", *(path.split(".") if isinstance(path, str) else path)), value)

    def edit_service(self, stack: str, service: str, path: str, value: Any) -> None:
        """Sets one value of a service's file (`tripgen/trip-service`), at a path such as `scaling.max_replicas`."""
        system, _, name = service.partition("/")
        _edit(self.project / "config" / stack / "services" / system / f"{name}.yml", path.split("."), value)

    def keep_systems(self, systems: Sequence[str]) -> None:
        """Makes the stacks that run any of these systems run no other, as a team does for a smaller blast radius."""
        yaml = YAML()
        yaml.preserve_quotes = True
        for file in self.project.glob("Pulumi.*.yaml") if systems else ():
            content = yaml.load(file)
            listed = content["config"]["platform:systems"]
            if kept := [name for name in listed if name in systems]:
                for name in set(listed) - set(kept):
                    del content["config"][f"platform:{name}"]
                content["config"]["platform:systems"] = kept
                yaml.dump(content, file)

    def twin(self, name: str = "twin") -> "Rehearsal":
        """The same project folder with another rehearsal home: another world."""
        return Rehearsal(self.project, self.home.with_name(name), self.command, self.env)

    def close(self) -> None:
        """Lets go of the inventory, and of what a failed test left running."""
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        if self._inventory is not None:
            self._inventory.close()


def copy_of_this_project(folder: Path) -> Rehearsal:
    """A rehearsal of a copy of this project as it is now, with what is not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    project = folder / "project"
    files = [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    # Bytecode comes along: it stays valid, and compiling it anew would cost every test a second.
    bytecode = [compiled for parent in {file.parent for file in files} for compiled in parent.glob("__pycache__/*.pyc")]
    for file in (*files, *bytecode):
        target = project / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
    (project / ".venv").symlink_to(ROOT / ".venv")
    return Rehearsal.of_this_project(folder)


def copy_of(source: Path, folder: Path) -> Rehearsal:
    """A rehearsal of a copy of another Pulumi project, with this checkout's launcher."""
    project = folder / source.name
    shutil.copytree(source, project, ignore=shutil.ignore_patterns("__pycache__"))
    (project / ".venv").symlink_to(ROOT / ".venv")
    return Rehearsal(project, folder / "home", ROOT / "rehearse")


def _edit(file: Path, path: Sequence[str | int], value: Any) -> None:
    """Sets one value in a YAML file."""
    yaml = YAML()
    yaml.preserve_quotes = True
    content = yaml.load(file)
    *parents, last = path
    node = content
    for key in parents:
        node = node[key]
    node[last] = value
    yaml.dump(content, file)


def _last_phase(log: Path) -> list[dict[str, Any]]:
    """The events after the end of the phase before the last: `up` logs its preview first."""
    if not log.exists():
        return []
    events = [json.loads(line) for line in log.read_text().splitlines() if line.strip()]
    ends = [place for place, event in enumerate(events) if "summaryEvent" in event]
    return events[ends[-2] + 1 :] if len(ends) > 1 else events
