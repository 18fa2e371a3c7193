"""Which pods the managed Prometheus asks for metrics besides the cluster's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi_kubernetes.core.v1 import ConfigMap

from components.base import Component, ComponentArgs

#: Name that the agent looks for, and where.
SETTINGS_NAME: Final = "ama-metrics-settings-configmap"
SETTINGS_NAMESPACE: Final = "kube-system"


@dataclass(frozen=True, kw_only=True)
class PodMetricsArgs(ComponentArgs):
    """The namespace whose annotated pods are asked."""

    namespace: str


class PodMetrics(Component[PodMetricsArgs], type="platform:azure:PodMetrics"):
    """Pods of one namespace that carry `prometheus.io/scrape: "true"` are asked for their metrics."""

    def build(self, args: PodMetricsArgs) -> None:
        """Place the agent's settings; whatever they leave out stays as Azure has it."""
        ConfigMap(
            f"{self.name}-settings",
            metadata={
                "name": SETTINGS_NAME,
                "namespace": SETTINGS_NAMESPACE,
                "labels": args.scope.tags.kubernetes(),
            },
            data={
                "schema-version": "v1",
                "config-version": "ver1",
                "pod-annotation-based-scraping": f'podannotationnamespaceregex = "^{args.namespace}$"\n',
            },
            opts=self.child(),
        )
