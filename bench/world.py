"""Folders to measure in: the project with a home of its own, and the bare twin of one of its stacks."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from bench.measure import Run, run
from bench.twin import twin_program

ROOT: Final = Path(__file__).resolve().parent.parent
PROGRAM: Final = ("__main__.py", "Pulumi*.yaml", "settings", "config", "components", "systems", "policies")
PACK: Final = ("--policy-pack", "policies")


@dataclass(frozen=True)
class World:
    """A program and a rehearsal home."""

    project: Path
    home: Path

    def rehearse(self, *arguments: str, **environ: str) -> Run:
        """Run this checkout's `rehearse` in the folder."""
        env = {**os.environ, "REHEARSAL_HOME": str(self.home), **environ}
        return run([str(ROOT / "rehearse"), *arguments], cwd=self.project, env=env)

    def up(self, stack: str) -> None:
        """Bring a stack up, so that its next preview finds nothing to do."""
        # The engine would write the whole state at every step: thousands of resources would take an hour.
        only_at_the_end = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
        self.rehearse("up", "--stack", stack, "--yes", "--skip-preview", **only_at_the_end)

    def preview(self, stack: str, *arguments: str) -> Run:
        """Preview a stack that is up; anything but nothing to do is a failure."""
        return self.rehearse("preview", "--stack", stack, "--expect-no-changes", *arguments)

    def resources(self, stack: str) -> list[dict[str, Any]]:
        """Return what the stack's state lists, with the secrets open: a cloud would refuse what stood for them."""
        return json.loads(self.exported(stack))["deployment"]["resources"]

    def exported(self, stack: str) -> bytes:
        """Return the stack's state, with the secrets open."""
        exported = self.home / f"{stack}.json"
        self.rehearse("stack", "export", "--stack", stack, "--show-secrets", "--file", str(exported))
        return exported.read_bytes()

    def repeat_repositories(self, stack: str, count: int) -> None:
        """Give KYEOL's registry `count` repositories: two resources each, and nothing else changes."""
        file, yaml = self.project / f"Pulumi.{stack}.yaml", YAML()
        content = yaml.load(file)
        content["config"]["platform:kyeol"]["registry"]["repositories"] = [f"app-{n:04d}" for n in range(count)]
        yaml.dump(content, file)


def own_world(folder: Path) -> World:
    """Return a copy of the program."""
    project = _folder(folder / "own")
    for pattern in PROGRAM:
        for source in ROOT.glob(pattern):
            if source.is_dir():
                shutil.copytree(source, project / source.name)
            else:
                shutil.copy2(source, project)
    return World(project, folder / "own-home")


def twin_world(folder: Path, stack: str, resources: list[dict[str, Any]]) -> World:
    """Return the bare twin of a stack that is up."""
    project = _folder(folder / f"twin-{stack}-{len(resources)}")
    (project / "__main__.py").write_text(twin_program(resources), encoding="utf-8")
    (project / f"Pulumi.{stack}.yaml").write_text("config: {}\n", encoding="utf-8")
    shutil.copy2(ROOT / "Pulumi.yaml", project)
    return World(project, folder / f"{project.name}-home")


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / ".venv").symlink_to(ROOT / ".venv")
    return path
