"""Managed Prometheus: a workspace for metrics, and what brings a cluster's metrics to it (design, 8.1.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.monitor import (
    AzureMonitorWorkspace,
    DataCollectionEndpoint,
    DataCollectionRule,
    DataCollectionRuleAssociation,
    DataCollectionRuleDataSourcesArgs,
    DataCollectionRuleDestinationsArgs,
    DataFlowArgs,
    MonitoringAccountDestinationArgs,
    PrometheusForwarderDataSourceArgs,
)

from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

STREAM: Final = "Microsoft-PrometheusMetrics"
#: The metrics agent asks for its configuration at the endpoint of this association.
ENDPOINT_ASSOCIATION: Final = "configurationAccessEndpoint"


@dataclass(frozen=True, kw_only=True)
class MetricsWorkspaceArgs(ComponentArgs):
    """Where metrics are kept: for 18 months, which Azure decides."""

    group: ResourceGroup


class MetricsWorkspace(Component[MetricsWorkspaceArgs], type="platform:azure:MetricsWorkspace"):
    """An Azure Monitor workspace: the store behind PromQL."""

    workspace_id: pulumi.Output[str]
    #: Where PromQL is asked, for autoscalers and dashboards.
    query_endpoint: pulumi.Output[str]

    def build(self, args: MetricsWorkspaceArgs) -> None:
        """Place the workspace."""
        workspace = AzureMonitorWorkspace(
            f"{self.name}-workspace",
            azure_monitor_workspace_name=args.scope.names(naming.MONITOR_WORKSPACE),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            tags=args.scope.tags.azure(),
            opts=self.stateful_child(),
        )
        self.workspace_id = workspace.id
        self.query_endpoint = workspace.metrics.apply(lambda metrics: metrics.prometheus_query_endpoint)


@dataclass(frozen=True, kw_only=True)
class ClusterMetricsArgs(ComponentArgs):
    """Which cluster's metrics go where."""

    group: ResourceGroup
    metrics: MetricsWorkspace
    cluster_id: pulumi.Input[str]


class ClusterMetrics(Component[ClusterMetricsArgs], type="platform:azure:ClusterMetrics"):
    """What the cluster's metrics agent needs to send anything at all: switching it on alone collects nothing."""

    rule_id: pulumi.Output[str]

    def build(self, args: ClusterMetricsArgs) -> None:
        """Place the endpoint, the rule and both associations."""
        names, tags = args.scope.names, args.scope.tags.azure()
        endpoint = DataCollectionEndpoint(
            f"{self.name}-endpoint",
            data_collection_endpoint_name=names(naming.DATA_COLLECTION_ENDPOINT, "metrics"),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            kind="Linux",
            tags=tags,
            opts=self.child(),
        )
        destination = "metrics"
        rule = DataCollectionRule(
            f"{self.name}-rule",
            data_collection_rule_name=names(naming.DATA_COLLECTION_RULE, "metrics"),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            kind="Linux",
            description="The cluster's Prometheus metrics",
            data_collection_endpoint_id=endpoint.id,
            data_sources=DataCollectionRuleDataSourcesArgs(
                prometheus_forwarder=[PrometheusForwarderDataSourceArgs(name="prometheus", streams=[STREAM])]
            ),
            destinations=DataCollectionRuleDestinationsArgs(
                monitoring_accounts=[
                    MonitoringAccountDestinationArgs(name=destination, account_resource_id=args.metrics.workspace_id)
                ]
            ),
            data_flows=[DataFlowArgs(streams=[STREAM], destinations=[destination])],
            tags=tags,
            opts=self.child(),
        )
        DataCollectionRuleAssociation(
            f"{self.name}-association",
            association_name="prometheus",
            resource_uri=args.cluster_id,
            data_collection_rule_id=rule.id,
            opts=self.child(),
        )
        DataCollectionRuleAssociation(
            f"{self.name}-endpoint-association",
            association_name=ENDPOINT_ASSOCIATION,
            resource_uri=args.cluster_id,
            data_collection_endpoint_id=endpoint.id,
            opts=self.child(),
        )
        self.rule_id = rule.id
