"""Cases of the rules about AWS beside residency and sizing: encryption, network, identity, availability."""

import json
from typing import Any

from policies.documents import DOCUMENTS
from policies.encryption.aws import BUCKET_PARTS
from policies.resource import UNKNOWN, EnvironmentName, Resource, Secret, Value
from tests.policies.building import Cases, resource

KMS = "arn:aws:kms:ap-northeast-1:333333333333:key/1"
ROOT = "arn:aws:iam::333333333333:root"

ACL = "aws:wafv2/webAcl:WebAcl"
ACL_LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
CLUSTER = "aws:eks/cluster:Cluster"
DATABASE = "aws:rds/instance:Instance"
DATABASE_SUBNETS = "aws:rds/subnetGroup:SubnetGroup"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ISSUER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
NODES = "aws:eks/nodeGroup:NodeGroup"
ORIGIN_ACCESS = "aws:cloudfront/originAccessControl:OriginAccessControl"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
REPOSITORY = "aws:ecr/repository:Repository"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SECRET = "aws:secretsmanager/secret:Secret"
SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
SUBNET = "aws:ec2/subnet:Subnet"
SYSTEM = "platform:system:Kyeol"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
TRAIL = "aws:cloudtrail/trail:Trail"
RECORDER_STATUS = "aws:cfg/recorderStatus:RecorderStatus"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
VPC = "aws:ec2/vpc:Vpc"
ZONE = "aws:route53/zone:Zone"


def encrypted(kind: Value = "aws:kms", key: Value = KMS) -> Resource:
    by_default: dict[str, Value] = {"sseAlgorithm": kind, "kmsMasterKeyId": key}
    return resource(ENCRYPTION, rules=[{"applyServerSideEncryptionByDefault": by_default}])


def database(**properties: Any) -> Resource:
    keys = ("kmsKeyId", "masterUserSecretKmsKeyId", "performanceInsightsKmsKeyId")
    given: dict[str, Any] = {**dict.fromkeys(keys, KMS), **properties}
    return resource(DATABASE, **given)


def parameters(*rows: tuple[str, Value], family: Value = "postgres17") -> Resource:
    return resource(PARAMETERS, family=family, parameters=[{"name": name, "value": value} for name, value in rows])


def template(**disk: Any) -> Resource:
    return resource(TEMPLATE, blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": disk}])


def distribution(**changes: Any) -> Resource:
    origins = [
        {
            "customOriginConfig": {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]},
            "customHeaders": [{"name": "x-origin-verify", "value": Secret("hidden")}],
        },
        {"domainName": UNKNOWN, "originAccessControlId": UNKNOWN},
    ]
    properties: dict[str, Any] = {
        "viewerCertificate": {"minimumProtocolVersion": "TLSv1.2_2021"},
        "defaultCacheBehavior": {"viewerProtocolPolicy": "redirect-to-https"},
        "orderedCacheBehaviors": [{"viewerProtocolPolicy": "https-only"}],
        "origins": origins,
        "webAclId": UNKNOWN,
    }
    return resource(DISTRIBUTION, **{**properties, **changes})


def origin(**changes: Any) -> Resource:
    """A distribution with one origin, the load balancer, which is told something else."""
    usual = {"customHeaders": [{"name": "x", "value": Secret("hidden")}], "customOriginConfig": {}}
    return distribution(origins=[{**usual, **changes}])


def served(**config: Any) -> Resource:
    return origin(customOriginConfig={"originProtocolPolicy": "https-only", **config})


RATE_LIMIT: dict[str, Value] = {"action": {"block": {}}, "statement": {"rateBasedStatement": {"limit": 2000}}}
MANAGED: dict[str, Value] = {
    "overrideAction": {"none": {}},
    "statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet"}},
}


def edge_acl(*rules: Value) -> Resource:
    return resource(ACL, scope="CLOUDFRONT", defaultAction={"allow": {}}, rules=list(rules))


