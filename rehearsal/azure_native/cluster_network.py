"""What Azure refuses of a cluster's network: ranges, subnets, the way out, and the gateway in front of it."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, ip_address, ip_network

from rehearsal.azure_native import arm
from rehearsal.azure_native.network import (
    PEERING,
    RESERVED_ADDRESSES,
    SUBNET,
    delegations,
    network_of,
    prefixes,
    subnet_range,
)
from rehearsal.azure_native.node_pools import CLUSTER, Pool, every_pool, most_nodes, pods_a_node
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.values import mapping

_LARGEST_SERVICES = 12
_NODE_PREFIX = 24
"""Each node of an overlay takes a /24 of the pods' range."""
_DATAPLANES = {"cilium": "cilium"}
"""Network policy -> the dataplane that enforces it."""


def _profile(case: Case) -> dict[str, object]:
    """Return how the cluster is wired, whichever of its parts this resource is."""
    if case.type == CLUSTER:
        return dict(case.get("networkProfile") or {})
    cluster = arm.parent(case)
    return dict(mapping(cluster.outputs.get("networkProfile"))) if cluster else {}


def _overlay(case: Case) -> bool:
    return _profile(case).get("networkPluginMode") == "overlay"


def _subnets(case: Case, pools: Sequence[Pool]) -> list[Object]:
    found = [arm.find(case, pool.get("vnetSubnetID")) for pool in pools]
    return [subnet for subnet in found if subnet]


# --- by its inputs alone --------------------------------------------------------------------------------------------


def plugin_and_policy_agree(case: Case) -> Iterator[Problem]:
    """Policies need a plugin and a dataplane that enforce them; an overlay needs its range."""
    plugin, mode = case.get("networkProfile.networkPlugin"), case.get("networkProfile.networkPluginMode")
    policy, dataplane = case.get("networkProfile.networkPolicy"), case.get("networkProfile.networkDataplane", "azure")
    if mode == "overlay" and plugin != "azure":
        words = f"networkPluginMode overlay requires networkPlugin azure, not {plugin}."
        yield Problem("networkProfile.networkPluginMode", f"InvalidNetworkPluginMode: {words}")
    if policy == "azure" and plugin != "azure":
        words = f"Network policy azure requires networkPlugin azure, not {plugin}."
        yield Problem("networkProfile.networkPolicy", f"InvalidNetworkPolicy: {words}")
    if (policy == "cilium") != (dataplane == "cilium") and policy is not None:
        needed = _DATAPLANES.get(str(policy), "azure")
        words = f"Network policy {policy} requires network dataplane {needed}, not {dataplane}."
        yield Problem("networkProfile.networkDataplane", f"InvalidNetworkPolicyDataplane: {words}")
    if (
        mode is None
        and case.get("networkProfile.podCidr")
        and plugin == "azure"
        and not case.is_unknown("networkProfile")
    ):
        words = "podCidr is only allowed with networkPluginMode overlay or networkPlugin kubenet."
        yield Problem("networkProfile.podCidr", f"PodCidrNotSupported: {words}")


def services_have_a_range(case: Case) -> Iterator[Problem]:
    """The services' range is smaller than a /12, and the DNS service has an address of it that is not the first."""
    text, dns = case.get("networkProfile.serviceCidr"), case.get("networkProfile.dnsServiceIP")
    if text is None or dns is None:
        return
    services = ip_network(text)
    if services.prefixlen < _LARGEST_SERVICES:
        words = f"The service CIDR {services} is too large: it must be smaller than a /{_LARGEST_SERVICES}."
        yield Problem("networkProfile.serviceCidr", f"InvalidServiceCidrSize: {words}")
    if ip_address(dns) not in services:
        words = f"DNS service IP '{dns}' is out of range of the service CIDR '{services}'."
        yield Problem("networkProfile.dnsServiceIP", f"DnsServiceIpOutOfServiceCidr: {words}")
    elif ip_address(dns) in (services[0], services[1]):
        words = f"DNS service IP '{dns}' must not be the first address of '{services}': it is the API server's."
        yield Problem("networkProfile.dnsServiceIP", f"InvalidDnsServiceIp: {words}")


# --- by what stands -------------------------------------------------------------------------------------------------


