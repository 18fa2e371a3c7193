"""Sizing of TripGen: the physical architecture's figures. Too large in dev is refused like too small in prod."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.controls import Controls
from policies.resource import UNKNOWN, Resource, Value, revealed, shown
from policies.rule import Finding, StackRule, at_path, unknowable, violated
from policies.sizing.services import ServiceSizing, load_services
from policies.sizing.table import Sizing, load_table

_FOLDER: Final = Path(__file__).parent

CLUSTER: Final = "azure-native:containerservice:ManagedCluster"
AGENT_POOL: Final = "azure-native:containerservice:AgentPool"
SERVER: Final = "azure-native:dbforpostgresql:Server"
SYSTEM: Final = "platform:system:Tripgen"

#: Rows of the table by the type of resource; pools and databases are told apart by what they say.
KINDS: Final = MappingProxyType(
    {
        CLUSTER: "cluster",
        "azure-native:network:ApplicationGateway": "gateway",
        "azure-native:network:AzureFirewall": "firewall",
        "azure-native:cdn:Profile": "front_door",
        "azure-native:redisenterprise:RedisEnterprise": "cache",
        "azure-native:servicebus:Namespace": "messaging",
        "azure-native:operationalinsights:Workspace": "logs",
        "azure-native:containerregistry:Registry": "registry",
    }
)
#: What does the same in other ways than the table's; it would be a way round it.
OTHER_COMPUTE: Final = (
    "azure-native:compute:VirtualMachine",
    "azure-native:compute:VirtualMachineScaleSet",
    "azure-native:containerinstance:ContainerGroup",
    "azure-native:app:ContainerApp",
)
OTHER_DATABASES: Final = (
    "azure-native:dbforpostgresql:ServerGroupCluster",
    "azure-native:dbforpostgresql:SingleServer",
)
OTHER_CACHES: Final = ("azure-native:redis:Redis",)
WORDS: Final = MappingProxyType(
    {
        "cluster": "AKS cluster",
        "system_nodes": "system node pool",
        "application_nodes": "application node pool",
        "gateway": "Application Gateway",
        "firewall": "Azure Firewall",
        "front_door": "Front Door",
        "postgres": "PostgreSQL",
        "postgres_replicas": "PostgreSQL replicas",
        "cache": "Redis",
        "messaging": "Service Bus",
        "logs": "log workspace",
        "registry": "registry",
    }
)


def parts(resource: Resource) -> Iterator[tuple[str, str]]:
    """Return the rows that a resource is held against, each with the path where the row's properties begin.

    A cluster carries pools inside it, besides those that are resources of their own.
    """
    if resource.type == AGENT_POOL:
        yield _pool_kind(resource.at("mode")), ""
    elif resource.type == SERVER:
        yield "postgres_replicas" if revealed(resource.at("createMode")) == "Replica" else "postgres", ""
    elif kind := KINDS.get(resource.type):
        yield kind, ""
        for path, _ in resource.every("agentPoolProfiles.*"):
            yield _pool_kind(resource.at(f"{path}.mode")), f"{path}."


def _pool_kind(mode: Value) -> str:
    return "system_nodes" if revealed(mode) == "System" else "application_nodes"


#: What must be equal between a primary and its replicas, and why.
_EQUAL: Final = ("sku.name", "sku.tier", "storage.storageSizeGB")
_WHY_EQUAL: Final = (
    "Azure refuses a primary that is larger than its smallest replica, and promotes only a replica that is its equal"
)


def replicas_equal_primary(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Refuse replicas of another size than their primary, as the document itself lists them (D4s_v3 of a D8s_v3)."""
    primaries = {one.urn: one for one in resources if one.type == SERVER and not _is_replica(one)}
    for replica in resources:
        if not _is_replica(replica):
            continue
        sources = [primaries[urn] for urn in replica.references.get("sourceServerResourceId", ()) if urn in primaries]
        for primary in sources:
            for path in _EQUAL:
                yield from _equal(replica, primary, path)


