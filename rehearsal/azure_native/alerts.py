"""What Azure Monitor refuses of action groups, alert rules and autoscale settings beyond a property's form."""

from collections import Counter
from collections.abc import Iterator

from rehearsal.azure_native import arm
from rehearsal.azure_native.durations import seconds, within
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.values import get

_CRITERIA = "Microsoft.Azure.Monitor."
_SINGLE, _MULTIPLE = (
    f"{_CRITERIA}SingleResourceMultipleMetricCriteria",
    f"{_CRITERIA}MultipleResourceMultipleMetricCriteria",
)
_WEB_TEST = f"{_CRITERIA}WebtestLocationAvailabilityCriteria"
_DYNAMIC, _STATIC = "DynamicThresholdCriterion", "StaticThresholdCriterion"
_LONGEST_LOOK = "P2D"  # how far back all periods of a query rule may reach
_MONITOR_WORKSPACE = "microsoft.monitor/accounts"
_CLUSTERS = ("microsoft.containerservice/managedclusters", "microsoft.kubernetes/connectedclusters")


# --- action groups ---------------------------------------------------------------------------------------------------


def receivers_have_names(case: Case) -> Iterator[Problem]:
    """A receiver is known by its name."""
    names = Counter(str(name).lower() for kind in case.properties if kind.endswith("Receivers")
                    for name in case.all(f"{kind}[*].name"))  # fmt: skip
    for name in sorted(name for name, times in names.items() if times > 1):
        words = f"The receiver name '{name}' is used more than once in the action group"
        yield Problem("", f"DuplicateReceiverName: {words}")


def signed_webhooks_name_their_application(case: Case) -> Iterator[Problem]:
    """A webhook that is called with a token says whose."""
    for index, hook in enumerate(case.get("webhookReceivers") or ()):
        if hook.get("useAadAuth") and hook.get("objectId") is None:
            words = (
                f"The webhook receiver '{hook.get('name')}' uses Microsoft Entra authentication and needs an objectId"
            )
            yield Problem(f"webhookReceivers[{index}].objectId", f"InvalidWebhookReceiver: {words}")


# --- metric alerts ---------------------------------------------------------------------------------------------------


def window_holds_an_evaluation(case: Case) -> Iterator[Problem]:
    """What is looked at is at least as long as the time between two looks."""
    every, window = case.get("evaluationFrequency"), case.get("windowSize")
    length, step = seconds(window), seconds(every)
    if length is not None and step is not None and length < step:
        words = f"windowSize {window} must not be shorter than evaluationFrequency {every}"
        yield Problem("windowSize", f"BadRequest: {words}")


def criteria_are_of_their_type(case: Case) -> Iterator[Problem]:
    """Each kind of criteria has its scopes and its conditions."""
    kind, conditions, scopes = case.get("criteria.odataType"), case.get("criteria.allOf"), case.get("scopes") or []
    if kind not in (None, _SINGLE, _MULTIPLE, _WEB_TEST):
        yield Problem("criteria.odataType", f"BadRequest: '{kind}' is not a type of metric criteria")
        return
    if kind == _SINGLE and len(scopes) > 1:
        yield Problem("scopes", f"BadRequest: {_SINGLE.rpartition('.')[2]} watch one scope, not {len(scopes)}")
    if (
        kind == _MULTIPLE
        and not (case.get("targetResourceType") and case.get("targetResourceRegion"))
        and len(scopes) > 1
    ):
        words = "targetResourceType and targetResourceRegion are required for an alert on several resources"
        yield Problem("targetResourceType", f"BadRequest: {words}")
    if kind in (None, _WEB_TEST) or case.is_unknown("criteria.allOf"):
        return
    most = case.fact("alerts.conditions")
    if not conditions or len(conditions) > most:
        yield Problem("criteria.allOf", f"BadRequest: A metric alert has 1 to {most} conditions")
        return
    names = [condition.get("name") for condition in conditions]
    if len(set(names)) < len(names):
        yield Problem("criteria.allOf", "BadRequest: The conditions of a metric alert need names of their own")
    for index, condition in enumerate(conditions):
        yield from _condition(kind, condition, f"criteria.allOf[{index}]", len(conditions))


