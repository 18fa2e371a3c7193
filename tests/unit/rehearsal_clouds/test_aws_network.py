"""What EC2 networking refuses, in its own words, and what it computes."""

import re

import pytest

from tests.unit.rehearsal_clouds.provider_client import Network, Refused, trust

VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"
GATEWAY, NAT, EIP = "aws:ec2/internetGateway:InternetGateway", "aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"
TABLE, ROUTE = "aws:ec2/routeTable:RouteTable", "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
GROUP, RULE = "aws:ec2/securityGroup:SecurityGroup", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ENDPOINT, FLOW_LOG = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/flowLog:FlowLog"


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (VPC, {"cidrBlock": "10.0.0.0/8"}, "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid."),
        (VPC, {"cidrBlock": "10.0.0.0/29"}, "InvalidVpc.Range: The CIDR '10.0.0.0/29' is invalid."),
        (VPC, {"cidrBlock": "10.0.0.1/16"},
         "'10.0.0.1/16' is not a network in CIDR form: 10.0.0.1/16 has host bits set"),
        (VPC, {}, "MissingParameter: Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided."),
        (VPC, {"cidrBlock": "10.0.0.0/16", "instanceTenancy": "dedicate"},
         "'dedicate' is not offered. Did you mean \"dedicated\"?"),
        (SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/29"},
         "InvalidSubnet.Range: The CIDR '10.0.0.0/29' is invalid."),
        (SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-1a"},
         "InvalidParameterValue: Value (us-east-1a) for parameter availabilityZone is invalid. Subnets can"),
        (SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "ap-northeast-1b"},
         "only be created in ap-northeast-1a, ap-northeast-1c, ap-northeast-1d. (the zone takes no new subnets)"),
        (SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZoneId": "apne1-az3"},
         "Value (apne1-az3) for parameter availabilityZoneId is invalid."),
        (ROUTE, {"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0"}, "exactly one target is expected"),
        (ROUTE, {"routeTableId": "rtb-1", "gatewayId": "igw-1"}, "exactly one destination is expected"),
        (ROUTE, {"routeTableId": "r", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "i", "natGatewayId": "n"},
         "exactly one target is expected (one of carrierGatewayId, "),
        (TABLE, {"vpcId": "vpc-1", "routes": [{"cidrBlock": "0.0.0.0/0"}]}, "routes[0]: InvalidParameterCombination"),
        (NAT, {"subnetId": "subnet-1"}, "MissingParameter: The request must include the AllocationId parameter."),
        (NAT, {"allocationId": "eipalloc-1"}, "MissingParameter: The request must include the SubnetId parameter."),
        (GROUP, {"name": "sg-web", "vpcId": "vpc-1"}, "Value (sg-web) for parameter GroupName is invalid"),
        (GROUP, {"description": "größe", "vpcId": "vpc-1"}, "Character sets beyond ASCII are not supported."),
        (GROUP, {"vpcId": "vpc-1", "ingress": [{"protocol": "tcp", "fromPort": 90, "toPort": 80}]},
         "InvalidParameterValue: Invalid TCP/UDP port range (90:80)"),
        (RULE, {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 1, "toPort": 2},
         "one (and only one) of [cidrIpv4,cidrIpv6,prefixListId,referencedSecurityGroupId] is required, got none"),
        (RULE, {"securityGroupId": "sg-1", "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8"},
         "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."),
        (RULE, {"securityGroupId": "s", "ipProtocol": "tcp", "fromPort": 1, "toPort": 70000, "cidrIpv4": "10.0.0.0/8"},
         "Invalid value '70000' for portRange. Must be between 0 and 65535."),
        (RULE, {"securityGroupId": "sg-1", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8", "description": "the shop's"},
         "InvalidParameterValue: Invalid rule description."),
        (ENDPOINT, {"vpcId": "vpc-1", "serviceName": "com.amazonaws.ap-northeast-1.s4"},
         "InvalidServiceName: The Vpc Endpoint Service 'com.amazonaws.ap-northeast-1.s4' does not exist"),
        (ENDPOINT, {"vpcId": "vpc-1", "serviceName": "com.amazonaws.us-east-1.s3"},
         "InvalidServiceName: The Vpc Endpoint Service 'com.amazonaws.us-east-1.s3' does not exist"),
        (ENDPOINT, {"vpcId": "vpc-1", "serviceName": "com.amazonaws.ap-northeast-1.s3", "subnetIds": ["subnet-1"]},
         "InvalidParameter: subnetIds is not supported for Gateway endpoints"),
        (FLOW_LOG, {"vpcId": "vpc-1", "logDestination": "arn:aws:logs:ap-northeast-1:111122223333:log-group:x"},
         "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."),
        (FLOW_LOG, {"trafficType": "ALL", "logDestination": "arn:aws:s3:::b", "logDestinationType": "s3"},
         "exactly one watched resource is expected"),
    ],
)  # fmt: skip
def test_a_preview_refuses_what_needs_no_look_at_the_cloud(aws, token, inputs, message):
    with refused(message):
        aws.preview(token, "it", inputs)


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (SUBNET, {"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/24"},
         "InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist"),
        (GATEWAY, {"vpcId": "vpc-0"}, "InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist"),
        (ROUTE, {"routeTableId": "rtb-0", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"},
         "InvalidRouteTableID.NotFound: The routeTable ID 'rtb-0' does not exist"),
        (NAT, {"subnetId": "subnet-0", "allocationId": "eipalloc-0"},
         "InvalidSubnetID.NotFound: The subnet ID 'subnet-0' does not exist"),
        (RULE, {"securityGroupId": "sg-0", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8"},
         "InvalidGroup.NotFound: The security group 'sg-0' does not exist"),
        (GROUP, {}, "VPCIdNotSpecified: No default VPC for this user"),
    ],
)  # fmt: skip
def test_a_reference_to_nothing_is_refused(aws, token, inputs, message):
    with refused(message):
        aws.create(token, **inputs)


