"""Cases of the rule about environments that keep to themselves."""

from dataclasses import replace
from typing import Any

from policies.isolation.environments import STACK_REFERENCE
from policies.resource import UNKNOWN, EnvironmentName, Resource, Secret, Value
from tests.policies.building import Cases, resource

OURS = "111111111111"
THEIRS = "333333333333"
SUBSCRIPTION = "11111111-0000-4000-8000-000000000000"
OTHER_SUBSCRIPTION = "33333333-0000-4000-8000-000000000000"
OWN = frozenset({OURS, SUBSCRIPTION, "dtx-platform-dev", "100000000001"})
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
DTX = "platform:system:Dtx"
KYEOL = "platform:system:Kyeol"
MEMBER = "gcp:projects/iAMMember:IAMMember"
PEERING = "azure-native:network:VirtualNetworkPeering"
POLICY = "aws:iam/rolePolicy:RolePolicy"
TRIPGEN = "platform:system:Tripgen"
FIREWALL = "gcp:compute/firewall:Firewall"
NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROUTE = "aws:ec2/route:Route"
SECURITY_GROUP = "azure-native:network:NetworkSecurityGroup"
VPC = "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/{}"


def ours(token: str, environment: EnvironmentName = "dev", system: str = KYEOL, **properties: Any) -> Resource:
    return replace(resource(token, environment, parents=(system,), **properties), own=OWN)


def policy(account: str) -> Resource:
    return ours(
        POLICY, policy=f'{{"Statement": [{{"Resource": "arn:aws:s3:::x", "Sid": "arn:aws:iam::{account}:root"}}]}}'
    )


def peering(subscription: str, network: str = "vnet") -> Resource:
    return ours(PEERING, system=TRIPGEN, remoteVirtualNetwork={"id": VPC.format(subscription, network)})


def of_dtx(token: str, **properties: Any) -> Resource:
    return ours(token, system=DTX, **properties)


def route(destination: Value, environment: EnvironmentName = "dev") -> Resource:
    return resource(ROUTE, environment, destinationCidrBlock=destination)


def block(cidr: str, *taken_out: str) -> Resource:
    rows: dict[str, Value] = {"cidr": cidr, "except": list(taken_out)}
    return resource(NETWORK_POLICY, spec={"egress": [{"to": [{"ipBlock": rows}]}]})


def azure_firewall(*sources: str) -> Resource:
    group = "azure-native:network:FirewallPolicyRuleCollectionGroup"
    return resource(group, ruleCollections=[{"rules": [{"sourceAddresses": list(sources)}]}])


def member(text: Value, project: Value = "dtx-platform-dev") -> Resource:
    return ours(MEMBER, system=DTX, member=text, project=project)


def account(arn: Value) -> Resource:
    return ours(ACCOUNT, metadata={"annotations": {"eks.amazonaws.com/role-arn": arn}})


def bucket(name: str, environment: EnvironmentName = "dev") -> Resource:
    return ours("aws:s3/bucket:Bucket", environment, bucket=name)


