"""How many pods run: Kubernetes' own autoscaler, made by KEDA where a service has a figure of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.kubernetes.pods import CONTAINER
from settings.services import CustomMetric, Scaling

AUTOSCALING_API: Final = "autoscaling/v2"
KEDA_API: Final = "keda.sh/v1alpha1"
POLLING_SECONDS: Final = 30


@dataclass(frozen=True, kw_only=True)
class MetricSources:
    """Where custom metrics come from, and who asks for them."""

    #: Address of the Prometheus that holds the services' metrics.
    prometheus_url: pulumi.Input[str]
    #: Service Bus namespace whose queues are counted.
    service_bus: pulumi.Input[str]
    #: TriggerAuthentication in the service's namespace.
    authentication: str


def behaviour(scaling: Scaling) -> dict[str, Any]:
    """Return how fast pods go: one at a time, after a time of less load. They come as fast as they are asked for."""
    seconds = scaling.scale_down_seconds
    return {
        "scaleDown": {
            "stabilizationWindowSeconds": seconds,
            "policies": [{"type": "Pods", "value": 1, "periodSeconds": seconds}],
        }
    }


def autoscaler_spec(scaling: Scaling, target: dict[str, str]) -> dict[str, Any]:
    """Return the autoscaling of a service by processor and memory. Whichever asks for most pods wins."""
    return {
        "scaleTargetRef": target,
        "minReplicas": scaling.min_replicas,
        "maxReplicas": scaling.max_replicas,
        "metrics": [
            {
                "type": "ContainerResource",
                "containerResource": {
                    "name": resource,
                    "container": CONTAINER,
                    "target": {"type": "Utilization", "averageUtilization": percent},
                },
            }
            for resource, percent in (("cpu", scaling.cpu_percent), ("memory", scaling.memory_percent))
        ],
        "behavior": behaviour(scaling),
    }


def scaled_object_spec(
    name: str, scaling: Scaling, metric: CustomMetric, target: dict[str, str], sources: MetricSources
) -> dict[str, Any]:
    """Return the autoscaling of a service with a figure of its own. Whichever trigger asks for most pods wins."""
    return {
        "scaleTargetRef": target,
        "minReplicaCount": scaling.min_replicas,
        "maxReplicaCount": scaling.max_replicas,
        "pollingInterval": POLLING_SECONDS,
        "advanced": {"horizontalPodAutoscalerConfig": {"name": name, "behavior": behaviour(scaling)}},
        "triggers": [
            _resource("cpu", scaling.cpu_percent),
            _resource("memory", scaling.memory_percent),
            _custom(metric, sources),
        ],
    }


def _resource(kind: str, percent: int) -> dict[str, Any]:
    """The application's own use: the sidecar's requests would blur it."""
    return {
        "type": kind,
        "metricType": "Utilization",
        "metadata": {"value": str(percent), "containerName": CONTAINER},
    }


def _custom(metric: CustomMetric, sources: MetricSources) -> dict[str, Any]:
    trigger = {"name": metric.name, "metricType": "AverageValue", "authenticationRef": {"name": sources.authentication}}
    if metric.queue:
        metadata = {"namespace": sources.service_bus, "queueName": metric.queue, "messageCount": str(metric.above)}
        return {"type": "azure-servicebus", **trigger, "metadata": metadata}
    metadata = {
        "serverAddress": sources.prometheus_url,
        "query": metric.query or "",
        "threshold": str(metric.above),
        # No answer is no zero: pods would be taken away when the metrics are down.
        "ignoreNullValues": "false",
    }
    return {"type": "prometheus", **trigger, "metadata": metadata}
