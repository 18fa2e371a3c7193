"""What EC2 networking refuses beyond a property's own form, and the addresses it computes."""

from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.templates import noise
from rehearsal.values import Value

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
INTERNET_GATEWAY = "aws:ec2/internetGateway:InternetGateway"
_LARGEST_PREFIX, _SMALLEST_PREFIX = 16, 28
_RESERVED = 4  # the first four addresses of a subnet are Amazon's
_PEERS = ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
_ROUTE_TARGETS = (
    "carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "localGatewayId", "natGatewayId",
    "networkInterfaceId", "odbNetworkArn", "transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId",
)  # fmt: skip
_DESTINATIONS = ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
_INLINE_DESTINATIONS = ("cidrBlock", "ipv6CidrBlock", "destinationPrefixListId")


def vpc_of(thing: Object) -> str | None:
    """Return the VPC an object lies in; a VPC stands for the group and the route table that came with it."""
    if thing.type == VPC:
        return thing.id
    inside = thing.outputs.get("vpcConfig")
    return inside.get("vpcId") if isinstance(inside, dict) else thing.outputs.get("vpcId")


def _network(text: Value) -> IPv4Network | None:
    try:
        network = ip_network(text)
    except ValueError:
        return None
    return network if isinstance(network, IPv4Network) else None


# --- VPC and subnets ------------------------------------------------------------------------------------------------


def vpc_size(case: Case) -> Iterator[Problem]:
    """A VPC has /16 to /28."""
    network = _network(case.get("cidrBlock"))
    if network and not _LARGEST_PREFIX <= network.prefixlen <= _SMALLEST_PREFIX:
        yield Problem("cidrBlock", f"InvalidVpc.Range: The CIDR '{network}' is invalid.")
    if case.get("cidrBlock") is None and case.get("ipv4IpamPoolId") is None and not case.is_unknown("cidrBlock"):
        yield Problem("cidrBlock", "MissingParameter: Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")


def subnet_size(case: Case) -> Iterator[Problem]:
    """A subnet has /16 to /28."""
    network = _network(case.get("cidrBlock"))
    if network and not _LARGEST_PREFIX <= network.prefixlen <= _SMALLEST_PREFIX:
        yield Problem("cidrBlock", f"InvalidSubnet.Range: The CIDR '{network}' is invalid.")


def zone_is_open(case: Case) -> Iterator[Problem]:
    """The zone belongs to the subnet's region and takes new subnets."""
    region = case.constants["region"]
    zones = case.fact("regions.regions")[region]["zones"]
    offered = ", ".join(name for name, zone in zones.items() if not zone.get("closed"))
    name = case.get("availabilityZone")
    if name is not None and (name not in zones or zones[name].get("closed")):
        text = f"InvalidParameterValue: Value ({name}) for parameter availabilityZone is invalid."
        why = " (the zone takes no new subnets)" if name in zones else ""
        yield Problem("availabilityZone", f"{text} Subnets can currently only be created in {offered}.{why}")
    id_ = case.get("availabilityZoneId")
    if id_ is not None and id_ not in [zone["id"] for zone in zones.values() if not zone.get("closed")]:
        text = f"InvalidParameterValue: Value ({id_}) for parameter availabilityZoneId is invalid."
        yield Problem("availabilityZoneId", f"{text} Subnets can currently only be created in {offered}.")


def subnet_within_vpc(case: Case) -> Iterator[Problem]:
    """A subnet's range lies in its VPC's."""
    vpc, network = case.target("vpcId"), _network(case.get("cidrBlock"))
    around = _network(vpc.outputs.get("cidrBlock")) if vpc else None
    if network and around and not network.subnet_of(around):
        yield Problem("cidrBlock", f"InvalidSubnet.Range: The CIDR '{network}' is invalid.")


def subnets_do_not_overlap(case: Case) -> Iterator[Problem]:
    """Subnets of a VPC are apart."""
    vpc, network = case.target("vpcId"), _network(case.get("cidrBlock"))
    if vpc is None or network is None:
        return
    for other in case.inventory.referrers(vpc.key, type=SUBNET):
        taken = _network(other.outputs.get("cidrBlock"))
        if taken and network.overlaps(taken):
            yield Problem("cidrBlock", f"InvalidSubnet.Conflict: The CIDR '{network}' conflicts with another subnet")
            return


