"""Address plans as readable lists, and the checks on them.

The layout is frozen: a subnet whose range changes is replaced with everything that lives in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations
from typing import Final, Literal

SubnetTier = Literal["private", "public", "data", "payment"]

#: Where each tier lies inside a VPC's /16: prefix length, and the third octet per zone in the order of the zones.
#: Nodes and pods share `private` (prefix delegation hands whole /28 blocks to nodes); .96.0/19 and .160.0 on are free.
SUBNET_LAYOUT: Final[dict[SubnetTier, tuple[int, tuple[int, int, int]]]] = {
    "private": (19, (0, 32, 64)),
    "public": (22, (128, 132, 136)),
    "data": (24, (144, 145, 146)),
    "payment": (24, (148, 149, 150)),
}


@dataclass(frozen=True, kw_only=True)
class SubnetPlan:
    """One subnet to be: its tier, the letter of its zone and its range."""

    tier: SubnetTier
    zone: str
    cidr: IPv4Network


def plan_subnets(
    vpc: IPv4Network, tier: SubnetTier, zones: Sequence[str], all_zones: Sequence[str]
) -> tuple[SubnetPlan, ...]:
    """Return a tier's subnets in `zones`; a zone keeps its range whichever other zones are used."""
    prefix_length, octets = SUBNET_LAYOUT[tier]
    base = int(vpc.network_address)
    return tuple(
        SubnetPlan(
            tier=tier,
            zone=zone,
            cidr=IPv4Network((base + (octets[all_zones.index(zone)] << 8), prefix_length)),
        )
        for zone in zones
    )


def overlaps(networks: Iterable[tuple[str, IPv4Network]]) -> list[str]:
    """Return a sentence for every pair of named networks that share an address."""
    return [
        f"{first_name} {first} overlaps {second_name} {second}"
        for (first_name, first), (second_name, second) in combinations(networks, 2)
        if first.overlaps(second)
    ]