def test_a_subnet_outside_its_vpc_is_refused(aws, network):
    with refused("InvalidSubnet.Range: The CIDR '10.9.0.0/24' is invalid."):
        aws.create(SUBNET, vpcId=network.vpc.id, cidrBlock="10.9.0.0/24")


@pytest.mark.parametrize("cidr", ["10.0.1.0/24", "10.0.1.128/25", "10.0.0.0/23"])
def test_subnets_that_overlap_are_refused(aws, network, cidr):
    with refused(f"InvalidSubnet.Conflict: The CIDR '{cidr}' conflicts with another subnet"):
        aws.create(SUBNET, vpcId=network.vpc.id, cidrBlock=cidr)


def test_subnets_of_two_vpcs_may_overlap(aws, network):
    assert Network(aws, "other").subnets[0]["cidrBlock"] == network.subnets[0]["cidrBlock"]


def test_a_subnet_knows_the_zone_behind_its_zone_id(aws, network):
    assert network.subnets[0]["availabilityZoneId"] == "apne1-az4"
    by_id = aws.create(SUBNET, vpcId=network.vpc.id, cidrBlock="10.0.9.0/24", availabilityZoneId="apne1-az1")
    assert by_id["availabilityZone"] == "ap-northeast-1c"


def test_a_vpc_in_use_stays(aws, network):
    with refused(
        f"DependencyViolation: The vpc '{network.vpc.id}' has dependencies and cannot be deleted. [in use by Subnet"
    ):
        aws.delete(network.vpc)
    for subnet in network.subnets:
        aws.delete(subnet)
    aws.delete(network.vpc)


def test_a_vpc_brings_its_default_group_and_main_table(aws, network):
    adopted = aws.create("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", vpcId=network.vpc.id)
    assert adopted.id == network.vpc["defaultSecurityGroupId"]
    aws.create(RULE, securityGroupId=adopted.id, ipProtocol="-1", cidrIpv4="10.0.0.0/8")
    aws.create(ASSOCIATION, routeTableId=network.vpc["mainRouteTableId"], subnetId=network.subnets[0].id)


def test_a_second_internet_gateway_is_refused(aws, network):
    aws.create(GATEWAY, "one", vpcId=network.vpc.id)
    with refused(f"Network {network.vpc.id} already has an internet gateway attached"):
        aws.create(GATEWAY, "two", vpcId=network.vpc.id)


class TestNat:
    """A NAT gateway, its address and the internet gateway it goes out through."""

    @pytest.fixture
    def address(self, aws):
        return aws.create(EIP, domain="vpc")

    def test_it_needs_the_internet_gateway_first(self, aws, network, address):
        with refused(f"Gateway.NotAttached: Network {network.vpc.id} has no Internet gateway attached"):
            aws.create(NAT, subnetId=network.subnets[0].id, allocationId=address.id)

    def test_it_has_the_address_and_keeps_it(self, aws, network, address):
        gateway = aws.create(GATEWAY, vpcId=network.vpc.id)
        nat = aws.create(NAT, subnetId=network.subnets[0].id, allocationId=address.id)
        assert nat["publicIp"] == address["publicIp"]
        assert nat["privateIp"].startswith("10.0.0.")
        with refused(f"InvalidIPAddress.InUse: Address {address['publicIp']} is in use."):
            aws.delete(address)
        with refused("DependencyViolation: Network"):
            aws.delete(gateway)
        with refused(f"DependencyViolation: The subnet '{network.subnets[0].id}' has dependencies"):
            aws.delete(network.subnets[0])
        for thing in (nat, gateway, address):
            aws.delete(thing)

    def test_an_address_serves_one_gateway(self, aws, network, address):
        aws.create(GATEWAY, vpcId=network.vpc.id)
        aws.create(NAT, "one", subnetId=network.subnets[0].id, allocationId=address.id)
        with refused(f"Resource.AlreadyAssociated: Elastic IP address [{address.id}] is already associated"):
            aws.create(NAT, "two", subnetId=network.subnets[1].id, allocationId=address.id)


