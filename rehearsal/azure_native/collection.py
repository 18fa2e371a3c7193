"""What Azure Monitor refuses of diagnostic settings and of data collection rules."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.inventory import Object
from rehearsal.values import get, mapping

_SINKS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "serviceBusRuleId", "marketplacePartnerId")
_INVALID = "InvalidPayload: Data collection rule is invalid"
_ENDPOINT_ASSOCIATION = "configurationAccessEndpoint"
_ALL_METRICS = "AllMetrics"


# --- diagnostic settings ---------------------------------------------------------------------------------------------


def setting_collects_and_delivers(case: Case) -> Iterator[Problem]:
    """A setting has something to take, and somewhere to bring it."""
    if not any(case.properties.get(sink) is not None for sink in _SINKS):
        yield Problem("", "BadRequest: At least one data sink needs to be specified.")
    if not case.is_unknown("logs") and not case.is_unknown("metrics") and not _taken(case.properties):
        yield Problem("", "BadRequest: At least one log or metric category must be enabled.")
    groups = [it.get("categoryGroup") for it in case.get("logs") or ()]
    if any(groups) and not all(groups):
        words = "Categories and category groups cannot be used in the same diagnostic setting"
        yield Problem("logs", f"BadRequest: {words}")
    for index, log in enumerate(case.get("logs") or ()):
        if (log.get("category") is None) == (log.get("categoryGroup") is None):
            yield Problem(f"logs[{index}]", "BadRequest: A log has exactly one of category and categoryGroup")


def _taken(properties: Any) -> set[str]:  # noqa: ANN401 -- properties are JSON
    logs, metrics = properties.get("logs") or (), properties.get("metrics") or ()
    enabled = (it for it in (*logs, *metrics) if it.get("enabled"))
    return {str(it.get("categoryGroup") or it.get("category") or _ALL_METRICS) for it in enabled}


def categories_exist(case: Case) -> Iterator[Problem]:
    """The resource's type has the category, or the group of categories."""
    resource = case.get("resourceUri")
    if not isinstance(resource, str):
        return
    kind = arm.arm_type(resource)
    if kind.lower() in case.fact("collection.unsupported"):
        words = f"The resource type '{kind.lower()}' does not support diagnostic settings."
        yield Problem("resourceUri", f"ResourceTypeNotSupported: {words}")
    known = case.fact("collection.categories").get(kind.lower())
    if known is None:
        return
    metrics = known["metrics"] if isinstance(known["metrics"], list) else []
    metrics = [_ALL_METRICS, *metrics] if known["metrics"] else []
    offered = {"logs": ("category", known["logs"]), "metrics": ("category", metrics)}
    for place, (name, names) in offered.items():
        for index, item in enumerate(case.get(place) or ()):
            category, group = item.get(name), item.get("categoryGroup")
            if isinstance(category, str) and category not in names:
                near = suggestion(category, names)
                words = f"Category '{category}' is not supported for '{kind}'.{near}"
                yield Problem(f"{place}[{index}].category", f"BadRequest: {words}")
            if isinstance(group, str) and group not in known["groups"]:
                words = f"Category group '{group}' is not supported for '{kind}'."
                yield Problem(f"{place}[{index}].categoryGroup", f"BadRequest: {words}")


def retention_is_the_sinks(case: Case) -> Iterator[Problem]:
    """How long data is kept is said where it is kept."""
    for place in ("logs", "metrics"):
        for index, item in enumerate(case.get(place) or ()):
            if get(item, "retentionPolicy.enabled") and get(item, "retentionPolicy.days"):
                words = "Diagnostic settings does not support retention for new diagnostic settings."
                yield Problem(f"{place}[{index}].retentionPolicy", f"BadRequest: {words}")


def sink_takes_a_category_once(case: Case) -> Iterator[Problem]:
    """Two settings of a resource do not bring the same category to the same place; five are allowed."""
    resource = str(case.get("resourceUri")).lower()
    others = [
        it for it in case.standing(case.type) if it.id.lower().startswith(f"{resource}/providers/microsoft.insights/")
    ]
    others = [it for it in others if it.id != case.id]
    most, mine = case.fact("collection.settings_a_resource"), _taken(case.properties)
    if len(others) >= most:
        yield Problem("resourceUri", f"BadRequest: A resource has at most {most} diagnostic settings")
    for other in others:
        yield from _same_sink(case, other, mine)


def _same_sink(case: Case, other: Object, mine: set[str]) -> Iterator[Problem]:
    common = sorted(mine & _taken(other.outputs))
    for sink in _SINKS:
        place = case.get(sink)
        if common and isinstance(place, str) and place.lower() == str(other.outputs.get(sink)).lower():
            words = (
                f"Data sink '{place}' is already used in diagnostic setting '{other.name}' for category '{common[0]}'. "
                "Data sinks can't be reused in different settings on the same category for the same resource."
            )
            yield Problem(sink, f"Conflict: {words}")


# --- data collection rules -------------------------------------------------------------------------------------------


