"""Cases of the rules about DTx' sizes."""

from dataclasses import replace
from typing import Any

from policies.resource import UNKNOWN, EnvironmentName, Resource, Value
from tests.policies.building import Cases, resource
from tests.policies.gcp_cases import SYSTEM
from tests.policies.gcp_residency_cases import CLUSTER, DATABASE, DATASET, FIRESTORE, NODE_POOL, REDIS, REPOSITORY

AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
BUDGET = "kubernetes:policy/v1:PodDisruptionBudget"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
ROLLOUT = "kubernetes:argoproj.io/v1alpha1:Rollout"


def pool(
    least: Value = 5,
    most: Value = 9,
    machine: Value = "e2-standard-4",
    *,
    environment: EnvironmentName = "prod",
    purpose: str = "services",
) -> Resource:
    return resource(
        NODE_POOL,
        environment,
        nodeConfig={"machineType": machine, "labels": {"dtx/pool": purpose}},
        autoscaling={"totalMinNodeCount": least, "totalMaxNodeCount": most},
    )


WATCHING = pool(3, 4, "e2-standard-8", purpose="monitoring")


def database(tier: Value = "db-perf-optimized-N-4", disk: Value = 200, **more: Any) -> Resource:
    settings = {"tier": tier, "edition": "ENTERPRISE_PLUS", "diskSize": disk}
    return resource(DATABASE, "prod", settings=settings, **more)


def replica(tier: Value = "db-perf-optimized-N-4", **more: Any) -> Resource:
    return database(tier, masterInstanceName=UNKNOWN, **more)


def cache(
    node: Value = "REDIS_STANDARD_LARGE", shards: Value = 3, copies: Value = 1, policy: Value = "allkeys-lru"
) -> Resource:
    return resource(
        REDIS,
        "prod",
        nodeType=node,
        shardCount=shards,
        replicaCount=copies,
        redisConfigs={"maxmemory-policy": policy},
    )


WAREHOUSE = resource(DATASET, "prod", datasetId="de", project="dtx-data")
DOCUMENTS = resource(FIRESTORE, "prod", type="FIRESTORE_NATIVE")
IMAGES = resource(REPOSITORY, "prod")
GKE = resource(CLUSTER, "prod")

#: What the table asks of prod, as the whole of a stack.
WHOLE = [
    resource(SYSTEM, "prod", provider=None),
    GKE,
    pool(),
    WATCHING,
    database(called="primary"),
    replica(called="one"),
    replica(called="two"),
    cache(),
    WAREHOUSE,
    DOCUMENTS,
    IMAGES,
]


def inside(token: str, name: Value, environment: EnvironmentName = "prod", **more: Any) -> Resource:
    return resource(token, environment, parents=(SYSTEM,), metadata={"name": name}, **more)


def workload(
    name: Value = "user-service",
    *,
    token: str = ROLLOUT,
    environment: EnvironmentName = "prod",
    requests: Value = None,
) -> Resource:
    resources = {
        "requests": {"cpu": "1000m", "memory": "1536Mi"} if requests is None else requests,
        "limits": {"cpu": "2000m", "memory": "3Gi"},
    }
    spec = {"template": {"spec": {"containers": [{"resources": resources}]}}}
    return inside(token, name, environment, spec=spec)


def pods(least: Value, most: Value, name: Value = "user-service") -> Resource:
    return inside(AUTOSCALER, name, spec={"minReplicas": least, "maxReplicas": most})


CASES: dict[str, Cases] = {
    "dtx-nodes": Cases(
        holds=[GKE, pool(), WATCHING, pool(3, 5, environment="dev")],
        violated=[
            pool(4),
            pool(5, 10),
            pool(machine="e2-standard-8"),
            replace(pool(), environment="dev"),
            replace(WATCHING, environment="dev"),
            replace(GKE, environment="mgmt"),
            resource(CLUSTER, "prod", nodePools=[{"nodeConfig": {"machineType": "n2-standard-64"}}]),
            resource("gcp:compute/instance:Instance", "prod"),
        ],
        unknowable=[pool(UNKNOWN), pool(machine=UNKNOWN)],
    ),
    "dtx-postgres": Cases(
        holds=[database(), replica()],
        violated=[
            database("db-perf-optimized-N-2"),
            database("db-perf-optimized-N-16"),
            database(disk=100),
            replica("db-perf-optimized-N-2"),
            replace(database(), environment="dev"),
            replace(replica(), environment="dev"),
            resource("gcp:alloydb/cluster:Cluster", "prod"),
        ],
        unknowable=[database(UNKNOWN), replica(UNKNOWN)],
    ),
    "dtx-cache": Cases(
        holds=[cache()],
        violated=[
            cache("REDIS_HIGHMEM_MEDIUM"),
            cache(shards=2),
            cache(copies=0),
            cache(policy="volatile-lru"),
            replace(cache(), environment="dev"),
            resource("gcp:redis/instance:Instance", "prod"),
        ],
        unknowable=[cache(UNKNOWN), cache(shards=UNKNOWN)],
    ),
    "dtx-stores": Cases(
        holds=[WAREHOUSE, DOCUMENTS, IMAGES],
        violated=[
            resource(DATASET, "prod", datasetId="de", project="dtx-platform"),
            resource(DATASET, "prod", datasetId="events", project="dtx-data"),
            resource(FIRESTORE, "prod", type="DATASTORE_MODE"),
            replace(IMAGES, environment="mgmt"),
        ],
        unknowable=[resource(FIRESTORE, "prod", type=UNKNOWN)],
    ),
    "dtx-services": Cases(
        holds=[
            workload(),
            pods(3, 6),
            pods(2, 4, "api-gateway"),
            pods(2, 4, "timemachine"),
            inside(BUDGET, "user-service", spec={"minAvailable": 2}),
        ],
        violated=[
            workload(requests={"cpu": "250m"}),
            workload("billing"),
            workload(environment="dev"),
            pods(2, 6),
            pods(3, 12),
            inside(BUDGET, "user-service", spec={"minAvailable": 1}),
        ],
        unknowable=[workload(UNKNOWN), pods(3, UNKNOWN)],
    ),
    "dtx-each-row": Cases(
        holds=[WHOLE],
        violated=[
            [one for one in WHOLE if one.name != "two"],
            [one for one in WHOLE if one.type != REDIS],
            [*WHOLE, WAREHOUSE],
            [one for one in WHOLE if one is not WATCHING],
            [resource(SYSTEM, "mgmt", provider=None), replace(cache(), environment="mgmt")],
        ],
        unknowable=[],
    ),
    "dtx-every-service": Cases(
        holds=[
            [
                resource(SYSTEM, "prod", provider=None),
                *(workload(name) for name in ("api-gateway", "user-service")),
                workload("timemachine", token=DEPLOYMENT),
            ]
        ],
        violated=[[resource(SYSTEM, "prod", provider=None), workload()]],
        unknowable=[],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "dtx-each-row": [[database()], []],
    "dtx-services": [
        resource(DEPLOYMENT, "prod", metadata={"name": "billing"}),
        inside(BUDGET, "logs", spec={"minAvailable": 1}),
    ],
    "dtx-every-service": [[workload()]],
}
