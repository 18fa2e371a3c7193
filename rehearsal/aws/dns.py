"""Route 53: name servers, which names a zone takes, and records that exclude each other."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.templates import noise

ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_SERVER_DOMAINS = ("com", "net", "org", "co.uk")  # one of each, numbered in blocks of 512
_ROUTING_POLICIES = (
    "cidrRoutingPolicy", "failoverRoutingPolicies", "geolocationRoutingPolicies", "geoproximityRoutingPolicy",
    "latencyRoutingPolicies", "multivalueAnswerRoutingPolicy", "weightedRoutingPolicies",
)  # fmt: skip


def zone_outputs(case: Case) -> dict[str, Any]:
    """Name a public zone's four servers, one in each of the four domains."""
    name = str(case.get("name")).rstrip(".")
    seed = f"{case.seed()}|servers"
    servers = sorted(
        f"ns-{512 * block + int(noise(f'{seed}|{domain}', 'hex:4'), 16) % 512}."
        f"awsdns-{int(noise(f'{seed}|{domain}|group', 'hex:4'), 16) % 64:02}.{domain}"
        for block, domain in enumerate(_SERVER_DOMAINS)
    )
    return {"name": name, "nameServers": servers, "primaryNameServer": servers[0]}


def zone_is_empty(case: Case) -> Iterator[Problem]:
    """A zone goes when only its own NS and SOA records are left; with `forceDestroy` the others go with it."""
    records = case.referrers(RECORD, "zoneId")
    if case.get("forceDestroy"):
        for record in records:
            case.inventory.remove(record)
    elif records:
        text = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
        names = ", ".join(f"{record.outputs['fqdn']} {record.outputs['type']}" for record in records)
        yield Problem("", f"HostedZoneNotEmpty: {text} [{names}]")


def full_name(name: str, zone: str) -> str:
    """Return a record's full name: the provider appends the zone to every name that does not end with it."""
    short = name.rstrip(".").lower()
    return short if short.endswith(zone) else f"{short}.{zone}" if short else zone


def record_outputs(case: Case) -> dict[str, Any]:
    """Complete the name; the provider keeps names in lower case without the final dot."""
    zone, name = case.target("zoneId"), str(case.get("name"))
    fqdn = full_name(name, zone.outputs["name"]) if zone else case.before("fqdn")
    return {"name": name.rstrip(".").lower(), "fqdn": fqdn}


def record_is_complete(case: Case) -> Iterator[Problem]:
    """A record has values and a TTL, or is an alias; sets of equals have identifiers and a policy."""
    values, alias = case.properties.get("records"), case.properties.get("aliases")
    if (values is None) == (alias is None):
        yield Problem("records", '"records": one of `alias,records` must be specified, and not both')
    elif (values is None) != (case.properties.get("ttl") is None):
        text = "all of `records,ttl` must be specified" if values else "an alias takes the TTL of its target"
        yield Problem("ttl", f'"ttl": {text}')
    policies = [name for name in _ROUTING_POLICIES if case.properties.get(name)]
    if len(policies) > 1:
        yield Problem(policies[1], f'"{policies[1]}": conflicts with {policies[0]}')
    if bool(policies) != (case.properties.get("setIdentifier") is not None):
        yield Problem("setIdentifier", '"set_identifier": a routing policy and set_identifier need each other')


def values_fit_the_type(case: Case) -> Iterator[Problem]:
    """Addresses are addresses; a CNAME has one target."""
    kind, values = case.get("type"), case.all("records[*]")
    for family, parse in (("A", ipaddress.IPv4Address), ("AAAA", ipaddress.IPv6Address)):
        for value in values if kind == family else ():
            try:
                parse(value)
            except ValueError:
                version = "4" if family == "A" else "6"
                code = f"{family}RRDATAIllegalIPv{version}Address (Value is not a valid IPv{version} address)"
                text = f"Invalid Resource Record: 'FATAL problem: {code} encountered with '{value}''"
                yield Problem("records", f"InvalidChangeBatch: [{text}]")
    if kind == "CNAME" and len(values) > 1:
        text = f"RRSet with DNS name {case.get('name')}, type CNAME contains {len(values)} values; it can have only one"
        yield Problem("records", f"InvalidChangeBatch: [{text}]")


