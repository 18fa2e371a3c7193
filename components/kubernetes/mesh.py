"""A service mesh's rules for one namespace: mutual TLS, circuit breaking, and the way in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.base import Component, ComponentArgs

#: Where sidecars fetch their configuration and certificates.
CONTROL_PLANE_PORT: Final = 15012
#: Where a sidecar offers its own and its application's metrics together, without mutual TLS.
METRICS_PORT: Final = 15020
#: How often hosts are judged, and from how many errors in a row one is taken out.
OUTLIER_INTERVAL_SECONDS: Final = 10
OUTLIER_ERRORS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """An Istio that the cluster brings along."""

    #: Namespaces join this revision of the control plane by a label.
    revision: str
    control_plane_namespace: str
    ingress_namespace: str
    #: Value of the label `istio` of the ingress gateway's pods.
    ingress_selector: str


@dataclass(frozen=True, kw_only=True)
class Route:
    """Paths of the outside that lead to a service."""

    service: str
    port: int
    prefixes: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MeshNamespaceArgs(ComponentArgs):
    """The namespace, what leads into it, and when a host that fails is left out."""

    namespace: pulumi.Input[str]
    mesh: Mesh
    routes: tuple[Route, ...]
    #: Share of a service's pods that may be left out at once, and for how long one is.
    ejection_percent: int
    ejection_seconds: int


class MeshNamespace(Component[MeshNamespaceArgs], type="platform:kubernetes:MeshNamespace"):
    """A namespace whose pods talk in mutual TLS only, get no traffic while they fail, and have paths from outside."""

    def build(self, args: MeshNamespaceArgs) -> None:
        """Place the mesh's objects."""
        self.args = args
        self._place("mutual-tls", "security.istio.io/v1", "PeerAuthentication", {"mtls": {"mode": "STRICT"}})
        self._place("circuit-breaker", "networking.istio.io/v1", "DestinationRule", self._destination())
        self._place("ingress", "networking.istio.io/v1", "Gateway", self._gateway())
        self._place("routes", "networking.istio.io/v1", "VirtualService", self._virtual_service())

    def _place(self, name: str, api_version: str, kind: str, spec: Mapping[str, Any]) -> None:
        CustomResource(
            f"{self.name}-{name}",
            api_version=api_version,
            kind=kind,
            metadata={"name": name, "namespace": self.args.namespace, "labels": self.scope.tags.kubernetes()},
            spec=spec,
            opts=self.child(),
        )

    def _destination(self) -> dict[str, Any]:
        """Istio counts errors in a row; shares of failed calls are the application's to judge."""
        return {
            "host": pulumi.Output.concat("*.", self.args.namespace, ".svc.cluster.local"),
            "trafficPolicy": {
                "tls": {"mode": "ISTIO_MUTUAL"},
                "outlierDetection": {
                    "consecutive5xxErrors": OUTLIER_ERRORS,
                    "interval": f"{OUTLIER_INTERVAL_SECONDS}s",
                    "baseEjectionTime": f"{self.args.ejection_seconds}s",
                    "maxEjectionPercent": self.args.ejection_percent,
                },
            },
        }

    def _gateway(self) -> dict[str, Any]:
        """Plain HTTP: the gateway before it has ended TLS, and only the ingress controller's subnet reaches it."""
        return {
            "selector": {"istio": self.args.mesh.ingress_selector},
            "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}],
        }

    def _virtual_service(self) -> dict[str, Any]:
        return {
            "hosts": ["*"],
            "gateways": ["ingress"],
            "http": [
                {
                    "name": route.service,
                    "match": [
                        *({"uri": {"exact": path}} for path in route.exact),
                        *({"uri": {"prefix": path}} for path in route.prefixes),
                    ],
                    "route": [{"destination": {"host": route.service, "port": {"number": route.port}}}],
                }
                for route in self.args.routes
                if route.exact or route.prefixes
            ],
        }
