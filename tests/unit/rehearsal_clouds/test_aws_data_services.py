"""What RDS, ElastiCache, ECR, KMS, CloudWatch, SNS and Secrets Manager refuse, in their own words."""

import json
import re

import pytest

from tests.unit.rehearsal_clouds.provider_client import (
    ACCOUNT,
    Network,
    Refused,
    postgres,
    trust,
    valkey,
    without,
)

INSTANCE, DB_SUBNETS = "aws:rds/instance:Instance", "aws:rds/subnetGroup:SubnetGroup"
DB_PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
CACHE, CACHE_PARAMETERS = (
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/parameterGroup:ParameterGroup",
)
GROUP, KEY, LOGS = "aws:ec2/securityGroup:SecurityGroup", "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup"
ALARM, TOPIC, SECRET = (
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:sns/topic:Topic",
    "aws:secretsmanager/secret:Secret",
)
REPOSITORY, LIFECYCLE = "aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy"


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"instanceClass": "db.t3.smal"}, "InvalidParameterValue: Invalid DB Instance class: db.t3.smal"),
        ({"instanceClass": "db.t2.small"}, "DBInstanceClass=db.t2.small, Engine=postgres, EngineVersion=17"),
        ({"engine": "postgresql"}, "InvalidParameterValue: Invalid DB engine: postgresql"),
        ({"engineVersion": "13"}, "Cannot find version 13 for postgres (offered: 18, 17, 16, 15, 14)"),
        ({"identifier": "Shop"}, "The parameter DBInstanceIdentifier is not a valid identifier: Shop."),
        ({"identifier": "a" * 64}, "is not a valid identifier"),
        ({"identifier": "shop--db"}, "is not a valid identifier"),
        ({"allocatedStorage": 10},
         "Invalid storage size for engine name postgres and storage type gp3: 10 (20 to 65536 GiB)"),
        ({"maxAllocatedStorage": 20}, "Max storage size must be greater than storage size: 20 is not greater than 20"),
        ({"iops": 3000},
         "You can't specify IOPS or storage throughput for engine postgres and a storage size less than 400."),
        ({"kmsKeyId": f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/x"},
         "You can't specify a KMS key for an instance that is not"),
        ({"username": "rdsadmin"},
         "MasterUsername rdsadmin cannot be used as it is a reserved word used by the engine"),
        ({"username": None}, "The parameter MasterUsername must be provided"),
        ({"password": "hunter2hunter2"},
         "one of password, passwordWo, manageMasterUserPassword must be given, got password, m"),
        ({"manageMasterUserPassword": False}, "must be given, got none"),
        ({"backupRetentionPeriod": 36}, "Invalid backup retention period: 36. Must be between 0 and 35."),
        ({"backupWindow": "25:00-26:00"}, '"25:00-26:00" must satisfy the format of "hh24:mi-hh24:mi".'),
        ({"backupWindow": "18:00-19:00", "maintenanceWindow": "sun:18:30-sun:19:30"},
         "The backup window and maintenance window must not overlap: 18:00-19:00 and sun:18:30-sun:19:30"),
        ({"backupWindow": "23:30-00:30", "maintenanceWindow": "mon:00:00-mon:01:00"}, "must not overlap"),
        ({"backupWindow": "18:00-18:20"}, "the window must be at least 30 minutes"),
        ({"monitoringInterval": 60},
         "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0"),
        ({"performanceInsightsRetentionPeriod": 8}, "Invalid Performance Insights retention period 8"),
        ({"availabilityZone": "us-east-1a"},
         "The requested Availability Zone us-east-1a is not valid in ap-northeast-1"),
        ({"availabilityZone": "ap-northeast-1a", "multiAz": True},
         "Requesting a specific availability zone is not valid for Multi-AZ instances."),
        ({"enabledCloudwatchLogsExports": ["slowquery"]},
         "You cannot use the log types 'slowquery' with engine version postgres"),
        ({"skipFinalSnapshot": False}, "final_snapshot_identifier is required when skip_final_snapshot is false"),
        ({"caCertIdentifier": "rds-ca-2019"}, "CertificateNotFoundFault: Certificate not found: rds-ca-2019"),
        ({"dbName": "shop-db"}, "DBName must begin with a letter and contain only alphanumeric characters: shop-db"),
    ],
)  # fmt: skip
def test_a_wrong_instance_is_refused_in_preview(aws, network, changes, message):
    with refused(message):
        aws.preview(INSTANCE, "db", postgres(network, aws, **changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dbSubnetGroupName": "nothing"}, "DBSubnetGroupNotFoundFault: DBSubnetGroup doesn't exist: nothing"),
        ({"parameterGroupName": "nothing"}, "DBParameterGroupNotFound: DBParameterGroup not found: nothing"),
        ({"vpcSecurityGroupIds": ["sg-0"]},
         "InvalidParameterValue: Invalid security group , groupId= sg-0, groupName="),
        ({"storageEncrypted": True, "kmsKeyId": f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/x"},
         "KMSKeyNotAccessibleFault: The specified KMS key [arn:aws:kms:ap-northeast-1"),
    ],
)  # fmt: skip
def test_an_instance_refers_to_what_exists(aws, network, changes, message):
    with refused(message):
        aws.create(INSTANCE, "db", **postgres(network, aws, **changes))


def test_an_instance_gives_back_endpoint_and_managed_secret(aws, network):
    made = aws.create(INSTANCE, "db", **postgres(network, aws))
    assert re.fullmatch(r"shop\.[a-z0-9]{12}\.ap-northeast-1\.rds\.amazonaws\.com", made["address"])
    assert made["endpoint"] == f"{made['address']}:5432"
    assert made["masterUserSecrets"][0]["secretArn"].startswith(
        f"arn:aws:secretsmanager:ap-northeast-1:{ACCOUNT}:secret:rds!db-"
    )
    assert made["engineVersionActual"].startswith("17.")
    assert made["availabilityZone"] == "ap-northeast-1a"
    assert re.fullmatch(r"db-[A-Z2-7]{26}", made.id)
    assert aws.import_(INSTANCE, "shop").id == made.id, "an import names it by its identifier"


def test_default_parameter_groups_exist(aws, network):
    assert aws.create(INSTANCE, "a", **postgres(network, aws, parameterGroupName="default.postgres17")).id


def test_a_parameter_group_of_another_family_is_refused(aws, network):
    group = aws.create(DB_PARAMETERS, family="postgres16", name="old")
    with refused("The Parameter Group old with DBParameterGroupFamily postgres16 can't be used for this instance."):
        aws.create(INSTANCE, "db", **postgres(network, aws, parameterGroupName=group.id))


def test_an_instance_and_its_groups_share_a_vpc(aws, network):
    foreign = aws.create(GROUP, vpcId=Network(aws, "other").vpc.id)
    with refused("The DB instance and EC2 security group are in different VPCs."):
        aws.create(INSTANCE, "db", **postgres(network, aws, vpcSecurityGroupIds=[foreign.id]))


def test_an_identifier_is_taken_once(aws, network):
    inputs = postgres(network, aws)
    aws.create(INSTANCE, "one", **inputs)
    with refused("DBInstanceAlreadyExists: DB instance already exists"):
        aws.create(INSTANCE, "two", **inputs)


def test_a_protected_instance_stays_until_protection_is_lifted(aws, network):
    made = aws.create(INSTANCE, "db", **postgres(network, aws, deletionProtection=True))
    with refused("Cannot delete protected DB Instance, please disable deletion protection and try again."):
        aws.delete(made)
    aws.delete(aws.update(made, deletionProtection=False))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"allocatedStorage": 25}, "The allocated storage cannot be decreased from 30 to 25 GiB"),
        (
            {"engineVersion": "18"},
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
        ),
        ({"engineVersion": "16", "allowMajorVersionUpgrade": True}, "Cannot upgrade postgres from 17 to 16"),
    ],
)
def test_an_instance_only_grows(aws, network, changes, message):
    made = aws.create(INSTANCE, "db", **postgres(network, aws, allocatedStorage=30))
    with refused(message):
        aws.update(made, **changes)


