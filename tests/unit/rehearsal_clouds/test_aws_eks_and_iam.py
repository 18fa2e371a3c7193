"""What EKS and IAM refuse, in their own words, and what they compute."""

import base64
import json
import re

import pytest

from tests.unit.rehearsal_clouds.provider_client import ACCOUNT, Cluster, Network, Refused, trust, without

CLUSTER, NODES, ADDON = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"
ENTRY, POLICY = "aws:eks/accessEntry:AccessEntry", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ROLE, ROLE_POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT, MANAGED = "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/policy:Policy"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


@pytest.fixture
def shop(aws, network):
    return Cluster(aws, network)


SHAPE = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/x", "vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]}}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"version": "1.29"}, "InvalidParameterException: unsupported Kubernetes version 1.29"),
        ({"name": "a" * 101}, "is invalid: at most 100 letters, digits, - and _"),
        ({"name": "-shop"}, "The cluster name -shop is invalid"),
        ({"roleArn": "x"}, "(x) is an invalid ARN"),
        ({"vpcConfig": {"subnetIds": ["s"], "endpointPublicAccess": False}},
         "Private and public endpoint access cannot both be false"),
        ({"vpcConfig": {"subnetIds": ["s"], "publicAccessCidrs": ["1.2.3.4"]}}, ""),
        ({"vpcConfig": {"subnetIds": ["s"], "publicAccessCidrs": ["1.2.3.4/8"]}},
         "'1.2.3.4/8' is not a network in CIDR form"),
        ({"enabledClusterLogTypes": ["apis"]}, "'apis' is not offered. Did you mean \"api\"?"),
        ({"accessConfig": {"authenticationMode": "AWS_AUTH"}}, "'AWS_AUTH' is not offered."),
        ({"kubernetesNetworkConfig": {"serviceIpv4Cidr": "8.8.0.0/16"}},
         "must be a /24 to /12 network within 10.0.0.0/8"),
        ({"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.0.0.0/25"}}, "must be a /24 to /12 network"),
    ],
)  # fmt: skip
def test_a_wrong_cluster_is_refused_in_preview(aws, inputs, message):
    if message:
        with refused(message):
            aws.preview(CLUSTER, "it", {**SHAPE, **inputs})
    else:
        aws.preview(CLUSTER, "it", {**SHAPE, **inputs})


def test_a_cluster_gives_back_what_its_clients_need(shop):
    made = shop.cluster
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.ap-northeast-1\.eks\.amazonaws\.com", made["endpoint"])
    pem = base64.b64decode(made["certificateAuthority"]["data"]).decode()
    assert pem.startswith("-----BEGIN CERTIFICATE-----\n")
    issuer = made["identities"][0]["oidcs"][0]["issuer"]
    assert re.fullmatch(r"https://oidc\.eks\.ap-northeast-1\.amazonaws\.com/id/[0-9A-F]{32}", issuer)
    assert made["vpcConfig"]["clusterSecurityGroupId"].startswith("sg-")
    assert made["vpcConfig"]["endpointPrivateAccess"] is True, "what was given stays beside what is computed"
    assert made["kubernetesNetworkConfig"]["serviceIpv4Cidr"] == "172.20.0.0/16"


def test_a_preview_leaves_the_nested_unknowns_unknown(aws):
    seen = aws.preview(CLUSTER, "it", SHAPE)
    assert seen["vpcConfig"]["subnetIds"] == ["subnet-1", "subnet-2"]
    assert repr(seen["vpcConfig"]["clusterSecurityGroupId"]) == "<unknown>"


def test_a_cluster_spans_two_zones_of_one_vpc(aws, network):
    with refused("Subnets specified must be in at least two different AZs"):
        Cluster(aws, network, vpcConfig={"subnetIds": network.subnet_ids[:1]})
    other = Network(aws, "other", "10.1")
    with refused("Subnets specified must belong to the same VPC"):
        Cluster(aws, network, vpcConfig={"subnetIds": [network.subnet_ids[0], other.subnet_ids[1]]})


def test_a_cluster_role_trusts_eks(aws, network):
    role = aws.create(ROLE, "wrong", assumeRolePolicy=trust("ec2.amazonaws.com"))
    with refused("could not be assumed because it does not exist or the trusted entity is not correct"):
        Cluster(aws, network, roleArn=role["arn"])
    with refused("could not be assumed because it does not exist or the trusted entity is not correct"):
        Cluster(aws, network, "two", roleArn=f"arn:aws:iam::{ACCOUNT}:role/nobody")


