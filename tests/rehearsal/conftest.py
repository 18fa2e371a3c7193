from collections.abc import Iterator
from pathlib import Path

import pytest

from components.retry import FIRST_WAIT_VARIABLE
from tests.rehearsal.harness import ROOT, Rehearsal, copy_of
from tests.rehearsal.running import RunningStacks
from tests.rehearsal.workload import Workload

FIXTURES = Path(__file__).with_name("fixtures")


@pytest.fixture
def running(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, worker_id: str, systems: tuple[str, ...]
) -> Iterator[RunningStacks]:
    """Copies of stacks that are up."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "running-stacks"
    stacks = RunningStacks(shared, tmp_path, systems)
    yield stacks
    stacks.close()


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Rehearsal]:
    """A small project of its own, to see the launcher without our systems."""
    copy = copy_of(FIXTURES / "sample", tmp_path)
    yield copy
    copy.close()


@pytest.fixture
def workload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workload]:
    """A small system built on our component contract, in which tries are not waited for."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # its program imports our components
    monkeypatch.setenv(FIRST_WAIT_VARIABLE, "0.01")
    copy = Workload.copy(tmp_path)
    yield copy
    copy.rehearsal.close()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A policy pack that the sample violates."""
    return copy_of(FIXTURES / "pack", tmp_path).project
