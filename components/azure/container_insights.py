"""Container insights: what the cluster's containers write and what its nodes do, as logs (design, 8.1.1 and 8.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.monitor import (
    DataCollectionRule,
    DataCollectionRuleAssociation,
    DataCollectionRuleDataSourcesArgs,
    DataCollectionRuleDestinationsArgs,
    DataFlowArgs,
    ExtensionDataSourceArgs,
    LogAnalyticsDestinationArgs,
    SyslogDataSourceArgs,
)

from components.azure.log_workspace import LogWorkspace
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

#: The agent on the nodes looks for exactly this association, and for an extension of this name.
ASSOCIATION: Final = "ContainerInsightsExtension"
EXTENSION: Final = "ContainerInsights"
#: What containers write to stdout and stderr; events and inventory; processor, memory, network and disk.
STREAMS: Final = (
    "Microsoft-ContainerLogV2",
    "Microsoft-KubeEvents",
    "Microsoft-KubeNodeInventory",
    "Microsoft-KubePodInventory",
    "Microsoft-InsightsMetrics",
    "Microsoft-Perf",
)
#: Sign-ins to the nodes themselves.
SYSLOG: Final = "Microsoft-Syslog"
SYSLOG_FACILITIES: Final = ("auth", "authpriv")
SYSLOG_LEVELS: Final = ("Notice", "Warning", "Error", "Critical", "Alert", "Emergency")
#: Metrics in full are Prometheus' business; here they are for looking at logs beside them.
INTERVAL: Final = "1m"


@dataclass(frozen=True, kw_only=True)
class ContainerInsightsArgs(ComponentArgs):
    """Whose logs go where."""

    group: ResourceGroup
    workspace: LogWorkspace
    cluster_id: pulumi.Input[str]


class ContainerInsights(Component[ContainerInsightsArgs], type="platform:azure:ContainerInsights"):
    """A rule of what the cluster's agent collects, and the association by which it finds the rule."""

    rule_id: pulumi.Output[str]

    def build(self, args: ContainerInsightsArgs) -> None:
        """Place the rule and its association."""
        destination = "workspace"
        rule = DataCollectionRule(
            f"{self.name}-rule",
            data_collection_rule_name=args.scope.names(naming.DATA_COLLECTION_RULE, "containers"),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            kind="Linux",
            description="What the containers write, the cluster's events, and sign-ins to its nodes",
            data_sources=DataCollectionRuleDataSourcesArgs(
                extensions=[
                    ExtensionDataSourceArgs(
                        name=ASSOCIATION,
                        extension_name=EXTENSION,
                        streams=[*STREAMS],
                        extension_settings={
                            "dataCollectionSettings": {
                                "interval": INTERVAL,
                                "namespaceFilteringMode": "Off",
                                "enableContainerLogV2": True,
                            }
                        },
                    )
                ],
                syslog=[
                    SyslogDataSourceArgs(
                        name="sign-ins",
                        streams=[SYSLOG],
                        facility_names=[*SYSLOG_FACILITIES],
                        log_levels=[*SYSLOG_LEVELS],
                    )
                ],
            ),
            destinations=DataCollectionRuleDestinationsArgs(
                log_analytics=[
                    LogAnalyticsDestinationArgs(name=destination, workspace_resource_id=args.workspace.workspace_id)
                ]
            ),
            data_flows=[DataFlowArgs(streams=[*STREAMS, SYSLOG], destinations=[destination])],
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        DataCollectionRuleAssociation(
            f"{self.name}-association",
            association_name=ASSOCIATION,
            resource_uri=args.cluster_id,
            data_collection_rule_id=rule.id,
            opts=self.child(),
        )
        self.rule_id = rule.id
