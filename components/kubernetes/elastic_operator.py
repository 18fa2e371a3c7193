"""Elastic's operator, which runs Elasticsearch, Kibana, Logstash and Filebeat (docs/adr/0047)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from components.base import Component, ComponentArgs
from components.kubernetes.namespace import Namespace
from components.kubernetes.pod_size import PodSize, placed
from components.kubernetes.pods import Placement
from components.kubernetes.prometheus_stack import WEBHOOK_PORT

REPOSITORY: Final = "https://helm.elastic.co"
RELEASE: Final = "elastic-operator"
#: Label that the chart gives its pod.
OPERATOR: Final = {"control-plane": "elastic-operator"}
#: What the operator's own pods of its kinds may not do, and as whom they run.
POD_SECURITY: Final[dict[str, Any]] = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "fsGroup": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY: Final[dict[str, Any]] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
#: Elasticsearch's and Kibana's, which the operator gives volumes for all they write: its own context says the same.
SEALED_CONTAINER: Final[dict[str, Any]] = {**CONTAINER_SECURITY, "readOnlyRootFilesystem": True}


@dataclass(frozen=True, kw_only=True)
class ElasticOperatorArgs(ComponentArgs):
    """Version of the chart, size, and the namespaces it works in."""

    chart_version: str
    namespace: Namespace
    managed: Sequence[Namespace]
    placement: Placement
    operator: PodSize


class ElasticOperator(Component[ElasticOperatorArgs], type="platform:kubernetes:ElasticOperator"):
    """The operator with its kinds. It tells nobody outside of its use, and takes no licence but the basic one."""

    def build(self, args: ElasticOperatorArgs) -> None:
        """Place the release."""
        self.release = Release(
            f"{self.name}-release",
            name=RELEASE,
            namespace=args.namespace.namespace,
            chart="eck-operator",
            version=args.chart_version,
            repository_opts={"repo": REPOSITORY},
            values={
                **placed(args.placement),
                "installCRDs": True,
                "replicaCount": args.operator.replicas,
                "resources": args.operator.resources(),
                "managedNamespaces": [namespace.namespace for namespace in args.managed],
                "podSecurityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "webhook": {"port": WEBHOOK_PORT},
                "telemetry": {"disabled": True},
            },
            opts=self.child(),
        )

    @property
    def ready(self) -> list[pulumi.Resource]:
        """What custom resources of its kinds wait for."""
        return [self.release]
