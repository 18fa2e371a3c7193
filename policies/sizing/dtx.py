"""Sizing of DTx: the figures of its infrastructure. Too large in dev is refused like too small in prod."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.controls import Controls
from policies.resource import Resource, Value, revealed
from policies.sizing.services import ServiceSizing, load_services
from policies.sizing.table import Sizing, load_table

_FOLDER: Final = Path(__file__).parent

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


_PROTECTS: Final = "GDPR 32 (1) b resilience"
_CONTROLS: Final[Controls] = {"GDPR": ("32 (1) b",)}
_SOURCE: Final = "DTx infrastructure"

SIZING: Final = Sizing(
    system=SYSTEM,
    table=load_table(_FOLDER / "dtx.toml"),
    words=WORDS,
    parts=parts,
    file="policies/sizing/dtx.toml",
    protects=_PROTECTS,
    controls=_CONTROLS,
    source=_SOURCE,
)
SERVICES: Final = ServiceSizing(
    system=SYSTEM,
    table=load_services(_FOLDER / "dtx_services.toml"),
    file="policies/sizing/dtx_services.toml",
    protects=_PROTECTS,
    controls=_CONTROLS,
    source=f"{_SOURCE}, components 1 (2-4, 3-6 and 2-4 pods)",
)

RESOURCE_RULES: Final = (
    SIZING.rule(
        "nodes",
        "Node pools have the size, the least and the most nodes that the environment has: five workers or more in prod",
        "components 1",
        CLUSTER,
        NODE_POOL,
        *OTHER_COMPUTE,
    ),
    SIZING.rule(
        "postgres",
        "The database and its replicas have the size and the disk that the environment has",
        "components 2",
        DATABASE,
        *OTHER_DATABASES,
    ),
    SIZING.rule(
        "cache",
        "The cache has the nodes, the copies and the memory that the environment has",
        "components 3",
        CACHE,
        *OTHER_CACHES,
    ),
    SIZING.rule(
        "stores",
        "Warehouse, documents and registry are those that the environment has",
        "components 4",
        "gcp:bigquery/dataset:Dataset",
        "gcp:firestore/database:Database",
        "gcp:artifactregistry/repository:Repository",
    ),
    SERVICES.services_rule,
)

STACK_RULES: Final = (
    SIZING.each_row_rule("components 1 to 4", NODE_POOL, DATABASE, *sorted(KINDS)),
    SERVICES.every_service_rule,
)
