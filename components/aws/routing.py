"""Subnets, route tables and NAT gateways, placed for the component that owns them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
import pulumi_aws as aws

from components.base import AnyComponent
from settings import naming
from settings.network import SubnetPlan

ANYWHERE: Final = "0.0.0.0/0"


def place_nat_gateway(
    owner: AnyComponent, label: str, zone: str, subnet: aws.ec2.Subnet, internet: aws.ec2.InternetGateway
) -> aws.ec2.NatGateway:
    """Place a NAT gateway with a fixed address in a public subnet; `label` tells it from the owner's others.

    AWS refuses a NAT gateway before the VPC has its internet gateway, and detaching that while addresses are mapped.
    """
    tags = owner.scope.tags.aws(owner.scope.names(naming.EC2_TAG, label, zone))
    address = aws.ec2.Eip(
        f"{owner.name}-{label}-{zone}-address", domain="vpc", tags=tags, opts=owner.child(depends_on=[internet])
    )
    return aws.ec2.NatGateway(
        f"{owner.name}-{label}-{zone}",
        allocation_id=address.allocation_id,
        subnet_id=subnet.id,
        tags=tags,
        opts=owner.child(depends_on=[internet]),
    )


def place_route_table(
    owner: AnyComponent,
    label: str,
    vpc_id: pulumi.Input[str],
    *,
    nat: aws.ec2.NatGateway | None = None,
    internet: aws.ec2.InternetGateway | None = None,
) -> aws.ec2.RouteTable:
    """Place a route table; its default route leads to the given gateway, and without one there is no way out."""
    table = aws.ec2.RouteTable(
        f"{owner.name}-{label}-routes",
        vpc_id=vpc_id,
        tags=owner.scope.tags.aws(owner.scope.names(naming.EC2_TAG, label)),
        opts=owner.child(),
    )
    if nat or internet:
        aws.ec2.Route(
            f"{owner.name}-{label}-default-route",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=nat.id if nat else None,
            gateway_id=internet.id if internet else None,
            opts=owner.child(),
        )
    return table


def place_subnet(
    owner: AnyComponent,
    plan: SubnetPlan,
    *,
    vpc_id: pulumi.Input[str],
    region: str,
    table: aws.ec2.RouteTable,
    tags: Mapping[str, str],
) -> aws.ec2.Subnet:
    """Place a planned subnet and tie it to its route table. No subnet hands out public addresses by itself."""
    label = f"{plan.tier}-{plan.zone}"
    subnet = aws.ec2.Subnet(
        f"{owner.name}-{label}",
        vpc_id=vpc_id,
        cidr_block=str(plan.cidr),
        availability_zone=f"{region}{plan.zone}",
        map_public_ip_on_launch=False,
        tags={**owner.scope.tags.aws(owner.scope.names(naming.EC2_TAG, label)), **tags},
        opts=owner.child(),
    )
    aws.ec2.RouteTableAssociation(
        f"{owner.name}-{label}-routes", subnet_id=subnet.id, route_table_id=table.id, opts=owner.child()
    )
    return subnet
