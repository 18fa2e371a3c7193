"""Memorystore for Redis: sizes, settings that may be changed, and the network door a cluster needs."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.paths import GcpCase, last, plain, region_of
from rehearsal.gcp.private_services import connection_of, policy_for
from rehearsal.gcp.refusals import invalid, seconds
from rehearsal.templates import noise
from rehearsal.values import Value, mapping

_CLASS = "gcp-memorystore-redis"
_SUBNET = "gcp:compute/subnetwork:Subnetwork"
_DAY = 24 * 60 * 60
_BACKUP_DAYS = range(1, 366)
_MEMORY = re.compile(r"\d+(b|k|kb|m|mb|g|gb)?", re.IGNORECASE)
_EVENTS = re.compile(r"[KEg$lshzxetdmnA]*")


def cluster_is_in_range(case: GcpCase) -> Iterator[Problem]:
    """Nodes of a cluster are counted, its network is one."""
    shards, replicas, most = case.get("shardCount"), case.get("replicaCount"), case.fact("redis.shards")
    if isinstance(shards, int) and isinstance(replicas, int) and shards * (1 + replicas) > most:
        words = f"{shards} shards with {replicas} replicas each are {shards * (1 + replicas)} nodes; {most} are allowed"
        yield invalid("shardCount", words)
    networks = case.get("pscConfigs")
    if not case.is_unknown("pscConfigs") and len(networks or ()) != 1:
        yield invalid("pscConfigs", f"Exactly one PSC config must be specified, got {len(networks or ())}")


def cluster_configs_are_known(case: GcpCase) -> Iterator[Problem]:
    """Few of Redis' settings can be changed in a cluster."""
    yield from _configs(case, case.fact("redis.cluster_configs"))


def instance_configs_are_known(case: GcpCase) -> Iterator[Problem]:
    """An instance lets other settings be changed than a cluster."""
    yield from _configs(case, case.fact("redis.instance_configs"))


def _configs(case: GcpCase, table: Mapping[str, Value]) -> Iterator[Problem]:
    for name, value in mapping(case.get("redisConfigs")).items():
        at = f'redisConfigs["{name}"]'
        if name not in table:
            words = f"Invalid Redis config: {name} is not supported.{suggestion(name, table)} Supported: "
            yield invalid(at, words + ", ".join(sorted(table)))
        elif isinstance(value, str) and (allowed := _refusal(table[name], value)):
            yield invalid(at, f"Invalid value for Redis config {name}: '{value}'. Allowed: {allowed}")


def _refusal(kind: Value, value: str) -> str | None:
    """Return what a setting may be, None where the value is that."""
    match kind:
        case "memory":
            return None if _MEMORY.fullmatch(value) else "a number of bytes with b, kb, mb or gb"
        case "events":
            return None if _EVENTS.fullmatch(value) else "letters out of KEg$lshzxetdmnA"
        case "percent":
            found = re.fullmatch(r"(\d+)%", value)
            return None if found and int(found.group(1)) <= 100 else "0% to 100%"  # noqa: PLR2004 - the whole
        case [int() as least, int() as most]:
            is_number = re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
            return None if is_number and least <= float(value) <= most else f"{least} to {most}"
    return None if value in kind else ", ".join(kind)


def backups_are_kept_for_days(case: GcpCase) -> Iterator[Problem]:
    """Backups are kept for one day to a year; what is written to disk is said once."""
    given = case.get("automatedBackupConfig.retention")
    if isinstance(given, str):
        kept = seconds(given)
        if kept is None or not _BACKUP_DAYS.start * _DAY <= kept <= (_BACKUP_DAYS.stop - 1) * _DAY:
            words = f"Retention of automated backups must be between 86400s and 31536000s, got {given}"
            yield invalid("automatedBackupConfig.retention", words)


def zone_is_said(case: GcpCase) -> Iterator[Problem]:
    """A cluster in one zone says which, in its region; one in several does not."""
    mode, zone = (case.get(f"zoneDistributionConfig.{name}") for name in ("mode", "zone"))
    if mode == "SINGLE_ZONE" and zone is None and not case.is_unknown("zoneDistributionConfig"):
        yield invalid("zoneDistributionConfig.zone", "A zone must be specified for SINGLE_ZONE")
    if mode == "MULTI_ZONE" and zone is not None:
        yield invalid("zoneDistributionConfig.zone", "A zone cannot be specified for MULTI_ZONE")
    if isinstance(zone, str) and region_of(zone) != case.place:
        yield invalid("zoneDistributionConfig.zone", f"Zone {zone} is not in the region {case.place}")


def _network(case: GcpCase) -> str | None:
    found = case.get("pscConfigs[0].network")
    return found if isinstance(found, str) else None


