"""DTx' services in the cluster: who they are, what they are told, whom they reach, who looks after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

import pulumi

from components.base import Component, ComponentArgs
from components.gcp import postgres, redis
from components.gcp.cluster import GkeCluster
from components.gcp.firewall_rules import HEALTH_CHECK_RANGES, RESTRICTED_GOOGLE_APIS
from components.gcp.load_balancer import group_name, neg_annotation
from components.gcp.project import Project
from components.gcp.registry import Registry
from components.gcp.service_account import ServiceAccount, ServiceAccountArgs, place_project_role
from components.gcp.workload_identity import ANNOTATION, place_federation, pod_member
from components.kubernetes.argo_rollouts import NAMESPACE as ROLLOUTS_NAMESPACE
from components.kubernetes.argo_rollouts import ArgoRollouts, ArgoRolloutsArgs
from components.kubernetes.cluster_roles import TEAM_ROLES, ClusterRoles, ClusterRolesArgs
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.network_policy import Allowed, Peer, Ports, TierPolicy, TierPolicyArgs
from components.kubernetes.pods import Placement, PodSurroundings
from components.kubernetes.workload import Workload, WorkloadArgs, place_group_binding
from settings.dtx.data import Store
from settings.dtx.workloads import TeamsSettings, WorkloadsSettings
from settings.gcp.network import NetworkPlan
from settings.services import ServiceSettings
from systems.dtx_data import DataStores

HTTPS: Final = Ports(first=443)
#: Where GKE hands a pod its identity: its metadata server's address for pods, and the one behind it on the node (GKE
#: documents, Workload Identity Federation: network policies).
IDENTITY: Final = (
    Allowed(peer=Peer(cidr="169.254.169.254/32"), ports=[Ports(first=80)]),
    Allowed(peer=Peer(cidr="169.254.169.252/32"), ports=[Ports(first=988)]),
)
DATABASE_PORTS: Final = (Ports(first=postgres.PORT),)
#: A Redis cluster's door, and its shards.
CACHE_PORTS: Final = (Ports(first=redis.PORT), Ports(first=redis.NODE_PORTS[0], last=redis.NODE_PORTS[1]))
#: Lets its holder through to the control plane's name; what they may do there says RBAC.
CONNECT_ROLE: Final = "roles/container.clusterViewer"


@dataclass(frozen=True, kw_only=True)
class Access:
    """Whom the pods of one service may talk to, and who to them."""

    port: int
    #: Requests come from the load balancer.
    from_outside: bool
    callers: Sequence[str]
    #: Services that it calls, with their ports.
    callees: Mapping[str, int]
    stores: Sequence[Store]


def accesses(
    services: Mapping[str, ServiceSettings],
    *,
    edge: str,
    calls: Mapping[str, Sequence[str]],
    users: Mapping[Store, Sequence[str]],
) -> dict[str, Access]:
    """Return each service's access: the arrows of the infrastructure's diagram, from both ends."""
    return {
        name: Access(
            port=service.port,
            from_outside=name == edge,
            callers=[caller for caller, callees in calls.items() if name in callees],
            callees={callee: services[callee].port for callee in calls.get(name, ())},
            stores=[store for store, names in users.items() if name in names],
        )
        for name, service in services.items()
    }


def ingress_rows(access: Access, plan: NetworkPlan, *, monitoring_namespace: str) -> list[Allowed]:
    """Return who reaches a service: the load balancer's proxies or its callers, checks of new versions, metrics."""
    ports = [Ports(first=access.port)]
    outside = [plan.proxies, *HEALTH_CHECK_RANGES] if access.from_outside else []
    peers = [
        *(Peer(cidr=str(network)) for network in outside),
        *(Peer(pod_labels={"app": caller}) for caller in access.callers),
        Peer(namespace=ROLLOUTS_NAMESPACE),
        Peer(namespace=monitoring_namespace),
    ]
    return [Allowed(peer=peer, ports=ports) for peer in peers]


def egress_rows(access: Access, plan: NetworkPlan) -> list[Allowed]:
    """Return what a service reaches: whom it calls, its stores, and what proves who it is. DNS is the namespace's."""
    rows = [
        Allowed(peer=Peer(pod_labels={"app": callee}), ports=[Ports(first=port)])
        for callee, port in access.callees.items()
    ]
    if "postgres" in access.stores:
        rows.append(_to(plan.private_services, DATABASE_PORTS))
    if "cache" in access.stores:
        rows.append(_to(plan.cache, CACHE_PORTS))
    if access.stores:
        # Every store asks for a token of Google's, and most of them answer there too.
        rows += [_to(RESTRICTED_GOOGLE_APIS, [HTTPS]), *IDENTITY]
    return rows


def _to(network: IPv4Network, ports: Sequence[Ports]) -> Allowed:
    return Allowed(peer=Peer(cidr=str(network)), ports=ports)


