"""What Azure refuses of network security groups: rules that collide, ports and addresses that are none."""

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import UNKNOWN, Value, mapping

_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_HIGHEST_PORT = 65535
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*")
_TAGS_ALONE = ("*", "VIRTUALNETWORK", "INTERNET", "AZURELOADBALANCER")


def rules_are_complete(case: Case) -> Iterator[Problem]:
    """Every rule says from where, to where and by which ports."""
    for index, rule in enumerate(case.get("securityRules") or ()):
        if isinstance(rule, dict):
            yield from _complete(rule, f"securityRules[{index}]")


def rule_is_complete(case: Case) -> Iterator[Problem]:
    """A rule of its own says from where, to where and by which ports."""
    yield from _complete(case.properties, "")


def _complete(rule: Mapping[str, Any], at: str) -> Iterator[Problem]:
    for end in ("source", "destination"):
        for what in ("PortRange", "AddressPrefix"):
            one, many = rule.get(f"{end}{what}"), rule.get(f"{end}{what}s" if what == "PortRange" else f"{end}{what}es")
            groups = rule.get(f"{end}ApplicationSecurityGroups") if what == "AddressPrefix" else None
            path = f"{at}.{end}{what}" if at else f"{end}{what}"
            if not one and not many and not groups:
                words = f"Required security rule parameters are missing for security rule {rule.get('name')}"
                yield Problem(path, f"SecurityRuleParameterRequired: {words}: {end}{what}")
            if one and many:
                words = f"Security rule {rule.get('name')} has conflicting values for properties {end}{what} and"
                yield Problem(path, f"SecurityRuleParameterConflict: {words} the plural one.")
            check = _port_problem if what == "PortRange" else _address_problem
            for value in [one] if one else many if isinstance(many, list) else ():
                reason = check(value, alone=bool(one))
                if reason:
                    yield Problem(path, reason)


def _port_problem(value: Value, *, alone: bool) -> str | None:
    if value is UNKNOWN or (value == "*" and alone):
        return None
    match = _PORTS.fullmatch(str(value))
    first, last = (int(match.group(1)), int(match.group(2) or match.group(1))) if match else (1, 0)
    if first <= last <= _HIGHEST_PORT:
        return None
    return (
        f"SecurityRuleInvalidPortRange: Security rule has invalid Port range. Value provided: {value}. Value should be "
        "an integer OR integer range with '-' delimiter. Valid range 0-65535."
    )


def _address_problem(value: Value, *, alone: bool) -> str | None:
    if value is UNKNOWN:
        return None
    text = str(value)
    if not alone and (text.upper() in _TAGS_ALONE):
        return (
            "SecurityRuleParameterContainsUnsupportedValue: Security rule parameters with several addresses cannot "
            f"specify existing VIRTUALNETWORK, INTERNET, AZURELOADBALANCER, '*' or system tags. "
            f"Unsupported value used: {text}"
        )
    if text == "*" or _TAG.fullmatch(text):
        return None
    try:
        ip_network(text)
    except ValueError:
        return f"SecurityRuleInvalidAddressPrefix: Security rule has invalid Address prefix. Value provided: {text}"
    return None


def rules_are_apart(case: Case) -> Iterator[Problem]:
    """Rules of one direction differ in priority, all of them in name."""
    rules = [rule for rule in case.get("securityRules") or () if isinstance(rule, dict)]
    for index, rule in enumerate(rules):
        for other in rules[:index]:
            yield from _collision(rule, other, f"securityRules[{index}]")


def rule_is_apart(case: Case) -> Iterator[Problem]:
    """A rule of its own collides with none of its group, wherever that one is written."""
    group = arm.parent(case)
    mine = {**case.properties, "name": case.get("securityRuleName")}
    inside = [mapping(item) for item in (group.outputs.get("securityRules") if group else None) or ()]
    for other in [*inside, *({**it.outputs, "name": it.name} for it in arm.siblings(case))]:
        yield from _collision(mine, other, "")


def _collision(rule: Mapping[str, Any], other: Mapping[str, Any], at: str) -> Iterator[Problem]:
    same = rule.get("priority") == other.get("priority") and rule.get("direction") == other.get("direction")
    if same and UNKNOWN not in (rule.get("priority"), other.get("priority")):
        words = f"Security rule {other.get('name')} conflicts with rule {rule.get('name')}."
        reason = f"SecurityRuleConflict: {words} Rules cannot have the same Priority and Direction."
        yield Problem(at or "priority", reason)
    if rule.get("name") is not None and rule.get("name") == other.get("name"):
        words = f"Resource has two child resources with the same name ({rule.get('name')})."
        yield Problem(at or "securityRuleName", f"InvalidRequestFormat: Cannot parse the request. {words}")
