"""The key vault (TripGen physical architecture, 7.4; docs/adr/0026)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.keyvault import Key, KeyRotationPolicyActionType, SkuFamily, SkuName, Vault

from components.azure.deletion_lock import place_deletion_lock
from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.private_dns_zone import EndpointNetwork
from components.azure.private_link import PrivateLink, PrivateLinkArgs
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

#: An old version of a key still decrypts for this long after its successor came.
OVERLAP_DAYS: Final = 30
KEY_BITS: Final = 3072


@dataclass(frozen=True, kw_only=True)
class KeyVaultArgs(ComponentArgs):
    """Where the vault stands, how long what is deleted can be brought back, and its keys. It holds no secrets yet."""

    group: ResourceGroup
    network: EndpointNetwork
    tenant_id: str
    #: 7 to 90; fixed at creation.
    soft_delete_days: int
    #: Not even an owner removes for good what was deleted, before its days are over. Cannot be taken back.
    purge_protection: bool
    #: Keys in hardware, by name, and after how many days the vault makes a new version of each.
    keys: Sequence[str]
    key_days: int
    workspace: LogWorkspace


class KeyVault(Component[KeyVaultArgs], type="platform:azure:KeyVault"):
    """A vault on hardware modules, governed by roles, reached by a private endpoint only.

    What is deleted can be brought back for some days.
    """

    vault_id: pulumi.Output[str]
    vault_uri: pulumi.Output[str]

    def build(self, args: KeyVaultArgs) -> None:
        """Place the vault, its keys and its private endpoint."""
        group, tags = args.group, args.scope.tags.azure()
        vault = Vault(
            f"{self.name}-vault",
            vault_name=args.scope.names(naming.KEY_VAULT),
            resource_group_name=group.group_name,
            location=group.location,
            properties={
                "tenant_id": args.tenant_id,
                "sku": {"family": SkuFamily.A, "name": SkuName.PREMIUM},
                "enable_rbac_authorization": True,
                "enable_soft_delete": True,
                "soft_delete_retention_in_days": args.soft_delete_days,
                # Azure refuses False: on, or left out.
                "enable_purge_protection": args.purge_protection or None,
                "public_network_access": "Disabled",
                "network_acls": {"default_action": "Deny", "bypass": "None"},
            },
            tags=tags,
            opts=self.stateful_child(),
        )
        for key in args.keys:
            Key(
                f"{self.name}-{key}",
                key_name=key,
                vault_name=vault.name,
                resource_group_name=group.group_name,
                properties={
                    "kty": "RSA-HSM",
                    "key_size": KEY_BITS,
                    "key_ops": ["encrypt", "decrypt"],
                    "rotation_policy": {
                        "attributes": {"expiry_time": f"P{args.key_days + OVERLAP_DAYS}D"},
                        "lifetime_actions": [
                            {
                                "action": {"type": KeyRotationPolicyActionType.ROTATE},
                                "trigger": {"time_after_create": f"P{args.key_days}D"},
                            }
                        ],
                    },
                },
                tags=tags,
                # Keys alone are deleted inside the vault, which is closed to whoever runs this program: with it, only.
                opts=self.stateful_child(deleted_with=vault),
            )
        PrivateLink(
            f"{self.name}-link",
            PrivateLinkArgs(
                scope=args.scope,
                group=group,
                network=args.network,
                dns_zone="privatelink.vaultcore.azure.net",
                sub_resource="vault",
                target_id=vault.id,
            ),
            self.child(),
        )
        place_deletion_lock(self, "vault", resource_id=vault.id)
        place_diagnostics(self, "vault", resource_id=vault.id, workspace=args.workspace)
        self.vault_id = vault.id
        self.vault_uri = vault.properties.vault_uri
