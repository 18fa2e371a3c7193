"""What the cluster's controllers may do in AWS: least privilege, bound to this cluster, this VPC and this zone.

Actions come from each controller's own documentation; the bounds are tighter than the samples there, which leave the
cluster's name open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from components.aws.iam import Statement

#: Tag that the AWS Load Balancer Controller puts on everything it makes; its value is the cluster's name.
CONTROLLER_TAG: Final = "elbv2.k8s.aws/cluster"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Account, region, VPC and cluster that a controller works in."""

    account_id: str
    region: str
    vpc_id: str
    cluster_name: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"


def load_balancer_controller(place: Place) -> list[Statement]:
    """AWS Load Balancer Controller: balancers, target groups and security groups of this cluster only.

    WAF Classic, Shield and Cognito are left out, and the controller's chart turns them off. WAFv2 stays: the Ingress
    attaches the web ACL that guards the origin.
    """
    this_cluster = {"StringEquals": {f"aws:ResourceTag/{CONTROLLER_TAG}": place.cluster_name}}
    for_this_cluster = {"StringEquals": {f"aws:RequestTag/{CONTROLLER_TAG}": place.cluster_name}}
    balancers = [place.arn("elasticloadbalancing", f"{kind}/*") for kind in ("loadbalancer", "targetgroup")]
    listeners = [place.arn("elasticloadbalancing", f"{kind}/*") for kind in ("listener", "listener-rule")]
    groups = place.arn("ec2", "security-group/*")
    this_vpc = {"ArnEquals": {"ec2:Vpc": place.arn("ec2", f"vpc/{place.vpc_id}")}}
    return [
        Statement(
            sid="Describe",
            actions=[
                "acm:DescribeCertificate",
                "acm:ListCertificates",
                "ec2:DescribeAccountAttributes",
                "ec2:DescribeAddresses",
                "ec2:DescribeAvailabilityZones",
                "ec2:DescribeInstances",
                "ec2:DescribeInternetGateways",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeRouteTables",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeTags",
                "ec2:DescribeVpcPeeringConnections",
                "ec2:DescribeVpcs",
                "ec2:GetSecurityGroupsForVpc",
                "elasticloadbalancing:Describe*",
                "wafv2:GetWebACL",
                "wafv2:GetWebACLForResource",
            ],
            resources=["*"],
        ),
        Statement(
            sid="ServiceLinkedRole",
            actions=["iam:CreateServiceLinkedRole"],
            resources=["arn:aws:iam::*:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"],
            conditions={"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
        ),
        Statement(
            sid="CreateSecurityGroups",
            actions=["ec2:CreateSecurityGroup"],
            resources=[groups],
            conditions=for_this_cluster,
        ),
        Statement(
            sid="CreateSecurityGroupsInTheVpc",
            actions=["ec2:CreateSecurityGroup"],
            resources=[place.arn("ec2", f"vpc/{place.vpc_id}")],
        ),
        Statement(
            sid="TagNewSecurityGroups",
            actions=["ec2:CreateTags"],
            resources=[groups],
            conditions={
                "StringEquals": {**for_this_cluster["StringEquals"], "ec2:CreateAction": "CreateSecurityGroup"}
            },
        ),
        Statement(
            sid="ChangeOwnSecurityGroups",
            actions=["ec2:CreateTags", "ec2:DeleteSecurityGroup", "ec2:DeleteTags"],
            resources=[groups],
            conditions=this_cluster,
        ),
        # Backend rules go into the nodes' group too, which is not the controller's own.
        Statement(
            sid="RulesInTheVpc",
            actions=["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
            resources=[groups],
            conditions=this_vpc,
        ),
        Statement(
            sid="CreateBalancers",
            actions=[
                "elasticloadbalancing:AddTags",
                "elasticloadbalancing:CreateLoadBalancer",
                "elasticloadbalancing:CreateTargetGroup",
            ],
            resources=balancers,
            conditions=for_this_cluster,
        ),
        Statement(
            sid="ChangeOwnBalancers",
            actions=[
                "elasticloadbalancing:AddTags",
                "elasticloadbalancing:CreateListener",
                "elasticloadbalancing:DeleteLoadBalancer",
                "elasticloadbalancing:DeleteTargetGroup",
                "elasticloadbalancing:DeregisterTargets",
                "elasticloadbalancing:ModifyLoadBalancerAttributes",
                "elasticloadbalancing:ModifyTargetGroup",
                "elasticloadbalancing:ModifyTargetGroupAttributes",
                "elasticloadbalancing:RegisterTargets",
                "elasticloadbalancing:RemoveTags",
                "elasticloadbalancing:SetIpAddressType",
                "elasticloadbalancing:SetSecurityGroups",
                "elasticloadbalancing:SetSubnets",
                "elasticloadbalancing:SetWebAcl",
            ],
            resources=balancers,
            conditions=this_cluster,
        ),
        Statement(
            sid="ChangeOwnListeners",
            actions=[
                "elasticloadbalancing:AddListenerCertificates",
                "elasticloadbalancing:AddTags",
                "elasticloadbalancing:CreateRule",
                "elasticloadbalancing:DeleteListener",
                "elasticloadbalancing:DeleteRule",
                "elasticloadbalancing:ModifyListener",
                "elasticloadbalancing:ModifyListenerAttributes",
                "elasticloadbalancing:ModifyRule",
                "elasticloadbalancing:RemoveListenerCertificates",
                "elasticloadbalancing:RemoveTags",
                "elasticloadbalancing:SetRulePriorities",
            ],
            resources=listeners,
            conditions=this_cluster,
        ),
        Statement(
            sid="AttachWebAcls",
            actions=["wafv2:AssociateWebACL", "wafv2:DisassociateWebACL"],
            resources=[
                place.arn("wafv2", "regional/webacl/*/*"),
                place.arn("elasticloadbalancing", "loadbalancer/app/*"),
            ],
        ),
        Statement(
            sid="TagNewListeners",
            actions=["elasticloadbalancing:AddTags"],
            resources=listeners,
            conditions=for_this_cluster,
        ),
    ]


def external_dns(hosted_zone_ids: Sequence[str]) -> list[Statement]:
    """ExternalDNS: records of the environment's own zones. Listing zones cannot be bound to a resource in IAM."""
    return [
        Statement(
            sid="RecordsOfItsZones",
            actions=[
                "route53:ChangeResourceRecordSets",
                "route53:ListResourceRecordSets",
                "route53:ListTagsForResources",
            ],
            resources=[f"arn:aws:route53:::hostedzone/{zone_id}" for zone_id in hosted_zone_ids],
        ),
        Statement(sid="FindItsZones", actions=["route53:ListHostedZones"], resources=["*"]),
    ]


def external_secrets(
    place: Place, *, secret_prefix: str, secret_arns: Sequence[str], key_arns: Sequence[str]
) -> list[Statement]:
    """external-secrets: the environment's secrets by prefix, those that RDS manages by ARN, and the keys of both."""
    secrets = Statement(
        sid="ReadSecrets",
        actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        resources=[place.arn("secretsmanager", f"secret:{secret_prefix}/*"), *secret_arns],
    )
    if not key_arns:
        return [secrets]
    keys = Statement(
        sid="DecryptSecrets",
        actions=["kms:Decrypt"],
        resources=list(key_arns),
        conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{place.region}.amazonaws.com"}},
    )
    return [secrets, keys]


def cluster_autoscaler(place: Place) -> list[Statement]:
    """Cluster autoscaler: the size of this cluster's groups. EKS tags the groups of its node groups by itself."""
    return [
        Statement(
            sid="Describe",
            actions=[
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "autoscaling:DescribeLaunchConfigurations",
                "autoscaling:DescribeScalingActivities",
                "ec2:DescribeImages",
                "ec2:DescribeInstanceTypes",
                "ec2:DescribeLaunchTemplateVersions",
                "ec2:GetInstanceTypesFromInstanceRequirements",
            ],
            resources=["*"],
        ),
        Statement(
            sid="DescribeNodeGroups",
            actions=["eks:DescribeNodegroup"],
            resources=[place.arn("eks", f"nodegroup/{place.cluster_name}/*")],
        ),
        Statement(
            sid="ResizeOwnGroups",
            actions=["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
            resources=[place.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")],
            conditions={"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{place.cluster_name}": "owned"}},
        ),
    ]
