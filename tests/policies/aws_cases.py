"""Cases of the rules about AWS, KYEOL and packages."""

from dataclasses import replace
from typing import Any

from policies.resource import UNKNOWN, EnvironmentName, Resource, Value
from tests.policies.building import TOKYO, Cases, resource

BUCKET = "aws:s3/bucket:Bucket"
NAT_GATEWAY = "aws:ec2/natGateway:NatGateway"
SUBNET = "aws:ec2/subnet:Subnet"
OREGON = replace(TOKYO, properties={"region": "us-west-2"})
UNPLACED = replace(TOKYO, properties={})
LATER = replace(TOKYO, properties={"region": UNKNOWN})
PAYMENT_LABEL: dict[str, Value] = {"platform/node-group": "payment"}


def nodes(environment: EnvironmentName, kind: Value, least: Value, most: Value, **more: Any) -> Resource:
    scaling: dict[str, Value] = {"minSize": least, "maxSize": most, "desiredSize": least}
    return resource("aws:eks/nodeGroup:NodeGroup", environment, instanceTypes=[kind], scalingConfig=scaling, **more)


def payment_nodes(environment: EnvironmentName, kind: Value, least: Value, most: Value) -> Resource:
    return nodes(environment, kind, least, most, labels=dict(PAYMENT_LABEL))


def database(environment: EnvironmentName, kind: Value, *, multi_az: Value, engine: Value = "postgres") -> Resource:
    return resource("aws:rds/instance:Instance", environment, instanceClass=kind, multiAz=multi_az, engine=engine)


def cache(
    environment: EnvironmentName, kind: Value, count: Value, *, failover: Value, engine: Value = "valkey"
) -> Resource:
    return resource(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        environment,
        nodeType=kind,
        numCacheClusters=count,
        automaticFailoverEnabled=failover,
        engine=engine,
    )


def payment_nat(environment: EnvironmentName, subnet: Resource | None = None, **properties: Any) -> Resource:
    parents = ("platform:system:Kyeol", "platform:aws:PaymentEgress")
    references = {"subnetId": [subnet]} if subnet else {}
    return resource(NAT_GATEWAY, environment, parents=parents, references=references, **properties)


def public_subnet(letter: str) -> Resource:
    return resource(SUBNET, "prod", called=f"public-{letter}", availabilityZone=f"ap-northeast-1{letter}")


PUBLIC_SUBNETS = {letter: public_subnet(letter) for letter in ("a", "c", "d")}


def payment_nats(*letters: str) -> list[Resource]:
    """Return a payment NAT in each of these zones."""
    return [payment_nat("prod", PUBLIC_SUBNETS[letter], allocationId=f"eipalloc-{letter}") for letter in letters]


def with_payment_nats(*nats: Resource) -> list[Resource]:
    """Return a whole prod with these payment NATs."""
    return [*(one for one in whole("prod") if one.type != NAT_GATEWAY), *nats]


def kyeol(environment: EnvironmentName) -> Resource:
    return resource("platform:system:Kyeol", environment, provider=None)


def whole(environment: EnvironmentName) -> list[Resource]:
    """What the sizing table asks of an environment, as the whole of a stack."""
    data = {
        "dev": [database("dev", "db.t3.small", multi_az=False), cache("dev", "cache.t3.micro", 1, failover=False)],
        "mgmt": [],
    }.get(
        environment,
        [
            database(environment, "db.t3.medium", multi_az=True),
            cache(environment, "cache.t3.small", 2, failover=True),
        ],
    )
    payments = [*PUBLIC_SUBNETS.values(), *payment_nats("a", "c"), payment_nodes("prod", "t3.medium", 2, 2)]
    return [
        kyeol(environment),
        nodes(environment, "t3.medium", 3, 5),
        *data,
        *(payments if environment == "prod" else []),
    ]


ACL = "aws:wafv2/webAcl:WebAcl"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
SECRET = "aws:secretsmanager/secret:Secret"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
US_EAST_1_ARN = "arn:aws:{}:us-east-1:333333333333:{}"

