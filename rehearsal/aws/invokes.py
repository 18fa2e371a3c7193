"""Answers to AWS data sources that need no object of the program: who and where am I, which zones and sizes exist."""

from collections.abc import Callable, Mapping
from typing import Any

from rehearsal.catalogue import Catalogue
from rehearsal.errors import CloudError, suggestion

Answer = Callable[[Catalogue, Mapping[str, str], Mapping[str, Any]], dict[str, Any]]


def _caller_identity(_: Catalogue, at: Mapping[str, str], __: Mapping[str, Any]) -> dict[str, Any]:
    account = at["account"]
    arn = f"arn:aws:sts::{account}:assumed-role/rehearsal/pulumi"
    return {"accountId": account, "arn": arn, "id": account, "userId": "AROAREHEARSAL0000001:pulumi"}


def _partition(_: Catalogue, at: Mapping[str, str], __: Mapping[str, Any]) -> dict[str, Any]:
    name = at["partition"]
    return {"partition": name, "id": name, "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def _region(facts: Catalogue, at: Mapping[str, str], args: Mapping[str, Any]) -> dict[str, Any]:
    name = args.get("name") or at["region"]
    described = facts.fact("regions.regions").get(name)
    if described is None:
        raise CloudError(f"invalid AWS Region: {name}.{suggestion(name, facts.fact('regions.regions'))}")
    return {
        "name": name, "region": name, "id": name,
        "description": described["description"], "endpoint": f"ec2.{name}.amazonaws.com",
    }  # fmt: skip


def _availability_zones(facts: Catalogue, at: Mapping[str, str], args: Mapping[str, Any]) -> dict[str, Any]:
    zones = facts.fact("regions.regions")[at["region"]]["zones"]
    excluded = {*args.get("excludeNames", []), *args.get("excludeZoneIds", [])}
    offered = [
        (name, zone["id"]) for name, zone in zones.items()
        if not zone.get("closed") and name not in excluded and zone["id"] not in excluded
    ]  # fmt: skip
    return {
        "id": at["region"], "region": at["region"], "groupNames": [at["region"]],
        "names": [name for name, _ in offered], "zoneIds": [id_ for _, id_ in offered],
    }  # fmt: skip


def _instance_type(facts: Catalogue, at: Mapping[str, str], args: Mapping[str, Any]) -> dict[str, Any]:
    name = args["instanceType"]
    known = facts.fact("ec2.instance_types").get(name)
    if known is None:
        near = suggestion(name, facts.fact("ec2.instance_types"))
        raise CloudError(f"InvalidInstanceType: The following supplied instance types do not exist: [{name}].{near}")
    return {
        "id": name, "instanceType": name, "region": at["region"], "currentGeneration": True,
        "defaultVcpus": known["vcpu"], "memorySize": known["memory_mib"],
        "supportedArchitectures": [known["architecture"]],
        "maximumNetworkInterfaces": known["interfaces"], "maximumIpv4AddressesPerInterface": known["addresses"],
    }  # fmt: skip


ANSWERS: Mapping[str, Answer] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:ec2/getInstanceType:getInstanceType": _instance_type,
}
