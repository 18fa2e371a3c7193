"""Public addresses (TripGen physical architecture, 4.2.1: a fixed address of the gateway's)."""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_azure_native.network import PublicIPAddress

from components.azure.resource_group import ResourceGroup
from components.base import AnyComponent
from settings.azure import naming


def place_public_address(
    owner: AnyComponent, label: str, *, group: ResourceGroup, zones: Sequence[str]
) -> PublicIPAddress:
    """Place an address that stays as it is, in the zones of what answers at it, on behalf of its owner."""
    return PublicIPAddress(
        f"{owner.name}-address",
        public_ip_address_name=owner.scope.names(naming.PUBLIC_IP, label),
        resource_group_name=group.group_name,
        location=group.location,
        sku={"name": "Standard", "tier": "Regional"},
        public_ip_allocation_method="Static",
        zones=zones,
        tags=owner.scope.tags.azure(),
        opts=owner.child(),
    )