def subnets_per_vpc(case: Case) -> Iterator[Problem]:
    """A VPC takes 200 subnets by default."""
    vpc, quota = case.target("vpcId"), case.fact("ec2.subnets_per_vpc")
    if vpc and len(case.inventory.referrers(vpc.key, type=SUBNET)) >= quota:
        yield Problem("vpcId", "SubnetLimitExceeded: The maximum number of subnets has been reached.")


def subnet_zone(case: Case) -> dict[str, Any]:
    """Give back zone and zone id, whichever was named; without either the first open zone."""
    zones = case.fact("regions.regions")[case.constants["region"]]["zones"]
    named, by_id = case.get("availabilityZone"), case.get("availabilityZoneId")
    name = named or next(
        (name for name, zone in zones.items() if (zone["id"] == by_id if by_id else not zone.get("closed"))), None
    )
    return {"availabilityZone": name, "availabilityZoneId": zones[name]["id"]} if name in zones else {}


# --- routes ---------------------------------------------------------------------------------------------------------


def route_is_complete(case: Case) -> Iterator[Problem]:
    """A route has one destination and one target."""
    yield from _one_of(case.properties, _DESTINATIONS, "destination", "")
    yield from _one_of(case.properties, _ROUTE_TARGETS, "target", "")


def inline_routes_are_complete(case: Case) -> Iterator[Problem]:
    """So does every route written into its table."""
    routes = case.properties.get("routes")
    for index, route in enumerate(routes if isinstance(routes, list) else ()):
        if isinstance(route, dict):
            yield from _one_of(route, _INLINE_DESTINATIONS, "destination", f"routes[{index}]")
            yield from _one_of(route, _ROUTE_TARGETS, "target", f"routes[{index}]")


def _one_of(given: dict[str, Any], names: tuple[str, ...], what: str, path: str) -> Iterator[Problem]:
    found = [name for name in names if given.get(name) not in (None, "")]
    if len(found) != 1:
        reason = f"exactly one {what} is expected (one of {', '.join(names)}), got {', '.join(found) or 'none'}"
        yield Problem(path or names[0], f"InvalidParameterCombination: {reason}")


def gateways_belong_to_vpc(case: Case) -> Iterator[Problem]:
    """A table routes to gateways of its own VPC."""
    table = case.target("routeTableId")
    home = vpc_of(table) if table else case.get("vpcId")
    name = table.id if table else case.id or "of this VPC"
    for path, _, _, gateway in list(case.references()):
        if gateway and gateway.type in (INTERNET_GATEWAY, NAT_GATEWAY) and vpc_of(gateway) not in (home, None):
            text = f"route table {name} and network gateway {gateway.id} belong to different networks"
            yield Problem(str(path[0]), f"InvalidParameterValue: {text}")


def association_stays_in_vpc(case: Case) -> Iterator[Problem]:
    """Table and subnet lie in one VPC."""
    table, subnet = case.target("routeTableId"), case.target("subnetId")
    if table and subnet and vpc_of(table) != vpc_of(subnet):
        text = f"Route table {table.id} and subnet {subnet.id} belong to different networks"
        yield Problem("subnetId", f"InvalidParameterValue: {text}")


# --- gateways -------------------------------------------------------------------------------------------------------


def public_nat_needs_address(case: Case) -> Iterator[Problem]:
    """A public zonal NAT gateway needs an Elastic IP, and a subnet."""
    if case.get("availabilityMode") == "zonal":
        if case.get("connectivityType") == "public" and "allocationId" not in case.properties:
            yield Problem("allocationId", "MissingParameter: The request must include the AllocationId parameter.")
        if "subnetId" not in case.properties:
            yield Problem("subnetId", "MissingParameter: The request must include the SubnetId parameter.")


def public_nat_needs_internet_gateway(case: Case) -> Iterator[Problem]:
    """The internet gateway is attached before a NAT gateway goes out through it."""
    subnet = case.target("subnetId")
    vpc = case.find(VPC, str(vpc_of(subnet))) if subnet else None
    public = case.get("connectivityType") == "public"
    if vpc and public and not case.inventory.referrers(vpc.key, type=INTERNET_GATEWAY):
        yield Problem("subnetId", f"Gateway.NotAttached: Network {vpc.id} has no Internet gateway attached")


