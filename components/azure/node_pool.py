"""Node pools: what they are made of, wherever AKS wants to hear it (TripGen physical architecture, 3.1.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi

from settings.azure.catalogue import VM_SIZES

#: Longest name of a Linux pool.
POOL_NAME_LENGTH: Final = 12
#: Minutes that a node's pods get to leave during an upgrade, their disruption budgets respected.
DRAIN_TIMEOUT_MINUTES: Final = 30


@dataclass(frozen=True, kw_only=True)
class NodePool:
    """One pool of equal nodes. It starts with its smallest number; after that the autoscaler decides."""

    #: What the pool is for, at most four letters: the beginning of its name.
    purpose: str
    vm_size: str
    min_nodes: int
    max_nodes: int
    zones: Sequence[str]
    os_disk_gib: int
    max_pods: int
    #: Extra nodes during an upgrade, in percent of the pool.
    surge_percent: int
    #: Only pods that tolerate these run here (`key=value:Effect`).
    taints: Sequence[str] = ()
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def pool_name(self) -> str:
        """The pool's name: its size is part of it, so that another size makes a new pool before the old one goes."""
        size = re.sub(r"[^a-z0-9]", "", self.vm_size.lower().removeprefix("standard"))
        return f"{self.purpose}{size}"[:POOL_NAME_LENGTH]


def os_disk_type(vm_size: str, os_disk_gib: int) -> str:
    """Return `Ephemeral` where the host's cache holds the disk: faster, free of charge, and a node keeps no data."""
    return "Ephemeral" if os_disk_gib <= VM_SIZES[vm_size].cache_gib else "Managed"


def pool_properties(pool: NodePool, *, kubernetes_version: str, subnet_id: pulumi.Input[str]) -> dict[str, Any]:
    """Return what a pool says of itself, inside a cluster's own list and as a resource alike."""
    return {
        "type": "VirtualMachineScaleSets",
        "vm_size": pool.vm_size,
        "orchestrator_version": kubernetes_version,
        "count": pool.min_nodes,
        "enable_auto_scaling": True,
        "min_count": pool.min_nodes,
        "max_count": pool.max_nodes,
        "availability_zones": list(pool.zones),
        "max_pods": pool.max_pods,
        "os_type": "Linux",
        # Without a version: AKS takes the one that goes with Kubernetes (24.04 from 1.35 on).
        "os_sku": "Ubuntu",
        "os_disk_size_gb": pool.os_disk_gib,
        "os_disk_type": os_disk_type(pool.vm_size, pool.os_disk_gib),
        "enable_encryption_at_host": True,
        "enable_node_public_ip": False,
        "vnet_subnet_id": subnet_id,
        "node_taints": list(pool.taints),
        "node_labels": dict(pool.labels),
        "upgrade_settings": {
            "max_surge": f"{pool.surge_percent}%",
            "drain_timeout_in_minutes": DRAIN_TIMEOUT_MINUTES,
            # A node that a disruption budget holds back is replaced and left for people, the others go on.
            "undrainable_node_behavior": "Cordon",
        },
    }
