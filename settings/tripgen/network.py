"""The address plan of TripGen (physical architecture, 4.1.1): one list, frozen, with the checks on it.

A subnet whose range changes is replaced with everything that lives in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from types import MappingProxyType
from typing import Final, Literal

from settings.azure.network import PodNetworking, SpokePlan, node_capacity, usable_addresses
from settings.azure.types import GatewaySubnetCidr, HubCidr, PodCidr, ServiceNetworkCidr, SpokeCidr
from settings.model import Settings, rule
from settings.network import overlaps

SpokeSubnet = Literal["nodes", "database", "cache", "endpoints", "gateway-link"]

#: Third octet of each /24 inside the spoke's /16, by the design's table; `gateway-link` is where Private Link to the
#: gateway ends, which Azure wants in a subnet without gateways. Everything from .6.0 on is free.
SPOKE_LAYOUT: Final = MappingProxyType[SpokeSubnet, int](
    {"nodes": 1, "database": 2, "cache": 3, "endpoints": 4, "gateway-link": 5}
)
SPOKE_SUBNET_PREFIX_LENGTH: Final = 24
#: Azure Firewall wants at least this much, so that it can scale.
FIREWALL_PREFIX_LENGTH: Final = 26
#: The gateway's private frontend: 10.0.1.10 in 10.0.1.0/24 (design, 4.2.1).
GATEWAY_HOST_NUMBER: Final = 10
#: The address of cluster DNS in the services' network; the first one is the API server's.
DNS_HOST_NUMBER: Final = 10


class NetworkSettings(Settings):
    """The spoke, its hub and the cluster's own networks."""

    spoke: SpokeCidr
    """The spoke's range: four /24 by the design and the gateway's link (10.1.0.0/16 in prod)."""
    gateway_subnet: GatewaySubnetCidr
    """The spoke's second range, all of it the Application Gateway's subnet (10.0.1.0/24 in prod)."""
    hub: HubCidr
    """The hub's range; the firewall has its first /26."""
    recovery: HubCidr | None = None
    """Range of a small network in the recovery region for the endpoints of copies there. None: there are no copies."""
    pod_network: PodCidr = IPv4Network("10.244.0.0/16")
    """Addresses of pods in the overlay, a /24 a node; never seen outside the cluster."""
    service_network: ServiceNetworkCidr = IPv4Network("172.20.0.0/16")
    """Addresses of Kubernetes services; inside the cluster only."""
    pod_networking: PodNetworking = "overlay"
    """`overlay`: pods have a network of their own; `flat`: every pod takes an address of the nodes' subnet."""

    def subnet(self, name: SpokeSubnet) -> IPv4Network:
        """Return the range of a subnet of the spoke."""
        base = int(self.spoke.network_address)
        return IPv4Network((base + (SPOKE_LAYOUT[name] << 8), SPOKE_SUBNET_PREFIX_LENGTH))

    def spoke_plan(self) -> SpokePlan:
        """Return the spoke's ranges, for the components that place them."""
        return SpokePlan(
            address_space=(self.spoke, self.gateway_subnet),
            nodes=self.subnet("nodes"),
            database=self.subnet("database"),
            cache=self.subnet("cache"),
            endpoints=self.subnet("endpoints"),
            gateway=self.gateway_subnet,
            gateway_link=self.subnet("gateway-link"),
            pods=self.pod_network,
        )

    @property
    def gateway_address(self) -> IPv4Address:
        """The gateway's private frontend."""
        return self.gateway_subnet.network_address + GATEWAY_HOST_NUMBER

    @property
    def firewall_subnet(self) -> IPv4Network:
        """The range of AzureFirewallSubnet in the hub."""
        return next(self.hub.subnets(new_prefix=FIREWALL_PREFIX_LENGTH))

    @property
    def dns_service_address(self) -> IPv4Address:
        """The address of cluster DNS among the services."""
        return self.service_network.network_address + DNS_HOST_NUMBER

    def node_capacity(self) -> int:
        """Return how many nodes, those of an upgrade's surge included, the plan carries."""
        return node_capacity(self.pod_networking, nodes_subnet=self.subnet("nodes"), pod_network=self.pod_network)

    def gateway_capacity(self) -> int:
        """Return how many instances of the gateway its subnet carries: each takes an address, the frontend one more."""
        return usable_addresses(self.gateway_subnet) - 1

    def networks(self) -> list[tuple[str, IPv4Network]]:
        """Return every range that must not overlap another, with the name of its setting."""
        recovery = [("recovery", self.recovery)] if self.recovery else []
        return [
            ("spoke", self.spoke),
            ("gateway_subnet", self.gateway_subnet),
            ("hub", self.hub),
            *recovery,
            ("pod_network", self.pod_network),
            ("service_network", self.service_network),
        ]

    @rule
    def _networks_do_not_overlap(self) -> Iterator[str]:
        yield from overlaps(self.networks())
