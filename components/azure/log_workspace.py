"""The Log Analytics workspace: where every log of an environment goes, and how long it stays (design, 8.1.1 and 8.2.1).

Which tables hold which kind of log is a fact of Azure's; how long each kind is kept is a setting (docs/adr/0032).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pulumi
from pulumi_azure_native.operationalinsights import Workspace
from pulumi_azure_native.resources import Deployment, DeploymentMode, DeploymentPropertiesArgs

from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming
from settings.azure.logs import LogKind

#: Azure's own tables by the kind of log that lands in them. Only tables that something of ours writes to: a table that
#: belongs to a product which the workspace does not have (SecurityEvent: Windows, Defender) cannot be configured.
TABLES: Final = MappingProxyType[LogKind, tuple[str, ...]](
    {
        "application": (
            "AppAvailabilityResults",
            "AppDependencies",
            "AppEvents",
            "AppExceptions",
            "AppMetrics",
            "AppPerformanceCounters",
            "AppRequests",
            "AppTraces",
            "ContainerLogV2",
        ),
        "system": (
            "AKSControlPlane",
            "AZMSOperationalLogs",
            "AzureMetrics",
            "InsightsMetrics",
            "KubeEvents",
            "KubeNodeInventory",
            "KubePodInventory",
            "PGSQLServerLogs",
            "Perf",
        ),
        "security": (
            "AGWAccessLogs",
            "AGWFirewallLogs",
            "AZFWApplicationRule",
            "AZFWIdpsSignature",
            "AZFWNetworkRule",
            "AzureDiagnostics",
            "ContainerRegistryLoginEvents",
            "Syslog",
        ),
        "audit": ("AKSAudit", "AKSAuditAdmin", "AZKVAuditLogs", "AzureActivity"),
    }
)
TABLE_TYPE: Final = "Microsoft.OperationalInsights/workspaces/tables"
#: The API version of the provider's own workspaces and tables.
TABLE_API_VERSION: Final = "2023-09-01"


@dataclass(frozen=True, kw_only=True)
class LogWorkspaceArgs(ComponentArgs):
    """How long logs are kept and how much a day may bring."""

    group: ResourceGroup
    #: Days in which logs can be queried at once: 30 to 730.
    retention_days: int
    #: What one day may ingest; Azure drops what exceeds it until the next.
    daily_cap_gb: int
    #: Days until logs are gone, by kind. After `retention_days` they are read by search jobs.
    total_retention_days: Mapping[LogKind, int]


def table_retention(
    workspace_name: str, retention_days: int, total_retention_days: Mapping[LogKind, int]
) -> dict[str, Any]:
    """Return the template that gives every table its retention, in the resource manager's own spelling."""

    def tables() -> Iterator[dict[str, Any]]:
        for kind, total_days in total_retention_days.items():
            for table in TABLES[kind]:
                yield {
                    "type": TABLE_TYPE,
                    "apiVersion": TABLE_API_VERSION,
                    "name": f"{workspace_name}/{table}",
                    "properties": {
                        "plan": "Analytics",
                        "retentionInDays": min(retention_days, total_days),
                        "totalRetentionInDays": total_days,
                    },
                }

    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": list(tables()),
    }


class LogWorkspace(Component[LogWorkspaceArgs], type="platform:azure:LogWorkspace"):
    """A workspace that only Entra identities write to, with a cap on the day and a retention by the kind of log."""

    workspace_id: pulumi.Output[str]
    workspace_name: pulumi.Output[str]

    def build(self, args: LogWorkspaceArgs) -> None:
        """Place the workspace and the retention of its tables."""
        name = args.scope.names(naming.LOG_WORKSPACE)
        workspace = Workspace(
            f"{self.name}-workspace",
            workspace_name=name,
            resource_group_name=args.group.group_name,
            location=args.group.location,
            sku={"name": "PerGB2018"},
            retention_in_days=args.retention_days,
            workspace_capping={"daily_quota_gb": args.daily_cap_gb},
            features={"disable_local_auth": True, "enable_log_access_using_only_resource_permissions": True},
            tags=args.scope.tags.azure(),
            opts=self.stateful_child(),
        )
        # The tables are there as soon as the workspace is, and the provider creates nothing that is there already: only
        # a template of the resource manager sets what it finds.
        Deployment(
            f"{self.name}-table-retention",
            deployment_name=args.scope.names(naming.DEPLOYMENT, "table-retention"),
            resource_group_name=args.group.group_name,
            properties=DeploymentPropertiesArgs(
                mode=DeploymentMode.INCREMENTAL,
                template=table_retention(name, args.retention_days, args.total_retention_days),
            ),
            tags=args.scope.tags.azure(),
            opts=self.child(depends_on=[workspace]),
        )
        self.workspace_id = workspace.id
        self.workspace_name = workspace.name
