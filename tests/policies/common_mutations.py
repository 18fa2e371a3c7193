"""What can be broken on every cloud: tags and labels, and the program's own protection."""

import re
from collections.abc import Iterator
from dataclasses import replace

from policies.classification import system_of
from policies.isolation.addresses import HUB
from policies.isolation.addresses import NETWORKS as OF_ENVIRONMENTS
from policies.pods.images import BY_DIGEST, CHARTS
from policies.pods.security import CONFIG_MAP, HOST, HOST_FILES, ROOT, STANDARD, WRITABLE_ROOT, allowances
from policies.pods.templates import containers, pods
from policies.resource import ENVIRONMENTS, UNKNOWN, Resource, Secret, Value, revealed
from policies.tags.labels import CLASSIFICATION, ENVIRONMENT, MANAGED_BY, SYSTEM, TAGGABLE, required_of
from tests.policies.mutation import MISSING, WRONG, Mutant, changed, each_said, said


def tags(resource: Resource) -> Iterator[Mutant]:
    path = TAGGABLE.get(resource.type, "metadata.labels")
    rows = revealed(resource.at(path))
    assert isinstance(rows, dict)
    yield from each_said(resource, path, MISSING, UNKNOWN)
    names = required_of(resource)
    for key in names.values():
        yield said(resource, path, _without(rows, key))
    known = [ENVIRONMENT, CLASSIFICATION, MANAGED_BY]
    if system_of(resource) == revealed(rows[names[SYSTEM]]) and "platform:system:" in resource.urn:
        known.append(SYSTEM)
    for name in known:
        for value in (WRONG, UNKNOWN):
            yield said(resource, path, {**rows, names[name]: value})


def _without(rows: dict[str, Value], key: str) -> dict[str, Value]:
    return {name: value for name, value in rows.items() if name != key}


def protect(resource: Resource) -> Iterator[Mutant]:
    bare = replace(resource, protect=False)
    yield Mutant(what="`protect` is taken away", before=(resource,), after=bare, named=resource.urn)


def images(resource: Resource) -> Iterator[Mutant]:
    if resource.type in CHARTS:
        yield from each_said(resource, "version", MISSING, "^2.0.0", UNKNOWN)
        yield said(resource, "values.image.tag", "latest")
        return
    for path, pod in pods(resource):
        assert isinstance(pod, dict)
        for place, container in containers(path, pod):
            assert isinstance(container, dict)
            yield from each_said(resource, f"{place}.image", "busybox", "busybox:latest", UNKNOWN)
            if "image" in container:
                yield said(resource, f"{place}.image", MISSING)
                if resource.environment in BY_DIGEST:
                    yield said(resource, f"{place}.image", str(container["image"]).partition("@")[0])


def isolation(resource: Resource) -> Iterator[Mutant]:
    others = [one for one in ENVIRONMENTS if one != resource.environment]
    yield from each_said(
        resource,
        "mutant",
        "arn:aws:iam::999999999999:role/deploy",
        "/subscriptions/99999999-0000-4000-8000-000000000000/resourceGroups/rg",
        "projects/of-somebody-else/topics/t",
        *(f"https://{system_of(resource)}-{name}.example/path" for name in others),
    )
    if resource.type in NETWORKS:
        yield from _ways_to_others(resource)
    if resource.type == AZURE_PEERING:
        network = "{}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/{}"
        own = f"/subscriptions/{next(one for one in sorted(resource.own) if UUID.fullmatch(one))}"
        other = "/subscriptions/99999999-0000-4000-8000-000000000000"
        yield said(resource, "remoteVirtualNetwork.id", network.format(other, "hub"))
        for name in others:
            yield said(resource, "remoteVirtualNetwork.id", network.format(own, f"vnet-tripgen-{name}-hub"))


UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AZURE_PEERING = "azure-native:network:VirtualNetworkPeering"
THEIR_NETWORK = "projects/of-somebody-else/global/networks/vpc"
#: The networks of AWS and Google, and how each could be joined with somebody else's. No stack has such a resource.
NETWORKS: dict[str, list[tuple[str, str, Value]]] = {
    "aws:ec2/vpc:Vpc": [
        ("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", "peerOwnerId", "999999999999"),
        ("aws:ec2transitgateway/peeringAttachment:PeeringAttachment", "peerAccountId", "999999999999"),
        ("aws:ram/principalAssociation:PrincipalAssociation", "principal", "999999999999"),
    ],
    "gcp:compute/network:Network": [
        ("gcp:compute/networkPeering:NetworkPeering", "peerNetwork", THEIR_NETWORK),
        ("gcp:compute/sharedVPCServiceProject:SharedVPCServiceProject", "hostProject", "of-somebody-else"),
        ("gcp:dns/managedZone:ManagedZone", "peeringConfig.targetNetwork.networkUrl", THEIR_NETWORK),
    ],
}


