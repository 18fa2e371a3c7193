"""CloudWatch alarms and log groups, SNS subscriptions."""

import re
from collections.abc import Iterator

from rehearsal import values
from rehearsal.case import Case
from rehearsal.errors import Problem

_SHORT_PERIODS = (10, 20, 30)
_ENDPOINTS = {
    "email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
    "email-json": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
    "https": (r"https://\S+", "a URL that begins with https://"),
    "http": (r"http://\S+", "a URL that begins with http://"),
    "sqs": (r"arn:aws:sqs:\S+", "the ARN of a queue"),
    "lambda": (r"arn:aws:lambda:\S+", "the ARN of a function"),
    "sms": (r"\+?\d{6,15}", "a telephone number"),
}


def log_group_is_not_protected(case: Case) -> Iterator[Problem]:
    """A protected log group stays."""
    if case.get("deletionProtectionEnabled"):
        text = f"Log group {case.id} has deletion protection enabled and cannot be deleted"
        yield Problem("", f"ValidationException: {text}")


def alarm_is_complete(case: Case) -> Iterator[Problem]:
    """An alarm watches one metric with namespace, period and statistic, or a list of queries."""
    queries = case.properties.get("metricQueries") or case.properties.get("evaluationCriteria")
    if case.properties.get("metricName") is None and not queries:
        yield Problem("metricName", "ValidationError: one of metricName, metricQueries must be specified")
    if case.properties.get("metricName") is None:
        return
    for needed in ("namespace", "period"):
        if case.properties.get(needed) is None:
            yield Problem(needed, f"ValidationError: {needed} must be specified with metricName")
    statistics = [name for name in ("statistic", "extendedStatistic") if case.properties.get(name) is not None]
    if len(statistics) != 1:
        yield Problem("statistic", "ValidationError: exactly one of statistic, extendedStatistic must be specified")
    period = case.get("period")
    if period is not None and period not in _SHORT_PERIODS and (period <= 0 or period % 60):
        yield Problem("period", f"ValidationError: period must be 10, 20, 30, or a multiple of 60, got {period}")


def alarm_actions_are_here(case: Case) -> Iterator[Problem]:
    """Actions are of the alarm's own region; CloudWatch does not ask whether they exist."""
    region = case.constants["region"]
    for name in ("alarmActions", "okActions", "insufficientDataActions"):
        for path, arn in values.find(case.properties, f"{name}[*]"):
            place = re.fullmatch(r"arn:aws:[a-z0-9-]+:([a-z0-9-]*):.*", arn) if isinstance(arn, str) else None
            if place and place.group(1) not in (region, ""):
                text = f"Invalid region {place.group(1)} specified. Only {region} is supported."
                yield Problem(values.format_path(path), f"ValidationError: {text}")


def subscription_endpoint(case: Case) -> Iterator[Problem]:
    """The endpoint is of the protocol's kind."""
    pattern, what = _ENDPOINTS.get(case.get("protocol", ""), (r".*", ""))
    endpoint = case.get("endpoint")
    if endpoint is not None and not re.fullmatch(pattern, endpoint):
        yield Problem("endpoint", f"InvalidParameter: Invalid parameter: Endpoint {endpoint!r} is not {what}")