def test_a_service_network_is_apart_from_the_vpc(aws, network):
    with refused("The serviceIpv4Cidr 10.0.128.0/20 overlaps with the VPC CIDR 10.0.0.0/16"):
        Cluster(aws, network, kubernetesNetworkConfig={"serviceIpv4Cidr": "10.0.128.0/20"})


def test_a_control_plane_goes_up_one_minor_at_a_time(aws, shop):
    with refused("Unsupported Kubernetes minor version update from 1.35 to 1.37"):
        aws.update(shop.cluster, version="1.37")
    upgraded = aws.update(shop.cluster, version="1.36")
    with refused("Unsupported Kubernetes minor version update from 1.36 to 1.35"):
        aws.update(upgraded, version="1.35")


def test_authentication_only_widens(aws, shop):
    with refused("Unsupported authentication mode update from API to CONFIG_MAP"):
        aws.update(shop.cluster, accessConfig={"authenticationMode": "CONFIG_MAP"})


def test_a_cluster_with_node_groups_or_protection_stays(aws, shop):
    group = aws.create(NODES, **shop.nodes)
    with refused(
        "ResourceInUseException: Cluster has nodegroups attached [in use by NodeGroup shop:main (clusterName)]"
    ):
        aws.delete(shop.cluster)
    aws.delete(group)
    protected = aws.update(shop.cluster, deletionProtection=True)
    with refused("Cannot delete the cluster shop because deletion protection is enabled"):
        aws.delete(protected)
    aws.delete(aws.update(protected, deletionProtection=False))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scalingConfig": {"minSize": 3, "desiredSize": 2, "maxSize": 4}},
         "Minimum capacity 3 can't be greater than desired size 2"),
        ({"scalingConfig": {"minSize": 1, "desiredSize": 5, "maxSize": 4}},
         "desired capacity 5 can't be greater than max size 4"),
        ({"instanceTypes": ["t3.mediun"]}, "The following supplied instance types do not exist: [t3.mediun]"),
        ({"instanceTypes": ["t4g.medium"], "amiType": "AL2023_x86_64_STANDARD"},
         "[t4g.medium] is not a valid instance type for requested amiType AL2023_x86_64_STANDARD"),
        ({"amiType": "AL2_x86_64"}, "'AL2_x86_64' is not offered."),
        ({"taints": [{"key": "a", "effect": "NoSchedule"}]},
         "'NoSchedule' is not offered. Did you mean \"NO_SCHEDULE\"?"),
        ({"nodeGroupName": "n" * 64}, "is invalid: at most 63 letters, digits, - and _"),
    ],
)  # fmt: skip
def test_a_wrong_node_group_is_refused_in_preview(aws, changes, message):
    inputs = {
        "clusterName": "shop", "nodeRoleArn": f"arn:aws:iam::{ACCOUNT}:role/x", "subnetIds": ["subnet-1"],
        "scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 1},
    }  # fmt: skip
    with refused(message):
        aws.preview(NODES, "it", {**inputs, **changes})


def test_nodes_stand_in_the_clusters_vpc(aws, shop):
    foreign = Network(aws, "other", "10.1")
    with refused(f"Subnet {foreign.subnet_ids[0]} does not belong to the VPC of cluster shop"):
        aws.create(NODES, **{**shop.nodes, "subnetIds": foreign.subnet_ids})
    with refused("No cluster found for name: nothing."):
        aws.create(NODES, **{**shop.nodes, "clusterName": "nothing"})


def test_nodes_join_with_the_right_role_only(aws, shop):
    stranger = aws.create(ROLE, "stranger", assumeRolePolicy=trust("lambda.amazonaws.com"))
    with refused(
        "Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of"
    ):
        aws.create(NODES, **{**shop.nodes, "nodeRoleArn": stranger["arn"]})
    aws.delete(shop.attachment)
    with refused("NodeCreationFailure: Instances failed to join the kubernetes cluster"):
        aws.create(NODES, **shop.nodes)


def test_nodes_become_ready_with_a_network_plugin_only(aws, network):
    bare = Cluster(aws, network, bootstrapSelfManagedAddons=False)
    with refused("NodeCreationFailure: Unhealthy nodes in the kubernetes cluster"):
        aws.create(NODES, **bare.nodes)
    aws.create(ADDON, clusterName="shop", addonName="vpc-cni")
    made = aws.create(NODES, **bare.nodes)
    assert made["version"] == "1.35"
    assert made["resources"][0]["autoscalingGroups"][0]["name"].startswith("eks-main-")


