"""Front Door's web application firewall: the first to see a request, and the only one to see who sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.frontdoor import (
    CustomRuleArgs,
    CustomRuleListArgs,
    GroupByVariableArgs,
    ManagedRuleSetArgs,
    ManagedRuleSetListArgs,
    MatchConditionArgs,
    Policy,
)

from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

#: The sender's own address, as the connection has it: a header can be invented.
SENDER: Final = "SocketAddr"
EVERYBODY: Final = ("0.0.0.0/0", "::/0")
#: What Front Door Premium looks for: attacks and known CVEs, then bots and addresses of bad reputation.
MANAGED_RULE_SETS: Final = (("Microsoft_DefaultRuleSet", "2.1", "Block"), ("Microsoft_BotManagerRuleSet", "1.1", None))


@dataclass(frozen=True, kw_only=True)
class FrontDoorWebPolicyArgs(ComponentArgs):
    """How much one sender may ask, and who may not ask at all."""

    group: ResourceGroup
    sku: str
    rate_limit_per_minute: int
    blocked_countries: Sequence[str]


def custom_rules(rate_limit_per_minute: int, blocked_countries: Sequence[str]) -> list[CustomRuleArgs]:
    """Return the rules of our own; without a country to block there is no rule that blocks countries."""
    rate_limit = CustomRuleArgs(
        name="RateLimiting",
        priority=100,
        rule_type="RateLimitRule",
        rate_limit_duration_in_minutes=1,
        rate_limit_threshold=rate_limit_per_minute,
        group_by=[GroupByVariableArgs(variable_name=SENDER)],
        # A rule needs a condition; this one is everybody's.
        match_conditions=[MatchConditionArgs(match_variable=SENDER, operator="IPMatch", match_value=EVERYBODY)],
        action="Block",
        enabled_state="Enabled",
    )
    geo_blocking = CustomRuleArgs(
        name="GeoBlocking",
        priority=200,
        rule_type="MatchRule",
        match_conditions=[
            MatchConditionArgs(match_variable=SENDER, operator="GeoMatch", match_value=blocked_countries)
        ],
        action="Block",
        enabled_state="Enabled",
    )
    return [rate_limit, geo_blocking] if blocked_countries else [rate_limit]


class FrontDoorWebPolicy(Component[FrontDoorWebPolicyArgs], type="platform:azure:FrontDoorWebPolicy"):
    """A policy in Prevention mode; Front Door's security policy binds it to hosts."""

    policy_id: pulumi.Output[str]

    def build(self, args: FrontDoorWebPolicyArgs) -> None:
        """Place the policy."""
        policy = Policy(
            f"{self.name}-policy",
            policy_name=args.scope.names(naming.FRONT_DOOR_WEB_POLICY),
            resource_group_name=args.group.group_name,
            # Front Door and what belongs to it stand everywhere at once.
            location="Global",
            sku={"name": args.sku},
            policy_settings={"enabled_state": "Enabled", "mode": "Prevention", "request_body_check": "Enabled"},
            custom_rules=CustomRuleListArgs(rules=custom_rules(args.rate_limit_per_minute, args.blocked_countries)),
            managed_rules=ManagedRuleSetListArgs(
                managed_rule_sets=[
                    ManagedRuleSetArgs(rule_set_type=kind, rule_set_version=version, rule_set_action=action)
                    for kind, version, action in MANAGED_RULE_SETS
                ]
            ),
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        self.policy_id = policy.id