CASES: dict[str, Cases] = {
    "isolation": Cases(
        holds=[
            policy(OURS),
            peering(SUBSCRIPTION),
            peering(SUBSCRIPTION.upper()),
            peering(SUBSCRIPTION, "vnet-tripgen-dev-hub"),
            of_dtx(
                "gcp:compute/networkPeering:NetworkPeering", peerNetwork="projects/dtx-platform-dev/global/networks/x"
            ),
            ours("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", peerOwnerId=OURS),
            ours("aws:ram/principalAssociation:PrincipalAssociation", principal=OURS),
            account(f"arn:aws:iam::{OURS}:role/kyeol-dev-shop"),
            account(UNKNOWN),
            member("serviceAccount:dta-nodes@dtx-platform-dev.iam.gserviceaccount.com"),
            member("serviceAccount:service-100000000001@gcp-sa-cloud-sql.iam.gserviceaccount.com"),
            member("serviceAccount:bq-100000000001@bigquery-encryption.iam.gserviceaccount.com"),
            member("serviceAccount:p100000000001-abc123@gcp-sa-cloud-sql.iam.gserviceaccount.com"),
            bucket("kyeol-dev-media"),
            bucket("kyeol-production-notes"),
            bucket("tripgen-prod-media"),
            ours("aws:iam/role:Role", managedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
            ours("gcp:serviceaccount/account:Account", system=DTX, accountId="dta-nodes", project="dtx-platform-dev"),
            ours(STACK_REFERENCE, name="organization/platform/mgmt"),
        ],
        violated=[
            policy(THEIRS),
            ours(POLICY, policy=f'{{"Statement": [{{"Principal": {{"AWS": "{THEIRS}"}}}}]}}'),
            peering(OTHER_SUBSCRIPTION),
            peering(SUBSCRIPTION, "vnet-tripgen-prod-hub"),
            ours(
                "azure-native:network:HubVirtualNetworkConnection",
                system=TRIPGEN,
                remoteVirtualNetwork={"id": VPC.format(OTHER_SUBSCRIPTION, "vnet")},
            ),
            ours("aws:ec2transitgateway/peeringAttachment:PeeringAttachment", peerAccountId=THEIRS),
            ours("aws:ram/principalAssociation:PrincipalAssociation", principal=THEIRS),
            of_dtx("gcp:compute/networkPeering:NetworkPeering", peerNetwork="projects/dtx-platform/global/networks/x"),
            of_dtx("gcp:compute/sharedVPCServiceProject:SharedVPCServiceProject", hostProject="dtx-platform"),
            of_dtx("gcp:compute/sharedVPCServiceProject:SharedVPCServiceProject", serviceProject="dtx-platform"),
            of_dtx(
                "gcp:dns/managedZone:ManagedZone",
                peeringConfig={"targetNetwork": {"networkUrl": "projects/dtx-platform/global/networks/x"}},
            ),
            of_dtx(
                "gcp:compute/serviceAttachment:ServiceAttachment",
                consumerAcceptLists=[{"connectionLimit": 1, "projectIdOrNum": "dtx-platform"}],
            ),
            account(f"arn:aws:iam::{THEIRS}:role/shop"),
            account(Secret(f"arn:aws:iam::{THEIRS}:role/shop")),
            member("serviceAccount:dta-nodes@dtx-platform.iam.gserviceaccount.com"),
            member("serviceAccount:service-100000000003@gcp-sa-cloud-sql.iam.gserviceaccount.com"),
            member("serviceAccount:bq-100000000003@bigquery-encryption.iam.gserviceaccount.com"),
            member("serviceAccount:p100000000003-abc123@gcp-sa-cloud-sql.iam.gserviceaccount.com"),
            member("group:dtx@dtx.example", project="dtx-platform"),
            ours(
                "gcp:logging/projectSink:ProjectSink", system=DTX, destination="storage.example/projects/dtx-platform/x"
            ),
            ours("aws:ec2/vpcPeeringConnection:VpcPeeringConnection", peerOwnerId=THEIRS),
            ours("pulumi:providers:azure-native", system=TRIPGEN, subscriptionId=OTHER_SUBSCRIPTION),
            ours("pulumi:providers:aws", allowedAccountIds=f'["{THEIRS}"]'),
            ours("kubernetes:core/v1:ConfigMap", data={"image": f"{THEIRS}.dkr.ecr.ap-northeast-1.amazonaws.com/shop"}),
            bucket("kyeol-prod-media"),
            bucket("kyeol-dev-media", "prod"),
            ours("kubernetes:core/v1:ConfigMap", system=TRIPGEN, data={"registry": "tripgenprod.azurecr.io"}),
            ours(STACK_REFERENCE, name="organization/platform/prod"),
            ours(STACK_REFERENCE),
        ],
        unknowable=[ours(STACK_REFERENCE, name=UNKNOWN)],
    ),
    "isolation-addresses": Cases(
        holds=[
            route("10.20.128.0/22"),
            route("10.22.128.0/22", "prod"),
            route("10.23.0.0/16"),
            route("0.0.0.0/0"),
            route("192.168.0.0/16"),
            route("172.20.0.0/16"),
            route("999.1.1.1/32"),
            azure_firewall("10.2.1.0-10.2.1.999"),
            route(UNKNOWN),
            block("0.0.0.0/0", "10.0.0.0/8"),
            azure_firewall("10.2.1.0-10.2.1.255"),
            resource(
                "kubernetes:core/v1:ConfigMap", data={"VERSION": "v10.22.0.1", "BUILD": "1.10.22.0.1", "HOST": "x"}
            ),
        ],
        violated=[
            route("10.22.0.0/16"),
            route("10.22.144.7/32"),
            route("10.21.0.0/16"),
            route("10.0.0.0/8"),
            route("8.0.0.0/6"),
            route("10.20.0.0/16", "prod"),
            route("10.20.0.0/16", "mgmt"),
            block("10.22.0.0/16"),
            block("10.0.1.0/24", "10.0.1.10/32"),
            azure_firewall("10.0.1.10"),
            azure_firewall("10.2.1.0/24", "10.0.255.0-10.1.0.0"),
            resource(
                PEERING, remoteAddressSpace={"addressPrefixes": ["10.1.0.0/16"]}, remoteVirtualNetwork={"id": UNKNOWN}
            ),
            resource(SECURITY_GROUP, securityRules=[{"access": "Allow", "sourceAddressPrefixes": ["10.1.1.0/24"]}]),
            resource("azure-native:network:RouteTable", routes=[{"nextHopIpAddress": "10.0.0.4"}]),
            resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", cidrIpv4="10.21.0.0/19"),
            resource("aws:ec2/vpc:Vpc", cidrBlock="10.22.0.0/16"),
            resource(FIREWALL, sourceRanges=["10.40.0.0/22", "10.42.0.0/22"]),
            resource(
                "gcp:sql/databaseInstance:DatabaseInstance",
                settings={"ipConfiguration": {"authorizedNetworks": [{"name": "prod", "value": "10.42.128.0/17"}]}},
            ),
            resource("kubernetes:core/v1:ConfigMap", data={"SHOP": "http://10.22.0.9/0", "API": "http://10.22.0.9/64"}),
            resource("kubernetes:core/v1:ConfigMap", data={"DATABASE": "postgres://shop@10.22.144.9:5432/shop"}),
            resource("kubernetes:core/v1:Secret", stringData={"HOST": Secret("10.22.144.9")}),
        ],
        unknowable=[],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "isolation": [resource(POLICY, policy=f"arn:aws:iam::{THEIRS}:root")],
}
