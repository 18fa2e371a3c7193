"""What Service Bus refuses beyond a property's form."""

from collections.abc import Iterator
from typing import Any

from rehearsal.azure_native import arm, durations
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.values import Value, get

NAMESPACE, PAIRING = "azure-native:servicebus:Namespace", "azure-native:servicebus:DisasterRecoveryConfig"
QUEUE, TOPIC = "azure-native:servicebus:Queue", "azure-native:servicebus:Topic"
_REPLICAS = ["Primary", "Secondary"]
_LIMITS = {
    "lockDuration": ("PT5S", "PT5M"),
    "autoDeleteOnIdle": ("PT5M", None),
    "defaultMessageTimeToLive": ("PT1S", None),
    "duplicateDetectionHistoryTimeWindow": ("PT20S", "P7D"),
}
_PARENT_TIER_NEEDED = {"requiresSession": "sessions", "requiresDuplicateDetection": "duplicate detection"}


def _tier(properties: Value) -> str | None:
    return get(properties, "sku.name")


def _partitions(properties: Value) -> int:
    return get(properties, "premiumMessagingPartitions") or 1


# --- namespaces ------------------------------------------------------------------------------------------------------


def tier_agrees(case: Case) -> Iterator[Problem]:
    """Name and tier of a SKU are one."""
    name, tier = case.get("sku.name"), case.get("sku.tier")
    if name and tier and name != tier:
        yield Problem("sku.tier", f"BadRequest: The SKU name {name} and the tier {tier} do not agree")


def capacity_is_offered(case: Case) -> Iterator[Problem]:
    """Messaging units come in powers of two, and only for Premium."""
    name, capacity = case.get("sku.name"), case.get("sku.capacity")
    offered = case.fact("servicebus.capacities")
    if capacity is None or name is None:
        return
    if name == "Premium" and capacity not in offered:
        allowed = ", ".join(map(str, offered))
        yield Problem("sku.capacity", f"BadRequest: The capacity of Premium is one of {allowed}, not {capacity}")
    elif name != "Premium" and capacity:
        yield Problem("sku.capacity", f"BadRequest: capacity is only supported by the Premium SKU, not by {name}")


def partitions_divide_the_capacity(case: Case) -> Iterator[Problem]:
    """Every partition has as many messaging units as the next."""
    partitions, capacity, name = (
        case.get("premiumMessagingPartitions"),
        case.get("sku.capacity", 1),
        _tier(case.properties),
    )
    if not partitions or not name:
        return
    if name != "Premium":
        words = f"premiumMessagingPartitions is only supported by the Premium SKU, not by {name}"
        yield Problem("premiumMessagingPartitions", f"BadRequest: {words}")
    elif capacity % partitions:
        words = f"The capacity {capacity} must be a multiple of premiumMessagingPartitions {partitions}"
        yield Problem("sku.capacity", f"BadRequest: {words}")


def replication_has_two_regions(case: Case) -> Iterator[Problem]:
    """Data is replicated from the namespace's own region to one other, within the lag the service takes."""
    if case.get("geoDataReplication") is None:
        return
    lag = case.get("geoDataReplication.maxReplicationLagDurationInSeconds")
    limits = case.fact("servicebus.replication_lag_seconds")
    if isinstance(lag, int) and lag != 0 and not limits["min"] <= lag <= limits["max"]:
        words = f"maxReplicationLagDurationInSeconds {lag} must be 0 or between {limits['min']} and {limits['max']}"
        yield Problem("geoDataReplication.maxReplicationLagDurationInSeconds", f"InvalidGeoDataReplication: {words}")
    places = case.get("geoDataReplication.locations") or []
    if case.is_unknown("geoDataReplication.locations"):
        return
    roles = {str(it.get("roleType")): _plain(it.get("locationName")) for it in places}
    known = case.fact("regions.regions")
    for name in set(map(_plain, (it.get("locationName") for it in places))) - set(known):
        yield Problem("geoDataReplication.locations", f"InvalidGeoDataReplication: '{name}' is not a region")
    if len(places) > len(_REPLICAS) or len(roles) != len(places) or roles.get("Primary") != arm.location(case):
        words = "The locations are one Primary, which is the namespace's own, and at most one Secondary"
        yield Problem("geoDataReplication.locations", f"InvalidGeoDataReplication: {words}")
    elif len(set(roles.values())) != len(roles):
        words = "Primary and Secondary must be different locations"
        yield Problem("geoDataReplication.locations", f"InvalidGeoDataReplication: {words}")


