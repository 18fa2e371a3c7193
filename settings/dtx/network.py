"""The address plan of DTx, and its ways out (DTx infrastructure, security: network).

A subnet whose range changes is replaced with everything that lives in it: the layout is frozen.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.gcp.network import NetworkPlan, node_capacity
from settings.gcp.types import NatLogs, NetworkCidr
from settings.model import Settings
from settings.types import DnsName, Unique

Part = Literal["nodes", "proxies", "cache", "control_plane", "private_services", "services", "pods"]

#: Where each part lies inside the network's /16: third octet and prefix length. Half of it is the pods', because GKE
#: gives each of 128 nodes a /24 of its own; .8.0 to .15.255 and .64.0/18 are free.
LAYOUT: Final = MappingProxyType[Part, tuple[int, int]](
    {
        "nodes": (0, 22),
        "proxies": (4, 23),
        "cache": (6, 24),
        "control_plane": (7, 28),
        "private_services": (16, 20),
        "services": (32, 20),
        "pods": (128, 17),
    }
)

#: Where images of operators and charts come from: registries, who hands out their tokens, who serves their layers.
IMAGE_HOSTS: Final = (
    *("quay.io", "cdn.quay.io", "cdn01.quay.io", "cdn02.quay.io", "cdn03.quay.io"),
    *("cdn04.quay.io", "cdn05.quay.io", "cdn06.quay.io"),
    *("registry-1.docker.io", "auth.docker.io", "production.cloudflare.docker.com", "production.cloudfront.docker.com"),
    "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
    *("docker.elastic.co", "docker-auth.elastic.co"),
    *("ghcr.io", "pkg-containers.githubusercontent.com"),
    "registry.k8s.io",
)


class NetworkSettings(Settings):
    """One network in one region."""

    cidr: NetworkCidr
    """The environment's range, divided as the layout above says (10.42.0.0/16 in prod)."""
    egress_hosts: Annotated[tuple[DnsName, ...], Field(max_length=90), Unique()] = IMAGE_HOSTS
    """Hosts outside Google that the cluster may call on 443, resolved by the firewall itself (no wildcards). The mail
    server and Slack, where alerts go there, come of themselves; everything else outside is out of reach."""
    nat_addresses: Annotated[int, Field(ge=1, le=16)] = 2
    """Fixed public addresses that the cluster is seen with from outside: partners put them on their lists."""
    nat_logs: NatLogs = "ALL"
    """What the way out writes down: `ALL` connections, `ERRORS_ONLY` or `TRANSLATIONS_ONLY`."""
    flow_sampling: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of the flow records that is kept (0 to 1)."""

    def part(self, name: Part) -> IPv4Network:
        """Return the range of a part of the network."""
        octet, prefix_length = LAYOUT[name]
        return IPv4Network((int(self.cidr.network_address) + (octet << 8), prefix_length))

    def plan(self) -> NetworkPlan:
        """Return the network's ranges, for the components that place them."""
        return NetworkPlan(**{name: self.part(name) for name in LAYOUT})

    def node_capacity(self, pods_per_node: int) -> int:
        """Return how many nodes with so many pods each the plan carries, those of an upgrade's surge included."""
        return node_capacity(self.plan(), pods_per_node=pods_per_node)
