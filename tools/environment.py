"""Builds .venv from requirements.txt when they no longer match. Standard library only: it runs before anything else is there."""

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
    """What .venv was built from: the locked requirements and the Python it runs."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    return f"{digest} python{sys.version_info.major}.{sys.version_info.minor}\n"


def is_current() -> bool:
    try:
        return STAMP.read_text() == wanted_stamp() and (VENV / "bin" / "python").exists()
    except OSError:
        return False


def step(number: int, what: str, command: list[str], mend: str) -> None:
    """Runs one step behind one line of progress; the command's own output is shown only when it fails."""
    print(f"setup {number}/3: {what}", file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        sys.exit(f"{done.stdout.rstrip()}\n\nsetup: that failed ({' '.join(command)}).\nsetup: {mend}")


def build() -> None:
    base = getattr(sys, "_base_executable", None) or sys.executable  # never the .venv that is about to be replaced
    python = str(VENV / "bin" / "python")
    step(
        1,
        f"creating .venv with Python {sys.version_info.major}.{sys.version_info.minor} (about 5 s)",
        [base, "-I", "-m", "venv", "--clear", str(VENV)],
        "Python's venv and ensurepip modules are needed (Debian and Ubuntu: apt install python3-venv).",
    )
    step(
        2,
        "installing the locked packages, hashes checked (about 30 s, more on a slow network)",
        [python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile"]
        + ["--require-hashes", "-r", str(REQUIREMENTS)],
        "is the package index reachable? A proxy or mirror is set as for any pip.",
    )
    step(
        3,
        "compiling them to bytecode so that every later start is fast (about 15 s)",
        [python, "-I", "-m", "compileall", "-q", "-j", "0", str(VENV / "lib")],
        "is the disk full?",
    )
    STAMP.write_text(wanted_stamp())


def main() -> None:
    if is_current():
        return
    # Two commands started at once on a fresh checkout: the second waits and finds the work done.
    with REQUIREMENTS.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current():
            build()


if __name__ == "__main__":
    main()