def record_fits_its_zone(case: Case) -> Iterator[Problem]:
    """The name lies in the zone, is free, and does not stand beside a CNAME."""
    zone = case.target("zoneId")
    if zone is None:
        return
    apex, kind = str(zone.outputs["name"]), case.get("type")
    name = full_name(str(case.get("name")), apex)
    refusal = _name_refusal(case, zone, name, kind) or _neighbour_refusal(case, zone, name, kind)
    if refusal:
        yield Problem("name", f"InvalidChangeBatch: [{refusal}]")


def _name_refusal(case: Case, zone: Object, name: str, kind: str) -> str | None:
    apex = zone.outputs["name"]
    if name != apex and not name.endswith(f".{apex}"):
        return f"RRSet with DNS name {name}. is not permitted in zone {apex}."
    if name == apex and kind == "CNAME":
        return f"RRSet of type CNAME with DNS name {name}. is not permitted at apex in zone {apex}."
    own = name == apex and kind in ("NS", "SOA")  # every zone is born with these two
    other = case.find(RECORD, f"{zone.id}_{name}_{kind}{case.get('setIdentifier') or ''}", "set")
    if (own and not case.get("allowOverwrite")) or (other and not _is_self(case, other)):
        return f"Tried to create resource record set [name='{name}.', type='{kind}'] but it already exists"
    return None


def _neighbour_refusal(case: Case, zone: Object, name: str, kind: str) -> str | None:
    apex = zone.outputs["name"]
    for other in case.inventory.referrers(zone.key, type=RECORD, property="zoneId"):
        if other.outputs["fqdn"] != name or other.outputs["type"] == kind or _is_self(case, other):
            continue
        if kind == "CNAME":
            text = f"RRSet of type CNAME with DNS name {name}. is not permitted as it conflicts with other records"
            return f"{text} with the same DNS name in zone {apex}."
        if other.outputs["type"] == "CNAME":
            text = f"RRSet of type {kind} with DNS name {name}. is not permitted because a conflicting RRSet of type"
            return f"{text} CNAME with the same DNS name already exists in zone {apex}."
    return None


def _is_self(case: Case, other: Object) -> bool:
    return case.old is not None and other.key == case.old.key


def alias_target_exists(case: Case) -> Iterator[Problem]:
    """An alias to CloudFront names a distribution; load balancers are made by controllers and cannot be judged."""
    alias = case.get("aliases[0]")
    if not isinstance(alias, dict) or alias.get("zoneId") != case.fact("route53.cloudfront_zone"):
        return
    target = str(alias.get("name")).rstrip(".").lower()
    if not target.endswith(".cloudfront.net"):
        wrong = "the alias target name does not lie within the target zone"
    elif case.find_anywhere(DISTRIBUTION, target, "domain") is None:
        wrong = "that target was not found"
    else:
        return
    text = f"Tried to create an alias that targets {target}., type {case.get('type')} in zone {alias['zoneId']}, but"
    yield Problem("aliases", f"InvalidChangeBatch: [{text} {wrong}]")


def record_anywhere(case: Case, name: str, kind: str) -> Object | None:
    """Return a record of any account's public zone that public DNS would answer a question with."""
    asked = name.rstrip(".").lower()
    for zone in case.inventory.list(case.scope.package, ZONE):
        apex = zone.outputs["name"]
        if zone.outputs.get("vpcs") or (asked != apex and not asked.endswith(f".{apex}")):
            continue
        if record := case.find_anywhere(RECORD, f"{zone.id}_{asked}_{kind}", "set"):
            return record
    return None
