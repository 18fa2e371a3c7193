"""Hourly snapshots of the cache (TripGen physical architecture, 5.3.1 and 10.1.1; docs/adr/0027).

Managed Redis exports when it is told to, and has no schedule: a workflow tells it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native.logic import ManagedServiceIdentityType, Workflow

from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.managed_identity import ManagedIdentity, ManagedIdentityArgs
from components.azure.redis import Redis
from components.azure.resource_group import ResourceGroup
from components.azure.role_assignment import place_own_role
from components.base import Component, ComponentArgs
from settings.azure import naming

#: The resource manager, and the version of its API that the provider itself speaks with the cache.
RESOURCE_MANAGER: Final = "https://management.azure.com"
CACHE_API_VERSION: Final = "2025-07-01"
EXPORT_ACTION: Final = "Microsoft.Cache/redisEnterprise/databases/export/action"
DEFINITION_SCHEMA: Final = (
    "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
)


@dataclass(frozen=True, kw_only=True)
class CacheExportArgs(ComponentArgs):
    """The cache, the container that its snapshots go to, and how often."""

    group: ResourceGroup
    cache: Redis
    container_url: pulumi.Input[str]
    every_hours: int
    workspace: LogWorkspace


def definition(*, database_id: str, container_url: str, identity_id: str, every_hours: int) -> dict[str, Any]:
    """Return the workflow: every so many hours, tell the cache to write a snapshot. The cache signs in by itself."""
    return {
        "$schema": DEFINITION_SCHEMA,
        "contentVersion": "1.0.0.0",
        "triggers": {
            "schedule": {"type": "Recurrence", "recurrence": {"frequency": "Hour", "interval": every_hours}},
        },
        "actions": {
            "export": {
                "type": "Http",
                "inputs": {
                    "method": "POST",
                    "uri": f"{RESOURCE_MANAGER}{database_id}/export?api-version={CACHE_API_VERSION}",
                    "body": {"sasUri": container_url},
                    "authentication": {
                        "type": "ManagedServiceIdentity",
                        "identity": identity_id,
                        "audience": f"{RESOURCE_MANAGER}/",
                    },
                },
                "runAfter": {},
            }
        },
        "outputs": {},
    }


class CacheExport(Component[CacheExportArgs], type="platform:azure:CacheExport"):
    """A workflow that may do one thing: tell one cache to export."""

    workflow_id: pulumi.Output[str]

    def build(self, args: CacheExportArgs) -> None:
        """Place who asks, what they may ask for, and the schedule."""
        identity = ManagedIdentity(
            f"{self.name}-identity",
            ManagedIdentityArgs(scope=args.scope, group=args.group, purpose="cache-export"),
            self.child(),
        )
        role = place_own_role(
            self,
            "export-cache",
            actions=[EXPORT_ACTION],
            group=args.group,
            scope_id=args.cache.cluster_id,
            principal_id=identity.principal_id,
        )
        workflow = Workflow(
            f"{self.name}-workflow",
            workflow_name=args.scope.names(naming.WORKFLOW, "cache-export"),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            state="Enabled",
            identity={
                "type": ManagedServiceIdentityType.USER_ASSIGNED,
                "user_assigned_identities": [identity.identity_id],
            },
            definition=pulumi.Output.all(
                args.cache.database_id, pulumi.Output.from_input(args.container_url), identity.identity_id
            ).apply(
                lambda known: definition(
                    database_id=known[0],
                    container_url=known[1],
                    identity_id=known[2],
                    every_hours=args.every_hours,
                )
            ),
            tags=args.scope.tags.azure(),
            opts=self.child(depends_on=[role]),
        )
        place_diagnostics(self, "workflow", resource_id=workflow.id, workspace=args.workspace)
        self.workflow_id = workflow.id
