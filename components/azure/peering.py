"""Peerings: two networks that reach each other's addresses, each by a peering of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pulumi
from pulumi_azure_native.network import VirtualNetwork, VirtualNetworkPeering

from components.azure.resource_group import ResourceGroup
from components.base import AnyComponent
from settings.azure import naming


class PeeredNetwork(Protocol):
    """A component with a virtual network."""

    name: str
    group: ResourceGroup
    vnet: VirtualNetwork


def place_peerings(owner: AnyComponent, near: PeeredNetwork, far: PeeredNetwork) -> Sequence[pulumi.Resource]:
    """Place both peerings for the component that joins the networks; one alone stays `Initiated`."""
    there = _place_peering(owner, near, far, ())
    return there, _place_peering(owner, far, near, (there,))


def _place_peering(
    owner: AnyComponent, near: PeeredNetwork, far: PeeredNetwork, after: Sequence[pulumi.Resource]
) -> VirtualNetworkPeering:
    return VirtualNetworkPeering(
        f"{owner.name}-{near.name}-to-{far.name}",
        virtual_network_peering_name=owner.scope.names(naming.PEERING, near.name, "to", far.name),
        virtual_network_name=near.vnet.name,
        resource_group_name=near.group.group_name,
        remote_virtual_network={"id": far.vnet.id},
        allow_virtual_network_access=True,
        # What the firewall passes on carries other senders' addresses.
        allow_forwarded_traffic=True,
        allow_gateway_transit=False,
        use_remote_gateways=False,
        # The state is Azure's to tell: `Initiated` until the other side is there, and a refresh would take it for ours.
        opts=owner.child(depends_on=after, ignore_changes=["peeringState"]),
    )