def endpoint_is_allowed(case: GcpCase) -> Iterator[Problem]:
    """A cluster's endpoints are placed by a policy of the network, in the region, for Redis."""
    network, region = _network(case), case.place or ""
    if network and policy_for(case, _CLASS, network, region) is None:
        words = (
            f"No service connection policy for service class {_CLASS} exists in network {plain(network)} and region "
            f"{region}. Create one before the cluster"
        )
        yield invalid("pscConfigs[0].network", words, "failedPrecondition")


def cluster_outputs(case: GcpCase) -> dict[str, Any]:
    """Return the endpoint of a cluster and what its nodes hold."""
    seed, node = str(case.seed()), case.fact("redis.nodes")[case.get("nodeType")]
    network, size = _network(case) or "", node["size"] * case.get("shardCount", 1)
    policy = policy_for(case, _CLASS, network, case.place or "")
    address = _address(case, policy.outputs if policy else {}, seed)
    rule = f"sca-auto-fr-{noise(f'{seed}|rule', 'uuid')}"
    connection = {
        "address": address, "network": plain(network), "projectId": case.project,
        "forwardingRule": f"projects/{case.project}/regions/{case.place}/forwardingRules/{rule}",
        "pscConnectionId": noise(f"{seed}|psc", "digits:17"),
    }  # fmt: skip
    authorities = []
    if case.get("transitEncryptionMode") != "TRANSIT_ENCRYPTION_MODE_DISABLED":
        text = f"-----BEGIN CERTIFICATE-----\n{noise(f'{seed}|ca', 'alnum:40')}\n-----END CERTIFICATE-----"
        authorities = [{"caCerts": [{"certificates": [text]}]}]
    return {
        "discoveryEndpoints": [{"address": address, "port": 6379, "pscConfig": {"network": plain(network)}}],
        "pscConnections": [connection],
        "pscServiceAttachments": [],
        "preciseSizeGb": float(size),
        "sizeGb": int(size),
        "managedServerCas": authorities,
    }


def _address(case: GcpCase, policy: Value, seed: str) -> str:
    """Take an address of the first subnet that the policy offers."""
    names = mapping(mapping(policy).get("pscConfig")).get("subnetworks") or []
    subnet = case.find(_SUBNET, str(names[0])) if names else None
    block = ipaddress.ip_network(subnet.outputs["ipCidrRange"] if subnet else "10.126.0.0/24")
    return str(block[int(noise(f"{seed}|address", "digits:6")) % (block.num_addresses - 4) + 2])


def instance_replicas_fit_its_tier(case: GcpCase) -> Iterator[Problem]:
    """A basic instance stands alone; replicas that may be read are one to five."""
    tier, count, reading = case.get("tier"), case.get("replicaCount"), case.get("readReplicasMode")
    readable = reading == "READ_REPLICAS_ENABLED"
    allowed = (0,) if tier == "BASIC" else range(1, 6) if readable else (1,)
    if isinstance(count, int) and count not in allowed:
        words = f"The replica count of a {tier} instance with {reading} must be {allowed[0]}"
        yield invalid("replicaCount", f"{words}{' to 5' if len(allowed) > 1 else ''}, got {count}")
    if readable and tier == "BASIC":
        yield invalid("readReplicasMode", "Read replicas are only supported for the tier STANDARD_HA")
    first, second = case.get("locationId"), case.get("alternativeLocationId")
    if first and first == second:
        yield invalid("alternativeLocationId", f"The alternative location must be another zone than {first}")


def instance_is_connected(case: GcpCase) -> Iterator[Problem]:
    """Private service access needs the network's peering with Google's services."""
    network = case.get("authorizedNetwork")
    wanted = case.get("connectMode") == "PRIVATE_SERVICE_ACCESS" and isinstance(network, str)
    if wanted and connection_of(case, network) is None:
        words = (
            "Google private service access is not enabled. Enable private service access and try again [a service "
            f"networking connection of network {last(network)}]"
        )
        yield invalid("authorizedNetwork", words)


def instance_outputs(case: GcpCase) -> dict[str, Any]:
    """Return the port and the secrets of an instance."""
    seed, zone = str(case.seed()), case.get("locationId") or f"{case.place}-a"
    secured = case.get("transitEncryptionMode") == "SERVER_AUTHENTICATION"
    text = f"-----BEGIN CERTIFICATE-----\n{noise(f'{seed}|ca', 'alnum:40')}\n-----END CERTIFICATE-----"
    return {
        "port": 6378 if secured else 6379,
        "serverCaCerts": [{"cert": text, "serialNumber": "0"}] if secured else [],
        "authString": noise(f"{seed}|auth", "uuid") if case.get("authEnabled") else "",
        "locationId": zone,
        "currentLocationId": zone,
        "readEndpointPort": 0,
        "nodes": [],
    }
