"""The GKE cluster: regional, private, its secrets under the customer's key (DTx infrastructure, components)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pulumi
from pulumi_gcp.artifactregistry import RepositoryIamMember
from pulumi_gcp.container import Cluster, ClusterMaintenancePolicyArgsDict

from components.base import Component, ComponentArgs
from components.gcp.key_ring import KeyRing
from components.gcp.network import Network
from components.gcp.node_pool import Pool, node_config, place_pool
from components.gcp.project import Project
from components.gcp.registry import Registry
from components.gcp.service_account import ServiceAccount, ServiceAccountArgs
from settings.gcp import naming

#: What a node does in its project besides pulling images: write logs and metrics (Google's own role for nodes).
NODE_ROLES: Final = ("roles/container.defaultNodeServiceAccount",)
#: First day on which a window may begin; its weekday does not matter.
WINDOWS_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
#: Logs that go to Cloud Logging: Google's own components. Those of workloads may name people, and are collected in the
#: cluster itself, into a store of its own.
LOGGED: Final = ("SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER")


@dataclass(frozen=True, kw_only=True)
class Freeze:
    """A time with fewer upgrades, or none; `start` and `end` in UTC."""

    name: str
    start: str
    end: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class Upgrades:
    """When GKE may work on the cluster."""

    #: Days of the week as calendars abbreviate them: `SA`.
    days: Sequence[str]
    start_hour_utc: int
    hours: int
    freezes: Sequence[Freeze]


@dataclass(frozen=True, kw_only=True)
class GkeClusterArgs(ComponentArgs):
    """What the cluster runs, on which nodes, and when Google may change it."""

    project: Project
    network: Network
    keys: KeyRing
    #: Where the nodes pull the environment's images from.
    registry: Registry
    release_channel: str
    #: Oldest minor of the control plane, for example 1.35.
    kubernetes_version: str
    pools: Sequence[Pool]
    upgrades: Upgrades
    #: The Google group whose member groups RBAC knows; none where only people and accounts are named.
    rbac_group: str | None


def kubeconfig(name: str, endpoint: str) -> str:
    """Return a kubeconfig whose token comes from the caller's own Google sign-in: it holds no secret.

    The endpoint is a name of Google's with a certificate that every system trusts.
    """
    token = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "gke-gcloud-auth-plugin",
        "provideClusterInfo": True,
        "interactiveMode": "Never",
    }
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": f"https://{endpoint}"}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {"exec": token}}],
    }
    return json.dumps(config, sort_keys=True)


def maintenance_policy(upgrades: Upgrades) -> ClusterMaintenancePolicyArgsDict:
    """Return the weekly windows and what is kept free, as GKE takes them: in UTC, to the second."""
    start = WINDOWS_SINCE.replace(hour=upgrades.start_hour_utc)
    return {
        "recurring_window": {
            "start_time": _second(start),
            "end_time": _second(start + timedelta(hours=upgrades.hours)),
            "recurrence": f"FREQ=WEEKLY;BYDAY={','.join(upgrades.days)}",
        },
        "maintenance_exclusions": [
            {
                "exclusion_name": freeze.name,
                "start_time": _second(datetime.fromisoformat(freeze.start)),
                "end_time": _second(datetime.fromisoformat(freeze.end)),
                "exclusion_options": {"scope": freeze.scope},
            }
            for freeze in upgrades.freezes
        ],
    }


def _second(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


class GkeCluster(Component[GkeClusterArgs], type="platform:gcp:GkeCluster"):
    """A private regional cluster: people and programs come by a name of Google's that asks IAM first (docs/adr/0037).

    Its pods talk encrypted between nodes, are reached as network policies say, and are somebody in Google Cloud only if
    their own account is.
    """

    cluster_id: pulumi.Output[str]
    cluster_name: pulumi.Output[str]
    #: Host of the control plane.
    endpoint: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]

    def build(self, args: GkeClusterArgs) -> None:
        """Place the nodes' account, the cluster and its pools."""
        self.args, project = args, args.project
        self.nodes = ServiceAccount(
            f"{self.name}-nodes",
            ServiceAccountArgs(
                scope=args.scope, project=project, account="nodes", display_name="Cluster nodes", roles=NODE_ROLES
            ),
            self.child(),
        )
        pull = RepositoryIamMember(
            f"{self.name}-nodes-pull",
            project=project.project_id,
            location=project.region,
            repository=args.registry.repository_name,
            role="roles/artifactregistry.reader",
            member=self.nodes.member,
            opts=self.child(),
        )
        cluster = self._cluster()
        pools = [
            place_pool(
                self,
                pool,
                project=project,
                cluster_name=cluster.name,
                key=args.keys.path("nodes"),
                service_account=self.nodes.email,
                after=[pull, *self.nodes.roles, *args.keys.ready("nodes")],
            )
            for pool in args.pools
        ]
        #: What must be there before anything is placed in the cluster.
        self.ready: list[pulumi.Resource] = [cluster, *pools]
        #: The cluster's name as policies and tools read it: plain text.
        self.physical_name = args.scope.names(naming.CLUSTER, "cluster")
        self.cluster_id = cluster.id
        self.cluster_name = cluster.name
        self.endpoint = cluster.control_plane_endpoints_config.apply(_dns_endpoint)
        self.kubeconfig = pulumi.Output.all(cluster.name, self.endpoint).apply(lambda parts: kubeconfig(*parts))

    def _cluster(self) -> Cluster:
        args, project, network = self.args, self.args.project, self.args.network
        protected = args.scope.environment.protect_data
        return Cluster(
            f"{self.name}-cluster",
            project=project.project_id,
            # A region: the control plane stands in three zones of it.
            location=project.region,
            node_locations=list(project.zones),
            name=args.scope.names(naming.CLUSTER, "cluster"),
            release_channel={"channel": args.release_channel},
            min_master_version=args.kubernetes_version,
            maintenance_policy=maintenance_policy(args.upgrades),
            **self._first_pool(),
            **_networking(network),
            **_access(args.rbac_group),
            workload_identity_config={"workload_pool": f"{project.project_id}.svc.id.goog"},
            database_encryption={"state": "ENCRYPTED", "key_name": args.keys.path("cluster")},
            enable_shielded_nodes=True,
            node_pool_defaults={"node_config_defaults": {"insecure_kubelet_readonly_port_enabled": "FALSE"}},
            binary_authorization={"evaluation_mode": "PROJECT_SINGLETON_POLICY_ENFORCE"},
            # Images are scanned in the registry; what GKE's own scanner of running ones offered has ended.
            security_posture_config={"mode": "BASIC", "vulnerability_mode": "VULNERABILITY_DISABLED"},
            cost_management_config={"enabled": True},
            logging_config={"enable_components": list(LOGGED)},
            # GKE's own metrics stay with Google, which works by them; services' go to the cluster's own Prometheus.
            monitoring_config={
                "enable_components": ["SYSTEM_COMPONENTS"],
                "managed_prometheus": {"enabled": False},
            },
            addons_config={
                # Hands the pods that a load balancer sends to over to it.
                "http_load_balancing": {"disabled": False},
                "horizontal_pod_autoscaling": {"disabled": False},
                "gce_persistent_disk_csi_driver_config": {"enabled": True},
                # Its pods are others than those that namespaces' rules know DNS by.
                "dns_cache_config": {"enabled": False},
                "gke_backup_agent_config": {"enabled": True},
            },
            dns_config={"cluster_dns": "KUBE_DNS"},
            resource_labels=args.scope.tags.gcp(),
            deletion_protection=protected,
            deletion_policy="PREVENT" if protected else "DELETE",
            opts=self.stateful_child(
                depends_on=[*args.keys.ready("cluster"), *args.keys.ready("nodes"), *self.nodes.roles],
                # Of the pool that goes as soon as the cluster stands.
                ignore_changes=["nodeConfig"],
            ),
        )

    def _first_pool(self) -> Mapping[str, Any]:
        """Return the pool that GKE makes every cluster with, and that goes at once: residency holds for it too."""
        args = self.args
        return {
            "initial_node_count": 1,
            "remove_default_node_pool": True,
            "node_config": node_config(
                args.pools[0],
                key=args.keys.path("nodes"),
                service_account=self.nodes.email,
                resource_labels=args.scope.tags.gcp(),
            ),
        }


