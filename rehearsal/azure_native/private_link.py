"""What Azure refuses of private endpoints and private DNS zones."""

from collections.abc import Iterator
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.azure_native.network import RESERVED_ADDRESSES, delegations, network_of, occupants, subnet_range
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.templates import noise
from rehearsal.values import get, mapping

LINK = "azure-native:privatedns:VirtualNetworkLink"
_INSIDE_A_SUBNET = {
    "microsoft.dbforpostgresql/flexibleservers": "network.delegatedSubnetResourceId",
    "microsoft.cache/redis": "subnetId",
}
_LINKED_TIERS = {"microsoft.servicebus/namespaces": ["Premium"], "microsoft.containerregistry/registries": ["Premium"]}


def one_connection(case: Case) -> Iterator[Problem]:
    """An endpoint leads to one service, by a part of it that has a name."""
    connections = [*(case.get("privateLinkServiceConnections") or ()),
                   *(case.get("manualPrivateLinkServiceConnections") or ())]  # fmt: skip
    if len(connections) != 1:
        words = f"Private endpoint must have exactly one connection, automatic or manual; {len(connections)} are given"
        yield Problem("privateLinkServiceConnections", f"PrivateEndpointMustHaveOneConnection: {words}")
    if case.properties.get("subnet") is None:
        yield Problem("subnet", "SubnetRequired: Private endpoint must have a subnet")


def subnet_takes_endpoints(case: Case) -> Iterator[Problem]:
    """The subnet is of the endpoint's region, reserved for nobody, and has an address left."""
    subnet = arm.at(case, "subnet.id")
    if subnet is None:
        return
    vnet = network_of(case, subnet)
    if vnet and vnet.outputs.get("location") != arm.location(case):
        words = (
            f"Resource {subnet.id} referenced by resource {arm.own_path(case)} was not found. Please make sure that "
            "the referenced resource exists, and that both resources are in the same region."
        )
        yield Problem("subnet", f"InvalidResourceReference: {words}")
    if delegations(subnet):
        words = f"Private endpoint {arm.own_path(case)} cannot be created in subnet {subnet.id}: it is delegated to"
        yield Problem("subnet", f"PrivateEndpointInDelegatedSubnet: {words} {', '.join(delegations(subnet))}")
    if len(occupants(case, subnet)) >= subnet_range(subnet).num_addresses - RESERVED_ADDRESSES:
        words = (
            f"Subnet {subnet.name} with address prefix {subnet_range(subnet)} does not have enough capacity for 1 IP"
        )
        yield Problem("subnet", f"SubnetIsFull: {words} addresses.")


def target_takes_links(case: Case) -> Iterator[Problem]:
    """The part of the service that is linked is one that the service has."""
    path = "privateLinkServiceConnections[0]"
    target = arm.at(case, f"{path}.privateLinkServiceId")
    known = mapping(case.fact("network.private_links")).get(arm.arm_type(target.id).lower()) if target else None
    wrong = [group for group in case.all(f"{path}.groupIds[*]") if known and group not in known["groups"]]
    if target and (wrong or not case.get(f"{path}.groupIds")) and known:
        words = (
            f"The group ids [{', '.join(wrong)}] are not supported by {arm.arm_type(target.id)}; it has "
            f"{', '.join(known['groups'])}"
        )
        yield Problem(f"{path}.groupIds", f"PrivateEndpointInvalidGroupIds: {words}")


def target_has_links(case: Case) -> Iterator[Problem]:
    """What was placed inside a subnet is reached there only, and cheaper tiers have no links."""
    target = arm.at(case, "privateLinkServiceConnections[0].privateLinkServiceId")
    kind = arm.arm_type(target.id).lower() if target else ""
    inside = _INSIDE_A_SUBNET.get(kind)
    if target and inside and get(target.outputs, inside):
        words = f"'{target.name}' was placed in a delegated subnet: it cannot have private endpoints too"
        yield Problem("privateLinkServiceConnections", f"PrivateEndpointNotSupportedOnVnetInjectedResource: {words}")
    tiers, tier = _LINKED_TIERS.get(kind), get(target.outputs, "sku.name") if target else None
    if target and tiers and tier not in tiers:
        words = f"private endpoints of {arm.arm_type(target.id)} need the SKU {tiers[0]}; '{target.name}' is {tier}"
        yield Problem("privateLinkServiceConnections", f"PrivateEndpointNotSupportedForSku: {words}")


def zone_fits_the_target(case: Case) -> Iterator[Problem]:
    """A zone of another service's name resolves nothing: Azure writes the record, and no name leads to it."""
    endpoint = arm.parent(case)
    connections = (endpoint.outputs.get("privateLinkServiceConnections") or []) if endpoint else []
    linked = arm.find(case, mapping(connections[0]).get("privateLinkServiceId")) if connections else None
    known = mapping(case.fact("network.private_links")).get(arm.arm_type(linked.id).lower()) if linked else None
    for index, zone in enumerate(case.all("privateDnsZoneConfigs[*].privateDnsZoneId")):
        name = str(zone).rpartition("/")[2]
        if known and name not in known["zones"]:
            words = (
                f"[names of {arm.arm_type(linked.id) if linked else ''} are resolved in "
                f"{', '.join(known['zones'])}, not in {name}]"
            )
            yield Problem(f"privateDnsZoneConfigs[{index}]", words)


def endpoint(case: Case) -> dict[str, Any]:
    """Give the endpoint an address of its subnet, and the interface that has it."""
    subnet = arm.at(case, "subnet.id")
    if subnet is None:
        return {}
    room = subnet_range(subnet)
    inside = [it.outputs for it in occupants(case, subnet)]
    taken = {str(item.get("ipAddresses", [""])[0]) for it in inside for item in it.get("customDnsConfigs") or ()}
    free = (str(address) for address in list(room)[RESERVED_ADDRESSES - 1 : -1] if str(address) not in taken)
    target = arm.at(case, "privateLinkServiceConnections[0].privateLinkServiceId")
    name = (
        case.get("customNetworkInterfaceName")
        or f"{case.get('privateEndpointName')}.nic.{noise(str(case.seed()), 'uuid')}"
    )
    nic = f"{arm.own_path(case).rpartition('/privateEndpoints/')[0]}/networkInterfaces/{name}"
    before = case.before("customDnsConfigs")
    return {
        "customDnsConfigs": before or [{"fqdn": target.name if target else "", "ipAddresses": [next(free, "")]}],
        "networkInterfaces": [{"id": nic}],
    }


def zone_has_no_links(case: Case) -> Iterator[Problem]:
    """A zone goes after its links."""
    links = arm.below(case, LINK, case.id)
    if links:
        words = f"Can not delete resource before nested resources are deleted. [{links[0].id}]"
        yield Problem("", f"CannotDeleteResource: {words}")
