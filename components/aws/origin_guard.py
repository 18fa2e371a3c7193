"""What keeps the load balancer from being reached round CloudFront.

The AWS Load Balancer Controller makes the balancer from an Ingress, so this program cannot attach anything to it; the
Ingress names the two outputs in its annotations (`security-groups`, `wafv2-acl-arn`). The security group admits
CloudFront's addresses, which every customer of CloudFront shares; the web ACL therefore demands a header that only our
distribution sends.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.encryption_key import EncryptionKey
from components.aws.network import Network
from components.aws.security_group import place_security_group
from components.aws.viewer_web_acl import visibility
from components.base import Component, ComponentArgs
from settings import naming

HEADER: Final = "x-origin-verify"
SECRET_BYTES: Final = 32
#: `com.amazonaws.global.cloudfront.origin-facing`, by region: the list's id is fixed.
CLOUDFRONT_PREFIX_LISTS: Final = {"ap-northeast-1": "pl-58a04531"}


@dataclass(frozen=True, kw_only=True)
class OriginGuardArgs(ComponentArgs):
    """Where the load balancer stands."""

    network: Network
    #: Group of the nodes that the balancer forwards to.
    target_security_group_id: pulumi.Input[str]
    key: EncryptionKey


class OriginGuard(Component[OriginGuardArgs], type="platform:aws:OriginGuard"):
    """A security group and a regional web ACL for the load balancer, and the secret header that opens the latter."""

    security_group_id: pulumi.Output[str]
    web_acl_arn: pulumi.Output[str]
    #: Value of the header, a Pulumi secret.
    header_value: pulumi.Output[str]

    def build(self, args: OriginGuardArgs) -> None:
        """Place the group, the secret and the web ACL."""
        tags = args.scope.tags
        group = place_security_group(self, "origin", args.network.vpc_id, "HTTPS from CloudFront to the load balancer")
        aws.vpc.SecurityGroupIngressRule(
            f"{self.name}-from-cloudfront",
            security_group_id=group.id,
            prefix_list_id=CLOUDFRONT_PREFIX_LISTS[args.network.region],
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description="HTTPS from the origin-facing addresses of CloudFront",
            tags=tags.aws(args.scope.names(naming.EC2_TAG, "origin")),
            opts=self.child(),
        )
        aws.vpc.SecurityGroupEgressRule(
            f"{self.name}-to-nodes",
            security_group_id=group.id,
            referenced_security_group_id=args.target_security_group_id,
            ip_protocol="-1",
            description="To the pods on the nodes",
            tags=tags.aws(args.scope.names(naming.EC2_TAG, "origin")),
            opts=self.child(),
        )
        # Not under the prefix that external-secrets may read: no pod needs it.
        secret_name = f"{args.scope.names(naming.SECRET, 'edge')}/origin-verify"
        secret = aws.secretsmanager.Secret(
            f"{self.name}-secret",
            name=secret_name,
            description=f"Value of {HEADER}, which CloudFront sends to the load balancer",
            kms_key_id=args.key.arn,
            # Its name stays taken while it can be recovered: where data is not protected, the next `up` needs it.
            recovery_window_in_days=args.scope.environment.key_deletion_window_days
            if args.scope.environment.protect_data
            else 0,
            tags=tags.aws(secret_name),
            opts=self.stateful_child(),
        )
        version = aws.secretsmanager.SecretVersion(
            f"{self.name}-secret-version",
            secret_id=secret.id,
            secret_string=pulumi.Output.secret(secrets.token_urlsafe(SECRET_BYTES)),
            # Every run draws a value; the first one stays until the resource is replaced (docs/runbooks/kyeol.md).
            opts=self.child(ignore_changes=["secretString"]),
        )
        self.header_value = pulumi.Output.secret(version.secret_string.apply(lambda value: value or ""))
        name = args.scope.names(naming.WEB_ACL, "origin")
        acl = aws.wafv2.WebAcl(
            f"{self.name}-acl",
            name=name,
            scope="REGIONAL",
            default_action={"block": {}},
            rules=[
                {
                    "name": "from-our-distribution",
                    "priority": 0,
                    "action": {"allow": {}},
                    "statement": {
                        "byte_match_statement": {
                            "field_to_match": {"single_header": {"name": HEADER}},
                            "positional_constraint": "EXACTLY",
                            "search_string": self.header_value,
                            "text_transformations": [{"priority": 0, "type": "NONE"}],
                        }
                    },
                    "visibility_config": visibility("from-our-distribution", sampled=False),
                }
            ],
            visibility_config=visibility(name, sampled=False),
            tags=tags.aws(name),
            opts=self.child(),
        )
        self.security_group_id = group.id
        self.web_acl_arn = acl.arn
