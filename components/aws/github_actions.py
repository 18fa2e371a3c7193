"""GitHub Actions without long-lived keys: an OIDC provider and a role bound to one repository and one environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.iam import Statement, policy_document
from components.aws.registry import Registry
from components.base import Component, ComponentArgs
from settings import naming

ISSUER: Final = "token.actions.githubusercontent.com"


@dataclass(frozen=True, kw_only=True)
class GitHubActionsArgs(ComponentArgs):
    """Who may push images, and where to."""

    #: The repository whose workflows build the images, as GitHub spells it in a token's subject.
    repository: str
    #: GitHub environment (with its reviewers) that a job must run in.
    github_environment: str
    #: The registry that images go to.
    registry: Registry


def trust_policy(provider_arn: str, repository: str, environment: str) -> str:
    """Return a trust policy for jobs of one environment of one repository: no other branch, fork or repository."""
    return policy_document(
        Statement(
            sid="JobsOfThisEnvironment",
            actions=["sts:AssumeRoleWithWebIdentity"],
            principals={"Federated": provider_arn},
            conditions={
                "StringEquals": {
                    f"{ISSUER}:aud": "sts.amazonaws.com",
                    f"{ISSUER}:sub": f"repo:{repository}:environment:{environment}",
                }
            },
        )
    )


def push_policy(repositories_arn: str) -> str:
    """Return what pushing an image takes. The login token cannot be bound to a repository in IAM."""
    return policy_document(
        Statement(sid="Login", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        Statement(
            sid="PushImages",
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            resources=[repositories_arn],
        ),
    )


class GitHubActions(Component[GitHubActionsArgs], type="platform:aws:GitHubActions"):
    """The identity of image builds."""

    role_arn: pulumi.Output[str]

    def build(self, args: GitHubActionsArgs) -> None:
        """Place the OIDC provider and the role."""
        role_name = args.scope.names(naming.IAM_ROLE, "github-images")
        provider = aws.iam.OpenIdConnectProvider(
            f"{self.name}-oidc",
            url=f"https://{ISSUER}",
            client_id_lists=["sts.amazonaws.com"],
            tags=args.scope.tags.aws(role_name),
            opts=self.child(),
        )
        role = aws.iam.Role(
            f"{self.name}-role",
            name=role_name,
            assume_role_policy=provider.arn.apply(
                lambda arn: trust_policy(arn, args.repository, args.github_environment)
            ),
            tags=args.scope.tags.aws(role_name),
            opts=self.child(),
        )
        aws.iam.RolePolicy(
            f"{self.name}-policy", role=role.name, policy=push_policy(args.registry.repositories_arn), opts=self.child()
        )
        self.role_arn = role.arn
