"""Application Insights: what the services tell of their requests, calls and failures (design, 8.1.1 and 8.2.2)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native.applicationinsights import Component as InsightsComponent

from components.azure.log_workspace import LogWorkspace
from components.azure.managed_identity import ManagedIdentity
from components.azure.resource_group import ResourceGroup
from components.azure.role_assignment import place_role
from components.base import Component, ComponentArgs
from settings.azure import naming


@dataclass(frozen=True, kw_only=True)
class ApplicationInsightsArgs(ComponentArgs):
    """Where telemetry is kept, who may send it and how much of it stays."""

    group: ResourceGroup
    workspace: LogWorkspace
    #: Share of what arrives unsampled that is kept, in percent.
    sampling_percent: int
    #: Identity of the services: nobody else may send, and no key lets anybody.
    sender: ManagedIdentity


class ApplicationInsights(Component[ApplicationInsightsArgs], type="platform:azure:ApplicationInsights"):
    """Application Insights on the workspace: its tables, their retention and the daily cap are the workspace's."""

    insights_id: pulumi.Output[str]
    #: Where telemetry is sent; it opens nothing, for senders sign in.
    connection_string: pulumi.Output[str]

    def build(self, args: ApplicationInsightsArgs) -> None:
        """Place the resource and the right to send to it."""
        #: Known before it is there: the tag by which its tests are found must show in a preview.
        self.physical_name = args.scope.names(naming.APPLICATION_INSIGHTS)
        insights = InsightsComponent(
            f"{self.name}-insights",
            resource_name_=self.physical_name,
            resource_group_name=args.group.group_name,
            location=args.group.location,
            kind="web",
            application_type="web",
            ingestion_mode="LogAnalytics",
            workspace_resource_id=args.workspace.workspace_id,
            sampling_percentage=args.sampling_percent,
            disable_local_auth=True,
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        # Its name notwithstanding, this role is for all telemetry.
        place_role(
            self,
            "sender",
            role="Monitoring Metrics Publisher",
            scope_id=insights.id,
            principal_id=args.sender.principal_id,
        )
        self.insights_id = insights.id
        self.connection_string = insights.connection_string
