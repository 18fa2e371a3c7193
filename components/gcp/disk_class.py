"""Volumes of the cluster: disks of the region under the region's key (DTx infrastructure, encryption)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi_kubernetes.storage.v1 import StorageClass

from components.base import Component, ComponentArgs
from components.gcp.project import Project

PROVISIONER: Final = "pd.csi.storage.gke.io"
#: Label by which Google's driver knows zones.
ZONE: Final = "topology.gke.io/zone"


@dataclass(frozen=True, kw_only=True)
class DiskClassArgs(ComponentArgs):
    """Name of the class, the project whose region its disks stand in, and the key that encrypts them."""

    project: Project
    storage_class: str
    #: Full path of the key, as plain text.
    key_path: str
    disk_type: str = "pd-balanced"


class DiskClass(Component[DiskClassArgs], type="platform:gcp:DiskClass"):
    """A storage class whose disks stand in their pod's zone, in no zone but the region's, under the customer's key."""

    def build(self, args: DiskClassArgs) -> None:
        """Place the class. Where data is protected, a disk outlives its claim."""
        self.storage_class = args.storage_class
        StorageClass(
            f"{self.name}-storage-class",
            metadata={"name": args.storage_class, "labels": args.scope.tags.kubernetes()},
            provisioner=PROVISIONER,
            parameters={"type": args.disk_type, "disk-encryption-kms-key": args.key_path},
            volume_binding_mode="WaitForFirstConsumer",
            allowed_topologies=[{"match_label_expressions": [{"key": ZONE, "values": list(args.project.zones)}]}],
            allow_volume_expansion=True,
            reclaim_policy="Retain" if args.scope.environment.protect_data else "Delete",
            # A volume keeps what its class said when it was made: another class helps none that stands.
            opts=self.child(ignore_changes=["reclaimPolicy"]),
        )
