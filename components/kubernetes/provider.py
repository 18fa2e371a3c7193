"""The Kubernetes provider: explicit, pinned to one cluster."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as kubernetes


def kubernetes_provider(
    name: str, *, parent: pulumi.Resource, kubeconfig: pulumi.Input[str], access: Sequence[pulumi.Resource]
) -> kubernetes.Provider:
    """Return the provider of a cluster; it waits for the access that lets the caller in."""
    return kubernetes.Provider(
        name,
        kubeconfig=kubeconfig,
        enable_server_side_apply=True,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(access)),
    )