CASES: dict[str, Cases] = {
    "known-package": Cases(
        holds=[
            resource(BUCKET),
            resource("kubernetes:core/v1:Secret"),
            resource("platform:aws:Network", provider=None),
            resource("pulumi:pulumi:StackReference", provider=None),
        ],
        violated=[resource("digitalocean:index/spacesBucket:SpacesBucket"), resource("pulumi-python:dynamic:Resource")],
        unknowable=[],
    ),
    "aws-known-type": Cases(
        holds=[resource(BUCKET), resource("aws:iam/role:Role"), resource("aws:route53/record:Record")],
        violated=[
            resource("aws:s3/bucketAcl:BucketAcl"),
            resource("aws:iam/user:User"),
            resource("aws:workspaces/workspace:Workspace"),
            resource("aws:route53/resolverEndpoint:ResolverEndpoint"),
        ],
        unknowable=[],
    ),
    "aws-region": Cases(
        holds=[
            resource(BUCKET),
            resource(BUCKET, provider=OREGON, region="ap-northeast-1"),
            resource(ACL, region="us-east-1", scope="CLOUDFRONT"),
            resource("aws:acm/certificate:Certificate", region="us-east-1"),
            resource(LOG_GROUP, region="us-east-1", name="aws-waf-logs-jung-kyeol-prod"),
        ],
        violated=[
            resource(BUCKET, region="us-west-2"),
            resource(BUCKET, region="us-east-1"),
            resource(BUCKET, provider=OREGON),
            resource(BUCKET, provider=UNPLACED),
            resource(BUCKET, provider=None),
            resource(ACL, region="us-east-1", scope="REGIONAL"),
            resource(ACL, region="us-west-2", scope="CLOUDFRONT"),
            resource(ACL, region="us-east-1", scope=UNKNOWN),
            resource(LOG_GROUP, region="us-east-1", name="/aws/rds/instance/x/postgresql"),
            resource("aws:workspaces/workspace:Workspace", provider=OREGON),
        ],
        unknowable=[resource(BUCKET, region=UNKNOWN), resource(BUCKET, provider=LATER)],
    ),
    "aws-named-places": Cases(
        holds=[
            resource(SUBNET, availabilityZone="ap-northeast-1a"),
            resource(SUBNET, availabilityZoneId="apne1-az4"),
            resource("aws:ec2/vpcEndpoint:VpcEndpoint", serviceName="com.amazonaws.ap-northeast-1.s3"),
            resource(SECRET, replicas=[{"region": "ap-northeast-1"}]),
            resource(
                DISTRIBUTION,
                webAclId=US_EAST_1_ARN.format("wafv2", "global/webacl/x/1"),
                viewerCertificate={"acmCertificateArn": US_EAST_1_ARN.format("acm", "certificate/1")},
            ),
            resource(
                "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
                logDestinationConfigs=[US_EAST_1_ARN.format("logs", "log-group:aws-waf-logs-x")],
            ),
        ],
        violated=[
            resource(SUBNET, availabilityZone="us-west-2a"),
            resource(SUBNET, availabilityZoneId="usw2-az1"),
            resource(SECRET, replicas=[{"region": "us-west-2"}]),
            resource(SECRET, replicas=[{"region": "ap-northeast-1"}, {"region": "eu-central-1"}]),
            resource("aws:ec2/vpcEndpoint:VpcEndpoint", serviceName="com.amazonaws.us-west-2.s3"),
            resource(LOG_GROUP, kmsKeyId="arn:aws:kms:us-west-2:333333333333:key/1"),
            resource(LOG_GROUP, kmsKeyId=US_EAST_1_ARN.format("kms", "key/1")),
            resource(DISTRIBUTION, webAclId=US_EAST_1_ARN.format("wafv2", "regional/webacl/x/1")),
            resource(DISTRIBUTION, origins=[{"domainName": "media.s3.us-west-2.amazonaws.com"}]),
            resource(
                "aws:ecr/replicationConfiguration:ReplicationConfiguration",
                replicationConfiguration={"rules": [{"destinations": [{"region": "us-west-2"}]}]},
            ),
            resource(
                "aws:backup/plan:Plan",
                rules=[{"copyActions": [{"destinationVaultArn": "arn:aws:backup:us-west-2:1:backup-vault:x"}]}],
            ),
        ],
        unknowable=[
            resource(SUBNET, availabilityZone=UNKNOWN),
            resource(SECRET, replicas=[{"region": UNKNOWN}]),
            resource(SECRET, replicas=UNKNOWN),
        ],
    ),
    "kyeol-nodes": Cases(
        holds=[
            nodes("dev", "t3.medium", 2, 2),
            nodes("stage", "t3.medium", 2, 4),
            nodes("prod", "t3.medium", 3, 5),
            nodes("mgmt", "t3.medium", 2, 2),
            payment_nodes("prod", "t3.medium", 2, 2),
        ],
        violated=[
            nodes("dev", "m5.large", 2, 2),
            nodes("dev", "t3.medium", 2, 3),
            nodes("prod", "t3.medium", 2, 5),
            nodes("prod", "t3.medium", 3, 6),
            nodes("prod", "t3.small", 3, 5),
            payment_nodes("dev", "t3.medium", 2, 2),
            payment_nodes("prod", "t3.large", 2, 2),
            resource("aws:eks/nodeGroup:NodeGroup", "dev"),
            resource("aws:ec2/instance:Instance", "dev", instanceType="t3.medium"),
            resource("aws:eks/fargateProfile:FargateProfile", "prod"),
        ],
        unknowable=[nodes("dev", UNKNOWN, 2, 2), nodes("prod", "t3.medium", 3, UNKNOWN)],
    ),
    "kyeol-postgres": Cases(
        holds=[
            database("dev", "db.t3.small", multi_az=False),
            database("dev", "db.t3.small", multi_az=None),
            database("stage", "db.t3.medium", multi_az=True),
            database("prod", "db.t3.medium", multi_az=True),
        ],
        violated=[
            database("prod", "db.t3.medium", multi_az=False),
            database("prod", "db.t3.medium", multi_az=None),
            database("dev", "db.t3.small", multi_az=True),
            database("dev", "db.t3.medium", multi_az=False),
            database("mgmt", "db.t3.small", multi_az=False),
            database("dev", "db.t3.small", multi_az=False, engine="mysql"),
            resource("aws:rds/cluster:Cluster", "prod"),
        ],
        unknowable=[database("prod", "db.t3.medium", multi_az=UNKNOWN), database("dev", UNKNOWN, multi_az=False)],
    ),
    "kyeol-cache": Cases(
        holds=[
            cache("dev", "cache.t3.micro", 1, failover=False),
            cache("stage", "cache.t3.small", 2, failover=True),
            cache("prod", "cache.t3.small", 2, failover=True),
        ],
        violated=[
            cache("dev", "cache.t3.small", 1, failover=False),
            cache("dev", "cache.t3.micro", 2, failover=True),
            cache("prod", "cache.t3.small", 1, failover=False),
            cache("prod", "cache.t3.small", 2, failover=False),
            cache("mgmt", "cache.t3.micro", 1, failover=False),
            cache("dev", "cache.t3.micro", 1, failover=False, engine="redis"),
            resource("aws:elasticache/serverlessCache:ServerlessCache", "prod"),
        ],
        unknowable=[cache("prod", UNKNOWN, 2, failover=True), cache("prod", "cache.t3.small", UNKNOWN, failover=True)],
    ),
    "kyeol-payment-nat": Cases(
        holds=[payment_nat("prod", allocationId="eipalloc-1"), payment_nat("prod", allocationId=UNKNOWN)],
        violated=[
            payment_nat("dev", allocationId="eipalloc-1"),
            payment_nat("stage", allocationId="eipalloc-1"),
            payment_nat("mgmt", allocationId="eipalloc-1"),
            payment_nat("prod"),
            resource(NAT_GATEWAY, "dev", called="payment-way-out", allocationId="eipalloc-1"),
        ],
        unknowable=[],
    ),
    "kyeol-payment-nat-present": Cases(
        holds=[whole("prod")],
        violated=[
            with_payment_nats(),
            with_payment_nats(*payment_nats("a")),
            with_payment_nats(*payment_nats("c")),
            with_payment_nats(*payment_nats("a", "a")),
            with_payment_nats(*payment_nats("a", "d")),
            with_payment_nats(*payment_nats("a", "c", "d")),
            with_payment_nats(*payment_nats("a", "c"), payment_nat("prod", subnetId="subnet-of-somebody")),
            with_payment_nats(*payment_nats("a"), payment_nat("prod", subnetId=UNKNOWN)),
        ],
        unknowable=[],
    ),
    "kyeol-each-row-once": Cases(
        holds=[whole("dev"), whole("stage"), whole("prod"), whole("mgmt")],
        violated=[
            [*whole("dev"), nodes("dev", "t3.medium", 2, 2)],
            [*whole("dev"), database("dev", "db.t3.small", multi_az=False)],
            [kyeol("prod")],
            [*whole("mgmt"), cache("mgmt", "cache.t3.micro", 1, failover=False)],
            [one for one in whole("prod") if one.type != "aws:rds/instance:Instance"],
        ],
        unknowable=[],
    ),
}

#: Resources on which a rule has no opinion although it looks at their type.
UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "aws-region": [resource("aws:iam/role:Role", provider=OREGON), resource(DISTRIBUTION, provider=OREGON)],
    "aws-named-places": [
        resource(BUCKET),
        resource(SUBNET, tags={"region": "us-west-2"}),
        resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", policyArn="arn:aws:iam::aws:policy/ReadOnly"),
        resource(LOG_GROUP, kmsKeyId=UNKNOWN),
        resource(LOG_GROUP, name="my-db-1a"),
    ],
    "kyeol-payment-nat": [resource(NAT_GATEWAY, "dev", called="network-nat-a")],
    "kyeol-payment-nat-present": [whole("dev"), whole("mgmt"), []],
    "kyeol-each-row-once": [[nodes("prod", "t3.medium", 3, 5)], []],
}
