"""What ElastiCache refuses beyond a property's own form, and what a replication group gives back."""

from collections.abc import Iterator
from typing import Any

from rehearsal.aws.databases import zones_of
from rehearsal.aws.network import vpc_of
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.templates import noise

_NODES_FOR_FAILOVER = 2


def _nodes(case: Case) -> int | None:
    """Return the nodes of one shard; None while unknown."""
    if any(case.is_unknown(name) for name in ("numCacheClusters", "replicasPerNodeGroup")):
        return None
    replicas = case.get("replicasPerNodeGroup")
    return case.get("numCacheClusters") or (1 if replicas is None else 1 + replicas)


def _family(case: Case) -> str | None:
    engine, version = case.fact("elasticache.engines").get(case.get("engine")), case.get("engineVersion")
    return engine["families"].get(str(version).partition(".")[0]) if engine and version is not None else None


def engine_version_is_offered(case: Case) -> Iterator[Problem]:
    """Versions are named major.minor."""
    engine, version = case.fact("elasticache.engines").get(case.get("engine")), case.get("engineVersion")
    if engine and version is not None and version not in engine["versions"]:
        offered = ", ".join(engine["versions"])
        text = f"Invalid engine version {version} for {case.get('engine')} (offered: {offered})"
        yield Problem("engineVersion", f"InvalidParameterValue: {text}")


def failover_has_a_replica(case: Case) -> Iterator[Problem]:
    """Automatic failover needs a second node, Multi-AZ needs failover."""
    nodes, failover = _nodes(case), case.get("automaticFailoverEnabled")
    if failover and nodes is not None and nodes < _NODES_FOR_FAILOVER:
        text = f'"num_cache_clusters": must be at least 2 if automatic_failover_enabled is true, got {nodes}'
        yield Problem("numCacheClusters", f"InvalidParameterCombination: {text}")
    if case.get("multiAzEnabled") and failover is False:
        text = "automatic_failover_enabled must be true if multi_az_enabled is true"
        yield Problem("multiAzEnabled", f"InvalidParameterCombination: {text}")
    if (case.get("numNodeGroups") or 1) > 1 and failover is False:
        text = "Redis with cluster mode enabled cannot be created with auto failover turned off."
        yield Problem("automaticFailoverEnabled", f"InvalidParameterValue: {text}")


def encryption_is_consistent(case: Case) -> Iterator[Problem]:
    """Tokens and modes need TLS; a key needs encryption at rest."""
    if case.get("transitEncryptionEnabled") is not True and not case.is_unknown("transitEncryptionEnabled"):
        for name in ("authToken", "transitEncryptionMode"):
            if case.properties.get(name) is not None:
                text = f"{name} needs transitEncryptionEnabled"
                yield Problem(name, f"InvalidParameterCombination: {text}")
    if case.get("atRestEncryptionEnabled") is False and "kmsKeyId" in case.properties:
        text = "A KMS key is only for groups with encryption at rest"
        yield Problem("kmsKeyId", f"InvalidParameterCombination: {text}")


def preferred_zones_fit(case: Case) -> Iterator[Problem]:
    """As many preferred zones as nodes, all of the region."""
    given, nodes = case.all("preferredCacheClusterAzs[*]"), _nodes(case)
    if given and nodes is not None and len(given) != nodes:
        text = f"{len(given)} preferred zones for {nodes} nodes: give one a node"
        yield Problem("preferredCacheClusterAzs", f"InvalidParameterValue: {text}")
    zones = case.fact("regions.regions")[case.constants["region"]]["zones"]
    for zone in given:
        if zone not in zones:
            text = f"{zone} is not a valid availability zone of {case.constants['region']}"
            yield Problem("preferredCacheClusterAzs", f"InvalidParameterValue: {text}")


def log_groups_exist(case: Case) -> Iterator[Problem]:
    """Logs go to a log group that exists."""
    configurations = case.properties.get("logDeliveryConfigurations") or ()
    for index, item in enumerate(configurations):
        name = item.get("destination")
        to_logs = item.get("destinationType") == "cloudwatch-logs"
        if to_logs and not case.find("aws:cloudwatch/logGroup:LogGroup", str(name)):
            text = f"Log group {name} does not exist"
            yield Problem(f"logDeliveryConfigurations[{index}].destination", f"InvalidParameterValue: {text}")