@pytest.mark.parametrize(
    ("template", "changes", "message"),
    [
        ({"instanceType": "t3.small"}, {"instanceTypes": ["t3.medium"]}, "You cannot specify an instance type in both"),
        ({}, {"diskSize": 30}, "Disk size must be specified within the launch template."),
        ({"iamInstanceProfile": {"name": "x"}}, {}, "must not set iamInstanceProfile"),
    ],
)
def test_a_launch_template_and_its_node_group_do_not_contradict(aws, shop, template, changes, message):
    made = aws.create(TEMPLATE, **template)
    with refused(message):
        aws.create(NODES, **{**shop.nodes, "launchTemplate": {"id": made.id, "version": "1"}, **changes})


def test_a_node_group_takes_an_existing_version_of_its_template(aws, shop):
    made = aws.create(TEMPLATE)
    with refused(f"Launch template {made.id} has no version 2; the latest is 1"):
        aws.create(NODES, **{**shop.nodes, "launchTemplate": {"id": made.id, "version": "2"}})


def test_nodes_are_not_newer_than_their_control_plane(aws, shop):
    with refused("Requested Nodegroup Kubernetes version 1.36 is not valid for cluster version 1.35"):
        aws.create(NODES, **shop.nodes, version="1.36")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"addonName": "vpc-cnii"}, "Addon vpc-cnii specified is not supported"),
        ({"addonVersion": "1.20"}, "Addon version specified is not supported: 1.20"),
        ({"configurationValues": "[1]"}, "it is neither a JSON nor a YAML object"),
        ({"configurationValues": '{"env":{"WARM_PREFIX_TARGET":1}}'},
         "[$.env.WARM_PREFIX_TARGET: integer found, string expected]"),
        ({"configurationValues": '{"env":{"ENABLE_PREFIX_DELEGATION":true}}'},
         "[$.env.ENABLE_PREFIX_DELEGATION: boolean found, string expected]"),
        ({"resolveConflictsOnCreate": "PRESERVE"}, "'PRESERVE' is not offered."),
    ],
)  # fmt: skip
def test_a_wrong_addon_is_refused_in_preview(aws, inputs, message):
    with refused(message):
        aws.preview(ADDON, "it", {"clusterName": "shop", "addonName": "vpc-cni", **inputs})


@pytest.mark.usefixtures("shop")
def test_kube_proxy_follows_the_control_plane(aws):
    with refused("Addon version v1.36.0-eksbuild.1 is not supported for Kubernetes version 1.35"):
        aws.create(ADDON, clusterName="shop", addonName="kube-proxy", addonVersion="v1.36.0-eksbuild.1")


def test_an_addon_of_deployments_needs_nodes(aws, shop):
    with refused("waiting for EKS Add-On (shop:coredns) create: timeout while waiting for state to become 'ACTIVE'"):
        aws.create(ADDON, "dns", clusterName="shop", addonName="coredns")
    aws.create(NODES, **shop.nodes)
    aws.create(ADDON, "dns", clusterName="shop", addonName="coredns")
    with refused("ResourceInUseException: Addon already exists."):
        aws.create(ADDON, "again", clusterName="shop", addonName="coredns")