def no_public_address_is_mapped(case: Case) -> Iterator[Problem]:
    """An internet gateway stays while NAT gateways of its VPC go out through it."""
    vpc = case.find(VPC, str(case.before("vpcId")))
    for subnet in case.inventory.referrers(vpc.key, type=SUBNET) if vpc else ():
        if case.inventory.referrers(subnet.key, type=NAT_GATEWAY):
            text = f"Network {subnet.outputs['vpcId']} has some mapped public address(es)."
            yield Problem(
                "", f"DependencyViolation: {text} Please unmap those public address(es) before detaching the gateway."
            )
            return


def nat_address(case: Case) -> dict[str, Any]:
    """Take a private address of the subnet."""
    subnet = case.target("subnetId")
    return {"privateIp": case.get("privateIp") or _address_in(subnet, case)} if subnet else {}


def _address_in(subnet: Object, case: Case) -> str | None:
    network = _network(subnet.outputs.get("cidrBlock"))
    if network is None:
        return None
    room = network.num_addresses - _RESERVED - 1
    return str(network[_RESERVED + int(noise(f"{case.seed()}|{subnet.id}", "hex:6"), 16) % room])


def public_name(case: Case) -> dict[str, Any]:
    """Name an Elastic IP as EC2's DNS does."""
    # 52.192.0.0/11 is Amazon's; a block for documentation would hold too few addresses.
    second, third, fourth = (int(noise(f"{case.seed()}|{part}", "hex:2"), 16) for part in range(3))
    address = case.properties.get("address") or f"52.{192 + second % 32}.{third}.{1 + fourth % 254}"
    region = case.constants["region"]
    domain = "compute-1.amazonaws.com" if region == "us-east-1" else f"{region}.compute.amazonaws.com"
    return {"publicIp": address, "publicDns": f"ec2-{address.replace('.', '-')}.{domain}"}


# --- security groups and flow logs ----------------------------------------------------------------------------------


def group_needs_vpc(case: Case) -> Iterator[Problem]:
    """A rehearsed account has no default VPC."""
    if case.get("vpcId") is None:
        yield Problem("vpcId", "VPCIdNotSpecified: No default VPC for this user")


def rule_has_one_peer(case: Case) -> Iterator[Problem]:
    """A rule resource allows exactly one peer."""
    found = [name for name in _PEERS if case.properties.get(name) is not None]
    if len(found) != 1:
        names = ",".join(_PEERS)
        text = f"one (and only one) of [{names}] is required, got {', '.join(found) or 'none'}"
        yield Problem("", f"Invalid Attribute Combination: {text}")


def rule_has_ports(case: Case) -> Iterator[Problem]:
    """TCP and UDP rules say both ports, in order."""
    if not case.is_unknown("fromPort") and not case.is_unknown("toPort"):
        yield from _ports(case.get("ipProtocol"), case.get("fromPort"), case.get("toPort"), "fromPort")


def _ports(protocol: str | None, first: int | None, last: int | None, path: str) -> Iterator[Problem]:
    if protocol in ("tcp", "udp", "6", "17"):
        if first is None or last is None:
            text = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."
            yield Problem(path, f"InvalidParameterValue: {text}")
        elif first > last:
            yield Problem(path, f"InvalidParameterValue: Invalid TCP/UDP port range ({first}:{last})")


def inline_rules_are_complete(case: Case) -> Iterator[Problem]:
    """So do rules written into their group."""
    for direction in ("ingress", "egress"):
        rules = case.properties.get(direction)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and all(isinstance(rule.get(key), int) for key in ("fromPort", "toPort")):
                yield from _ports(rule.get("protocol"), rule["fromPort"], rule["toPort"], f"{direction}[{index}]")


def peers_share_vpc(case: Case) -> Iterator[Problem]:
    """A group is referred to from its own VPC."""
    group, peer = case.target("securityGroupId"), case.target("referencedSecurityGroupId")
    if group and peer and vpc_of(group) != vpc_of(peer):
        text = "You have specified two resources that belong to different networks."
        yield Problem("referencedSecurityGroupId", f"InvalidGroup.NotFound: {text}")


def flow_log_is_complete(case: Case) -> Iterator[Problem]:
    """A flow log watches one thing, and needs a role to write to CloudWatch Logs."""
    watched = ("vpcId", "subnetId", "eniId", "transitGatewayId", "transitGatewayAttachmentId", "regionalNatGatewayId")
    yield from _one_of(case.properties, watched, "watched resource", "")
    to_logs = case.get("logDestinationType") == "cloud-watch-logs"
    if to_logs and "iamRoleArn" not in case.properties and "deliverCrossAccountRole" not in case.properties:
        text = "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."
        yield Problem("iamRoleArn", f"InvalidParameter: {text}")
    if "logDestination" not in case.properties:
        yield Problem("logDestination", "InvalidParameter: LogDestination can't be empty.")


