"""Private links: a service of the platform, reached by an address of our own network (design, 7.3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native.network import PrivateDnsZoneGroup, PrivateEndpoint

from components.azure.private_dns_zone import EndpointNetwork, PrivateDnsZone, PrivateDnsZoneArgs
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming


@dataclass(frozen=True, kw_only=True)
class PrivateLinkArgs(ComponentArgs):
    """What is linked, where its address lies and who finds it by name."""

    group: ResourceGroup
    #: The endpoint gets an address of this network's endpoint subnet; group and network are of one region.
    network: EndpointNetwork
    #: The zone's name (`privatelink.vaultcore.azure.net`), or the zone of another link of the same service.
    dns_zone: str | PrivateDnsZone
    #: Azure's name for the part that is linked: `vault`, `blob`, `namespace`, `postgresqlServer`, `redisEnterprise`.
    sub_resource: str
    target_id: pulumi.Input[str]
    #: Networks that resolve the name too; peered, so that they reach the address.
    also_resolved_in: Sequence[EndpointNetwork] = ()


class PrivateLink(Component[PrivateLinkArgs], type="platform:azure:PrivateLink"):
    """A private endpoint whose address the service's own name resolves to inside the network."""

    endpoint_id: pulumi.Output[str]
    zone_id: pulumi.Output[str]

    def build(self, args: PrivateLinkArgs) -> None:
        """Place the endpoint, its zone unless there is one, and what writes its address into the zone."""
        #: The zone, for further links of the same service.
        self.zone = args.dns_zone if isinstance(args.dns_zone, PrivateDnsZone) else self._zone(args, args.dns_zone)
        endpoint = PrivateEndpoint(
            f"{self.name}-endpoint",
            private_endpoint_name=args.scope.names(naming.PRIVATE_ENDPOINT, self.name),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            subnet={"id": args.network.endpoints_subnet_id},
            private_link_service_connections=[
                {
                    "name": self.name,
                    "private_link_service_id": args.target_id,
                    "group_ids": [args.sub_resource],
                }
            ],
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        PrivateDnsZoneGroup(
            f"{self.name}-zone-group",
            private_dns_zone_group_name="default",
            private_endpoint_name=endpoint.name,
            resource_group_name=args.group.group_name,
            private_dns_zone_configs=[{"name": args.sub_resource, "private_dns_zone_id": self.zone.zone_id}],
            opts=self.child(),
        )
        self.endpoint_id = endpoint.id
        self.zone_id = self.zone.zone_id

    def _zone(self, args: PrivateLinkArgs, zone_name: str) -> PrivateDnsZone:
        return PrivateDnsZone(
            f"{self.name}-dns",
            PrivateDnsZoneArgs(
                scope=args.scope,
                group=args.group,
                zone_name=zone_name,
                networks=[args.network, *args.also_resolved_in],
            ),
            self.child(),
        )
