"""The controller that makes blue-green and canary rollouts, in a namespace of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from components.base import Component, ComponentArgs
from components.kubernetes.mesh import Mesh
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.network_policy import Allowed, Peer, Ports, TierPolicy, TierPolicyArgs

NAMESPACE: Final = "argo-rollouts"
REPOSITORY: Final = "https://argoproj.github.io/argo-helm"
#: One leads, the other takes over.
REPLICAS: Final = 2


@dataclass(frozen=True, kw_only=True)
class ArgoRolloutsArgs(ComponentArgs):
    """Version of the chart, the mesh that the controller asks for health through, if any, and what it may ask."""

    chart_version: str
    mesh: Mesh | None = None
    #: Namespace and ports of the services whose health is asked for.
    services_namespace: str
    service_ports: Sequence[int]


class ArgoRollouts(Component[ArgoRolloutsArgs], type="platform:kubernetes:ArgoRollouts"):
    """Argo Rollouts with its kinds. Its pods are in the services' mesh: one that insists on TLS would refuse others."""

    def build(self, args: ArgoRolloutsArgs) -> None:
        """Place the namespace, its policies and the release."""
        namespace = Namespace(
            f"{self.name}-home",
            NamespaceArgs(scope=args.scope, namespace=NAMESPACE, https_egress=True, mesh=args.mesh),
            self.child(),
        )
        TierPolicy(
            f"{self.name}-health",
            TierPolicyArgs(
                scope=args.scope,
                namespace=namespace.namespace,
                policy="argo-rollouts-network-policy",
                pod_labels={"app.kubernetes.io/name": "argo-rollouts"},
                ingress=(),
                egress=[
                    Allowed(
                        peer=Peer(namespace=args.services_namespace),
                        ports=[Ports(first=port) for port in args.service_ports],
                    )
                ],
            ),
            self.child(),
        )
        #: What must be there before a rollout is placed.
        self.release = Release(
            f"{self.name}-release",
            name="argo-rollouts",
            namespace=namespace.namespace,
            chart="argo-rollouts",
            version=args.chart_version,
            repository_opts={"repo": REPOSITORY},
            values={
                "installCRDs": True,
                # The rollouts would go with their kind.
                "keepCRDs": True,
                "dashboard": {"enabled": False},
                # Of the pod, not of its container: the mesh adds containers that name no profile of their own.
                "podSecurityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "containerSecurityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                    "readOnlyRootFilesystem": True,
                },
                "controller": {
                    "replicas": REPLICAS,
                    "pdb": {"enabled": True, "minAvailable": 1},
                    "resources": {
                        "requests": {"cpu": "100m", "memory": "128Mi"},
                        "limits": {"cpu": "500m", "memory": "512Mi"},
                    },
                    "tolerations": [{"key": "CriticalAddonsOnly", "operator": "Exists"}],
                },
            },
            opts=self.child(),
        )

    @property
    def ready(self) -> list[pulumi.Resource]:
        """What custom resources of its kinds wait for."""
        return [self.release]
