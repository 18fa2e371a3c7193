"""Route 53: names of records, values of the right form, zones that are empty before they go."""

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.templates import noise

RECORD = "aws:route53/record:Record"
_DOMAINS = ("com", "net", "org", "co.uk")


def name_servers(case: Case) -> dict[str, Any]:
    """Give a zone four name servers, and its name without the final dot."""
    seed = str(case.seed())
    servers = [
        f"ns-{int(noise(f'{seed}|{tld}', 'hex:3'), 16) % 512 + 512 * index}.awsdns-{noise(f'{seed}|{tld}', 'digits:2')}.{tld}"
        for index, tld in enumerate(_DOMAINS)
    ]
    return {"name": str(case.get("name")).removesuffix("."), "nameServers": servers, "primaryNameServer": servers[0]}


def zone_is_empty(case: Case) -> Iterator[Problem]:
    """A zone with records of ours stays unless it may be destroyed with them."""
    if not case.get("forceDestroy") and case.referrers(RECORD, "zoneId"):
        text = "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
        yield Problem("", f"HostedZoneNotEmpty: {text}")


def full_name(case: Case) -> dict[str, Any]:
    """Complete a record's name with its zone's."""
    zone = case.target("zoneId")
    name = str(case.get("name")).removesuffix(".").lower()
    domain = str(zone.outputs["name"]) if zone else ""
    return {
        "fqdn": name if not domain or name == domain or name.endswith(f".{domain}") else f"{name}.{domain}".lstrip(".")
    }


def record_has_values(case: Case) -> Iterator[Problem]:
    """A record has values and a time to live, or is an alias."""
    values, alias = case.properties.get("records") is not None, bool(case.properties.get("aliases"))
    if values == alias:
        yield Problem("records", "exactly one of records, aliases must be specified")
    elif values and case.properties.get("ttl") is None:
        yield Problem("ttl", "InvalidInput: Invalid request: Missing field 'TTL' in record set")


def values_fit_the_type(case: Case) -> Iterator[Problem]:
    """Addresses are addresses."""
    form = {"A": IPv4Address, "AAAA": IPv6Address}.get(str(case.get("type")))
    for value in case.all("records[*]") if form else ():
        try:
            form(value)
        except AddressValueError:
            kind = case.get("type")
            text = f"Invalid Resource Record: '{kind}RRDATAIllegalAddress (Value is not a valid address) encountered with '{value}''"
            yield Problem("records", f"InvalidChangeBatch: [{text}]")


def apex_is_no_cname(case: Case) -> Iterator[Problem]:
    """The zone's own name cannot be an alias for another by CNAME."""
    zone = case.target("zoneId")
    if zone and case.get("type") == "CNAME" and full_name(case)["fqdn"] == zone.outputs["name"]:
        name = zone.outputs["name"]
        text = f"RRSet of type CNAME with DNS name {name}. is not permitted at apex in zone {name}."
        yield Problem("type", f"InvalidChangeBatch: [{text}]")
