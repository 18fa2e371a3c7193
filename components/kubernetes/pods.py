"""The pods of a service: pure functions from a service file to a pod template, in Kubernetes' own spelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi

from settings.services import Probes, ServiceSettings

CONTAINER: Final = "application"
PORT_NAME: Final = "http"
#: Time that a request for health may take.
PROBE_TIMEOUT_SECONDS: Final = 5
READINESS_FAILURES: Final = 3
#: A pod that is going still gets traffic until all proxies know; then it finishes what it began.
DRAIN_SECONDS: Final = 10
GRACE_SECONDS: Final = 60
TEMPORARY_FILES: Final = "256Mi"


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Nodes that pods go to: by label, and past which taints."""

    node_labels: Mapping[str, str] = field(default_factory=dict)
    tolerations: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class PodSurroundings:
    """What pods get from where they run, not from their service file."""

    #: Host of the environment's image registry.
    registry: pulumi.Input[str]
    placement: Placement
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    environment: Mapping[str, pulumi.Input[str]]


def pod_labels(name: str) -> dict[str, str]:
    """Return the labels that select a service's pods, and the tier that network policies know them by."""
    return {"app": name, "tier": "application"}


def pod_template(
    name: str, service: ServiceSettings, surroundings: PodSurroundings, *, version_label: str
) -> dict[str, Any]:
    """Return the pods' template. Its settings are plain values: a version that is taken back takes its own back."""
    return {
        "metadata": {
            "labels": {**surroundings.labels, **pod_labels(name)},
            "annotations": dict(surroundings.annotations),
        },
        "spec": {
            "serviceAccountName": service.service_account,
            # Only who has a role in the cluster talks to it; a cloud's identity comes as a projected token of its own.
            "automountServiceAccountToken": bool(service.cluster_roles),
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": GRACE_SECONDS,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "nodeSelector": dict(surroundings.placement.node_labels),
            "tolerations": [dict(toleration) for toleration in surroundings.placement.tolerations],
            "affinity": {"podAntiAffinity": anti_affinity(name, version_label)},
            "topologySpreadConstraints": [zone_spread(name, version_label)],
            "containers": [_container(name, service, surroundings)],
            "volumes": [{"name": "temporary", "emptyDir": {"sizeLimit": TEMPORARY_FILES}}],
        },
    }


def zone_spread(name: str, version_label: str) -> dict[str, Any]:
    """Return the spread over zones: a version's pods evenly. A zone whose nodes are lost does not count."""
    return {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": name}},
        "matchLabelKeys": [version_label],
        # Otherwise a lost zone stays a zone with no pods, and none could be started in the others.
        "nodeTaintsPolicy": "Honor",
    }


def anti_affinity(name: str, version_label: str) -> dict[str, Any]:
    """Return the rule that no two pods of a version share a node."""
    return {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {
                "topologyKey": "kubernetes.io/hostname",
                "labelSelector": {"matchLabels": {"app": name}},
                "matchLabelKeys": [version_label],
            }
        ]
    }


def probes(settings: Probes) -> dict[str, Any]:
    """Return the three probes: until it has started, whether it gets traffic, whether it is restarted."""
    request = {
        "httpGet": {"path": settings.path, "port": PORT_NAME},
        "periodSeconds": settings.period_seconds,
        "timeoutSeconds": min(PROBE_TIMEOUT_SECONDS, settings.period_seconds),
    }
    return {
        "startupProbe": {**request, "failureThreshold": max(settings.startup_seconds // settings.period_seconds, 1)},
        "readinessProbe": {**request, "failureThreshold": READINESS_FAILURES},
        "livenessProbe": {**request, "failureThreshold": settings.liveness_failures},
    }


def _container(name: str, service: ServiceSettings, surroundings: PodSurroundings) -> dict[str, Any]:
    environment = {**surroundings.environment, **service.environment}
    return {
        "name": CONTAINER,
        "image": pulumi.Output.concat(surroundings.registry, "/", service.image),
        "ports": [{"name": PORT_NAME, "containerPort": service.port, "protocol": "TCP"}],
        "env": [
            {"name": "SERVICE_NAME", "value": name},
            *({"name": key, "value": environment[key]} for key in sorted(environment)),
        ],
        "resources": {
            "requests": {"cpu": service.requests.cpu, "memory": service.requests.memory},
            "limits": {"cpu": service.limits.cpu, "memory": service.limits.memory},
        },
        **probes(service.probes),
        "lifecycle": {"preStop": {"sleep": {"seconds": DRAIN_SECONDS}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "temporary", "mountPath": "/tmp"}],  # noqa: S108 - the pod's own, in memory of its node
    }
