"""The web application firewall: a Cloud Armor policy of the region (DTx infrastructure, security: network and access).

Rules are asked in the order of their priorities, and the first that fits decides: the question for
health, then countries, attacks and rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_gcp.compute import (
    RegionSecurityPolicy,
    RegionSecurityPolicyRuleArgs,
    RegionSecurityPolicyRuleMatchArgs,
    RegionSecurityPolicyRuleMatchConfigArgs,
    RegionSecurityPolicyRuleMatchExprArgs,
    RegionSecurityPolicyRuleRateLimitOptionsArgs,
    RegionSecurityPolicyRuleRateLimitOptionsBanThresholdArgs,
    RegionSecurityPolicyRuleRateLimitOptionsRateLimitThresholdArgs,
)

from components.base import Component, ComponentArgs
from components.gcp.project import Project
from settings.gcp import naming

HEALTH_PRIORITY: Final = 10
COUNTRIES_PRIORITY: Final = 100
FIRST_ATTACK_PRIORITY: Final = 1000
PRIORITY_STEP: Final = 10
RATE_PRIORITY: Final = 1_000_000
#: Every policy ends in a rule of this number.
DEFAULT_PRIORITY: Final = 2_147_483_647
MINUTE_SECONDS: Final = 60
#: Google's uptime checks ask once a minute from each place, and most of the places are in no country that is let in.
HEALTH_REQUESTS_PER_MINUTE: Final = 30
FORBIDDEN: Final = "deny(403)"


@dataclass(frozen=True, kw_only=True)
class ArmorArgs(ComponentArgs):
    """Who may come, what is looked for, and how often somebody may ask."""

    project: Project
    #: What anybody anywhere may ask, now and then.
    health_path: str
    #: Countries whose requests are let in (ISO 3166-1); none means all.
    allowed_countries: Sequence[str]
    #: Sensitivity (1 to 4) of each of Google's rule sets, `sqli-v33-stable`.
    rule_sets: Mapping[str, int]
    #: Signatures that are not looked for, by their ids.
    ignored_signatures: Sequence[str]
    #: Attacks are written down and let through.
    preview: bool
    requests_per_minute: int
    ban_requests_per_minute: int
    ban_minutes: int


def countries_expression(allowed: Sequence[str]) -> str:
    """Return what is true of a request from any other country: one list, since five terms are a rule's limit."""
    return f"!'[{','.join(allowed)}]'.contains(origin.region_code)"


def attack_expression(rule_set: str, sensitivity: int, ignored_signatures: Sequence[str]) -> str:
    """Return what is true of a request that a rule set recognises; signatures end in the set's first word."""
    kind = rule_set.partition("-")[0]
    ignored = [f"'{signature}'" for signature in ignored_signatures if signature.endswith(f"-{kind}")]
    without = f", 'opt_out_rule_ids': [{', '.join(ignored)}]" if ignored else ""
    return f"evaluatePreconfiguredWaf('{rule_set}', {{'sensitivity': {sensitivity}{without}}})"


def armor_rules(args: ArmorArgs) -> list[RegionSecurityPolicyRuleArgs]:
    """Return the policy's rules, first to last."""
    countries = RegionSecurityPolicyRuleArgs(
        priority=COUNTRIES_PRIORITY,
        description="other countries",
        action=FORBIDDEN,
        match=_expression(countries_expression(args.allowed_countries)),
    )
    attacks = [
        RegionSecurityPolicyRuleArgs(
            priority=FIRST_ATTACK_PRIORITY + PRIORITY_STEP * index,
            description=rule_set,
            action=FORBIDDEN,
            preview=args.preview,
            match=_expression(attack_expression(rule_set, sensitivity, args.ignored_signatures)),
        )
        for index, (rule_set, sensitivity) in enumerate(args.rule_sets.items())
    ]
    return [
        _health_rule(args.health_path),
        *([countries] if args.allowed_countries else []),
        *attacks,
        _rate_rule(args),
        # Never reached: the rule before it fits everybody. Whoever takes that one away closes the door.
        RegionSecurityPolicyRuleArgs(
            priority=DEFAULT_PRIORITY, description="everything else", action=FORBIDDEN, match=_anybody()
        ),
    ]


def _health_rule(path: str) -> RegionSecurityPolicyRuleArgs:
    """Return the rule that lets anybody ask for health, but nobody often."""
    return RegionSecurityPolicyRuleArgs(
        priority=HEALTH_PRIORITY,
        description="health",
        action="throttle",
        match=_expression(f"request.method == 'GET' && request.path == '{path}'"),
        rate_limit_options=RegionSecurityPolicyRuleRateLimitOptionsArgs(
            enforce_on_key="IP",
            conform_action="allow",
            exceed_action="deny(429)",
            rate_limit_threshold=RegionSecurityPolicyRuleRateLimitOptionsRateLimitThresholdArgs(
                count=HEALTH_REQUESTS_PER_MINUTE, interval_sec=MINUTE_SECONDS
            ),
        ),
    )


def _rate_rule(args: ArmorArgs) -> RegionSecurityPolicyRuleArgs:
    """Return the rule that lets an address in until it asks too often, and bans it when it goes on."""
    return RegionSecurityPolicyRuleArgs(
        priority=RATE_PRIORITY,
        description="requests of one address",
        action="rate_based_ban",
        match=_anybody(),
        rate_limit_options=RegionSecurityPolicyRuleRateLimitOptionsArgs(
            enforce_on_key="IP",
            conform_action="allow",
            exceed_action="deny(429)",
            rate_limit_threshold=RegionSecurityPolicyRuleRateLimitOptionsRateLimitThresholdArgs(
                count=args.requests_per_minute, interval_sec=MINUTE_SECONDS
            ),
            ban_threshold=RegionSecurityPolicyRuleRateLimitOptionsBanThresholdArgs(
                count=args.ban_requests_per_minute, interval_sec=MINUTE_SECONDS
            ),
            ban_duration_sec=args.ban_minutes * MINUTE_SECONDS,
        ),
    )


def _expression(text: str) -> RegionSecurityPolicyRuleMatchArgs:
    return RegionSecurityPolicyRuleMatchArgs(expr=RegionSecurityPolicyRuleMatchExprArgs(expression=text))


def _anybody() -> RegionSecurityPolicyRuleMatchArgs:
    return RegionSecurityPolicyRuleMatchArgs(
        versioned_expr="SRC_IPS_V1", config=RegionSecurityPolicyRuleMatchConfigArgs(src_ip_ranges=["*"])
    )


class Armor(Component[ArmorArgs], type="platform:gcp:Armor"):
    """A regional policy: requests are looked into in the region, not at the edge nearest to whoever sent them."""

    policy_id: pulumi.Output[str]

    def build(self, args: ArmorArgs) -> None:
        """Place the policy."""
        policy = RegionSecurityPolicy(
            f"{self.name}-policy",
            project=args.project.project_id,
            region=args.project.region,
            name=args.scope.names(naming.COMPUTE, "web"),
            type="CLOUD_ARMOR",
            rules=armor_rules(args),
            # What was found is written down, but not what was sent: health data would stand in the logs.
            advanced_options_config={"json_parsing": "STANDARD", "log_level": "NORMAL"},
            opts=self.child(),
        )
        self.policy_id = policy.id
