import base64
import json
from typing import Any

import pytest

from components.aws import controller_policies
from components.aws.cluster import kubeconfig
from components.aws.controller_policies import Place
from components.aws.iam import policy_document
from tests.components.strict_mocks import World

CLUSTER = "aws:eks/cluster:Cluster"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ADDON = "aws:eks/addon:Addon"
PLACE = Place(account_id="111111111111", region="ap-northeast-1", vpc_id="vpc-1", cluster_name="jung-kyeol-dev-eks")


def test_the_cluster_has_no_public_endpoint_and_logs_everything(every_stack: World) -> None:
    cluster = every_stack.one(CLUSTER, "cluster-cluster")
    assert cluster["vpcConfig"]["endpointPrivateAccess"] is True
    assert cluster["vpcConfig"]["endpointPublicAccess"] is False
    assert set(cluster["enabledClusterLogTypes"]) == {"api", "audit", "authenticator", "controllerManager", "scheduler"}


def test_secrets_are_encrypted_with_a_key_of_their_own(every_stack: World) -> None:
    cluster = every_stack.one(CLUSTER, "cluster-cluster")
    assert cluster["encryptionConfig"]["resources"] == ["secrets"]
    assert cluster["encryptionConfig"]["provider"]["keyArn"].endswith(":kubernetes-secrets-key-key")


