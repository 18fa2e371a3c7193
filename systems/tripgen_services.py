"""TripGen's chapter on the services in the cluster: what their pods are told, what they may reach, what runs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

import pulumi

from components.azure.application_gateway import CERTIFICATE
from components.azure.autoscaler import AUTHENTICATION, Autoscaler, AutoscalerArgs
from components.azure.cluster import AksCluster
from components.azure.gateway_ingress import GatewayIngress, GatewayIngressArgs
from components.azure.managed_identity import ManagedIdentity, place_federation
from components.azure.pod_metrics import PodMetrics, PodMetricsArgs
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from components.kubernetes.argo_rollouts import NAMESPACE as ROLLOUTS_NAMESPACE
from components.kubernetes.argo_rollouts import ArgoRollouts, ArgoRolloutsArgs
from components.kubernetes.autoscaling import MetricSources
from components.kubernetes.cluster_roles import CLUSTER_ROLES, ClusterRoles, ClusterRolesArgs
from components.kubernetes.mesh import METRICS_PORT, Mesh, MeshNamespace, MeshNamespaceArgs, Route
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.network_policy import Allowed, Peer, Ports, TierPolicy, TierPolicyArgs
from components.kubernetes.pods import Placement, PodSurroundings
from components.kubernetes.provider import kubernetes_provider
from components.kubernetes.service_account import ServiceAccount, ServiceAccountArgs
from components.kubernetes.workload import Workload, WorkloadArgs, place_binding
from settings.services import ServiceSettings
from settings.tripgen.workloads import WorkloadsSettings

#: Who deploys into the namespace (7.2.2).
DEPLOYER: Final = "deployment-sa"
#: Pods of this tier are what the design's network policy is for (4.3.1).
APPLICATION_TIER: Final = "application"
#: Kubernetes service of the Istio add-on's internal gateway.
MESH_GATEWAY: Final = "aks-istio-ingressgateway-internal"
#: Where Spring Boot offers its metrics.
METRICS_PATH: Final = "/actuator/prometheus"


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """Where the services find what they use; hosts, ports and addresses, no secrets."""

    #: Environment variables of every pod, by name.
    variables: Mapping[str, pulumi.Input[str]]
    prometheus_url: pulumi.Input[str]
    metrics_workspace_id: pulumi.Input[str]
    service_bus_name: pulumi.Input[str]
    service_bus_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class ServicesArgs(ComponentArgs):
    """The cluster and its node pool, the services by name, and what surrounds them."""

    group: ResourceGroup
    cluster: AksCluster
    placement: Placement
    mesh_revision: str
    #: The identity that all services share (7.2.1).
    identity: ManagedIdentity
    registry: pulumi.Input[str]
    #: Networks of the private endpoints, and where the database and its pool of connections listen in them.
    endpoint_networks: Sequence[IPv4Network]
    database_ports: Sequence[int]
    endpoints: Endpoints
    settings: WorkloadsSettings
    services: Mapping[str, ServiceSettings]
    #: Paths that the edge passes on, and the one it asks for health.
    edge_prefixes: Sequence[str]
    edge_health_path: str


class Services(Component[ServicesArgs], type="platform:system:TripgenServices"):
    """3.2, 3.3, 4.3, 4.4, 7.2.2 and the rollouts of 9: one namespace with its rules, and the services in it."""

    def build(self, args: ServicesArgs) -> None:
        """Place the namespace and what guards it, the controllers, then the services."""
        self.args, s = args, args.settings
        self.mesh = Mesh(
            revision=args.mesh_revision,
            control_plane_namespace="aks-istio-system",
            ingress_namespace="aks-istio-ingress",
            ingress_selector=MESH_GATEWAY,
        )
        self.in_cluster = kubernetes_provider(
            f"{self.name}-cluster", parent=self, kubeconfig=args.cluster.kubeconfig, access=args.cluster.ready
        )
        self.ports = sorted({service.port for service in args.services.values()})
        self.namespace = Namespace(
            "services-namespace",
            NamespaceArgs(scope=self.scope, namespace=s.namespace, mesh=self.mesh),
            self.inside(),
        )
        self._place_rules()
        self._place_way_in()
        roles = ClusterRoles("cluster-roles", ClusterRolesArgs(scope=self.scope, roles=CLUSTER_ROLES), self.inside())
        self._place_accounts(roles)
        rollouts = ArgoRollouts(
            "rollouts",
            ArgoRolloutsArgs(
                scope=self.scope,
                chart_version=s.rollouts_chart,
                mesh=self.mesh,
                services_namespace=s.namespace,
                service_ports=self.ports,
            ),
            self.inside(),
        )
        PodMetrics("pod-metrics", PodMetricsArgs(scope=self.scope, namespace=s.namespace), self.inside())
        autoscaler = Autoscaler(
            "autoscaler",
            AutoscalerArgs(
                scope=self.scope,
                group=args.group,
                issuer=args.cluster.oidc_issuer_url,
                namespace=self.namespace.namespace,
                metrics_workspace_id=args.endpoints.metrics_workspace_id,
                service_bus_id=args.endpoints.service_bus_id,
            ),
            self.inside(),
        )
        surroundings = self._surroundings()
        for name, service in args.services.items():
            Workload(
                name,
                WorkloadArgs(
                    scope=self.scope,
                    service_name=name,
                    service=service,
                    namespace=self.namespace.namespace,
                    surroundings=surroundings,
                    sources=MetricSources(
                        prometheus_url=args.endpoints.prometheus_url,
                        service_bus=args.endpoints.service_bus_name,
                        authentication=AUTHENTICATION,
                    ),
                    account_annotations={"azure.workload.identity/client-id": args.identity.client_id},
                ),
                self.inside(depends_on=[*rollouts.ready, roles, autoscaler]),
            )

    def inside(self, depends_on: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
        """Return the options of a component whose objects stand in the cluster."""
        return self.child(providers=[self.in_cluster], depends_on=list(depends_on))

    def _place_rules(self) -> None:
        """4.3.1: the network policy, read for today's cluster (docs/adr/0030)."""
        namespace = self.args.settings.namespace
        TierPolicy(
            "services-network",
            TierPolicyArgs(
                scope=self.scope,
                namespace=self.namespace.namespace,
                policy=f"{namespace}-network-policy",
                pod_labels={"tier": APPLICATION_TIER},
                ingress=ingress_rows(self.mesh, self.ports),
                egress=egress_rows(self.mesh, self.ports, self.args.endpoint_networks, self.args.database_ports),
            ),
            self.inside(),
        )

    def _place_way_in(self) -> None:
        """4.2.1 and 4.4: from the Application Gateway to the mesh's gateway, and from there to the services."""
        args, breaker = self.args, self.args.settings.circuit_breaker
        MeshNamespace(
            "services-mesh",
            MeshNamespaceArgs(
                scope=self.scope,
                namespace=self.namespace.namespace,
                mesh=self.mesh,
                routes=tuple(
                    Route(
                        service=name,
                        port=service.port,
                        prefixes=service.routes,
                        exact=(args.edge_health_path,) if name == args.settings.health_service else (),
                    )
                    for name, service in args.services.items()
                ),
                ejection_percent=breaker.failure_percent,
                ejection_seconds=breaker.open_seconds,
            ),
            self.inside(),
        )
        GatewayIngress(
            "services-ingress",
            GatewayIngressArgs(
                scope=self.scope,
                mesh=self.mesh,
                backend=MESH_GATEWAY,
                certificate=CERTIFICATE,
                prefixes=args.edge_prefixes,
                health_path=args.edge_health_path,
            ),
            self.inside(),
        )

    def _place_accounts(self, roles: ClusterRoles) -> None:
        """7.2.2: who deploys; and the accounts of the services, which stand for their identity in Azure."""
        deployer = ServiceAccount(
            DEPLOYER,
            ServiceAccountArgs(
                scope=self.scope, namespace=self.namespace.namespace, service_account=DEPLOYER, annotations={}
            ),
            self.inside(depends_on=[roles]),
        )
        place_binding(deployer, self.namespace.namespace, role="application-writer", service_account=DEPLOYER)
        namespace = self.args.settings.namespace
        accounts = sorted({service.service_account for service in self.args.services.values()})
        place_federation(
            self,
            self.args.identity,
            issuer=self.args.cluster.oidc_issuer_url,
            subjects={account: f"system:serviceaccount:{namespace}:{account}" for account in accounts},
        )

    def _surroundings(self) -> PodSurroundings:
        s, sidecar = self.args.settings, self.args.settings.sidecar
        return PodSurroundings(
            registry=self.args.registry,
            placement=self.args.placement,
            labels={**self.scope.tags.kubernetes(), "azure.workload.identity/use": "true"},
            annotations={
                "sidecar.istio.io/proxyCPU": sidecar.cpu,
                "sidecar.istio.io/proxyMemory": sidecar.memory,
                "proxy.istio.io/config": "holdApplicationUntilProxyStarts: true",
                # The sidecar offers these together with its own figures.
                "prometheus.io/scrape": "true",
                "prometheus.io/port": str(self.ports[0]),
                "prometheus.io/path": METRICS_PATH,
            },
            environment={**application_variables(s), **self.args.endpoints.variables},
        )


