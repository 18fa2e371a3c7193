from typing import Any

import pytest

from settings.capacity import Amount, gke_allocatable
from settings.dtx.cluster import NodePoolSettings
from settings.stack import load_stack
from tests.stack_files import as_pulumi_gives_it, stack_config
from tests.unit.settings.dtx_stacks import dtx, refusal

POOL = {"machine_type": "e2-standard-4", "min_nodes": 5, "max_nodes": 9}


def test_production_has_five_workers_or_more_for_its_services() -> None:
    assert dtx("prod").cluster.services_pool.min_nodes >= 5


@pytest.mark.parametrize("stack", ["dev", "stage", "prod"])
def test_every_zone_of_the_region_has_a_node_at_the_smallest_size(stack: str) -> None:
    s = dtx(stack)
    assert s.cluster.services_pool.min_nodes >= len(s.zones) == 3


@pytest.mark.parametrize(
    ("vcpus", "memory_gib", "cpu_millis", "memory_mib"),
    [
        # The sums of Google's page on node sizes, less what the kernel keeps: 4 cores give 60 + 10 + 10 millis away.
        (2, 8, 1930, 6043),
        (4, 16, 3920, 13211),
        (8, 32, 7910, 28202),
        (16, 64, 15890, 58185),
    ],
)
def test_what_gke_keeps_of_a_node_grows_in_googles_steps(
    vcpus: int, memory_gib: int, cpu_millis: int, memory_mib: int
) -> None:
    room = gke_allocatable(vcpus=vcpus, memory_gib=memory_gib)
    assert room == Amount(cpu_millis=cpu_millis, memory_mib=memory_mib)


def test_a_pools_largest_size_is_in_the_middle_of_an_upgrade() -> None:
    pool = NodePoolSettings(machine_type="e2-standard-4", min_nodes=3, max_nodes=9, surge_nodes=2)
    assert pool.most_nodes == 11


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"services_pool": {**POOL, "min_nodes": 10}}, "min_nodes 10 must not exceed max_nodes 9"),
        ({"services_pool": {**POOL, "machine_type": "f1-micro"}}, "a Compute Engine machine type: e2-standard-2"),
        ({"kubernetes_version": "1.20"}, "a Kubernetes minor of GKE, in quotes: 1.34, 1.35, 1.36"),
        ({"release_channel": "RAPID"}, "'REGULAR', 'STABLE' or 'EXTENDED'"),
        ({"rbac_group": "admins@dtx.invalid"}, "the Google group gke-security-groups@<domain>"),
        ({"backup": {"schedule": "daily"}}, "a schedule of five fields"),
        ({"backup": {"retention_days": 7, "locked_days": 8}}, "locked_days 8 must not exceed retention_days 7"),
        ({"upgrades": {"days": ["SU"], "hours": 6}}, "1 windows a week of 6 hours are 24 hours in 32 days: GKE asks"),
        ({"upgrades": {"hours": 3}}, "4 or more"),
    ],
)
def test_a_cluster_that_google_would_refuse_is_refused_first(changes: dict[str, Any], said: str) -> None:
    assert said in refusal("cluster", **changes)


@pytest.mark.parametrize(
    ("freeze", "said"),
    [
        ({"start": "2026-12-31T00:00Z", "end": "2026-12-30T00:00Z"}, "which is not after 2026-12-31T00:00Z"),
        ({"start": "2026-12-01T00:00Z", "end": "2027-01-15T00:00Z"}, "for 45 days: at most 30"),
        ({"start": "2026-02-30T00:00Z", "end": "2026-03-05T00:00Z"}, "a minute that the calendar has"),
        ({"start": "tomorrow", "end": "2026-03-05T00:00Z"}, "a minute in UTC"),
    ],
)
def test_a_freeze_is_a_time_and_no_longer_than_google_waits_with_fixes(freeze: dict[str, str], said: str) -> None:
    assert said in refusal("cluster", upgrades={"freezes": {"fair": freeze}})


@pytest.mark.parametrize(("hours", "left"), [(6, 12), (12, 24)])
def test_a_freeze_that_leaves_google_too_few_hours_around_it_is_refused(hours: int, left: int) -> None:
    freeze = {"start": "2026-12-18T00:00Z", "end": "2027-01-04T00:00Z"}
    said = refusal("cluster", upgrades={"days": ["SA", "SU"], "hours": hours, "freezes": {"year-end": freeze}})
    assert f"freezes.year-end leaves {left} hours of windows in the 32 days around it: GKE asks for 48" in said


def test_two_freezes_share_the_hours_around_them() -> None:
    first = {"start": "2026-12-18T00:00Z", "end": "2027-01-04T00:00Z"}
    second = {"start": "2027-01-08T00:00Z", "end": "2027-01-12T00:00Z"}
    nights = {"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "hours": 4}
    said = refusal("cluster", upgrades={**nights, "freezes": {"year-end": first, "study": second}})
    assert "freezes.year-end leaves 44 hours" in said


def test_a_long_freeze_of_minors_only_is_allowed() -> None:
    freeze = {"start": "2027-01-01T00:00Z", "end": "2027-05-01T00:00Z", "scope": "NO_MINOR_UPGRADES"}
    config = stack_config("prod")
    config["platform:dtx"]["cluster"]["upgrades"] = {"freezes": {"study": freeze}}
    assert load_stack(as_pulumi_gives_it(config)).dtx


def test_more_nodes_than_the_network_carries_are_refused_with_the_sum() -> None:
    said = refusal("cluster", services_pool={**POOL, "max_nodes": 290})
    assert "291 (services) + 5 (monitoring) = 296 nodes in the middle of an upgrade, and the network carries" in said


def test_images_that_may_run_can_be_pulled() -> None:
    said = refusal("cluster", image_admission={"sources": ["docker.io/grafana/*", "images.invalid/**"]})
    assert "are at images.invalid, which network.egress_hosts does not name" in said


def test_untagged_images_go_before_tagged_ones() -> None:
    assert "untagged_days 60 must not exceed tagged_days 30" in refusal("registry", untagged_days=60, tagged_days=30)
