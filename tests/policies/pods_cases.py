"""Cases of the rules about what pods may do."""

from typing import Any

from policies.kubernetes import DEPLOYMENT, NAMESPACE, ROLLOUT
from policies.pods.security import CONFIG_MAP, STANDARD
from policies.resource import UNKNOWN, Resource, Secret, Value
from tests.policies.building import Cases, resource

BEAT = "kubernetes:beat.k8s.elastic.co/v1beta1:Beat"
CRON_JOB = "kubernetes:batch/v1:CronJob"
LOGSTASH = "kubernetes:logstash.k8s.elastic.co/v1alpha1:Logstash"
POD = "kubernetes:core/v1:Pod"
SAFE: dict[str, Value] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
    "capabilities": {"drop": ["ALL"]},
}
AMOUNTS: dict[str, Value] = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}


def context(**changes: Value) -> dict[str, Value]:
    return {name: value for name, value in {**SAFE, **changes}.items() if value is not None}


def pod(container: Value, **more: Value) -> dict[str, Value]:
    return {"containers": [container], **more}


def secured(token: str = ROLLOUT, *, pod_says: dict[str, Value] | None = None, **changes: Value) -> Resource:
    return resource(token, spec={"template": {"spec": pod({"securityContext": context(**changes)}, **pod_says or {})}})


def daemon(token: str, name: str, **changes: Value) -> Resource:
    described = pod({"securityContext": context(**changes)}, volumes=[{"hostPath": {"path": "/var/log/pods"}}])
    return resource(token, metadata={"name": name}, spec={"daemonSet": {"podTemplate": {"spec": described}}})


def logstash(name: str) -> Resource:
    described = pod({"securityContext": context(readOnlyRootFilesystem=None)})
    return resource(LOGSTASH, metadata={"name": name}, spec={"podTemplate": {"spec": described}})


def sized(amounts: Value) -> Resource:
    return resource(DEPLOYMENT, spec={"template": {"spec": pod({"name": "application", "resources": amounts})}})


def setting(name: str, value: Value = None, **more: Value) -> Resource:
    row: dict[str, Value] = {"name": name, **more}
    if value is not None:
        row["value"] = value
    return resource(ROLLOUT, spec={"template": {"spec": pod({"name": "application", "env": [row]})}})


def space(name: str, standard: Value) -> Resource:
    labels: dict[str, Value] = {} if standard is None else {STANDARD: standard}
    return resource(NAMESPACE, metadata={"name": name, "labels": labels})


def config(**data: Any) -> Resource:
    return resource(CONFIG_MAP, data=data)


