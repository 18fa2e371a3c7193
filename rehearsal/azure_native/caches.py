"""What Azure Managed Redis and the classic Azure Cache for Redis refuse, and what a cluster gives back."""

from collections.abc import Iterator
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem

_PREMIUM_ONLY = ("shardCount", "subnetId", "redisConfiguration.rdbBackupEnabled", "redisConfiguration.aofBackupEnabled")
_SEARCH = "RediSearch"


# --- Azure Managed Redis ---------------------------------------------------------------------------------------------


def managed_sizes_are_whole(case: Case) -> Iterator[Problem]:
    """The size says how large a cluster is, and the service spreads it over the zones by itself."""
    name = case.get("sku.name")
    for path in ("sku.capacity", "zones"):
        if case.get(path) is not None:
            words = f"{path} is not supported for the SKU '{name}'"
            yield Problem(
                path, f"InvalidRequestBody: {words} [the size says it all; zones are used where there are any]"
            )


def key_has_an_identity(case: Case) -> Iterator[Problem]:
    """A customer's key is opened with an identity of the cluster's."""
    key = case.get("encryption.customerManagedKeyEncryption")
    if key and case.properties.get("identity") is None:
        words = "A customer managed key needs an identity assigned to the cluster"
        yield Problem("identity", f"InvalidRequestBody: {words}")


def high_availability_stays(case: Case) -> Iterator[Problem]:
    """A cluster does not lose its replicas."""
    if case.before("highAvailability") == "Enabled" and case.get("highAvailability") == "Disabled":
        yield Problem("highAvailability", "HighAvailabilityCannotBeDisabled: High availability cannot be turned off")


def cluster_outputs(case: Case) -> dict[str, Any]:
    """Return the host name, which names the region, and how the cluster survives."""
    place = arm.location(case)
    zones = case.fact("regions.regions").get(place, {}).get("zones")
    kept = "None" if case.get("highAvailability") == "Disabled" else "ZR" if zones else "LR"
    return {"hostName": f"{case.get('clusterName')}.{place}.redis.azure.net".lower(), "redundancyMode": kept}


def one_kind_of_persistence(case: Case) -> Iterator[Problem]:
    """Snapshots or the log of commands, each with its frequency; neither beside active geo-replication."""
    kinds = [kind for kind in ("aof", "rdb") if case.get(f"persistence.{kind}Enabled")]
    if len(kinds) > 1:
        words = "RDB and AOF persistence cannot be enabled at the same time"
        yield Problem("persistence", f"InvalidPersistence: {words}")
    for kind in kinds:
        frequency = f"persistence.{kind}Frequency"
        if case.get(frequency) is None and not case.is_unknown(frequency):
            yield Problem(frequency, f"InvalidPersistence: {kind}Frequency is required when {kind}Enabled is true")
    if kinds and case.properties.get("geoReplication") is not None:
        words = "Persistence is not supported together with active geo-replication"
        yield Problem("persistence", f"InvalidPersistence: {words}")


def search_has_its_policies(case: Case) -> Iterator[Problem]:
    """Search needs one endpoint and keys that stay."""
    if _SEARCH in case.all("modules[*].name"):
        if case.get("clusteringPolicy") == "OSSCluster":
            words = f"{_SEARCH} is not supported with the OSSCluster clustering policy"
            yield Problem("clusteringPolicy", f"InvalidModule: {words} [EnterpriseCluster is]")
        if case.get("evictionPolicy") != "NoEviction":
            words = f"{_SEARCH} needs the eviction policy NoEviction, not {case.get('evictionPolicy')}"
            yield Problem("evictionPolicy", f"InvalidModule: {words}")


def unclustered_data_is_small(case: Case) -> Iterator[Problem]:
    """Without clustering everything lies in one shard."""
    cluster, most = arm.parent(case), case.fact("redis.unclustered_max_gb")
    size = case.fact("redis.managed_skus").get(cluster.outputs["sku"]["name"]) if cluster else None
    if case.get("clusteringPolicy") == "NoCluster" and size is not None and size > most:
        words = f"NoCluster is offered up to {most} GB; this cluster has {size} GB"
        yield Problem("clusteringPolicy", f"InvalidClusteringPolicy: {words}")


# --- Azure Cache for Redis -------------------------------------------------------------------------------------------


def classic_sku_exists(case: Case) -> Iterator[Problem]:
    """Family and size belong to the tier."""
    name, family, capacity = (case.get(f"sku.{part}") for part in ("name", "family", "capacity"))
    sku = case.fact("redis.classic_skus").get(name)
    if sku and family is not None and capacity is not None:
        if family != sku["family"]:
            yield Problem("sku.family", f"InvalidSku: The family of {name} is {sku['family']}, not {family}")
        elif capacity not in sku["capacities"]:
            sizes = ", ".join(f"{family}{size}" for size in sku["capacities"])
            yield Problem("sku.capacity", f"InvalidSku: {name} has no size {family}{capacity} [sizes: {sizes}]")


def premium_features_are_premium(case: Case) -> Iterator[Problem]:
    """Clustering, persistence and injection are Premium's; Basic has no zones."""
    name = case.get("sku.name")
    for path in _PREMIUM_ONLY:
        if name in ("Basic", "Standard") and case.get(path) not in (None, "false"):
            yield Problem(path, f"InvalidRequestBody: {path} is only supported by the Premium SKU, not by {name}")
    if name == "Basic" and case.get("zones"):
        yield Problem("zones", "InvalidRequestBody: zones are not supported by the Basic SKU")


def one_kind_of_classic_persistence(case: Case) -> Iterator[Problem]:
    """Snapshots or the log of commands, into a storage account."""
    given = {kind: case.get(f"redisConfiguration.{kind}BackupEnabled") == "true" for kind in ("rdb", "aof")}
    if all(given.values()):
        words = "RDB and AOF persistence cannot be enabled at the same time"
        yield Problem("redisConfiguration", f"InvalidRequestBody: {words}")
    places = {"rdb": "rdbStorageConnectionString", "aof": "aofStorageConnectionString0"}
    by_identity = case.get("redisConfiguration.preferredDataPersistenceAuthMethod") == "ManagedIdentity"
    for kind, place in places.items():
        if given[kind] and case.properties["redisConfiguration"].get(place) is None and not by_identity:
            words = f"{place} is required when {kind.upper()} persistence is enabled"
            yield Problem(f"redisConfiguration.{place}", f"InvalidRequestBody: {words}")
