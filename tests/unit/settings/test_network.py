from ipaddress import IPv4Network
from itertools import combinations
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from settings.network import SUBNET_LAYOUT, SubnetTier, overlaps, plan_subnets

ZONES = ("a", "c", "d")
TIERS: tuple[SubnetTier, ...] = get_args(SubnetTier)
vpcs = st.integers(min_value=0, max_value=255).map(lambda octet: IPv4Network(f"10.{octet}.0.0/16"))


def test_the_layout_is_frozen_because_a_moved_subnet_is_replaced() -> None:
    plans = [plan for tier in TIERS for plan in plan_subnets(IPv4Network("10.20.0.0/16"), tier, ZONES, ZONES)]
    assert [f"{plan.tier}-{plan.zone} {plan.cidr}" for plan in plans] == [
        "private-a 10.20.0.0/19",
        "private-c 10.20.32.0/19",
        "private-d 10.20.64.0/19",
        "public-a 10.20.128.0/22",
        "public-c 10.20.132.0/22",
        "public-d 10.20.136.0/22",
        "data-a 10.20.144.0/24",
        "data-c 10.20.145.0/24",
        "data-d 10.20.146.0/24",
        "payment-a 10.20.148.0/24",
        "payment-c 10.20.149.0/24",
        "payment-d 10.20.150.0/24",
    ]


@given(vpc=vpcs)
def test_every_subnet_lies_in_its_vpc_and_meets_no_other(vpc: IPv4Network) -> None:
    cidrs = [plan.cidr for tier in TIERS for plan in plan_subnets(vpc, tier, ZONES, ZONES)]
    assert all(cidr.subnet_of(vpc) for cidr in cidrs)
    assert not any(first.overlaps(second) for first, second in combinations(cidrs, 2))


@given(tier=st.sampled_from(TIERS), zones=st.lists(st.sampled_from(ZONES), min_size=1, unique=True))
def test_a_zone_keeps_its_range_whichever_other_zones_are_used(tier: SubnetTier, zones: list[str]) -> None:
    vpc = IPv4Network("10.22.0.0/16")
    everywhere = {plan.zone: plan.cidr for plan in plan_subnets(vpc, tier, ZONES, ZONES)}
    assert all(plan.cidr == everywhere[plan.zone] for plan in plan_subnets(vpc, tier, zones, ZONES))


def test_every_private_subnet_has_room_for_the_prefixes_of_a_hundred_nodes() -> None:
    prefix_length, _ = SUBNET_LAYOUT["private"]
    blocks = 2 ** (28 - prefix_length)
    prefixes_per_node = 50 // 16 + 1 + 1  # 50 pods, and one warm prefix
    assert blocks >= 100 * prefixes_per_node


def test_overlapping_networks_are_named_in_pairs() -> None:
    found = overlaps(
        [("vpc", IPv4Network("10.0.0.0/16")), ("vpn", IPv4Network("10.0.8.0/24")), ("hub", IPv4Network("10.1.0.0/16"))]
    )
    assert found == ["vpc 10.0.0.0/16 overlaps vpn 10.0.8.0/24"]


@given(first=vpcs, second=vpcs)
def test_two_networks_overlap_exactly_when_they_share_an_address(first: IPv4Network, second: IPv4Network) -> None:
    assert bool(overlaps([("first", first), ("second", second)])) == (first == second)