def _networking(network: Network) -> Mapping[str, Any]:
    """Return how nodes, pods and services are addressed, and what is encrypted and enforced between them."""
    return {
        "network": network.network_id,
        "subnetwork": network.nodes_subnet_id,
        "networking_mode": "VPC_NATIVE",
        "ip_allocation_policy": {
            "cluster_secondary_range_name": network.pods_range_name,
            "services_secondary_range_name": network.services_range_name,
        },
        "private_cluster_config": {
            "enable_private_nodes": True,
            "private_endpoint_subnetwork": network.control_plane_subnet_id,
        },
        # Dataplane V2: network policies hold without an add-on, and pods' traffic between nodes can be encrypted.
        "datapath_provider": "ADVANCED_DATAPATH",
        "in_transit_encryption_config": "IN_TRANSIT_ENCRYPTION_INTER_NODE_TRANSPARENT",
        # Pods of one node talk by the network too, where flow records and firewall rules see them.
        "enable_intranode_visibility": True,
    }


def _access(rbac_group: str | None) -> Mapping[str, Any]:
    """Return who comes in, and how: by a name of Google's, past IAM, never by an address of the control plane."""
    return {
        "control_plane_endpoints_config": {
            "dns_endpoint_config": {"allow_external_traffic": True},
            "ip_endpoints_config": {"enabled": False},
        },
        "master_auth": {"client_certificate_config": {"issue_client_certificate": False}},
        "enable_legacy_abac": False,
        "anonymous_authentication_config": {"mode": "LIMITED"},
        "rbac_binding_config": {
            "enable_insecure_binding_system_authenticated": False,
            "enable_insecure_binding_system_unauthenticated": False,
        },
        "authenticator_groups_config": {"security_group": rbac_group} if rbac_group else None,
    }


def _dns_endpoint(config: Any) -> str:  # noqa: ANN401 - the SDK's own output class
    """Return the name that the control plane answers to."""
    endpoint = config.dns_endpoint_config.endpoint
    if not endpoint:
        raise ValueError("GKE returned a cluster without a DNS endpoint")
    return endpoint