def _condition(kind: str, condition: dict[str, object], path: str, count: int) -> Iterator[Problem]:
    form = condition.get("criterionType")
    if form not in (_STATIC, _DYNAMIC):
        yield Problem(f"{path}.criterionType", f"BadRequest: '{form}' is neither {_STATIC} nor {_DYNAMIC}")
    elif form == _DYNAMIC and (kind == _SINGLE or count > 1):
        words = "A dynamic threshold is the only condition of MultipleResourceMultipleMetricCriteria"
        yield Problem(path, f"BadRequest: {words}")
    elif form == _STATIC and condition.get("threshold") is None:
        yield Problem(f"{path}.threshold", "BadRequest: A static condition needs a threshold")
    periods = get(condition, "failingPeriods.numberOfEvaluationPeriods")
    failing = get(condition, "failingPeriods.minFailingPeriodsToAlert")
    if isinstance(periods, int | float) and isinstance(failing, int | float) and failing > periods:
        words = f"minFailingPeriodsToAlert {failing:g} must not exceed numberOfEvaluationPeriods {periods:g}"
        yield Problem(f"{path}.failingPeriods", f"BadRequest: {words}")


def metrics_exist(case: Case) -> Iterator[Problem]:
    """The metric is one that the watched type has, unless the alert says not to look."""
    scopes = [scope for scope in case.get("scopes") or () if isinstance(scope, str)]
    kind = arm.arm_type(scopes[0]).lower() if scopes else ""
    known = case.fact("alerts.metrics").get(kind)
    for index, condition in enumerate(case.get("criteria.allOf") or () if known else ()):
        name, space = condition.get("metricName"), str(condition.get("metricNamespace") or kind)
        own = space.lower() == kind and not condition.get("skipMetricValidation")
        if isinstance(name, str) and own and name.lower() not in [metric.lower() for metric in known]:
            words = f"Couldn't find a metric named {name}. Make sure the name is correct.{suggestion(name, known)}"
            yield Problem(f"criteria.allOf[{index}].metricName", f"BadRequest: {words}")


# --- query rules and the activity log --------------------------------------------------------------------------------


def query_rule_is_complete(case: Case) -> Iterator[Problem]:
    """A log alert has a query, a threshold to compare with, and the times of its looks."""
    if case.get("kind") != "LogAlert":
        return
    for name in ("severity", "evaluationFrequency", "windowSize", "criteria", "scopes"):
        if case.properties.get(name) is None:
            yield Problem(name, f"BadRequest: A rule of kind LogAlert needs {name}")
    if not case.is_unknown("criteria.allOf") and not case.get("criteria.allOf"):
        yield Problem("criteria.allOf", "BadRequest: A rule of kind LogAlert has exactly one condition")
    for index, condition in enumerate(case.get("criteria.allOf") or ()):
        path = f"criteria.allOf[{index}]"
        needed = ["query", "operator", "timeAggregation"]
        needed += [] if condition.get("criterionType") == _DYNAMIC else ["threshold"]
        for name in needed:
            if condition.get(name) is None:
                yield Problem(f"{path}.{name}", f"BadRequest: The condition of a LogAlert needs {name}")
        aggregation = condition.get("timeAggregation")
        if isinstance(aggregation, str) and aggregation != "Count" and condition.get("metricMeasureColumn") is None:
            words = f"metricMeasureColumn is required for timeAggregation {aggregation}"
            yield Problem(f"{path}.metricMeasureColumn", f"BadRequest: {words}")


def query_is_answered_in_time(case: Case) -> Iterator[Problem]:
    """The window holds a look, all periods together reach back two days at most, and muting excludes resolving."""
    yield from window_holds_an_evaluation(case)
    length, most = seconds(case.get("windowSize")), seconds(_LONGEST_LOOK)
    periods, failing = (
        case.get(f"criteria.allOf[0].failingPeriods.{name}")
        for name in ("numberOfEvaluationPeriods", "minFailingPeriodsToAlert")
    )
    if periods and failing and failing > periods:
        words = f"minFailingPeriodsToAlert {failing} must not exceed numberOfEvaluationPeriods {periods}"
        yield Problem("criteria.allOf[0].failingPeriods", f"BadRequest: {words}")
    if length and most and length * (periods or 1) > most:
        words = f"windowSize {case.get('windowSize')} times {periods or 1} evaluation periods exceeds {_LONGEST_LOOK}"
        yield Problem("windowSize", f"BadRequest: {words}")
    if case.get("autoMitigate") and case.get("muteActionsDuration"):
        words = "muteActionsDuration cannot be set when autoMitigate is true"
        yield Problem("muteActionsDuration", f"BadRequest: {words}")
    yield from within(case, "muteActionsDuration", "BadRequest", "PT1M", "P10D")


