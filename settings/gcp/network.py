"""Arithmetic of Google's subnets and of the pods in them; what an address plan is checked with."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

#: Google keeps the first two and the last two addresses of a subnet's primary range.
RESERVED_ADDRESSES: Final = 4
#: GKE gives every node at least twice as many addresses as it may run pods, so that one is not used again too soon.
POD_ADDRESSES_PER_POD: Final = 2
#: Source ports of a public address that Cloud NAT hands out, and those a node always has: connections to one host.
NAT_PORTS_PER_ADDRESS: Final = 64512
NAT_PORTS_PER_NODE: Final = 1024


@dataclass(frozen=True, kw_only=True)
class NetworkPlan:
    """Ranges of an environment's network: one for each kind of thing."""

    nodes: IPv4Network
    #: Secondary ranges of the nodes' subnet.
    pods: IPv4Network
    services: IPv4Network
    #: Where the cluster's control plane answers.
    control_plane: IPv4Network
    #: Where the proxies of regional load balancers stand.
    proxies: IPv4Network
    #: Where the cache's Private Service Connect endpoints stand.
    cache: IPv4Network
    #: What Google's own network takes for Cloud SQL; no subnet of ours.
    private_services: IPv4Network


def usable_addresses(subnet: IPv4Network) -> int:
    """Return how many addresses of a subnet's primary range Google hands out."""
    return max(subnet.num_addresses - RESERVED_ADDRESSES, 0)


def pod_block_addresses(pods_per_node: int) -> int:
    """Return the size of the block that GKE gives a node which may run so many pods: 256 addresses for 110 pods."""
    return 1 << (POD_ADDRESSES_PER_POD * pods_per_node - 1).bit_length()


def node_capacity(plan: NetworkPlan, *, pods_per_node: int) -> int:
    """Return how many nodes, those of an upgrade's surge included, the plan carries."""
    blocks = plan.pods.num_addresses // pod_block_addresses(pods_per_node)
    return min(usable_addresses(plan.nodes), blocks)


def nat_node_capacity(addresses: int) -> int:
    """Return how many nodes so many public addresses serve."""
    return addresses * NAT_PORTS_PER_ADDRESS // NAT_PORTS_PER_NODE
