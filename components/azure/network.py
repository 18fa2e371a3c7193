"""The spoke of an environment: one virtual network, a subnet for each kind of thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Final

import pulumi
from pulumi_azure_native.network import NetworkSecurityGroup, RouteTable, Subnet, VirtualNetwork

from components.azure.firewall import Firewall
from components.azure.hub import Hub
from components.azure.peering import place_peerings
from components.azure.resource_group import ResourceGroup
from components.azure.security_groups import (
    CACHE_PORTS,
    DATABASE_PORTS,
    gateway_rules,
    node_rules,
    place_security_group,
    reserved_rules,
)
from components.base import Component, ComponentArgs
from settings.azure import naming
from settings.azure.network import SpokePlan

GATEWAY_DELEGATION: Final = "Microsoft.Network/applicationGateways"
DATABASE_DELEGATION: Final = "Microsoft.DBforPostgreSQL/flexibleServers"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs(ComponentArgs):
    """Where the spoke stands, what it is divided into, and through what the nodes reach the rest of the world."""

    group: ResourceGroup
    plan: SpokePlan
    hub: Hub
    firewall: Firewall
    #: Who may use the gateway's public frontend: a service tag.
    public_sources: str
    #: Ranges of other networks in which private endpoints stand.
    remote_endpoints: Sequence[IPv4Network] = ()


class Network(Component[NetworkArgs], type="platform:azure:Network"):
    """The spoke, peered with its hub: subnets for nodes, endpoints, the gateway; two reserved for data services."""

    vnet_id: pulumi.Output[str]
    nodes_subnet_id: pulumi.Output[str]
    endpoints_subnet_id: pulumi.Output[str]
    gateway_subnet_id: pulumi.Output[str]
    gateway_link_subnet_id: pulumi.Output[str]
    route_table_id: pulumi.Output[str]

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
        rules = self._security_groups(args)
        #: Where the nodes' traffic goes that is for no network of ours; the cluster's identity needs rights on it.
        self.routes = self._routes_to(args.firewall)
        #: What a subnet waits for: Azure changes one part of a network at a time.
        self.placed: list[pulumi.Resource] = [*place_peerings(self, args.hub, self)]
        nodes = self._subnet(
            "aks",
            plan.nodes,
            service_endpoints=["Microsoft.ContainerRegistry"],
            network_security_group={"id": rules["aks"].id},
            route_table={"id": self.routes.id},
            # Nothing leaves but by the route.
            default_outbound_access=False,
        )
        self._subnet(
            "database",
            plan.database,
            delegation=DATABASE_DELEGATION,
            network_security_group={"id": rules["database"].id},
        )
        self._subnet("cache", plan.cache, network_security_group={"id": rules["cache"].id})
        # No security group: with network policies off, as the design has it, none would be applied to an endpoint.
        endpoints = self._subnet("endpoints", plan.endpoints, private_endpoint_network_policies="Disabled")
        gateway = self._subnet(
            "gateway", plan.gateway, delegation=GATEWAY_DELEGATION, network_security_group={"id": rules["gateway"].id}
        )
        gateway_link = self._subnet("gateway-link", plan.gateway_link, private_link_service_network_policies="Disabled")

        self.vnet_id = self.vnet.id
        self.nodes_subnet_id = nodes.id
        self.endpoints_subnet_id = endpoints.id
        self.gateway_subnet_id = gateway.id
        self.gateway_link_subnet_id = gateway_link.id
        self.route_table_id = self.routes.id

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
            opts=self.child(depends_on=self.placed[-1:]),
        )
        self.placed.append(subnet)
        return subnet

    def _security_groups(self, args: NetworkArgs) -> dict[str, NetworkSecurityGroup]:
        plan = args.plan
        rules = {
            "gateway": gateway_rules(plan, args.public_sources),
            "aks": node_rules(plan, args.remote_endpoints, [args.hub.cidr]),
            "database": reserved_rules(plan, "Database", DATABASE_PORTS),
            "cache": reserved_rules(plan, "Cache", CACHE_PORTS),
        }
        return {label: place_security_group(self, label, args.group, rows) for label, rows in rules.items()}

    def _routes_to(self, firewall: Firewall) -> RouteTable:
        return RouteTable(
            f"{self.name}-routes",
            route_table_name=self.scope.names(naming.ROUTE_TABLE, "aks"),
            resource_group_name=self.group.group_name,
            location=self.group.location,
            disable_bgp_route_propagation=True,
            routes=[
                {
                    "name": "firewall",
                    "address_prefix": "0.0.0.0/0",
                    "next_hop_type": "VirtualAppliance",
                    "next_hop_ip_address": firewall.private_ip,
                }
            ],
            tags=self.scope.tags.azure(),
            opts=self.child(),
        )
