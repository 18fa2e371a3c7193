"""What can be broken of Azure besides single properties that the tables list."""

from collections.abc import Iterator, Sequence

from policies.encryption import azure as encryption
from policies.network import azure as network
from policies.resource import UNKNOWN, Resource, Value, revealed
from tests.policies.mutation import MISSING, Mutant, each_said, from_nowhere, removed, said, said_of


def open_ports(resource: Resource) -> Iterator[Mutant]:
    opened: dict[str, Value] = {
        "direction": "Inbound",
        "access": "Allow",
        "sourceAddressPrefix": "Internet",
        "destinationPortRange": "22",
    }
    if resource.type == network.SECURITY_RULE:
        rules = [""]
    else:
        rules = [f"{path}." for path, _ in resource.every("securityRules.*")]
        yield said(resource, f"securityRules.{len(rules)}", opened)
    for prefix in rules:
        changed = resource
        for name, value in opened.items():
            mutant = said(changed, f"{prefix}{name}", value)
            assert mutant.after is not None
            changed = mutant.after
        yield from each_said(changed, f"{prefix}sourceAddressPrefix", "*", "0.0.0.0/0", "8.8.8.8", UNKNOWN)
        yield from each_said(changed, f"{prefix}destinationPortRange", "*", "0-65535", UNKNOWN)
        yield from (said(changed, f"{prefix}{name}", UNKNOWN) for name in ("direction", "access"))


def web_firewall(resource: Resource) -> Iterator[Mutant]:
    if resource.type == network.APPLICATION_GATEWAY:
        yield said(resource, "firewallPolicy", MISSING)


def zoneless(resource: Resource) -> Iterator[Mutant]:
    yield from each_said(resource, "zones", ["1"], UNKNOWN)
    yield said(resource, "availabilityZone", "1")


def private_endpoints(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for service in (one for one in resources if one.type in network.SUB_RESOURCES):
        leading = [one for one in resources if service.urn in one.references.get("privateLinkServiceConnections", ())]
        yield removed(service.urn, *leading)
        if len(leading) == 1:
            groups = "privateLinkServiceConnections.0.groupIds"
            yield said_of(service.urn, leading[0], groups, ["elsewhere"])


def unknown_policy(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for one in resources:
        if one.type == network.APPLICATION_GATEWAY:
            yield from_nowhere(one, "firewallPolicy.id")


def guarded_domains(resources: Sequence[Resource]) -> Iterator[Mutant]:
    doors = {network.FRONT_DOOR_ENDPOINT, network.FRONT_DOOR_DOMAIN}
    for door in (one for one in resources if one.type in doors):
        guards = [one for one in resources if door.urn in one.references.get("parameters", ())]
        yield removed(door.urn, *guards)


def postgres_tls(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for server in (one for one in resources if one.type == encryption.SERVER):
        for one in resources:
            told = revealed(one.at("configurationName")) == encryption.TLS_PARAMETER
            if told and server.urn in one.references.get("serverName", ()):
                yield removed(server.urn, one)
                yield said_of(server.urn, one, "configurationName", "another_parameter")


MUTATIONS = {
    "azure-open-ports": open_ports,
    "azure-web-firewall": web_firewall,
    "azure-zoneless-region": zoneless,
}
STACK_MUTATIONS = {
    "azure-private-endpoints": private_endpoints,
    "azure-unknown-web-firewall": unknown_policy,
    "azure-guarded-domains": guarded_domains,
    "azure-postgres-tls": postgres_tls,
}