@dataclass(frozen=True, kw_only=True)
class ServicesArgs(ComponentArgs):
    """The cluster, the stores, the services by name, and what surrounds them."""

    project: Project
    cluster: GkeCluster
    in_cluster: pulumi.ProviderResource
    registry: Registry
    stores: DataStores
    plan: NetworkPlan
    placement: Placement
    monitoring_namespace: str
    settings: WorkloadsSettings
    services: Mapping[str, ServiceSettings]
    #: The service that the load balancer sends requests to.
    edge_service: str
    users: Mapping[Store, Sequence[str]]


class Services(Component[ServicesArgs], type="platform:system:DtxServices"):
    """Components 1, deployment 2 and access control: one namespace with its rules, and the services in it."""

    def build(self, args: ServicesArgs) -> None:
        """Place the namespace and who may do what in it, the controller, then the services."""
        self.args, s = args, args.settings
        self.accesses = accesses(args.services, edge=args.edge_service, calls=s.calls, users=args.users)
        self.accounts = {name: self._account(name) for name, access in self.accesses.items() if access.stores}
        args.stores.admit(self.accounts)
        self.namespace = Namespace(
            "services-namespace", NamespaceArgs(scope=self.scope, namespace=s.namespace), self.inside()
        )
        self._place_teams(s.teams)
        rollouts = ArgoRollouts(
            "rollouts",
            ArgoRolloutsArgs(
                scope=self.scope,
                chart_version=s.rollouts_chart,
                services_namespace=s.namespace,
                service_ports=sorted({service.port for service in args.services.values()}),
            ),
            self.inside(),
        )
        self.workloads = {name: self._place(name, rollouts.ready) for name in args.services}
        #: What stands once the load balancer's endpoint groups do.
        self.ready: list[pulumi.Resource] = [self.workloads[args.edge_service]]

    def inside(self, depends_on: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
        """Return the options of a component whose objects stand in the cluster."""
        return self.child(providers=[self.args.in_cluster], depends_on=list(depends_on))

    def _account(self, name: str) -> ServiceAccount:
        """Place who a service is in Google Cloud; its rights are the stores' to give."""
        return ServiceAccount(
            name,
            ServiceAccountArgs(
                scope=self.scope, project=self.args.project, account=name, display_name=f"Pods of {name}"
            ),
            self.child(),
        )

    def _place_teams(self, teams: TeamsSettings) -> None:
        """Access control, RBAC: groups of people get through to the cluster, and may look after this namespace."""
        roles = ClusterRoles("team-roles", ClusterRolesArgs(scope=self.scope, roles=TEAM_ROLES), self.inside())
        for role, groups in (("team-developer", teams.developers), ("team-operator", teams.operators)):
            if groups:
                place_group_binding(roles, self.namespace.namespace, role=role, groups=groups)
        for group in teams.groups:
            place_project_role(
                self, CONNECT_ROLE, project=self.args.project, member=f"group:{group}", holder=group.partition("@")[0]
            )

    def _place(self, name: str, controllers: Sequence[pulumi.Resource]) -> Workload:
        """Place a service with its identity and its rules; it waits for what it would fail without."""
        args, service, access = self.args, self.args.services[name], self.accesses[name]
        rules = TierPolicy(
            f"{name}-network",
            TierPolicyArgs(
                scope=self.scope,
                namespace=self.namespace.namespace,
                policy=name,
                pod_labels={"app": name},
                ingress=ingress_rows(access, args.plan, monitoring_namespace=args.monitoring_namespace),
                egress=egress_rows(access, args.plan),
            ),
            self.inside(),
        )
        account = self.accounts.get(name)
        identity: list[pulumi.Resource] = []
        if account:
            member = pod_member(
                args.project, namespace=args.settings.namespace, service_account=service.service_account
            )
            federation = place_federation(self, account, holder=name, member=member, after=args.cluster.ready)
            identity = [federation, *args.stores.ready(name)]
        exposed = neg_annotation(group_name(self.scope.names, name), service.port) if access.from_outside else {}
        return Workload(
            name,
            WorkloadArgs(
                scope=self.scope,
                service_name=name,
                service=service,
                namespace=self.namespace.namespace,
                surroundings=self._surroundings(name, access),
                account_annotations={ANNOTATION: account.email} if account else {},
                service_annotations=exposed,
            ),
            self.inside(depends_on=[*controllers, rules, *identity]),
        )

    def _surroundings(self, name: str, access: Access) -> PodSurroundings:
        """Return what a service's pods are told: where whom they call is, and their stores."""
        namespace = self.args.settings.namespace
        urls = {
            f"{callee.replace('-', '_').upper()}_URL": f"http://{callee}.{namespace}.svc.cluster.local:{port}"
            for callee, port in access.callees.items()
        }
        stores = self.args.stores.variables(name) if access.stores else {}
        return PodSurroundings(
            registry=self.args.registry.host,
            placement=self.args.placement,
            labels=self.scope.tags.kubernetes(),
            annotations={},
            environment={**urls, **stores},
        )
