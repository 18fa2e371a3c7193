"""Cases of the rule about images."""

from typing import Any

from policies.kubernetes import DEPLOYMENT, ROLLOUT
from policies.resource import UNKNOWN, EnvironmentName, Resource, Secret, Value
from tests.policies.building import Cases, resource

RELEASE = "kubernetes:helm.sh/v3:Release"
KIBANA = "kubernetes:kibana.k8s.elastic.co/v1:Kibana"
CRON_JOB = "kubernetes:batch/v1:CronJob"
CLOUD_RUN = "gcp:cloudrunv2/service:Service"
REGISTRY = "registry.example:5000/dtx"
DIGEST = f"@sha256:{'0123456789abcdef' * 4}"


def running(image: Value, environment: EnvironmentName = "dev", token: str = ROLLOUT, **pod: Value) -> Resource:
    template: Value = {"spec": {"containers": [{"name": "application", "image": image}], **pod}}
    return resource(token, environment, spec={"template": template})


def release(version: Value, **values: Any) -> Resource:
    return resource(RELEASE, chart="argo-rollouts", version=version, values=values)


def kibana(**container: Value) -> Resource:
    pod: Value = {"spec": {"containers": [{"name": "kibana", **container}]}}
    return resource(KIBANA, spec={"version": "9.2.1", "podTemplate": pod})


CASES: dict[str, Cases] = {
    "images": Cases(
        holds=[
            running(f"{REGISTRY}/user-service:1.0.0"),
            running(f"{REGISTRY}/user-service{DIGEST}", "stage", DEPLOYMENT),
            running(f"{REGISTRY}/user-service:1.0.0{DIGEST}", "prod"),
            running(f"{REGISTRY}/user-service{DIGEST}", "prod"),
            resource(CLOUD_RUN, template={"containers": [{"image": f"{REGISTRY}/user-service:1.0.0"}]}),
            kibana(),
            release("2.41.0"),
            release("v1.2.3-rc.1", image={"tag": "v1.2.3"}),
        ],
        violated=[
            running(f"{REGISTRY}/user-service"),
            running(f"{REGISTRY}/user-service:latest"),
            running(f"{REGISTRY}/user-service:latest{DIGEST}"),
            running(f"{REGISTRY}/user-service:1.0.0", "prod"),
            running(f"{REGISTRY}/user-service:1.0.0@sha256:0123", "prod"),
            running(""),
            running(None),
            running(Secret(f"{REGISTRY}/user-service:latest")),
            running(f"{REGISTRY}/user-service:1.0.0", initContainers=[{"image": "busybox"}]),
            resource(
                CRON_JOB, spec={"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"image": "busybox"}]}}}}}
            ),
            resource(CLOUD_RUN, template={"containers": [{"image": f"{REGISTRY}/user-service"}]}),
            kibana(image="kibana:latest"),
            release(None),
            release("^2.0.0"),
            release("2.41.0", controller={"image": {"tag": "latest"}}),
            release("2.41.0", sidecars=[{"tag": "latest"}]),
        ],
        unknowable=[
            running(UNKNOWN),
            resource(ROLLOUT, spec=UNKNOWN),
            resource(ROLLOUT, spec={"template": {"spec": {"containers": UNKNOWN}}}),
            resource(ROLLOUT, spec={"template": {"spec": {"containers": [UNKNOWN]}}}),
            release(UNKNOWN),
        ],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "images": [
        resource("kubernetes:core/v1:ConfigMap", spec={"containers": [{"image": "busybox"}]}),
        resource(KIBANA, spec={"version": "9.2.1"}),
        resource("kubernetes:policy/v1:PodDisruptionBudget", spec={"minAvailable": 1}),
    ],
}
