"""What Azure refuses of web application firewalls, at the application gateway and at Front Door."""

from collections.abc import Iterator
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import mapping

_BOTS = "Microsoft_BotManagerRuleSet"


def rule_sets_are_offered(case: Case) -> Iterator[Problem]:
    """Rule sets have versions, some of which new policies no longer take; one of them is the main one."""
    offered = mapping(case.fact("web_firewalls.gateway_rule_sets"))
    main = 0
    for index, given in enumerate(case.get("managedRules.managedRuleSets") or ()):
        kind, version = given.get("ruleSetType"), given.get("ruleSetVersion")
        main += kind != _BOTS
        if isinstance(kind, str) and isinstance(version, str) and version not in offered.get(kind, ()):
            known = "; ".join(f"{name} {', '.join(versions)}" for name, versions in offered.items())
            words = f"Managed rule set {kind} {version} is not supported for new policies. [offered: {known}]"
            yield Problem(
                f"managedRules.managedRuleSets[{index}]",
                f"ApplicationGatewayFirewallManagedRuleSetNotSupported: {words}",
            )
    if main != 1 and not case.is_unknown("managedRules"):
        words = f"A policy must have exactly one primary rule set (OWASP or Microsoft_DefaultRuleSet); {main} are given"
        yield Problem("managedRules.managedRuleSets", f"ApplicationGatewayFirewallOnePrimaryRuleSet: {words}")


def custom_rules_are_complete(case: Case) -> Iterator[Problem]:
    """Custom rules differ in priority and name; only rate limits have a threshold, and they cannot allow."""
    rules = [rule for rule in case.get("customRules") or () if isinstance(rule, dict)]
    yield from _apart(rules, "customRules", "ApplicationGatewayFirewallCustomRule")
    for index, rule in enumerate(rules):
        path, limited = f"customRules[{index}]", rule.get("ruleType") == "RateLimitRule"
        for name in ("rateLimitDuration", "rateLimitThreshold", "groupByUserSession"):
            if limited != (rule.get(name) is not None):
                verb = "must" if limited else "cannot"
                words = f"Custom rule {rule.get('name')} of type {rule.get('ruleType')} {verb} have {name}"
                yield Problem(path, f"ApplicationGatewayFirewallRateLimitInvalid: {words}")
        if limited and rule.get("action") == "Allow":
            words = f"Custom rule {rule.get('name')} of type RateLimitRule cannot have the action Allow"
            yield Problem(path, f"ApplicationGatewayFirewallRateLimitInvalid: {words}")


def challenges_are_for_bots(case: Case) -> Iterator[Problem]:
    """A managed rule asks for a JavaScript challenge only inside the bot manager's rule set."""
    for index, given in enumerate(case.get("managedRules.managedRuleSets") or ()):
        for group in given.get("ruleGroupOverrides") or ():
            actions = [rule.get("action") for rule in group.get("rules") or ()]
            if "JSChallenge" in actions and given.get("ruleSetType") != _BOTS:
                words = f"Action JSChallenge is only supported for rules of {_BOTS}, not of {given.get('ruleSetType')}"
                yield Problem(
                    f"managedRules.managedRuleSets[{index}]", f"ApplicationGatewayFirewallActionNotSupported: {words}"
                )


# --- Front Door -----------------------------------------------------------------------------------------------------

_INVALID = 'BadRequest: WebApplicationFirewallPolicy validation failed. More information "'


def edge_tier_allows_managed_rules(case: Case) -> Iterator[Problem]:
    """Front Door Standard has custom rules only."""
    sku = case.get("sku.name")
    if sku == "Standard_AzureFrontDoor" and case.get("managedRules.managedRuleSets"):
        yield Problem("managedRules", f'{_INVALID}Managed rule sets are not supported for SKU {sku}.".')
    actions = {*case.all("customRules.rules[*].action"), *_override_actions(case)}
    if sku == "Standard_AzureFrontDoor" and actions & {"JSChallenge", "CAPTCHA"}:
        yield Problem("customRules", f'{_INVALID}Challenges are not supported for SKU {sku}.".')


def _override_actions(case: Case) -> list[Any]:
    return case.all("managedRules.managedRuleSets[*].ruleGroupOverrides[*].rules[*].action")


def edge_rule_sets_are_offered(case: Case) -> Iterator[Problem]:
    """Front Door's rule sets have versions of their own, and version 2 wants an action for the whole set."""
    offered = mapping(case.fact("web_firewalls.edge_rule_sets"))
    for index, given in enumerate(case.get("managedRules.managedRuleSets") or ()):
        kind, version, path = (
            given.get("ruleSetType"),
            given.get("ruleSetVersion"),
            f"managedRules.managedRuleSets[{index}]",
        )
        if isinstance(kind, str) and isinstance(version, str) and version not in offered.get(kind, ()):
            yield Problem(
                path, f'{_INVALID}Managed rule set types or versions are not compatible.". [{kind} {version}]'
            )
        elif kind == "Microsoft_DefaultRuleSet" and str(version).startswith("2.") and not given.get("ruleSetAction"):
            yield Problem(path, f'{_INVALID}ruleSetAction is required for {kind} {version}.".')


def edge_rules_are_complete(case: Case) -> Iterator[Problem]:
    """Custom rules differ in priority and name; rate limits say how many in which time."""
    rules = [rule for rule in case.get("customRules.rules") or () if isinstance(rule, dict)]
    yield from _apart(rules, "customRules", "BadRequest: WebApplicationFirewallPolicy CustomRule")
    for index, rule in enumerate(rules):
        limited = rule.get("ruleType") == "RateLimitRule"
        if limited and (rule.get("rateLimitThreshold") is None or rule.get("rateLimitDurationInMinutes") not in (1, 5)):
            words = f"Rate limit rule {rule.get('name')} must have a threshold and a duration of 1 or 5 minutes."
            yield Problem(f"customRules.rules[{index}]", f'{_INVALID}{words}".')


def _apart(rules: list[dict[str, Any]], path: str, code: str) -> Iterator[Problem]:
    for key in ("priority", "name"):
        given = [str(rule.get(key)) for rule in rules if rule.get(key) is not None]
        twice = sorted({value for value in given if given.count(value) > 1})
        if twice:
            yield Problem(path, f"{code}Duplicate{key.capitalize()}: several custom rules have the {key} {twice[0]}")
