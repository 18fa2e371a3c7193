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
VPC = "/subscriptions/{}/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet"


def ours(token: str, environment: EnvironmentName = "dev", system: str = KYEOL, **properties: Any) -> Resource:
    return replace(resource(token, environment, parents=(system,), **properties), own=OWN)


def policy(account: str) -> Resource:
    return ours(
        POLICY, policy=f'{{"Statement": [{{"Resource": "arn:aws:s3:::x", "Sid": "arn:aws:iam::{account}:root"}}]}}'
    )


def peering(subscription: str) -> Resource:
    return ours(PEERING, system=TRIPGEN, remoteVirtualNetwork={"id": VPC.format(subscription)})


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
            peering(OTHER_SUBSCRIPTION),
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
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "isolation": [resource(POLICY, policy=f"arn:aws:iam::{THEIRS}:root")],
}
