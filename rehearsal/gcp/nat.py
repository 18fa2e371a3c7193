"""What Cloud NAT refuses: addresses and subnets that do not fit its options, ports, a second translation of a range."""

from collections.abc import Iterator

from rehearsal.errors import Problem
from rehearsal.gcp.network import SUBNET, ranges_of, same_network
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid

ROUTER = "gcp:compute/router:Router"
NAT = "gcp:compute/routerNat:RouterNat"
_MANUAL, _LIST = "MANUAL_ONLY", "LIST_OF_SUBNETWORKS"


def addresses_fit_the_option(case: GcpCase) -> Iterator[Problem]:
    """Addresses are named where they are chosen, and only there."""
    named = bool(case.properties.get("natIps")) or bool(case.properties.get("initialNatIps"))
    option = case.get("natIpAllocateOption")
    if option == _MANUAL and not named:
        yield invalid("natIps", "Nat IPs must be specified when natIpAllocateOption is MANUAL_ONLY", "invalid")
    if option == "AUTO_ONLY" and named:
        yield invalid("natIps", "Nat IPs cannot be specified when natIpAllocateOption is AUTO_ONLY", "invalid")


def subnets_fit_the_option(case: GcpCase) -> Iterator[Problem]:
    """Subnets are named where they are chosen, and only there; named ranges are asked for."""
    listed, option = bool(case.properties.get("subnetworks")), case.get("sourceSubnetworkIpRangesToNat")
    if option == _LIST and not listed:
        yield invalid("subnetworks", f"Subnetworks must be specified when {option} is chosen", "invalid")
    if option != _LIST and listed:
        yield invalid("subnetworks", f"Subnetworks cannot be specified when {option} is chosen", "invalid")
    for index, item in enumerate(case.get("subnetworks") or ()):
        wanted = "LIST_OF_SECONDARY_IP_RANGES" in (item.get("sourceIpRangesToNats") or ())
        if wanted != bool(item.get("secondaryIpRangeNames")):
            words = "Secondary range names are given if and only if LIST_OF_SECONDARY_IP_RANGES is asked for"
            yield invalid(f"subnetworks[{index}]", words, "invalid")


def ports_are_powers_of_two(case: GcpCase) -> Iterator[Problem]:
    """With dynamic allocation ports are counted in powers of two; it excludes a fixed mapping."""
    low, high, dynamic = case.get("minPortsPerVm"), case.get("maxPortsPerVm"), case.get("enableDynamicPortAllocation")
    for name, value in (("minPortsPerVm", low), ("maxPortsPerVm", high)):
        if dynamic and isinstance(value, int) and value & (value - 1):
            words = f"Invalid value for field '{name}': '{value}'. Must be a power of 2 with dynamic port allocation"
            yield invalid(name, words, "invalid")
    if high is not None and not dynamic:
        yield invalid("maxPortsPerVm", "maxPortsPerVm can only be set with dynamic port allocation", "invalid")
    if isinstance(low, int) and isinstance(high, int) and low >= high:
        words = f"minPortsPerVm ({low}) must be less than maxPortsPerVm ({high})"
        yield invalid("minPortsPerVm", words, "invalid")
    if dynamic and case.get("enableEndpointIndependentMapping"):
        words = "Dynamic port allocation cannot be enabled together with endpoint-independent mapping"
        yield invalid("enableDynamicPortAllocation", words, "invalid")


def addresses_are_free(case: GcpCase) -> Iterator[Problem]:
    """An address is external and translates for one gateway."""
    mine = f"{case.get('project')}/{case.get('region')}/{case.get('router')}/{case.get('name')}"
    for address in case.targets("natIps[*]"):
        if address.outputs.get("addressType") != "EXTERNAL":
            yield invalid("natIps", f"The address '{address.id}' is not external", "invalid")
        for user in case.inventory.referrers(address.key):
            if user.id not in (mine, case.id):
                words = f"The address resource '{address.id}' is already being used by '{user.id}'"
                yield Problem("natIps", f"Error 400: {words}, resourceInUseByAnotherResource")


def subnets_are_the_routers(case: GcpCase) -> Iterator[Problem]:
    """The subnets are of the router's network, and have the ranges named."""
    router = case.target("router")
    for index, item in enumerate(case.get("subnetworks") or ()):
        subnet = case.find(SUBNET, str(item.get("name")))
        if subnet is None or router is None:
            continue
        at = f"subnetworks[{index}]"
        if not same_network(case, subnet.outputs["network"], router.outputs.get("network")):
            yield invalid(at, f"Subnetwork '{subnet.id}' is not in the network of the router", "invalid")
        for name in item.get("secondaryIpRangeNames") or ():
            if name not in ranges_of(subnet.outputs):
                yield invalid(at, f"Secondary range '{name}' does not exist in subnetwork '{subnet.name}'", "invalid")


def nats_of_a_network_are_apart(case: GcpCase) -> Iterator[Problem]:
    """Of a network's region everything is translated by one gateway, or each named range by one."""
    router = case.target("router")
    for other in case.standing(NAT):
        given = other.outputs
        home = case.find(ROUTER, f"projects/{given['project']}/regions/{given['region']}/routers/{given['router']}")
        if not router or not home or given["region"] != case.get("region"):
            continue
        if not same_network(case, home.outputs.get("network"), router.outputs.get("network")):
            continue
        options = {given["sourceSubnetworkIpRangesToNat"], case.get("sourceSubnetworkIpRangesToNat")}
        named = {case.path_of(SUBNET, str(it["name"])) for it in given.get("subnetworks") or ()}
        shared = [it for it in case.all("subnetworks[*].name") if case.path_of(SUBNET, it) in named]
        if options != {_LIST} or shared:
            words = (
                f"NAT '{given['name']}' in router '{given['router']}' already translates these ranges of the network"
            )
            yield invalid("subnetworks", words, "invalid")
