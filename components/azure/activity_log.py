"""The activity log: who changed what in the subscription, kept as long as an audit asks for (design, 8.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi_azure_native.monitor import SubscriptionDiagnosticSetting

from components.azure.log_workspace import LogWorkspace
from components.base import Component, ComponentArgs

#: Everything but what is no deed of anybody: advice, and Azure's own scaling.
CATEGORIES: Final = ("Administrative", "Security", "Policy", "Alert", "ServiceHealth", "ResourceHealth")


@dataclass(frozen=True, kw_only=True)
class ActivityLogArgs(ComponentArgs):
    """Where it goes. Azure itself keeps it for 90 days only."""

    workspace: LogWorkspace


class ActivityLog(Component[ActivityLogArgs], type="platform:azure:ActivityLog"):
    """The subscription's activity log, sent to the workspace: the subscription is the environment's own."""

    def build(self, args: ActivityLogArgs) -> None:
        """Place the subscription's setting."""
        SubscriptionDiagnosticSetting(
            f"{self.name}-setting",
            name=args.scope.names.system,
            workspace_id=args.workspace.workspace_id,
            logs=[{"category": category, "enabled": True} for category in CATEGORIES],
            opts=self.child(),
        )