def endpoint(*, public: Value, cidrs: Value = None, private: Value = True) -> Resource:
    config = {"endpointPrivateAccess": private, "endpointPublicAccess": public, "publicAccessCidrs": cidrs}
    return resource(CLUSTER, vpcConfig=config)


def block(**changes: Any) -> Resource:
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    given: dict[str, Any] = {**dict.fromkeys(names, True), **changes}
    return resource(BLOCK, **given)


def statement(**changes: Any) -> dict[str, Any]:
    usual = {"Sid": "One", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::media/*"]}
    return {**usual, **changes}


def holding(token: str, *rows: dict[str, Any]) -> Resource:
    text: dict[str, Any] = {DOCUMENTS[token]: json.dumps({"Version": "2012-10-17", "Statement": list(rows)})}
    return resource(token, **text)


TLS_ONLY = statement(
    Effect="Deny",
    Action=["s3:*"],
    Principal={"AWS": "*"},
    Condition={"Bool": {"aws:SecureTransport": "false"}},
)
OF_US = {"StringEquals": {"aws:SourceAccount": "333333333333"}}
ACCOUNT_DECIDES = statement(Action="kms:*", Resource="*", Principal={"AWS": ROOT})


def federated(
    audience: Any = "sts.amazonaws.com", subject: Any = "repo:k/app:environment:prod", **more: Any
) -> Resource:
    issuer = "token.actions.githubusercontent.com"
    bound = {f"{issuer}:aud": audience, f"{issuer}:sub": subject}
    condition = {"StringEquals": {key: value for key, value in bound.items() if value is not None}}
    row = {"Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "arn:aws:iam::3:oidc-provider/x"}}
    return holding(ROLE, statement(**{**row, "Condition": condition, **more}))


def bucket_with(*parts: str) -> list[Resource]:
    bucket = resource(BUCKET, called="media")
    return [bucket, *(resource(part, called="media-part", references={"bucket": [bucket]}) for part in parts)]


def network(*, flow_log: bool, acl_log: bool) -> list[Resource]:
    vpc, acl = resource(VPC, called="vpc"), resource(ACL, called="viewer", scope="CLOUDFRONT")
    logs = [resource(FLOW_LOG, references={"vpcId": [vpc]})] if flow_log else []
    acl_logs = [resource(ACL_LOGGING, references={"resourceArn": [acl]})] if acl_log else []
    return [vpc, acl, resource(ACL, called="origin", scope="REGIONAL"), *logs, *acl_logs]


def kyeol(*tokens: str) -> list[Resource]:
    return [resource(SYSTEM, provider=None), *(resource(token) for token in tokens)]


def standing(token: str, name: str, *zones: str) -> list[Resource]:
    subnets = [resource(SUBNET, called=zone, availabilityZone=zone) for zone in zones]
    return [*subnets, resource(token, references={name: subnets})]


def store(environment: EnvironmentName, **properties: Any) -> Resource:
    return resource(DATABASE, environment, **properties)


CASES: dict[str, Cases] = {
    "aws-customer-keys": Cases(
        holds=[
            database(),
            database(kmsKeyId=UNKNOWN),
            encrypted(),
            encrypted(key=UNKNOWN),
            resource(LOG_GROUP, kmsKeyId=KMS),
            resource(CACHE, kmsKeyId=KMS),
            resource(REPOSITORY, encryptionConfigurations=[{"encryptionType": "KMS", "kmsKey": KMS}]),
            resource(CLUSTER, encryptionConfig={"provider": {"keyArn": KMS}, "resources": ["secrets"]}),
            resource(TRAIL, kmsKeyId=KMS),
            resource("aws:cfg/deliveryChannel:DeliveryChannel", s3KmsKeyArn=KMS),
            resource(TOPIC, kmsMasterKeyId=KMS),
            resource(SECRET, kmsKeyId=KMS),
        ],
        violated=[
            database(kmsKeyId=None),
            database(masterUserSecretKmsKeyId=None),
            database(performanceInsightsKmsKeyId=""),
            encrypted(key=None),
            encrypted(key="arn:aws:kms:ap-northeast-1:333333333333:alias/aws/s3"),
            resource(LOG_GROUP),
            resource(LOG_GROUP, name="aws-waf-logs-x"),
            resource(CACHE),
            resource(REPOSITORY, encryptionConfigurations=[{"encryptionType": "KMS"}]),
            resource(REPOSITORY),
            resource(CLUSTER),
            resource(TRAIL),
            resource("aws:cfg/deliveryChannel:DeliveryChannel"),
            resource(TOPIC, kmsMasterKeyId="alias/aws/sns"),
            resource(SECRET),
        ],
        unknowable=[],
    ),
    "aws-at-rest": Cases(
        holds=[
            resource(DATABASE, storageEncrypted=True),
            resource(CACHE, atRestEncryptionEnabled=True),
            encrypted(),
            encrypted("aws:kms:dsse"),
            resource(REPOSITORY, encryptionConfigurations=[{"encryptionType": "KMS"}]),
            resource(CLUSTER, encryptionConfig={"resources": ["secrets"]}),
            template(encrypted="true"),
            template(encrypted=True),
        ],
        violated=[
            resource(DATABASE),
            resource(DATABASE, storageEncrypted=False),
            resource(CACHE),
            encrypted("AES256"),
            resource(ENCRYPTION, rules=[]),
            resource(REPOSITORY, encryptionConfigurations=[{"encryptionType": "AES256"}]),
            resource(CLUSTER),
            template(encrypted="false"),
            template(volumeSize=50),
            resource(TEMPLATE),
            resource(TEMPLATE, blockDeviceMappings=[]),
        ],
        unknowable=[resource(DATABASE, storageEncrypted=UNKNOWN), encrypted(UNKNOWN), template(encrypted=UNKNOWN)],
    ),
    "aws-tls": Cases(
        holds=[
            distribution(),
            resource(CACHE, transitEncryptionEnabled=True),
            resource(CACHE, transitEncryptionEnabled=True, transitEncryptionMode="required"),
            parameters(("rds.force_ssl", "1"), ("log_connections", "1")),
            parameters(("rds.force_ssl", 1)),
            resource(DATABASE, parameterGroupName=UNKNOWN),
        ],
        violated=[
            distribution(viewerCertificate={"minimumProtocolVersion": "TLSv1"}),
            distribution(viewerCertificate={"cloudfrontDefaultCertificate": True}),
            distribution(defaultCacheBehavior={"viewerProtocolPolicy": "allow-all"}),
            distribution(orderedCacheBehaviors=[{"viewerProtocolPolicy": "allow-all"}]),
            served(originProtocolPolicy="match-viewer"),
            served(originSslProtocols=["TLSv1", "TLSv1.2"]),
            resource(CACHE),
            resource(CACHE, transitEncryptionEnabled=True, transitEncryptionMode="preferred"),
            parameters(("log_connections", "1")),
            parameters(("rds.force_ssl", "0")),
            resource(PARAMETERS, family="postgres17"),
            resource(DATABASE),
        ],
        unknowable=[
            distribution(viewerCertificate=UNKNOWN),
            resource(CACHE, transitEncryptionEnabled=UNKNOWN),
            resource(PARAMETERS, family="postgres17", parameters=UNKNOWN),
            parameters(("rds.force_ssl", UNKNOWN)),
        ],
    ),
    "aws-key-rotation": Cases(
        holds=[resource(KEY, enableKeyRotation=True)],
        violated=[resource(KEY), resource(KEY, enableKeyRotation=False)],
        unknowable=[resource(KEY, enableKeyRotation=UNKNOWN)],
    ),
    "aws-bucket-tls": Cases(
        holds=[
            holding(BUCKET_POLICY, TLS_ONLY),
            holding(BUCKET_POLICY, statement(), {**TLS_ONLY, "Action": "s3:*", "Principal": "*"}),
            holding(BUCKET_POLICY, {**TLS_ONLY, "Condition": {"Bool": {"aws:SecureTransport": False}}}),
        ],
        violated=[
            holding(BUCKET_POLICY, statement()),
            holding(BUCKET_POLICY, {**TLS_ONLY, "Effect": "Allow"}),
            holding(BUCKET_POLICY, {**TLS_ONLY, "Action": "s3:PutObject"}),
            holding(BUCKET_POLICY, {**TLS_ONLY, "Principal": {"AWS": ROOT}}),
            holding(BUCKET_POLICY, {**TLS_ONLY, "Condition": {}}),
            resource(BUCKET_POLICY, policy="no document"),
            resource(BUCKET_POLICY, policy="[]"),
        ],
        unknowable=[],
    ),
    "aws-bucket-parts": Cases(
        holds=[bucket_with(*BUCKET_PARTS)],
        violated=[bucket_with(), *(bucket_with(*(set(BUCKET_PARTS) - {part})) for part in BUCKET_PARTS)],
        unknowable=[],
    ),
    "aws-public-access": Cases(
        holds=[
            resource(DATABASE, publiclyAccessible=False),
            endpoint(public=False),
            endpoint(public=True, cidrs=["203.0.113.0/24", "198.51.100.7/32"]),
            block(),
            resource(OWNERSHIP, rule={"objectOwnership": "BucketOwnerEnforced"}),
            resource(SUBNET, mapPublicIpOnLaunch=False),
            resource(SUBNET),
            resource(DEFAULT_GROUP, ingress=[], egress=[]),
            resource(TEMPLATE, networkInterfaces=[{"associatePublicIpAddress": "false"}]),
        ],
        violated=[
            resource(DATABASE),
            resource(DATABASE, publiclyAccessible=True),
            endpoint(public=True),
            endpoint(public=None),
            endpoint(public=True, cidrs=["0.0.0.0/0"]),
            endpoint(public=True, cidrs=["203.0.113.0/24", "128.0.0.0/1"]),
            endpoint(public=False, private=False),
            block(blockPublicAcls=False),
            block(restrictPublicBuckets=None),
            resource(OWNERSHIP, rule={"objectOwnership": "ObjectWriter"}),
            resource(SUBNET, mapPublicIpOnLaunch=True),
            resource(DEFAULT_GROUP, ingress=[{"protocol": "-1", "self": True}]),
            resource(DEFAULT_GROUP, egress=[{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]),
            resource(TEMPLATE, networkInterfaces=[{"associatePublicIpAddress": "true"}]),
        ],
        unknowable=[
            resource(DATABASE, publiclyAccessible=UNKNOWN),
            endpoint(public=UNKNOWN),
            endpoint(public=True, cidrs=[UNKNOWN]),
            endpoint(public=True, cidrs=UNKNOWN),
            block(blockPublicPolicy=UNKNOWN),
        ],
    ),
    "aws-open-ports": Cases(
        holds=[
            resource(INGRESS, cidrIpv4="10.22.0.0/16", fromPort=443),
            resource(INGRESS, prefixListId="pl-58a04531", fromPort=443),
            resource(INGRESS, referencedSecurityGroupId=UNKNOWN),
            resource(SECURITY_GROUP),
            resource(SECURITY_GROUP, ingress=[{"cidrBlocks": ["10.0.0.0/8"]}]),
        ],
        violated=[
            resource(INGRESS, cidrIpv4="0.0.0.0/0", fromPort=22),
            resource(INGRESS, cidrIpv4="0.0.0.0/0", fromPort=443),
            resource(INGRESS, cidrIpv4="203.0.113.0/24"),
            resource(INGRESS, cidrIpv6="::/0"),
            resource(INGRESS, prefixListId="pl-1"),
            resource(SECURITY_GROUP, ingress=[{"cidrBlocks": ["10.0.0.0/8", "0.0.0.0/0"]}]),
            resource(SECURITY_GROUP, ingress=[{"ipv6CidrBlocks": ["::/0"]}]),
            resource(SECURITY_GROUP, ingress=[{"prefixListIds": ["pl-1"]}]),
        ],
        unknowable=[
            resource(INGRESS, cidrIpv4=UNKNOWN),
            resource(INGRESS, prefixListId=UNKNOWN),
            resource(SECURITY_GROUP, ingress=UNKNOWN),
        ],
    ),
    "aws-web-firewall": Cases(
        holds=[
            distribution(),
            resource(ORIGIN_ACCESS, signingBehavior="always", signingProtocol="sigv4"),
            edge_acl(RATE_LIMIT, MANAGED),
            resource(ACL, scope="REGIONAL", defaultAction={"block": {}}),
        ],
        violated=[
            distribution(webAclId=None),
            distribution(webAclId=""),
            distribution(origins=[{"domainName": "media.s3.ap-northeast-1.amazonaws.com"}]),
            origin(customHeaders=[]),
            origin(customHeaders=None),
            resource(ORIGIN_ACCESS, signingBehavior="never", signingProtocol="sigv4"),
            edge_acl(),
            edge_acl(RATE_LIMIT),
            edge_acl(MANAGED),
            edge_acl({**RATE_LIMIT, "action": {"count": {}}}, MANAGED),
            edge_acl(RATE_LIMIT, {**MANAGED, "overrideAction": {"count": {}}}),
            resource(ACL, scope="REGIONAL", defaultAction={"allow": {}}),
            resource(ACL, scope="REGIONAL"),
        ],
        unknowable=[
            distribution(origins=UNKNOWN),
            resource(ACL, scope=UNKNOWN),
            resource(ACL, scope="CLOUDFRONT", rules=UNKNOWN),
            resource(ACL, scope="REGIONAL", defaultAction=UNKNOWN),
        ],
    ),
    "aws-flow-logs": Cases(
        holds=[resource(FLOW_LOG, trafficType="ALL")],
        violated=[resource(FLOW_LOG, trafficType="ACCEPT"), resource(FLOW_LOG)],
        unknowable=[resource(FLOW_LOG, trafficType=UNKNOWN)],
    ),
    "aws-traffic-logged": Cases(
        holds=[network(flow_log=True, acl_log=True)],
        violated=[network(flow_log=False, acl_log=True), network(flow_log=True, acl_log=False)],
        unknowable=[],
    ),
    "aws-keyless": Cases(
        holds=[
            resource(TEMPLATE, metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1}),
            resource(
                CLUSTER,
                accessConfig={"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
            ),
            resource(NODES),
            resource(ISSUER, clientIdLists=["sts.amazonaws.com"]),
            resource(DATABASE, manageMasterUserPassword=True),
        ],
        violated=[
            resource(TEMPLATE),
            resource(TEMPLATE, metadataOptions={"httpTokens": "optional", "httpPutResponseHopLimit": 1}),
            resource(TEMPLATE, metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 2}),
            resource(
                TEMPLATE,
                keyName="admin",
                metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1},
            ),
            resource(CLUSTER),
            resource(CLUSTER, accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"}),
            resource(NODES, remoteAccess={"ec2SshKey": "admin"}),
            resource(ISSUER, clientIdLists=["sts.amazonaws.com", "another"]),
            resource(DATABASE, password=Secret("hidden")),
            resource(DATABASE, manageMasterUserPassword=True, passwordWo=Secret("hidden")),
            resource("aws:ec2/keyPair:KeyPair"),
            resource("aws:iam/accessKey:AccessKey"),
            resource("aws:iam/user:User"),
            resource("aws:iam/userLoginProfile:UserLoginProfile"),
        ],
        unknowable=[
            resource(DATABASE, manageMasterUserPassword=UNKNOWN),
            resource(ISSUER, clientIdLists=[UNKNOWN]),
        ],
    ),
    "aws-single-rights": Cases(
        holds=[
            holding(ROLE_POLICY, statement()),
            holding(
                ROLE_POLICY, statement(Action=["elasticloadbalancing:Describe*", "ec2:DescribeVpcs"], Resource="*")
            ),
            holding(ROLE_POLICY, statement(Action="s3:*")),
            holding(ROLE_POLICY, statement(Effect="Deny", Action="*", Resource="*")),
            resource(ROLE_POLICY, policy={"Statement": statement(Resource=Secret("*"))}),
            holding(KEY, ACCOUNT_DECIDES),
            holding(KEY, statement(Action="kms:Decrypt", Principal={"Service": "sns.amazonaws.com"}, Condition=OF_US)),
            holding(TOPIC_POLICY, statement(Principal={"Service": "budgets.amazonaws.com"}, Condition=OF_US)),
            holding(BUCKET_POLICY, TLS_ONLY),
            resource(ATTACHMENT, policyArn="arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"),
        ],
        violated=[
            holding(ROLE_POLICY, statement(Action="*")),
            holding(ROLE_POLICY, statement(Action=["s3:GetObject", "s3:*"], Resource=["*"])),
            holding(ROLE_POLICY, statement(Action="ec2:Delete*", Resource="*")),
            holding(ROLE_POLICY, {**statement(), "NotAction": "iam:*"}),
            holding(ROLE_POLICY),
            resource(ROLE_POLICY, policy="no document"),
            resource(ROLE_POLICY, policy=json.dumps({"Statement": ["none"]})),
            holding(KEY, {**ACCOUNT_DECIDES, "Principal": {"AWS": "arn:aws:iam::333333333333:role/somebody"}}),
            holding(KEY, {**ACCOUNT_DECIDES, "Principal": "*"}),
            holding(KEY, statement(Action="kms:Decrypt", Principal={"Service": "sns.amazonaws.com"})),
            holding(TOPIC_POLICY, statement(Principal={"AWS": "*"}, Condition=OF_US)),
            holding(BUCKET_POLICY, statement(Action="s3:*", Principal={"AWS": ROOT})),
            holding(SECRET, statement(Principal="*")),
            resource(ATTACHMENT, policyArn="arn:aws:iam::aws:policy/AdministratorAccess"),
            resource(ATTACHMENT, policyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess"),
        ],
        unknowable=[resource(ATTACHMENT, policyArn=UNKNOWN)],
    ),
    "aws-trust": Cases(
        holds=[
            federated(),
            holding(ROLE, statement(Action="sts:AssumeRole", Principal={"Service": "eks.amazonaws.com"})),
            holding(ROLE, statement(Action="sts:AssumeRole", Principal={"AWS": "arn:aws:iam::333333333333:role/x"})),
        ],
        violated=[
            federated(audience=None),
            federated(subject=None),
            federated(subject="repo:k/app:*"),
            federated(subject=["repo:k/app:environment:prod", "repo:k/app:environment:dev"]),
            federated(Condition={"StringLike": {"x:sub": "repo:k/app:environment:prod", "x:aud": "sts"}}),
            federated(Condition=None),
            holding(ROLE, statement(Action="sts:AssumeRole", Principal="*")),
            holding(ROLE, statement(Action="sts:AssumeRole", Principal={"AWS": ["*"]})),
            holding(ROLE, {**statement(), "NotPrincipal": {"AWS": ROOT}}),
            resource(ROLE, assumeRolePolicy="no document"),
        ],
        unknowable=[],
    ),
    "aws-audit": Cases(
        holds=[
            resource(TRAIL, enableLogFileValidation=True, isMultiRegionTrail=True),
            resource(RECORDER_STATUS, isEnabled=True),
            resource("aws:cfg/recorder:Recorder", recordingGroup={"allSupported": True}),
            resource(
                CLUSTER,
                enabledClusterLogTypes=["api", "audit", "authenticator", "controllerManager", "scheduler"],
            ),
        ],
        violated=[
            resource(TRAIL, isMultiRegionTrail=True),
            resource(TRAIL, enableLogFileValidation=True),
            resource(TRAIL, enableLogFileValidation=True, isMultiRegionTrail=True, enableLogging=False),
            resource(RECORDER_STATUS, isEnabled=False),
            resource("aws:cfg/recorder:Recorder", recordingGroup={"allSupported": False}),
            resource(CLUSTER, enabledClusterLogTypes=["api"]),
            resource(CLUSTER),
        ],
        unknowable=[resource(RECORDER_STATUS, isEnabled=UNKNOWN), resource(CLUSTER, enabledClusterLogTypes=UNKNOWN)],
    ),
    "aws-audit-trails": Cases(
        holds=[kyeol(TRAIL, RECORDER_STATUS)],
        violated=[kyeol(), kyeol(TRAIL), kyeol(RECORDER_STATUS)],
        unknowable=[],
    ),
    "aws-images": Cases(
        holds=[
            resource(REPOSITORY, imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True}),
        ],
        violated=[
            resource(REPOSITORY),
            resource(REPOSITORY, imageTagMutability="MUTABLE", imageScanningConfiguration={"scanOnPush": True}),
            resource(REPOSITORY, imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": False}),
        ],
        unknowable=[
            resource(REPOSITORY, imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": UNKNOWN}),
        ],
    ),
    "aws-zones": Cases(
        holds=[
            resource(SUBNET, "prod", availabilityZone="ap-northeast-1a"),
            store("prod", multiAz=True),
            store("prod", multiAz=True, replicateSourceDb=""),
            store("dev", multiAz=False),
            store("dev"),
            resource(CACHE, "stage", multiAzEnabled=True, automaticFailoverEnabled=True),
            resource(CACHE, "dev", multiAzEnabled=False),
        ],
        violated=[
            resource(SUBNET, "dev", availabilityZone="ap-northeast-1b"),
            resource(SUBNET, "mgmt"),
            store("prod", multiAz=False),
            store("stage"),
            store("dev", multiAz=True),
            resource(CACHE, "prod", multiAzEnabled=False, automaticFailoverEnabled=True),
            resource(CACHE, "prod", multiAzEnabled=True),
            resource(CACHE, "dev", multiAzEnabled=True),
        ],
        unknowable=[store("prod", multiAz=UNKNOWN), resource(SUBNET, availabilityZone=UNKNOWN)],
    ),
    "aws-backups": Cases(
        holds=[
            store("prod", backupRetentionPeriod=35, deleteAutomatedBackups=False, copyTagsToSnapshot=True),
            store("stage", backupRetentionPeriod=7, deleteAutomatedBackups=False, copyTagsToSnapshot=True),
            store("dev", backupRetentionPeriod=1),
            resource(CACHE, "prod", snapshotRetentionLimit=35),
            resource(VERSIONING, "dev", versioningConfiguration={"status": "Enabled"}),
            resource(LOG_GROUP, "prod", retentionInDays=365),
            resource(LOG_GROUP, "mgmt", retentionInDays=731),
            resource(KEY, "prod", deletionWindowInDays=30),
            resource(KEY, "prod"),
            resource(SECRET, "stage", recoveryWindowInDays=14),
        ],
        violated=[
            store("prod", backupRetentionPeriod=7, deleteAutomatedBackups=False, copyTagsToSnapshot=True),
            store("prod", backupRetentionPeriod=35, copyTagsToSnapshot=True),
            store("prod", backupRetentionPeriod=35, deleteAutomatedBackups=False),
            store("dev", backupRetentionPeriod=35),
            store("dev", backupRetentionPeriod=0),
            resource(CACHE, "prod", snapshotRetentionLimit=1),
            resource(VERSIONING, "dev", versioningConfiguration={"status": "Suspended"}),
            resource(LOG_GROUP, "prod", retentionInDays=90),
            resource(LOG_GROUP, "prod"),
            resource(LOG_GROUP, "dev", retentionInDays=0),
            resource(KEY, "prod", deletionWindowInDays=7),
            resource(SECRET, "prod", recoveryWindowInDays=0),
        ],
        unknowable=[store("dev", backupRetentionPeriod=UNKNOWN), resource(LOG_GROUP, retentionInDays=UNKNOWN)],
    ),
    "aws-deletion-protection": Cases(
        holds=[
            store("prod", deletionProtection=True, finalSnapshotIdentifier="last"),
            store("stage", deletionProtection=True, finalSnapshotIdentifier="last", skipFinalSnapshot=False),
            resource(CLUSTER, "mgmt", deletionProtection=True),
            resource(CACHE, "prod", finalSnapshotIdentifier="last"),
            resource(BUCKET, "prod"),
            resource(REPOSITORY, "prod", forceDelete=False),
            resource(ZONE, "stage", forceDestroy=False),
        ],
        violated=[
            store("prod", deletionProtection=False, finalSnapshotIdentifier="last"),
            store("prod", deletionProtection=True),
            store("prod", deletionProtection=True, finalSnapshotIdentifier="last", skipFinalSnapshot=True),
            resource(CLUSTER, "stage"),
            resource(CACHE, "stage"),
            resource(BUCKET, "mgmt", forceDestroy=True),
            resource(REPOSITORY, "prod", forceDelete=True),
            resource(ZONE, "prod", forceDestroy=True),
        ],
        unknowable=[store("prod", deletionProtection=UNKNOWN, finalSnapshotIdentifier="last")],
    ),
    "aws-spread": Cases(
        holds=[
            standing(NODES, "subnetIds", "ap-northeast-1a", "ap-northeast-1c"),
            standing(CLUSTER, "vpcConfig", "ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"),
            standing(DATABASE_SUBNETS, "subnetIds", "ap-northeast-1a", "ap-northeast-1d"),
        ],
        violated=[
            standing(NODES, "subnetIds", "ap-northeast-1a"),
            standing(CLUSTER, "vpcConfig"),
            standing(DATABASE_SUBNETS, "subnetIds", "ap-northeast-1c"),
        ],
        unknowable=[],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    # There is no key of ours in us-east-1.
    "aws-customer-keys": [resource(LOG_GROUP, region="us-east-1", name="aws-waf-logs-x")],
    "aws-tls": [parameters(("max_connections", "100"), family="mysql8.4")],
    "aws-key-rotation": [resource(KEY, customerMasterKeySpec="RSA_4096")],
    "aws-bucket-tls": [resource(BUCKET_POLICY, policy=UNKNOWN)],
    "aws-bucket-parts": [[resource(VERSIONING)], []],
    "aws-traffic-logged": [[resource(FLOW_LOG)], []],
    "aws-single-rights": [
        resource(ROLE_POLICY, policy=UNKNOWN),
        resource(ROLE_POLICY, policy={"Statement": [statement(Resource=[UNKNOWN])]}),
        resource(SECRET),
        resource(KEY),
    ],
    "aws-trust": [resource(ROLE, assumeRolePolicy=UNKNOWN)],
    "aws-audit-trails": [[resource(TRAIL)], []],
    "aws-zones": [store("prod", replicateSourceDb="saleor"), store("mgmt")],
    "aws-backups": [store("prod", replicateSourceDb="saleor"), store("mgmt")],
    "aws-deletion-protection": [store("dev", deletionProtection=False), resource(BUCKET, "dev", forceDestroy=True)],
    "aws-spread": [[resource(SUBNET)], []],
}
