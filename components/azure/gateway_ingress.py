"""What the Application Gateway's ingress controller is told: which paths of the outside go to the mesh's gateway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_kubernetes.networking.v1 import Ingress

from components.base import Component, ComponentArgs
from components.kubernetes.mesh import Mesh

INGRESS_CLASS: Final = "azure-application-gateway"
_ANNOTATION: Final = "appgw.ingress.kubernetes.io/"


@dataclass(frozen=True, kw_only=True)
class GatewayIngressArgs(ComponentArgs):
    """The mesh whose ingress gateway answers, and the paths that go there."""

    mesh: Mesh
    #: Kubernetes service of the mesh's ingress gateway, in its namespace.
    backend: str
    #: Name of the certificate in the Application Gateway.
    certificate: str
    prefixes: Sequence[str]
    #: Answers while somebody is there; the gateway asks for it too.
    health_path: str


class GatewayIngress(Component[GatewayIngressArgs], type="platform:azure:GatewayIngress"):
    """HTTPS on the private frontend to the mesh. The controller sends to pods of its ingress' own namespace only."""

    def build(self, args: GatewayIngressArgs) -> None:
        """Place the ingress beside the mesh's gateway: services that insist on mutual TLS would refuse anybody else."""
        backend: Any = {"service": {"name": args.backend, "port": {"number": 80}}}
        paths: list[Any] = [
            {"path": args.health_path, "path_type": "Exact", "backend": backend},
            *({"path": prefix, "path_type": "Prefix", "backend": backend} for prefix in args.prefixes),
        ]
        Ingress(
            f"{self.name}-ingress",
            metadata={
                "name": args.scope.tags.system,
                "namespace": args.mesh.ingress_namespace,
                "labels": args.scope.tags.kubernetes(),
                "annotations": {
                    f"{_ANNOTATION}use-private-ip": "true",
                    f"{_ANNOTATION}appgw-ssl-certificate": args.certificate,
                    f"{_ANNOTATION}backend-protocol": "http",
                    f"{_ANNOTATION}health-probe-path": args.health_path,
                },
            },
            spec={"ingress_class_name": INGRESS_CLASS, "rules": [{"http": {"paths": paths}}]},
            opts=self.child(),
        )
