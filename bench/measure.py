"""Wall time and memory of a command and everything it starts."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import psutil

SAMPLE_SECONDS: Final = 0.1
MIB: Final = 1024 * 1024


class CommandFailedError(Exception):
    """A measured command did not do what it should; the text is what it said last."""


@dataclass(frozen=True)
class Run:
    """One finished command."""

    seconds: float
    #: Highest sum of the resident memory of all its processes that a sample saw, in MiB.
    peak_mib: float


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Run:
    """Run a command to its end; one that fails ends the benchmark with what it said."""
    started = time.perf_counter()
    with (cwd / "bench.log").open("w+") as log:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        root, peak = psutil.Process(process.pid), 0
        while process.poll() is None:
            peak = max(peak, _resident_bytes(root))
            time.sleep(SAMPLE_SECONDS)
        seconds = time.perf_counter() - started
        log.seek(0)
        if process.returncode:
            raise CommandFailedError(f"{' '.join(command)} ended with {process.returncode}:\n{log.read()[-4000:]}")
    return Run(seconds=seconds, peak_mib=peak / MIB)


def _resident_bytes(root: psutil.Process) -> int:
    total = 0
    with suppress(psutil.NoSuchProcess):
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
    return total


@dataclass(frozen=True)
class Series:
    """Several runs of the same command."""

    runs: Sequence[Run]

    @property
    def seconds(self) -> float:
        """Median wall time."""
        return median(run.seconds for run in self.runs)

    @property
    def spread(self) -> str:
        """Fastest and slowest wall time."""
        times = [run.seconds for run in self.runs]
        return f"{min(times):.2f}-{max(times):.2f}"

    @property
    def peak_mib(self) -> float:
        """Median of the peaks."""
        return median(run.peak_mib for run in self.runs)
