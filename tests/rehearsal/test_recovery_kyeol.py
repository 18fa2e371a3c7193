"""KYEOL killed in the middle of its first `up`, and settled."""

from collections import Counter

import pytest

from rehearsal import faults
from rehearsal.faults import Fault, faults_file
from tests.rehearsal.harness import Rehearsal

pytestmark = [pytest.mark.engine, pytest.mark.systems("kyeol")]


def test_kyeol_killed_half_way_is_recovered_and_finished(rehearsal: Rehearsal) -> None:
    rehearsal.env.clear()  # the state is written step by step: that is what is left of a kill
    database = Fault(fault="kill-engine", type="aws:rds/instance:Instance", when="after")
    faults.add(faults_file(rehearsal.home), database)
    assert rehearsal.up("dev").returncode == 137
    pending = rehearsal.pending_operations("dev")
    assert ("creating", "postgres-instance") in pending
    rehearsal.up("dev").refused("creating aws:rds/instance:Instance postgres-instance")
    recovered = rehearsal.run("recover", "--stack", "dev", "--yes").ok()
    assert "aws:rds/instance:Instance postgres-instance: the cloud holds it; goes into the state as" in recovered.stdout
    assert rehearsal.up("dev").ok().changes.keys() == {"same", "create"}
    rehearsal.preview("dev", "--refresh", "--expect-no-changes").ok()
    made = Counter(held.urn for held in rehearsal.inventory.list())
    assert set(made.values()) == {1}
    in_state = {one["urn"] for one in rehearsal.resources("dev") if one["type"].startswith(("aws:", "kubernetes:"))}
    assert in_state == made.keys()
