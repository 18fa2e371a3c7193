"""Whose pods are measured besides those of the chart: by labels, port and path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.base import Component, ComponentArgs
from components.kubernetes.prometheus_rules import API


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Pods of one namespace, where they answer, and which of their labels the measurements carry under which name."""

    name: str
    namespace: str
    pod_labels: Mapping[str, str]
    #: Name of the container's port.
    port: str
    path: str = "/metrics"
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PodMonitorsArgs(ComponentArgs):
    """Where the objects stand, and whom they are for."""

    namespace: pulumi.Input[str]
    measured: Sequence[Measured]


class PodMonitors(Component[PodMonitorsArgs], type="platform:kubernetes:PodMonitors"):
    """An object for each kind of pod. Their kind must be there before."""

    def build(self, args: PodMonitorsArgs) -> None:
        """Place the objects."""
        for measured in args.measured:
            CustomResource(
                f"{self.name}-{measured.name}",
                api_version=API,
                kind="PodMonitor",
                metadata={
                    "name": measured.name,
                    "namespace": args.namespace,
                    "labels": args.scope.tags.kubernetes(),
                },
                spec={
                    "namespaceSelector": {"matchNames": [measured.namespace]},
                    "selector": {"matchLabels": dict(measured.pod_labels)},
                    "podMetricsEndpoints": [_endpoint(measured)],
                },
                opts=self.child(),
            )


def _endpoint(measured: Measured) -> dict[str, Any]:
    relabelings = [
        {"sourceLabels": [f"__meta_kubernetes_pod_label_{label}"], "targetLabel": name}
        for label, name in measured.labels.items()
    ]
    return {"port": measured.port, "path": measured.path, **({"relabelings": relabelings} if relabelings else {})}
