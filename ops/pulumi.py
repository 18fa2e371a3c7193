"""The few `pulumi` commands that operators' tools need, on the stack and with the settings the user named."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

Deployment = dict[str, Any]
"""What `pulumi stack export` writes: `version` and `deployment` with `resources` and `pending_operations`."""


_TORN_STATE: Final = "failed to load checkpoint: EOF"
_TORN_STATE_HINT: Final = (
    "A kill left a file of the state empty. In a state kept in files, look below .pulumi/stacks for an empty "
    "`<stack>.json.attrs`, delete it (Pulumi does without it) and try again: docs/runbooks/recovery.md"
)


class PulumiError(Exception):
    """A `pulumi` command failed; the text is what it said."""


@dataclass(frozen=True)
class Pulumi:
    """`pulumi` on one stack. None where the user named nothing: then pulumi's own choice holds."""

    stack: str | None = None
    config_file: str | None = None
    folder: str | None = None

    def stack_name(self) -> str:
        """Return the name of the stack, asking which is selected where none was named."""
        if self.stack:
            return self.stack.rsplit("/", 1)[-1]
        return self._run("stack", "--show-name").strip().rsplit("/", 1)[-1]

    def exported(self) -> str:
        """Return the state as it is written; secrets stay sealed."""
        return self._run("stack", "export")

    def export(self) -> Deployment:
        """Return the state; secrets stay sealed."""
        return json.loads(self.exported())

    def import_(self, deployment: Deployment) -> None:
        """Replace the state. The engine checks that it is whole, and drops all pending operations."""
        self._run("stack", "import", given=json.dumps(deployment))

    def refresh(self, urns: Sequence[str]) -> None:
        """Read these resources from their clouds into the state."""
        targets = [argument for urn in urns for argument in ("--target", urn)]
        self._run("refresh", "--yes", "--skip-preview", *self._settings(), *targets)

    def declared(self) -> list[dict[str, Any]]:
        """Return the resources that the program declares and the state does not know, as `up` would register them."""
        preview = json.loads(self._run("preview", "--json", *self._settings()))
        return [step["newState"] for step in preview["steps"] if step["op"] == "create"]

    def _settings(self) -> list[str]:
        return ["--config-file", self.config_file] if self.config_file else []

    def _run(self, *arguments: str, given: str | None = None) -> str:
        where = [*(["--cwd", self.folder] if self.folder else []), *(["--stack", self.stack] if self.stack else [])]
        command = ["pulumi", *arguments, *where, "--non-interactive"]
        try:
            done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise PulumiError(
                "there is no `pulumi` on PATH; the rehearsal has its own: `./rehearse recover`, or `./rehearse stack "
                "export --stack STACK --file FILE` for what takes `--state FILE`"
            ) from None
        if done.returncode:
            said = "\n".join(part.strip() for part in (done.stdout, done.stderr) if part.strip())
            hint = f"\n{_TORN_STATE_HINT}" if _TORN_STATE in said else ""
            raise PulumiError(f"`pulumi {' '.join(arguments[:2])}` failed:\n{said}{hint}")
        return done.stdout
