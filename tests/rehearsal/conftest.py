from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.harness import Rehearsal, copy_of

FIXTURES = Path(__file__).with_name("fixtures")


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Rehearsal]:
    """A small project of its own, to see the launcher without our systems."""
    copy = copy_of(FIXTURES / "sample", tmp_path)
    yield copy
    copy.close()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A policy pack that the sample violates."""
    return copy_of(FIXTURES / "pack", tmp_path).project
