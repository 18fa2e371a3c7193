"""Managed identities: who a cluster, a service or a workflow is towards Azure, without a secret of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.managedidentity import FederatedIdentityCredential, UserAssignedIdentity

from components.azure.resource_group import ResourceGroup
from components.base import AnyComponent, Component, ComponentArgs
from settings.azure import naming

#: What Entra expects as the audience of every token that it exchanges.
EXCHANGE_AUDIENCE: Final = "api://AzureADTokenExchange"


@dataclass(frozen=True, kw_only=True)
class ManagedIdentityArgs(ComponentArgs):
    """Where the identity lives and what it is for (`services` makes `tripgen-services`)."""

    group: ResourceGroup
    purpose: str


class ManagedIdentity(Component[ManagedIdentityArgs], type="platform:azure:ManagedIdentity"):
    """A user-assigned identity. It can do nothing until it is given roles (`role_assignment.place_role`)."""

    identity_id: pulumi.Output[str]
    #: Also called application id: what a service account's annotation and a workflow's login name.
    client_id: pulumi.Output[str]
    #: Also called object id: what role assignments and data services know the identity by.
    principal_id: pulumi.Output[str]

    def build(self, args: ManagedIdentityArgs) -> None:
        """Place the identity."""
        self.group = args.group
        identity = UserAssignedIdentity(
            f"{self.name}-identity",
            resource_group_name=args.group.group_name,
            resource_name_=args.scope.names(naming.MANAGED_IDENTITY, args.purpose),
            location=args.group.location,
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        self.identity_name = identity.name
        self.identity_id = identity.id
        self.client_id = identity.client_id
        self.principal_id = identity.principal_id


def place_federation(
    owner: AnyComponent, identity: ManagedIdentity, *, issuer: pulumi.Input[str], subjects: Mapping[str, str]
) -> None:
    """Let tokens of another issuer stand for an identity: those of exactly these subjects, by the credential's name.

    No secret is stored anywhere, tokens are exchanged. Entra refuses two credentials of one identity being written at
    once, so each waits for the one before it.
    """
    before: list[pulumi.Resource] = []
    for name, subject in subjects.items():
        credential = FederatedIdentityCredential(
            f"{owner.name}-{name}-federation",
            resource_group_name=identity.group.group_name,
            resource_name_=identity.identity_name,
            federated_identity_credential_resource_name=name,
            issuer=issuer,
            subject=subject,
            audiences=[EXCHANGE_AUDIENCE],
            opts=owner.child(depends_on=before),
        )
        before = [credential]