def _named(case: Case, place: str) -> list[tuple[str, str]]:
    """Return (kind, name) of every data source, or destination."""
    return [
        (kind, str(item.get("name")))
        for kind, items in mapping(case.get(place)).items()
        for item in (items if isinstance(items, list) else [items])
        if isinstance(item, dict)
    ]


def flows_join_what_is_declared(case: Case) -> Iterator[Problem]:
    """A flow takes streams that a source yields or the rule declares, to destinations the rule names."""
    if any(case.is_unknown(f"dataFlows[{index}]") for index in range(len(case.properties.get("dataFlows") or ()))):
        return
    for place in ("dataSources", "destinations"):
        names = Counter(name for _, name in _named(case, place))
        for name in sorted(name for name, times in names.items() if times > 1):
            yield Problem(place, f"{_INVALID}: the name '{name}' is used more than once in {place}")
    destinations = {name for _, name in _named(case, "destinations")}
    declared = set(mapping(case.get("streamDeclarations")))
    sources = {
        stream for kind in mapping(case.get("dataSources")) for stream in case.all(f"dataSources.{kind}[*].streams[*]")
    }
    flows = case.get("dataFlows") or []
    if not flows and case.get("kind") != "AgentSettings":
        yield Problem("dataFlows", f"{_INVALID}: at least one data flow is required")
    for index, flow in enumerate(flows):
        streams, wanted = flow.get("streams") or [], flow.get("destinations") or []
        if not streams or not wanted:
            yield Problem(f"dataFlows[{index}]", f"{_INVALID}: a data flow needs streams and destinations")
        for name in [name for name in wanted if name not in destinations]:
            words = f"the destination '{name}' of a data flow is not declared.{suggestion(name, destinations)}"
            yield Problem(f"dataFlows[{index}].destinations", f"{_INVALID}: {words}")
        for stream in [stream for stream in streams if stream.startswith("Custom-") and stream not in declared]:
            words = f"the stream '{stream}' of a data flow is not declared in streamDeclarations"
            yield Problem(f"dataFlows[{index}].streams", f"{_INVALID}: {words}")
        for stream in [stream for stream in streams if sources and stream not in sources | declared]:
            words = f"the stream '{stream}' of a data flow comes from no data source.{suggestion(stream, sources)}"
            yield Problem(f"dataFlows[{index}].streams", f"{_INVALID}: {words}")


def streams_lead_where_they_can(case: Case) -> Iterator[Problem]:
    """Metrics of Prometheus are kept in an Azure Monitor workspace, logs in a Log Analytics workspace."""
    kinds = {name: kind for kind, name in _named(case, "destinations")}
    metric_streams = case.fact("collection.metric_streams")
    for index, flow in enumerate(case.get("dataFlows") or ()):
        ends = {kinds[name] for name in flow.get("destinations") or () if name in kinds}
        for stream in flow.get("streams") or ():
            measured = stream in metric_streams
            if ("monitoringAccounts" in ends) != measured and ends & {"monitoringAccounts", "logAnalytics"}:
                where = "Azure Monitor workspaces" if measured else "a Log Analytics workspace"
                words = f"the stream '{stream}' can only be sent to {where}"
                yield Problem(f"dataFlows[{index}]", f"{_INVALID}: {words}")


def sources_are_of_the_kind(case: Case) -> Iterator[Problem]:
    """A rule for one operating system has none of the other's sources."""
    foreign = {"Linux": "windows_only", "Windows": "linux_only"}.get(str(case.get("kind")))
    for name in case.fact(f"collection.{foreign}") if foreign else ():
        if get(case.properties, f"dataSources.{name}"):
            words = f"the data source {name} is not supported by rules of kind {case.get('kind')}"
            yield Problem(f"dataSources.{name}", f"{_INVALID}: {words}")


def rule_is_beside_its_workspace(case: Case) -> Iterator[Problem]:
    """A rule stands in the region of the Log Analytics workspace it writes to."""
    for path in case.all("destinations.logAnalytics[*].workspaceResourceId"):
        workspace = arm.find(case, path)
        if workspace and arm.place_of(workspace) != arm.location(case):
            words = (
                f"the rule must be where its workspace is: in {arm.place_of(workspace)}, not in {arm.location(case)}"
            )
            yield Problem("location", f"{_INVALID}: {words}")


def association_has_one_end(case: Case) -> Iterator[Problem]:
    """An association leads to a rule, or to the endpoint a resource gets its rules from."""
    given = [
        name for name in ("dataCollectionRuleId", "dataCollectionEndpointId") if case.properties.get(name) is not None
    ]
    if len(given) != 1:
        words = "An association has exactly one of dataCollectionRuleId and dataCollectionEndpointId"
        yield Problem("", f"InvalidAssociation: {words}")
    elif (case.get("associationName") == _ENDPOINT_ASSOCIATION) != (given == ["dataCollectionEndpointId"]):
        words = f"The association with an endpoint, and no other, is named {_ENDPOINT_ASSOCIATION}"
        yield Problem("associationName", f"InvalidAssociation: {words}")
