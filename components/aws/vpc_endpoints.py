"""Private ways to AWS services, so that nodes do not leave the VPC for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.network import Network
from components.aws.security_group import place_security_group
from components.base import Component, ComponentArgs
from settings import naming

#: Services that nodes, controllers and pods call. S3 (image layers) is a gateway endpoint, which costs nothing.
INTERFACE_SERVICES: Final = (
    "autoscaling",
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "elasticloadbalancing",
    "kms",
    "logs",
    "secretsmanager",
    "sts",
)


@dataclass(frozen=True, kw_only=True)
class VpcEndpointsArgs(ComponentArgs):
    """The network that gets the endpoints."""

    network: Network


class VpcEndpoints(Component[VpcEndpointsArgs], type="platform:aws:VpcEndpoints"):
    """A gateway endpoint for S3 and interface endpoints for what a cluster calls, reachable from the VPC only."""

    s3_endpoint_id: pulumi.Output[str]

    def build(self, args: VpcEndpointsArgs) -> None:
        """Place the endpoints and the security group of the interface ones."""
        names, tags, network = args.scope.names, args.scope.tags, args.network
        s3 = aws.ec2.VpcEndpoint(
            f"{self.name}-s3",
            vpc_id=network.vpc_id,
            service_name=f"com.amazonaws.{network.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=network.route_table_ids,
            tags=tags.aws(names(naming.EC2_TAG, "s3")),
            opts=self.child(),
        )
        self.s3_endpoint_id = s3.id
        group = place_security_group(self, "vpc-endpoints", network.vpc_id, "HTTPS from the VPC to AWS services")
        aws.vpc.SecurityGroupIngressRule(
            f"{self.name}-https",
            security_group_id=group.id,
            cidr_ipv4=str(network.cidr),
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="HTTPS from the VPC",
            tags=tags.aws(names(naming.EC2_TAG, "vpc-endpoints")),
            opts=self.child(),
        )
        for service in INTERFACE_SERVICES:
            aws.ec2.VpcEndpoint(
                f"{self.name}-{service}",
                vpc_id=network.vpc_id,
                service_name=f"com.amazonaws.{network.region}.{service}",
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=network.private_subnet_ids,
                security_group_ids=[group.id],
                tags=tags.aws(names(naming.EC2_TAG, service)),
                opts=self.child(),
            )
