"""Exceptions through the real engine: told at each use, refused when they are over or nothing needs them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from policies.exceptions import EXCEPTIONS_FILE, LONGEST
from tests.rehearsal.harness import Rehearsal
from tests.rehearsal.judging import replace_in
from tests.rehearsal.running import PACK

pytestmark = [pytest.mark.engine, pytest.mark.systems("kyeol")]

TODAY = datetime.now(UTC).date()


def except_nodes(rehearsal: Rehearsal, starts: date = TODAY) -> None:
    file = rehearsal.project / "policies" / EXCEPTIONS_FILE.name
    file.write_text(f"""
[[exception]]
rule = "kyeol-nodes"
stack = "dev"
resource = "urn:pulumi:dev::*$aws:eks/nodeGroup:NodeGroup::nodes-group"
reason = "A load test of the shop"
owner = "platform-team@kyeol.example"
ticket = "PLT-7"
starts = {starts}
expires = {starts + LONGEST}
""")


def enlarge_nodes(rehearsal: Rehearsal) -> None:
    component = rehearsal.project / "components" / "aws" / "node_group.py"
    replace_in(component, "instance_types=[args.instance_type]", 'instance_types=["m5.large"]')


def test_what_is_excepted_is_told_in_preview_and_update_and_both_go_on(rehearsal: Rehearsal) -> None:
    enlarge_nodes(rehearsal)
    except_nodes(rehearsal)
    up = rehearsal.up("dev", *PACK).ok()
    (told,) = up.violations
    assert (told.policy, told.enforcement) == ("kyeol-nodes", "advisory")
    assert told.message.startswith(f"kyeol-nodes: EXCEPTED until {TODAY + LONGEST}: A load test of the shop (PLT-7, ")
    assert "Found: `instanceTypes` is [m5.large]" in told.message


def test_an_exception_that_is_over_refuses_what_it_waived_and_is_named_itself(rehearsal: Rehearsal) -> None:
    enlarge_nodes(rehearsal)
    except_nodes(rehearsal, TODAY - LONGEST - timedelta(days=1))
    preview = rehearsal.preview("dev", *PACK).refused("PLT-7, platform-team@kyeol.example) expired on")
    assert {(one.policy, one.enforcement) for one in preview.violations} == {
        ("kyeol-nodes", "mandatory"),
        ("exceptions", "mandatory"),
    }


def test_an_exception_that_nothing_needs_any_more_is_refused(rehearsal: Rehearsal) -> None:
    except_nodes(rehearsal)
    preview = rehearsal.preview("dev", *PACK).refused("matches nothing that kyeol-nodes finds in dev")
    assert [one.policy for one in preview.violations] == ["exceptions"]


def test_a_mistake_in_the_exceptions_ends_the_preview_with_a_sentence(rehearsal: Rehearsal) -> None:
    except_nodes(rehearsal)
    replace_in(rehearsal.project / "policies" / EXCEPTIONS_FILE.name, '"kyeol-nodes"', '"kyeol-node"')
    preview = rehearsal.preview("dev", *PACK).refused("exceptions.toml: exception 1: kyeol-node is no rule")
    assert "Traceback" not in preview.text
