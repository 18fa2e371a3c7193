"""What Azure refuses of virtual networks, subnets, routes and peerings."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import combinations
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.values import mapping

NETWORK, SUBNET = "azure-native:network:VirtualNetwork", "azure-native:network:Subnet"
PEERING = "azure-native:network:VirtualNetworkPeering"
FIREWALL_SUBNET = "AzureFirewallSubnet"
RESERVED_ADDRESSES = 5
"""The first four and the last address of every subnet are Azure's."""
_SMALLEST_PREFIX = 29
_SPECIAL_SUBNETS = {
    FIREWALL_SUBNET: 26,
    "AzureFirewallManagementSubnet": 26,
    "AzureBastionSubnet": 26,
    "GatewaySubnet": 29,
}
_WITHOUT_RULES = (FIREWALL_SUBNET, "GatewaySubnet", "AzureFirewallManagementSubnet")

Network = IPv4Network | IPv6Network


def prefixes(thing: Object | None) -> list[Network]:
    """Return the ranges of a network."""
    space = mapping(thing.outputs.get("addressSpace")) if thing else {}
    return [ip_network(text) for text in space.get("addressPrefixes", ())]


def subnet_range(subnet: Object) -> Network:
    """Return the (first) range of a subnet."""
    several = subnet.outputs.get("addressPrefixes") or [subnet.outputs.get("addressPrefix")]
    return ip_network(several[0])


def network_of(case: Case, subnet: Object) -> Object | None:
    """Return the network a subnet is part of."""
    return arm.find(case, subnet.id.rpartition("/subnets/")[0])


def delegations(subnet: Object) -> list[str]:
    """Return the services a subnet is reserved for."""
    return [str(item.get("serviceName")) for item in subnet.outputs.get("delegations") or ()]


def occupants(case: Case, subnet: Object) -> list[Object]:
    """Return what stands in a subnet, but for the resource itself."""
    mine = arm.own_path(case).lower()
    return [it for it in case.inventory.referrers(subnet.key) if it.id.lower() != mine and _occupies(it, subnet)]


def _occupies(thing: Object, subnet: Object) -> bool:
    kind = arm.arm_type(thing.id)
    inside = not thing.id.lower().startswith(f"{subnet.id.lower()}/")  # an extension of the subnet is no resource in it
    return inside and kind not in (
        "Microsoft.Authorization/roleAssignments",
        "Microsoft.Network/networkWatchers/flowLogs",
    )


# --- networks -------------------------------------------------------------------------------------------------------


def subnets_are_resources(case: Case) -> Iterator[Problem]:
    """Subnets inside the network's own body fight with the resource Subnet: only that one is simulated."""
    if case.properties.get("subnets"):
        yield Problem(
            "subnets", "[the rehearsal knows subnets as resources of their own: place each as network.Subnet]"
        )


def prefixes_are_apart(case: Case) -> Iterator[Problem]:
    """The ranges of a network do not overlap."""
    given = [ip_network(text) for text in case.all("addressSpace.addressPrefixes[*]")]
    for one, other in combinations(given, 2):
        if one.overlaps(other):
            words = f"The address prefixes {one} and {other} of the virtual network overlap"
            yield Problem("addressSpace.addressPrefixes", f"VirtualNetworkAddressPrefixesOverlap: {words}")


def subnets_stay_inside(case: Case) -> Iterator[Problem]:
    """A range that subnets lie in is not taken away."""
    ranges = [ip_network(text) for text in case.all("addressSpace.addressPrefixes[*]")]
    for subnet in arm.below(case, SUBNET, arm.own_path(case)):
        if not any(_contains(outer, subnet_range(subnet)) for outer in ranges):
            yield Problem("addressSpace", _outside(subnet.name, case.properties.get("virtualNetworkName")))


def peers_stay_apart(case: Case) -> Iterator[Problem]:
    """A network does not grow into one it is peered with."""
    ranges = [ip_network(text) for text in case.all("addressSpace.addressPrefixes[*]")]
    for peering in arm.below(case, PEERING, arm.own_path(case)):
        remote = arm.find(case, mapping(peering.outputs.get("remoteVirtualNetwork")).get("id"))
        if remote and _overlap(ranges, prefixes(remote)):
            words = (
                f"Address space of the virtual network {arm.own_path(case)} overlaps with address space of {remote.id} "
                "already peered with it"
            )
            yield Problem("addressSpace", f"VnetAddressSpaceOverlapsWithAlreadyPeeredVnet: {words}")


def _contains(outer: Network, inner: Network) -> bool:
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network) and inner.subnet_of(outer)


def _overlap(here: list[Network], there: list[Network]) -> bool:
    return any(one.overlaps(other) for one in here for other in there)


def _outside(subnet: object, network: object) -> str:
    return (
        f"NetcfgSubnetRangeOutsideVnet: Subnet '{subnet}' is not valid because its IP address range is outside the IP "
        f"address range of virtual network '{network}'."
    )


# --- subnets --------------------------------------------------------------------------------------------------------


def _ranges(case: Case) -> list[Network]:
    one = case.get("addressPrefix")
    return [ip_network(text) for text in ([one] if one else case.all("addressPrefixes[*]"))]


def subnet_has_a_prefix(case: Case) -> Iterator[Problem]:
    """A subnet is a range."""
    if not any(case.properties.get(name) for name in ("addressPrefix", "addressPrefixes", "ipamPoolPrefixAllocations")):
        yield Problem("addressPrefix", "SubnetHasNoAddressPrefix: Subnet must have an address prefix.")


