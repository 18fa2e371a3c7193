"""Cloud Monitoring: who is told, of what, and how often."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.logs import unbalanced
from rehearsal.gcp.paths import GcpCase, last
from rehearsal.gcp.refusals import invalid, is_duration, seconds
from rehearsal.values import UNKNOWN, Value, get, mapping

POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
_KINDS = (
    "conditionThreshold", "conditionAbsent", "conditionMatchedLog", "conditionMonitoringQueryLanguage",
    "conditionPrometheusQueryLanguage", "conditionSql",
)  # fmt: skip
_MINUTE, _LONGEST_FILTER = 60, 2048
_ABSENT = range(2 * _MINUTE, 23 * 60 * _MINUTE + 30 * _MINUTE + 1)
_LAYOUTS = ("gridLayout", "mosaicLayout", "rowLayout", "columnLayout")
_SHORTEST_CLOSE, _LONGEST_CLOSE = 30 * _MINUTE, 7 * 24 * 60 * _MINUTE
_SECRETS = {"authToken": "auth_token", "password": "password", "serviceKey": "service_key"}
_TIMEOUT = range(1, _MINUTE + 1)
_REGIONS_OF_A_CHECK = 3


# --- channels --------------------------------------------------------------------------------------------------------


def channel_has_its_labels(case: GcpCase) -> Iterator[Problem]:
    """Each kind of channel is told where to; a secret is in one place."""
    table = case.fact("monitoring.channels").get(case.get("type"), {"needs": []})
    labels, sealed = mapping(case.get("labels")), mapping(case.get("sensitiveLabels"))
    secret, known = table.get("secret", []), [*table["needs"], *table.get("may", []), *table.get("secret", [])]
    given = {**labels, **{_SECRETS[it.removesuffix("Wo")]: "" for it in sealed if it.removesuffix("Wo") in _SECRETS}}
    if case.is_unknown("labels"):
        return
    for name in [*table["needs"], *secret]:
        if given.get(name) is None and not (name in secret and case.is_unknown("sensitiveLabels")):
            words = f'Field "notification_channel.labels[\'{name}\']" is required for the type "{case.get("type")}"'
            yield invalid("labels", words)
    for name in labels:
        if name not in known:
            words = f'Field "notification_channel.labels[\'{name}\']" is not allowed for "{case.get("type")}"'
            yield invalid(f"labels.{name}", f"{words}.{suggestion(name, known)} Allowed: {', '.join(known)}")
        if name in secret and any(_SECRETS[it.removesuffix("Wo")] == name for it in sealed if "Version" not in it):
            words = f"{name} cannot be set in both labels and sensitive_labels"
            yield Problem(f"labels.{name}", words)
    yield from _addresses(labels)


def _addresses(labels: Mapping[str, Value]) -> Iterator[Problem]:
    mail, number = labels.get("email_address"), labels.get("number")
    if isinstance(mail, str) and "@" not in mail:
        yield invalid("labels.email_address", f'"{mail}" is not an e-mail address')
    if isinstance(number, str) and not (number.startswith("+") and number[1:].replace(" ", "").isdigit()):
        yield invalid("labels.number", f'"{number}" is not a telephone number with + and its country')


def channel_is_not_used(case: GcpCase) -> Iterator[Problem]:
    """A channel that a policy tells stays, unless it is forced out."""
    users = [] if case.get("forceDelete") else case.referrers(POLICY)
    if users:
        names = ", ".join(str(it.outputs.get("displayName")) for it in users)
        words = f"Cannot delete notification channel {last(case.id)}: it is used by alerting policies ({names})"
        yield invalid("", words, "failedPrecondition")


# --- alert policies --------------------------------------------------------------------------------------------------


def _conditions(case: GcpCase) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield (path, kind, what it says) of every condition that says one thing."""
    for index, each in enumerate(case.get("conditions") or ()):
        for kind in _KINDS:
            if isinstance(mapping(each).get(kind), dict):
                yield f"conditions[{index}].{kind}", kind, mapping(mapping(each)[kind])


