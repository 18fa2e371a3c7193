"""Every figure of a design is in the state of PROD, and the committed page says so."""

import json

import pytest

from ops import traceability
from settings.stack import load_stack
from tests.rehearsal.harness import ROOT
from tests.rehearsal.running import RunningStacks
from tests.stack_files import as_pulumi_gives_it, stack_config

pytestmark = pytest.mark.engine


#: Each with a stack of its own: what else runs in PROD does not matter.
TRACED = [
    pytest.param(path.stem, marks=pytest.mark.systems(path.stem)) for path in sorted(traceability.TABLES.glob("*.yaml"))
]


@pytest.mark.parametrize("system", TRACED)
def test_the_page_says_what_became_of_every_figure(running: RunningStacks, system: str) -> None:
    prod = running.copy("prod")
    state = json.loads(prod.run("stack", "export", "--stack", "prod").ok().stdout)
    table = traceability.table(system)
    section = getattr(load_stack(as_pulumi_gives_it(stack_config("prod"))), system)
    traced = traceability.trace(table, section, state)
    assert traceability.mistakes(traced) == []
    text = traceability.page(table.title, "make trace", traced)
    committed = (ROOT / "docs" / "generated" / f"{system}-traceability.md").read_text()
    assert committed == text, f"docs/generated/{system}-traceability.md is not up to date: `make trace` writes it"
