"""What Google's networks refuse: ranges that overlap, proxies without a role, addresses nowhere; what they compute."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_address, ip_network
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase, plain
from rehearsal.gcp.refusals import invalid
from rehearsal.inventory import Object
from rehearsal.templates import noise
from rehearsal.values import Value, mapping

NETWORK = "gcp:compute/network:Network"
SUBNET = "gcp:compute/subnetwork:Subnetwork"
GLOBAL_ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
FORWARDING_RULE = "gcp:compute/forwardingRule:ForwardingRule"
PROXIES = ("REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY")
#: Ranges that no subnet may have (VPC documents, prohibited IPv4 subnet ranges).
_FORBIDDEN = [
    IPv4Network(item)
    for item in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "199.36.153.4/30", "199.36.153.8/30")
]
_SMALLEST_PREFIX, _SMALLEST_PROXY_PREFIX = 29, 26
_FROM_GOOGLE = IPv4Network("34.64.0.0/10")
"""Where public addresses are taken from: a range of Google's."""


def network_of(value: str | None) -> IPv4Network | None:
    """Return a range; None for what is none."""
    try:
        found = ip_network(str(value))
    except ValueError:
        return None
    return found if isinstance(found, IPv4Network) else None


def ranges_of(properties: Value) -> dict[str, IPv4Network]:
    """Return a subnet's ranges by name; its own is called by the empty one."""
    given = {"": properties.get("ipCidrRange")}
    given |= {str(it.get("rangeName")): it.get("ipCidrRange") for it in properties.get("secondaryIpRanges") or ()}
    return {name: found for name, text in given.items() if isinstance(text, str) and (found := network_of(text))}


def subnets_of(case: GcpCase, network: Object | None) -> list[Object]:
    """Return the other subnets of a network."""
    if network is None:
        return []
    mine = case.own_path()
    standing = [it for it in case.standing(SUBNET) if it.id != mine]
    return [it for it in standing if case.path_of(NETWORK, str(it.outputs["network"])) == network.id]


def ranges_are_networks(case: GcpCase) -> Iterator[Problem]:
    """A range is a network, not a host in one; neither too small nor one of the world's own."""
    named = [("ipCidrRange", case.get("ipCidrRange"))]
    for index, it in enumerate(case.get("secondaryIpRanges") or ()):
        named.append((f"secondaryIpRanges[{index}].ipCidrRange", it.get("ipCidrRange")))
    smallest = _SMALLEST_PROXY_PREFIX if case.get("purpose") in PROXIES else _SMALLEST_PREFIX
    for path, text in named:
        if not isinstance(text, str):
            continue
        found, field = network_of(text), f"Invalid value for field 'resource.{path}': '{text}'"
        if found is None:
            yield invalid(path, f"{field}. Must be a CIDR address range, without bits of a host", "invalid")
        elif any(found.overlaps(reserved) for reserved in _FORBIDDEN):
            yield invalid(path, f"{field}. The range is reserved and cannot be a subnetwork's", "invalid")
        elif found.prefixlen > smallest:
            yield invalid(path, f"{field}. The range must be a /{smallest} or larger", "invalid")


def ranges_of_a_subnet_are_apart(case: GcpCase) -> Iterator[Problem]:
    """The ranges of one subnet have names of their own and do not overlap."""
    names = case.all("secondaryIpRanges[*].rangeName")
    for name in sorted({it for it in names if names.count(it) > 1}):
        yield invalid("secondaryIpRanges", f"Duplicate secondary range name '{name}'", "invalid")
    ranges = list(ranges_of(case.properties).items())
    for index, (name, one) in enumerate(ranges):
        for other, two in ranges[index + 1 :]:
            if one.overlaps(two):
                words = f"Invalid IPCidrRange: {two} ('{other}') conflicts with {one} ('{name or 'primary'}')"
                yield invalid("secondaryIpRanges", f"{words} of the same subnetwork")


def subnets_are_apart(case: GcpCase) -> Iterator[Problem]:
    """No two subnets of a network overlap, wherever they are; nor do what is kept for services and peers."""
    network = case.target("network")
    for name, one in ranges_of(case.properties).items():
        path = "secondaryIpRanges" if name else "ipCidrRange"
        for subnet in subnets_of(case, network):
            if any(one.overlaps(two) for two in ranges_of(subnet.outputs).values()):
                where = f"existing subnetwork '{subnet.name}' in region '{subnet.outputs['region']}'"
                yield invalid(path, f"Invalid IPCidrRange: {one} conflicts with {where}")
        for kept, two in kept_ranges(case, network):
            if one.overlaps(two):
                yield invalid(path, f"Invalid IPCidrRange: {one} conflicts with reserved IP range '{kept.name}' {two}")


