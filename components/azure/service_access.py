"""What the services may do in Azure (TripGen physical architecture, 7.2.1)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.azure.managed_identity import ManagedIdentity
from components.azure.role_assignment import place_role
from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class ServiceAccessArgs(ComponentArgs):
    """Whose access it is, and to what. Databases and caches know the identity as a principal of their own."""

    identity: ManagedIdentity
    vault_id: pulumi.Input[str]
    #: The Service Bus namespace.
    messaging_id: pulumi.Input[str]
    storage_account_id: pulumi.Input[str]


class ServiceAccess(Component[ServiceAccessArgs], type="platform:azure:ServiceAccess"):
    """The permissions of the services' identity, row by row of the design's list."""

    def build(self, args: ServiceAccessArgs) -> None:
        """Place the roles."""
        for name, role, scope_id in (
            ("get-secrets", "Key Vault Secrets User", args.vault_id),
            ("get-certificates", "Key Vault Certificate User", args.vault_id),
            ("encrypt", "Key Vault Crypto User", args.vault_id),
            ("send", "Azure Service Bus Data Sender", args.messaging_id),
            ("receive", "Azure Service Bus Data Receiver", args.messaging_id),
            # Holds the two before it; they remain when the services stop managing their own subscriptions.
            ("manage", "Azure Service Bus Data Owner", args.messaging_id),
            ("read-write-blobs", "Storage Blob Data Contributor", args.storage_account_id),
        ):
            place_role(self, name, role=role, scope_id=scope_id, principal_id=args.identity.principal_id)
