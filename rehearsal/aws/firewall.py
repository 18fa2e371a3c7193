"""AWS WAF: where an ACL may stand, what its rules may say, how much they weigh, and where its log goes."""

from collections.abc import Iterator
from typing import Any

from rehearsal import values
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.values import mapping

GLOBAL_REGION = "us-east-1"
_SIMPLE_RULE_CAPACITY = 2  # a rate-based rule; other statements of ours cost about as much
_REFUSED = "WAFInvalidParameterException: Error reason:"
_ONE_VALUE = f"{_REFUSED} You have used none or multiple values for a field that requires exactly one value."


def web_acl_stands_where_its_scope_does(case: Case) -> Iterator[Problem]:
    """An ACL for CloudFront stands in us-east-1."""
    if case.get("scope") == "CLOUDFRONT" and case.constants["region"] != GLOBAL_REGION:
        text = f"{_REFUSED} The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT"
        yield Problem("scope", f"{text} [an ACL for CloudFront stands in {GLOBAL_REGION}]")


def _rules(case: Case) -> list[tuple[str, dict[str, Any]]]:
    found = values.find(case.properties, "rules[*]")
    return [(values.format_path(path), rule) for path, rule in found if isinstance(rule, dict)]


def rules_are_ordered(case: Case) -> Iterator[Problem]:
    """Names and priorities are each used once."""
    for field in ("name", "priority"):
        seen = {}
        for path, rule in _rules(case):
            value = rule.get(field)
            if isinstance(value, str | int) and seen.setdefault(value, path) != path:
                text = f"{_REFUSED} Your rules use the same {field} more than once., field: RULE, parameter: {value}"
                yield Problem(f"{path}.{field}", text)


def rules_act(case: Case) -> Iterator[Problem]:
    """The ACL and each rule have one action; a rule that refers to a group overrides the group's instead."""
    default = case.properties.get("defaultAction")
    if isinstance(default, dict) and len(default) != 1:
        yield Problem("defaultAction", f"{_ONE_VALUE}, field: DEFAULT_ACTION, parameter: DefaultAction")
    for path, rule in _rules(case):
        statement = mapping(rule.get("statement"))
        is_group = "managedRuleGroupStatement" in statement or "ruleGroupReferenceStatement" in statement
        needed, other = ("overrideAction", "action") if is_group else ("action", "overrideAction")
        if rule.get(needed) is None or rule.get(other) is not None:
            text = f"{_ONE_VALUE}, field: RULE, parameter: Rule"
            yield Problem(path, f"{text} [{rule.get('name')} takes {needed}, not {other}]")


def managed_groups_exist(case: Case) -> Iterator[Problem]:
    """AWS's own rule groups are known by name."""
    known = case.fact("wafv2.managed_rule_groups")
    for path, rule in _rules(case):
        group = mapping(values.get(rule, "statement.managedRuleGroupStatement"))
        name = group.get("name")
        if group.get("vendorName") == "AWS" and isinstance(name, str) and name not in known:
            text = "AWS WAF couldn't perform the operation because your resource doesn't exist."
            hint = "(a real one that is missing: add it to rehearsal/aws/facts/wafv2.yaml)"
            yield Problem(path, f"WAFNonexistentItemException: {text} [{name}]{suggestion(name, known)} {hint}")


def rules_fit(case: Case) -> Iterator[Problem]:
    """The rules together cost at most the capacity of one ACL."""
    needed, limit = _capacity(case), case.fact("wafv2.capacity_limit")
    if needed > limit:
        text = "AWS WAF couldn't perform the operation because you exceeded your resource limit."
        yield Problem("rules", f"WAFLimitsExceededException: {text} [{needed} capacity units of {limit}]")


def _capacity(case: Case) -> int:
    known = case.fact("wafv2.managed_rule_groups")
    groups = [values.get(rule, "statement.managedRuleGroupStatement.name") for _, rule in _rules(case)]
    return sum(
        known.get(name, _SIMPLE_RULE_CAPACITY) if isinstance(name, str) else _SIMPLE_RULE_CAPACITY for name in groups
    )


def web_acl_outputs(case: Case) -> dict[str, Any]:
    """Name the ACL by its scope and count its capacity (managed groups exactly, own rules roughly)."""
    place = "global" if case.get("scope") == "CLOUDFRONT" else "regional"
    arn = f"arn:aws:wafv2:{case.constants['region']}:{case.scope.account}:{place}/webacl/{case.get('name')}/{case.id}"
    return {"arn": arn, "capacity": _capacity(case)}


def association_is_regional(case: Case) -> Iterator[Problem]:
    """A distribution names its ACL itself; associations are for everything else."""
    acl = case.target("webAclArn")
    if acl and acl.outputs["scope"] == "CLOUDFRONT":
        text = (
            f"{_REFUSED} The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by"
        )
        text = f"{text} colons or slashes., field: WEB_ACL_ARN, parameter: {case.get('webAclArn')}"
        yield Problem("webAclArn", f"{text} [an ACL of scope CLOUDFRONT is named by the distribution's webAclId]")