def _plain(place: object) -> str:
    return str(place or "").replace(" ", "").lower()


def premium_features_are_premium(case: Case) -> Iterator[Problem]:
    """Geo-replication and customers' keys are Premium's."""
    if case.get("sku.name") in (None, "Premium"):
        return
    for name in ("geoDataReplication", "encryption"):
        if case.get(name) is not None:
            yield Problem(
                name, f"BadRequest: {name} is only supported by the Premium SKU, not by {case.get('sku.name')}"
            )


def zone_redundancy_has_zones(case: Case) -> Iterator[Problem]:
    """A region without zones cannot spread a namespace."""
    place = arm.location(case)
    region = case.fact("regions.regions").get(place)
    if case.get("zoneRedundant") and region and not region["zones"]:
        yield Problem("zoneRedundant", f"BadRequest: Zone redundancy is not supported in location '{place}'")


def tier_stays(case: Case) -> Iterator[Problem]:
    """Premium stands on other machines: a namespace moves there by a migration, not by an update."""
    old, new = case.before("sku.name"), case.get("sku.name")
    if old and new and old != new and "Premium" in (old, new):
        yield Problem("sku.name", f"BadRequest: A namespace cannot be changed from {old} to {new} in place")


def replicated_namespace_is_not_paired(case: Case) -> Iterator[Problem]:
    """A namespace either replicates its data or is paired with another."""
    pairs = arm.below(case, PAIRING, case.id) + case.referrers(PAIRING, "partnerNamespace")
    if _replicates(case.properties) and pairs:
        words = f"Geo-Replication and Geo-Disaster Recovery exclude each other: '{pairs[0].name}' is a pairing"
        yield Problem("geoDataReplication", f"InvalidGeoDataReplication: {words}")


def _replicates(properties: Value) -> bool:
    return len(get(properties, "geoDataReplication.locations") or ()) > 1


def pairing_is_broken_first(case: Case) -> Iterator[Problem]:
    """A paired namespace stays until its pairing is gone."""
    pairs = arm.below(case, PAIRING, case.id) + case.referrers(PAIRING, "partnerNamespace")
    if pairs:
        words = f"The namespace '{case.get('namespaceName')}' cannot be deleted while the pairing"
        yield Problem("", f"BadRequest: {words} '{pairs[0].name}' stands; break the pairing first.")


def namespace_outputs(case: Case) -> dict[str, Any]:
    """Return what a tier comes with."""
    premium = case.get("sku.name") == "Premium"
    zones = case.fact("regions.regions").get(arm.location(case), {}).get("zones")
    outputs: dict[str, Any] = {"sku": {"tier": case.get("sku.name"), **({"capacity": 1} if premium else {})}}
    outputs["sku"] |= {name: item for name, item in case.properties["sku"].items() if item is not None}
    if case.get("zoneRedundant") is None:
        outputs["zoneRedundant"] = bool(zones)
    if case.get("premiumMessagingPartitions") is None:
        outputs["premiumMessagingPartitions"] = int(premium)
    return outputs


