from typing import Any

import pytest

from settings.azure import catalogue, naming
from settings.naming import Namer
from settings.tripgen.cluster import NodePoolSettings
from tests.unit.settings.tripgen_stacks import refusal, tripgen

NAMES = Namer(prefix="", system="tripgen", environment="prod")


def test_production_pools_are_the_designs() -> None:
    s = tripgen("prod")
    assert [(p.vm_size, p.min_nodes, p.max_nodes) for p in (s.system_nodes, s.application_nodes)] == [
        ("Standard_D4s_v3", 3, 5),
        ("Standard_D8s_v3", 6, 20),
    ]


def test_the_lowest_minor_is_the_designs() -> None:
    assert catalogue.AKS_MINORS[0] == "1.29"
    assert "a Kubernetes minor of AKS" in refusal("cluster", kubernetes_version="1.28")


def test_a_mesh_revision_that_does_not_run_on_the_minor_is_refused() -> None:
    assert "istio_revision asm-1-30 does not run on Kubernetes 1.31: one of 1.32" in refusal(
        "cluster", kubernetes_version="1.31"
    )


def test_channels_that_leave_the_pinned_minor_are_not_offered() -> None:
    assert "upgrade_channel" in refusal("cluster", upgrade_channel="stable")


def test_a_pool_cannot_be_smaller_than_its_smallest_size() -> None:
    assert "min_nodes 21 must not exceed max_nodes 20" in refusal("application_nodes", min_nodes=21)


@pytest.mark.parametrize(("most", "percent", "expected"), [(20, 33, 27), (5, 33, 7), (3, 1, 4), (10, 100, 20)])
def test_an_upgrades_surge_is_rounded_up(most: int, percent: int, expected: int) -> None:
    pool = NodePoolSettings(
        vm_size="Standard_D8s_v3", min_nodes=1, max_nodes=most, os_disk_gib=128, surge_percent=percent
    )
    assert pool.most_nodes == expected


def test_nodes_that_the_network_cannot_carry_are_refused_with_the_sum() -> None:
    assert "may reach 7 + 27 = 34 nodes in the middle of an upgrade, and the network carries 8 (flat" in refusal(
        "network", pod_networking="flat"
    )


def test_images_are_copied_to_the_recovery_region_only() -> None:
    assert "registry.replicas: koreacentral is not the recovery region koreasouth" in refusal(
        "registry", replicas=["koreacentral"]
    )


def test_the_public_endpoint_of_the_registry_is_for_no_half_of_the_internet() -> None:
    assert "is no allow-list" in refusal("registry", push_cidrs=["0.0.0.0/1"])


def test_the_maintenance_window_is_the_designs() -> None:
    window = tripgen("prod").maintenance
    assert (window.day, window.start, window.hours, window.utc_offset) == ("Sunday", "02:00", 2, "+09:00")
    assert window.notice_hours == 48


@pytest.mark.parametrize("wrong", [{"start": "24:00"}, {"utc_offset": "KST"}, {"hours": 0}])
def test_a_window_that_no_clock_knows_is_refused(wrong: dict[str, Any]) -> None:
    assert f"maintenance.{next(iter(wrong))}" in refusal("maintenance", **wrong)


def test_the_app_registration_is_the_designs() -> None:
    identity = tripgen("prod").identity
    assert (identity.app_registration, identity.app_roles) == ("tripgen-api", ("User", "Admin", "ServiceAccount"))


def test_names_are_the_designs() -> None:
    assert NAMES(naming.CONTAINER_REGISTRY) == "tripgenprod"
    assert NAMES(naming.MANAGED_IDENTITY, "services") == "tripgen-services"
    assert NAMES(naming.KUBERNETES_CLUSTER) == "aks-tripgen-prod"
