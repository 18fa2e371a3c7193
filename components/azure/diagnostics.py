"""Diagnostic settings: what a resource tells of itself, sent to the workspace (design, 6.1.1 and 8.2.1)."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native.monitor import DiagnosticSetting, DiagnosticsLogSettingsArgs

from components.azure.log_workspace import LogWorkspace
from components.base import AnyComponent


def place_diagnostics(
    owner: AnyComponent,
    name: str,
    *,
    resource_id: pulumi.Input[str],
    workspace: LogWorkspace,
    categories: Sequence[str] = (),
    has_logs: bool = True,
    metrics: Sequence[str] = ("AllMetrics",),
) -> DiagnosticSetting:
    """Send all of a resource's logs and platform metrics to the workspace, on behalf of its owner.

    `categories` names single kinds of log where all of them are too much: every read of a Kubernetes API server, for
    example. A service without logs (`has_logs`), or whose metrics have other names, is to be called so: Azure refuses
    what it has not. Each service writes to tables of its own where it has such.
    """
    everything = [DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)] if has_logs else []
    logs = [DiagnosticsLogSettingsArgs(category=category, enabled=True) for category in categories] or everything
    return DiagnosticSetting(
        f"{owner.name}-{name}-diagnostics",
        name="workspace",
        resource_uri=resource_id,
        workspace_id=workspace.workspace_id,
        log_analytics_destination_type="Dedicated",
        logs=logs,
        metrics=[{"category": metric, "enabled": True} for metric in metrics],
        opts=owner.child(),
    )