class TestAccess:
    """Access entries, their policies, and roles of pods."""

    PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:role/admin"

    def association(self, **changes):
        inputs = {"clusterName": "shop", "principalArn": self.PRINCIPAL, "policyArn": ADMIN}
        return {**inputs, "accessScope": {"type": "cluster"}, **changes}

    @pytest.mark.usefixtures("shop")
    def test_a_policy_goes_to_a_standard_entry(self, aws):
        with refused("The specified principalArn could not be found."):
            aws.create(POLICY, **self.association())
        aws.create(ENTRY, clusterName="shop", principalArn=self.PRINCIPAL, type="EC2_LINUX")
        with refused("Access policies cannot be associated with an access entry of type EC2_LINUX"):
            aws.create(POLICY, **self.association())

    @pytest.mark.usefixtures("shop")
    def test_an_entry_is_made_once(self, aws):
        aws.create(ENTRY, "one", clusterName="shop", principalArn=self.PRINCIPAL)
        aws.create(POLICY, **self.association())
        with refused("The specified access entry resource is already in use on this cluster."):
            aws.create(ENTRY, "two", clusterName="shop", principalArn=self.PRINCIPAL)

    def test_the_role_of_a_node_group_has_its_entry_already(self, aws, shop):
        aws.create(NODES, **shop.nodes)
        with refused("is already in use on this cluster. [node group shop:main made it]"):
            aws.create(ENTRY, clusterName="shop", principalArn=shop.node_role["arn"])

    def test_a_cluster_of_the_config_map_takes_no_entries(self, aws, network):
        Cluster(aws, network, accessConfig={"authenticationMode": "CONFIG_MAP"})
        with refused("The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]"):
            aws.create(ENTRY, clusterName="shop", principalArn=self.PRINCIPAL)

    @pytest.mark.parametrize(
        ("token", "changes", "message"),
        [
            (ENTRY, {"principalArn": "admin"}, "The specified principalArn is invalid: invalid principal admin"),
            (ENTRY, {"kubernetesGroups": ["system:masters"]}, "The kubernetes group name system:masters is invalid"),
            (ENTRY, {"type": "EC2_LINUX", "kubernetesGroups": ["a"]},
             "An access entry of type EC2_LINUX takes neither"),
            (POLICY, {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
             "The policyArn parameter format is not valid"),
            (POLICY, {"accessScope": {"type": "namespace"}}, "accessScope of type namespace needs namespaces"),
            (POLICY, {"accessScope": {"type": "cluster", "namespaces": ["a"]}},
             "accessScope of type cluster takes no namespaces"),
        ],
    )  # fmt: skip
    def test_a_wrong_entry_or_policy_is_refused_in_preview(self, aws, token, changes, message):
        inputs = self.association() if token == POLICY else {"clusterName": "shop", "principalArn": self.PRINCIPAL}
        with refused(message):
            aws.preview(token, "it", {**inputs, **changes})

    @pytest.mark.usefixtures("shop")
    def test_pods_get_a_role_that_trusts_them(self, aws):
        wrong = aws.create(ROLE, "wrong", assumeRolePolicy=trust("ec2.amazonaws.com"))
        right = aws.create(ROLE, "right", assumeRolePolicy=trust("pods.eks.amazonaws.com"))
        inputs = {"clusterName": "shop", "namespace": "shop", "serviceAccount": "api"}
        with refused("must allow pods.eks.amazonaws.com to assume it"):
            aws.create(POD_IDENTITY, "one", **inputs, roleArn=wrong["arn"])
        aws.create(POD_IDENTITY, "one", **inputs, roleArn=right["arn"])
        with refused("ResourceInUseException: Association already exists for shop/api"):
            aws.create(POD_IDENTITY, "two", **inputs, roleArn=right["arn"])


# --- IAM ------------------------------------------------------------------------------------------------------------


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"name": "r" * 65}, "expected length of name to be in the range (1 - 64)"),
        ({"name": "my role"},
         "expected length of name to be in the range (1 - 64) and to match [\\w+=,.@-]*, got my role"),
        ({"assumeRolePolicy": "{'a': 1}"}, "contains an invalid JSON"),
        ({"assumeRolePolicy": document(Action="sts:AssumeRole")},
         "MalformedPolicyDocument: Missing required field Principal"),
        ({"assumeRolePolicy": document(Action="sts:AssumeRole", Principal="*", Resource="*")},
         "Has prohibited field Resource"),
        ({"assumeRolePolicy": json.dumps({"Version": "2012-10-17"})}, "at least one Statement"),
        ({"maxSessionDuration": 60}, "expected max_session_duration to be in the range (3600 - 43200), got 60"),
        ({"path": "team"}, "The specified value for path is invalid: team."),
    ],
)  # fmt: skip
def test_a_wrong_role_is_refused_in_preview(aws, inputs, message):
    with refused(message):
        aws.preview(ROLE, "it", {"assumeRolePolicy": trust("ec2.amazonaws.com"), **inputs})


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (document(Action="s3:*"), "Policy statement must contain resources."),
        (document(Resource="*"), "Policy statement must contain actions."),
        (document(Action="*", Resource="*", Principal="*"), "Policy document should not specify a principal."),
        (document(Action="GetObject", Resource="*"),
         "must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: GetObject"),
        (document(Actions="s3:*", Resource="*"), "unknown element 'Actions'. Did you mean \"Action\"?"),
        (json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:*", "Resource": "*"}]}),
         "Policy statement must have an Effect of Allow or Deny."),
        (json.dumps({"Version": "2026-01-01", "Statement": []}), "at least one Statement"),
    ],
)  # fmt: skip
def test_a_wrong_permission_policy_is_refused_in_preview(aws, policy, message):
    with refused(message):
        aws.preview(MANAGED, "it", {"policy": policy})
    with refused(message):
        aws.preview(ROLE_POLICY, "it", {"role": "r", "policy": policy})