def test_a_major_upgrade_that_is_allowed_goes_through(aws, network):
    made = aws.create(INSTANCE, "db", **postgres(network, aws))
    assert aws.update(made, engineVersion="18", allowMajorVersionUpgrade=True)["engineVersionActual"].startswith("18.")


def test_a_subnet_group_spans_two_zones_of_one_vpc(aws, network):
    with refused("Current AZ coverage: ap-northeast-1a. Add subnets to cover at least 2 AZs."):
        aws.create(DB_SUBNETS, name="one-zone", subnetIds=network.subnet_ids[:1])
    mixed = [*network.subnet_ids, Network(aws, "other").subnets[0].id]
    with refused("The subnets of a subnet group must be in the same VPC"):
        aws.create(DB_SUBNETS, name="mixed", subnetIds=mixed)
    with refused("InvalidSubnet: Subnet ID subnet-0 does not exist"):
        aws.create(DB_SUBNETS, name="nowhere", subnetIds=["subnet-0"])


def test_groups_in_use_stay(aws, network):
    inputs = postgres(network, aws)
    parameters = aws.create(DB_PARAMETERS, family="postgres17", name="tuned")
    made = aws.create(INSTANCE, "db", **{**inputs, "parameterGroupName": parameters.id})
    subnets = aws.import_(DB_SUBNETS, "db")
    with refused("Cannot delete the subnet group 'db' because at least one database instance is still using it."):
        aws.delete(subnets)
    with refused("One or more database instances are still members of this parameter group tuned"):
        aws.delete(parameters)
    for thing in (made, subnets, parameters):
        aws.delete(thing)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"family": "postgres99"}, "ParameterGroupFamily postgres99 is not a valid parameter group family"),
        ({"family": "postgres17", "name": "Tuned"}, "name Tuned is invalid: only lowercase letters"),
        ({"family": "postgres17", "parameters": [{"name": "max_connections", "value": "200"}]},
         "cannot use immediate apply method for static parameter max_connections: use pending-reboot"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_group_is_refused(aws, inputs, message):
    with refused(message):
        aws.preview(DB_PARAMETERS, "it", inputs)


# --- ElastiCache ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nodeType": "cache.t3.mikro"}, "The cache node type cache.t3.mikro is not supported"),
        ({"engine": "valky"}, "expected engine to be one of [redis valkey], got valky"),
        ({"engineVersion": "8"}, "Invalid engine version 8 for valkey (offered: 7.2, 8.0, 8.1, 8.2)"),
        ({"numCacheClusters": 1},
         '"num_cache_clusters": must be at least 2 if automatic_failover_enabled is true, got 1'),
        ({"automaticFailoverEnabled": False}, "automatic_failover_enabled must be true if multi_az_enabled is true"),
        ({"numCacheClusters": 7}, "Number of cache clusters must be between 1 and 6, got 7"),
        ({"replicationGroupId": "s" * 41}, "is not a valid identifier"),
        ({"transitEncryptionMode": "required"}, "transitEncryptionMode needs transitEncryptionEnabled"),
        ({"authToken": "short", "transitEncryptionEnabled": True},
         "The AUTH token must be 16 to 128 printable characters"),
        ({"atRestEncryptionEnabled": False, "kmsKeyId": "x"}, "A KMS key is only for groups with encryption at rest"),
        ({"snapshotWindow": "18:00-19:00", "maintenanceWindow": "sat:18:30-sat:19:30"}, "must not overlap"),
        ({"preferredCacheClusterAzs": ["ap-northeast-1a"]}, "1 preferred zones for 2 nodes: give one a node"),
        ({"preferredCacheClusterAzs": ["ap-northeast-1a", "us-east-1a"]},
         "us-east-1a is not a valid availability zone of"),
    ],
)  # fmt: skip
def test_a_wrong_replication_group_is_refused_in_preview(aws, network, changes, message):
    with refused(message):
        aws.preview(CACHE, "cache", valkey(network, aws, **changes))


