"""Stacks and their settings files in a rehearsal.

Pulumi writes the key material of a stack's secrets into `Pulumi.<stack>.yaml`. The rehearsal has its own, which must
not reach the team's files: operations work on a copy, and what other commands write is put right after them.
"""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from rehearsal.files import write_whole

PASSPHRASE = "rehearsal"  # noqa: S105 - protects nothing: the clouds and every secret in them are simulated
# Both belong to PASSPHRASE. Fixed, because Pulumi makes up a new salt wherever it finds none.
SALT = "v1:WDItz6JazxE=:v1:wxvJr2q5xDrFJV09:cIvNLsCQ/npH3bLrt+pOjARzOlIoRA=="
PLACEHOLDER = "rehearsed-secret"
_PLACEHOLDER_SEALED = "v1:QBKz2pCFeEkTYax4:VQlSxOcWrzGWl0OR2R4lV/VJVWJLPpQzV8ziUuRMaYc="
_KEY_MATERIAL = ("encryptionsalt", "encryptedkey", "secretsprovider")


class StackError(Exception):
    """The stack or its settings file cannot be used as asked; the text says how to mend it."""


@dataclass(frozen=True)
class Project:
    """A Pulumi project: its file, its name, and the folder of its stacks' settings files."""

    file: Path
    name: str
    settings_folder: Path

    @property
    def folder(self) -> Path:
        """The folder of Pulumi.yaml."""
        return self.file.parent

    def settings_file(self, stack: str) -> Path:
        """The settings file of a stack, whether it is there or not."""
        return self.settings_folder / f"Pulumi.{stack}{self.file.suffix}"

    def described_stacks(self) -> list[str]:
        """The stacks that have a settings file."""
        pattern = re.compile(rf"Pulumi\.(.+){re.escape(self.file.suffix)}")
        return sorted(match[1] for path in self.settings_folder.iterdir() if (match := pattern.fullmatch(path.name)))


def find_project(start: Path) -> Project | None:
    """The project of `start`, as Pulumi finds it: the nearest Pulumi.yaml there or above."""
    for folder in (start, *start.parents):
        for name in ("Pulumi.yaml", "Pulumi.yml"):
            file = folder / name
            if file.is_file():
                content = _read_yaml(file)
                return Project(file, str(content.get("name", "")), folder / content.get("stackConfigDir", ""))
    return None


def selected_stack(project: Project, pulumi_home: Path) -> str | None:
    """The stack that `pulumi stack select` chose for this project in this rehearsal."""
    digest = hashlib.sha1(str(project.file).encode(), usedforsecurity=False).hexdigest()
    with suppress(OSError, ValueError):
        workspace = json.loads((pulumi_home / "workspaces" / f"{project.name}-{digest}-workspace.json").read_text())
        return workspace.get("stack", "").rsplit("/", 1)[-1] or None
    return None


def exists(project: Project, stack: str, state: Path) -> bool:
    """Whether the rehearsal has this stack already."""
    return any((state / ".pulumi" / "stacks" / project.name / f"{stack}.json{end}").exists() for end in ("", ".gz"))


def rehearsed_settings(text: str, name: str) -> tuple[str, int]:
    """The settings as the rehearsal reads them, and how many secret values became the placeholder.

    Values sealed by the team's own secrets provider cannot be opened here, by intent: they read as `PLACEHOLDER`.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1 << 20
    try:
        content = yaml.load(text) or {}
    except YAMLError as error:
        raise StackError(f"{name} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise StackError(f"{name} must be a mapping with a `config:` section, as `pulumi config set` writes it")
    for key in _KEY_MATERIAL:
        content.pop(key, None)
    replaced = _replace_sealed(content.get("config"))
    content["encryptionsalt"] = SALT
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue(), replaced


def write_rehearsed_settings(source: Path, target: Path) -> int:
    """Writes the rehearsal's copy of a settings file; says how many secret values became the placeholder."""
    text, replaced = rehearsed_settings(source.read_text() if source.exists() else "", source.name)
    write_whole(target, text)
    return replaced


@contextmanager
def untouched(project: Project, *, keep_edits: bool) -> Iterator[None]:
    """Leaves the settings files as they were, or with `keep_edits` takes only the rehearsal's key material out."""
    before = {path: path.read_bytes() for path in _settings_files(project)}
    try:
        yield
    finally:
        for path in {*before, *_settings_files(project)}:
            old, new = before.get(path), path.read_bytes() if path.exists() else None
            wanted = _without_salt(new) if keep_edits and new is not None else old
            if wanted is None or (old is None and not wanted.strip()):
                path.unlink(missing_ok=True)
            elif wanted != new:
                path.write_bytes(wanted)


def _settings_files(project: Project) -> list[Path]:
    return [project.settings_file(stack) for stack in project.described_stacks()]


def _without_salt(content: bytes) -> bytes:
    return b"".join(
        line for line in content.splitlines(keepends=True) if line.strip() != f"encryptionsalt: {SALT}".encode()
    )


def _replace_sealed(node: object) -> int:
    """Puts the placeholder in place of every `{secure: ...}` below `node`, in place."""
    if isinstance(node, dict):
        if list(node) == ["secure"] and isinstance(node["secure"], str):
            node["secure"] = _PLACEHOLDER_SEALED
            return 1
        return sum(map(_replace_sealed, node.values()))
    return sum(map(_replace_sealed, node)) if isinstance(node, list) else 0


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content = YAML(typ="safe").load(path.read_text())
    except YAMLError as error:
        raise StackError(f"{path.name} is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise StackError(f"{path.name} must be a mapping with at least `name:` and `runtime:`")
    return content
