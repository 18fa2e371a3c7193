"""Each stack is brought up once in a test run; tests that begin with a running stack begin with a copy of it."""

import fcntl
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.rehearsal.harness import Rehearsal, Result, copy_of_this_project

PACK = ("--policy-pack", "policies")


class RunningStacks:
    """The stacks that are up, in a folder that all the workers of a test run share; `target` is this test's own.

    They run these systems only; all that their files list where none is named.
    """

    def __init__(self, shared: Path, target: Path, systems: Sequence[str]) -> None:
        self._shared = shared.joinpath("-".join(systems) or "all")
        self._target = target
        self._systems = systems
        self._copies: list[Rehearsal] = []

    def copy(self, stack: str) -> Rehearsal:
        """A world of the test's own in which the stack is up."""
        self.first_up(stack).ok()
        folder = self._target / f"running-{stack}"
        shutil.copytree(self._shared / stack, folder, symlinks=True)
        copy = Rehearsal.of_this_project(folder)
        self._copies.append(copy)
        return copy

    def first_preview(self, stack: str) -> Result:
        """What the preview of the stack said, from nothing and under the policy pack."""
        return self._result(stack, "preview")

    def first_up(self, stack: str) -> Result:
        """What the `up` said that made the stack, under the policy pack."""
        return self._result(stack, "up")

    def close(self) -> None:
        for copy in self._copies:
            copy.close()

    def _result(self, stack: str, command: str) -> Result:
        folder = self._shared / stack
        with _only_one(self._shared / f"{stack}.lock"):
            if not folder.exists():
                _bring_up(stack, folder, self._systems)
        return Result(**json.loads((folder / f"{command}.json").read_text()))


def _bring_up(stack: str, folder: Path, systems: Sequence[str]) -> None:
    """Keeps what was said also when it failed, so that each test tells it and none tries it again."""
    rehearsal = copy_of_this_project(folder)
    rehearsal.keep_systems(systems)
    for command in (rehearsal.preview, rehearsal.up):
        result = command(stack, *PACK)
        (folder / f"{command.__name__}.json").write_text(json.dumps(asdict(result)))
    rehearsal.close()


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