# --- endpoints ------------------------------------------------------------------------------------------------------


def endpoint_service_exists(case: Case) -> Iterator[Problem]:
    """The service is offered in the region, in the type asked for."""
    name, kind = case.get("serviceName"), case.get("vpcEndpointType")
    if name is None or kind not in ("Gateway", "Interface") or not name.startswith("com.amazonaws."):
        return
    offered = case.fact("ec2.gateway_services" if kind == "Gateway" else "ec2.interface_services")
    prefix = f"com.amazonaws.{case.constants['region']}."
    if name.startswith("com.amazonaws.vpce.") or (name.startswith(prefix) and name.removeprefix(prefix) in offered):
        return
    yield Problem("serviceName", f"InvalidServiceName: The Vpc Endpoint Service '{name}' does not exist ({kind})")


def endpoint_fits_its_type(case: Case) -> Iterator[Problem]:
    """Gateways enter route tables, interfaces stand in subnets behind groups."""
    wrong = {"Gateway": ("subnetIds", "securityGroupIds"), "Interface": ("routeTableIds",)}
    kind = case.get("vpcEndpointType")
    for name in wrong.get(str(kind), ()):
        if case.properties.get(name):
            yield Problem(name, f"InvalidParameter: {name} is not supported for {kind} endpoints")


def endpoint_stays_in_vpc(case: Case) -> Iterator[Problem]:
    """Subnets and groups are the VPC's, one subnet a zone."""
    home, zones = case.get("vpcId"), set()
    for subnet in case.targets("subnetIds[*]"):
        zone = subnet.outputs.get("availabilityZone")
        if vpc_of(subnet) != home:
            yield Problem("subnetIds", f"InvalidParameter: Subnet {subnet.id} does not belong to VPC {home}")
        elif zone in zones:
            text = f"Found another VPC endpoint subnet in the availability zone of {subnet.id}"
            yield Problem("subnetIds", f"DuplicateSubnetsInSameZone: {text}")
        zones.add(zone)
    for group in case.targets("securityGroupIds[*]"):
        if vpc_of(group) != home:
            text = f"Security group {group.id} does not belong to VPC {home}"
            yield Problem("securityGroupIds", f"InvalidParameter: {text}")


def endpoint_private_dns(case: Case) -> Iterator[Problem]:
    """Private names need the VPC's own DNS, and no other endpoint that holds them."""
    vpc, service = case.target("vpcId"), case.get("serviceName")
    if not vpc or not case.get("privateDnsEnabled"):
        return
    if not (vpc.outputs.get("enableDnsSupport") and vpc.outputs.get("enableDnsHostnames")):
        text = (
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for"
        )
        yield Problem("privateDnsEnabled", f"InvalidParameter: {text} {vpc.id}")
    for other in case.inventory.referrers(vpc.key, type=case.type):
        same = other.outputs.get("serviceName") == service and other.outputs.get("privateDnsEnabled")
        if same and (case.old is None or other.key != case.old.key):
            text = f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {service}"
            yield Problem("privateDnsEnabled", f"InvalidParameter: {text} in the VPC {vpc.id}")


def endpoint_addresses(case: Case) -> dict[str, Any]:
    """Give a gateway its prefix list, an interface its network interfaces and names."""
    seed = str(case.seed())
    if case.get("vpcEndpointType") == "Gateway":
        return {"prefixListId": f"pl-{noise(seed + '|list', 'hex:8')}", "networkInterfaceIds": [], "dnsEntries": []}
    subnets = case.properties.get("subnetIds") or []
    service = str(case.get("serviceName")).rpartition(".")[2]
    name = f"{case.id}-{noise(seed + '|name', 'alnum:8')}.{service}.{case.constants['region']}.vpce.amazonaws.com"
    return {
        "networkInterfaceIds": [f"eni-{noise(f'{seed}|{index}', 'hex:17')}" for index in range(len(subnets))],
        "dnsEntries": [{"dnsName": name, "hostedZoneId": f"Z{noise(seed + '|zone', 'UPPER:13')}"}],
    }
