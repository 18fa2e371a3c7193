"""What a killed run leaves: operations whose end nobody saw, objects nobody knows, the lock of a dead process."""

import gzip
import json
import os
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rehearsal.arguments import Command
from rehearsal.inventory import Object

_STOPPED = frozenset({"up", "update", "preview", "pre", "refresh", "destroy", "down", "dn", "import", "watch"})
_SETTLING = frozenset({"--clear-pending-creates", "--import-pending-creates"})


class UnsettledError(Exception):
    """An earlier run was interrupted and nothing settled what it left; the text says what and how."""


@dataclass(frozen=True)
class Lock:
    """A lock on a stack and the process that holds it."""

    path: Path
    pid: int
    is_stale: bool


@dataclass(frozen=True)
class Traces:
    """What earlier runs left of one stack in a file backend."""

    state: Path
    project: str
    stack: str

    def refuse(self, command: Command) -> None:
        """Refuse a command that would go on as if nothing had happened."""
        if command.words[0] not in _STOPPED or _SETTLING & command.flags.keys():
            return
        if self._is_busy:
            return  # nothing is interrupted, and pulumi itself says what is locked
        if self.pending_operations or self.locks or self._torn:
            raise UnsettledError(self._message())

    def release(self) -> Iterator[str]:
        """Take away what keeps pulumi from the stack although no process works on it; say what."""
        if self._is_busy:
            return
        for path in self._torn:
            path.unlink(missing_ok=True)
            yield f"{path.name}, which was only half written, is removed: pulumi does without it"
        for lock in self.locks:
            lock.path.unlink(missing_ok=True)
            yield f"the lock of process {lock.pid}, which has ended, is removed"

    @property
    def pending_operations(self) -> list[tuple[str, str]]:
        """What was under way when a run was killed: (`creating`, URN) and the like."""
        if b'"pending_operations"' not in self._text:  # nearly always; then a large state need not be parsed
            return []
        return [(one["type"], one["resource"]["urn"]) for one in self._latest.get("pending_operations") or []]

    @property
    def _is_busy(self) -> bool:
        return any(not lock.is_stale for lock in self.locks)

    @property
    def _torn(self) -> list[Path]:
        """Attributes of the state file that a kill left empty: with them pulumi cannot read the state (`EOF`)."""
        folder = self.state / ".pulumi" / "stacks" / self.project
        return [path for path in folder.glob(f"{self.stack}.json*.attrs") if not path.stat().st_size]

    @cached_property
    def locks(self) -> list[Lock]:
        """The locks on the stack."""
        return list(self._read_locks())

    def lost(self, made: Iterable[Object]) -> list[Object]:
        """Return those of the objects a run made that its state does not know: their create ended in an error."""
        known = {(one["urn"], one.get("id")) for one in self._latest.get("resources") or []}
        under_way = {urn for _, urn in self.pending_operations}
        own = f"urn:pulumi:{self.stack}::{self.project}::"
        return [
            one
            for one in made
            if one.urn.startswith(own) and one.urn not in under_way and (one.urn, one.id) not in known
        ]

    def hint(self, lost: list[Object]) -> str:
        """Say what to do about lost objects before anything else."""
        named = [f"  {one.type} {_name(one.urn)} ({one.id})" for one in lost]
        first = f"rehearsal: {len(lost)} objects whose create failed were made all the same; the state does not know"
        last = f"rehearsal: `./rehearse recover --stack {self.stack}` takes them into the state, `up` makes them again"
        return "\n".join([first, *named, last])

    def _message(self) -> str:
        lines = [f"an earlier run on stack {self.stack!r} was killed."]
        if pending := self.pending_operations:
            lines.append("Whether the cloud did what was asked last is not known to the state:")
            lines += [f"  {kind} {urn.split('::')[2].rsplit('$')[-1]} {_name(urn)}" for kind, urn in pending]
            lines.append("Going on would make such objects a second time, or lose them.")
        lines += [f"Its lock is still there; process {lock.pid} is not." for lock in self.locks]
        lines += [f"It left {path.name} half written; with it pulumi cannot read the state." for path in self._torn]
        lines.append(f"Settle it with `./rehearse recover --stack {self.stack}`, then repeat the command.")
        return "\n".join(lines)

    @cached_property
    def _text(self) -> bytes:
        path = self.state / ".pulumi" / "stacks" / self.project / f"{self.stack}.json"
        zipped = path.with_name(f"{path.name}.gz")
        if zipped.exists():
            return gzip.decompress(zipped.read_bytes())
        return path.read_bytes() if path.exists() else b""

    @cached_property
    def _latest(self) -> dict[str, Any]:
        return (json.loads(self._text)["checkpoint"]["latest"] if self._text else None) or {}

    def _read_locks(self) -> Iterator[Lock]:
        folder = self.state / ".pulumi" / "locks" / "organization" / self.project / self.stack
        for path in sorted(folder.glob("*.json")):
            try:
                content = json.loads(path.read_text())
            except (OSError, ValueError):  # let go of, or just being written
                continue
            here = content.get("hostname") == socket.gethostname()
            yield Lock(path, content["pid"], is_stale=here and not _is_pulumi(content["pid"]))


def _is_pulumi(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # Where there is /proc: the number may have gone to another process, and a dead one nobody waited for has no words.
    words = Path(f"/proc/{pid}/cmdline")
    return b"pulumi" in words.read_bytes() if words.exists() else True


def _name(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]
