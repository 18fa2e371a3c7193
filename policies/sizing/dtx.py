"""Sizing of DTx: the figures of its infrastructure. Too large in dev is refused like too small in prod."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.controls import Controls
from policies.kubernetes import WORKLOADS
from policies.resource import Resource, Value, revealed
from policies.rule import ResourceRule, StackRule
from policies.sizing.services import TYPES, ServiceSizing, load_services
from policies.sizing.table import Sizing, load_table

TABLE: Final = load_table(Path(__file__).with_name("dtx.toml"))
SERVICE_TABLE: Final = load_services(Path(__file__).with_name("dtx_services.toml"))

SYSTEM: Final = "platform:system:Dtx"
CLUSTER: Final = "gcp:container/cluster:Cluster"
NODE_POOL: Final = "gcp:container/nodePool:NodePool"
DATABASE: Final = "gcp:sql/databaseInstance:DatabaseInstance"
CACHE: Final = "gcp:redis/cluster:Cluster"

#: Rows of the table by the type of resource; pools and databases are told apart by what they say.
KINDS: Final = MappingProxyType(
    {
        CLUSTER: "cluster",
        CACHE: "cache",
        "gcp:bigquery/dataset:Dataset": "warehouse",
        "gcp:firestore/database:Database": "documents",
        "gcp:artifactregistry/repository:Repository": "registry",
    }
)
#: The label of a pool that only metrics and logs run on.
POOL_LABEL: Final = "dtx/pool"
MONITORING: Final = "monitoring"
#: What does the same in other ways than the table's; it would be a way round it.
OTHER_COMPUTE: Final = (
    "gcp:compute/instance:Instance",
    "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager",
    "gcp:cloudrunv2/service:Service",
    "gcp:cloudrunv2/job:Job",
)
OTHER_DATABASES: Final = ("gcp:alloydb/cluster:Cluster", "gcp:spanner/instance:Instance")
OTHER_CACHES: Final = ("gcp:redis/instance:Instance", "gcp:memorystore/instance:Instance")
WORDS: Final = MappingProxyType(
    {
        "cluster": "GKE cluster",
        "service_nodes": "node pool of the services",
        "monitoring_nodes": "node pool of metrics and logs",
        "postgres": "PostgreSQL",
        "postgres_replicas": "PostgreSQL replicas",
        "cache": "Redis cluster",
        "warehouse": "BigQuery dataset",
        "documents": "Firestore database",
        "registry": "registry",
    }
)


def parts(resource: Resource) -> Iterator[tuple[str, str]]:
    """Return the rows that a resource is held against, each with the path where the row's properties begin.

    A cluster carries pools inside it, besides those that are resources of their own.
    """
    if resource.type == NODE_POOL:
        yield _pool_kind(resource.at(f"nodeConfig.labels.{POOL_LABEL}")), ""
    elif resource.type == DATABASE:
        yield "postgres" if resource.at("masterInstanceName") is None else "postgres_replicas", ""
    elif kind := KINDS.get(resource.type):
        yield kind, ""
        for path, _ in resource.every("nodePools.*"):
            yield _pool_kind(resource.at(f"{path}.nodeConfig.labels.{POOL_LABEL}")), f"{path}."


def _pool_kind(label: Value) -> str:
    return "monitoring_nodes" if revealed(label) == MONITORING else "service_nodes"


SIZING: Final = Sizing(system=SYSTEM, table=TABLE, words=WORDS, parts=parts, file="policies/sizing/dtx.toml")
SERVICES: Final = ServiceSizing(system=SYSTEM, table=SERVICE_TABLE, file="policies/sizing/dtx_services.toml")

_SIZE: Final = "cost; GDPR 32 (1) b resilience"
_CONTROLS: Final[Controls] = {"GDPR": ("32 (1) b",)}
_FIX: Final = (
    "Give the stack what the table says for its environment (Pulumi.<stack>.yaml); where the table itself changes, "
    "change policies/sizing/dtx.toml in the same review"
)
_SERVICES_FIX: Final = (
    "Give the service what the table says (config/<environment>/services/dtx/); where the table itself changes, "
    "change policies/sizing/dtx_services.toml in the same review"
)
_SOURCE: Final = "DTx infrastructure, components {}"


def _sizing_rule(name: str, title: str, chapter: str, *types: str) -> ResourceRule:
    return ResourceRule(
        id=f"dtx-{name}",
        concern="sizing",
        title=title,
        severity="medium",
        protects=_SIZE,
        controls=_CONTROLS,
        fix=_FIX,
        source=_SOURCE.format(chapter),
        types=types,
        fail_closed=False,
        judge=SIZING.sizes,
    )


RESOURCE_RULES: Final = (
    _sizing_rule(
        "nodes",
        "Node pools have the size, the least and the most nodes that the environment has: five workers or more in prod",
        "1",
        CLUSTER,
        NODE_POOL,
        *OTHER_COMPUTE,
    ),
    _sizing_rule(
        "postgres",
        "The database and its replicas have the size and the disk that the environment has",
        "2",
        DATABASE,
        *OTHER_DATABASES,
    ),
    _sizing_rule(
        "cache",
        "The cache has the nodes, the copies and the memory that the environment has",
        "3",
        CACHE,
        *OTHER_CACHES,
    ),
    _sizing_rule(
        "stores",
        "Warehouse, documents and registry are those that the environment has",
        "4",
        "gcp:bigquery/dataset:Dataset",
        "gcp:firestore/database:Database",
        "gcp:artifactregistry/repository:Repository",
    ),
    ResourceRule(
        id="dtx-services",
        concern="sizing",
        title="Each service takes what its row says, in as many pods as its row says",
        severity="medium",
        protects=_SIZE,
        controls=_CONTROLS,
        fix=_SERVICES_FIX,
        source=_SOURCE.format("1 (2-4, 3-6 and 2-4 pods)"),
        types=TYPES,
        fail_closed=False,
        claims=SERVICES.claims,
        judge=SERVICES.sizes,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="dtx-each-row",
        concern="sizing",
        title="The stack has as many of everything as the sizing table says",
        severity="medium",
        protects=_SIZE,
        controls=_CONTROLS,
        fix=_FIX,
        source=_SOURCE.format("1 to 4"),
        types=(SYSTEM, NODE_POOL, DATABASE, *sorted(KINDS)),
        fail_closed=False,
        claims=SIZING.concerned,
        judge=SIZING.each_row,
    ),
    StackRule(
        id="dtx-every-service",
        concern="sizing",
        title="Every service of the infrastructure runs",
        severity="high",
        protects=_SIZE,
        controls=_CONTROLS,
        fix=_SERVICES_FIX,
        source=_SOURCE.format("1"),
        types=(SYSTEM, *WORKLOADS),
        fail_closed=False,
        claims=SERVICES.concerned,
        judge=SERVICES.every_service,
    ),
)
