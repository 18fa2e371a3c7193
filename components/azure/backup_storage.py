"""Where backups stand that no data service keeps by itself (TripGen physical architecture, 5.3.1; docs/adr/0027)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native.storage import (
    BlobContainer,
    BlobServiceProperties,
    DateAfterCreationArgs,
    DateAfterModificationArgs,
    DefaultAction,
    ManagementPolicy,
    ManagementPolicyActionArgs,
    ManagementPolicyBaseBlobArgs,
    ManagementPolicyDefinitionArgs,
    ManagementPolicyFilterArgs,
    ManagementPolicyRuleArgs,
    ManagementPolicySchemaArgs,
    ManagementPolicyVersionArgs,
    PublicAccess,
    StorageAccount,
)

from components.azure.deletion_lock import place_deletion_lock
from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.private_dns_zone import EndpointNetwork
from components.azure.private_link import PrivateLink, PrivateLinkArgs
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming


@dataclass(frozen=True, kw_only=True)
class BackupStorageArgs(ComponentArgs):
    """Where copies stand, what is kept how long, and for how long a deletion can be undone."""

    group: ResourceGroup
    network: EndpointNetwork
    #: `ZRS`, `GZRS` or `RAGZRS`: in all zones; in the paired region too; and readable there.
    redundancy: str
    #: Days that blobs stay, by container.
    containers: Mapping[str, int]
    deleted_days: int
    workspace: LogWorkspace


def expiry_rule(container: str, days: int) -> ManagementPolicyRuleArgs:
    """Return the lifecycle rule of a container: blobs go after so many days, and what was written over goes with them.

    A blob that goes becomes an older version, which is as old as the blob was: it goes the next day.
    """
    return ManagementPolicyRuleArgs(
        name=f"expire-{container}",
        type="Lifecycle",
        enabled=True,
        definition=ManagementPolicyDefinitionArgs(
            filters=ManagementPolicyFilterArgs(blob_types=["blockBlob"], prefix_match=[f"{container}/"]),
            actions=ManagementPolicyActionArgs(
                base_blob=ManagementPolicyBaseBlobArgs(
                    delete=DateAfterModificationArgs(days_after_modification_greater_than=days)
                ),
                version=ManagementPolicyVersionArgs(
                    delete=DateAfterCreationArgs(days_after_creation_greater_than=days)
                ),
            ),
        ),
    )


class BackupStorage(Component[BackupStorageArgs], type="platform:azure:BackupStorage"):
    """An account without keys, reached by a private endpoint only, that keeps what was overwritten or deleted."""

    account_id: pulumi.Output[str]
    account_name: pulumi.Output[str]
    blob_endpoint: pulumi.Output[str]

    def build(self, args: BackupStorageArgs) -> None:
        """Place the account, its containers and when their blobs go."""
        group = args.group
        account = StorageAccount(
            f"{self.name}-account",
            account_name=args.scope.names(naming.STORAGE_ACCOUNT, "backup"),
            resource_group_name=group.group_name,
            location=group.location,
            kind="StorageV2",
            sku={"name": f"Standard_{args.redundancy}"},
            minimum_tls_version="TLS1_2",
            enable_https_traffic_only=True,
            public_network_access="Disabled",
            # Azure's own services come by with their identities: the cache brings its exports.
            network_rule_set={"default_action": DefaultAction.DENY, "bypass": "AzureServices"},
            allow_blob_public_access=False,
            allow_shared_key_access=False,
            default_to_o_auth_authentication=True,
            allow_cross_tenant_replication=False,
            is_local_user_enabled=False,
            tags=args.scope.tags.azure(),
            opts=self.stateful_child(),
        )
        kept = {"enabled": True, "days": args.deleted_days}
        blobs = BlobServiceProperties(
            f"{self.name}-blobs",
            blob_services_name="default",
            account_name=account.name,
            resource_group_name=group.group_name,
            is_versioning_enabled=True,
            delete_retention_policy=kept,
            container_delete_retention_policy=kept,
            opts=self.child(),
        )
        for container in args.containers:
            BlobContainer(
                f"{self.name}-{container}",
                container_name=container,
                account_name=account.name,
                resource_group_name=group.group_name,
                public_access=PublicAccess.NONE,
                opts=self.stateful_child(),
            )
        ManagementPolicy(
            f"{self.name}-expiry",
            management_policy_name="default",
            account_name=account.name,
            resource_group_name=group.group_name,
            policy=ManagementPolicySchemaArgs(
                rules=[expiry_rule(container, days) for container, days in args.containers.items()]
            ),
            # Rules about versions are refused before there are any.
            opts=self.child(depends_on=[blobs]),
        )
        PrivateLink(
            f"{self.name}-link",
            PrivateLinkArgs(
                scope=args.scope,
                group=group,
                network=args.network,
                dns_zone="privatelink.blob.core.windows.net",
                sub_resource="blob",
                target_id=account.id,
            ),
            self.child(),
        )
        place_deletion_lock(self, "account", resource_id=account.id)
        place_diagnostics(
            self,
            "blobs",
            resource_id=pulumi.Output.concat(account.id, "/blobServices/default"),
            workspace=args.workspace,
            metrics=("Transaction",),
        )
        self.account_id = account.id
        self.account_name = account.name
        self.blob_endpoint = account.primary_endpoints.blob
