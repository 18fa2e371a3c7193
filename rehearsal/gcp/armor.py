"""What Cloud Armor refuses of a regional policy: priorities, the rule for everybody, conditions, rates."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.values import mapping

DEFAULT_PRIORITY = 2_147_483_647
_ACTION = re.compile(r"allow|deny\((?:403|404|429|502)\)|deny|rate_based_ban|throttle|redirect|fairshare")
_RATED = ("rate_based_ban", "throttle")
_LONGEST_EXPRESSION, _MOST_TERMS = 2048, 5
_RULE_SET = re.compile(r"evaluatePreconfigured(?:Waf|Expr)\(\s*'([^']+)'")
_SENSITIVITY = re.compile(r"'sensitivity'\s*:\s*(\d+)")
_STRONGEST = 4


def priorities_are_apart(case: GcpCase) -> Iterator[Problem]:
    """Rules are asked in an order: no two have one priority."""
    given = case.all("rules[*].priority")
    for twice in sorted({it for it in given if given.count(it) > 1}):
        words = f"Invalid value for field 'resource.rules': Cannot have rules with the same priorities ({twice})"
        yield invalid("rules", words, "invalid")


def default_is_for_everybody(case: GcpCase) -> Iterator[Problem]:
    """Where rules are given, the last one decides of everybody."""
    rules = case.get("rules")
    if not rules or case.is_unknown("rules") or case.get("type") == "CLOUD_ARMOR_NETWORK":
        return
    found = next((rule for rule in rules if rule.get("priority") == DEFAULT_PRIORITY), None)
    if found is None:
        words = f"A security policy has a default rule of priority {DEFAULT_PRIORITY} that matches '*'"
        yield invalid("rules", f"Invalid value for field 'resource.rules': {words}", "invalid")
    elif mapping(mapping(found.get("match")).get("config")).get("srcIpRanges") != ["*"]:
        words = "Invalid value for field 'resource.rules': the default rule must match '*'"
        yield invalid("rules", words, "invalid")


def rules_can_be_asked(case: GcpCase) -> Iterator[Problem]:
    """Each rule has an action that regions offer, a condition Google can read, and the rates its action needs."""
    for index, rule in enumerate(case.get("rules") or ()):
        yield from _rule(case, f"rules[{index}]", rule)


def single_rule_can_be_asked(case: GcpCase) -> Iterator[Problem]:
    """A rule by itself is judged like those of a policy."""
    yield from _rule(case, "", case.properties)


def _rule(case: GcpCase, path: str, rule: Mapping[str, Any]) -> Iterator[Problem]:
    action = rule.get("action")
    if isinstance(action, str):
        if not _ACTION.fullmatch(action):
            yield invalid(f"{path}.action".lstrip("."), f"Invalid value for field 'action': '{action}'", "invalid")
        elif action == "redirect":
            words = "Action redirect is not supported in a regional security policy"
            yield invalid(f"{path}.action".lstrip("."), words, "invalid")
    yield from _rates(case, f"{path}.rateLimitOptions".lstrip("."), rule)
    expression = mapping(mapping(rule.get("match")).get("expr")).get("expression")
    if isinstance(expression, str):
        yield from _condition(case, f"{path}.match.expr.expression".lstrip("."), expression)


def _rates(case: GcpCase, path: str, rule: Mapping[str, Any]) -> Iterator[Problem]:
    action, options = rule.get("action"), rule.get("rateLimitOptions")
    if action in _RATED and options is None:
        yield invalid(path, f"Rate limit options must be specified for action {action}", "invalid")
    if action not in _RATED and isinstance(options, dict) and isinstance(action, str):
        yield invalid(path, f"Rate limit options cannot be specified for action {action}", "invalid")
    given = mapping(options)
    if action == "throttle" and (given.get("banDurationSec") or given.get("banThreshold")):
        yield invalid(path, "Ban duration and threshold are only for action rate_based_ban", "invalid")
    if action == "rate_based_ban" and given and not given.get("banDurationSec"):
        yield invalid(path, "Ban duration must be specified for action rate_based_ban", "invalid")
    intervals = case.fact("armor.intervals_seconds")
    for name in ("rateLimitThreshold", "banThreshold"):
        seconds = mapping(given.get(name)).get("intervalSec")
        if isinstance(seconds, int) and seconds not in intervals:
            words = f"Invalid value for field '{name}.intervalSec': '{seconds}'. Must be one of {intervals}"
            yield invalid(path, words, "invalid")


def _condition(case: GcpCase, path: str, text: str) -> Iterator[Problem]:
    if len(text) > _LONGEST_EXPRESSION:
        words = f"An expression has at most {_LONGEST_EXPRESSION} characters, not {len(text)}"
        yield invalid(path, words, "invalid")
    terms = len(re.split(r"&&|\|\|", text))
    if terms > _MOST_TERMS:
        words = f"Expression count of {terms} exceeded maximum of {_MOST_TERMS}"
        yield invalid(path, words, "invalid")
    for name in _RULE_SET.findall(text):
        if name not in case.fact("armor.rule_sets"):
            offered = ", ".join(case.fact("armor.rule_sets"))
            yield invalid(path, f"Preconfigured expression '{name}' is not known [offered: {offered}]", "invalid")
    for level in _SENSITIVITY.findall(text):
        if int(level) > _STRONGEST:
            yield invalid(path, f"Sensitivity must be between 0 and {_STRONGEST}, not {level}", "invalid")


def default_rule(case: GcpCase) -> dict[str, Any]:
    """Give a policy without rules the one that lets everybody in."""
    if case.get("rules") or case.get("type") == "CLOUD_ARMOR_NETWORK":
        return {}
    match = {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}}
    return {"rules": [{"action": "allow", "priority": DEFAULT_PRIORITY, "description": "default rule", "match": match}]}