def application_variables(s: WorkloadsSettings) -> dict[str, pulumi.Input[str]]:
    """Return what every service is told of tracing, metrics and calls that fail (8.2.2, 12.2.2), as Spring reads it."""
    breaker = s.circuit_breaker
    return {
        "APPLICATIONINSIGHTS_SAMPLING_PERCENTAGE": str(s.trace_percent),
        # The label that the queries of custom metrics select by.
        "MANAGEMENT_METRICS_TAGS_APP": "$(SERVICE_NAME)",
        "RESILIENCE4J_CIRCUITBREAKER_CONFIGS_DEFAULT_FAILURERATETHRESHOLD": str(breaker.failure_percent),
        "RESILIENCE4J_CIRCUITBREAKER_CONFIGS_DEFAULT_WAITDURATIONINOPENSTATE": f"{breaker.open_seconds}s",
        "RESILIENCE4J_CIRCUITBREAKER_CONFIGS_DEFAULT_AUTOMATICTRANSITIONFROMOPENTOHALFOPENENABLED": "true",
    }


def ingress_rows(mesh: Mesh, ports: Sequence[int]) -> list[Allowed]:
    """Return who may reach the services (4.3.1): the way in, the mesh, each other, health checks, metrics."""
    service_ports = [Ports(first=port) for port in ports]
    return [
        Allowed(peer=Peer(namespace=mesh.ingress_namespace), ports=service_ports),
        Allowed(peer=Peer(namespace=mesh.control_plane_namespace), ports=[Ports(first=15001), Ports(first=15006)]),
        Allowed(peer=Peer(pod_labels={"tier": APPLICATION_TIER}), ports=service_ports),
        Allowed(peer=Peer(namespace=ROLLOUTS_NAMESPACE), ports=service_ports),
        Allowed(peer=Peer(namespace="kube-system"), ports=[Ports(first=METRICS_PORT)]),
    ]


def egress_rows(
    mesh: Mesh, ports: Sequence[int], endpoints: Sequence[IPv4Network], database_ports: Sequence[int]
) -> list[Allowed]:
    """Return what the services may reach (4.3.1); DNS and the mesh's control plane are the namespace's own rules."""
    databases = [Ports(first=port) for port in database_ports]
    caches = [Ports(first=10000), Ports(first=8500, last=8599)]
    messages = [Ports(first=5671), Ports(first=5672)]
    private = [Peer(cidr=str(network)) for network in endpoints]
    return [
        *(Allowed(peer=peer, ports=kind) for kind in (databases, caches, messages) for peer in private),
        Allowed(peer=Peer(), ports=[Ports(first=443)]),
        Allowed(
            peer=Peer(namespace="kube-system", pod_labels={"k8s-app": "kube-dns"}),
            ports=[Ports(first=53, protocol="UDP"), Ports(first=53)],
        ),
        Allowed(peer=Peer(namespace=mesh.control_plane_namespace), ports=[Ports(first=15012)]),
        Allowed(peer=Peer(pod_labels={"tier": APPLICATION_TIER}), ports=[Ports(first=port) for port in ports]),
    ]
