# ruff: noqa: INP001 - a script, started by tools/setup before any package is there
"""Builds .venv from requirements.txt when they no longer match. Standard library only: nothing else is there yet."""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements.txt"
STAMP = VENV / "stamp"


def wanted_stamp() -> str:
    """What .venv is to be built from: the locked requirements and the Python that runs them."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    return f"{digest} python{sys.version_info.major}.{sys.version_info.minor}\n"


def is_current() -> bool:
    """Whether .venv was built, to its end, from what is wanted now."""
    try:
        return STAMP.read_text() == wanted_stamp() and (VENV / "bin" / "python").exists()
    except OSError:
        return False


def step(number: int, what: str, command: list[str], mend: str) -> None:
    """Runs one step behind one line of progress; the command's own output is shown only when it fails."""
    print(f"setup {number}/3: {what}", file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        output = done.stdout.decode(errors="replace").rstrip()
        sys.exit(f"{output}\n\nsetup: that failed ({' '.join(command)}).\nsetup: {mend}")


def build() -> None:
    """Builds .venv from nothing; the stamp comes last, so that a killed build is built again."""
    base = getattr(sys, "_base_executable", None) or sys.executable  # never the .venv that is about to be replaced
    python = str(VENV / "bin" / "python")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    step(
        1,
        f"creating .venv with Python {version} (about 5 s)",
        [base, "-I", "-m", "venv", "--clear", str(VENV)],
        "Python's venv and ensurepip modules are needed (Debian and Ubuntu: apt install python3-venv).",
    )
    step(
        2,
        "installing the locked packages, hashes checked (about 30 s, more on a slow network)",
        [python, "-m", "pip", "install", "--no-input", "--no-compile", "--require-hashes", "-r", str(REQUIREMENTS)],
        "is the package index reachable? A proxy or a mirror is set as for any pip.",
    )
    step(
        3,
        "compiling them to bytecode, so that every later start is fast (about 15 s)",
        [python, "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")],
        "is the disk full?",
    )
    STAMP.write_text(wanted_stamp())


def main() -> None:
    """Does nothing when .venv is current."""
    if is_current():
        return
    # Two commands started at once on a fresh checkout: the second waits and finds the work done.
    with REQUIREMENTS.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current():
            build()


if __name__ == "__main__":
    main()
