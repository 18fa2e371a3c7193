"""The gateway's web application firewall (design, 4.2.2): a policy of its own, since the form inside a gateway ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.network import (
    ManagedRuleGroupOverrideArgs,
    ManagedRuleOverrideArgs,
    ManagedRulesDefinitionArgs,
    ManagedRuleSetArgs,
    MatchConditionArgs,
    MatchVariableArgs,
    WebApplicationFirewallCustomRuleArgs,
    WebApplicationFirewallPolicy,
)

from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

BOT_RULE_SET: Final = "Microsoft_BotManagerRuleSet"
BOT_RULE_SET_VERSION: Final = "1.1"
UNKNOWN_BOTS: Final = "UnknownBots"
#: Minutes for which a client that solved a challenge gets no other (5 to 1440).
CHALLENGE_MINUTES: Final = 30
#: The largest body that is inspected, and the largest upload: trips carry texts, not films.
MAX_BODY_KIB: Final = 128
MAX_UPLOAD_MIB: Final = 100


@dataclass(frozen=True, kw_only=True)
class GatewayWebPolicyArgs(ComponentArgs):
    """Managed rules, who is challenged, and the one path that passes unseen."""

    group: ResourceGroup
    #: Type and version with a space between, for example `OWASP 3.2`.
    rule_set: str
    #: Rules of the group UnknownBots whose suspects get a JavaScript challenge instead of a log entry.
    challenged_bots: Sequence[str]
    health_path: str


def managed_rule_sets(rule_set: str, challenged_bots: Sequence[str]) -> list[ManagedRuleSetArgs]:
    """Return the managed rules: attacks and known CVEs in the first set, reputations and bots in the second."""
    kind, _, version = rule_set.partition(" ")
    challenges = [
        ManagedRuleOverrideArgs(rule_id=rule, action="JSChallenge", state="Enabled") for rule in challenged_bots
    ]
    groups = [ManagedRuleGroupOverrideArgs(rule_group_name=UNKNOWN_BOTS, rules=challenges)] if challenges else []
    return [
        ManagedRuleSetArgs(rule_set_type=kind, rule_set_version=version),
        ManagedRuleSetArgs(
            rule_set_type=BOT_RULE_SET, rule_set_version=BOT_RULE_SET_VERSION, rule_group_overrides=groups
        ),
    ]


def health_probe_rule(health_path: str) -> WebApplicationFirewallCustomRuleArgs:
    """Return the rule that lets health probes through: Front Door's prober solves no challenge."""
    return WebApplicationFirewallCustomRuleArgs(
        name="HealthProbe",
        priority=1,
        rule_type="MatchRule",
        action="Allow",
        match_conditions=[
            MatchConditionArgs(
                match_variables=[MatchVariableArgs(variable_name="RequestUri")],
                operator="Equal",
                match_values=[health_path],
            ),
            MatchConditionArgs(
                match_variables=[MatchVariableArgs(variable_name="RequestMethod")],
                operator="Equal",
                match_values=["GET"],
            ),
        ],
    )


class GatewayWebPolicy(Component[GatewayWebPolicyArgs], type="platform:azure:GatewayWebPolicy"):
    """A policy in Prevention mode. Addresses are not judged here: behind Front Door all requests share a few."""

    policy_id: pulumi.Output[str]

    def build(self, args: GatewayWebPolicyArgs) -> None:
        """Place the policy."""
        policy = WebApplicationFirewallPolicy(
            f"{self.name}-policy",
            policy_name=args.scope.names(naming.WEB_POLICY),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            policy_settings={
                "state": "Enabled",
                "mode": "Prevention",
                "request_body_check": True,
                "max_request_body_size_in_kb": MAX_BODY_KIB,
                "file_upload_limit_in_mb": MAX_UPLOAD_MIB,
                "js_challenge_cookie_expiration_in_mins": CHALLENGE_MINUTES,
            },
            custom_rules=[health_probe_rule(args.health_path)],
            managed_rules=ManagedRulesDefinitionArgs(
                managed_rule_sets=managed_rule_sets(args.rule_set, args.challenged_bots)
            ),
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        self.policy_id = policy.id
