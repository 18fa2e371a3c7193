from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal import engine
from tests.rehearsal.harness import Rehearsal, copy_of_this_project


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the tests that need the Pulumi engine where there is none; the summary says so."""
    needing = [item for item in items if item.get_closest_marker("engine")]
    if needing and not engine.find():
        items[:] = [item for item in items if item not in needing]
        config.hook.pytest_deselected(items=needing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not engine.find():
        terminalreporter.write_line(
            "No Pulumi engine: the tests marked `engine` were left out. `make engine` says how to get one.", yellow=True
        )


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    """A copy of this project with a rehearsal home of its own."""
    copy = copy_of_this_project(tmp_path)
    yield copy
    copy.close()