def test_a_managed_policy_is_small(aws):
    with refused("LimitExceeded: Cannot exceed quota for PolicySize: 6144"):
        aws.preview(
            MANAGED,
            "it",
            {"policy": document(Action="s3:GetObject", Resource=[f"arn:aws:s3:::b{n}/*" for n in range(500)])},
        )


def test_a_trust_policy_names_roles_that_exist(aws):
    arn = f"arn:aws:iam::{ACCOUNT}:role/nobody"
    with refused(f'MalformedPolicyDocument: Invalid principal in policy: "AWS":"{arn}"'):
        aws.create(ROLE, "one", assumeRolePolicy=document(Action="sts:AssumeRole", Principal={"AWS": arn}))
    other = "arn:aws:iam::999999999999:role/theirs"
    aws.create(ROLE, "two", assumeRolePolicy=document(Action="sts:AssumeRole", Principal={"AWS": other}))


def test_a_role_name_is_taken_once_in_all_regions(aws, clouds):
    aws.create(ROLE, "one", name="shop", assumeRolePolicy=trust("ec2.amazonaws.com"))
    virginia = clouds.provider("aws", {"region": "us-east-1", "allowedAccountIds": json.dumps([ACCOUNT])})
    with refused("EntityAlreadyExists: Role with name shop already exists."):
        virginia.create(ROLE, "two", name="shop", assumeRolePolicy=trust("ec2.amazonaws.com"))


def test_a_role_goes_after_its_policies(aws):
    role = aws.create(ROLE, assumeRolePolicy=trust("ec2.amazonaws.com"))
    own = aws.create(ROLE_POLICY, role=role.id, policy=document(Action="s3:*", Resource="*"))
    with refused("DeleteConflict: Cannot delete entity, must detach all policies first."):
        aws.delete(role)
    aws.delete(own)
    aws.delete(role)


def test_a_policy_is_attached_by_an_arn_that_exists(aws):
    role = aws.create(ROLE, assumeRolePolicy=trust("ec2.amazonaws.com"))
    with refused("The role with name nobody cannot be found."):
        aws.create(ATTACHMENT, role="nobody", policyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    with refused('policy/ReadonlyAccess does not exist or is not attachable. Did you mean "ReadOnlyAccess"'):
        aws.create(ATTACHMENT, role=role.id, policyArn="arn:aws:iam::aws:policy/ReadonlyAccess")
    missing = f"arn:aws:iam::{ACCOUNT}:policy/nothing"
    with refused(f"NoSuchEntity: Policy {missing} does not exist or is not attachable."):
        aws.create(ATTACHMENT, role=role.id, policyArn=missing)
    with refused("(ReadOnlyAccess) is an invalid ARN"):
        aws.create(ATTACHMENT, role=role.id, policyArn="ReadOnlyAccess")


def test_an_attached_policy_stays(aws):
    role = aws.create(ROLE, assumeRolePolicy=trust("ec2.amazonaws.com"))
    policy = aws.create(MANAGED, policy=document(Action="s3:*", Resource="*"))
    attachment = aws.create(ATTACHMENT, role=role.id, policyArn=policy["arn"])
    with refused("DeleteConflict: Cannot delete a policy attached to entities."):
        aws.delete(policy)
    aws.delete(attachment)
    aws.delete(policy)


def test_a_role_takes_ten_policies(aws):
    role = aws.create(ROLE, assumeRolePolicy=trust("ec2.amazonaws.com"))
    for number in range(10):
        policy = aws.create(MANAGED, f"p{number}", policy=document(Action="s3:*", Resource="*"))
        aws.create(ATTACHMENT, f"a{number}", role=role.id, policyArn=policy["arn"])
    with refused("LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10"):
        aws.create(ATTACHMENT, "one-too-many", role=role.id, policyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")


def test_an_oidc_provider_drops_the_scheme(aws):
    token = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    made = aws.create(
        token, "one", url="https://token.actions.githubusercontent.com", clientIdLists=["sts.amazonaws.com"]
    )
    assert made.id == f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    assert made["url"] == "token.actions.githubusercontent.com"
    assert aws.read(made) == made
    with refused("Provider with url token.actions.githubusercontent.com already exists."):
        aws.create(token, "two", **without(made.inputs, "name"))
    with refused("Invalid Open ID Connect Provider URL: http://x"):
        aws.preview(token, "it", {"url": "http://x", "clientIdLists": []})