TO_NOTHING = {
    "destination": "nothing", "destinationType": "cloudwatch-logs", "logFormat": "json", "logType": "slow-log",
}  # fmt: skip


def test_one_node_stands_alone_without_failover(aws, network):
    alone = {"numCacheClusters": 1, "automaticFailoverEnabled": False, "multiAzEnabled": False}
    made = aws.create(CACHE, "cache", **valkey(network, aws, **alone))
    assert made["memberClusters"] == ["shop-001"]


def test_a_replication_group_gives_back_its_endpoints(aws, network):
    plain = aws.create(CACHE, "cache", **valkey(network, aws))
    assert re.fullmatch(r"shop\.[a-z0-9]{6}\.ng\.0001\.apne1\.cache\.amazonaws\.com", plain["primaryEndpointAddress"])
    inputs = {**plain.inputs, "replicationGroupId": "tls", "transitEncryptionEnabled": True}
    secured = aws.create(CACHE, "tls", **inputs)
    assert secured["primaryEndpointAddress"].startswith("master.tls.")
    assert secured["readerEndpointAddress"].startswith("replica.tls.")
    assert secured["atRestEncryptionEnabled"] is True, "Valkey encrypts at rest unless told otherwise"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subnetGroupName": "nothing"}, "CacheSubnetGroupNotFoundFault: Cache Subnet Group nothing does not exist."),
        ({"parameterGroupName": "nothing"}, "CacheParameterGroupNotFound: CacheParameterGroup nothing not found."),
        ({"securityGroupIds": ["sg-0"]}, "The security group sg-0 does not exist"),
        ({"logDeliveryConfigurations": [TO_NOTHING]}, "Log group nothing does not exist"),
    ],
)  # fmt: skip
def test_a_replication_group_refers_to_what_exists(aws, network, changes, message):
    with refused(message):
        aws.create(CACHE, "cache", **valkey(network, aws, **changes))


