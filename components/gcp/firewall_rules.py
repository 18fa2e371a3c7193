"""What may pass in the network, row by row: everything else is refused in both directions, and written down.

Rows are of a regional network firewall policy, in the order in which they are asked (docs/adr/0034).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final, Literal

import pulumi
from pulumi_gcp.compute import (
    RegionNetworkFirewallPolicyAssociation,
    RegionNetworkFirewallPolicyWithRules,
    RegionNetworkFirewallPolicyWithRulesRuleArgs,
    RegionNetworkFirewallPolicyWithRulesRuleMatchArgs,
    RegionNetworkFirewallPolicyWithRulesRuleMatchLayer4ConfigArgs,
)

from components.base import Component, ComponentArgs
from components.gcp.network import Network
from settings.gcp import naming
from settings.gcp.network import NetworkPlan

#: Where Google's health checks come from (Cloud Load Balancing documents, probe ranges and firewall rules).
HEALTH_CHECK_RANGES: Final = (IPv4Network("35.191.0.0/16"), IPv4Network("130.211.0.0/22"))
#: Behind these addresses answer only services that VPC Service Controls can fence in.
RESTRICTED_GOOGLE_APIS: Final = IPv4Network("199.36.153.4/30")
EVERYWHERE: Final = IPv4Network("0.0.0.0/0")
HTTPS_PORTS: Final = ("443",)
#: The Kubernetes API, and the tunnel by which the control plane reaches nodes: a private control plane never calls in.
CONTROL_PLANE_PORTS: Final = ("443", "8132")
#: PostgreSQL, and the port of Cloud SQL's own connectors, which bring IAM authentication.
DATABASE_PORTS: Final = ("5432", "3307")
#: Where a Redis cluster is found, and its shards.
CACHE_PORTS: Final = ("6379", "11000-13047")
FIRST_PRIORITY: Final = 1000
PRIORITY_STEP: Final = 10


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row: who comes from where, or goes where, and at which TCP ports; without ports, by any protocol."""

    name: str
    direction: Literal["INGRESS", "EGRESS"]
    source: tuple[IPv4Network, ...] = ()
    destination: tuple[IPv4Network, ...] = ()
    #: Names that the firewall itself resolves; instead of a destination.
    hosts: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    action: Literal["allow", "deny"] = "allow"
    #: Whether every connection is written down.
    logged: bool = False


def firewall_rules(
    plan: NetworkPlan, *, backend_ports: Sequence[str], egress_hosts: Mapping[int, Sequence[str]]
) -> tuple[Rule, ...]:
    """Return the rows; `backend_ports` is where pods take what the load balancer's proxies bring."""
    cluster = (plan.nodes, plan.pods)
    outside = [
        Rule(
            name=f"hosts-{port}",
            direction="EGRESS",
            source=cluster,
            hosts=tuple(hosts),
            ports=(str(port),),
            # Whatever leaves Google is written down, as what was refused is.
            logged=True,
        )
        for port, hosts in egress_hosts.items()
        if hosts
    ]
    return (
        _to_pods("health-checks", plan, HEALTH_CHECK_RANGES, backend_ports),
        _to_pods("proxies", plan, (plan.proxies,), backend_ports),
        Rule(name="inside-cluster", direction="INGRESS", source=cluster, destination=cluster),
        Rule(name="deny-ingress", direction="INGRESS", source=(EVERYWHERE,), action="deny", logged=True),
        Rule(name="to-cluster", direction="EGRESS", source=cluster, destination=cluster),
        _out("control-plane", cluster, plan.control_plane, CONTROL_PLANE_PORTS),
        _out("google-apis", cluster, RESTRICTED_GOOGLE_APIS, HTTPS_PORTS),
        _out("database", cluster, plan.private_services, DATABASE_PORTS),
        _out("cache", cluster, plan.cache, CACHE_PORTS),
        *outside,
        Rule(name="deny-egress", direction="EGRESS", destination=(EVERYWHERE,), action="deny", logged=True),
    )


def _to_pods(name: str, plan: NetworkPlan, source: tuple[IPv4Network, ...], ports: Sequence[str]) -> Rule:
    return Rule(name=name, direction="INGRESS", source=source, destination=(plan.pods,), ports=tuple(ports))


def _out(name: str, source: tuple[IPv4Network, ...], destination: IPv4Network, ports: tuple[str, ...]) -> Rule:
    return Rule(name=name, direction="EGRESS", source=source, destination=(destination,), ports=ports)


def policy_rules(rules: Iterable[Rule]) -> list[RegionNetworkFirewallPolicyWithRulesRuleArgs]:
    """Return rows as a firewall policy takes them, the first with the highest priority."""
    return [
        RegionNetworkFirewallPolicyWithRulesRuleArgs(
            rule_name=rule.name,
            priority=FIRST_PRIORITY + PRIORITY_STEP * index,
            direction=rule.direction,
            action=rule.action,
            enable_logging=rule.logged,
            match=RegionNetworkFirewallPolicyWithRulesRuleMatchArgs(
                layer4_configs=[_layer_4(rule)],
                src_ip_ranges=_texts(rule.source),
                dest_ip_ranges=_texts(rule.destination),
                dest_fqdns=list(rule.hosts) or None,
            ),
        )
        for index, rule in enumerate(rules)
    ]


def _layer_4(rule: Rule) -> RegionNetworkFirewallPolicyWithRulesRuleMatchLayer4ConfigArgs:
    if not rule.ports:
        return RegionNetworkFirewallPolicyWithRulesRuleMatchLayer4ConfigArgs(ip_protocol="all")
    return RegionNetworkFirewallPolicyWithRulesRuleMatchLayer4ConfigArgs(ip_protocol="tcp", ports=list(rule.ports))


def _texts(networks: tuple[IPv4Network, ...]) -> list[str] | None:
    return [str(network) for network in networks] or None


@dataclass(frozen=True, kw_only=True)
class FirewallArgs(ComponentArgs):
    """The network, where pods take requests, and whom the cluster may call outside Google."""

    network: Network
    backend_ports: Sequence[str]
    #: By port.
    egress_hosts: Mapping[int, Sequence[str]]


class Firewall(Component[FirewallArgs], type="platform:gcp:Firewall"):
    """One policy of the region with all rows in it, on the network: no moment knows half of them."""

    policy_id: pulumi.Output[str]

    def build(self, args: FirewallArgs) -> None:
        """Place the policy, and put it on the network."""
        network, project = args.network, args.network.project
        rules = firewall_rules(network.plan, backend_ports=args.backend_ports, egress_hosts=args.egress_hosts)
        policy = RegionNetworkFirewallPolicyWithRules(
            f"{self.name}-policy",
            project=project.project_id,
            region=project.region,
            name=args.scope.names(naming.COMPUTE, "firewall"),
            rules=policy_rules(rules),
            opts=self.child(),
        )
        RegionNetworkFirewallPolicyAssociation(
            f"{self.name}-association",
            project=project.project_id,
            region=project.region,
            name=args.scope.names(naming.COMPUTE, "firewall"),
            firewall_policy=policy.name,
            attachment_target=network.network_id,
            opts=self.child(),
        )
        self.policy_id = policy.id
