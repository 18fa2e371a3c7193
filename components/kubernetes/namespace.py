"""A namespace in which nothing talks unless it is said."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import Namespace as KubernetesNamespace
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs(ComponentArgs):
    """Name of the namespace and what all its pods may reach."""

    namespace: str
    #: Pods may call HTTPS services outside of the cluster (cloud APIs).
    https_egress: bool = False


class Namespace(Component[NamespaceArgs], type="platform:kubernetes:Namespace"):
    """A namespace with the restricted Pod Security Standard, default deny in both directions, and DNS."""

    namespace_name: pulumi.Output[str]

    def build(self, args: NamespaceArgs) -> None:
        """Place the namespace and its network policies."""
        labels = args.scope.tags.kubernetes()
        namespace = KubernetesNamespace(
            f"{self.name}-namespace",
            metadata={
                "name": args.namespace,
                "labels": {
                    **labels,
                    "pod-security.kubernetes.io/enforce": "restricted",
                    "pod-security.kubernetes.io/warn": "restricted",
                },
            },
            opts=self.child(),
        )
        self.namespace_name = namespace.metadata.apply(lambda metadata: metadata.name or args.namespace)
        NetworkPolicy(
            f"{self.name}-default-deny",
            metadata={"name": "default-deny", "namespace": self.namespace_name, "labels": labels},
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=self.child(),
        )
        NetworkPolicy(
            f"{self.name}-allow-dns",
            metadata={"name": "allow-dns", "namespace": self.namespace_name, "labels": labels},
            spec={
                "pod_selector": {},
                "policy_types": ["Egress"],
                "egress": [
                    {
                        "to": [
                            {
                                "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "kube-system"}},
                                "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
                            }
                        ],
                        "ports": [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")],
                    }
                ],
            },
            opts=self.child(),
        )
        if args.https_egress:
            NetworkPolicy(
                f"{self.name}-allow-https",
                metadata={"name": "allow-https", "namespace": self.namespace_name, "labels": labels},
                spec={
                    "pod_selector": {},
                    "policy_types": ["Egress"],
                    "egress": [{"ports": [{"port": 443, "protocol": "TCP"}]}],
                },
                opts=self.child(),
            )