def test_a_cache_parameter_group_of_another_family_is_refused(aws, network):
    group = aws.create(CACHE_PARAMETERS, family="redis7", name="old")
    with refused("Expected a parameter group of family valkey8 but found one of family redis7"):
        aws.create(CACHE, "cache", **valkey(network, aws, parameterGroupName=group.id))


def test_a_cache_engine_is_not_downgraded(aws, network):
    made = aws.create(CACHE, "cache", **valkey(network, aws))
    with refused("Cannot downgrade valkey from 8.0 to 7.2"):
        aws.update(made, engineVersion="7.2")
    with refused("Cannot change the engine from valkey to redis"):
        aws.update(made, engine="redis", engineVersion="7.1")


# --- keys, logs, alarms, topics, secrets, registries ---------------------------------------------------------------


def key_policy(*services, account=ACCOUNT, action="kms:*"):
    own = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": action, "Resource": "*"}
    uses = [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": ["kms:Encrypt*", "kms:Decrypt*"],
            "Resource": "*",
        }
        for service in services
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": [own, *uses]})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"policy": key_policy(account="999999999999")},
         "The new key policy will not allow you to update the key policy in the future."),
        ({"policy": key_policy(action="kms:Encrypt")},
         "The new key policy will not allow you to update the key policy"),
        ({"policy": "{"}, "policy: contains an invalid JSON"),
        ({"deletionWindowInDays": 5}, "expected deletion_window_in_days to be in the range (7 - 30), got 5"),
        ({"rotationPeriodInDays": 30}, "expected rotation_period_in_days to be in the range (90 - 2560), got 30"),
        ({"customerMasterKeySpec": "RSA_2048", "enableKeyRotation": True}, "a RSA_2048 key has no automatic rotation"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_refused(aws, inputs, message):
    with refused(message):
        aws.preview(KEY, "it", inputs)


def test_logs_use_a_key_whose_policy_lets_them(aws):
    closed = aws.create(KEY, "closed", policy=key_policy())
    with refused(f"is not allowed to be used with Arn 'arn:aws:logs:ap-northeast-1:{ACCOUNT}:log-group:shop'"):
        aws.create(LOGS, name="shop", kmsKeyId=closed["arn"])
    opened = aws.create(KEY, "opened", policy=key_policy("logs.ap-northeast-1.amazonaws.com"))
    assert aws.create(LOGS, name="shop", kmsKeyId=opened["arn"])["kmsKeyId"] == opened["arn"]
    with refused(f"({opened.id}) is an invalid ARN"):
        aws.preview(LOGS, "it", {"name": "x", "kmsKeyId": opened.id})


def test_an_alias_names_an_existing_key_once(aws):
    key = aws.create(KEY)
    alias = aws.create("aws:kms/alias:Alias", "one", name="alias/shop", targetKeyId=key.id)
    assert alias["targetKeyArn"] == key["arn"]
    with refused(
        f"AlreadyExistsException: An alias with the name arn:aws:kms:ap-northeast-1:{ACCOUNT}:alias/shop already exists"
    ):
        aws.create("aws:kms/alias:Alias", "two", name="alias/shop", targetKeyId=key.id)
    with refused("must begin with 'alias/', not with 'alias/aws/'"):
        aws.preview("aws:kms/alias:Alias", "it", {"name": "alias/aws/shop", "targetKeyId": key.id})
    with refused("NotFoundException: Key 'nothing' does not exist"):
        aws.create("aws:kms/alias:Alias", "three", name="alias/other", targetKeyId="nothing")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"retentionInDays": 10}, "expected retention_in_days to be one of [0 1 3 5 7 14"),
        ({"name": "my logs"}, "Value 'my logs' at 'logGroupName' failed to satisfy constraint"),
        ({"name": "x" * 513}, "failed to satisfy constraint: at most 512 characters"),
    ],
)
def test_a_wrong_log_group_is_refused(aws, inputs, message):
    with refused(message):
        aws.preview(LOGS, "it", inputs)


