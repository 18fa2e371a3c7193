"""The spoke of an environment: one virtual network, a subnet for each kind of thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Final

import pulumi
from pulumi_azure_native.network import Subnet, VirtualNetwork

from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming
from settings.azure.network import SpokePlan

GATEWAY_DELEGATION: Final = "Microsoft.Network/applicationGateways"
DATABASE_DELEGATION: Final = "Microsoft.DBforPostgreSQL/flexibleServers"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs(ComponentArgs):
    """Where the spoke stands and what it is divided into."""

    group: ResourceGroup
    plan: SpokePlan


class Network(Component[NetworkArgs], type="platform:azure:Network"):
    """The spoke: subnets for nodes, private endpoints and the gateway, and two reserved for data services."""

    vnet_id: pulumi.Output[str]
    nodes_subnet_id: pulumi.Output[str]
    database_subnet_id: pulumi.Output[str]
    cache_subnet_id: pulumi.Output[str]
    endpoints_subnet_id: pulumi.Output[str]
    gateway_subnet_id: pulumi.Output[str]
    gateway_link_subnet_id: pulumi.Output[str]

    def build(self, args: NetworkArgs) -> None:
        """Place the network and its subnets."""
        self.group, self.plan = args.group, args.plan
        self.vnet = VirtualNetwork(
            f"{self.name}-vnet",
            virtual_network_name=args.scope.names(naming.VIRTUAL_NETWORK, "spoke"),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            address_space={"address_prefixes": [str(prefix) for prefix in args.plan.address_space]},
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        plan = args.plan
        #: The subnets so far. Azure changes one subnet of a network at a time, so each waits for those before it.
        self.subnets: list[Subnet] = []
        nodes = self._subnet(
            "aks",
            plan.nodes,
            service_endpoints=["Microsoft.ContainerRegistry"],
            # Nothing leaves but by the route that somebody placed.
            default_outbound_access=False,
        )
        database = self._subnet("database", plan.database, delegation=DATABASE_DELEGATION)
        cache = self._subnet("cache", plan.cache)
        endpoints = self._subnet("endpoints", plan.endpoints, private_endpoint_network_policies="Disabled")
        gateway = self._subnet("gateway", plan.gateway, delegation=GATEWAY_DELEGATION)
        gateway_link = self._subnet("gateway-link", plan.gateway_link, private_link_service_network_policies="Disabled")

        self.vnet_id = self.vnet.id
        self.nodes_subnet_id = nodes.id
        self.database_subnet_id = database.id
        self.cache_subnet_id = cache.id
        self.endpoints_subnet_id = endpoints.id
        self.gateway_subnet_id = gateway.id
        self.gateway_link_subnet_id = gateway_link.id

    def _subnet(
        self,
        label: str,
        cidr: IPv4Network,
        *,
        delegation: str = "",
        service_endpoints: Sequence[str] = (),
        **properties: Any,  # noqa: ANN401 - Subnet's own keywords
    ) -> Subnet:
        subnet = Subnet(
            f"{self.name}-{label}",
            subnet_name=self.scope.names(naming.SUBNET, label),
            virtual_network_name=self.vnet.name,
            resource_group_name=self.group.group_name,
            address_prefix=str(cidr),
            delegations=[{"name": delegation.rpartition("/")[2], "service_name": delegation}] if delegation else [],
            service_endpoints=[{"service": service} for service in service_endpoints],
            **properties,
            opts=self.child(depends_on=self.subnets[-1:]),
        )
        self.subnets.append(subnet)
        return subnet
