"""Security groups, placed for the component that owns them. Rules are resources of their own."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from components.base import AnyComponent
from settings import naming


def place_security_group(
    owner: AnyComponent, label: str, vpc_id: pulumi.Input[str], description: str
) -> aws.ec2.SecurityGroup:
    """Place a security group without any rule: nothing in, nothing out."""
    name = owner.scope.names(naming.SECURITY_GROUP, label)
    return aws.ec2.SecurityGroup(
        f"{owner.name}-security-group",
        name=name,
        vpc_id=vpc_id,
        description=description,
        tags=owner.scope.tags.aws(name),
        opts=owner.child(),
    )


def place_ingress_from_group(
    owner: AnyComponent,
    group: aws.ec2.SecurityGroup,
    source: pulumi.Input[str],
    port: int,
    description: str,
) -> None:
    """Let members of another security group reach a TCP port."""
    aws.vpc.SecurityGroupIngressRule(
        f"{owner.name}-ingress-{port}",
        security_group_id=group.id,
        referenced_security_group_id=source,
        ip_protocol="tcp",
        from_port=port,
        to_port=port,
        description=description,
        tags=owner.scope.tags.aws(owner.scope.names(naming.EC2_TAG, owner.name)),
        opts=owner.child(),
    )
