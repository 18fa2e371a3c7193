"""What a policy costs: each rule is measured on the resources of its types, and the promises are told apart."""

from bench.__main__ import Size, growth_row, policies_row
from bench.measure import Run, Series
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


def test_the_share_that_the_pack_adds_is_held_against_its_promise() -> None:
    assert policies_row("prod", 1000, 11.0, 10.0) == "| prod | 1000 | 11.00 | 10.00 | **10%** met | 1.0 |"
    assert policies_row("prod", 1000, 13.0, 10.0) == "| prod | 1000 | 13.00 | 10.00 | **30%** missed | 3.0 |"


def measured(resources: int, ours: float, without: float, twin: float) -> Size:
    """A stack of one size that takes so many seconds."""
    return Size(resources, *(Series([Run(seconds=one, peak_mib=100)]) for one in (ours, without, twin)))


def test_what_a_further_resource_costs_is_told_from_the_second_size_on() -> None:
    small, large = measured(1000, 20, 18, 22), measured(2000, 29, 24, 34)
    assert growth_row(None, small) == "| 1000 | 20.00 |  |  | 100 | 22.00 |  |"
    assert growth_row(small, large) == "| 2000 | 29.00 | **9.0** met | **3.0** missed | 100 | 34.00 | 12.0 |"
