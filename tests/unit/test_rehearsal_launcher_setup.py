"""`tools/setup`, which `./rehearse` and every make target start with."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def setup(checkout: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [str(checkout / "tools" / "setup")]
    own: Mapping[str, str] = {**os.environ, **environ}
    return subprocess.run(command, env=own, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout that asks for one package, which the package index here does not have."""
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "requirements.txt").write_text(f"nothing-of-that-name==1 --hash=sha256:{'0' * 64}\n")
    return tmp_path


def test_when_nothing_is_to_be_done_it_says_nothing_and_costs_nothing(checkout: Path) -> None:
    shutil.copy(ROOT / "requirements.txt", checkout)
    (checkout / ".venv").symlink_to(ROOT / ".venv")
    started = time.monotonic()
    done = setup(checkout)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - started < 1


def test_a_failed_step_shows_its_output_and_is_done_again_the_next_time(checkout: Path) -> None:
    for _ in range(2):
        failed = setup(checkout, PIP_NO_INDEX="1")
        assert failed.returncode == 1
        assert failed.stderr.startswith("setup 1/3: creating .venv with Python 3.")
        assert "setup 2/3: installing the locked packages" in failed.stderr
        assert "No matching distribution found for nothing-of-that-name" in failed.stderr
        assert "setup: is the package index reachable?" in failed.stderr
        assert "setup 3/3" not in failed.stderr


def test_without_python_it_says_which_one_is_needed(checkout: Path, tmp_path: Path) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("sh", "dirname"):
        (commands / name).symlink_to(shutil.which(name) or name)
    (commands / "python3").write_text("#!/bin/sh\nexit 1\n")  # as one that is too old answers
    (commands / "python3").chmod(0o755)
    failed = setup(checkout, PATH=str(commands))
    assert failed.returncode == 1
    assert "needs Python 3.11 or newer" in failed.stderr
    assert "apt install python3 python3-venv" in failed.stderr
