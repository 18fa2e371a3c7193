"""The network of the recovery region: addresses for the endpoints of what is copied there, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_azure_native.network import Subnet, VirtualNetwork

from components.azure.peering import PeeredNetwork, place_peerings
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming


@dataclass(frozen=True, kw_only=True)
class RecoveryNetworkArgs(ComponentArgs):
    """A group of the recovery region, the network's range, and the network whose services use the copies."""

    group: ResourceGroup
    cidr: IPv4Network
    spoke: PeeredNetwork


class RecoveryNetwork(Component[RecoveryNetworkArgs], type="platform:azure:RecoveryNetwork"):
    """One subnet for private endpoints, peered with the spoke. Korea South has no zones; nothing here needs one."""

    vnet_id: pulumi.Output[str]
    endpoints_subnet_id: pulumi.Output[str]

    def build(self, args: RecoveryNetworkArgs) -> None:
        """Place the network, its subnet and the peerings."""
        self.group = args.group
        self.vnet = VirtualNetwork(
            f"{self.name}-vnet",
            virtual_network_name=args.scope.names(naming.VIRTUAL_NETWORK, "recovery"),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            address_space={"address_prefixes": [str(args.cidr)]},
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        peerings = place_peerings(self, args.spoke, self)
        subnet = Subnet(
            f"{self.name}-endpoints",
            subnet_name=args.scope.names(naming.SUBNET, "endpoints"),
            virtual_network_name=self.vnet.name,
            resource_group_name=args.group.group_name,
            address_prefix=str(args.cidr),
            private_endpoint_network_policies="Disabled",
            opts=self.child(depends_on=peerings),
        )
        self.vnet_id = self.vnet.id
        self.endpoints_subnet_id = subnet.id
