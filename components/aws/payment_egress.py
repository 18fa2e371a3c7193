"""The payment gateway's own way out: fixed addresses that a payment provider can allow-list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.network import Network
from components.aws.routing import place_nat_gateway, place_route_table, place_subnet
from components.aws.vpc_endpoints import VpcEndpoints
from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class PaymentEgressArgs(ComponentArgs):
    """The network and the letters of the zones in which payments run."""

    network: Network
    #: Ways to AWS's own services: image layers from S3 do not use the payment addresses.
    endpoints: VpcEndpoints
    zones: Sequence[str]


class PaymentEgress(Component[PaymentEgressArgs], type="platform:aws:PaymentEgress"):
    """Payment subnets, each routed to a NAT gateway with a fixed address in its own zone."""

    public_ips: pulumi.Output[list[str]]
    subnet_ids: pulumi.Output[list[str]]

    def build(self, args: PaymentEgressArgs) -> None:
        """Place a gateway, a route table and a subnet per zone."""
        network = args.network
        nats, subnets = [], []
        for plan in network.plan("payment", args.zones):
            nat = place_nat_gateway(
                self, "payment-nat", plan.zone, network.public_subnets[plan.zone], network.internet_gateway
            )
            table = place_route_table(self, f"payment-{plan.zone}", network.vpc_id, nat=nat)
            aws.ec2.VpcEndpointRouteTableAssociation(
                f"{self.name}-s3-{plan.zone}",
                vpc_endpoint_id=args.endpoints.s3_endpoint_id,
                route_table_id=table.id,
                opts=self.child(),
            )
            subnet = place_subnet(self, plan, vpc_id=network.vpc_id, region=network.region, table=table, tags={})
            nats.append(nat)
            subnets.append(subnet)
        self.public_ips = pulumi.Output.all(*[nat.public_ip for nat in nats])
        self.subnet_ids = pulumi.Output.all(*[subnet.id for subnet in subnets])
