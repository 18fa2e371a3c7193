from __future__ import annotations

import json
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from settings.dtx.network import NetworkSettings
from settings.gcp.network import (
    NAT_PORTS_PER_ADDRESS,
    NAT_PORTS_PER_NODE,
    nat_node_capacity,
    node_capacity,
    pod_block_addresses,
    usable_addresses,
)
from settings.stack import SettingsError, load_stack
from tests.stack_files import as_pulumi_gives_it, stack_config

SYSTEM_STACKS = ("dev", "stage", "prod")


def network(**changed: Any) -> NetworkSettings:
    return NetworkSettings.model_validate_json(json.dumps({"cidr": "10.42.0.0/16", **changed}))


def of_stack(stack: str) -> NetworkSettings:
    dtx = load_stack(as_pulumi_gives_it(stack_config(stack))).dtx
    assert dtx is not None
    return dtx.network


def test_the_plan_of_prod_is_frozen_because_a_moved_subnet_is_replaced() -> None:
    assert {name: str(value) for name, value in vars(of_stack("prod").plan()).items()} == {
        "nodes": "10.42.0.0/22",
        "proxies": "10.42.4.0/23",
        "cache": "10.42.6.0/24",
        "control_plane": "10.42.7.0/28",
        "private_services": "10.42.16.0/20",
        "services": "10.42.32.0/20",
        "pods": "10.42.128.0/17",
    }


@given(octet=st.integers(min_value=0, max_value=255))
def test_every_part_lies_in_the_network_and_meets_no_other(octet: int) -> None:
    settings = network(cidr=f"10.{octet}.0.0/16")
    parts = list(vars(settings.plan()).values())
    assert all(part.subnet_of(settings.cidr) for part in parts)
    assert not any(first.overlaps(second) for first, second in combinations(parts, 2))


def test_no_two_environments_share_an_address() -> None:
    for first, second in combinations(SYSTEM_STACKS, 2):
        assert not of_stack(first).cidr.overlaps(of_stack(second).cidr)


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ("10.42.0.0/20", "private IPv4 network of /16"),
        ("8.8.0.0/16", "private IPv4 network of /16"),
        ("172.17.0.0/16", "Cloud SQL uses that inside"),
        ("10.42.1.0/16", "no host bits"),
    ],
)
def test_a_network_that_the_layout_or_cloud_sql_cannot_use_is_refused(given_: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        network(cidr=given_)


def test_hosts_are_whole_names_because_the_firewall_resolves_them() -> None:
    with pytest.raises(ValidationError, match="DNS name"):
        network(egress_hosts=["*.quay.io"])


@pytest.mark.parametrize(
    ("pods", "addresses"), [(8, 16), (9, 32), (16, 32), (32, 64), (64, 128), (65, 256), (110, 256), (256, 512)]
)
def test_a_node_takes_twice_its_pods_in_addresses_to_the_next_power_of_two(pods: int, addresses: int) -> None:
    assert pod_block_addresses(pods) == addresses


@given(pods=st.integers(min_value=8, max_value=256))
def test_the_plan_promises_no_node_without_an_address_and_a_block_of_pods_and_wastes_none(pods: int) -> None:
    plan = network().plan()
    nodes, block = node_capacity(plan, pods_per_node=pods), pod_block_addresses(pods)
    assert nodes <= usable_addresses(plan.nodes)
    assert nodes * block <= plan.pods.num_addresses
    assert nodes == usable_addresses(plan.nodes) or (nodes + 1) * block > plan.pods.num_addresses


def test_the_layout_carries_128_nodes_of_110_pods() -> None:
    assert network().node_capacity(pods_per_node=110) == 128
    assert network().node_capacity(pods_per_node=64) == 256


def test_more_nodes_than_the_public_addresses_serve_are_refused_with_both_figures() -> None:
    config = stack_config("prod")
    pool = config["platform:dtx"]["cluster"]["services_pool"]
    config["platform:dtx"]["cluster"]["services_pool"] = {**pool, "max_nodes": 150}
    config["platform:dtx"]["network"]["nat_addresses"] = 1
    with pytest.raises(SettingsError, match=r"nat_addresses 1: they serve 63 nodes \(1024 ports each\)"):
        load_stack(as_pulumi_gives_it(config))


def test_a_zone_without_a_node_is_refused_because_the_load_balancer_expects_its_endpoints() -> None:
    config = stack_config("dev")
    pool = config["platform:dtx"]["cluster"]["services_pool"]
    config["platform:dtx"]["cluster"]["services_pool"] = {**pool, "min_nodes": 2}
    with pytest.raises(SettingsError, match="min_nodes 2 is fewer than the 3 zones of europe-west3"):
        load_stack(as_pulumi_gives_it(config))


def test_four_addresses_of_a_subnet_are_googles() -> None:
    assert usable_addresses(IPv4Network("10.42.7.0/28")) == 12


@given(addresses=st.integers(min_value=1, max_value=16))
def test_every_node_that_is_promised_has_its_ports(addresses: int) -> None:
    nodes = nat_node_capacity(addresses)
    assert 0 <= addresses * NAT_PORTS_PER_ADDRESS - nodes * NAT_PORTS_PER_NODE < NAT_PORTS_PER_NODE
