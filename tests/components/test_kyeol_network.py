import pytest

from tests.components.strict_mocks import World

ROUTE = "aws:ec2/route:Route"
NAT = "aws:ec2/natGateway:NatGateway"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
SUBNET = "aws:ec2/subnet:Subnet"


def test_dev_shares_one_nat_gateway_among_its_zones(dev: World) -> None:
    assert list(dev.of(NAT)) == ["network-nat-a"]
    ways_out = {inputs["natGatewayId"] for inputs in dev.of(ROUTE).values() if "natGatewayId" in inputs}
    assert ways_out == {"network-nat-a-id"}


def test_prod_has_a_nat_gateway_in_each_zone_and_each_zone_uses_its_own(prod: World) -> None:
    assert {name for name in prod.of(NAT) if name.startswith("network-")} == {
        "network-nat-a",
        "network-nat-c",
        "network-nat-d",
    }
    for zone in "acd":
        assert prod.one(ROUTE, f"network-private-{zone}-default-route")["natGatewayId"] == f"network-nat-{zone}-id"


def test_payment_has_fixed_addresses_subnets_and_routes_of_its_own_in_prod(prod: World) -> None:
    for zone in "ac":
        assert prod.one(NAT, f"payment-egress-payment-nat-{zone}")["allocationId"].startswith("eipalloc-payment-egress")
        assert (
            prod.one(ROUTE, f"payment-egress-payment-{zone}-default-route")["natGatewayId"]
            == f"payment-egress-payment-nat-{zone}-id"
        )
        association = prod.one(ASSOCIATION, f"payment-egress-payment-{zone}-routes")
        assert association["routeTableId"] == f"payment-egress-payment-{zone}-routes-id"
    assert {i["cidrBlock"] for n, i in prod.of(SUBNET).items() if n.startswith("payment")} == {
        "10.22.148.0/24",
        "10.22.149.0/24",
    }


def test_no_other_traffic_uses_the_payment_gateways_way_out(prod: World) -> None:
    users = {n for n, i in prod.of(ROUTE).items() if i.get("natGatewayId", "").startswith("payment")}
    assert users == {"payment-egress-payment-a-default-route", "payment-egress-payment-c-default-route"}


@pytest.mark.parametrize("world", ["dev", "stage", "mgmt"])
def test_only_prod_has_a_payment_way_out(world: str, request: pytest.FixtureRequest) -> None:
    assert not [p for p in request.getfixturevalue(world).placed if "payment" in p.name]


def test_data_subnets_have_no_way_out(every_stack: World) -> None:
    associations = every_stack.of(ASSOCIATION)
    data_tables = {i["routeTableId"] for name, i in associations.items() if name.startswith("network-data-")}
    assert data_tables == {"network-data-routes-id"}
    assert not [n for n, i in every_stack.of(ROUTE).items() if i["routeTableId"] in data_tables]


def test_the_load_balancer_controller_finds_public_and_private_subnets_and_no_others(every_stack: World) -> None:
    roles = {"public": "kubernetes.io/role/elb", "private": "kubernetes.io/role/internal-elb"}
    for name, inputs in every_stack.of(SUBNET).items():
        tier = name.split("-")[1]
        found = {key for key in inputs["tags"] if key.startswith("kubernetes.io/role/")}
        assert found == ({roles[tier]} if tier in roles else set()), name


def test_no_subnet_hands_out_public_addresses(every_stack: World) -> None:
    assert not any(inputs["mapPublicIpOnLaunch"] for inputs in every_stack.of(SUBNET).values())


def test_the_default_security_group_has_no_rule(every_stack: World) -> None:
    (locked,) = every_stack.of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").values()
    assert (locked["ingress"], locked["egress"]) == ([], [])


def test_all_traffic_is_logged(every_stack: World) -> None:
    (flow_log,) = every_stack.of("aws:ec2/flowLog:FlowLog").values()
    assert flow_log["trafficType"] == "ALL"


def test_s3_is_reached_by_a_gateway_from_every_route_table_and_aws_services_by_interfaces(every_stack: World) -> None:
    endpoints = every_stack.of("aws:ec2/vpcEndpoint:VpcEndpoint")
    s3 = endpoints.pop("vpc-endpoints-s3")
    assert s3["vpcEndpointType"] == "Gateway"
    joined = every_stack.of("aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation").values()
    tables = {*s3["routeTableIds"], *(association["routeTableId"] for association in joined)}
    assert tables == {f"{name}-id" for name in every_stack.of("aws:ec2/routeTable:RouteTable")}
    services = {inputs["serviceName"].removeprefix("com.amazonaws.ap-northeast-1.") for inputs in endpoints.values()}
    assert services >= {"ecr.api", "ecr.dkr", "sts", "ec2", "logs", "secretsmanager", "kms", "elasticloadbalancing"}
    assert all(i["privateDnsEnabled"] and i["vpcEndpointType"] == "Interface" for i in endpoints.values())
