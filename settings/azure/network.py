"""Arithmetic of Azure's subnets and of pod networking in them; what an address plan is checked with."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final, Literal

PodNetworking = Literal["overlay", "flat"]

#: Azure keeps the first four addresses of every subnet and its last.
RESERVED_ADDRESSES: Final = 5
#: Addresses that a flat Azure CNI node takes from its subnet: its own, and one for each of its 30 default pods.
FLAT_ADDRESSES_PER_NODE: Final = 31
#: Overlay gives every node a block of this size out of the pod network, however few pods it runs.
OVERLAY_BLOCK_PREFIX_LENGTH: Final = 24


def usable_addresses(subnet: IPv4Network) -> int:
    """Return how many addresses of a subnet Azure hands out."""
    return max(subnet.num_addresses - RESERVED_ADDRESSES, 0)


def node_capacity(networking: PodNetworking, *, nodes_subnet: IPv4Network, pod_network: IPv4Network) -> int:
    """Return how many nodes the address plan carries: bounded by the subnet, and in an overlay by the pods' network."""
    if networking == "flat":
        return usable_addresses(nodes_subnet) // FLAT_ADDRESSES_PER_NODE
    block_addresses = 2 ** (pod_network.max_prefixlen - OVERLAY_BLOCK_PREFIX_LENGTH)
    return min(usable_addresses(nodes_subnet), pod_network.num_addresses // block_addresses)


@dataclass(frozen=True, kw_only=True)
class SpokePlan:
    """Ranges of a spoke: a subnet for each kind of thing, the gateway's in a prefix of its own."""

    address_space: tuple[IPv4Network, ...]
    nodes: IPv4Network
    database: IPv4Network
    cache: IPv4Network
    endpoints: IPv4Network
    gateway: IPv4Network
    #: Where Private Link to the gateway ends: Azure wants a subnet without gateways.
    gateway_link: IPv4Network
    #: The pods' own network; outside the address space in an overlay.
    pods: IPv4Network