def conditions_are_one_each(case: GcpCase) -> Iterator[Problem]:
    """A condition is of one kind; a filter says which metric of which resource."""
    for index, each in enumerate(case.get("conditions") or ()):
        kinds = [kind for kind in _KINDS if mapping(each).get(kind) is not None]
        if isinstance(each, dict) and len(kinds) != 1:
            words = f"Field alert_policy.conditions[{index}] must have exactly one condition, got {len(kinds)}"
            yield invalid(f"conditions[{index}]", words)
    for at, kind, condition in _conditions(case):
        given = condition.get("filter")
        if kind in ("conditionThreshold", "conditionAbsent"):
            yield from _filter(f"{at}.filter", given)
            yield from _aggregations(f"{at}.aggregations", condition.get("aggregations"))
        elif isinstance(given, str) and (wrong := unbalanced(given)):
            yield invalid(f"{at}.filter", f"Unparseable filter: syntax error: {wrong}")
        if "query" in condition and condition["query"] is not UNKNOWN and not str(condition["query"]).strip():
            yield invalid(f"{at}.query", "The query must not be empty")
        if kind == "conditionThreshold" and condition.get("denominatorFilter") is not None:
            yield from _filter(f"{at}.denominatorFilter", condition["denominatorFilter"])


def _filter(at: str, text: Value) -> Iterator[Problem]:
    if text is UNKNOWN:
        return
    if not isinstance(text, str) or not text.strip():
        yield invalid(at, "Field alert_policy.conditions.filter had an invalid value: a filter must be specified")
        return
    if len(text) > _LONGEST_FILTER:
        yield invalid(at, f"A filter may not exceed {_LONGEST_FILTER} characters, got {len(text)}")
    if wrong := unbalanced(text):
        yield invalid(at, f"The supplied filter does not parse: {wrong}")
    missing = [it for it in ("metric.type", "resource.type") if it not in text.replace(" ", "")]
    selects = "select_slo_" in text or "group.id" in text or "metric.label" in text
    if "metric.type" in missing and not selects:
        words = "The supplied filter must specify a metric type"
        yield invalid(at, f'Field alert_policy.conditions.filter had an invalid value of "{text}": {words}')
    elif "resource.type" in missing and not selects:
        words = "The supplied filter must specify a restriction on the resource type (resource.type)"
        yield invalid(at, f'Field alert_policy.conditions.filter had an invalid value of "{text}": {words}')


def _aggregations(at: str, given: Value) -> Iterator[Problem]:
    for index, each in enumerate(given if isinstance(given, list) else ()):
        aligner, reducer, period = (
            mapping(each).get(it) for it in ("perSeriesAligner", "crossSeriesReducer", "alignmentPeriod")
        )
        aligned = aligner not in (None, "ALIGN_NONE")
        if aligned and period is None:
            yield invalid(f"{at}[{index}]", f"An alignment period must be specified for the aligner {aligner}")
        length = seconds(period)
        if length is not None and length < _MINUTE:
            words = f"The alignment period must be at least 60 seconds, got {period}"
            yield invalid(f"{at}[{index}].alignmentPeriod", words)
        if reducer not in (None, "REDUCE_NONE") and not aligned:
            yield invalid(f"{at}[{index}]", f"A per-series aligner must be specified for the reducer {reducer}")


def durations_are_whole_minutes(case: GcpCase) -> Iterator[Problem]:
    """How long something must hold is a whole number of minutes."""
    for at, kind, condition in _conditions(case):
        given = condition.get("duration")
        length = seconds(given)
        if not is_duration(given):
            yield invalid(f"{at}.duration", f"{given!r} is not a duration in seconds like 300s")
        elif length is None or kind == "conditionPrometheusQueryLanguage":
            continue
        elif length % _MINUTE:
            words = f'Field alert_policy.conditions.duration had an invalid value of "{given}"'
            yield invalid(f"{at}.duration", f"{words}: must be a multiple of 60 seconds")
        elif kind == "conditionAbsent" and length not in _ABSENT:
            words = f"Duration of an absence must be between 120s and {_ABSENT.stop - 1}s, got {given}"
            yield invalid(f"{at}.duration", words)


def log_matches_stand_alone(case: GcpCase) -> Iterator[Problem]:
    """A policy that matches log entries has that condition only, and says how often it tells."""
    kinds = [kind for _, kind, _ in _conditions(case)]
    limited = get(case.properties, "alertStrategy.notificationRateLimit") is not None
    if "conditionMatchedLog" in kinds:
        if len(kinds) > 1:
            words = "A policy with a log match condition cannot have any other conditions"
            yield invalid("conditions", words)
        if not limited:
            words = "Field alert_policy.alert_strategy.notification_rate_limit is required for a log match condition"
            yield invalid("alertStrategy", words)
    elif limited and kinds:
        words = "A notification rate limit is only for policies with a log match condition"
        yield invalid("alertStrategy.notificationRateLimit", words)


