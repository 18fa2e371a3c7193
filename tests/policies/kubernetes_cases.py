"""Cases of the rules about what runs in clusters, TripGen's services among it."""

from dataclasses import replace
from typing import Any

from policies.kubernetes import (
    AUTOSCALER,
    DEPLOYMENT,
    DISRUPTION_BUDGET,
    NAMESPACE,
    NETWORK_POLICY,
    ROLLOUT,
    SCALED_OBJECT,
)
from policies.resource import UNKNOWN, EnvironmentName, Provider, Resource, Value
from tests.policies.building import Cases, resource

CLUSTER = Provider(type="pulumi:providers:kubernetes", name="tripgen", properties={})
OTHER_CLUSTER = replace(CLUSTER, name="kyeol")
TRIPGEN = "platform:system:Tripgen"
BOTH = ["Ingress", "Egress"]


def metadata(name: Value, namespace: Value = "production") -> dict[str, Value]:
    return {"name": name, "namespace": namespace}


def inside(token: str, environment: EnvironmentName = "prod", *, provider: Provider = CLUSTER, **more: Any) -> Resource:
    return resource(token, environment, parents=(TRIPGEN,), provider=provider, **more)


def zones(key: Value = "topology.kubernetes.io/zone") -> list[Value]:
    return [{"topologyKey": key, "maxSkew": 1}]


def nodes(key: Value = "kubernetes.io/hostname") -> dict[str, Value]:
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": key}]}}


def workload(
    token: str = ROLLOUT,
    environment: EnvironmentName = "prod",
    *,
    name: Value = "user-service",
    spread: Value = None,
    affinity: Value = None,
    requests: Value = None,
    limits: Value = None,
    **spec: Value,
) -> Resource:
    container: Value = {
        "name": "application",
        "resources": {
            "requests": {"cpu": "500m", "memory": "1Gi"} if requests is None else requests,
            "limits": {"cpu": "2000m", "memory": "2Gi"} if limits is None else limits,
        },
    }
    template = {
        "metadata": {"labels": {"app": "user-service", "tier": "application"}},
        "spec": {
            "containers": [container],
            "topologySpreadConstraints": zones() if spread is None else spread,
            "affinity": nodes() if affinity is None else affinity,
        },
    }
    return inside(token, environment, metadata=metadata(name), spec={"template": template, **spec})


def scaled(least: Value = 3, most: Value = 10, *, kind: str = "Rollout", name: str = "user-service") -> Resource:
    target: Value = {"kind": kind, "name": name}
    spec: dict[str, Value] = {"scaleTargetRef": target, "minReplicaCount": least, "maxReplicaCount": most}
    return inside(SCALED_OBJECT, metadata=metadata("user-service"), spec=spec)


def autoscaler(least: Value = 3, most: Value = 10) -> Resource:
    target: Value = {"kind": "Deployment", "name": "user-service"}
    spec: dict[str, Value] = {"scaleTargetRef": target, "minReplicas": least, "maxReplicas": most}
    return inside(AUTOSCALER, metadata=metadata("user-service"), spec=spec)


def budget(*, app: str = "user-service", namespace: str = "production", **spec: Value) -> Resource:
    selector: Value = {"matchLabels": {"app": app}}
    return inside(DISRUPTION_BUDGET, metadata=metadata("user-service", namespace), spec={"selector": selector, **spec})


SPACE = resource(NAMESPACE, "prod", provider=CLUSTER, called="space", metadata={"name": "production"})


def policy(
    *,
    provider: Provider = CLUSTER,
    namespace: Value = "production",
    types: Value = None,
    pods: Value = None,
    **spec: Value,
) -> Resource:
    return resource(
        NETWORK_POLICY,
        "prod",
        provider=provider,
        metadata=metadata("default-deny", namespace),
        spec={"podSelector": pods or {}, "policyTypes": types or list(BOTH), **spec},
    )


def referring(one: Resource, namespace: Resource) -> Resource:
    return replace(one, references={"metadata": (namespace.urn,)})