CASES: dict[str, Cases] = {
    "pod-security": Cases(
        holds=[
            secured(),
            secured(DEPLOYMENT, privileged=False, runAsUser=1000),
            secured(pod_says={"securityContext": {"runAsNonRoot": True}}, runAsNonRoot=None),
            secured(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
            secured(pod_says={"hostNetwork": False, "volumes": [{"emptyDir": {}}]}),
            daemon(BEAT, "filebeat", runAsNonRoot=None, runAsUser=0),
            logstash("services"),
            resource(POD, spec=pod({"securityContext": context()})),
        ],
        violated=[
            secured(allowPrivilegeEscalation=True),
            secured(allowPrivilegeEscalation=None),
            secured(privileged=True),
            secured(readOnlyRootFilesystem=None),
            secured(runAsNonRoot=None),
            secured(pod_says={"securityContext": {"runAsNonRoot": True}}, runAsNonRoot=False),
            secured(runAsUser=0),
            secured(pod_says={"securityContext": {"runAsUser": 0}}),
            secured(seccompProfile=None),
            secured(seccompProfile={"type": "Unconfined"}),
            secured(capabilities=None),
            secured(capabilities={"drop": ["NET_RAW"]}),
            secured(capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
            secured(pod_says={"hostNetwork": True}),
            secured(pod_says={"hostPID": True}),
            secured(pod_says={"hostIPC": True}),
            secured(pod_says={"volumes": [{"emptyDir": {}}, {"hostPath": {"path": "/"}}]}),
            secured(pod_says={"initContainers": [{"securityContext": {}}]}),
            daemon(BEAT, "another", runAsNonRoot=None, runAsUser=0),
            daemon(BEAT, "filebeat", privileged=True),
            logstash("another"),
            resource(POD, spec=pod({})),
            resource(CRON_JOB, spec={"jobTemplate": {"spec": {"template": {"spec": pod({})}}}}),
        ],
        unknowable=[
            secured(allowPrivilegeEscalation=UNKNOWN),
            secured(runAsUser=UNKNOWN),
            secured(capabilities={"drop": UNKNOWN}),
            secured(pod_says={"hostNetwork": UNKNOWN}),
            secured(pod_says={"volumes": UNKNOWN}),
            resource(ROLLOUT, spec=UNKNOWN),
            resource(ROLLOUT, spec={"template": {"spec": {"containers": [UNKNOWN]}}}),
        ],
    ),
    "pod-resources": Cases(
        holds=[sized(AMOUNTS)],
        violated=[
            sized(None),
            sized({}),
            sized({**AMOUNTS, "limits": {"cpu": "1"}}),
            sized({**AMOUNTS, "requests": {"cpu": "1"}}),
            sized({**AMOUNTS, "requests": {"memory": "1Gi", "cpu": ""}}),
        ],
        unknowable=[sized(UNKNOWN), resource(ROLLOUT, spec=UNKNOWN)],
    ),
    "pod-plain-secrets": Cases(
        holds=[
            setting("REDIS_HOST", "cache.example"),
            setting("DATABASE_PASSWORD", valueFrom={"secretKeyRef": {"name": "database", "key": "password"}}),
            setting("TOKEN_FILE", "/var/run/token"),
            setting("APPLICATIONINSIGHTS_CONNECTION_STRING", UNKNOWN),
            setting("PASSWORD", ""),
            setting("DATABASE_URL", "postgresql://database.example/trips"),
            setting("REGION", UNKNOWN),
            config(dashboard='{"title": "Passwords that were wrong"}'),
        ],
        violated=[
            setting("DATABASE_PASSWORD", "canary"),
            setting("api_key", "canary"),
            setting("AZURE_STORAGE_CONNECTION_STRING", "canary"),
            setting("REGION", Secret("canary")),
            setting("DATABASE_URL", "postgresql://shop:canary@database.example/trips"),
            setting("KEY_ID", "AKIACANARYCANARY0001"),
            config(password="canary"),
            config(key="-----BEGIN RSA PRIVATE KEY-----"),
            resource(CONFIG_MAP, data=Secret({"region": "canary"})),
        ],
        unknowable=[
            setting("DATABASE_PASSWORD", UNKNOWN),
            resource(ROLLOUT, spec={"template": {"spec": pod({"env": UNKNOWN})}}),
            resource(ROLLOUT, spec=UNKNOWN),
            resource(CONFIG_MAP, data=UNKNOWN),
        ],
    ),
    "namespace-pod-security": Cases(
        holds=[space("shop", "restricted"), space("collection", "privileged"), space("logging", "baseline")],
        violated=[
            space("shop", None),
            space("shop", "baseline"),
            space("logging", "privileged"),
            resource(NAMESPACE, metadata={"name": "shop"}),
        ],
        unknowable=[
            space("shop", UNKNOWN),
            resource(NAMESPACE, metadata=UNKNOWN),
            resource(NAMESPACE, metadata={"labels": UNKNOWN}),
        ],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "pod-security": [resource("kubernetes:core/v1:Service", spec={"ports": []})],
    "pod-resources": [resource("kubernetes:helm.sh/v3:Release", values={"spec": {"containers": []}})],
    "pod-plain-secrets": [resource("kubernetes:core/v1:Secret", data={"password": "canary"})],
}
