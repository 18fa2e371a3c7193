"""The VPC of an environment: subnets by tier and their ways out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.routing import place_nat_gateway, place_route_table, place_subnet
from components.base import Component, ComponentArgs
from settings import naming
from settings.network import SubnetPlan, SubnetTier, plan_subnets
from settings.types import NatMode

#: Tags by which the AWS Load Balancer Controller finds the subnets for public and internal load balancers.
LOAD_BALANCER_ROLES: Final[Mapping[SubnetTier, str]] = {
    "public": "kubernetes.io/role/elb",
    "private": "kubernetes.io/role/internal-elb",
}


@dataclass(frozen=True, kw_only=True)
class NetworkArgs(ComponentArgs):
    """Where the VPC lies and how its private subnets reach the internet."""

    cidr: IPv4Network
    region: str
    #: Letters of the zones with subnets, for example a, c, d.
    zones: Sequence[str]
    nat: NatMode
    #: Cluster whose load balancers use the subnets; their controller looks for it in the subnets' tags.
    cluster_name: str


def nat_zone(zone: str, zones: Sequence[str], nat: NatMode) -> str:
    """Return the zone whose NAT gateway serves `zone`."""
    return zone if nat == "per-zone" else zones[0]


def subnet_tags(tier: SubnetTier, cluster_name: str) -> dict[str, str]:
    """Return the tags by which the load balancer controller finds a tier's subnets, if balancers stand there."""
    if tier not in LOAD_BALANCER_ROLES:
        return {}
    return {LOAD_BALANCER_ROLES[tier]: "1", f"kubernetes.io/cluster/{cluster_name}": "shared"}


class Network(Component[NetworkArgs], type="platform:aws:Network"):
    """A VPC with public, private and data subnets in every zone; data subnets have no way out."""

    vpc_id: pulumi.Output[str]
    public_subnet_ids: pulumi.Output[list[str]]
    private_subnet_ids: pulumi.Output[list[str]]
    data_subnet_ids: pulumi.Output[list[str]]

    def build(self, args: NetworkArgs) -> None:
        """Place the VPC, its gateways, route tables and subnets."""
        names, tags = args.scope.names, args.scope.tags
        self.cidr, self.region, self.zones = args.cidr, args.region, args.zones
        self.vpc = aws.ec2.Vpc(
            f"{self.name}-vpc",
            cidr_block=str(args.cidr),
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=tags.aws(names(naming.EC2_TAG, "vpc")),
            opts=self.child(),
        )
        # The default group cannot be deleted; without rules nothing can use it by accident.
        aws.ec2.DefaultSecurityGroup(
            f"{self.name}-default-security-group",
            vpc_id=self.vpc.id,
            ingress=[],
            egress=[],
            tags=tags.aws(names(naming.EC2_TAG, "default-locked")),
            opts=self.child(),
        )
        #: Whoever places NAT gateways waits for it.
        self.internet_gateway = aws.ec2.InternetGateway(
            f"{self.name}-internet-gateway",
            vpc_id=self.vpc.id,
            tags=tags.aws(names(naming.EC2_TAG, "internet-gateway")),
            opts=self.child(),
        )
        public_routes = place_route_table(self, "public", self.vpc.id, internet=self.internet_gateway)
        #: Public subnets by zone, for gateways that other components place in them.
        self.public_subnets = self._subnets("public", dict.fromkeys(args.zones, public_routes), args)
        serving = {zone: nat_zone(zone, args.zones, args.nat) for zone in args.zones}
        nats = {
            zone: place_nat_gateway(self, "nat", zone, self.public_subnets[zone], self.internet_gateway)
            for zone in sorted(set(serving.values()))
        }
        private_routes = {
            zone: place_route_table(self, f"private-{zone}", self.vpc.id, nat=nats[serving[zone]])
            for zone in args.zones
        }
        private = self._subnets("private", private_routes, args)
        data_routes = place_route_table(self, "data", self.vpc.id)
        data = self._subnets("data", dict.fromkeys(args.zones, data_routes), args)

        self.vpc_id = self.vpc.id
        self.public_subnet_ids = _ids(self.public_subnets)
        self.private_subnet_ids = _ids(private)
        self.data_subnet_ids = _ids(data)
        #: The route tables of this component's own subnets, for the gateway endpoint.
        self.route_table_ids = [t.id for t in (public_routes, data_routes, *private_routes.values())]

    def plan(self, tier: SubnetTier, zones: Sequence[str]) -> Sequence[SubnetPlan]:
        """Return the planned subnets of a tier in some of the VPC's zones."""
        return plan_subnets(self.cidr, tier, zones, self.zones)

    def _subnets(
        self, tier: SubnetTier, routes: Mapping[str, aws.ec2.RouteTable], args: NetworkArgs
    ) -> dict[str, aws.ec2.Subnet]:
        tags = subnet_tags(tier, args.cluster_name)
        return {
            plan.zone: place_subnet(
                self, plan, vpc_id=self.vpc.id, region=self.region, table=routes[plan.zone], tags=tags
            )
            for plan in self.plan(tier, args.zones)
        }


def _ids(subnets: Mapping[str, aws.ec2.Subnet]) -> pulumi.Output[list[str]]:
    return pulumi.Output.all(*[subnet.id for subnet in subnets.values()])
