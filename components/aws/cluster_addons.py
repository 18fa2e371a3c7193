"""EKS add-ons at pinned versions: what nodes need before they join, and what needs nodes to run on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.cluster import EksCluster
from components.aws.node_group import NodeGroup
from components.aws.workload_role import WorkloadRole, WorkloadRoleArgs
from components.base import AnyComponent, Component, ComponentArgs

#: Prefix delegation hands out /28 blocks, so that a small node is not held to the addresses of its interfaces;
#: network policies are enforced by the CNI's own agent. EKS wants a JSON text whose values are texts.
VPC_CNI_CONFIGURATION: Final = json.dumps(
    {
        "enableNetworkPolicy": "true",
        "env": {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"},
    },
    sort_keys=True,
)


@dataclass(frozen=True, kw_only=True)
class NetworkAddonsArgs(ComponentArgs):
    """Versions of the add-ons without which no node becomes ready."""

    cluster: EksCluster
    vpc_cni: str
    kube_proxy: str


class NetworkAddons(Component[NetworkAddonsArgs], type="platform:aws:NetworkAddons"):
    """The VPC CNI, with a role of its own so that nodes do not carry its rights, and kube-proxy."""

    def build(self, args: NetworkAddonsArgs) -> None:
        """Place the add-ons; node groups wait for this component."""
        _place_addon(self, args.cluster, "kube-proxy", args.kube_proxy)
        role = _addon_role(self, args.cluster, "aws-node", "AmazonEKS_CNI_Policy")
        _place_addon(self, args.cluster, "vpc-cni", args.vpc_cni, role=role, configuration=VPC_CNI_CONFIGURATION)


@dataclass(frozen=True, kw_only=True)
class WorkloadAddonsArgs(ComponentArgs):
    """Versions of the add-ons that run as pods, and the nodes they run on."""

    cluster: EksCluster
    nodes: NodeGroup
    coredns: str
    ebs_csi_driver: str
    metrics_server: str


class WorkloadAddons(Component[WorkloadAddonsArgs], type="platform:aws:WorkloadAddons"):
    """CoreDNS, the EBS CSI driver and the metrics server; EKS calls them degraded while there are no nodes."""

    def build(self, args: WorkloadAddonsArgs) -> None:
        """Place the add-ons."""
        role = _addon_role(self, args.cluster, "ebs-csi-controller-sa", "service-role/AmazonEBSCSIDriverPolicy")
        after = [args.nodes]
        _place_addon(self, args.cluster, "coredns", args.coredns, after=after)
        _place_addon(self, args.cluster, "metrics-server", args.metrics_server, after=after)
        _place_addon(self, args.cluster, "aws-ebs-csi-driver", args.ebs_csi_driver, role=role, after=after)


def _addon_role(
    owner: AnyComponent,
    cluster: EksCluster,
    service_account: str,
    managed_policy: str,
) -> WorkloadRole:
    return WorkloadRole(
        f"{owner.name}-{service_account}",
        WorkloadRoleArgs(
            scope=owner.scope,
            cluster=cluster,
            namespace="kube-system",
            service_account=service_account,
            managed_policy_arns=[f"arn:aws:iam::aws:policy/{managed_policy}"],
        ),
        owner.child(),
    )


def _place_addon(
    owner: AnyComponent,
    cluster: EksCluster,
    addon: str,
    version: str,
    *,
    role: WorkloadRole | None = None,
    configuration: str | None = None,
    after: Sequence[pulumi.Resource] = (),
) -> None:
    """Place an add-on that EKS keeps installed; settings of it that somebody changed by hand are set back."""
    aws.eks.Addon(
        f"{owner.name}-{addon}",
        cluster_name=cluster.cluster_name,
        addon_name=addon,
        addon_version=version,
        configuration_values=configuration,
        service_account_role_arn=role.arn if role else None,
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        tags=owner.scope.tags.aws(),
        opts=owner.child(depends_on=[*after, *([role] if role else [])]),
    )
