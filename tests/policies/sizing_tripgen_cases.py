"""Cases of the rules about TripGen's sizes."""

from dataclasses import replace
from typing import Any

from policies.resource import UNKNOWN, EnvironmentName, Resource, Value
from tests.policies.azure_cases import (
    AGENT_POOL,
    CLUSTER,
    FIREWALL,
    GATEWAY,
    NAMESPACE,
    PROFILE,
    REDIS,
    REGISTRY,
    SERVER,
    WORKSPACE,
)
from tests.policies.building import Cases, resource

SYSTEM = "platform:system:Tripgen"


def pool(mode: str, size: Value, least: Value, most: Value) -> dict[str, Any]:
    return {"mode": mode, "vmSize": size, "minCount": least, "maxCount": most}


SYSTEM_POOL = pool("System", "Standard_D4s_v3", 3, 5)
APPLICATION_POOL = pool("User", "Standard_D8s_v3", 6, 20)


def cluster(*pools: Value, tier: Value = "Standard") -> Resource:
    return resource(CLUSTER, "prod", sku={"name": "Base", "tier": tier}, agentPoolProfiles=list(pools))


def agent_pool(row: dict[str, Any], environment: EnvironmentName = "prod") -> Resource:
    return resource(AGENT_POOL, environment, **row)


def server(size: Value = "Standard_D8s_v3", storage: Value = 512, **more: Any) -> Resource:
    return resource(
        SERVER, "prod", sku={"name": size, "tier": "GeneralPurpose"}, storage={"storageSizeGB": storage}, **more
    )


PRIMARY = server(called="primary")


def replica(size: Value = "Standard_D8s_v3", storage: Value = 512, **more: Any) -> Resource:
    return server(size, storage, createMode="Replica", references={"sourceServerResourceId": [PRIMARY]}, **more)


def redis(size: Value, environment: EnvironmentName = "prod") -> Resource:
    return resource(REDIS, environment, sku={"name": size})


def messaging(units: Value, tier: Value = "Premium") -> Resource:
    return resource(NAMESPACE, "prod", sku={"name": tier, "tier": tier, "capacity": units})


def gateway(least: Value) -> Resource:
    return resource(GATEWAY, "prod", autoscaleConfiguration={"minCapacity": least, "maxCapacity": 10})


def workspace(days: Value, gigabytes: Value) -> Resource:
    return resource(
        WORKSPACE,
        "prod",
        sku={"name": "PerGB2018"},
        retentionInDays=days,
        workspaceCapping={"dailyQuotaGb": gigabytes},
    )


FIREWALL_OF_PROD = resource(FIREWALL, "prod", sku={"name": "AZFW_VNet", "tier": "Premium"})
FRONT_DOOR = resource(PROFILE, "prod", sku={"name": "Premium_AzureFrontDoor"})
IMAGES = resource(REGISTRY, "prod", sku={"name": "Premium"})

#: What the table asks of prod, as the whole of a stack.
WHOLE = [
    resource(SYSTEM, "prod"),
    cluster(SYSTEM_POOL),
    agent_pool(APPLICATION_POOL),
    PRIMARY,
    replica(called="near"),
    replica(called="far"),
    redis("MemoryOptimized_M50"),
    messaging(4),
    gateway(3),
    FIREWALL_OF_PROD,
    FRONT_DOOR,
    workspace(90, 10),
    IMAGES,
]


def without(token: str) -> list[Resource]:
    return [one for one in WHOLE if one.type != token]


CASES: dict[str, Cases] = {
    "tripgen-nodes": Cases(
        holds=[
            cluster(SYSTEM_POOL),
            cluster(SYSTEM_POOL, APPLICATION_POOL),
            agent_pool(APPLICATION_POOL),
            agent_pool(SYSTEM_POOL),
        ],
        violated=[
            cluster(SYSTEM_POOL, tier="Free"),
            cluster(pool("System", "Standard_D2s_v3", 3, 5)),
            cluster(SYSTEM_POOL, pool("User", "Standard_D8s_v3", 6, 21)),
            agent_pool(pool("User", "Standard_D8s_v3", 5, 20)),
            agent_pool(pool("User", "Standard_D16s_v3", 6, 20)),
            agent_pool(APPLICATION_POOL, "dev"),
            agent_pool(APPLICATION_POOL, "mgmt"),
            resource("azure-native:compute:VirtualMachineScaleSet", "prod"),
        ],
        unknowable=[cluster(pool("System", UNKNOWN, 3, 5)), agent_pool(pool("User", "Standard_D8s_v3", 6, UNKNOWN))],
    ),
    "tripgen-postgres": Cases(
        holds=[server(), replica()],
        violated=[
            server("Standard_D16s_v3"),
            server(storage=256),
            replica("Standard_D4s_v3"),
            replace(server(), environment="mgmt"),
            replace(server(), environment="dev"),
            resource("azure-native:dbforpostgresql:SingleServer", "prod"),
        ],
        unknowable=[server(UNKNOWN), replica(storage=UNKNOWN)],
    ),
    "tripgen-cache": Cases(
        holds=[redis("MemoryOptimized_M50")],
        violated=[
            redis("Balanced_B50"),
            redis("MemoryOptimized_M50", "dev"),
            redis("MemoryOptimized_M50", "mgmt"),
            resource("azure-native:redis:Redis", "prod"),
        ],
        unknowable=[redis(UNKNOWN)],
    ),
    "tripgen-messaging": Cases(
        holds=[messaging(4)],
        violated=[messaging(2), messaging(8), messaging(4, "Standard"), replace(messaging(4), environment="mgmt")],
        unknowable=[messaging(UNKNOWN)],
    ),
    "tripgen-edge": Cases(
        holds=[gateway(3), FIREWALL_OF_PROD, FRONT_DOOR],
        violated=[
            gateway(2),
            resource(GATEWAY, "prod", sku={"capacity": 3}),
            resource(FIREWALL, "prod", sku={"tier": "Standard"}),
            resource(PROFILE, "prod", sku={"name": "Standard_AzureFrontDoor"}),
        ],
        unknowable=[gateway(UNKNOWN)],
    ),
    "tripgen-logs": Cases(
        holds=[workspace(90, 10)],
        violated=[workspace(30, 10), workspace(90, 100), resource(WORKSPACE, "prod", retentionInDays=90)],
        unknowable=[workspace(UNKNOWN, 10)],
    ),
    "tripgen-registry": Cases(
        holds=[IMAGES],
        violated=[resource(REGISTRY, "prod", sku={"name": "Basic"})],
        unknowable=[resource(REGISTRY, "prod", sku=UNKNOWN)],
    ),
    "tripgen-replicas-equal-primary": Cases(
        holds=[[PRIMARY, replica()]],
        violated=[[PRIMARY, replica("Standard_D4s_v3")], [PRIMARY, replica(storage=256)]],
        unknowable=[[PRIMARY, replica(UNKNOWN)]],
    ),
    "tripgen-each-row": Cases(
        holds=[WHOLE],
        violated=[
            without(REDIS),
            without(AGENT_POOL),
            [*WHOLE, messaging(4)],
            [one for one in WHOLE if one.name != "far"],
            [resource(SYSTEM, "mgmt"), redis("MemoryOptimized_M50", "mgmt")],
        ],
        unknowable=[],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "tripgen-replicas-equal-primary": [[PRIMARY], []],
    "tripgen-each-row": [[PRIMARY], []],
}
