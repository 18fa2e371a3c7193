"""A namespace in which nothing talks unless it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes.core.v1 import Namespace as KubernetesNamespace
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.meta.v1.outputs import ObjectMeta
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.base import Component, ComponentArgs
from components.kubernetes.mesh import CONTROL_PLANE_PORT, Mesh

PodSecurity = Literal["restricted", "baseline", "privileged"]


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs(ComponentArgs):
    """Name of the namespace and what all its pods may reach."""

    namespace: str
    #: Pods may call HTTPS services outside of the cluster (cloud APIs).
    https_egress: bool = False
    #: Ports of admission webhooks, and the networks from which the API server calls them.
    webhook_ports: Sequence[int] = ()
    api_server_cidrs: Sequence[str] = ()
    #: The mesh whose sidecars the namespace's pods get.
    mesh: Mesh | None = None
    #: Pod Security Standard that is enforced; less than `restricted` only where pods read their node.
    pod_security: PodSecurity = "restricted"


class Namespace(Component[NamespaceArgs], type="platform:kubernetes:Namespace"):
    """A namespace with a Pod Security Standard, default deny in both directions, and DNS."""

    #: The name, once the namespace is there.
    namespace: pulumi.Output[str]

    def build(self, args: NamespaceArgs) -> None:
        """Place the namespace and its network policies."""
        labels = args.scope.tags.kubernetes()
        membership = {"istio.io/rev": args.mesh.revision} if args.mesh else {}
        namespace = KubernetesNamespace(
            f"{self.name}-namespace",
            metadata={
                "name": args.namespace,
                "labels": {
                    **labels,
                    **membership,
                    "pod-security.kubernetes.io/enforce": args.pod_security,
                    "pod-security.kubernetes.io/warn": "restricted",
                },
            },
            opts=self.child(),
        )

        self.namespace = namespace.metadata.apply(_name)

        def metadata(name: str) -> ObjectMetaArgsDict:
            return {"name": name, "namespace": self.namespace, "labels": labels}

        NetworkPolicy(
            f"{self.name}-default-deny",
            metadata=metadata("default-deny"),
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=self.child(),
        )
        NetworkPolicy(
            f"{self.name}-allow-dns",
            metadata=metadata("allow-dns"),
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
                metadata=metadata("allow-https"),
                spec={
                    "pod_selector": {},
                    "policy_types": ["Egress"],
                    "egress": [{"ports": [{"port": 443, "protocol": "TCP"}]}],
                },
                opts=self.child(),
            )
        if args.mesh:
            control_plane = {"kubernetes.io/metadata.name": args.mesh.control_plane_namespace}
            NetworkPolicy(
                f"{self.name}-allow-mesh",
                metadata=metadata("allow-mesh"),
                spec={
                    "pod_selector": {},
                    "policy_types": ["Egress"],
                    "egress": [
                        {
                            "to": [{"namespace_selector": {"match_labels": control_plane}}],
                            "ports": [{"port": CONTROL_PLANE_PORT, "protocol": "TCP"}],
                        }
                    ],
                },
                opts=self.child(),
            )
        if args.webhook_ports:
            NetworkPolicy(
                f"{self.name}-allow-webhooks",
                metadata=metadata("allow-webhooks"),
                spec={
                    "pod_selector": {},
                    "policy_types": ["Ingress"],
                    "ingress": [
                        {
                            "from_": [{"ip_block": {"cidr": cidr}} for cidr in args.api_server_cidrs],
                            "ports": [{"port": port, "protocol": "TCP"} for port in args.webhook_ports],
                        }
                    ],
                },
                opts=self.child(),
            )


def _name(metadata: ObjectMeta) -> str:
    """Return the name that the API server knows a namespace by."""
    if metadata.name is None:
        raise ValueError("the API server returned a namespace without a name")
    return metadata.name
