"""What Event Grid refuses beyond a property's form."""

from collections.abc import Iterator
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.values import get

_ALERT_SCHEMA = "CloudEventSchemaV1_0"
_WAYS = {"destination": "destination", "deliveryWithResourceIdentity": "deliveryWithResourceIdentity.destination"}


def source_is_of_the_type(case: Case) -> Iterator[Problem]:
    """A topic tells of a resource of the type it is for."""
    source, kind = case.get("source"), case.get("topicType")
    wanted = case.fact("events.topic_types").get(kind, {}).get("source")
    if isinstance(source, str) and wanted and arm.arm_type(source).lower() != wanted:
        words = f"The source of a topic of type {kind} is a {wanted}, not a {arm.arm_type(source)}"
        yield Problem("source", f"InvalidRequest: {words}")
    for name in ("source", "topicType"):
        if case.properties.get(name) is None:
            yield Problem(name, f"InvalidRequest: A system topic needs its {name}")


def topic_is_beside_its_source(case: Case) -> Iterator[Problem]:
    """A topic stands where its source does; what is everywhere has its topic in location global."""
    source = arm.at(case, "source")
    place = arm.place_of(source) if source else None
    if source and arm.arm_type(source.id).lower() == "microsoft.resources/resourcegroups":
        place = "global"
    if place and place != arm.location(case):
        words = f"The system topic must be in the location of its source: {place}, not {arm.location(case)}"
        yield Problem("location", f"InvalidRequest: {words}")


def subscription_has_one_destination(case: Case) -> Iterator[Problem]:
    """Events go to one place, of the kind the destination says."""
    given = [name for name in _WAYS if case.properties.get(name) is not None]
    if len(given) != 1:
        words = "An event subscription has exactly one of destination and deliveryWithResourceIdentity"
        yield Problem("destination", f"InvalidRequest: {words}")
        return
    path = _WAYS[given[0]]
    kind, target, url = (case.get(f"{path}.{name}") for name in ("endpointType", "resourceId", "endpointUrl"))
    wanted = case.fact("events.destinations").get(kind)
    if isinstance(target, str) and wanted and arm.arm_type(target).lower() != wanted:
        words = f"The destination of type {kind} is a {wanted}, not a {arm.arm_type(target)}"
        yield Problem(f"{path}.resourceId", f"InvalidRequest: {words}")
    if kind == "MonitorAlert" and case.get("eventDeliverySchema") != _ALERT_SCHEMA:
        words = f"Events become alerts in the schema {_ALERT_SCHEMA} only, not in {case.get('eventDeliverySchema')}"
        yield Problem("eventDeliverySchema", f"InvalidRequest: {words}")
    if kind == "WebHook" and isinstance(url, str) and not url.startswith("https://"):
        yield Problem(f"{path}.endpointUrl", "InvalidRequest: A webhook's endpointUrl must be an https URL")


def types_are_the_topics(case: Case) -> Iterator[Problem]:
    """Only what the topic tells can be asked for."""
    topic = arm.parent(case)
    kind: Any = topic.outputs.get("topicType") if topic else None
    known = case.fact("events.topic_types").get(kind, {}).get("events")
    for name in case.get("filter.includedEventTypes") or () if known else ():
        if name not in known:
            words = f"The event type '{name}' is not one of topic type {kind}.{suggestion(name, known)}"
            yield Problem("filter.includedEventTypes", f"InvalidRequest: {words}")


def identity_is_the_topics(case: Case) -> Iterator[Problem]:
    """Delivery with an identity needs a topic that has it."""
    topic, wanted = arm.parent(case), case.get("deliveryWithResourceIdentity.identity.type")
    if topic and wanted and wanted not in str(get(topic.outputs, "identity.type", "None")):
        words = f"The system topic '{topic.name}' has no identity of type {wanted}"
        yield Problem("deliveryWithResourceIdentity.identity", f"InvalidRequest: {words}")