def _equal(replica: Resource, primary: Resource, path: str) -> Iterator[Finding]:
    mine, its = replica.at(path), primary.at(path)
    allowed = f"{shown(its)}, as its primary {primary.name} has: {_WHY_EQUAL}"
    if UNKNOWN in (revealed(mine), revealed(its)):
        yield unknowable(path, allowed, replica.urn)
    elif revealed(mine) != revealed(its):
        yield violated(at_path(path, mine), allowed, replica.urn)


def _is_replica(resource: Resource) -> bool:
    return resource.type == SERVER and revealed(resource.at("createMode")) == "Replica"


def _has_a_replica(resources: Sequence[Resource]) -> bool:
    return any(_is_replica(resource) for resource in resources)


_PROTECTS: Final = "ISMS-P 2.9.2 performance and failures"
_CONTROLS: Final[Controls] = {"ISMS-P": ("2.9.2",)}
_SOURCE: Final = "TripGen physical architecture"

SIZING: Final = Sizing(
    system=SYSTEM,
    table=load_table(_FOLDER / "tripgen.toml"),
    words=WORDS,
    parts=parts,
    file="policies/sizing/tripgen.toml",
    protects=_PROTECTS,
    controls=_CONTROLS,
    source=_SOURCE,
)
SERVICES: Final = ServiceSizing(
    system=SYSTEM,
    table=load_services(_FOLDER / "tripgen_services.toml"),
    file="policies/sizing/tripgen_services.toml",
    protects=_PROTECTS,
    controls=_CONTROLS,
    source=f"{_SOURCE}, 3.2.1, 3.3.1 and 3.3.2",
)

RESOURCE_RULES: Final = (
    SIZING.rule(
        "nodes",
        "Node pools have the size, the least and the most nodes that the environment has, and the cluster its tier",
        "3.1.1 and 3.1.2",
        CLUSTER,
        AGENT_POOL,
        *OTHER_COMPUTE,
    ),
    SIZING.rule(
        "postgres",
        "The database and its replicas have the size and the disk that the environment has",
        "5.1.1 and 5.1.2",
        SERVER,
        *OTHER_DATABASES,
    ),
    SIZING.rule(
        "cache",
        "The cache has the size that the environment has",
        "5.2.1",
        "azure-native:redisenterprise:RedisEnterprise",
        *OTHER_CACHES,
    ),
    SIZING.rule(
        "messaging",
        "Service Bus has the tier and the messaging units that the environment has",
        "6.1.1",
        "azure-native:servicebus:Namespace",
    ),
    SIZING.rule(
        "edge",
        "Gateway, firewall and Front Door have the tier and the capacity that the environment has",
        "4.2.1 and 7.1.1",
        "azure-native:network:ApplicationGateway",
        "azure-native:network:AzureFirewall",
        "azure-native:cdn:Profile",
    ),
    SIZING.rule(
        "logs",
        "Logs are kept as long, and taken in as much a day, as the environment says",
        "8.1.1",
        "azure-native:operationalinsights:Workspace",
    ),
    SIZING.rule(
        "registry",
        "The registry has the tier that the environment has",
        "9",
        "azure-native:containerregistry:Registry",
    ),
    SERVICES.services_rule,
)

STACK_RULES: Final = (
    StackRule(
        id="tripgen-replicas-equal-primary",
        concern="sizing",
        title="A read replica has its primary's size",
        severity="high",
        protects="ISMS-P 2.12.1 readiness for disasters, 2.9.2 performance and failures",
        controls={"ISMS-P": ("2.9.2", "2.12.1")},
        fix="Give replicas the primary's SKU and storage; the document's D4s_v3 replicas of a D8s_v3 cannot be made",
        source=f"{_SOURCE}, 5.1.2 and 10.1.2",
        types=(SERVER,),
        fail_closed=False,
        claims=_has_a_replica,
        judge=replicas_equal_primary,
    ),
    SIZING.each_row_rule("3 to 9", AGENT_POOL, SERVER, *sorted(KINDS)),
    SERVICES.every_service_rule,
)
