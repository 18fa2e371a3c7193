"""ECR lifecycle policies: the rules of the rules."""

import json
from collections.abc import Iterator
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import Problem

_STATUSES = ("tagged", "untagged", "any")
_COUNT_TYPES = ("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned")


def lifecycle_policy(case: Case) -> Iterator[Problem]:
    """Priorities are unique, `any` comes last, tagged rules say which tags, ages have a unit."""
    text = case.get("policy")
    if text is None or case.is_unknown("policy"):
        return
    try:
        document = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return  # refused by its format already
    rules = document.get("rules") if isinstance(document, dict) else None
    wrong = _complaint(rules) if isinstance(rules, list) and rules else "the policy has no rules"
    if wrong:
        text = "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint"
        yield Problem("policy", f"InvalidParameterException: {text}: 'Lifecycle policy validation failure: {wrong}'")


def _complaint(rules: list[Any]) -> str | None:
    priorities = [rule.get("rulePriority") for rule in rules if isinstance(rule, dict)]
    if len(priorities) != len(rules) or not all(isinstance(item, int) for item in priorities):
        return "every rule needs an integer rulePriority"
    if len(set(priorities)) != len(priorities):
        return "rulePriority must be unique"
    for rule in rules:
        if wrong := _selection_complaint(rule.get("selection") or {}, rule.get("action") or {}):
            return f"rule {rule['rulePriority']}: {wrong}"
    last = max(rules, key=lambda rule: rule["rulePriority"])
    if any(rule["selection"]["tagStatus"] == "any" for rule in rules if rule is not last):
        return "the rule with tagStatus any must have the highest rulePriority"
    return None


def _selection_complaint(selection: dict[str, Any], action: dict[str, Any]) -> str | None:
    status, count, number = (selection.get(name) for name in ("tagStatus", "countType", "countNumber"))
    has_tags = bool(selection.get("tagPrefixList") or selection.get("tagPatternList"))
    by_age = count != "imageCountMoreThan"
    demands = {
        f"tagStatus must be one of {', '.join(_STATUSES)}": status in _STATUSES,
        f"countType must be one of {', '.join(_COUNT_TYPES)}": count in _COUNT_TYPES,
        "countNumber must be a positive integer": isinstance(number, int) and number > 0,
        "countUnit days belongs to ages, and only to them": by_age == (selection.get("countUnit") == "days"),
        "tagPrefixList or tagPatternList belongs to tagStatus tagged, and only to it": has_tags == (status == "tagged"),
        "action.type must be expire or transition": action.get("type") in ("expire", "transition"),
    }
    return next((demand for demand, met in demands.items() if not met), None)