def rules_need_premium(case: Case) -> Iterator[Problem]:
    """Only Premium asks where a call comes from; a subnet must say that it goes there."""
    namespace = arm.parent(case)
    if namespace and _tier(namespace.outputs) != "Premium":
        words = f"Network rules are only supported by the Premium SKU, not by {_tier(namespace.outputs)}"
        yield Problem("namespaceName", f"BadRequest: {words}")
    for index, rule in enumerate(case.get("virtualNetworkRules") or ()):
        subnet = arm.find(case, get(rule, "subnet.id"))
        services = [it.get("service") for it in (subnet.outputs.get("serviceEndpoints") or ())] if subnet else []
        if subnet and "Microsoft.ServiceBus" not in services and not rule.get("ignoreMissingVnetServiceEndpoint"):
            words = f"The subnet '{subnet.name}' has no service endpoint Microsoft.ServiceBus"
            yield Problem(f"virtualNetworkRules[{index}]", f"BadRequest: {words}")


def partners_fit(case: Case) -> Iterator[Problem]:
    """Both sides of a pair are Premium, alike, apart, and replicate nothing; the second is empty and as private."""
    mine, theirs = arm.parent(case), case.target("partnerNamespace")
    if mine is None or theirs is None:
        return
    for side in (mine, theirs):
        if _tier(side.outputs) != "Premium":
            yield Problem("", f"BadRequest: Pairing is only supported by the Premium SKU; '{side.name}' is not")
        if _replicates(side.outputs):
            words = f"Geo-Replication and Geo-Disaster Recovery exclude each other: '{side.name}' is replicated"
            yield Problem("", f"BadRequest: {words}")
    if _partitions(mine.outputs) != _partitions(theirs.outputs):
        words = f"{_partitions(mine.outputs)} and {_partitions(theirs.outputs)} messaging partitions do not pair"
        yield Problem("partnerNamespace", f"BadRequest: {words}: both namespaces must be partitioned alike")
    if arm.place_of(mine) == arm.place_of(theirs):
        yield Problem("partnerNamespace", f"BadRequest: Both namespaces are in {arm.place_of(mine)}: pair two regions")
    entities = [thing.name for kind in (QUEUE, TOPIC) for thing in arm.below(case, kind, theirs.id)]
    if entities:
        words = f"The secondary namespace '{theirs.name}' must be empty; it holds {', '.join(entities)}"
        yield Problem("partnerNamespace", f"BadRequest: {words}")
    if _endpoints(case, mine) and not _endpoints(case, theirs):
        words = f"'{mine.name}' has a private endpoint, so the secondary '{theirs.name}' must have one too"
        yield Problem("partnerNamespace", f"BadRequest: {words}")


def _endpoints(case: Case, namespace: Object) -> list[Object]:
    return case.inventory.referrers(namespace.key, type="azure-native:network:PrivateEndpoint", property=None)


# --- entities --------------------------------------------------------------------------------------------------------


def durations_are_in_range(case: Case) -> Iterator[Problem]:
    """Every length of time is written as ISO 8601 has it, and within the service's limits."""
    for name, (shortest, longest) in _LIMITS.items():
        yield from durations.within(case, name, "BadRequest", shortest, longest)


def sessions_are_not_forwarded(case: Case) -> Iterator[Problem]:
    """What is forwarded has no session to wait for."""
    if case.get("requiresSession") and case.get("forwardTo"):
        words = "Auto forwarding is not supported for entities that require sessions. SubCode=40000"
        yield Problem("forwardTo", f"BadRequest: {words}")


def partitioning_agrees_with_the_namespace(case: Case) -> Iterator[Problem]:
    """Premium is partitioned as a whole or not at all; elsewhere each entity says for itself."""
    namespace, wanted = arm.parent(case), case.get("enablePartitioning")
    if namespace is None or _tier(namespace.outputs) != "Premium":
        return
    partitioned = _partitions(namespace.outputs) > 1
    if partitioned and not wanted:
        words = "Non-partitioned entities are not allowed in partitioned namespace."
        words = f"{words} The property EnablePartitioning must be set to true."
        yield Problem("enablePartitioning", f"BadRequest: {words} SubCode=40000")
    elif wanted and not partitioned:
        words = "Partitioned entities are not allowed in non-partitioned namespace."
        words = f"{words} The property EnablePartitioning must be set to false."
        yield Problem("enablePartitioning", f"BadRequest: {words} SubCode=40000")


