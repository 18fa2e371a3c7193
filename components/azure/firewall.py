"""The firewall in the hub: the nodes' only way out (design, 7.1.1, layer 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.network import (
    AzureFirewall,
    FirewallPolicy,
    FirewallPolicyIntrusionDetectionArgs,
    FirewallPolicyRuleCollectionGroup,
)
from pulumi_azure_native.network.outputs import AzureFirewallIPConfigurationResponse

from components.azure.diagnostics import place_diagnostics
from components.azure.firewall_rules import Egress, allow, application_rules, network_rules
from components.azure.hub import Hub
from components.azure.log_workspace import LogWorkspace
from components.azure.public_address import place_public_address
from components.base import Component, ComponentArgs
from settings.azure import naming
from settings.azure.types import FirewallTier, IdpsMode

#: Azure works through groups by their priority, and inside one through network rules before application rules.
CLUSTER_GROUP_PRIORITY: Final = 200


@dataclass(frozen=True, kw_only=True)
class FirewallArgs(ComponentArgs):
    """Where the firewall stands, how deep it looks, and what it lets through."""

    hub: Hub
    tier: FirewallTier
    #: What is done with traffic that looks like an intrusion; only Premium looks.
    idps: IdpsMode
    zones: Sequence[str]
    egress: Egress
    #: Where it says what it let through and what it dropped.
    workspace: LogWorkspace


class Firewall(Component[FirewallArgs], type="platform:azure:Firewall"):
    """Azure Firewall with a policy of its own: what no rule names does not leave."""

    firewall_id: pulumi.Output[str]
    private_ip: pulumi.Output[str]
    public_ip: pulumi.Output[str]

    def build(self, args: FirewallArgs) -> None:
        """Place the policy with its rules, and then the firewall that starts with them."""
        names, tags, group = args.scope.names, args.scope.tags.azure(), args.hub.group
        policy = FirewallPolicy(
            f"{self.name}-policy",
            firewall_policy_name=names(naming.FIREWALL_POLICY),
            resource_group_name=group.group_name,
            location=group.location,
            sku={"tier": args.tier},
            # Rules that name a host need the firewall to resolve it as its clients do.
            dns_settings={"enable_proxy": True},
            intrusion_detection=(
                FirewallPolicyIntrusionDetectionArgs(mode=args.idps) if args.tier == "Premium" else None
            ),
            threat_intel_mode="Deny",
            tags=tags,
            opts=self.child(),
        )
        rules = FirewallPolicyRuleCollectionGroup(
            f"{self.name}-cluster-rules",
            rule_collection_group_name="cluster",
            firewall_policy_name=policy.name,
            resource_group_name=group.group_name,
            priority=CLUSTER_GROUP_PRIORITY,
            rule_collections=[
                allow("addresses", 100, network_rules(args.egress)),
                allow("hosts", 200, application_rules(args.egress)),
            ],
            opts=self.child(),
        )
        address = place_public_address(self, "firewall", group=group, zones=args.zones)
        firewall = AzureFirewall(
            f"{self.name}-firewall",
            azure_firewall_name=names(naming.FIREWALL),
            resource_group_name=group.group_name,
            location=group.location,
            sku={"name": "AZFW_VNet", "tier": args.tier},
            firewall_policy={"id": policy.id},
            ip_configurations=[
                {
                    "name": "egress",
                    "subnet": {"id": args.hub.firewall_subnet_id},
                    "public_ip_address": {"id": address.id},
                }
            ],
            zones=args.zones,
            tags=tags,
            # A rule changes in seconds before the firewall runs, in minutes after; and nodes come up once it does.
            opts=self.child(depends_on=[rules]),
        )
        place_diagnostics(self, "firewall", resource_id=firewall.id, workspace=args.workspace)
        self.firewall_id = firewall.id
        self.private_ip = firewall.ip_configurations.apply(_private_address)
        #: What others see the nodes as: for their allow-lists.
        self.public_ip = address.ip_address.apply(str)


def _private_address(configurations: Sequence[AzureFirewallIPConfigurationResponse] | None) -> str:
    """Return the address that Azure gave a firewall in its subnet."""
    if not configurations:
        raise ValueError("Azure answered with a firewall that has no address: it was placed in no network")
    return configurations[0].private_ip_address