def ranges_are_apart(case: Case) -> Iterator[Problem]:
    """Pods, services, the network and its peers have addresses of their own."""
    own = {name: case.get(f"networkProfile.{name}") for name in ("serviceCidr", "podCidr")}
    ranges = {name: ip_network(text) for name, text in own.items() if text}
    if len(ranges) == len(own) and ranges["serviceCidr"].overlaps(ranges["podCidr"]):
        words = f"The service CIDR {own['serviceCidr']} and the pod CIDR {own['podCidr']} overlap."
        yield Problem("networkProfile", f"ServiceCidrOverlapPodCidr: {words}")
    for subnet in _subnets(case, every_pool(case))[:1]:
        vnet = network_of(case, subnet)
        for name, inner in ranges.items():
            for other in arm.below(case, SUBNET, vnet.id if vnet else None) if name == "serviceCidr" else ():
                if inner.overlaps(subnet_range(other)):
                    words = (
                        f"The specified service CIDR {inner} is conflicted with an existing subnet CIDR "
                        f"{subnet_range(other)}"
                    )
                    yield Problem("networkProfile.serviceCidr", f"ServiceCidrOverlapExistingSubnetsCidr: {words}")
                    break
            for place in [vnet, *_peers(case, vnet)] if vnet and name == "podCidr" else ():
                if place and any(inner.overlaps(prefix) for prefix in prefixes(place)):
                    words = f"The pod CIDR {inner} overlaps with the address space of the virtual network {place.id}."
                    yield Problem("networkProfile.podCidr", f"PodCidrOverlapVirtualNetwork: {words}")


def _peers(case: Case, vnet: Object) -> list[Object | None]:
    peerings = arm.below(case, PEERING, vnet.id)
    return [arm.find(case, mapping(it.outputs.get("remoteVirtualNetwork")).get("id")) for it in peerings]


def nodes_have_a_subnet(case: Case) -> Iterator[Problem]:
    """The nodes' subnets are of one network in the cluster's region, and reserved for nobody else."""
    subnets = _subnets(case, every_pool(case))
    for subnet in subnets:
        vnet = network_of(case, subnet)
        if vnet and vnet.outputs.get("location") != arm.location(case):
            words = (
                f"Virtual network {vnet.id} stands in {vnet.outputs.get('location')}, the cluster in "
                f"{arm.location(case)}."
            )
            yield Problem("agentPoolProfiles", f"VnetRegionMismatch: {words}")
        if delegations(subnet):
            words = f"Subnet {subnet.id} is delegated to {', '.join(delegations(subnet))} and cannot be used by AKS."
            yield Problem("agentPoolProfiles", f"SubnetIsDelegated: {words}")
    if len({vnet.key for vnet in (network_of(case, subnet) for subnet in subnets) if vnet}) > 1:
        words = "All agent pools of a cluster must use subnets of the same virtual network."
        yield Problem("agentPoolProfiles", f"AgentPoolsUseDifferentVnets: {words}")


def nodes_stay_in_the_network(case: Case) -> Iterator[Problem]:
    """A pool's subnet is one of its cluster's network."""
    mine = arm.at(case, "vnetSubnetID")
    others = [subnet for subnet in _subnets(case, every_pool(case)) if mine and subnet.key != mine.key]
    here = network_of(case, mine) if mine else None
    for other in others[:1]:
        there = network_of(case, other)
        if here and there and here.key != there.key:
            words = f"Subnet {mine.id if mine else ''} is not part of {there.id}, the cluster's virtual network."
            yield Problem("vnetSubnetID", f"AgentPoolsUseDifferentVnets: {words}")
    if mine and delegations(mine):
        words = f"Subnet {mine.id} is delegated to {', '.join(delegations(mine))} and cannot be used by AKS."
        yield Problem("vnetSubnetID", f"SubnetIsDelegated: {words}")


