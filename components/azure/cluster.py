"""The AKS cluster: control plane, system pool, add-ons and who may do what (TripGen physical architecture, 3.1)."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final

import pulumi
import yaml
from pulumi_azure_native.containerservice import (
    AgentPool,
    ContainerServiceNetworkProfileArgsDict,
    ManagedCluster,
    ManagedClusterAgentPoolProfileArgs,
    ResourceIdentityType,
    list_managed_cluster_user_credentials_output,
)

from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.maintenance import MaintenanceWindow, place_maintenance
from components.azure.managed_identity import ManagedIdentity, ManagedIdentityArgs
from components.azure.network import Network
from components.azure.node_pool import NodePool, pool_properties
from components.azure.registry import Registry
from components.azure.resource_group import ResourceGroup
from components.azure.role_assignment import place_own_role, place_role
from components.base import Component, ComponentArgs
from settings.azure import naming
from settings.azure.network import PodNetworking

#: The application that Entra knows every AKS API server by; the same in all tenants.
AKS_SERVER_ID: Final = "6dae42f8-4368-4678-94ff-3960e28e3630"
#: Taint of a system pool: Azure's own pods and add-ons tolerate it, services do not.
SYSTEM_TAINT: Final = "CriticalAddonsOnly=true:NoSchedule"
#: What linking a private DNS zone asks for on the network.
JOIN_NETWORK: Final = "Microsoft.Network/virtualNetworks/join/action"
#: Logs of the control plane. Not `kube-audit`: with every read in it, it would fill the day's cap by itself.
CONTROL_PLANE_LOGS: Final = (
    "kube-apiserver",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "guard",
)


@dataclass(frozen=True, kw_only=True)
class IngressGateway:
    """The Application Gateway that the ingress controller drives."""

    gateway_id: pulumi.Input[str]
    #: Of its public frontend.
    address_id: pulumi.Input[str]
    #: The identity that the gateway reads its certificates with.
    identity_id: pulumi.Input[str]
    web_policy_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class ClusterNetwork:
    """How pods and services are addressed."""

    pod_networking: PodNetworking
    pod_network: IPv4Network
    service_network: IPv4Network
    dns_service_address: IPv4Address


@dataclass(frozen=True, kw_only=True)
class AksClusterArgs(ComponentArgs):
    """What the control plane runs, on which nodes, and who administers it."""

    group: ResourceGroup
    network: Network
    addresses: ClusterNetwork
    registry: Registry
    gateway: IngressGateway
    #: Where container insights and the control plane write to.
    workspace: LogWorkspace
    tier: str
    #: Kubernetes minor, for example 1.35.
    kubernetes_version: str
    network_policy: str
    istio_revision: str
    #: Entra groups with cluster-admin rights.
    admin_group_ids: Sequence[str]
    tenant_id: str
    upgrade_channel: str
    node_os_channel: str
    #: Hours between two clean-ups of unused images.
    unused_image_hours: int
    #: Minutes between two nodes that the autoscaler takes away.
    scale_down_minutes: int
    system_pool: NodePool
    application_pool: NodePool
    maintenance: MaintenanceWindow


def kubeconfig(credentials: str) -> str:
    """Return a kubeconfig whose token comes from the caller's own Azure sign-in: it holds no secret.

    AKS hands one out (base64) that would ask a person to sign in by a code in a browser.
    """
    config = yaml.safe_load(base64.b64decode(credentials))
    token_command = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "kubelogin",
        "args": ["get-token", "--login", "azurecli", "--server-id", AKS_SERVER_ID],
        "interactiveMode": "Never",
    }
    users = [{"name": user["name"], "user": {"exec": token_command}} for user in config["users"]]
    return json.dumps({**config, "users": users}, sort_keys=True)


def addon_profiles(gateway_id: pulumi.Input[str], workspace_id: pulumi.Input[str]) -> dict[str, Any]:
    """Return the add-ons by the names that AKS knows them by. Their settings are texts, booleans too."""
    return {
        "ingressApplicationGateway": {"enabled": True, "config": {"applicationGatewayId": gateway_id}},
        "azureKeyvaultSecretsProvider": {
            "enabled": True,
            "config": {"enableSecretRotation": "true", "rotationPollInterval": "2m"},
        },
        "azurepolicy": {"enabled": True},
        "omsagent": {
            "enabled": True,
            "config": {"logAnalyticsWorkspaceResourceID": workspace_id, "useAADAuth": "true"},
        },
    }


def network_profile(network: ClusterNetwork, policy: str) -> ContainerServiceNetworkProfileArgsDict:
    """Return how the cluster is wired. Cilium enforces policies in a data plane of its own."""
    overlay = network.pod_networking == "overlay"
    # A dictionary: the SDK's class would lay a pod network of its own in where none is given.
    return {
        "network_plugin": "azure",
        "network_plugin_mode": "overlay" if overlay else None,
        "network_dataplane": "cilium" if policy == "cilium" else "azure",
        "network_policy": policy,
        "pod_cidr": str(network.pod_network) if overlay else None,
        "service_cidr": str(network.service_network),
        "dns_service_ip": str(network.dns_service_address),
        "load_balancer_sku": "standard",
        # The subnet's routes lead to the firewall: AKS makes no public address of its own.
        "outbound_type": "userDefinedRouting",
    }


class AksCluster(Component[AksClusterArgs], type="platform:azure:AksCluster"):
    """A private AKS cluster: people sign in by Entra, pods by workload identity, and what it needs comes as add-ons."""

    cluster_id: pulumi.Output[str]
    cluster_name: pulumi.Output[str]
    #: Who signs the tokens of the cluster's service accounts.
    oidc_issuer_url: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    #: The nodes' own identity: it pulls images, and may do nothing else.

    def build(self, args: AksClusterArgs) -> None:
        """Place the identities with their roles, the cluster, its application pool and its maintenance windows."""
        self.args = args
        self.identity = self._identity("cluster")
        self.kubelet = self._identity("kubelet")
        cluster = self._cluster([*self._place_node_roles(), *self._place_cluster_roles()])
        self._place_ingress_roles(cluster)
        place_diagnostics(
            self,
            "control-plane",
            resource_id=cluster.id,
            workspace=args.workspace,
            categories=CONTROL_PLANE_LOGS,
        )
        place_maintenance(self, args.maintenance, group_name=args.group.group_name, cluster_name=cluster.name)
        application_pool = AgentPool(
            f"{self.name}-application-pool",
            agent_pool_name=args.application_pool.pool_name,
            resource_name_=cluster.name,
            resource_group_name=args.group.group_name,
            mode="User",
            tags=args.scope.tags.azure(),
            **pool_properties(
                args.application_pool,
                kubernetes_version=args.kubernetes_version,
                subnet_id=args.network.nodes_subnet_id,
            ),
            # The autoscaler's from the first hour on.
            opts=self.child(ignore_changes=["count"]),
        )
        credentials = list_managed_cluster_user_credentials_output(
            resource_group_name=args.group.group_name,
            resource_name=cluster.name,
            opts=pulumi.InvokeOutputOptions(parent=self),
        )
        #: What must be there before anything is placed in the cluster.
        self.ready: list[pulumi.Resource] = [cluster, application_pool]
        self.cluster_id = cluster.id
        self.cluster_name = cluster.name
        self.oidc_issuer_url = cluster.oidc_issuer_profile.apply(lambda profile: _required(profile).issuer_url)
        self.kubeconfig = credentials.kubeconfigs[0].value.apply(kubeconfig)

    def _identity(self, purpose: str) -> ManagedIdentity:
        return ManagedIdentity(
            f"{self.name}-{purpose}",
            ManagedIdentityArgs(scope=self.scope, group=self.args.group, purpose=purpose),
            self.child(),
        )

    def _place_node_roles(self) -> list[pulumi.Resource]:
        """Let nodes pull images, and the control plane hand the nodes' identity to them."""
        return [
            place_role(
                self,
                "pull",
                role="AcrPull",
                scope_id=self.args.registry.registry_id,
                principal_id=self.kubelet.principal_id,
            ),
            place_role(
                self,
                "kubelet-operator",
                role="Managed Identity Operator",
                scope_id=self.kubelet.identity_id,
                principal_id=self.identity.principal_id,
            ),
        ]

    def _place_cluster_roles(self) -> list[pulumi.Resource]:
        """Let the control plane put nodes and load balancers into the nodes' subnet, mind its routes, link its zone.

        The zone that holds the API server's private name is linked to the network as a whole: rights on the subnet do
        not reach that far, and rights on the network would reach every other subnet.
        """
        link = place_own_role(
            self,
            "link-zone",
            actions=[JOIN_NETWORK],
            group=self.args.group,
            scope_id=self.args.network.vnet_id,
            principal_id=self.identity.principal_id,
        )
        scopes = {"nodes-subnet": self.args.network.nodes_subnet_id, "routes": self.args.network.route_table_id}
        return [
            link,
            *(
                place_role(
                    self,
                    name,
                    role="Network Contributor",
                    scope_id=scope_id,
                    principal_id=self.identity.principal_id,
                )
                for name, scope_id in scopes.items()
            ),
        ]

    def _cluster(self, before: Sequence[pulumi.Resource]) -> ManagedCluster:
        args, names = self.args, self.scope.names
        return ManagedCluster(
            f"{self.name}-cluster",
            resource_name_=names(naming.KUBERNETES_CLUSTER),
            resource_group_name=args.group.group_name,
            node_resource_group=names(naming.RESOURCE_GROUP, "nodes"),
            # People change nodes by the cluster, never behind its back.
            node_resource_group_profile={"restriction_level": "ReadOnly"},
            location=args.group.location,
            dns_prefix=names(naming.KUBERNETES_DNS_PREFIX),
            sku={"name": "Base", "tier": args.tier},
            support_plan="KubernetesOfficial",
            kubernetes_version=args.kubernetes_version,
            identity={
                "type": ResourceIdentityType.USER_ASSIGNED,
                "user_assigned_identities": [self.identity.identity_id],
            },
            identity_profile={
                "kubeletidentity": {
                    "resource_id": self.kubelet.identity_id,
                    "client_id": self.kubelet.client_id,
                    "object_id": self.kubelet.principal_id,
                }
            },
            agent_pool_profiles=[
                ManagedClusterAgentPoolProfileArgs(
                    name=args.system_pool.pool_name,
                    mode="System",
                    tags=args.scope.tags.azure(),
                    **pool_properties(
                        args.system_pool,
                        kubernetes_version=args.kubernetes_version,
                        subnet_id=args.network.nodes_subnet_id,
                    ),
                )
            ],
            auto_scaler_profile={
                "expander": "least-waste",
                "max_empty_bulk_delete": "1",
                "scale_down_delay_after_delete": f"{args.scale_down_minutes}m",
            },
            network_profile=network_profile(args.addresses, args.network_policy),
            api_server_access_profile={
                "enable_private_cluster": True,
                "enable_private_cluster_public_fqdn": False,
                "private_dns_zone": "system",
                "disable_run_command": True,
            },
            enable_rbac=True,
            disable_local_accounts=True,
            aad_profile={
                "managed": True,
                "enable_azure_rbac": True,
                "admin_group_object_ids": list(args.admin_group_ids),
                "tenant_id": args.tenant_id,
            },
            oidc_issuer_profile={"enabled": True},
            security_profile={
                "workload_identity": {"enabled": True},
                "image_cleaner": {"enabled": True, "interval_hours": args.unused_image_hours},
            },
            addon_profiles=addon_profiles(args.gateway.gateway_id, args.workspace.workspace_id),
            service_mesh_profile={
                "mode": "Istio",
                "istio": {
                    "revisions": [args.istio_revision],
                    # The Application Gateway stands outside the mesh: it hands over to a gateway that stands in it.
                    "components": {"ingress_gateways": [{"enabled": True, "mode": "Internal"}]},
                },
            },
            azure_monitor_profile={"metrics": {"enabled": True}},
            # Free control planes have no cost figures by namespace.
            metrics_profile={"cost_analysis": {"enabled": args.tier != "Free"}},
            workload_auto_scaler_profile={"keda": {"enabled": True}},
            auto_upgrade_profile={
                "upgrade_channel": args.upgrade_channel,
                "node_os_upgrade_channel": args.node_os_channel,
            },
            tags=args.scope.tags.azure(),
            # The autoscaler's from the first hour on.
            opts=self.stateful_child(depends_on=before, ignore_changes=["agentPoolProfiles[0].count"]),
        )

    def _place_ingress_roles(self, cluster: ManagedCluster) -> None:
        """Let the ingress controller change its gateway.

        It writes the gateway as a whole, so Azure asks for its rights on all that the gateway is bound to as well.
        """
        args = self.args
        controller = cluster.addon_profiles.apply(
            lambda profiles: _required(_required(profiles)["ingressApplicationGateway"].identity).object_id
        ).apply(_required)
        for name, role, scope_id in (
            ("ingress-gateway", "Network Contributor", args.gateway.gateway_id),
            ("ingress-subnet", "Network Contributor", args.network.gateway_subnet_id),
            ("ingress-link-subnet", "Network Contributor", args.network.gateway_link_subnet_id),
            ("ingress-address", "Network Contributor", args.gateway.address_id),
            ("ingress-web-policy", "Network Contributor", args.gateway.web_policy_id),
            ("ingress-group", "Reader", args.group.group_id),
            ("ingress-certificates", "Managed Identity Operator", args.gateway.identity_id),
        ):
            place_role(self, name, role=role, scope_id=scope_id, principal_id=controller)


def _required(value: Any) -> Any:  # noqa: ANN401 - whatever AKS calls optional
    """Return a value that AKS always sets once the cluster exists, though the SDK calls it optional."""
    if value is None:
        raise ValueError("AKS returned a cluster without its issuer or its ingress controller's identity")
    return value
