"""What a policy costs: each rule is measured on the resources of its types, and the promises are told apart."""

from bench.__main__ import policies_row
from bench.policies import costs, table
from policies.registry import RULES
from tests.policies.aws_cases import BUCKET
from tests.policies.building import resource


def test_each_policy_object_is_measured_on_the_resources_of_its_types() -> None:
    found = {
        cost.rule.id: cost for cost in costs([resource(BUCKET), resource(BUCKET), resource("platform:aws:Network")])
    }
    assert set(found) == {rule.id for rule in RULES}
    assert (found["known-package"].resources, found["aws-region"].resources) == (3, 2)
    assert found["known-package"].milliseconds > 0


def test_the_table_has_a_row_for_each_policy_object_and_begins_with_the_sum() -> None:
    rows = table(costs([resource(BUCKET)]), "prod", 1)
    assert rows[0].startswith(f"All {len(RULES)} policy objects together take ")
    assert len(rows) == 4 + len(RULES)


def test_what_the_pack_adds_is_held_against_both_promises() -> None:
    assert policies_row("prod", 1000, 11.0, 10.0) == "| prod | 1000 | 11.00 | 10.00 | **10%** met | **1.0** met |"
    assert policies_row("prod", 1000, 13.0, 10.0) == "| prod | 1000 | 13.00 | 10.00 | **30%** missed | **3.0** missed |"