def addresses_suffice(case: Case) -> Iterator[Problem]:
    """The subnet has an address for every node at its most, and for every pod where pods have addresses of it."""
    pools, overlay = every_pool(case), _overlay(case)
    by_subnet: dict[int, tuple[Object, int]] = {}
    for pool in pools:
        subnet = arm.find(case, pool.get("vnetSubnetID"))
        if subnet:
            own_pods = not overlay and not pool.get("podSubnetID")
            each = 1 + (pods_a_node(pool, overlay=False) if own_pods else 0)
            by_subnet[subnet.key] = (subnet, by_subnet.get(subnet.key, (subnet, 0))[1] + most_nodes(pool) * each)
    for subnet, needed in by_subnet.values():
        offered = subnet_range(subnet).num_addresses - RESERVED_ADDRESSES
        if needed > offered:
            words = (
                f"Pre-allocated IPs {needed} exceeds IPs available {offered} in Subnet Cidr {subnet_range(subnet)}, "
                f"Subnet Name {subnet.name}. http://aka.ms/aks/insufficientsubnetsize"
            )
            yield Problem(
                "agentPoolProfiles" if case.type == CLUSTER else "vnetSubnetID", f"InsufficientSubnetSize: {words}"
            )
    text = _profile(case).get("podCidr")
    pods = ip_network(str(text)) if overlay and text else None
    if isinstance(pods, IPv4Network):
        nodes, places = sum(most_nodes(pool) for pool in pools), 2 ** max(_NODE_PREFIX - pods.prefixlen, 0)
        if nodes > places:
            words = (
                f"The pod CIDR {pods} has room for {places} nodes of a /{_NODE_PREFIX} each; the pools may have "
                f"{nodes}."
            )
            yield Problem(
                "networkProfile.podCidr" if case.type == CLUSTER else "maxCount", f"InsufficientPodCidr: {words}"
            )


def way_out_is_routed(case: Case) -> Iterator[Problem]:
    """Who routes by itself has a route for everything, to an appliance, on the nodes' subnet before the cluster."""
    if case.get("networkProfile.outboundType") != "userDefinedRouting":
        return
    subnets = _subnets(case, every_pool(case))
    if not subnets:
        words = "outboundType userDefinedRouting requires a subnet of one's own with a route table."
        yield Problem("networkProfile.outboundType", f"InvalidOutboundType: {words}")
    for subnet in subnets[:1]:
        table = arm.find(case, mapping(subnet.outputs.get("routeTable")).get("id"))
        if table is None:
            words = (
                f"An existing route table has not been associated with subnet {subnet.id}. Please update the route "
                "table association"
            )
            yield Problem("networkProfile.outboundType", f"ExistingRouteTableNotAssociatedWithSubnet: {words}")
            continue
        defaults = [
            mapping(it) for it in table.outputs.get("routes") or () if mapping(it).get("addressPrefix") == "0.0.0.0/0"
        ]
        hops = [str(route.get("nextHopType")) for route in defaults]
        if not defaults:
            words = f"Default route 0.0.0.0/0 missing from route table {table.id}"
            yield Problem("networkProfile.outboundType", f"RouteTableMissingDefaultRoute: {words}")
        elif hops[0] not in ("VirtualAppliance", "VirtualNetworkGateway"):
            words = (
                f"Default route 0.0.0.0/0 has a next hop of {hops[0]} but only next hops of VirtualAppliance or "
                "VirtualNetworkGateway are allowed. Please see http://aka.ms/aks/outboundtype for more details"
            )
            yield Problem("networkProfile.outboundType", f"RouteTableInvalidNextHop: {words}")


def gateway_stands_beside(case: Case) -> Iterator[Problem]:
    """The ingress add-on of an overlay drives a gateway of the nodes' own network: a peered one cannot reach pods."""
    config = "addonProfiles.ingressApplicationGateway"
    gateway = arm.at(case, f"{config}.config.applicationGatewayId")
    if gateway is None or not case.get(f"{config}.enabled"):
        return
    configurations = gateway.outputs.get("gatewayIPConfigurations") or [{}]
    entry = arm.find(case, mapping(mapping(configurations[0]).get("subnet")).get("id"))
    there = network_of(case, entry) if entry else None
    if entry and subnet_range(entry).prefixlen < _NODE_PREFIX and _overlay(case):
        words = f"The subnet {entry.id} of the application gateway must be a /24 or smaller with CNI Overlay."
        yield Problem(config, f"IngressApplicationGatewaySubnetTooLarge: {words}")
    for subnet in _subnets(case, every_pool(case))[:1]:
        here = network_of(case, subnet)
        if here and there and here.key != there.key and _overlay(case):
            words = (
                f"The application gateway {gateway.id} is in the virtual network {there.id}, but the cluster is in "
                f"{here.id}. With CNI Overlay they must be in the same virtual network."
            )
            yield Problem(config, f"IngressApplicationGatewayInAnotherVnet: {words}")
