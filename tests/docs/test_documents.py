"""The documents say what is there: links lead somewhere, named files exist, the README's commands run."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.rehearsal.harness import Rehearsal
from tests.stack_files import ROOT

DOCUMENTS = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", ".rehearsal", ".pytest_cache"} & set(path.relative_to(ROOT).parts)
)
LINK = re.compile(r"\]\((?!https?://)([^)#]+)(?:#[^)]*)?\)")
NAMED_FILE = re.compile(r"`((?:settings|components|systems|rehearsal|policies|ops|tests|docs|schemas|tools)/[\w./-]*)`")


def commands(document: Path) -> list[str]:
    """Return the commands of a document's shell blocks, one a line."""
    blocks = re.findall(r"```sh\n(.*?)```", document.read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_named_files_lead_somewhere(document: Path) -> None:
    text = document.read_text()
    missing = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    missing += [name for name in NAMED_FILE.findall(text) if not (ROOT / name).exists()]
    assert missing == []


def test_decision_records_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_readme_names_the_two_commands_first() -> None:
    assert [line.split("#")[0].strip() for line in commands(ROOT / "README.md")[:2]] == ["make up", "make test"]


@pytest.mark.engine
def test_the_readmes_commands_run(rehearsal: Rehearsal) -> None:
    for line in commands(ROOT / "README.md"):
        words = shlex.split(line, comments=True)
        if words == ["make", "test"]:
            continue  # it is what runs this
        done = subprocess.run(
            words,
            cwd=rehearsal.project,
            env={**os.environ, **rehearsal.env, "REHEARSAL_HOME": str(rehearsal.home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
