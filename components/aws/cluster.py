"""The EKS cluster: control plane, access, and the OIDC provider that IRSA rests on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.encryption_key import EncryptionKey
from components.aws.iam import Statement, policy_document, service_trust
from components.aws.network import Network
from components.base import Component, ComponentArgs
from settings import naming

CONTROL_PLANE_LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
CLUSTER_POLICY_ARN: Final = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
CLUSTER_ADMIN_POLICY_ARN: Final = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


@dataclass(frozen=True, kw_only=True)
class EksClusterArgs(ComponentArgs):
    """What the control plane runs and who reaches it."""

    #: Physical name of the cluster; the network's subnets carry it in their tags.
    cluster_name: str
    network: Network
    #: Kubernetes minor, for example 1.35.
    kubernetes_version: str
    service_cidr: IPv4Network
    #: Networks besides the nodes that may reach the private endpoint.
    private_access_cidrs: Sequence[IPv4Network]
    #: Allow-list of the public endpoint; empty means that there is none.
    public_access_cidrs: Sequence[IPv4Network]
    #: IAM principals with cluster-admin rights.
    administrators: Sequence[str]
    #: Key of the Kubernetes secrets.
    secrets_key: EncryptionKey
    #: Key of the control-plane logs.
    log_key: EncryptionKey


def control_plane_policy(key_arn: str) -> str:
    """Return what the control plane may do beyond AWS's own policy, and the one thing of that policy it may not.

    Its last log lines arrive after the log group was destroyed; it would make the group again, unencrypted.
    """
    return policy_document(
        Statement(sid="NoLogGroups", effect="Deny", actions=["logs:CreateLogGroup"], resources=["*"]),
        Statement(
            sid="EncryptKubernetesSecrets",
            actions=["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"],
            resources=[key_arn],
        ),
    )


def kubeconfig(name: str, endpoint: str, certificate_authority: str, region: str) -> str:
    """Return a kubeconfig whose token comes from the caller's own AWS credentials: it holds no secret."""
    token_command = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
        "interactiveMode": "Never",
    }
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [
                {"name": name, "cluster": {"server": endpoint, "certificate-authority-data": certificate_authority}}
            ],
            "users": [{"name": name, "user": {"exec": token_command}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        }
    )


class EksCluster(Component[EksClusterArgs], type="platform:aws:EksCluster"):
    """A private EKS cluster with encrypted secrets, every control-plane log, and access by access entries only."""

    cluster_name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    #: Group of the control plane and of all nodes: whoever serves pods opens a port to it.
    security_group_id: pulumi.Output[str]
    oidc_provider_arn: pulumi.Output[str]
    #: Issuer without its scheme, as trust policies spell it.
    oidc_issuer: pulumi.Output[str]

    def build(self, args: EksClusterArgs) -> None:
        """Place the role, the log group, the cluster, its access entries and its OIDC provider."""
        names, tags, profile = args.scope.names, args.scope.tags, args.scope.environment
        role_name = names(naming.IAM_ROLE, "eks-cluster")
        role = aws.iam.Role(
            f"{self.name}-role",
            name=role_name,
            assume_role_policy=service_trust("eks.amazonaws.com"),
            tags=tags.aws(role_name),
            opts=self.child(),
        )
        cluster_policy = aws.iam.RolePolicyAttachment(
            f"{self.name}-cluster-policy", role=role.name, policy_arn=CLUSTER_POLICY_ARN, opts=self.child()
        )
        key_policy = aws.iam.RolePolicy(
            f"{self.name}-control-plane-policy",
            role=role.name,
            policy=args.secrets_key.arn.apply(control_plane_policy),
            opts=self.child(),
        )
        # EKS would make this group by itself, unencrypted and kept for ever.
        log_group = aws.cloudwatch.LogGroup(
            f"{self.name}-log-group",
            name=f"/aws/eks/{args.cluster_name}/cluster",
            retention_in_days=profile.log_retention_days,
            kms_key_id=args.log_key.arn,
            tags=tags.aws(args.cluster_name),
            opts=self.child(),
        )
        cluster = aws.eks.Cluster(
            f"{self.name}-cluster",
            name=args.cluster_name,
            version=args.kubernetes_version,
            role_arn=role.arn,
            vpc_config={
                "subnet_ids": args.network.private_subnet_ids,
                "endpoint_private_access": True,
                "endpoint_public_access": bool(args.public_access_cidrs),
                "public_access_cidrs": [str(cidr) for cidr in args.public_access_cidrs] or None,
            },
            kubernetes_network_config={"service_ipv4_cidr": str(args.service_cidr), "ip_family": "ipv4"},
            access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False},
            # The add-ons component installs CNI, kube-proxy and CoreDNS at pinned versions.
            bootstrap_self_managed_addons=False,
            encryption_config={"provider": {"key_arn": args.secrets_key.arn}, "resources": ["secrets"]},
            enabled_cluster_log_types=list(CONTROL_PLANE_LOGS),
            upgrade_policy={"support_type": "STANDARD"},
            deletion_protection=profile.protect_data,
            tags=tags.aws(args.cluster_name),
            opts=self.stateful_child(depends_on=[cluster_policy, key_policy, log_group]),
        )
        self.cluster_name = cluster.name
        self.endpoint = cluster.endpoint
        self.security_group_id = cluster.vpc_config.cluster_security_group_id.apply(_required)
        self.kubeconfig = pulumi.Output.all(
            cluster.name, cluster.endpoint, cluster.certificate_authority.data, args.network.region
        ).apply(lambda values: kubeconfig(*values))
        #: Administrators' access; what talks to the Kubernetes API waits for it.
        self.access = [
            self._administrator(f"{self.name}-administrator-{index}", principal)
            for index, principal in enumerate(args.administrators)
        ]
        for index, cidr in enumerate(args.private_access_cidrs):
            aws.vpc.SecurityGroupIngressRule(
                f"{self.name}-private-access-{index}",
                security_group_id=self.security_group_id,
                cidr_ipv4=str(cidr),
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                description="Kubernetes API by its private endpoint",
                tags=tags.aws(args.cluster_name),
                opts=self.child(),
            )
        issuer = cluster.identities[0].oidcs[0].issuer.apply(_required)
        provider = aws.iam.OpenIdConnectProvider(
            f"{self.name}-oidc",
            url=issuer,
            client_id_lists=["sts.amazonaws.com"],
            tags=tags.aws(args.cluster_name),
            opts=self.child(),
        )
        self.oidc_provider_arn = provider.arn
        self.oidc_issuer = issuer.apply(lambda url: url.removeprefix("https://"))

    def _administrator(self, name: str, principal_arn: str) -> aws.eks.AccessPolicyAssociation:
        entry = aws.eks.AccessEntry(
            name,
            cluster_name=self.cluster_name,
            principal_arn=principal_arn,
            type="STANDARD",
            tags=self.scope.tags.aws(),
            opts=self.child(),
        )
        return aws.eks.AccessPolicyAssociation(
            f"{name}-policy",
            cluster_name=self.cluster_name,
            principal_arn=entry.principal_arn,
            policy_arn=CLUSTER_ADMIN_POLICY_ARN,
            access_scope={"type": "cluster"},
            opts=self.child(),
        )


def _required(value: str | None) -> str:
    """Return a value that EKS always sets once the cluster exists, though the SDK calls it optional."""
    if value is None:
        raise ValueError("EKS returned a cluster without its security group or issuer")
    return value