def group_family_matches(case: Case) -> Iterator[Problem]:
    """The parameter group is of the engine version's family."""
    group, wanted = case.target("parameterGroupName"), _family(case)
    if group and wanted and group.outputs["family"] != wanted:
        text = f"Expected a parameter group of family {wanted} but found one of family {group.outputs['family']}"
        yield Problem("parameterGroupName", f"InvalidParameterCombination: {text}")


def cache_groups_share_vpc(case: Case) -> Iterator[Problem]:
    """Security groups are of the subnet group's VPC."""
    home = case.target("subnetGroupName")
    if home is None:
        return
    for group in case.targets("securityGroupIds[*]"):
        if vpc_of(group) != vpc_of(home):
            text = f"Security group {group.id} is not in the VPC {vpc_of(home)} of the cache subnet group {home.id}"
            yield Problem("securityGroupIds", f"InvalidParameterCombination: {text}")


def multi_az_has_zones(case: Case) -> Iterator[Problem]:
    """Multi-AZ needs subnets in two zones."""
    home = case.target("subnetGroupName")
    zones = zones_of(case, home) if home else []
    if home and case.get("multiAzEnabled") and len(zones) < _NODES_FOR_FAILOVER:
        text = f"Multi-AZ needs subnets in at least two Availability Zones; {home.id} covers {', '.join(zones)}"
        yield Problem("multiAzEnabled", f"InvalidParameterCombination: {text}")


def engine_is_not_downgraded(case: Case) -> Iterator[Problem]:
    """Versions go up; Redis may become Valkey, never back."""
    old, new = case.before("engine"), case.get("engine")
    if old == "valkey" and new == "redis":
        yield Problem("engine", "InvalidParameterCombination: Cannot change the engine from valkey to redis")
    elif old == new:
        order = case.fact("elasticache.engines")[new]["versions"]
        before, after = case.before("engineVersion"), case.get("engineVersion")
        if before in order and after in order and order.index(after) < order.index(before):
            text = f"Cannot downgrade {new} from {before} to {after}"
            yield Problem("engineVersion", f"InvalidParameterCombination: {text}")


def replication_group_outputs(case: Case) -> dict[str, Any]:
    """Name the endpoints and the members, fill in what the engine decides."""
    name, region = str(case.get("replicationGroupId")), case.constants["region"]
    zones = case.fact("regions.regions")[region]["zones"]
    code = next(iter(zones.values()))["id"].partition("-")[0]
    tail = f"{noise(f'{case.scope.account}|{region}|cache', 'alnum:6')}"
    shards, nodes = case.get("numNodeGroups") or 1, _nodes(case) or 1
    engine = case.fact("elasticache.engines").get(case.get("engine"), {"versions": [""]})
    version = case.get("engineVersion") or engine["versions"][-1]
    tls, clustered = bool(case.get("transitEncryptionEnabled")), shards > 1
    outputs: dict[str, Any] = {
        "engineVersion": version,
        "engineVersionActual": f"{version}.0" if version.count(".") == 1 else version,
        "clusterEnabled": clustered,
        "clusterMode": case.get("clusterMode") or ("enabled" if clustered else "disabled"),
        "memberClusters": _members(name, shards, nodes),
        "numCacheClusters": shards * nodes,
        "numNodeGroups": shards,
        "replicasPerNodeGroup": nodes - 1,
        "atRestEncryptionEnabled": case.get("atRestEncryptionEnabled", case.get("engine") == "valkey"),
        "transitEncryptionEnabled": tls,
        "parameterGroupName": case.properties.get("parameterGroupName") or f"default.{_family(case)}",
    }
    if clustered:
        host = f"clustercfg.{name}.{tail}" if tls else f"{name}.{tail}.clustercfg"
        return {**outputs, "configurationEndpointAddress": f"{host}.{code}.cache.amazonaws.com"}
    primary, reader = (
        (f"master.{name}.{tail}", f"replica.{name}.{tail}")
        if tls
        else (f"{name}.{tail}.ng.0001", f"{name}-ro.{tail}.ng.0001")
    )
    return {
        **outputs,
        "primaryEndpointAddress": f"{primary}.{code}.cache.amazonaws.com",
        "readerEndpointAddress": f"{reader}.{code}.cache.amazonaws.com",
    }


def _members(name: str, shards: int, nodes: int) -> list[str]:
    if shards == 1:
        return [f"{name}-{node:03}" for node in range(1, nodes + 1)]
    return [f"{name}-{shard:04}-{node:03}" for shard in range(1, shards + 1) for node in range(1, nodes + 1)]
