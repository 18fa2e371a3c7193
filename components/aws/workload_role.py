"""IAM roles for Kubernetes service accounts (IRSA)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.cluster import EksCluster
from components.aws.iam import irsa_trust
from components.base import Component, ComponentArgs
from settings import naming


@dataclass(frozen=True, kw_only=True)
class WorkloadRoleArgs(ComponentArgs):
    """Which service account may do what. Either a policy of our own or policies that AWS keeps."""

    cluster: EksCluster
    namespace: str
    service_account: str
    policy: pulumi.Input[str] | None = None
    managed_policy_arns: Sequence[str] = ()


class WorkloadRole(Component[WorkloadRoleArgs], type="platform:aws:WorkloadRole"):
    """A role that exactly one service account of one cluster can take."""

    arn: pulumi.Output[str]

    def build(self, args: WorkloadRoleArgs) -> None:
        """Place the role and its policies."""
        role_name = args.scope.names(naming.IAM_ROLE, args.service_account)
        trust = pulumi.Output.all(args.cluster.oidc_provider_arn, args.cluster.oidc_issuer).apply(
            lambda oidc: irsa_trust(
                provider_arn=oidc[0],
                issuer=oidc[1],
                namespace=args.namespace,
                service_account=args.service_account,
            )
        )
        role = aws.iam.Role(
            f"{self.name}-role",
            name=role_name,
            assume_role_policy=trust,
            tags=args.scope.tags.aws(role_name),
            opts=self.child(),
        )
        for arn in args.managed_policy_arns:
            aws.iam.RolePolicyAttachment(
                f"{self.name}-{arn.rsplit('/', 1)[-1]}", role=role.name, policy_arn=arn, opts=self.child()
            )
        if args.policy is not None:
            aws.iam.RolePolicy(f"{self.name}-policy", role=role.name, policy=args.policy, opts=self.child())
        self.arn = role.arn
