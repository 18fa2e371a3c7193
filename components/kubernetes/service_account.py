"""Service accounts that stand for an identity in a cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core.v1 import ServiceAccount as KubernetesServiceAccount

from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class ServiceAccountArgs(ComponentArgs):
    """Where the account lives and which identity its annotations name."""

    namespace: pulumi.Input[str]
    service_account: str
    annotations: Mapping[str, pulumi.Input[str]]


class ServiceAccount(Component[ServiceAccountArgs], type="platform:kubernetes:ServiceAccount"):
    """A service account made here because only this program knows the identity; its chart is told not to make one."""

    def build(self, args: ServiceAccountArgs) -> None:
        """Place the service account."""
        KubernetesServiceAccount(
            f"{self.name}-service-account",
            metadata={
                "name": args.service_account,
                "namespace": args.namespace,
                "labels": args.scope.tags.kubernetes(),
                "annotations": args.annotations,
            },
            opts=self.child(),
        )
