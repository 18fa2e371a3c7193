"""The AKS cluster and its node pools (TripGen physical architecture, 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from settings.azure.catalogue import ISTIO_REVISIONS
from settings.azure.types import AksMinor, Guid, IstioRevision, NetworkPolicyEngine, VmSizeName
from settings.model import Settings, rule
from settings.types import Unique


class NodePoolSettings(Settings):
    """A node pool (3.1.2). It starts with its smallest number of nodes; the autoscaler does the rest."""

    vm_size: VmSizeName
    """Size of every node."""
    min_nodes: Annotated[int, Field(ge=1, le=100)]
    """Nodes that always run."""
    max_nodes: Annotated[int, Field(ge=1, le=100)]
    """Nodes that the cluster autoscaler may reach."""
    os_disk_gib: Annotated[int, Field(ge=30, le=2048)]
    """Size of a node's OS disk in GiB; ephemeral if the host's cache holds it, a managed disk otherwise."""
    max_pods: Annotated[int, Field(ge=30, le=250)] = 110
    """Pods a node may run; an overlay has addresses for 250."""
    surge_percent: Annotated[int, Field(ge=1, le=100)] = 33
    """Extra nodes during an upgrade, in percent of the pool."""

    @property
    def most_nodes(self) -> int:
        """Nodes of the pool at its largest, in the middle of an upgrade."""
        return self.max_nodes + -(-self.max_nodes * self.surge_percent // 100)

    @rule
    def _sizes_are_in_order(self) -> Iterator[str]:
        if self.min_nodes > self.max_nodes:
            yield f"min_nodes {self.min_nodes} must not exceed max_nodes {self.max_nodes}"


class ClusterSettings(Settings):
    """The control plane and what comes with it (3.1.1)."""

    tier: Literal["Free", "Standard", "Premium"] = "Standard"
    """Tier of the control plane: `Free` has no promised availability, `Premium` is for long-term support."""
    kubernetes_version: AksMinor = "1.35"
    """Kubernetes minor; patches come by themselves. The design's 1.29 cannot be created any more (docs/adr/0020)."""
    network_policy: NetworkPolicyEngine = "azure"
    """Who enforces network policies: `azure` as the design says, or `cilium` with its own data plane."""
    istio_revision: IstioRevision = "asm-1-30"
    """Revision of the Istio add-on; namespaces join it by the label `istio.io/rev`."""
    admin_group_ids: Annotated[tuple[Guid, ...], Field(min_length=1), Unique()]
    """Entra groups of cluster administrators. Whoever runs `pulumi up` must be in one of them."""
    upgrade_channel: Literal["patch", "none"] = "patch"
    """What AKS upgrades in the maintenance window. Channels that move on to another minor are not offered: it is
    pinned here."""
    node_os_channel: Literal["NodeImage", "SecurityPatch", "None"] = "NodeImage"
    """How nodes get security fixes in the maintenance window."""
    unused_image_hours: Annotated[int, Field(ge=24, le=2160)] = 168
    """Hours between two clean-ups of unused, vulnerable images on the nodes."""
    scale_down_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """Minutes between two nodes that the autoscaler takes away, one at a time (11.2.1)."""

    @rule
    def _istio_runs_on_the_minor(self) -> Iterator[str]:
        minors = ISTIO_REVISIONS[self.istio_revision]
        if self.kubernetes_version not in minors:
            yield (
                f"istio_revision {self.istio_revision} does not run on Kubernetes {self.kubernetes_version}: "
                f"one of {', '.join(minors)}"
            )
