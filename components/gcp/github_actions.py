"""GitHub Actions without a key: tokens of one repository and one environment act as an account (docs/adr/0038)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_gcp.artifactregistry import RepositoryIamMember
from pulumi_gcp.iam import WorkloadIdentityPool, WorkloadIdentityPoolProvider

from components.base import Component, ComponentArgs
from components.gcp.project import Project
from components.gcp.registry import Registry
from components.gcp.service_account import ServiceAccount, ServiceAccountArgs
from components.gcp.workload_identity import place_federation
from settings.gcp import naming

ISSUER: Final = "https://token.actions.githubusercontent.com"


@dataclass(frozen=True, kw_only=True)
class GitHubActionsArgs(ComponentArgs):
    """Who may push images, and where to."""

    project: Project
    #: The repository whose workflows build the images, as GitHub spells it in a token's subject.
    repository: str
    #: GitHub environment (with its reviewers) that a job must run in.
    github_environment: str
    registry: Registry


def token_subject(repository: str, github_environment: str) -> str:
    """Return the subject of tokens of jobs in an environment of a repository; no branch, fork or other job has it."""
    return f"repo:{repository}:environment:{github_environment}"


class GitHubActions(Component[GitHubActionsArgs], type="platform:gcp:GitHubActions"):
    """The account of image builds: it may push to one repository. Other tokens of GitHub's are refused at the door."""

    #: What a workflow signs in with.
    provider_name: pulumi.Output[str]
    service_account: pulumi.Output[str]

    def build(self, args: GitHubActionsArgs) -> None:
        """Place the pool of identities, GitHub's issuer in it, the account, and its role."""
        project, subject = args.project, token_subject(args.repository, args.github_environment)
        pool = WorkloadIdentityPool(
            f"{self.name}-pool",
            project=project.project_id,
            workload_identity_pool_id=args.scope.names(naming.WORKLOAD_IDENTITY_POOL, "github"),
            display_name="GitHub Actions",
            opts=self.child(),
        )
        provider = WorkloadIdentityPoolProvider(
            f"{self.name}-provider",
            project=project.project_id,
            workload_identity_pool_id=pool.workload_identity_pool_id,
            workload_identity_pool_provider_id="github-actions",
            display_name="GitHub Actions",
            oidc={"issuer_uri": ISSUER},
            attribute_mapping={"google.subject": "assertion.sub"},
            attribute_condition=f"assertion.sub == '{subject}'",
            opts=self.child(),
        )
        account = ServiceAccount(
            f"{self.name}-images",
            ServiceAccountArgs(
                scope=args.scope, project=project, account="github-images", display_name="Image builds on GitHub"
            ),
            self.child(),
        )
        place_federation(
            self,
            account,
            holder="images",
            member=pulumi.Output.concat("principal://iam.googleapis.com/", pool.name, "/subject/", subject),
        )
        RepositoryIamMember(
            f"{self.name}-push",
            project=project.project_id,
            location=project.region,
            repository=args.registry.repository_name,
            role="roles/artifactregistry.writer",
            member=account.member,
            opts=self.child(),
        )
        self.provider_name = provider.name
        self.service_account = account.email