def test_a_route_leads_to_a_gateway_of_its_own_vpc(aws, network):
    table = aws.create(TABLE, vpcId=network.vpc.id)
    foreign = aws.create(GATEWAY, vpcId=Network(aws, "other").vpc.id)
    with refused(f"route table {table.id} and network gateway {foreign.id} belong to different networks"):
        aws.create(ROUTE, routeTableId=table.id, destinationCidrBlock="0.0.0.0/0", gatewayId=foreign.id)


def test_a_destination_has_one_route(aws, network):
    table, gateway = aws.create(TABLE, vpcId=network.vpc.id), aws.create(GATEWAY, vpcId=network.vpc.id)
    aws.create(ROUTE, "one", routeTableId=table.id, destinationCidrBlock="0.0.0.0/0", gatewayId=gateway.id)
    with refused("RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists."):
        aws.create(ROUTE, "two", routeTableId=table.id, destinationCidrBlock="0.0.0.0/0", gatewayId=gateway.id)


def test_a_subnet_has_one_route_table_of_its_own_vpc(aws, network):
    table, subnet = aws.create(TABLE, vpcId=network.vpc.id), network.subnets[0]
    held = aws.create(ASSOCIATION, "one", routeTableId=table.id, subnetId=subnet.id)
    with refused("Resource.AlreadyAssociated: the specified association for route table"):
        aws.create(ASSOCIATION, "two", routeTableId=table.id, subnetId=subnet.id)
    foreign = Network(aws, "other").subnets[0]
    with refused(f"Route table {table.id} and subnet {foreign.id} belong to different networks"):
        aws.create(ASSOCIATION, "three", routeTableId=table.id, subnetId=foreign.id)
    with refused(f"DependencyViolation: The routeTable '{table.id}' has dependencies and cannot be deleted."):
        aws.delete(table)
    aws.delete(held)
    aws.delete(table)


def test_a_group_name_is_unique_in_its_vpc(aws, network):
    aws.create(GROUP, "one", name="web", vpcId=network.vpc.id)
    with refused(f"InvalidGroup.Duplicate: The security group 'web' already exists for VPC '{network.vpc.id}'"):
        aws.create(GROUP, "two", name="web", vpcId=network.vpc.id)
    aws.create(GROUP, "three", name="web", vpcId=Network(aws, "other").vpc.id)


