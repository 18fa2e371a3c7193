"""Network security groups of the spoke, rule by rule (design, 4.1.2; docs/adr/0019).

The design's rows stand under their own names, read as today's services need them. Where a direction must not fall back
on Azure's default of "everything inside the network", its last rule denies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Final, Literal

from pulumi_azure_native.network import NetworkSecurityGroup, SecurityRuleArgs

from components.azure.resource_group import ResourceGroup
from components.base import AnyComponent
from settings.azure import naming
from settings.azure.network import SpokePlan

#: Azure Managed Redis answers on 10000, and its shards on 8500 to 8599; the design's 6379 was the classic service's.
CACHE_PORTS: Final = ("10000", "8500-8599")
DATABASE_PORTS: Final = ("5432",)
#: The flexible server's own PgBouncer (13.2.1).
DATABASE_POOL_PORTS: Final = ("6432",)
MESSAGING_PORTS: Final = ("5671", "5672")
#: Vault, storage and registry.
HTTPS_PORTS: Final = ("443",)
#: Where the design's services listen (4.4): in an overlay the gateway reaches the pods themselves.
POD_PORTS: Final = ("8080",)
FIRST_PRIORITY: Final = 100
PRIORITY_STEP: Final = 10


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row: who may, or may not, reach whom at which ports. Its name is unique in the group, both directions."""

    name: str
    source: tuple[str, ...]
    destination: tuple[str, ...] = ("*",)
    ports: tuple[str, ...] = ("*",)
    protocol: Literal["Tcp", "*"] = "Tcp"
    direction: Literal["Inbound", "Outbound"] = "Inbound"
    access: Literal["Allow", "Deny"] = "Allow"


DENY_INBOUND: Final = Rule(name="DenyAllOthers", source=("*",), protocol="*", access="Deny")


def gateway_rules(plan: SpokePlan, public_sources: str) -> tuple[Rule, ...]:
    """Return the rules of the gateway's subnet; `public_sources` is who may use its public frontend."""
    return (
        Rule(name="HTTPS", source=(public_sources,), ports=("443",)),
        Rule(name="HTTP", source=(public_sources,), ports=("80",)),
        Rule(name="HealthProbe", source=("GatewayManager",), ports=("65200-65535",)),
        Rule(name="PrivateLink", source=texts(plan.gateway_link), ports=("443",)),
        Rule(name="Cluster", source=texts(plan.nodes), ports=("443",)),
        Rule(name="LoadBalancer", source=("AzureLoadBalancer",), protocol="*"),
        DENY_INBOUND,
    )


def node_rules(plan: SpokePlan, remote: Sequence[IPv4Network], hubs: Sequence[IPv4Network]) -> tuple[Rule, ...]:
    """Return the rules of the nodes' subnet; `remote` are endpoint networks of the recovery region."""
    cluster = texts(plan.nodes, plan.pods)
    endpoints = texts(plan.endpoints, *remote)
    return (
        Rule(name="AppGateway", source=texts(plan.gateway), destination=cluster, ports=("80", "443")),
        Rule(name="AppGatewayToPods", source=texts(plan.gateway), destination=texts(plan.pods), ports=POD_PORTS),
        # Pods of an overlay appear with their own addresses, so a denial below would part them.
        Rule(name="NodesAndPods", source=cluster, destination=cluster, protocol="*"),
        Rule(name="LoadBalancer", source=("AzureLoadBalancer",), protocol="*"),
        DENY_INBOUND,
        _outbound("Database", cluster, endpoints, DATABASE_PORTS),
        _outbound("DatabasePool", cluster, endpoints, DATABASE_POOL_PORTS),
        _outbound("Cache", cluster, endpoints, CACHE_PORTS),
        _outbound("ServiceBus", cluster, endpoints, MESSAGING_PORTS),
        _outbound("PrivateServices", cluster, endpoints, HTTPS_PORTS),
        Rule(name="ToNodesAndPods", source=cluster, destination=cluster, protocol="*", direction="Outbound"),
        # By ranges: with a default route to the firewall the tag VirtualNetwork would mean every address there is.
        Rule(
            name="DenyOtherNetworks",
            source=("*",),
            destination=texts(*plan.address_space, *hubs, *remote),
            protocol="*",
            direction="Outbound",
            access="Deny",
        ),
    )


def reserved_rules(plan: SpokePlan, name: str, ports: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules of a subnet that the design reserves for one service: nodes only, at its ports."""
    return (Rule(name=name, source=texts(plan.nodes), ports=ports), DENY_INBOUND)


def _outbound(name: str, source: tuple[str, ...], destination: tuple[str, ...], ports: tuple[str, ...]) -> Rule:
    return Rule(name=name, source=source, destination=destination, ports=ports, direction="Outbound")


def texts(*networks: IPv4Network) -> tuple[str, ...]:
    """Return networks as Azure spells them."""
    return tuple(str(network) for network in networks)


def security_rules(rules: Iterable[Rule]) -> list[SecurityRuleArgs]:
    """Return rules as a security group takes them, the first with the highest priority."""
    return [
        SecurityRuleArgs(
            name=rule.name,
            priority=FIRST_PRIORITY + PRIORITY_STEP * index,
            direction=rule.direction,
            access=rule.access,
            protocol=rule.protocol,
            source_port_range="*",
            **_one_or_many("source_address_prefix", "source_address_prefixes", rule.source),
            **_one_or_many("destination_address_prefix", "destination_address_prefixes", rule.destination),
            **_one_or_many("destination_port_range", "destination_port_ranges", rule.ports),
        )
        for index, rule in enumerate(rules)
    ]


def _one_or_many(one: str, many: str, values: tuple[str, ...]) -> dict[str, Any]:
    """Return the singular property for one value: only that takes `*` and service tags."""
    return {one: values[0]} if len(values) == 1 else {many: list(values)}


def place_security_group(
    owner: AnyComponent, label: str, group: ResourceGroup, rules: Iterable[Rule]
) -> NetworkSecurityGroup:
    """Place a security group with its rules for the component that owns the subnet."""
    return NetworkSecurityGroup(
        f"{owner.name}-{label}-rules",
        network_security_group_name=owner.scope.names(naming.NETWORK_SECURITY_GROUP, label),
        resource_group_name=group.group_name,
        location=group.location,
        security_rules=security_rules(rules),
        tags=owner.scope.tags.azure(),
        opts=owner.child(),
    )