def kept_ranges(case: GcpCase, network: Object | None) -> Iterator[tuple[Object, IPv4Network]]:
    """Yield the ranges of a network that are kept for the services of others."""
    for it in case.standing(GLOBAL_ADDRESS):
        given = it.outputs
        mine = network and given.get("network") and case.path_of(NETWORK, str(given["network"])) == network.id
        if mine and given.get("prefixLength") and given.get("address"):
            yield it, IPv4Network(f"{given['address']}/{given['prefixLength']}", strict=False)


def proxies_have_a_role(case: GcpCase) -> Iterator[Problem]:
    """A subnet of proxies says whether it serves; it has nothing that other subnets have."""
    purpose = case.get("purpose")
    if purpose in PROXIES:
        if case.get("role") is None and not case.is_unknown("role"):
            words = (
                f"Invalid value for field 'resource.role': ''. Role must be set for subnetwork with purpose {purpose}"
            )
            yield invalid("role", words, "invalid")
        for name in ("secondaryIpRanges", "logConfig", "privateIpGoogleAccess"):
            if case.get(name):
                words = f"Invalid value for field 'resource.{name}'. Not supported for purpose {purpose}"
                yield invalid(name, words, "invalid")
    elif case.get("role"):
        words = (
            f"Invalid value for field 'resource.role': '{case.get('role')}'. Role is only for subnetworks of proxies"
        )
        yield invalid("role", words, "invalid")


def active_proxies(case: GcpCase, network: Object | None, region: str | None) -> Object | None:
    """Return the subnet whose proxies serve in a region."""
    for it in subnets_of(case, network):
        given = it.outputs
        if (given.get("purpose"), given.get("role"), given.get("region")) == (PROXIES[0], "ACTIVE", region):
            return it
    return None


def one_subnet_of_proxies(case: GcpCase) -> Iterator[Problem]:
    """One subnet of proxies serves in a network's region."""
    if case.get("purpose") == PROXIES[0] and case.get("role") == "ACTIVE":
        other = active_proxies(case, case.target("network"), case.place)
        if other:
            words = f"An active proxy-only subnetwork '{other.name}' already exists in region '{case.place}'"
            yield invalid("role", f"{words} of the network")


def proxies_are_not_needed(case: GcpCase) -> Iterator[Problem]:
    """Proxies stay as long as a load balancer of the region has no others."""
    if case.get("purpose") != PROXIES[0] or case.get("role") != "ACTIVE":
        return
    for rule in case.standing(FORWARDING_RULE):
        given = rule.outputs
        if str(given.get("loadBalancingScheme")).endswith("_MANAGED") and given.get("region") == case.place:
            same = case.path_of(NETWORK, str(given.get("network"))) == case.path_of(NETWORK, str(case.get("network")))
            if same:
                words = f"The subnetwork resource '{case.id}' is already being used by '{rule.id}'"
                yield Problem("", f"Error 400: {words}, resourceInUseByAnotherResource")


def gateway(case: GcpCase) -> dict[str, Any]:
    """The first address of a subnet is its gateway."""
    found = network_of(case.get("ipCidrRange"))
    return {"gatewayAddress": str(found.network_address + 1)} if found else {}


# --- addresses -------------------------------------------------------------------------------------------------------


def public_address(seed: str) -> str:
    """Return a public address that is the same in every run."""
    return str(_FROM_GOOGLE.network_address + int(noise(f"{seed}|address", "digits:9")) % _FROM_GOOGLE.num_addresses)


def address_in(network: IPv4Network, seed: str) -> str:
    """Return an address of a range that is nobody's own: neither the first two nor the last two."""
    room = max(1, network.num_addresses - 4)
    return str(network.network_address + 2 + int(noise(f"{seed}|address", "digits:9")) % room)


def address_says_where(case: GcpCase) -> Iterator[Problem]:
    """An internal address is of a subnet or a network; an external one of neither."""
    internal = case.get("addressType") == "INTERNAL"
    unsaid = not case.properties.get("subnetwork") and not case.properties.get("network")
    if internal and unsaid:
        words = "Invalid value for field 'resource.subnetwork': ''. An internal address needs a subnetwork"
        yield invalid("subnetwork", words, "invalid")
    if not internal and not unsaid:
        words = "Subnetwork and network can only be specified for an address of type INTERNAL"
        yield invalid("addressType", words, "invalid")


def address_is_in_its_subnet(case: GcpCase) -> Iterator[Problem]:
    """An internal address lies in its subnet's own range."""
    subnet, given = case.target("subnetwork"), case.get("address")
    around = network_of(subnet.outputs["ipCidrRange"]) if subnet else None
    if given and around and ip_address(given) not in around:
        words = f"Invalid value for field 'resource.address': '{given}'. Requested internal IP address is outside the"
        yield invalid("address", f"{words} subnetwork {around}", "invalid")


