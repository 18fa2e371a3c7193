from __future__ import annotations

import json
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from settings.azure.network import FLAT_ADDRESSES_PER_NODE, RESERVED_ADDRESSES, node_capacity, usable_addresses
from settings.model import findings
from settings.stack import load_stack
from settings.tripgen.network import NetworkSettings
from tests.stack_files import as_pulumi_gives_it, stack_config

SYSTEM_STACKS = ("dev", "stage", "prod")
PROD = {"spoke": "10.1.0.0/16", "gateway_subnet": "10.0.1.0/24", "hub": "10.0.0.0/24", "recovery": "10.0.201.0/24"}


def network(**changed: Any) -> NetworkSettings:
    return NetworkSettings.model_validate_json(json.dumps({**PROD, **changed}))


def mistakes(settings: NetworkSettings) -> list[str]:
    return [sentence for _, sentence in findings(settings)]


def of_stack(stack: str) -> NetworkSettings:
    tripgen = load_stack(as_pulumi_gives_it(stack_config(stack))).tripgen
    assert tripgen is not None
    return tripgen.network


def test_the_plan_of_prod_is_frozen_because_a_moved_subnet_is_replaced() -> None:
    plan = of_stack("prod").spoke_plan()
    assert [f"{name} {value}" for name, value in vars(plan).items() if isinstance(value, IPv4Network)] == [
        "nodes 10.1.1.0/24",
        "database 10.1.2.0/24",
        "cache 10.1.3.0/24",
        "endpoints 10.1.4.0/24",
        "gateway 10.0.1.0/24",
        "gateway_link 10.1.5.0/24",
        "pods 10.244.0.0/16",
    ]
    assert [str(prefix) for prefix in plan.address_space] == ["10.1.0.0/16", "10.0.1.0/24"]


def test_the_gateways_private_frontend_is_the_designs_address_and_lies_in_its_subnet() -> None:
    prod = of_stack("prod")
    assert str(prod.gateway_address) == "10.0.1.10"
    assert prod.gateway_address in prod.gateway_subnet


def test_no_two_environments_share_an_address() -> None:
    #: Pods and services have the same ranges everywhere: nobody outside a cluster sees them.
    routed = {
        stack: [range_ for name, range_ in of_stack(stack).networks() if name not in ("pod_network", "service_network")]
        for stack in SYSTEM_STACKS
    }
    for (_, first), (_, second) in combinations(routed.items(), 2):
        assert not any(a.overlaps(b) for a in first for b in second)


@pytest.mark.parametrize("stack", SYSTEM_STACKS)
def test_a_stack_file_keeps_its_plan_apart(stack: str) -> None:
    assert mistakes(of_stack(stack)) == []


@given(octet=st.integers(min_value=0, max_value=255))
def test_every_subnet_lies_in_a_prefix_of_the_spoke_and_meets_no_other(octet: int) -> None:
    plan = network(spoke=f"10.{octet}.0.0/16", gateway_subnet="192.168.7.0/24").spoke_plan()
    subnets = [plan.nodes, plan.database, plan.cache, plan.endpoints, plan.gateway, plan.gateway_link]
    assert all(any(subnet.subnet_of(prefix) for prefix in plan.address_space) for subnet in subnets)
    assert not any(first.overlaps(second) for first, second in combinations(subnets, 2))


@given(length=st.integers(min_value=22, max_value=26))
def test_the_firewall_has_a_26_in_every_hub_that_is_accepted(length: int) -> None:
    plan = network(hub=f"10.0.0.0/{length}", gateway_subnet="10.0.8.0/24")
    assert plan.firewall_subnet.prefixlen == 26
    assert plan.firewall_subnet.subnet_of(plan.hub)


@pytest.mark.parametrize(
    ("setting", "given_", "allowed"),
    [
        ("spoke", "10.1.0.0/20", "/16 to /16"),
        ("spoke", "8.8.0.0/16", "private"),
        ("gateway_subnet", "10.0.0.0/23", "/24 to /26"),
        ("hub", "10.0.0.0/27", "/22 to /26"),
        ("pod_network", "10.244.0.0/25", "/8 to /24"),
        ("service_network", "172.16.0.0/12", "/13 to /28"),
    ],
)
def test_a_range_of_the_wrong_size_is_refused_with_the_sizes_allowed(setting: str, given_: str, allowed: str) -> None:
    with pytest.raises(ValidationError, match=allowed):
        network(**{setting: given_})


@pytest.mark.parametrize(
    ("setting", "given_", "sentence"),
    [
        ("hub", "10.0.0.0/22", "gateway_subnet 10.0.1.0/24 overlaps hub 10.0.0.0/22"),
        ("pod_network", "10.1.0.0/16", "spoke 10.1.0.0/16 overlaps pod_network 10.1.0.0/16"),
        ("service_network", "10.0.0.0/16", "hub 10.0.0.0/24 overlaps service_network 10.0.0.0/16"),
        ("recovery", "10.1.200.0/24", "spoke 10.1.0.0/16 overlaps recovery 10.1.200.0/24"),
    ],
)
def test_ranges_that_overlap_are_named_in_pairs(setting: str, given_: str, sentence: str) -> None:
    assert sentence in mistakes(network(**{setting: given_}))


def test_cluster_dns_is_not_the_first_address_of_the_services_because_that_is_the_api_servers() -> None:
    plan = network()
    assert plan.dns_service_address in plan.service_network
    assert plan.dns_service_address != plan.service_network[1]


#: 5 system and 20 application nodes, and a third more of each while they are upgraded.
LARGEST_CLUSTER = 25 + 9


def test_flat_networking_holds_eight_nodes_in_the_designs_subnet_and_an_overlay_holds_the_largest_cluster() -> None:
    assert network(pod_networking="flat").node_capacity() == 8
    assert network().node_capacity() >= LARGEST_CLUSTER


prefix_lengths = st.integers(min_value=16, max_value=29)


@given(subnet=prefix_lengths, pods=st.integers(min_value=8, max_value=24))
def test_an_overlay_gives_every_node_an_address_and_a_block_of_its_own(subnet: int, pods: int) -> None:
    nodes_subnet, pod_network = IPv4Network((0x0A010000, subnet)), IPv4Network((0x0A000000, pods))
    capacity = node_capacity("overlay", nodes_subnet=nodes_subnet, pod_network=pod_network)
    assert capacity == min(usable_addresses(nodes_subnet), len(range(0, pod_network.num_addresses, 256)))


@given(subnet=prefix_lengths)
def test_flat_networking_never_promises_more_addresses_than_the_subnet_has(subnet: int) -> None:
    nodes_subnet = IPv4Network((0x0A010000, subnet))
    nodes = node_capacity("flat", nodes_subnet=nodes_subnet, pod_network=IPv4Network("10.244.0.0/16"))
    left = nodes_subnet.num_addresses - RESERVED_ADDRESSES - nodes * FLAT_ADDRESSES_PER_NODE
    assert 0 <= left < FLAT_ADDRESSES_PER_NODE
