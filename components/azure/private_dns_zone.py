"""Private DNS zones: where the names of privately linked services are answered with private addresses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pulumi
from pulumi_azure_native.privatedns import PrivateZone, VirtualNetworkLink

from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs


class EndpointNetwork(Protocol):
    """A network with a subnet for private endpoints."""

    name: str
    vnet_id: pulumi.Output[str]
    endpoints_subnet_id: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class PrivateDnsZoneArgs(ComponentArgs):
    """The zone's name, as the service prescribes it, and the networks that resolve names in it."""

    group: ResourceGroup
    zone_name: str
    networks: Sequence[EndpointNetwork]


class PrivateDnsZone(Component[PrivateDnsZoneArgs], type="platform:azure:PrivateDnsZone"):
    """A private zone, linked to the networks that ask it. A network asks only one zone of a name."""

    zone_id: pulumi.Output[str]

    def build(self, args: PrivateDnsZoneArgs) -> None:
        """Place the zone and its links."""
        zone = PrivateZone(
            f"{self.name}-zone",
            private_zone_name=args.zone_name,
            resource_group_name=args.group.group_name,
            # Zones and their links have no region: Azure calls that "global".
            location="global",
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        for network in args.networks:
            VirtualNetworkLink(
                f"{self.name}-{network.name}-link",
                virtual_network_link_name=network.name,
                private_zone_name=zone.name,
                resource_group_name=args.group.group_name,
                location="global",
                virtual_network={"id": network.vnet_id},
                registration_enabled=False,
                tags=args.scope.tags.azure(),
                opts=self.child(),
            )
        self.zone_id = zone.id
