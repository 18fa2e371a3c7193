"""Alerts: where each is evaluated is decided here, when it fires and whom it tells comes from settings (docs/adr/0031).

Three kinds, by where the figure lives: a metric of Azure's own, a Prometheus metric, rows of the workspace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
from pulumi_azure_native.alertsmanagement import PrometheusRuleArgs, PrometheusRuleGroup, PrometheusRuleGroupActionArgs
from pulumi_azure_native.alertsmanagement import PrometheusRuleResolveConfigurationArgs as ResolveConfigurationArgs
from pulumi_azure_native.monitor import (
    ActionsArgs,
    ConditionArgs,
    ConditionFailingPeriodsArgs,
    MetricAlert,
    MetricAlertActionArgs,
    MetricAlertSingleResourceMultipleMetricCriteriaArgs,
    MetricCriteriaArgs,
    MetricDimensionArgs,
    ScheduledQueryRule,
    ScheduledQueryRuleCriteriaArgs,
)

from components.azure.action_groups import ActionGroups
from components.azure.log_workspace import LogWorkspace
from components.azure.managed_prometheus import MetricsWorkspace
from components.azure.resource_group import ResourceGroup
from components.base import AnyComponent, Component, ComponentArgs
from settings.azure import naming

SINGLE_RESOURCE: Final = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"
EVERY_MINUTE: Final = "PT1M"
#: An alert ends when its condition has not held for this long.
RESOLVED_AFTER: Final = "PT10M"
#: Rules in one group of managed Prometheus, at most.
RULES_IN_A_GROUP: Final = 20


def iso_minutes(minutes: int) -> str:
    """Return a time in the spelling of Azure Monitor: whole hours and days by their own letters."""
    if minutes % 1440 == 0:
        return f"P{minutes // 1440}D"
    return f"PT{minutes // 60}H" if minutes % 60 == 0 else f"PT{minutes}M"


@dataclass(frozen=True, kw_only=True)
class AlertRule:
    """What every alert says: its name, when it fires, how bad that is, who is told, and what it means for them."""

    #: The design's own name.
    title: str
    threshold: float
    window_minutes: int
    severity: int
    channels: Sequence[str]
    #: What it means and what to do, for whoever is woken.
    meaning: str


@dataclass(frozen=True, kw_only=True)
class MetricAlertRule(AlertRule):
    """An alert on a metric of Azure's own."""

    namespace: str
    metric: str
    aggregation: Literal["Average", "Maximum", "Total"]
    operator: Literal["GreaterThan", "LessThan"] = "GreaterThan"
    #: Dimension by whose values the metric is judged one by one.
    by: str | None = None


@dataclass(frozen=True, kw_only=True)
class PrometheusAlertRule(AlertRule):
    """An alert on an expression: `{window}` stands for its range; it fires where the value is over the threshold."""

    expression: str
    #: What is done about it besides telling people, for those who are told.
    remedy: str

    @property
    def condition(self) -> str:
        """The expression as Prometheus evaluates it."""
        return f"({self.expression.replace('{window}', f'{self.window_minutes}m')}) > {self.threshold:g}"


@dataclass(frozen=True, kw_only=True)
class LogAlertRule(AlertRule):
    """An alert on the number of rows that a query of the workspace finds."""

    query: str


def place_metric_alert(
    owner: AnyComponent,
    label: str,
    *,
    group: ResourceGroup,
    resource_id: pulumi.Input[str],
    rule: MetricAlertRule,
    actions: ActionGroups,
) -> None:
    """Place an alert on one resource's metric; `label` names it among the owner's."""
    MetricAlert(
        f"{owner.name}-{label}",
        rule_name=owner.scope.names(naming.ALERT_RULE, label),
        resource_group_name=group.group_name,
        location="global",
        description=f"{rule.title}: {rule.meaning}",
        severity=rule.severity,
        enabled=True,
        scopes=[resource_id],
        evaluation_frequency=EVERY_MINUTE,
        window_size=iso_minutes(rule.window_minutes),
        criteria=MetricAlertSingleResourceMultipleMetricCriteriaArgs(
            odata_type=SINGLE_RESOURCE,
            all_of=[
                MetricCriteriaArgs(
                    criterion_type="StaticThresholdCriterion",
                    name="threshold",
                    metric_namespace=rule.namespace,
                    metric_name=rule.metric,
                    time_aggregation=rule.aggregation,
                    operator=rule.operator,
                    threshold=rule.threshold,
                    dimensions=[MetricDimensionArgs(name=rule.by, operator="Include", values=["*"])] if rule.by else [],
                )
            ],
        ),
        auto_mitigate=True,
        actions=[MetricAlertActionArgs(action_group_id=group_id) for group_id in actions.of(rule.channels)],
        tags=owner.scope.tags.azure(),
        opts=owner.child(),
    )


