"""What Cloud DNS refuses: private zones of no network, records of another domain, data of another type."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.network import same_network
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.inventory import Object
from rehearsal.templates import noise

ZONE = "gcp:dns/managedZone:ManagedZone"
RECORD = "gcp:dns/recordSet:RecordSet"


def private_zones_have_networks(case: GcpCase) -> Iterator[Problem]:
    """A private zone is answered in networks, a public one everywhere."""
    given = case.properties.get("privateVisibilityConfig")
    if case.get("visibility") == "public" and given is not None:
        yield invalid("privateVisibilityConfig", "A public zone cannot have a private visibility config", "invalid")


def only_public_zones_are_signed(case: GcpCase) -> Iterator[Problem]:
    """Nobody outside checks what is private."""
    if case.get("visibility") == "private" and case.get("dnssecConfig.state") not in (None, "off"):
        words = "Invalid value for 'entity.managedZone.dnssecConfig': DNSSEC is not supported for private zones"
        yield invalid("dnssecConfig", words, "invalid")


def names_are_answered_once(case: GcpCase) -> Iterator[Problem]:
    """One private zone answers a domain in a network."""
    mine = case.all("privateVisibilityConfig.networks[*].networkUrl")
    for other in case.standing(ZONE):
        config = other.outputs.get("privateVisibilityConfig") or {}
        theirs = [it.get("networkUrl") for it in config.get("networks") or ()]
        shared = any(same_network(case, one, two) for one in mine for two in theirs)
        if shared and other.outputs["dnsName"] == case.get("dnsName"):
            words = f"'{other.name}' already answers {case.get('dnsName')} in the network"
            yield Problem("dnsName", f"Error 409: The zone {words}., conflict")


def _records(case: GcpCase) -> list[Object]:
    start = f"{case.id}/rrsets/"
    return [it for it in case.standing(RECORD) if it.id.startswith(start)]


def zone_is_empty(case: GcpCase) -> Iterator[Problem]:
    """A zone goes when its records have gone."""
    if _records(case) and not case.get("forceDestroy"):
        words = f"The resource named '{case.get('name')}' cannot be deleted because it is not empty"
        yield Problem("", f"Error 400: {words}., containerNotEmpty")


def name_servers(case: GcpCase) -> dict[str, Any]:
    """Name who answers for the zone."""
    if case.get("visibility") == "private":
        return {"nameServers": ["ns-gcp-private.googledomains.com."]}
    letter = noise(str(case.seed()), "digits:1").translate(str.maketrans("0123456789", "abcdeabcde"))
    return {"nameServers": [f"ns-cloud-{letter}{number}.googledomains.com." for number in range(1, 5)]}


# --- records ---------------------------------------------------------------------------------------------------------


def _is_address(of: Callable[[str], object], text: str) -> bool:
    try:
        of(text)
    except ValueError:
        return False
    return True


_FORMS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "A": (lambda text: _is_address(IPv4Address, text), "an IPv4 address"),
    "AAAA": (lambda text: _is_address(IPv6Address, text), "an IPv6 address"),
    "CNAME": (lambda text: text.endswith("."), "a name with a dot at the end"),
    "NS": (lambda text: text.endswith("."), "a name with a dot at the end"),
    "MX": (lambda text: text.split(" ")[0].isdigit() and text.endswith("."), "a priority and a name"),
    "CAA": (lambda text: text.split(" ")[0].isdigit() and text.count('"') == 2, 'flags, a tag and a "value"'),  # noqa: PLR2004
}


def data_is_of_the_type(case: GcpCase) -> Iterator[Problem]:
    """Data is written as its type wants it; there is one alias."""
    kind, data = str(case.get("type")), case.all("rrdatas[*]")
    if not case.properties.get("rrdatas") and case.properties.get("routingPolicy") is None:
        yield Problem("rrdatas", "one of `routing_policy,rrdatas` must be specified")
    if kind == "CNAME" and len(case.get("rrdatas") or ()) > 1:
        yield invalid("rrdatas", "Invalid value for 'entity.rrset.rrdatas': a CNAME has one target", "invalid")
    for text in data:
        fits, wanted = _FORMS.get(kind, (lambda _: True, ""))
        if not fits(text):
            yield invalid(
                "rrdatas", f"Invalid value for 'entity.rrset.rrdatas': '{text}' [{kind} wants {wanted}]", "invalid"
            )


def record_is_in_its_zone(case: GcpCase) -> Iterator[Problem]:
    """A record's name ends in its zone's."""
    zone, name = case.target("managedZone"), str(case.get("name"))
    if zone and name != zone.outputs["dnsName"] and not name.endswith(f".{zone.outputs['dnsName']}"):
        words = f"Invalid value for 'entity.rrset.name': '{name}' is not in the zone {zone.outputs['dnsName']}"
        yield invalid("name", words, "invalid")


def alias_stands_alone(case: GcpCase) -> Iterator[Problem]:
    """Beside an alias its name has no other record."""
    zone, name, kind = case.target("managedZone"), str(case.get("name")), case.get("type")
    if zone is None:
        return
    if kind == "CNAME" and name == zone.outputs["dnsName"]:
        yield invalid("name", f"The zone's own name '{name}' cannot be a CNAME", "invalid")
    others = [it for it in case.standing(RECORD) if it.id.startswith(f"{zone.id}/rrsets/{name}/")]
    if others and (kind == "CNAME" or any(it.outputs["type"] == "CNAME" for it in others)):
        words = f"The resource record set '{name}' of type {others[0].outputs['type']} conflicts with type {kind}"
        yield invalid("name", words, "cnameResourceRecordSetConflict")