def test_a_log_group_is_made_once(aws):
    aws.create(LOGS, "one", name="shop")
    with refused("ResourceAlreadyExistsException: The specified log group already exists"):
        aws.create(LOGS, "two", name="shop")


WATCH = {
    "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "threshold": 1,
    "metricName": "CPUUtilization", "namespace": "AWS/RDS", "period": 60, "statistic": "Average",
}  # fmt: skip


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({**WATCH, "comparisonOperator": "GreaterThan"},
         "'GreaterThan' is not offered. Did you mean \"GreaterThanThreshold\""),
        ({**WATCH, "period": 45}, "period must be 10, 20, 30, or a multiple of 60, got 45"),
        (without(WATCH, "statistic"), "exactly one of statistic, extendedStatistic must be specified"),
        (without(WATCH, "namespace"), "namespace must be specified with metricName"),
        (without(WATCH, "metricName"), "one of metricName, metricQueries must be specified"),
        ({**WATCH, "evaluationPeriods": 0}, "expected evaluation_periods to be at least (1), got 0"),
        ({**WATCH, "alarmActions": [f"arn:aws:sns:us-east-1:{ACCOUNT}:t"]},
         "Invalid region us-east-1 specified. Only ap-northeast-1"),
        ({**WATCH, "alarmActions": ["topic"]}, "(topic) is an invalid ARN"),
    ],
)  # fmt: skip
def test_a_wrong_alarm_is_refused(aws, inputs, message):
    with refused(message):
        aws.preview(ALARM, "it", inputs)


