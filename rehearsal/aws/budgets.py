"""Budgets: a limit, and notifications that somebody hears."""

from collections.abc import Iterator
from typing import Any

from rehearsal import values
from rehearsal.case import Case
from rehearsal.errors import Problem

_SUBSCRIBERS = ("subscriberEmailAddresses", "subscriberSnsTopicArns")
_TOPICS_PER_NOTIFICATION, _ADDRESSES_PER_NOTIFICATION = 1, 10
_IDENTITY = ("comparisonOperator", "notificationType", "threshold", "thresholdType")


def budget_has_a_limit(case: Case) -> Iterator[Problem]:
    """A budget is fixed, planned by period, or adjusts itself."""
    given = [
        name for name in ("limitAmount", "plannedLimits", "autoAdjustData") if case.properties.get(name) is not None
    ]
    if len(given) != 1:
        text = f"exactly one of limitAmount, plannedLimits, autoAdjustData is needed, got {', '.join(given) or 'none'}"
        yield Problem("limitAmount", f"InvalidParameterException: {text}")
    elif given == ["limitAmount"] and case.properties.get("limitUnit") is None:
        yield Problem("limitUnit", '"limit_unit": all of `limit_amount,limit_unit` must be specified')


def notifications_are_heard(case: Case) -> Iterator[Problem]:
    """Every notification has subscribers, at most one topic and ten addresses, and is given once."""
    seen = []
    for path, notification in values.find(case.properties, "notifications[*]"):
        if not isinstance(notification, dict):
            continue
        at = values.format_path(path)
        for name, most in zip(_SUBSCRIBERS, (_ADDRESSES_PER_NOTIFICATION, _TOPICS_PER_NOTIFICATION), strict=True):
            given = notification.get(name)
            if isinstance(given, list) and len(given) > most:
                text = f"You've exceeded the notification or subscriber limit. [{len(given)} {name}, at most {most}]"
                yield Problem(f"{at}.{name}", f"CreationLimitExceededException: {text}")
        if not any(notification.get(name) for name in _SUBSCRIBERS):
            text = "Notification must have at least one subscriber"
            yield Problem(at, f"InvalidParameterException: {text} [{' or '.join(_SUBSCRIBERS)}]")
        if (identity := _identity(notification)) in seen:
            text = "the notification already exists: same type, operator and threshold"
            yield Problem(at, f"DuplicateRecordException: {text}")
        else:
            seen.append(identity)


def _identity(notification: dict[str, Any]) -> list[Any]:
    return [notification.get(name) for name in _IDENTITY]


def forecasts_have_a_future(case: Case) -> Iterator[Problem]:
    """Daily budgets are not forecast."""
    for path, kind in values.find(case.properties, "notifications[*].notificationType"):
        if kind == "FORECASTED" and case.get("timeUnit") == "DAILY":
            text = "FORECASTED notifications are not supported for DAILY budgets"
            yield Problem(values.format_path(path), f"InvalidParameterException: {text}")