def test_access_is_by_access_entries_only_and_the_creator_gets_none(every_stack: World) -> None:
    cluster = every_stack.one(CLUSTER, "cluster-cluster")
    assert cluster["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    entries = every_stack.of("aws:eks/accessEntry:AccessEntry")
    assert all(inputs["principalArn"].endswith(":role/platform-admin") for inputs in entries.values())
    assert len(entries) == 1


@pytest.mark.parametrize(
    ("stack", "minimum", "maximum"), [("dev", 2, 2), ("stage", 2, 4), ("prod", 3, 5), ("mgmt", 2, 2)]
)
def test_the_general_nodes_are_the_sizing_tables(
    stack: str, minimum: int, maximum: int, request: pytest.FixtureRequest
) -> None:
    group = request.getfixturevalue(stack).one(NODE_GROUP, "nodes-group")
    assert group["instanceTypes"] == ["t3.medium"]
    assert group["scalingConfig"] == {"minSize": minimum, "maxSize": maximum, "desiredSize": minimum}
    assert "taints" not in group


def test_payment_nodes_are_tainted_and_live_in_the_payment_subnets(prod: World) -> None:
    group = prod.one(NODE_GROUP, "payment-nodes-group")
    assert group["taints"] == [{"key": "platform/node-group", "value": "payment", "effect": "NO_SCHEDULE"}]
    assert group["subnetIds"] == ["payment-egress-payment-a-id", "payment-egress-payment-c-id"]


def test_nodes_demand_imdsv2_keep_pods_from_it_and_encrypt_their_disks(every_stack: World) -> None:
    for template in every_stack.of("aws:ec2/launchTemplate:LaunchTemplate").values():
        assert template["metadataOptions"]["httpTokens"] == "required"
        assert template["metadataOptions"]["httpPutResponseHopLimit"] == 1
        (disk,) = template["blockDeviceMappings"]
        assert disk["ebs"]["encrypted"] == "true"


def test_the_kubelets_pod_limit_is_set_because_prefix_delegation_alone_does_not_raise_it(dev: World) -> None:
    (template,) = dev.of("aws:ec2/launchTemplate:LaunchTemplate").values()
    document = base64.b64decode(template["userData"]).decode()
    assert document.startswith("MIME-Version: 1.0\n")
    assert "Content-Type: application/node.eks.aws" in document
    assert "maxPods: 50" in document
    assert "/90-max-pods.conf" in document
    assert '"maxPods": 50}' in document
    configuration = json.loads(dev.one(ADDON, "network-addons-vpc-cni")["configurationValues"])
    assert configuration["env"] == {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}
    assert configuration["enableNetworkPolicy"] == "true"


def test_every_core_addon_is_pinned(every_stack: World) -> None:
    addons = {inputs["addonName"]: inputs["addonVersion"] for inputs in every_stack.of(ADDON).values()}
    assert set(addons) == {"vpc-cni", "kube-proxy", "coredns", "metrics-server", "aws-ebs-csi-driver"}
    assert all("-eksbuild." in version for version in addons.values())


def test_service_accounts_name_the_role_of_their_controller(every_stack: World) -> None:
    accounts = {
        inputs["metadata"]["name"]: inputs["metadata"]["annotations"]["eks.amazonaws.com/role-arn"]
        for inputs in every_stack.of("kubernetes:core/v1:ServiceAccount").values()
    }
    assert set(accounts) == {"aws-load-balancer-controller", "cluster-autoscaler", "external-dns", "external-secrets"}
    assert all(arn.endswith(f"controllers-{name}-role") for name, arn in accounts.items())


def test_own_namespaces_deny_by_default_and_enforce_the_restricted_standard(every_stack: World) -> None:
    namespaces = every_stack.of("kubernetes:core/v1:Namespace")
    assert {i["metadata"]["name"] for i in namespaces.values()} == {"external-dns", "external-secrets"}
    for inputs in namespaces.values():
        assert inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    policies = every_stack.of("kubernetes:networking.k8s.io/v1:NetworkPolicy").values()
    denied = {p["metadata"]["namespace"] for p in policies if p["metadata"]["name"] == "default-deny"}
    assert denied == {"external-dns", "external-secrets"}


def test_the_kubeconfig_holds_no_secret_and_names_the_region() -> None:
    text = kubeconfig("c", "https://c", "Q0E=", "ap-northeast-1")
    assert {"token", "password", "client-key-data"}.isdisjoint(json.loads(text)["users"][0]["user"])
    assert '"--region", "ap-northeast-1"' in text


def test_external_dns_may_change_its_zones_and_no_other() -> None:
    changing = [s for s in controller_policies.external_dns(["Z1"]) if "route53:ChangeResourceRecordSets" in s.actions]
    assert [s.resources for s in changing] == [["arn:aws:route53:::hostedzone/Z1"]]


def test_external_secrets_reads_its_prefix_and_the_database_secret_only() -> None:
    statements = controller_policies.external_secrets(
        PLACE, secret_prefix="jung-kyeol-dev", secret_arns=["arn:db"], key_arns=["arn:key"]
    )
    assert [s.resources for s in statements] == [
        ["arn:aws:secretsmanager:ap-northeast-1:111111111111:secret:jung-kyeol-dev/*", "arn:db"],
        ["arn:key"],
    ]
    assert statements[1].conditions == {
        "StringEquals": {"kms:ViaService": "secretsmanager.ap-northeast-1.amazonaws.com"}
    }


def test_external_secrets_gets_no_key_where_there_is_no_database(mgmt: World) -> None:
    policy = json.loads(mgmt.one("aws:iam/rolePolicy:RolePolicy", "controllers-external-secrets-policy")["policy"])
    assert [s["Sid"] for s in policy["Statement"]] == ["ReadSecrets"]


def changing_statements(policy: list[Any]) -> list[Any]:
    return [s for s in policy if not all(a.split(":")[1].startswith(("Describe", "Get", "List")) for a in s.actions)]


def test_the_load_balancer_controller_changes_only_what_carries_its_clusters_tag_or_lies_in_its_vpc() -> None:
    for statement in changing_statements(controller_policies.load_balancer_controller(PLACE)):
        bound = json.dumps([statement.resources, statement.conditions])
        # Associating has no tag to bind it by; it is bound to the account's regional ACLs and its balancers.
        bounds = ("jung-kyeol-dev-eks", "vpc/vpc-1", "iam:AWSServiceName", "regional/webacl/")
        assert any(one in bound for one in bounds), statement.sid


def test_the_load_balancer_controller_can_attach_the_web_acl_that_guards_the_origin() -> None:
    allowed = {a for s in controller_policies.load_balancer_controller(PLACE) for a in s.actions}
    assert {"wafv2:AssociateWebACL", "wafv2:GetWebACLForResource", "elasticloadbalancing:SetWebAcl"} <= allowed


def test_the_cluster_autoscaler_changes_only_its_own_clusters_groups() -> None:
    (resize,) = changing_statements(controller_policies.cluster_autoscaler(PLACE))
    assert resize.conditions == {
        "StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/jung-kyeol-dev-eks": "owned"}
    }


def test_the_largest_policy_fits_a_role() -> None:
    assert len(policy_document(*controller_policies.load_balancer_controller(PLACE))) <= 10_240