def strategy_is_possible(case: GcpCase) -> Iterator[Problem]:
    """Incidents close by themselves after half an hour to a week; periods are durations."""
    for name in ("autoClose", "notificationRateLimit.period"):
        given = case.get(f"alertStrategy.{name}")
        if not is_duration(given):
            yield invalid(f"alertStrategy.{name}", f"{given!r} is not a duration in seconds like 3600s")
    close = seconds(case.get("alertStrategy.autoClose"))
    if close is not None and not _SHORTEST_CLOSE <= close <= _LONGEST_CLOSE:
        words = f"auto_close must be between {_SHORTEST_CLOSE}s and {_LONGEST_CLOSE}s, got {close}s"
        yield invalid("alertStrategy.autoClose", words)
    told = case.get("notificationChannels") or []
    for index, each in enumerate(case.get("alertStrategy.notificationChannelStrategies") or ()):
        at, names = (
            f"alertStrategy.notificationChannelStrategies[{index}]",
            mapping(each).get("notificationChannelNames"),
        )
        for name in names if isinstance(names, list) else ():
            if isinstance(name, str) and UNKNOWN not in told and name not in told:
                yield invalid(at, f"Notification channel {name} is not a channel of the policy")
        again = mapping(each).get("renotifyInterval")
        length = seconds(again)
        if not is_duration(again) or (length is not None and length % _MINUTE):
            yield invalid(at, f"renotify_interval must be a multiple of 60 seconds, got {again}")


# --- dashboards, checks, objectives ----------------------------------------------------------------------------------


def dashboard_has_a_layout(case: GcpCase) -> Iterator[Problem]:
    """A dashboard has a name and one layout."""
    given = case.get("dashboardJson")
    if not isinstance(given, str):
        return
    content = mapping(json.loads(given))
    if not content.get("displayName"):
        yield invalid("dashboardJson", "Field displayName has an invalid value: a dashboard needs a display name")
    layouts = [it for it in _LAYOUTS if content.get(it) is not None]
    if len(layouts) > 1:
        yield invalid("dashboardJson", f"A dashboard can have one layout, got {', '.join(layouts)}")


def uptime_check_is_one(case: GcpCase) -> Iterator[Problem]:
    """A check asks one thing of one target, within a minute, from three regions or all."""
    checks = [it for it in ("httpCheck", "tcpCheck", "syntheticMonitor") if case.properties.get(it) is not None]
    targets = [
        it for it in ("monitoredResource", "resourceGroup", "syntheticMonitor") if case.properties.get(it) is not None
    ]
    if len(checks) != 1:
        words = "one of `http_check,synthetic_monitor,tcp_check` must be specified"
        yield Problem("httpCheck", f"{words}, got {', '.join(checks) or 'none'}")
    if len(targets) != 1:
        words = "one of `monitored_resource,resource_group,synthetic_monitor` must be specified"
        yield Problem("monitoredResource", f"{words}, got {', '.join(targets) or 'none'}")
    if case.get("timeout") is not None and seconds(case.get("timeout")) not in _TIMEOUT:
        yield invalid("timeout", f"The timeout must be between 1s and 60s, got {case.get('timeout')}")
    regions = case.get("selectedRegions")
    if isinstance(regions, list) and 0 < len(regions) < _REGIONS_OF_A_CHECK:
        words = f"At least {_REGIONS_OF_A_CHECK} regions must be selected, got {', '.join(map(str, regions))}"
        yield invalid("selectedRegions", words)


def uptime_outputs(case: GcpCase) -> dict[str, Any]:
    """Return the last part of the name, which metrics carry."""
    return {"uptimeCheckId": last(case.id)} if case.id else {}


def objective_is_one(case: GcpCase) -> Iterator[Problem]:
    """An objective is measured one way over one kind of period."""
    periods = [it for it in ("rollingPeriodDays", "calendarPeriod") if case.properties.get(it) is not None]
    ways = [it for it in ("basicSli", "requestBasedSli", "windowsBasedSli") if case.properties.get(it) is not None]
    if len(periods) != 1:
        words = "one of `calendar_period,rolling_period_days` must be specified"
        yield Problem("rollingPeriodDays", f"{words}, got {', '.join(periods) or 'none'}")
    if len(ways) != 1:
        words = "one of `basic_sli,request_based_sli,windows_based_sli` must be specified"
        yield Problem("basicSli", f"{words}, got {', '.join(ways) or 'none'}")