def place_log_alert(
    owner: AnyComponent,
    label: str,
    *,
    group: ResourceGroup,
    workspace: LogWorkspace,
    rule: LogAlertRule,
    actions: ActionGroups,
) -> None:
    """Place an alert on a query, asked once a window."""
    ScheduledQueryRule(
        f"{owner.name}-{label}",
        rule_name=owner.scope.names(naming.ALERT_RULE, label),
        resource_group_name=group.group_name,
        location=group.location,
        kind="LogAlert",
        display_name=rule.title,
        description=rule.meaning,
        severity=rule.severity,
        enabled=True,
        scopes=[workspace.workspace_id],
        evaluation_frequency=iso_minutes(rule.window_minutes),
        window_size=iso_minutes(rule.window_minutes),
        criteria=ScheduledQueryRuleCriteriaArgs(
            all_of=[
                ConditionArgs(
                    query=rule.query,
                    time_aggregation="Count",
                    operator="GreaterThan",
                    threshold=rule.threshold,
                    failing_periods=ConditionFailingPeriodsArgs(
                        number_of_evaluation_periods=1, min_failing_periods_to_alert=1
                    ),
                )
            ]
        ),
        auto_mitigate=True,
        actions=ActionsArgs(action_groups=actions.of(rule.channels)),
        tags=owner.scope.tags.azure(),
        opts=owner.child(),
    )


@dataclass(frozen=True, kw_only=True)
class RecordingRule:
    """A figure under a name of its own."""

    record: str
    expression: str


@dataclass(frozen=True, kw_only=True)
class PrometheusRulesArgs(ComponentArgs):
    """What one cluster's metrics are asked every minute."""

    group: ResourceGroup
    metrics: MetricsWorkspace
    cluster_id: pulumi.Input[str]
    cluster_name: pulumi.Input[str]
    recordings: Sequence[RecordingRule]
    alerts: Sequence[PrometheusAlertRule]
    actions: ActionGroups


class PrometheusRules(Component[PrometheusRulesArgs], type="platform:azure:PrometheusRules"):
    """Recording and alert rules of managed Prometheus, a group each."""

    def build(self, args: PrometheusRulesArgs) -> None:
        """Place both groups."""
        self._place(
            args,
            "recordings",
            [
                PrometheusRuleArgs(record=recording.record, expression=recording.expression, enabled=True)
                for recording in args.recordings
            ],
        )
        self._place(args, "alerts", [self._alert(args, rule) for rule in args.alerts])

    def _alert(self, args: PrometheusRulesArgs, rule: PrometheusAlertRule) -> PrometheusRuleArgs:
        return PrometheusRuleArgs(
            alert=rule.title,
            expression=rule.condition,
            severity=rule.severity,
            enabled=True,
            labels={"remedy": rule.remedy},
            annotations={"description": rule.meaning},
            resolve_configuration=ResolveConfigurationArgs(auto_resolved=True, time_to_resolve=RESOLVED_AFTER),
            actions=[
                PrometheusRuleGroupActionArgs(action_group_id=group_id) for group_id in args.actions.of(rule.channels)
            ],
        )

    def _place(self, args: PrometheusRulesArgs, label: str, rules: Sequence[PrometheusRuleArgs]) -> None:
        if len(rules) > RULES_IN_A_GROUP:
            raise ValueError(f"{len(rules)} rules in the group {label}: Azure takes {RULES_IN_A_GROUP}")
        PrometheusRuleGroup(
            f"{self.name}-{label}",
            rule_group_name=args.scope.names(naming.PROMETHEUS_RULE_GROUP, label),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            cluster_name=args.cluster_name,
            scopes=[args.metrics.workspace_id, args.cluster_id],
            interval=EVERY_MINUTE,
            enabled=True,
            rules=[*rules],
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