CASES: dict[str, Cases] = {
    "kubernetes-spread": Cases(
        holds=[
            workload(),
            workload(DEPLOYMENT),
            workload(affinity={}, spread=[*zones(), *zones("kubernetes.io/hostname")]),
        ],
        violated=[workload(spread=[]), workload(affinity={}), workload(spread=zones("kubernetes.io/hostname"))],
        unknowable=[workload(spread=UNKNOWN), workload(affinity=nodes(UNKNOWN))],
    ),
    "kubernetes-autoscaler": Cases(
        holds=[[workload(), scaled()], [workload(DEPLOYMENT), autoscaler()]],
        violated=[
            [workload()],
            [workload(DEPLOYMENT), scaled(kind="Rollout")],
            [workload(), scaled(name="trip-service")],
            [workload(), replace(scaled(), provider=OTHER_CLUSTER)],
            [workload(replicas=3), scaled()],
            [workload(), scaled(4, 3)],
            [workload(), scaled(0, 3)],
        ],
        unknowable=[[workload(), scaled(UNKNOWN)]],
    ),
    "kubernetes-disruption-budget": Cases(
        holds=[
            [workload(), scaled(3), budget(minAvailable=2)],
            [workload(), scaled(3), budget(minAvailable="50%")],
            [workload(), scaled(3), budget(maxUnavailable=1)],
            [workload(), scaled(1), budget(minAvailable=0)],
        ],
        violated=[
            [workload(), scaled(3)],
            [workload(), scaled(2), budget(minAvailable=2)],
            [workload(), budget(minAvailable=1)],
            [workload(), scaled(3), budget(minAvailable="100%")],
            [workload(), scaled(2), budget(minAvailable="51%")],
            [workload(), scaled(3), budget(maxUnavailable=0)],
            [workload(), scaled(3), budget()],
            [workload(), scaled(3), budget(app="trip-service", minAvailable=2)],
            [workload(), scaled(3), budget(namespace="other", minAvailable=2)],
        ],
        unknowable=[
            [workload(), scaled(UNKNOWN), budget(minAvailable=2)],
            [workload(), scaled(3), budget(minAvailable=UNKNOWN)],
        ],
    ),
    "kubernetes-default-deny": Cases(
        holds=[
            [SPACE, policy()],
            [SPACE, referring(policy(namespace=UNKNOWN), SPACE)],
            [SPACE, policy(ingress=[], egress=[])],
        ],
        violated=[
            [SPACE],
            [SPACE, policy(namespace="other")],
            [SPACE, policy(provider=OTHER_CLUSTER)],
            [SPACE, policy(types=["Ingress"])],
            [SPACE, policy(pods={"matchLabels": {"tier": "application"}})],
            [SPACE, policy(egress=[{"ports": [{"port": 443}]}])],
        ],
        unknowable=[],
    ),
    "tripgen-services": Cases(
        holds=[
            workload(),
            workload(DEPLOYMENT),
            scaled(3, 10),
            autoscaler(3, 10),
            budget(minAvailable=2),
        ],
        violated=[
            workload(requests={"cpu": "250m", "memory": "1Gi"}),
            workload(limits={"cpu": "2000m"}),
            workload(name="billing-service"),
            workload(environment="dev"),
            workload(environment="mgmt"),
            scaled(2, 10),
            scaled(3, 11),
            autoscaler(3, 20),
            budget(minAvailable=1),
            budget(maxUnavailable=1),
        ],
        unknowable=[workload(name=UNKNOWN), scaled(3, UNKNOWN), workload(requests=UNKNOWN)],
    ),
    "tripgen-every-service": Cases(
        holds=[
            [
                resource(TRIPGEN, "prod"),
                *(workload(name=name) for name in ("user-service", "trip-service", "ai-service", "location-service")),
            ],
            [resource(TRIPGEN, "mgmt")],
        ],
        violated=[
            [resource(TRIPGEN, "prod"), workload()],
            [resource(TRIPGEN, "dev")],
        ],
        unknowable=[],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "kubernetes-autoscaler": [[scaled()], []],
    "kubernetes-disruption-budget": [[budget(minAvailable=2)]],
    "kubernetes-default-deny": [[policy()]],
    "tripgen-services": [resource(DEPLOYMENT, "prod", provider=CLUSTER, metadata=metadata("billing-service"))],
    "tripgen-every-service": [[workload()]],
}
