"""Alert policies of Cloud Monitoring: on figures that Google measures, and on entries of the logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import pulumi
from pulumi_gcp.monitoring import (
    AlertPolicy,
    AlertPolicyAlertStrategyNotificationChannelStrategyArgsDict,
    AlertPolicyConditionArgsDict,
    AlertPolicyConditionConditionAbsentArgsDict,
    AlertPolicyConditionConditionThresholdAggregationArgsDict,
    AlertPolicyConditionConditionThresholdArgsDict,
)

from components.base import Component, ComponentArgs
from components.gcp.notification_channels import NotificationChannels

#: Figures come every minute.
PERIOD_SECONDS: Final = 60
#: A matter that is over is closed by itself; what a log told is closed by a person, or when a week has passed.
FIGURE_CLOSES_SECONDS: Final = 1800
LOG_CLOSES_SECONDS: Final = 7 * 24 * 3600
#: One message in this time for what a log repeats; Google wants a limit, and takes no less.
LOG_PERIOD_SECONDS: Final = 300

Severity = Literal["CRITICAL", "ERROR", "WARNING"]
Told: TypeAlias = list[pulumi.Output[str]]
Reminders: TypeAlias = list[AlertPolicyAlertStrategyNotificationChannelStrategyArgsDict]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A metric of Google's and how its series become one figure a thing (Cloud Monitoring's own words)."""

    metric: str
    resource: str
    aligner: str
    reducer: str = "REDUCE_MAX"
    #: What one alert each is raised for.
    by: Sequence[str] = ()
    #: Further conditions of the series.
    where: str = ""
    #: Series that the figure is a share of: everything but `where`.
    of_all: bool = False

    def filter(self, *, all_series: bool = False) -> str:
        """Return the filter of the series."""
        parts = [f'metric.type = "{self.metric}"', f'resource.type = "{self.resource}"']
        return " AND ".join([*parts, *([self.where] if self.where and not all_series else [])])

    def aggregations(self) -> list[AlertPolicyConditionConditionThresholdAggregationArgsDict]:
        """Return how series are brought together."""
        return [
            {
                "alignment_period": f"{PERIOD_SECONDS}s",
                "per_series_aligner": self.aligner,
                "cross_series_reducer": self.reducer,
                "group_by_fields": list(self.by),
            }
        ]


@dataclass(frozen=True, kw_only=True)
class FigureAlert:
    """A figure that must not pass a threshold for some minutes."""

    name: str
    title: str
    #: What it means and what to do, for whoever is woken by it.
    meaning: str
    figure: Figure
    #: None: that there is no figure at all is what is told.
    threshold: float | None
    below: bool = False
    minutes: int
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class LogAlert:
    """An entry of the logs that somebody must hear of at once."""

    name: str
    title: str
    meaning: str
    filter: str


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """The next level: when it hears of a critical matter that lasts, and how often it is reminded."""

    after_minutes: int
    channels: Sequence[str]
    remind_minutes: int


@dataclass(frozen=True, kw_only=True)
class AlertPoliciesArgs(ComponentArgs):
    """The alerts, and who is told of which."""

    project_id: str
    figures: Sequence[FigureAlert]
    logs: Sequence[LogAlert]
    channels: NotificationChannels
    routes: Mapping[Severity, Sequence[str]]
    escalation: Escalation | None


class AlertPolicies(Component[AlertPoliciesArgs], type="platform:gcp:AlertPolicies"):
    """Figures tell whom their severity says; what a log tells goes to every channel at once."""

    def build(self, args: AlertPoliciesArgs) -> None:
        """Place a policy for each, and a second one for critical figures that stay."""
        self.args = args
        for alert in args.figures:
            told = args.channels.of(args.routes.get(alert.severity, ()))
            self._place_figure(alert, alert.title, alert.minutes, told, [])
            if args.escalation and alert.severity == "CRITICAL":
                self._place_escalation(alert, args.escalation)
        for entry in args.logs:
            self._place_log(entry)

    def _place_figure(self, alert: FigureAlert, title: str, minutes: int, told: Told, reminders: Reminders) -> None:
        suffix = "" if title == alert.title else "-escalation"
        AlertPolicy(
            f"{self.name}-{alert.name}{suffix}",
            project=self.args.project_id,
            display_name=self._title(title),
            combiner="OR",
            severity=alert.severity,
            conditions=[condition(alert, title, minutes)],
            documentation={"content": alert.meaning, "mime_type": "text/markdown"},
            notification_channels=told,
            alert_strategy={"auto_close": f"{FIGURE_CLOSES_SECONDS}s", "notification_channel_strategies": reminders},
            user_labels=self.scope.tags.gcp(),
            opts=self.child(),
        )

    def _place_escalation(self, alert: FigureAlert, escalation: Escalation) -> None:
        """Tell the next level of what has lasted, and again until it is over."""
        told = self.args.channels.of(escalation.channels)
        reminders: Reminders = [
            {"notification_channel_names": told, "renotify_interval": f"{escalation.remind_minutes * 60}s"}
        ]
        self._place_figure(
            alert,
            f"{alert.title}, and nobody mended it",
            alert.minutes + escalation.after_minutes,
            told,
            reminders,
        )

    def _place_log(self, entry: LogAlert) -> None:
        AlertPolicy(
            f"{self.name}-{entry.name}",
            project=self.args.project_id,
            display_name=self._title(entry.title),
            combiner="OR",
            severity="CRITICAL",
            conditions=[
                {
                    "display_name": entry.title,
                    "condition_matched_log": {
                        "filter": entry.filter,
                        "label_extractors": {
                            "principal": "EXTRACT(protoPayload.authenticationInfo.principalEmail)",
                            "resource": "EXTRACT(protoPayload.resourceName)",
                        },
                    },
                }
            ],
            documentation={"content": entry.meaning, "mime_type": "text/markdown"},
            notification_channels=self.args.channels.everybody,
            alert_strategy={
                "auto_close": f"{LOG_CLOSES_SECONDS}s",
                "notification_rate_limit": {"period": f"{LOG_PERIOD_SECONDS}s"},
            },
            user_labels=self.scope.tags.gcp(),
            opts=self.child(),
        )

    def _title(self, title: str) -> str:
        tags = self.scope.tags
        return f"{tags.system} {tags.environment}: {title}"


def condition(alert: FigureAlert, title: str, minutes: int) -> AlertPolicyConditionArgsDict:
    """Return the condition of an alert that has lasted so many minutes."""
    if alert.threshold is not None:
        return {"display_name": title, "condition_threshold": _threshold(alert, minutes)}
    absent: AlertPolicyConditionConditionAbsentArgsDict = {
        "filter": alert.figure.filter(),
        "aggregations": [{**each} for each in alert.figure.aggregations()],
        "duration": f"{minutes * 60}s",
        "trigger": {"count": 1},
    }
    return {"display_name": title, "condition_absent": absent}


def _threshold(alert: FigureAlert, minutes: int) -> AlertPolicyConditionConditionThresholdArgsDict:
    figure = alert.figure
    judged: AlertPolicyConditionConditionThresholdArgsDict = {
        "filter": figure.filter(),
        "aggregations": figure.aggregations(),
        "comparison": "COMPARISON_LT" if alert.below else "COMPARISON_GT",
        "threshold_value": alert.threshold,
        "duration": f"{minutes * 60}s",
        "trigger": {"count": 1},
    }
    if figure.of_all:
        judged["denominator_filter"] = figure.filter(all_series=True)
        judged["denominator_aggregations"] = [{**each} for each in figure.aggregations()]
    return judged
