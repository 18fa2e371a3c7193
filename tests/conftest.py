import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.lifecycle.support import DATE_VARIABLE
from rehearsal import engine
from tests.rehearsal.harness import Rehearsal, copy_of_this_project


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the tests that need the Pulumi engine where there is none; the summary says so."""
    if not _has_engine():
        needing = [item for item in items if item.get_closest_marker("engine")]
        items[:] = [item for item in items if item not in needing]
        config.hook.pytest_deselected(items=needing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _has_engine():
        terminalreporter.section("no Pulumi engine", yellow=True)
        terminalreporter.write_line("The tests marked `engine` were left out. `make engine` says how to get one.")
    for report in (one for outcome in ("passed", "failed") for one in terminalreporter.getreports(outcome)):
        for line in (value for name, value in report.user_properties if name == "mutations"):
            terminalreporter.section("policy mutations")
            terminalreporter.write_line(line)


def _has_engine() -> bool:
    try:
        return engine.find() is not None
    except engine.EngineError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.fixture(scope="session", autouse=True)
def day() -> Iterator[str]:
    """The day on which the policy pack judges, here and in the processes of the engine: tests know no calendar."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATE_VARIABLE, "2026-11-21")
        yield os.environ[DATE_VARIABLE]


@pytest.fixture
def systems(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The systems that the test is about (`@pytest.mark.systems`); nothing where it is about whole stacks."""
    marker = request.node.get_closest_marker("systems")
    return marker.args if marker else ()


@pytest.fixture
def rehearsal(tmp_path: Path, systems: tuple[str, ...]) -> Iterator[Rehearsal]:
    """A copy of this project with a rehearsal home of its own."""
    copy = copy_of_this_project(tmp_path)
    copy.keep_systems(systems)
    yield copy
    copy.close()
