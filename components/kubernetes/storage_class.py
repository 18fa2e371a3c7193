"""The default storage class of an EKS cluster."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_kubernetes.storage.v1 import StorageClass as KubernetesStorageClass

from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class DefaultStorageClassArgs(ComponentArgs):
    """Driver and parameters of the volumes."""

    storage_class: str
    provisioner: str
    parameters: dict[str, str]


class DefaultStorageClass(Component[DefaultStorageClassArgs], type="platform:kubernetes:DefaultStorageClass"):
    """The class that a claim without a class gets: volumes in the pod's zone, growable, deleted with their claim."""

    def build(self, args: DefaultStorageClassArgs) -> None:
        """Place the storage class."""
        KubernetesStorageClass(
            f"{self.name}-storage-class",
            metadata={
                "name": args.storage_class,
                "labels": args.scope.tags.kubernetes(),
                "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
            },
            provisioner=args.provisioner,
            parameters=args.parameters,
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            reclaim_policy="Delete",
            opts=self.child(),
        )
