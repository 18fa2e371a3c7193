"""How Google's managed services come into a network: peered ranges, and endpoints that policies allow."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase, last, plain, segment
from rehearsal.gcp.refusals import invalid
from rehearsal.inventory import Object
from rehearsal.values import Value, mapping

CONNECTION = "gcp:servicenetworking/connection:Connection"
POLICY = "gcp:networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy"
ADDRESS = "gcp:compute/globalAddress:GlobalAddress"
_SUBNET = "gcp:compute/subnetwork:Subnetwork"
_USERS = {
    "gcp:sql/databaseInstance:DatabaseInstance": "settings.ipConfiguration.privateNetwork",
    "gcp:redis/instance:Instance": "authorizedNetwork",
}
_CLUSTER = "gcp:redis/cluster:Cluster"


def same_network(one: Value, other: Value) -> bool:
    """Tell whether two names are of one network: a path, a self link, or only its name."""
    first, second = plain(str(one)), plain(str(other))
    return first == second or (("/" not in first or "/" not in second) and last(first) == last(second))


def connection_of(case: GcpCase, network: str) -> Object | None:
    """Return the peering of a network with Google's services."""
    found = case.inventory.list(case.scope.package, CONNECTION)
    return next((it for it in found if same_network(it.outputs.get("network"), network)), None)


def allocated_ranges(case: GcpCase, connection: Object) -> dict[str, Any]:
    """Return the ranges that a network gave to Google's services: name -> addresses."""
    found = {}
    for name in connection.outputs.get("reservedPeeringRanges") or ():
        address = _address(case, connection.outputs.get("network"), name)
        first, prefix = (address.outputs.get(it) if address else None for it in ("address", "prefixLength"))
        if first and prefix:
            found[last(name)] = ipaddress.ip_network(f"{first}/{prefix}", strict=False)
    return found


def _address(case: GcpCase, network: Value, name: str) -> Object | None:
    project = segment(plain(str(network)), "projects") or case.project
    return case.find(ADDRESS, name if "/" in name else f"projects/{project}/global/addresses/{name}")


def ranges_are_allocated(case: GcpCase) -> Iterator[Problem]:
    """What is peered are ranges of this network, set aside for peering."""
    network = case.get("network")
    for index, name in enumerate(case.get("reservedPeeringRanges") or ()):
        at, address = f"reservedPeeringRanges[{index}]", _address(case, network, name)
        if address is None:
            words = f"Invalid argument. Allocated range '{last(name)}' not found in network '{last(network)}'"
            yield invalid(at, words, "RESERVED_IP_RANGE_NOT_FOUND")
        elif address.outputs.get("purpose") != "VPC_PEERING" or address.outputs.get("addressType") != "INTERNAL":
            words = f"Invalid argument. '{last(name)}' is not an internal range with the purpose VPC_PEERING"
            yield invalid(at, words, "INVALID_ARGUMENT")
        elif not same_network(address.outputs.get("network"), network):
            words = f"Invalid argument. '{last(name)}' is of network '{last(address.outputs.get('network'))}'"
            yield invalid(at, f"{words}, not of '{last(network)}'", "INVALID_ARGUMENT")


def network_is_connected_once(case: GcpCase) -> Iterator[Problem]:
    """A second connection of a network changes the first."""
    other = connection_of(case, str(case.get("network")))
    if other is not None:
        words = "Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection"
        yield invalid(
            "network", f"{words} [{other.urn.rpartition('::')[2]} connects this network]", "FAILED_PRECONDITION"
        )


def connection_is_not_used(case: GcpCase) -> Iterator[Problem]:
    """What has an address in the peered ranges keeps the connection, unless the peering is to be cut off."""
    if case.get("deletionPolicy") == "REMOVE_PEERING":
        return
    network = case.get("network")
    for type_, path in _USERS.items():
        for thing in case.inventory.list(case.scope.package, type_):
            used = _at(thing.outputs, path)
            if used and same_network(used, network):
                words = "Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still"
                yield invalid("", f"{words} using this connection [{thing.name}]", "FAILED_PRECONDITION")


def _at(properties: Value, path: str) -> Value:
    for step in path.split("."):
        properties = mapping(properties).get(step)
    return properties


def policy_for(case: GcpCase, service_class: str, network: str, region: str) -> Object | None:
    """Return the policy by which a service may place endpoints in a network and region."""
    return next(
        (
            it
            for it in case.inventory.list(case.scope.package, POLICY)
            if it.outputs.get("serviceClass") == service_class
            and it.outputs.get("location") == region
            and same_network(it.outputs.get("network"), network)
        ),
        None,
    )


def policy_is_the_only_one(case: GcpCase) -> Iterator[Problem]:
    """A network has one policy for a class in a region."""
    given = [str(case.get(name)) for name in ("serviceClass", "network", "location")]
    other = policy_for(case, *given)
    if other is not None:
        words = f"A service connection policy for service class {given[0]} exists in network {last(given[1])}"
        yield invalid("serviceClass", f"{words} and region {given[2]}: {other.id}", "alreadyExists")


def policy_has_subnets(case: GcpCase) -> Iterator[Problem]:
    """Endpoints take addresses of subnets in the policy's network and region."""
    for index, name in enumerate(case.get("pscConfig.subnetworks") or ()):
        at, subnet = f"pscConfig.subnetworks[{index}]", case.find(_SUBNET, str(name))
        if subnet is None:
            yield Problem(at, f"Error 404: The subnetwork '{name}' was not found., notFound")
        elif subnet.outputs.get("region") != case.get("location"):
            words = (
                f"Subnetwork {subnet.name} is in {subnet.outputs.get('region')}, the policy in {case.get('location')}"
            )
            yield invalid(at, words)
        elif not same_network(subnet.outputs.get("network"), case.get("network")):
            yield invalid(at, f"Subnetwork {subnet.name} is not of network {last(case.get('network'))}")


def policy_is_not_used(case: GcpCase) -> Iterator[Problem]:
    """A policy stays as long as endpoints stand that it allowed."""
    for cluster in case.inventory.list(case.scope.package, _CLUSTER):
        networks = [mapping(it).get("network") for it in cluster.outputs.get("pscConfigs") or ()]
        here = cluster.outputs.get("region") == case.get("location")
        if here and any(same_network(it, case.get("network")) for it in networks):
            words = f"ServiceConnectionPolicy {case.get('name')} is in use by {cluster.id} and cannot be deleted"
            yield invalid("", words, "failedPrecondition")