def activity_has_a_category(case: Case) -> Iterator[Problem]:
    """Every alert on the activity log begins with a category."""
    fields = [str(field).lower() for field in case.all("condition.allOf[*].field")]
    if not case.is_unknown("condition") and "category" not in fields:
        words = "The condition of an activity log alert must have a leaf with the field 'category'"
        yield Problem("condition.allOf", f"BadRequest: {words}")


# --- Prometheus ------------------------------------------------------------------------------------------------------


def prometheus_rules_are_complete(case: Case) -> Iterator[Problem]:
    """A rule records or alerts, and only alerts have a severity, a waiting time and someone to tell."""
    yield from within(case, "interval", "BadRequest", "PT1M", "PT15M")
    for index, rule in enumerate(case.get("rules") or ()):
        path, given = f"rules[{index}]", [name for name in ("record", "alert") if rule.get(name) is not None]
        if len(given) != 1:
            yield Problem(path, "BadRequest: A Prometheus rule has exactly one of record and alert")
        elif given == ["record"] and (rule.get("actions") or rule.get("severity") is not None or rule.get("for")):
            yield Problem(path, "BadRequest: A recording rule has no for, no severity and no actions")
        yield from within(case, f"{path}.for", "BadRequest")
        yield from within(case, f"{path}.resolveConfiguration.timeToResolve", "BadRequest", "PT1M", "PT1H")


def prometheus_scope_is_a_workspace(case: Case) -> Iterator[Problem]:
    """Rules are evaluated over a workspace's metrics, those of one cluster or of all."""
    kinds = [arm.arm_type(scope).lower() for scope in case.get("scopes") or () if isinstance(scope, str)]
    if case.is_unknown("scopes") or not kinds:
        return
    if kinds.count(_MONITOR_WORKSPACE) != 1 or set(kinds) - {_MONITOR_WORKSPACE, *_CLUSTERS}:
        words = "The scopes of a Prometheus rule group are one Azure Monitor workspace and at most one cluster"
        yield Problem("scopes", f"BadRequest: {words}")


def rule_group_is_beside_its_workspace(case: Case) -> Iterator[Problem]:
    """A rule group is evaluated where its workspace stands."""
    for scope in case.get("scopes") or ():
        workspace = arm.find(case, scope)
        if workspace and arm.arm_type(workspace.id).lower() == _MONITOR_WORKSPACE:
            place = arm.place_of(workspace)
            if place != arm.location(case):
                words = f"The rule group must be in the location of its workspace: {place}, not {arm.location(case)}"
                yield Problem("location", f"BadRequest: {words}")


# --- scaling ---------------------------------------------------------------------------------------------------------


def capacity_is_in_order(case: Case) -> Iterator[Problem]:
    """The least number of instances is not above the usual one, nor that above the most."""
    for index, profile in enumerate(case.get("profiles") or ()):
        given = [get(profile, f"capacity.{name}") for name in ("minimum", "default", "maximum")]
        if not all(isinstance(number, str) and number.isdigit() for number in given):
            words = f"minimum, default and maximum are whole numbers, not {', '.join(map(str, given))}"
            yield Problem(f"profiles[{index}].capacity", f"InvalidAutoscaleSetting: {words}")
        elif not int(given[0]) <= int(given[1]) <= int(given[2]):
            words = f"minimum {given[0]}, default {given[1]} and maximum {given[2]} are not in this order"
            yield Problem(f"profiles[{index}].capacity", f"InvalidAutoscaleSetting: {words}")


def scaling_has_time(case: Case) -> Iterator[Problem]:
    """Scaling looks at minutes, and waits between two steps."""
    for index, profile in enumerate(case.get("profiles") or ()):
        for number in range(len(profile.get("rules") or ())):
            path, code = f"profiles[{index}].rules[{number}]", "InvalidAutoscaleSetting"
            yield from within(case, f"{path}.metricTrigger.timeGrain", code, "PT1M", "PT12H")
            yield from within(case, f"{path}.metricTrigger.timeWindow", code, "PT5M", "PT12H")
            yield from within(case, f"{path}.scaleAction.cooldown", code, "PT1M", "P7D")
