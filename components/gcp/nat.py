"""The cluster's way out: Cloud NAT behind addresses that never change, and writes down who went where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_gcp.compute import Address, Router, RouterNat

from components.base import Component, ComponentArgs
from components.gcp.network import PODS_RANGE, Network
from settings.gcp import naming
from settings.gcp.network import NAT_PORTS_PER_NODE

#: A node that needs more gets more, up to this; powers of two.
MOST_PORTS_PER_NODE: Final = 8192


@dataclass(frozen=True, kw_only=True)
class NatArgs(ComponentArgs):
    """The network, how many addresses, and what is written down."""

    network: Network
    addresses: int
    #: `ALL`, `ERRORS_ONLY` or `TRANSLATIONS_ONLY`.
    logs: str


class Nat(Component[NatArgs], type="platform:gcp:Nat"):
    """Nodes and their pods go out through it, and nothing else does."""

    addresses: pulumi.Output[Sequence[str]]

    def build(self, args: NatArgs) -> None:
        """Place the addresses, the router and its translation."""
        network, project = args.network, args.network.project
        reserved = [
            Address(
                f"{self.name}-address-{number}",
                project=project.project_id,
                region=project.region,
                name=args.scope.names(naming.COMPUTE, "nat", str(number)),
                address_type="EXTERNAL",
                labels=args.scope.tags.gcp(),
                # Partners have it on their lists: given back, it is another's.
                opts=self.stateful_child(),
            )
            for number in range(1, args.addresses + 1)
        ]
        router = Router(
            f"{self.name}-router",
            project=project.project_id,
            region=project.region,
            name=args.scope.names(naming.COMPUTE, "router"),
            network=network.network_id,
            opts=self.child(),
        )
        RouterNat(
            f"{self.name}-translation",
            project=project.project_id,
            region=project.region,
            name=args.scope.names(naming.COMPUTE, "nat"),
            router=router.name,
            nat_ip_allocate_option="MANUAL_ONLY",
            nat_ips=[address.self_link for address in reserved],
            source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
            subnetworks=[
                {
                    "name": network.nodes_subnet_id,
                    "source_ip_ranges_to_nats": ["PRIMARY_IP_RANGE", "LIST_OF_SECONDARY_IP_RANGES"],
                    "secondary_ip_range_names": [PODS_RANGE],
                }
            ],
            enable_dynamic_port_allocation=True,
            min_ports_per_vm=NAT_PORTS_PER_NODE,
            max_ports_per_vm=MOST_PORTS_PER_NODE,
            log_config={"enable": True, "filter": args.logs},
            opts=self.child(),
        )
        self.addresses = pulumi.Output.all(*[address.address for address in reserved])
