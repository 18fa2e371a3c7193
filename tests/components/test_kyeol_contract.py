"""What holds for every resource of KYEOL, in every stack."""

import ast
import importlib.util
import json
from functools import cache
from pathlib import Path

from tests.components.strict_mocks import World

PLATFORM_TAGS = {"system", "environment", "owner", "cost-centre", "data-classification", "managed-by"}


@cache
def takes_tags(type_token: str) -> bool:
    """Say whether the SDK's class for a type token takes tags, read from its source."""
    _, module, _ = type_token.split(":")
    package, _, entity = module.partition("/")
    spec = importlib.util.find_spec("pulumi_aws")
    assert spec
    assert spec.origin
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in entity)
    source = (Path(spec.origin).parent / package / f"{snake}.py").read_text()
    arguments = next(
        node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name.endswith("Args")
    )
    return any(isinstance(node, ast.FunctionDef) and node.name == "tags" for node in arguments.body)


def test_every_taggable_resource_carries_the_six_platform_tags(every_stack: World) -> None:
    checked = 0
    for placed in every_stack.placed:
        if placed.type.startswith("aws:") and takes_tags(placed.type):
            assert set(placed.inputs.get("tags", {})) >= PLATFORM_TAGS, placed.name
            checked += 1
    assert checked > 30


def test_every_kubernetes_object_carries_the_platform_labels(every_stack: World) -> None:
    objects = [p for p in every_stack.placed if p.type.startswith("kubernetes:")]
    assert len(objects) > 5
    for placed in objects:
        assert placed.inputs["metadata"]["labels"]["app.kubernetes.io/part-of"] == "kyeol", placed.name


def test_no_resource_leaves_its_name_to_chance(every_stack: World) -> None:
    named = {
        "aws:iam/role:Role": "name",
        "aws:eks/cluster:Cluster": "name",
        "aws:rds/instance:Instance": "identifier",
        "aws:elasticache/replicationGroup:ReplicationGroup": "replicationGroupId",
        "aws:ecr/repository:Repository": "name",
        "aws:ec2/securityGroup:SecurityGroup": "name",
        "aws:cloudwatch/metricAlarm:MetricAlarm": "name",
    }
    for placed in every_stack.placed:
        if placed.type in named:
            assert placed.inputs[named[placed.type]].startswith("jung-kyeol-"), placed.name


def test_no_two_roles_share_a_name(every_stack: World) -> None:
    names = [inputs["name"] for inputs in every_stack.of("aws:iam/role:Role").values()]
    assert len(names) == len(set(names))


def test_subnets_lie_in_the_open_zones_of_tokyo_only(every_stack: World) -> None:
    zones = {inputs["availabilityZone"] for inputs in every_stack.of("aws:ec2/subnet:Subnet").values()}
    assert zones == {"ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"}


def test_every_log_group_is_encrypted_and_forgets(every_stack: World) -> None:
    groups = every_stack.of("aws:cloudwatch/logGroup:LogGroup")
    assert groups
    for inputs in groups.values():
        # The log of the web ACL must stand in us-east-1, and keys of ours stay in Tokyo.
        if inputs.get("region") != "us-east-1":
            assert inputs["kmsKeyId"] == "arn:aws:kms:ap-northeast-1:111111111111:observability-key-key"
        assert inputs["retentionInDays"] >= 14


def statements(policy: str) -> list[dict]:
    return json.loads(policy)["Statement"]


def test_no_policy_allows_every_action_or_changes_on_every_resource(every_stack: World) -> None:
    policies = every_stack.of("aws:iam/rolePolicy:RolePolicy")
    assert policies
    reading = ("Describe", "List", "Get")
    for name, inputs in policies.items():
        for statement in statements(inputs["policy"]):
            assert "*" not in statement["Action"], name
            if statement["Effect"] == "Allow" and statement["Resource"] == ["*"]:
                assert all(a.split(":")[1].startswith(reading) for a in statement["Action"]), (name, statement["Sid"])


#: Jobs that push images, by environment: none in MGMT.
BUILDS = {name: f"repo:kyeol/kyeol-app:environment:{name}" for name in ("dev", "stage", "prod")}


def test_every_federated_role_is_bound_to_one_service_account_and_the_audience(every_stack: World) -> None:
    trusts = [json.loads(i["assumeRolePolicy"]) for i in every_stack.of("aws:iam/role:Role").values()]
    irsa = [s for t in trusts for s in t["Statement"] if "sts:AssumeRoleWithWebIdentity" in s["Action"]]
    subjects = set()
    for statement in irsa:
        bound = statement["Condition"]["StringEquals"]
        subject = next(value for key, value in bound.items() if key.endswith(":sub"))
        audience = next(value for key, value in bound.items() if key.endswith(":aud"))
        assert audience == "sts.amazonaws.com"
        assert subject not in subjects
        subjects.add(subject)
    assert subjects - {"system:serviceaccount:saleor:saleor-api"} - set(BUILDS.values()) == {
        "system:serviceaccount:kube-system:aws-load-balancer-controller",
        "system:serviceaccount:kube-system:aws-node",
        "system:serviceaccount:kube-system:cluster-autoscaler",
        "system:serviceaccount:kube-system:ebs-csi-controller-sa",
        "system:serviceaccount:external-dns:external-dns",
        "system:serviceaccount:external-secrets:external-secrets",
    }