def test_a_group_another_one_refers_to_stays(aws, network):
    web, database = (aws.create(GROUP, name, vpcId=network.vpc.id) for name in ("web", "database"))
    rule = {"securityGroupId": database.id, "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432}
    held = aws.create(RULE, "one", **rule, referencedSecurityGroupId=web.id)
    with refused(f"DependencyViolation: resource {web.id} has a dependent object [in use by SecurityGroupIngressRule"):
        aws.delete(web)
    with refused(
        f'InvalidPermission.Duplicate: the specified rule "peer: {web.id}, tcp, from port: 5432, to port: 5432'
    ):
        aws.create(RULE, "two", **rule, referencedSecurityGroupId=web.id)
    aws.delete(held)
    aws.delete(web)


def test_groups_of_two_vpcs_do_not_refer_to_each_other(aws, network):
    mine = aws.create(GROUP, "mine", vpcId=network.vpc.id)
    foreign = aws.create(GROUP, "foreign", vpcId=Network(aws, "other").vpc.id)
    with refused("You have specified two resources that belong to different networks."):
        aws.create(RULE, securityGroupId=mine.id, ipProtocol="-1", referencedSecurityGroupId=foreign.id)


def test_a_flow_log_is_kept_once(aws, network):
    group = aws.create("aws:cloudwatch/logGroup:LogGroup", name="flow")
    role = aws.create("aws:iam/role:Role", assumeRolePolicy=trust("vpc-flow-logs.amazonaws.com"))
    inputs = {"vpcId": network.vpc.id, "trafficType": "ALL", "logDestination": group["arn"], "iamRoleArn": role["arn"]}
    aws.create(FLOW_LOG, "one", **inputs)
    with refused("FlowLogAlreadyExists: Error. There is an existing Flow Log with the same configuration"):
        aws.create(FLOW_LOG, "two", **inputs)


class TestEndpoints:
    """Gateway endpoints enter route tables, interface endpoints stand in subnets."""

    SERVICE = "com.amazonaws.ap-northeast-1.ecr.api"

    def interface(self, network, **changes):
        inputs = {"vpcId": network.vpc.id, "serviceName": self.SERVICE, "vpcEndpointType": "Interface"}
        return {**inputs, "subnetIds": network.subnet_ids, "privateDnsEnabled": True, **changes}

    def test_a_gateway_has_a_prefix_list(self, aws, network):
        table = aws.create(TABLE, vpcId=network.vpc.id)
        made = aws.create(
            ENDPOINT, vpcId=network.vpc.id, serviceName="com.amazonaws.ap-northeast-1.s3", routeTableIds=[table.id]
        )
        assert made["prefixListId"].startswith("pl-")

    def test_an_interface_has_names_and_network_interfaces(self, aws, network):
        made = aws.create(ENDPOINT, **self.interface(network))
        assert len(made["networkInterfaceIds"]) == 3
        assert made["dnsEntries"][0]["dnsName"].endswith(".api.ap-northeast-1.vpce.amazonaws.com")

    def test_one_subnet_a_zone(self, aws, network):
        second = aws.create(SUBNET, vpcId=network.vpc.id, cidrBlock="10.0.9.0/24", availabilityZone="ap-northeast-1a")
        with refused("DuplicateSubnetsInSameZone: Found another VPC endpoint subnet in the availability zone of"):
            aws.create(ENDPOINT, **self.interface(network, subnetIds=[network.subnets[0].id, second.id]))

    def test_private_names_are_given_once(self, aws, network):
        aws.create(ENDPOINT, "one", **self.interface(network))
        with refused("private-dns-enabled cannot be set because there is already a conflicting DNS domain"):
            aws.create(ENDPOINT, "two", **self.interface(network))

    def test_private_names_need_the_vpcs_own_dns(self, aws):
        bare = aws.create(VPC, "bare", cidrBlock="10.5.0.0/16")
        with refused("Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes"):
            aws.create(
                ENDPOINT, vpcId=bare.id, serviceName=self.SERVICE, vpcEndpointType="Interface", privateDnsEnabled=True
            )

    def test_subnets_are_of_the_vpc(self, aws, network):
        foreign = Network(aws, "other")
        with refused(f"Subnet {foreign.subnets[0].id} does not belong to VPC {network.vpc.id}"):
            aws.create(ENDPOINT, **self.interface(network, subnetIds=[foreign.subnets[0].id]))


def test_a_launch_template_counts_its_versions(aws):
    template = aws.create("aws:ec2/launchTemplate:LaunchTemplate", instanceType="t3.small", updateDefaultVersion=True)
    assert (template["latestVersion"], template["defaultVersion"]) == (1, 1)
    tagged = aws.update(template, tags={"a": "b"})
    assert tagged["latestVersion"] == 1
    grown = aws.update(tagged, instanceType="t3.medium")
    assert (grown["latestVersion"], grown["defaultVersion"]) == (2, 2)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"userData": "#!/bin/sh"}, "InvalidUserData.Malformed: Invalid BASE64 encoding of user data."),
        ({"instanceType": "t3.mediun"}, "'t3.mediun' is not offered. Did you mean \"t3.medium\"?"),
        ({"name": "a"}, "Launch template names must be between 3 and 125 characters"),
        ({"metadataOptions": {"httpTokens": "mandatory"}}, "'mandatory' is not offered."),
    ],
)
def test_a_wrong_launch_template_is_refused(aws, inputs, message):
    with refused(message):
        aws.preview("aws:ec2/launchTemplate:LaunchTemplate", "it", inputs)


def test_the_zones_a_program_asks_for_are_the_open_ones(aws):
    answer = aws.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", state="available")
    assert answer["names"] == ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]
    assert answer["zoneIds"] == ["apne1-az4", "apne1-az1", "apne1-az2"]


def test_a_program_learns_who_and_where_it_is(aws):
    assert aws.invoke("aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "111122223333"
    assert aws.invoke("aws:index/getPartition:getPartition")["partition"] == "aws"
    assert aws.invoke("aws:index/getRegion:getRegion")["region"] == "ap-northeast-1"
    size = aws.invoke("aws:ec2/getInstanceType:getInstanceType", instanceType="t3.medium")
    assert (size["defaultVcpus"], size["memorySize"], size["maximumIpv4AddressesPerInterface"]) == (2, 4096, 6)
