"""TripGen's alerts: who is told, which figure each of the settings' alerts is about, and what it means (design, 8.1.2).

Where a figure is judged follows docs/adr/0031: by Prometheus unless only Azure itself knows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from components.azure.action_groups import MailTarget, PhoneTarget, Target, WebhookTarget
from components.azure.alerts import LogAlertRule, MetricAlertRule, PrometheusAlertRule, RecordingRule
from settings.tripgen.observability import (
    AlertSettings,
    AlertsSettings,
    ChannelSettings,
    CustomMetricSettings,
    PrometheusAlertSettings,
)


def targets(channels: ChannelSettings) -> dict[str, Target]:
    """Return the channels that the settings give, by name."""
    found: dict[str, Target] = {
        name: WebhookTarget(url=webhook.url)
        for name, webhook in (("pagerduty", channels.pagerduty), ("teams", channels.teams))
        if webhook
    }
    if channels.slack:
        found["slack"] = MailTarget(address=channels.slack)
    if channels.sms:
        found["sms"] = PhoneTarget(country_code=channels.sms.country_code, number=channels.sms.number)
    return found


def _figures(alert: AlertSettings) -> dict[str, Any]:
    """Return what every alert takes from its settings."""
    return {
        "threshold": alert.threshold,
        "window_minutes": alert.window_minutes,
        "severity": alert.severity,
        "channels": alert.channels,
    }


def _prometheus_figures(alert: PrometheusAlertSettings) -> dict[str, Any]:
    """Return what an alert on a Prometheus metric takes from its settings."""
    return {**_figures(alert), "remedy": alert.remedy}


def recordings(metrics: tuple[CustomMetricSettings, ...]) -> list[RecordingRule]:
    """Return the rules that give custom metrics their names."""
    return [RecordingRule(record=metric.name, expression=metric.expression) for metric in metrics if metric.expression]


def prometheus_alerts(alerts: AlertsSettings) -> Iterator[PrometheusAlertRule]:
    """Yield the alerts on what the cluster and the services measure. Only the services' own pods are asked."""
    yield PrometheusAlertRule(
        title="High Error Rate",
        meaning="Requests fail on our side. Look at the latest rollout first, then at the query error-analysis.",
        expression=(
            '100 * sum(rate(http_server_requests_seconds_count{status=~"5.."}[{window}])) '
            "/ sum(rate(http_server_requests_seconds_count[{window}]))"
        ),
        **_prometheus_figures(alerts.error_rate_percent),
    )
    yield PrometheusAlertRule(
        title="AI Response Time Exceeded",
        meaning="One AI answer in twenty takes too long. Look at external_api_latency and at the queue's length.",
        expression="histogram_quantile(0.95, sum by (le) (rate(ai_response_time_seconds_bucket[{window}])))",
        **_prometheus_figures(alerts.ai_response_seconds),
    )
    yield PrometheusAlertRule(
        title="Pod Crash Loop",
        meaning="A container does not stay up. The autoscaler sees to the load; the reason is in ContainerLogV2.",
        expression=(
            "sum by (namespace, pod, container) (increase(kube_pod_container_status_restarts_total[{window}]))"
        ),
        **_prometheus_figures(alerts.pod_restarts),
    )
    yield PrometheusAlertRule(
        title="High CPU Usage",
        meaning="A node is busy. Pods and nodes are added by their autoscalers; act only if they are at their maximum.",
        expression='100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{job="node",mode="idle"}[{window}])))',
        **_prometheus_figures(alerts.cpu_percent),
    )
    yield PrometheusAlertRule(
        title="High Memory Usage",
        meaning="A node's memory is nearly full; its pods may be evicted. Compare requests with what pods really use.",
        expression=(
            '100 * (1 - avg_over_time(node_memory_MemAvailable_bytes{job="node"}[{window}]) '
            '/ node_memory_MemTotal_bytes{job="node"})'
        ),
        **_prometheus_figures(alerts.memory_percent),
    )
    yield PrometheusAlertRule(
        title="Database Connection Pool Exhausted",
        meaning="A service soon waits for connections. The runbook says when to scale the database, and how.",
        expression=(
            "100 * max by (app) (avg_over_time(hikaricp_connections_active[{window}]) / hikaricp_connections_max)"
        ),
        **_prometheus_figures(alerts.database_connections_percent),
    )


def availability(alerts: AlertsSettings) -> MetricAlertRule:
    """Return the alert on what the availability test finds."""
    return MetricAlertRule(
        title="Service Unavailable",
        meaning="Requests from outside are not answered. Severity 1: follow the incident runbook at once.",
        namespace="microsoft.insights/components",
        metric="availabilityResults/availabilityPercentage",
        aggregation="Average",
        operator="LessThan",
        **_figures(alerts.availability_percent),
    )


def dead_letters(alerts: AlertsSettings) -> MetricAlertRule:
    """Return the alert on messages that nobody could handle, by queue and topic (6.1.1)."""
    return MetricAlertRule(
        title="Dead Letters",
        meaning="Messages were given up. Read why in their DeadLetterReason, mend that, and send them again.",
        namespace="Microsoft.ServiceBus/namespaces",
        metric="DeadletteredMessages",
        aggregation="Maximum",
        by="EntityName",
        **_figures(alerts.dead_letters),
    )


def replica_lag(alerts: AlertsSettings) -> MetricAlertRule:
    """Return the alert on a replica that falls behind, and with it the promise of 15 minutes (10.1.1)."""
    return MetricAlertRule(
        title="Replica Lag",
        meaning="A replica is behind. On a primary that nobody writes to the figure grows too, and means nothing.",
        namespace="Microsoft.DBforPostgreSQL/flexibleServers",
        metric="physical_replication_delay_in_seconds",
        aggregation="Maximum",
        **_figures(alerts.replica_lag_seconds),
    )


def log_cap(alerts: AlertsSettings) -> LogAlertRule:
    """Return the alert on logs that are lost because the day's are full."""
    return LogAlertRule(
        title="Daily Log Cap Reached",
        meaning="Until the next day no logs are kept. Find out who writes so many: table Usage, by DataType.",
        query='_LogOperation | where Category =~ "Ingestion" and Detail has "OverQuota"',
        **_figures(alerts.log_cap),
    )
