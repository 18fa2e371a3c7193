"""CloudFront and its web ACLs."""

from collections.abc import Iterator
from typing import Any

from rehearsal import values
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.values import mapping

GLOBAL_REGION = "us-east-1"
_SIMPLE_RULE_CAPACITY = 2  # a rate-based rule; other statements of ours cost about as much


# --- distributions --------------------------------------------------------------------------------------------------


def behaviors_name_their_origins(case: Case) -> Iterator[Problem]:
    """Every cache behaviour goes to an origin of the distribution."""
    origins = [
        item
        for name in ("origins", "originGroups")
        for item in case.properties.get(name) or ()
        if isinstance(item, dict)
    ]
    known = {item.get("originId") for item in origins}
    if values.contains_unknown(list(known)):
        return
    behaviors = [case.properties.get("defaultCacheBehavior"), *(case.properties.get("orderedCacheBehaviors") or ())]
    for behavior in behaviors:
        target = mapping(behavior).get("targetOriginId")
        if isinstance(target, str) and target not in known:
            text = "One or more of your origins or origin groups do not exist."
            yield Problem("defaultCacheBehavior", f"NoSuchOrigin: {text} ({target})")


def aliases_need_a_certificate(case: Case) -> Iterator[Problem]:
    """Own names need an own certificate."""
    certificate = mapping(case.properties.get("viewerCertificate"))
    if case.properties.get("aliases") and not (
        certificate.get("acmCertificateArn") or certificate.get("iamCertificateId")
    ):
        text = "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted certificate"
        yield Problem(
            "viewerCertificate",
            f"InvalidViewerCertificate: {text} that validates your authorization to use the domain name.",
        )


def certificate_covers_aliases(case: Case) -> Iterator[Problem]:
    """The certificate is made out to every alias."""
    certificate = case.target("viewerCertificate.acmCertificateArn")
    if certificate is None:
        return
    names = {certificate.outputs["domainName"], *certificate.outputs.get("subjectAlternativeNames", ())}
    for alias in case.all("aliases[*]"):
        if alias not in names and f"*.{alias.partition('.')[2]}" not in names:
            text = "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're trying to add"
            yield Problem("aliases", f"InvalidViewerCertificate: {text}: {alias}")


# --- web ACLs -------------------------------------------------------------------------------------------------------


def web_acl_stands_where_its_scope_does(case: Case) -> Iterator[Problem]:
    """An ACL for CloudFront stands in us-east-1."""
    if case.get("scope") == "CLOUDFRONT" and case.constants["region"] != GLOBAL_REGION:
        text = "Error reason: The scope is not valid., field: SCOPE_VALUE, parameter: CLOUDFRONT"
        yield Problem("scope", f"WAFInvalidParameterException: {text} (it must stand in {GLOBAL_REGION})")


def web_acl_rules_are_complete(case: Case) -> Iterator[Problem]:
    """Priorities differ, managed groups exist, a group is overridden where a rule of one's own acts, and capacity suffices."""
    rules = [rule for rule in case.properties.get("rules") or () if isinstance(rule, dict)]
    priorities = [rule.get("priority") for rule in rules]
    if len(set(map(str, priorities))) != len(priorities):
        yield Problem(
            "rules", "WAFInvalidParameterException: Error reason: Your rules have the same priority, field: RULE"
        )
    known = case.fact("wafv2.managed_rule_groups")
    for index, rule in enumerate(rules):
        group = values.get(rule, "statement.managedRuleGroupStatement")
        ours = values.get(rule, "statement.ruleGroupReferenceStatement")
        needed = "overrideAction" if group or ours else "action"
        if rule.get(needed) is None:
            text = (
                f"Error reason: A reference in your rule statement is not valid: rule {rule.get('name')} needs {needed}"
            )
            yield Problem(f"rules[{index}]", f"WAFInvalidParameterException: {text}")
        name = mapping(group).get("name")
        if mapping(group).get("vendorName") == "AWS" and isinstance(name, str) and name not in known:
            text = f"AWS WAF couldn't perform the operation because your resource doesn't exist: {name}.{suggestion(name, known)}"
            yield Problem(f"rules[{index}]", f"WAFNonexistentItemException: {text}")
    if _capacity(case) > case.fact("wafv2.capacity_limit"):
        yield Problem(
            "rules",
            f"WAFLimitsExceededException: the rules need {_capacity(case)} capacity units of {case.fact('wafv2.capacity_limit')}",
        )


def _capacity(case: Case) -> int:
    known, total = case.fact("wafv2.managed_rule_groups"), 0
    for rule in case.properties.get("rules") or ():
        name = values.get(rule, "statement.managedRuleGroupStatement.name")
        total += known.get(name, _SIMPLE_RULE_CAPACITY) if isinstance(name, str) else _SIMPLE_RULE_CAPACITY
    return total


def web_acl_outputs(case: Case) -> dict[str, Any]:
    """Name the ACL by its scope and count its capacity (managed groups exactly, own rules roughly)."""
    place = "global" if case.get("scope") == "CLOUDFRONT" else "regional"
    arn = f"arn:aws:wafv2:{case.constants['region']}:{case.scope.account}:{place}/webacl/{case.get('name')}/{case.id}"
    return {"arn": arn, "capacity": _capacity(case)}
