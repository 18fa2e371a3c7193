"""GitHub Actions without a secret: an identity whose tokens come from one repository and one environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi

from components.azure.managed_identity import ManagedIdentity, ManagedIdentityArgs, place_federation
from components.azure.registry import Registry
from components.azure.resource_group import ResourceGroup
from components.azure.role_assignment import place_role
from components.base import Component, ComponentArgs

ISSUER: Final = "https://token.actions.githubusercontent.com"


@dataclass(frozen=True, kw_only=True)
class GitHubActionsArgs(ComponentArgs):
    """Who may push images, and where to."""

    group: ResourceGroup
    #: The repository whose workflows build the images, as GitHub spells it in a token's subject.
    repository: str
    #: GitHub environment (with its reviewers) that a job must run in.
    github_environment: str
    #: The registry that images go to.
    registry: Registry


class GitHubActions(Component[GitHubActionsArgs], type="platform:azure:GitHubActions"):
    """The identity of image builds: jobs of this environment of this repository; no other branch, fork or repository.

    The design calls it a service principal with OIDC. A managed identity is one whose credentials nobody can add to in
    the tenant's directory.
    """

    client_id: pulumi.Output[str]

    def build(self, args: GitHubActionsArgs) -> None:
        """Place the identity, its federation and its role."""
        identity = ManagedIdentity(
            f"{self.name}-identity",
            ManagedIdentityArgs(scope=args.scope, group=args.group, purpose="github-images"),
            self.child(),
        )
        place_federation(
            self,
            identity,
            issuer=ISSUER,
            subjects={
                f"github-{args.github_environment}": f"repo:{args.repository}:environment:{args.github_environment}"
            },
        )
        place_role(
            self,
            "push",
            role="AcrPush",
            scope_id=args.registry.registry_id,
            principal_id=identity.principal_id,
        )
        self.client_id = identity.client_id
