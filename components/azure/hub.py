"""The hub of an environment: the small network in which the firewall stands, peered with the spoke."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

import pulumi
from pulumi_azure_native.network import Subnet, VirtualNetwork

from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

#: Azure Firewall is placed in a subnet of this name and no other.
FIREWALL_SUBNET: Final = "AzureFirewallSubnet"


@dataclass(frozen=True, kw_only=True)
class HubArgs(ComponentArgs):
    """The hub's range and, in it, the firewall's."""

    group: ResourceGroup
    cidr: IPv4Network
    firewall_subnet: IPv4Network


class Hub(Component[HubArgs], type="platform:azure:Hub"):
    """The hub's network with the firewall's subnet."""

    vnet_id: pulumi.Output[str]
    firewall_subnet_id: pulumi.Output[str]

    def build(self, args: HubArgs) -> None:
        """Place the network and its subnet."""
        self.group, self.cidr = args.group, args.cidr
        self.vnet = VirtualNetwork(
            f"{self.name}-vnet",
            virtual_network_name=args.scope.names(naming.VIRTUAL_NETWORK, "hub"),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            address_space={"address_prefixes": [str(args.cidr)]},
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        subnet = Subnet(
            f"{self.name}-firewall",
            subnet_name=FIREWALL_SUBNET,
            virtual_network_name=self.vnet.name,
            resource_group_name=args.group.group_name,
            address_prefix=str(args.firewall_subnet),
            opts=self.child(),
        )
        self.vnet_id = self.vnet.id
        self.firewall_subnet_id = subnet.id
