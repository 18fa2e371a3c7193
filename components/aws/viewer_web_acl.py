"""The web ACL before CloudFront: managed rule groups, a rate limit, and a log of every request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.certificates import CLOUDFRONT_REGION
from components.base import Component, ComponentArgs
from settings import naming

#: AWS managed rule groups in order of evaluation: cheap and certain ones first.
MANAGED_RULE_GROUPS: Final = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
#: Rules that would refuse what the shop lives from, by group; they are counted, and the body still meets the others.
COUNTED_RULES: Final = {
    # Every body over 8 KB: product images go through the API as multipart bodies.
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
}
#: Headers that carry credentials do not reach the log.
REDACTED_HEADERS: Final = ("authorization", "cookie")


@dataclass(frozen=True, kw_only=True)
class ViewerWebAclArgs(ComponentArgs):
    """How much one address may ask."""

    #: Requests of one address within five minutes before it is blocked (10 to 2,000,000,000).
    rate_limit_per_5_minutes: int


def visibility(metric: str, *, sampled: bool = True) -> aws.wafv2.WebAclRuleVisibilityConfigArgsDict:
    """Return what is measured; samples show whole requests in the console, headers and all."""
    return {"cloudwatch_metrics_enabled": True, "metric_name": metric, "sampled_requests_enabled": sampled}


def rules(rate_limit_per_5_minutes: int) -> list[aws.wafv2.WebAclRuleArgsDict]:
    """Return the rules by priority: the rate limit, then the managed groups, which keep their own actions."""
    rate_limit: aws.wafv2.WebAclRuleArgsDict = {
        "name": "rate-limit",
        "priority": 0,
        "action": {"block": {}},
        "statement": {"rate_based_statement": {"limit": rate_limit_per_5_minutes, "aggregate_key_type": "IP"}},
        "visibility_config": visibility("rate-limit"),
    }
    managed: list[aws.wafv2.WebAclRuleArgsDict] = [
        {
            "name": group,
            "priority": priority,
            "override_action": {"none": {}},
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": group,
                    "rule_action_overrides": [
                        {"name": rule, "action_to_use": {"count": {}}} for rule in COUNTED_RULES.get(group, ())
                    ],
                }
            },
            "visibility_config": visibility(group),
        }
        for priority, group in enumerate(MANAGED_RULE_GROUPS, start=1)
    ]
    return [rate_limit, *managed]


class ViewerWebAcl(Component[ViewerWebAclArgs], type="platform:aws:ViewerWebAcl"):
    """A WAFv2 ACL of scope CLOUDFRONT; it and its log live in us-east-1, where CloudFront demands them."""

    arn: pulumi.Output[str]

    def build(self, args: ViewerWebAclArgs) -> None:
        """Place the ACL, its log group and the logging."""
        name = args.scope.names(naming.WEB_ACL, "viewer")
        acl = aws.wafv2.WebAcl(
            f"{self.name}-acl",
            name=name,
            scope="CLOUDFRONT",
            region=CLOUDFRONT_REGION,
            default_action={"allow": {}},
            rules=rules(args.rate_limit_per_5_minutes),
            visibility_config=visibility(name),
            tags=args.scope.tags.aws(name),
            opts=self.child(),
        )
        # WAF accepts log groups of this prefix only.
        log_group = aws.cloudwatch.LogGroup(
            f"{self.name}-log-group",
            name=f"aws-waf-logs-{name}",
            region=CLOUDFRONT_REGION,
            retention_in_days=args.scope.environment.log_retention_days,
            tags=args.scope.tags.aws(name),
            opts=self.child(),
        )
        aws.wafv2.WebAclLoggingConfiguration(
            f"{self.name}-logging",
            resource_arn=acl.arn,
            log_destination_configs=[log_group.arn],
            redacted_fields=[{"single_header": {"name": header}} for header in REDACTED_HEADERS],
            region=CLOUDFRONT_REGION,
            opts=self.child(),
        )
        self.arn = acl.arn
