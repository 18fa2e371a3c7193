"""Cases of the rules about what a preview does not know: where it comes from."""

from typing import Any

from policies.network.azure import APPLICATION_GATEWAY
from policies.resource import UNKNOWN, Resource
from tests.policies.aws_security_cases import ACL, BUCKET_POLICY, DATABASE, DISTRIBUTION, KEY, KMS, LOG_GROUP, TRAIL
from tests.policies.building import Cases, resource

GRANT = "gcp:projects/iAMMember:IAMMember"
KEY_GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
BUCKET_GRANT = "gcp:storage/bucketIAMMember:BucketIAMMember"
BINDING = "gcp:bigquery/datasetIamBinding:DatasetIamBinding"
DATASET = "gcp:bigquery/dataset:Dataset"
ACCOUNT = resource("gcp:serviceaccount/account:Account")
RING = resource("gcp:kms/keyRing:KeyRing")
SINK = resource("gcp:logging/projectSink:ProjectSink")
FIREWALL = resource("azure-native:network:WebApplicationFirewallPolicy")
CUSTOMER_KEY = resource(KEY)
SHOP = resource(DISTRIBUTION, webAclId=UNKNOWN)


def made_by(made: Resource, token: str, name: str, **others: Any) -> Resource:
    """A resource of which a property is the output of another, which has none yet."""
    properties: dict[str, Any] = {name: UNKNOWN, **others}
    return resource(token, references={name: [made]}, **properties)


def gateway(*made: Resource) -> Resource:
    return resource(APPLICATION_GATEWAY, references={"firewallPolicy": made}, firewallPolicy={"id": UNKNOWN})


CASES: dict[str, Cases] = {
    "aws-unknown-encryption": Cases(
        holds=[
            [made_by(CUSTOMER_KEY, LOG_GROUP, "kmsKeyId"), CUSTOMER_KEY],
            [resource(LOG_GROUP, kmsKeyId=KMS)],
            [made_by(SHOP, BUCKET_POLICY, "policy"), SHOP],
        ],
        violated=[
            [resource(LOG_GROUP, kmsKeyId=UNKNOWN), CUSTOMER_KEY],
            [made_by(CUSTOMER_KEY, LOG_GROUP, "kmsKeyId")],
            [made_by(resource(TRAIL), LOG_GROUP, "kmsKeyId"), resource(TRAIL)],
            [made_by(CUSTOMER_KEY, DATABASE, "kmsKeyId", performanceInsightsKmsKeyId=UNKNOWN), CUSTOMER_KEY],
            [resource(BUCKET_POLICY, policy=UNKNOWN), SHOP],
            [made_by(CUSTOMER_KEY, BUCKET_POLICY, "policy"), CUSTOMER_KEY],
        ],
        unknowable=[],
    ),
    "aws-unknown-web-firewall": Cases(
        holds=[
            [made_by(resource(ACL), DISTRIBUTION, "webAclId"), resource(ACL)],
            [resource(DISTRIBUTION, webAclId="arn:aws:wafv2:us-east-1:333333333333:global/webacl/shop/1")],
        ],
        violated=[
            [SHOP, resource(ACL)],
            [made_by(CUSTOMER_KEY, DISTRIBUTION, "webAclId"), CUSTOMER_KEY],
        ],
        unknowable=[],
    ),
    "azure-unknown-web-firewall": Cases(
        holds=[
            [gateway(FIREWALL), FIREWALL],
            [resource(APPLICATION_GATEWAY, firewallPolicy={"id": "/subscriptions/x"})],
        ],
        violated=[[gateway(), FIREWALL], [gateway(FIREWALL)]],
        unknowable=[],
    ),
    "gcp-unknown-members": Cases(
        holds=[
            [made_by(ACCOUNT, GRANT, "member"), ACCOUNT],
            [made_by(SINK, GRANT, "member"), SINK],
            [made_by(RING, KEY_GRANT, "member"), RING],
            [resource(GRANT, member="group:dtx@dtx.example")],
        ],
        violated=[
            [resource(GRANT, member=UNKNOWN), ACCOUNT],
            [made_by(RING, GRANT, "member"), RING],
            [made_by(SINK, BUCKET_GRANT, "member"), SINK],
            [resource(DATASET, accesses=[{"iamMember": UNKNOWN}])],
            [resource(BINDING, members=["group:dtx@dtx.example", UNKNOWN])],
        ],
        unknowable=[],
    ),
}
UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "aws-unknown-encryption": [[CUSTOMER_KEY], []],
    "aws-unknown-web-firewall": [[resource(ACL)], []],
    "azure-unknown-web-firewall": [[FIREWALL], []],
    "gcp-unknown-members": [[ACCOUNT], []],
}