def subnet_size(case: Case) -> Iterator[Problem]:
    """Azure keeps five addresses of each subnet, and some services ask for more room."""
    name = case.get("subnetName")
    longest = _SPECIAL_SUBNETS.get(str(name), _SMALLEST_PREFIX)
    for inner in _ranges(case):
        if isinstance(inner, IPv4Network) and inner.prefixlen > longest:
            words = f"Subnet '{name}' with address prefix {inner} is too small: it must be at least a /{longest}."
            yield Problem("addressPrefix", f"InvalidSubnetSize: {words}")
    if name in _WITHOUT_RULES and case.properties.get("networkSecurityGroup"):
        words = f"Network security group cannot be associated with subnet {name}"
        yield Problem("networkSecurityGroup", f"NetworkSecurityGroupNotAllowedOn{name}: {words}")


def one_delegation(case: Case) -> Iterator[Problem]:
    """A subnet is reserved for one service."""
    given = case.all("delegations[*].serviceName")
    if len(given) > 1:
        words = f"Subnet can be delegated to one service only, not to {', '.join(given)}"
        yield Problem("delegations", f"SubnetHasMultipleDelegations: {words}")


def subnet_is_within(case: Case) -> Iterator[Problem]:
    """A subnet lies in one of its network's ranges."""
    outer = prefixes(arm.parent(case))
    for inner in _ranges(case):
        if not any(_contains(each, inner) for each in outer):
            yield Problem("addressPrefix", _outside(case.get("subnetName"), case.get("virtualNetworkName")))


def subnets_are_apart(case: Case) -> Iterator[Problem]:
    """Subnets of a network do not overlap."""
    for other in arm.siblings(case):
        if any(inner.overlaps(subnet_range(other)) for inner in _ranges(case)):
            words = (
                f"Subnet '{case.get('subnetName')}' is not valid because its IP address range overlaps with that of an "
                f"existing subnet in virtual network '{case.get('virtualNetworkName')}'. [{other.name} has "
                f"{subnet_range(other)}]"
            )
            yield Problem("addressPrefix", f"NetcfgSubnetRangesOverlap: {words}")


def delegation_of_used_subnet(case: Case) -> Iterator[Problem]:
    """What a subnet is reserved for does not change while something stands in it."""
    subnet = case.old
    new = case.all("delegations[*].serviceName")
    if subnet and delegations(subnet) != new:
        inside = occupants(case, subnet)
        if inside:
            words = (
                f"Delegations of subnet {subnet.id} cannot be changed from [{', '.join(delegations(subnet))}] to "
                f"[{', '.join(new)}] because it is being used by the resource {inside[0].id}."
            )
            yield Problem("delegations", f"SubnetDelegationsCannotChange: {words}")


# --- routes, peerings, flow logs ------------------------------------------------------------------------------------


def routes_are_complete(case: Case) -> Iterator[Problem]:
    """Only an appliance has an address as next hop; no two routes lead to one range."""
    seen: set[str] = set()
    for index, route in enumerate(case.get("routes") or ()):
        hop, address = route.get("nextHopType"), route.get("nextHopIpAddress")
        if hop == "VirtualAppliance" and address is None:
            words = "NextHopIpAddress is required when NextHopType is VirtualAppliance."
            yield Problem(f"routes[{index}]", f"RouteNextHopIpAddressRequired: {words}")
        if hop != "VirtualAppliance" and address is not None:
            words = f"NextHopIpAddress is only allowed when NextHopType is VirtualAppliance, not {hop}."
            yield Problem(f"routes[{index}]", f"RouteNextHopIpAddressNotAllowed: {words}")
        prefix = str(route.get("addressPrefix"))
        if prefix in seen:
            words = f"Route {route.get('name')} conflicts with another one: both are for {prefix}."
            yield Problem(f"routes[{index}]", f"RouteConflict: {words}")
        seen.add(prefix)


def peers_are_apart(case: Case) -> Iterator[Problem]:
    """Networks whose addresses overlap cannot be peered; nor one with itself."""
    here, there = arm.parent(case), arm.at(case, "remoteVirtualNetwork.id")
    if here and there:
        if here.key == there.key:
            words = f"Cannot create or update peering: {here.id} cannot be peered with itself."
            yield Problem("remoteVirtualNetwork", f"VnetCannotBePeeredWithItself: {words}")
        elif _overlap(prefixes(here), prefixes(there)):
            words = (
                f"Cannot create or update peering {arm.own_path(case)}. Virtual networks {here.id} and {there.id} "
                "cannot be peered because their address spaces overlap."
            )
            yield Problem("remoteVirtualNetwork", f"VnetAddressSpacesOverlap: {words}")


def peering_state(case: Case) -> dict[str, Any]:
    """A peering is connected when there is one from the other side; the first of two stays as it was made."""
    remote = arm.at(case, "remoteVirtualNetwork.id")
    own = str(arm.parent_path(case)).lower()
    back = arm.below(case, PEERING, remote.id) if remote else []
    met = any(str(mapping(it.outputs.get("remoteVirtualNetwork")).get("id")).lower() == own for it in back)
    space = {"addressPrefixes": [str(prefix) for prefix in prefixes(remote)]}
    return {
        "peeringState": case.before("peeringState") or ("Connected" if met else "Initiated"),
        "peeringSyncLevel": "FullyInSync",
        "remoteAddressSpace": space, "remoteVirtualNetworkAddressSpace": space,
    }  # fmt: skip


def flow_log_watches_a_network(case: Case) -> Iterator[Problem]:
    """Flow logs of security groups are no longer made; those of networks are."""
    target = str(case.get("targetResourceId", ""))
    if arm.arm_type(target) == "Microsoft.Network/networkSecurityGroups":
        words = "NSG flow logs cannot be created since 2025-06-30. Create a virtual network flow log instead."
        yield Problem("targetResourceId", f"NsgFlowLogCreationBlocked: {words}")