def _ways_to_others(network: Resource) -> Iterator[Mutant]:
    """Return what joins a network with one of another account or project, placed beside it."""
    for token, path, value in NETWORKS[network.type]:
        after = changed(replace(network, type=token, properties={}), path, value)
        yield Mutant(what=f"a {token} names {value!r}", before=(), after=after, named=network.urn)


ONE_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?")


def isolation_addresses(resource: Resource) -> Iterator[Mutant]:
    """Return the mutants with a range of others: anywhere, and at each place where there is an address."""
    others = [str(ranges[0]) for name, ranges in OF_ENVIRONMENTS.items() if name not in {resource.environment, HUB}]
    yield from each_said(resource, "mutant", *others, "10.0.0.0/8")
    for path, value in resource.leaves():
        text = revealed(value)
        if isinstance(text, str) and ONE_ADDRESS.fullmatch(text):
            yield from each_said(resource, path, *others)


ON: Value = True
OFF: Value = False


def _each_container(resource: Resource) -> Iterator[tuple[str, str, Value]]:
    for path, pod in pods(resource):
        assert isinstance(pod, dict)
        yield from ((path, place, container) for place, container in containers(path, pod))


def pod_security(resource: Resource) -> Iterator[Mutant]:
    may = allowances(resource)
    for path, place, _ in _each_container(resource):
        context = f"{place}.securityContext"
        yield from each_said(resource, f"{context}.allowPrivilegeEscalation", ON, MISSING, UNKNOWN)
        yield from each_said(resource, f"{context}.privileged", ON, UNKNOWN)
        yield from each_said(resource, f"{context}.seccompProfile.type", "Unconfined", UNKNOWN)
        yield from each_said(resource, f"{context}.capabilities.drop", [], ["NET_RAW"], UNKNOWN)
        yield said(resource, f"{context}.capabilities.add", ["SYS_ADMIN"])
        if WRITABLE_ROOT not in may:
            yield from each_said(resource, f"{context}.readOnlyRootFilesystem", OFF, MISSING, UNKNOWN)
        if ROOT not in may:
            yield from each_said(resource, f"{context}.runAsNonRoot", OFF, UNKNOWN)
            yield from each_said(resource, f"{context}.runAsUser", 0, UNKNOWN)
        yield from (said(resource, f"{path}.{name}", ON) for name in HOST)
        if HOST_FILES not in may:
            yield from each_said(resource, f"{path}.volumes", [{"hostPath": {"path": "/"}}], UNKNOWN)


def pod_resources(resource: Resource) -> Iterator[Mutant]:
    for _, place, _ in _each_container(resource):
        for name in ("requests.cpu", "requests.memory", "limits.memory"):
            yield from each_said(resource, f"{place}.resources.{name}", MISSING, UNKNOWN)


def plain_secrets(resource: Resource) -> Iterator[Mutant]:
    if resource.type == CONFIG_MAP:
        yield said(resource, "data.password", WRONG)
        yield said(resource, "data.mutant", "-----BEGIN PRIVATE KEY-----")
    for _, place, _ in _each_container(resource):
        rows: list[Value] = [
            {"name": "DATABASE_PASSWORD", "value": WRONG},
            {"name": "MUTANT", "value": Secret(WRONG)},
        ]
        yield from (said(resource, f"{place}.env", [row]) for row in rows)
        yield said(resource, f"{place}.env", [{"name": "MUTANT", "value": f"https://user:{WRONG}@example.com"}])


def namespace_standard(resource: Resource) -> Iterator[Mutant]:
    labels = revealed(resource.at("metadata.labels"))
    assert isinstance(labels, dict)
    yield said(resource, "metadata.labels", _without(labels, STANDARD))
    for value in (WRONG, UNKNOWN):
        yield said(resource, "metadata.labels", {**labels, STANDARD: value})


MUTATIONS = {
    "tags": tags,
    "protect": protect,
    "images": images,
    "isolation": isolation,
    "isolation-addresses": isolation_addresses,
    "pod-security": pod_security,
    "pod-resources": pod_resources,
    "pod-plain-secrets": plain_secrets,
    "namespace-pod-security": namespace_standard,
}