def test_topics_and_their_policies_and_subscribers(aws):
    topic = aws.create(TOPIC, name="alarms")
    assert topic.id == topic["arn"] == f"arn:aws:sns:ap-northeast-1:{ACCOUNT}:alarms"
    with refused("NotFound: Topic does not exist: arn:aws:sns:ap-northeast-1:111122223333:nothing"):
        aws.create("aws:sns/topicPolicy:TopicPolicy", arn=f"{topic.id[:-6]}nothing", policy=trust("sns.amazonaws.com"))
    with refused("Endpoint 'nobody' is not an e-mail address"):
        aws.preview("aws:sns/topicSubscription:TopicSubscription", "it", {
            "topic": topic.id, "protocol": "email", "endpoint": "nobody",
        })  # fmt: skip
    with refused("Topic Name: my topic"):
        aws.preview(TOPIC, "it", {"name": "my topic"})
    with refused("KMSMasterKeyId: nothing does not exist"):
        aws.create(TOPIC, "keyed", kmsMasterKeyId="nothing")
    aws.create(TOPIC, "managed", kmsMasterKeyId="alias/aws/sns")


def test_a_secret_has_a_random_suffix_and_a_unique_name(aws):
    secret = aws.create(SECRET, "one", name="shop/key")
    assert re.fullmatch(rf"arn:aws:secretsmanager:ap-northeast-1:{ACCOUNT}:secret:shop/key-[a-z0-9]{{6}}", secret.id)
    with refused("The operation failed because the secret shop/key already exists."):
        aws.create(SECRET, "two", name="shop/key")
    with refused("expected recovery_window_in_days to be 0 or in the range (7 - 30), got 3"):
        aws.preview(SECRET, "it", {"recoveryWindowInDays": 3})


@pytest.mark.parametrize("name", ["Shop", "a", "shop//api", "-shop"])
def test_a_wrong_repository_name_is_refused(aws, name):
    with refused("Invalid parameter at 'repositoryName' failed to satisfy constraint"):
        aws.preview(REPOSITORY, "it", {"name": name})


def test_a_repository_has_a_url_and_one_lifecycle_policy(aws):
    repository = aws.create(REPOSITORY, "one", name="shop/api")
    assert repository["repositoryUrl"] == f"{ACCOUNT}.dkr.ecr.ap-northeast-1.amazonaws.com/shop/api"
    with refused("The repository with name 'shop/api' already exists in the registry with id '111122223333'"):
        aws.create(REPOSITORY, "two", name="shop/api")
    with refused("The repository with name 'nothing' does not exist in the registry"):
        aws.create(LIFECYCLE, repository="nothing", policy=lifecycle())


def lifecycle(*rules):
    default = {
        "rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 5},
        "action": {"type": "expire"},
    }  # fmt: skip
    return json.dumps({"rules": list(rules) or [default]})


def rule(priority, action="expire", **selection):
    chosen = {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 5, **selection}
    return {"rulePriority": priority, "selection": chosen, "action": {"type": action}}


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([rule(1), rule(1)], "rulePriority must be unique"),
        ([rule(1, tagStatus="any"), rule(2)], "the rule with tagStatus any must have the highest rulePriority"),
        ([rule(1, tagStatus="tagged")], "rule 1: tagPrefixList or tagPatternList belongs to tagStatus tagged"),
        ([rule(1, countType="sinceImagePushed")], "rule 1: countUnit days belongs to ages, and only to them"),
        ([rule(1, countNumber=0)], "rule 1: countNumber must be a positive integer"),
        ([rule(1, action="delete")], "rule 1: action.type must be expire or transition"),
        ([{"selection": {}}], "every rule needs an integer rulePriority"),
    ],
)
def test_a_wrong_lifecycle_policy_is_refused(aws, rules, message):
    with refused(f"Lifecycle policy validation failure: {message}"):
        aws.preview(LIFECYCLE, "it", {"repository": "shop/api", "policy": lifecycle(*rules)})


def test_tags_are_few_short_and_not_amazons(aws):
    with refused("Tag key 'aws:mine' must have 1 to 128 characters and not begin with aws:"):
        aws.preview(LOGS, "it", {"tags": {"aws:mine": "x"}})
    with refused("takes at most 256 letters, digits, spaces"):
        aws.preview(LOGS, "it", {"tags": {"a": "x" * 257}})
    with refused("51 tags; at most 50 are allowed"):
        aws.preview(LOGS, "it", {"tags": {f"t{number}": "x" for number in range(51)}})