def size_fits_the_tier(case: Case) -> Iterator[Problem]:
    """Large entities are Premium's."""
    namespace, size, most = arm.parent(case), case.get("maxSizeInMegabytes"), case.fact("servicebus.standard_max_mb")
    if namespace and _tier(namespace.outputs) != "Premium" and size is not None and size > most:
        words = f"MaxSizeInMegabytes {size} is only offered by the Premium SKU; {_tier(namespace.outputs)} has {most}"
        yield Problem("maxSizeInMegabytes", f"BadRequest: {words}. SubCode=40000")


def features_fit_the_tier(case: Case) -> Iterator[Problem]:
    """Express, topics, sessions and large messages each belong to some tiers only."""
    namespace = arm.parent(case)
    if namespace is None:
        return
    tier, limits = _tier(namespace.outputs), case.fact("servicebus.message_size_kb")
    if tier == "Premium" and case.get("enableExpress"):
        words = "Express entities are not supported by the Premium SKU"
        yield Problem("enableExpress", f"BadRequest: {words}. SubCode=40000")
    if tier == "Basic" and case.type == TOPIC:
        yield Problem("namespaceName", "BadRequest: Topics are not supported by the Basic SKU. SubCode=40000")
    for name, feature in _PARENT_TIER_NEEDED.items():
        if tier == "Basic" and case.get(name):
            yield Problem(name, f"BadRequest: {feature} are not supported by the Basic SKU. SubCode=40000")
    size = case.get("maxMessageSizeInKilobytes")
    if size is None:
        return
    if tier != "Premium" or _partitions(namespace.outputs) > 1:
        words = "MaxMessageSizeInKilobytes can only be set in a Premium namespace that is not partitioned"
        yield Problem("maxMessageSizeInKilobytes", f"BadRequest: {words}. SubCode=40000")
    elif not limits["min"] <= size <= limits["max"]:
        words = f"MaxMessageSizeInKilobytes {size:g} must be between {limits['min']} and {limits['max']}"
        yield Problem("maxMessageSizeInKilobytes", f"BadRequest: {words}. SubCode=40000")


def forwarding_ends_somewhere(case: Case) -> Iterator[Problem]:
    """Messages are forwarded to a queue or a topic of the same namespace."""
    start = arm.own_path(case).partition("/namespaces/")[0]
    namespace = f"{start}/namespaces/{case.get('namespaceName')}"
    for name in ("forwardTo", "forwardDeadLetteredMessagesTo"):
        target = case.get(name)
        paths = [f"{namespace}/{kind}/{target}" for kind in ("queues", "topics")]
        if target is not None and not any(arm.find(case, path) for path in paths):
            words = f"The entity '{target}' of {name} does not exist in the namespace"
            yield Problem(name, f"BadRequest: {words}. SubCode=40000")


def filter_is_of_its_type(case: Case) -> Iterator[Problem]:
    """A rule has the filter its type announces, and the filter says something."""
    kind = case.get("filterType")
    given = {
        "SqlFilter": case.properties.get("sqlFilter"),
        "CorrelationFilter": case.properties.get("correlationFilter"),
    }
    if kind and given[kind] is None:
        name = f"{kind[0].lower()}{kind[1:]}"
        yield Problem(name, f"BadRequest: A rule of filterType {kind} needs {name}. SubCode=40000")
    if kind is None and any(given.values()):
        yield Problem("filterType", "BadRequest: A rule with a filter needs its filterType. SubCode=40000")
    if kind == "CorrelationFilter" and given[kind] == {}:
        words = "A correlation filter compares at least one property. SubCode=40000"
        yield Problem("correlationFilter", f"BadRequest: {words}")
