"""The network of an environment: one VPC, in one region, a subnet for each kind of thing (docs/adr/0033)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Final

import pulumi
import pulumi_gcp as gcp
from pulumi_gcp.compute import Subnetwork

from components.base import Component, ComponentArgs
from components.gcp.private_services import place_cache_endpoints, place_database_range
from components.gcp.project import Project
from settings.gcp import naming
from settings.gcp.network import NetworkPlan

#: Names of the nodes' secondary ranges, unique inside their subnet.
PODS_RANGE: Final = "pods"
SERVICES_RANGE: Final = "services"
#: A flow is written once in so long: short enough for an audit, a tenth of the records of Google's own 5 seconds.
FLOW_INTERVAL: Final = "INTERVAL_1_MIN"


@dataclass(frozen=True, kw_only=True)
class NetworkArgs(ComponentArgs):
    """Where the network stands and what it is divided into."""

    project: Project
    plan: NetworkPlan
    #: Share of the flow records that is kept, above 0 and at most 1.
    flow_sampling: float


class Network(Component[NetworkArgs], type="platform:gcp:Network"):
    """Subnets for nodes with their pods and services, for the control plane, for proxies and for the cache.

    Cloud SQL lives in a network of Google's, peered with this one, in a range kept free for it here.
    """

    network_id: pulumi.Output[str]
    network_name: pulumi.Output[str]
    nodes_subnet_id: pulumi.Output[str]
    proxy_subnet_id: pulumi.Output[str]
    control_plane_subnet_id: pulumi.Output[str]

    def build(self, args: NetworkArgs) -> None:
        """Place the network, its subnets, and the ways of Cloud SQL and of the cache into it."""
        project, plan = args.project, args.plan
        self.project, self.plan, self._flow_sampling = project, plan, args.flow_sampling
        name = args.scope.names(naming.COMPUTE, "network")
        self.vpc = gcp.compute.Network(
            f"{self.name}-vpc",
            project=project.project_id,
            name=name,
            auto_create_subnetworks=False,
            routing_mode="REGIONAL",
            opts=self.child(),
        )
        #: Its path, as services want it that take no link.
        self.network_path = f"projects/{project.project_id}/global/networks/{name}"
        self.nodes_cidr = plan.nodes
        self.pods_range_name, self.services_range_name = PODS_RANGE, SERVICES_RANGE
        nodes = self._subnet(
            "nodes",
            plan.nodes,
            # Nodes have no public addresses; Google's services answer them all the same.
            private_ip_google_access=True,
            secondary_ip_ranges=[
                {"range_name": PODS_RANGE, "ip_cidr_range": str(plan.pods)},
                {"range_name": SERVICES_RANGE, "ip_cidr_range": str(plan.services)},
            ],
            log_config=self._flow_logs(),
        )
        control_plane = self._subnet(
            "control-plane", plan.control_plane, private_ip_google_access=True, log_config=self._flow_logs()
        )
        cache = self._subnet("cache", plan.cache, private_ip_google_access=True, log_config=self._flow_logs())
        # Google writes no flows of a subnet of proxies, and lets them reach nothing but their backends.
        proxies = self._subnet("proxies", plan.proxies, purpose="REGIONAL_MANAGED_PROXY", role="ACTIVE")
        self.nodes_subnet_path = self._path("nodes")
        self.control_plane_subnet_path = self._path("control-plane")
        #: What a load balancer waits for.
        self.proxies_ready: list[pulumi.Resource] = [proxies]
        #: What Cloud SQL with a private address waits for.
        self.private_services_ready: list[pulumi.Resource] = [
            place_database_range(self, project=project, network_id=self.vpc.id, cidr=plan.private_services)
        ]
        #: What the cache waits for.
        self.redis_ready: list[pulumi.Resource] = [
            # By the subnet's id, so that it waits for the network too.
            place_cache_endpoints(self, project=project, network_path=self.network_path, subnet_id=cache.id)
        ]

        self.network_id = self.vpc.id
        self.network_name = self.vpc.name
        self.nodes_subnet_id = nodes.id
        self.proxy_subnet_id = proxies.id
        self.control_plane_subnet_id = control_plane.id

    def _subnet(self, label: str, cidr: IPv4Network, **properties: Any) -> Subnetwork:  # noqa: ANN401 - Subnetwork's own
        return Subnetwork(
            f"{self.name}-{label}",
            project=self.project.project_id,
            region=self.project.region,
            name=self.scope.names(naming.COMPUTE, label),
            network=self.vpc.id,
            ip_cidr_range=str(cidr),
            **properties,
            opts=self.child(),
        )

    def _path(self, label: str) -> str:
        name = self.scope.names(naming.COMPUTE, label)
        return f"projects/{self.project.project_id}/regions/{self.project.region}/subnetworks/{name}"

    def _flow_logs(self) -> dict[str, Any]:
        return {
            "aggregation_interval": FLOW_INTERVAL,
            "flow_sampling": self._flow_sampling,
            "metadata": "INCLUDE_ALL_METADATA",
        }
