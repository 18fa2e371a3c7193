import json

import pytest

from components.aws.postgres import alarm_rules
from tests.components.strict_mocks import World

POSTGRES = "aws:rds/instance:Instance"
VALKEY = "aws:elasticache/replicationGroup:ReplicationGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


@pytest.fixture(params=["dev", "stage", "prod"])
def with_data(request: pytest.FixtureRequest) -> World:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(
    ("stack", "instance_class", "multi_az"),
    [("dev", "db.t3.small", False), ("stage", "db.t3.medium", True), ("prod", "db.t3.medium", True)],
)
def test_postgres_is_the_sizing_tables(
    stack: str, instance_class: str, multi_az: bool, request: pytest.FixtureRequest
) -> None:
    instance = request.getfixturevalue(stack).one(POSTGRES, "postgres-instance")
    assert (instance["instanceClass"], instance["multiAz"]) == (instance_class, multi_az)


@pytest.mark.parametrize(
    ("stack", "node_type", "nodes"),
    [("dev", "cache.t3.micro", 1), ("stage", "cache.t3.small", 2), ("prod", "cache.t3.small", 2)],
)
def test_valkey_is_the_sizing_tables(stack: str, node_type: str, nodes: int, request: pytest.FixtureRequest) -> None:
    group = request.getfixturevalue(stack).one(VALKEY, "valkey-replication-group")
    assert (group["engine"], group["nodeType"], group["numCacheClusters"]) == ("valkey", node_type, nodes)
    assert group["automaticFailoverEnabled"] is group["multiAzEnabled"] is (nodes > 1)


def test_mgmt_has_neither_database_nor_cache_nor_registry(mgmt: World) -> None:
    for kind in (POSTGRES, VALKEY, "aws:ecr/repository:Repository"):
        assert not mgmt.of(kind)


def test_the_database_is_private_encrypted_and_keeps_its_password_out_of_the_program(with_data: World) -> None:
    instance = with_data.one(POSTGRES, "postgres-instance")
    assert instance["publiclyAccessible"] is False
    assert instance["storageEncrypted"] is True
    assert instance["kmsKeyId"].endswith(":postgres-key-key")
    assert instance["manageMasterUserPassword"] is True
    assert "password" not in instance
    (group,) = with_data.of("aws:rds/parameterGroup:ParameterGroup").values()
    assert {"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"} in group["parameters"]


def test_the_cache_demands_tls_and_is_encrypted_with_its_own_key(with_data: World) -> None:
    group = with_data.one(VALKEY, "valkey-replication-group")
    assert (group["transitEncryptionEnabled"], group["transitEncryptionMode"]) == (True, "required")
    assert group["kmsKeyId"].endswith(":valkey-key-key")


def test_databases_accept_the_clusters_nodes_and_nobody_else(with_data: World) -> None:
    rules = with_data.of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    for name, port in (("postgres-ingress-5432", 5432), ("valkey-ingress-6379", 6379)):
        assert rules[name]["referencedSecurityGroupId"] == "sg-cluster-cluster"
        assert (rules[name]["fromPort"], rules[name]["toPort"]) == (port, port)
    assert [n for n in rules if n.startswith(("postgres", "valkey"))] == [
        "postgres-ingress-5432",
        "valkey-ingress-6379",
    ]


@pytest.mark.parametrize(("stack", "days", "protected"), [("dev", 1, False), ("stage", 7, True), ("prod", 35, True)])
def test_backups_and_protection_follow_the_environments_profile(
    stack: str, days: int, protected: bool, request: pytest.FixtureRequest
) -> None:
    world = request.getfixturevalue(stack)
    instance = world.one(POSTGRES, "postgres-instance")
    assert (
        instance["backupRetentionPeriod"]
        == world.one(VALKEY, "valkey-replication-group")["snapshotRetentionLimit"]
        == days
    )
    assert instance["deletionProtection"] is protected
    assert instance["skipFinalSnapshot"] is not protected
    assert ("finalSnapshotIdentifier" in instance) is protected


def test_alarms_watch_database_and_cache_and_report_to_the_topic(with_data: World) -> None:
    alarms = with_data.of(ALARM)
    assert {"postgres-CPUUtilization", "postgres-FreeStorageSpace", "valkey-001-Evictions"} <= set(alarms)
    topic = "arn:aws:sns:ap-northeast-1:111111111111:alarms-topic"
    assert all(inputs["alarmActions"] == [topic] for inputs in alarms.values())
    instance = with_data.one(POSTGRES, "postgres-instance")
    assert alarms["postgres-CPUUtilization"]["dimensions"] == {"DBInstanceIdentifier": instance["identifier"]}
    group = with_data.one(VALKEY, "valkey-replication-group")
    watched = {i["dimensions"]["CacheClusterId"] for n, i in alarms.items() if n.startswith("valkey")}
    assert watched == {f"{group['replicationGroupId']}-00{n}" for n in range(1, 1 + int(group["numCacheClusters"]))}


def test_replication_lag_is_watched_where_there_is_a_replica(dev: World, prod: World) -> None:
    assert "valkey-001-ReplicationLag" not in dev.of(ALARM)
    assert {"valkey-001-ReplicationLag", "valkey-002-ReplicationLag"} <= set(prod.of(ALARM))


def test_thresholds_follow_the_size_of_the_instance() -> None:
    small = {rule.metric: rule.threshold for rule in alarm_rules("db.t3.small", 20)}
    medium = {rule.metric: rule.threshold for rule in alarm_rules("db.t3.medium", 20)}
    assert medium["FreeableMemory"] == pytest.approx(2 * small["FreeableMemory"], rel=0.01)
    assert medium["DatabaseConnections"] > small["DatabaseConnections"]
    assert medium["FreeStorageSpace"] == small["FreeStorageSpace"] == 2 * 1024**3


def test_images_are_immutable_scanned_and_expire(with_data: World) -> None:
    repositories = with_data.of("aws:ecr/repository:Repository")
    assert len(repositories) == 3
    for name, inputs in repositories.items():
        assert inputs["imageTagMutability"] == "IMMUTABLE"
        assert inputs["imageScanningConfiguration"] == {"scanOnPush": True}
        assert inputs["encryptionConfigurations"][0]["encryptionType"] == "KMS"
        policy = json.loads(with_data.one("aws:ecr/lifecyclePolicy:LifecyclePolicy", f"{name}-lifecycle")["policy"])
        assert [rule["selection"]["countNumber"] for rule in policy["rules"]] == [7, 50]
