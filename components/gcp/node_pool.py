"""Node pools of GKE: equal, private, encrypted nodes over all zones (DTx infrastructure, components: cluster)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi
from pulumi_gcp.container import NodePool

from components.base import AnyComponent
from components.gcp.project import Project
from settings.gcp import naming

#: What a node may ask Google for is bounded by its service account's roles; scopes are the older way beside them.
SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)


@dataclass(frozen=True, kw_only=True)
class Taint:
    """Keeps pods away that do not tolerate it."""

    key: str
    value: str
    #: As Google spells it: `NO_SCHEDULE`.
    effect: str = "NO_SCHEDULE"


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool's figures: of all zones together, where they count nodes."""

    #: What the pool is for: the end of its name.
    purpose: str
    machine_type: str
    min_nodes: int
    max_nodes: int
    disk_gib: int
    disk_type: str
    max_pods: int
    #: Nodes more during an upgrade.
    surge_nodes: int
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: Sequence[Taint] = ()


def nodes_per_zone(nodes: int, zones: int) -> int:
    """Return how many nodes every zone starts with, so that all zones together have so many at least."""
    return -(-nodes // zones)


def node_config(
    pool: Pool, *, key: str, service_account: pulumi.Input[str], resource_labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return what a node is: a shielded machine with a disk under the customer's key that is nobody but its account."""
    return {
        "machine_type": pool.machine_type,
        "image_type": "COS_CONTAINERD",
        "disk_size_gb": pool.disk_gib,
        "disk_type": pool.disk_type,
        "boot_disk_kms_key": key,
        "service_account": service_account,
        "oauth_scopes": list(SCOPES),
        "shielded_instance_config": {"enable_secure_boot": True, "enable_integrity_monitoring": True},
        # Pods ask GKE's own metadata server, which hands them their identity and not the node's.
        "workload_metadata_config": {"mode": "GKE_METADATA"},
        "metadata": {"disable-legacy-endpoints": "true"},
        "kubelet_config": {"insecure_kubelet_readonly_port_enabled": "FALSE"},
        "labels": dict(pool.labels),
        "taints": [{"key": taint.key, "value": taint.value, "effect": taint.effect} for taint in pool.taints],
        "resource_labels": dict(resource_labels),
    }


def place_pool(
    owner: AnyComponent,
    pool: Pool,
    *,
    project: Project,
    cluster_name: pulumi.Input[str],
    key: str,
    service_account: pulumi.Input[str],
    after: Sequence[pulumi.Resource],
) -> NodePool:
    """Place a pool. Its autoscaler counts all zones together and keeps them even."""
    config: Any = node_config(pool, key=key, service_account=service_account, resource_labels=owner.scope.tags.gcp())
    return NodePool(
        f"{owner.name}-{pool.purpose}-pool",
        project=project.project_id,
        location=project.region,
        node_locations=list(project.zones),
        cluster=cluster_name,
        name=owner.scope.names(naming.NODE_POOL, pool.purpose),
        initial_node_count=nodes_per_zone(pool.min_nodes, len(project.zones)),
        autoscaling={
            "total_min_node_count": pool.min_nodes,
            "total_max_node_count": pool.max_nodes,
            "location_policy": "BALANCED",
        },
        management={"auto_repair": True, "auto_upgrade": True},
        upgrade_settings={"strategy": "SURGE", "max_surge": pool.surge_nodes, "max_unavailable": 0},
        max_pods_per_node=pool.max_pods,
        network_config={"enable_private_nodes": True},
        node_config=config,
        # How many there were at first is history once the autoscaler has them, and a change would make a new pool.
        opts=owner.child(depends_on=list(after), ignore_changes=["initialNodeCount"]),
    )
