"""Grafana's dashboards as code: panels as data, their JSON by pure functions, a config map each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pulumi
from pulumi_kubernetes.core.v1 import ConfigMap

from components.base import Component, ComponentArgs
from components.kubernetes.prometheus_stack import DASHBOARD_LABEL, DATA_SOURCE

#: Grafana's grid: 24 columns, two panels in a row.
PANEL_COLUMNS: Final = 12
PANEL_ROWS: Final = 8
SCHEMA_VERSION: Final = 39


@dataclass(frozen=True, kw_only=True)
class Query:
    """PromQL, and what a line of its result is called."""

    expression: str
    legend: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture: lines over time, or figures as they are now."""

    title: str
    #: What is seen, and what a reader should think of it.
    description: str
    #: Grafana's name of the unit: `percent`, `s`, `reqps`, `bytes`, `short`.
    unit: str
    queries: Sequence[Query]
    kind: Literal["timeseries", "stat"] = "timeseries"
    #: Value from which it is wrong; drawn in red.
    wrong_from: float | None = None


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """Panels on one page."""

    name: str
    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, kw_only=True)
class DashboardsArgs(ComponentArgs):
    """Where Grafana looks for them, and what they are."""

    namespace: pulumi.Input[str]
    dashboards: Sequence[Dashboard]


class Dashboards(Component[DashboardsArgs], type="platform:kubernetes:Dashboards"):
    """Dashboards that nobody edits in the browser: the next start would take the edit back."""

    def build(self, args: DashboardsArgs) -> None:
        """Place a config map for each."""
        for dashboard in args.dashboards:
            ConfigMap(
                f"{self.name}-{dashboard.name}",
                metadata={
                    "name": f"dashboard-{dashboard.name}",
                    "namespace": args.namespace,
                    "labels": {**args.scope.tags.kubernetes(), **DASHBOARD_LABEL},
                },
                data={f"{dashboard.name}.json": json.dumps(dashboard_json(dashboard), indent=1)},
                opts=self.child(),
            )


def dashboard_json(dashboard: Dashboard) -> dict[str, Any]:
    """Return a dashboard as Grafana reads it."""
    return {
        "uid": dashboard.name,
        "title": dashboard.title,
        "schemaVersion": SCHEMA_VERSION,
        "editable": False,
        "timezone": "utc",
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "1m",
        "panels": [_panel(position, panel) for position, panel in enumerate(dashboard.panels)],
    }


def _panel(position: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(position, 2)
    source = {"type": "prometheus", "uid": DATA_SOURCE}
    return {
        "id": position + 1,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": source,
        "gridPos": {"x": column * PANEL_COLUMNS, "y": row * PANEL_ROWS, "w": PANEL_COLUMNS, "h": PANEL_ROWS},
        "fieldConfig": {"defaults": {"unit": panel.unit, **_thresholds(panel)}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": source,
                "expr": query.expression,
                "legendFormat": query.legend,
                "instant": panel.kind == "stat",
            }
            for index, query in enumerate(panel.queries)
        ],
    }


def _thresholds(panel: Panel) -> dict[str, Any]:
    if panel.wrong_from is None:
        return {}
    steps = [{"color": "green", "value": None}, {"color": "red", "value": panel.wrong_from}]
    drawn = {"custom": {"thresholdsStyle": {"mode": "line"}}} if panel.kind == "timeseries" else {}
    return {"thresholds": {"mode": "absolute", "steps": steps}, **drawn}