def address_given(case: GcpCase) -> dict[str, Any]:
    """Choose an address."""
    seed, given = str(case.seed()), case.get("address")
    if given:
        return {}
    subnet = case.target("subnetwork")
    around = network_of(subnet.outputs["ipCidrRange"]) if subnet else None
    address = address_in(around, seed) if around else public_address(seed)
    return {"address": address, "networkTier": case.get("networkTier") or "PREMIUM"}


def peering_range_says_where(case: GcpCase) -> Iterator[Problem]:
    """A range for peered services is internal, of a network, and has a size."""
    if case.get("purpose") != "VPC_PEERING":
        return
    for name, wanted in (("network", "a network"), ("prefixLength", "a prefix length")):
        if case.properties.get(name) is None:
            words = f"Invalid value for field 'resource.{name}': ''. An address for VPC_PEERING needs {wanted}"
            yield invalid(name, words, "invalid")
    if case.get("addressType") == "EXTERNAL":
        words = "Invalid value for field 'resource.addressType': 'EXTERNAL'. VPC_PEERING is of internal addresses"
        yield invalid("addressType", words, "invalid")


def peering_range_is_apart(case: GcpCase) -> Iterator[Problem]:
    """What is kept for services overlaps no subnet and no other range kept."""
    network, address, prefix = case.target("network"), case.get("address"), case.get("prefixLength")
    if not network or not address or not prefix:
        return
    mine = IPv4Network(f"{address}/{prefix}", strict=False)
    for subnet in subnets_of(case, network):
        if any(mine.overlaps(it) for it in ranges_of(subnet.outputs).values()):
            words = f"Invalid value for field 'resource.address': '{address}'. The range {mine} conflicts with"
            yield invalid("address", f"{words} existing subnetwork '{subnet.name}'", "invalid")
    for kept, other in kept_ranges(case, network):
        if mine.overlaps(other):
            words = f"Invalid value for field 'resource.address': '{address}'. The range {mine} conflicts with"
            yield invalid("address", f"{words} reserved IP range '{kept.name}'", "invalid")


def range_given(case: GcpCase) -> dict[str, Any]:
    """Choose a public address, or a range of the network that is still free."""
    if case.get("address"):
        return {}
    prefix, network = case.get("prefixLength"), case.target("network")
    if not prefix or network is None:
        return {"address": public_address(str(case.seed()))}
    taken = [it for subnet in subnets_of(case, network) for it in ranges_of(subnet.outputs).values()]
    taken += [it for thing, it in kept_ranges(case, network) if thing.id != case.own_path()]
    if case.old:
        return {"address": case.before("address")}
    free = (it for it in IPv4Network("10.0.0.0/8").subnets(new_prefix=int(prefix)) if not any(map(it.overlaps, taken)))
    found = next(free, None)
    return {"address": str(found.network_address)} if found else {}


# --- peers and routes ------------------------------------------------------------------------------------------------


def peers_are_apart(case: GcpCase) -> Iterator[Problem]:
    """Networks that are peers have no addresses in common, and are two."""
    one, other = case.target("network"), case.target("peerNetwork")
    if one and other and one.id == other.id:
        yield invalid("peerNetwork", "A network cannot be peered with itself", "invalid")
        return
    mine = [(it, r) for it in subnets_of(case, one) for r in ranges_of(it.outputs).values()]
    for subnet in subnets_of(case, other):
        for range_ in ranges_of(subnet.outputs).values():
            for local, own in mine:
                if own.overlaps(range_):
                    words = f"An IP range in the local network ({own} of '{local.name}') overlaps with an IP range"
                    yield invalid("peerNetwork", f"{words} ({range_} of '{subnet.name}') in the peer network")


def route_has_one_hop(case: GcpCase) -> Iterator[Problem]:
    """A route leads to one thing."""
    names = [name for name in case.properties if name.startswith("nextHop") and name != "nextHopInstanceZone"]
    if len(names) != 1:
        yield invalid("", f"Exactly one next hop must be specified for a route, not {len(names)}", "invalid")


def same_network(case: GcpCase, one: Value, other: Value) -> bool:
    """Tell whether two references are to one network."""
    return case.path_of(NETWORK, plain(str(one))) == case.path_of(NETWORK, plain(str(other)))


def secondary_range(subnet: Object | None, name: Value) -> IPv4Network | None:
    """Return a secondary range of a subnet by its name."""
    return ranges_of(mapping(subnet.outputs)).get(str(name)) if subnet and name else None
