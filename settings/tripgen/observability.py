"""What TripGen tells of itself, how long it is kept, and who is told (TripGen physical architecture, 8 and 6.1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.azure.logs import LogKind, TotalRetentionDays
from settings.azure.types import AlertChannelName, CountryCallingCode, PhoneNumber, WebhookUrl, WebTestLocation
from settings.model import Settings, rule
from settings.types import EmailAddress, MetricName, Unique

#: Levels of Azure Monitor: 0 critical, 1 error, 2 warning, 3 informational, 4 verbose.
Severity = Annotated[int, Field(ge=0, le=4)]
#: Windows that Azure Monitor offers.
METRIC_WINDOWS_MINUTES: Final = (1, 5, 15, 30, 60, 360, 720, 1440)
LOG_WINDOWS_MINUTES: Final = (5, 10, 15, 30, 45, 60, 120, 180, 240, 300, 360, 1440)
Channels = Annotated[tuple[AlertChannelName, ...], Unique()]


class LogSettings(Settings):
    """The workspace (8.1.1) and how long each kind of log is kept (8.2.1)."""

    retention_days: Annotated[int, Field(ge=30, le=730)]
    """Days in which logs are queried at once."""
    daily_cap_gb: Annotated[int, Field(ge=1, le=1000)]
    """What one day may ingest; the rest of the day is lost, and somebody is told."""
    application_days: TotalRetentionDays
    """Days until the services' own logs are gone."""
    system_days: TotalRetentionDays
    """Days until events of the cluster, figures of machines and logs of data services are gone."""
    security_days: TotalRetentionDays
    """Days until the logs of firewalls, gateways and sign-ins are gone."""
    audit_days: TotalRetentionDays
    """Days until the records of who changed or read what are gone: 2556 for the design's 2555, which Azure refuses."""

    @property
    def total_retention_days(self) -> Mapping[LogKind, int]:
        """Days until logs are gone, by kind."""
        return {
            "application": self.application_days,
            "system": self.system_days,
            "security": self.security_days,
            "audit": self.audit_days,
        }


class ApplicationSettings(Settings):
    """Application Insights, and what the services' agent is told (8.1.1, 8.2.2).

    The agent attaches itself to every service. It hands the id of a request on to whatever the request calls (W3C trace
    context), takes spans that the services add, and records processor, memory and threads, without being told.
    """

    sampling_percent: Annotated[int, Field(ge=1, le=100)] = 5
    """Share of what the services send that is kept, where they have not sampled themselves."""
    dependency_tracking: bool = True
    """Calls to databases, caches and queues are recorded."""


class CustomMetricSettings(Settings):
    """A figure of the services that is found by the design's name (8.2.2)."""

    name: MetricName
    """The design's name."""
    kind: Literal["business", "technical"]
    """Whom it serves."""
    unit: Literal["ratio", "seconds", "score", "messages"]
    """What it counts."""
    expression: Annotated[str, Field(min_length=1)] | None = None
    """PromQL out of what the services count. None: they tell the figure by this name themselves."""


class AvailabilityTestSettings(Settings):
    """The request that tells from outside whether the environment is there: for the edge's own health path."""

    locations: Annotated[tuple[WebTestLocation, ...], Field(min_length=1), Unique()] = (
        "apac-hk-hkn-azr",
        "apac-jp-kaw-edge",
        "apac-sg-sin-azr",
        "emea-au-syd-edge",
        "us-ca-sjc-azr",
    )
    """Where it comes from; Azure offers no place in Korea. Five, so that one place's trouble is not ours."""
    every_seconds: Literal[300, 600, 900] = 300
    """Time between two requests from each place."""
    timeout_seconds: Annotated[int, Field(ge=5, le=120)] = 30
    """Time in which an answer counts."""


class Webhook(Settings):
    """Where an alert is posted to: `pulumi config set --secret --path platform:tripgen.observability.channels...`."""

    url: WebhookUrl
    """The address; whoever knows it can post, so that it is a secret."""


class Phone(Settings):
    """Where an alert is texted to."""

    country_code: CountryCallingCode
    """Country code without the plus: 82 for Korea."""
    number: PhoneNumber
    """The number without country code and leading zero."""


class ChannelSettings(Settings):
    """Who is told of alerts (8.1.2). A channel that is not given is not there: nobody is woken by dev."""

    pagerduty: Webhook | None = None
    """Whoever is on call."""
    teams: Webhook | None = None
    """The team's channel in Microsoft Teams: the address of a workflow that takes Azure's common alert schema."""
    slack: EmailAddress | None = None
    """The team's channel in Slack, by its mail address: Slack's own webhooks do not take Azure's alerts."""
    sms: Phone | None = None
    """A telephone."""


class AlertSettings(Settings):
    """When an alert fires, and whom it tells."""

    threshold: Annotated[float, Field(ge=0)]
    """The figure that must not be passed, in the unit of its name."""
    window_minutes: Annotated[int, Field(ge=1, le=1440)]
    """Time that is judged at once."""
    severity: Severity
    """Azure Monitor's levels, from 0 (critical) to 4."""
    channels: Channels = ()
    """Who is told; nobody where something else acts by itself."""


class PrometheusAlertSettings(AlertSettings):
    """An alert on a Prometheus metric, over any time."""

    remedy: Literal["none", "autoscale", "scale-database"] = "none"
    """What else is done. `autoscale`: pods and nodes are added by their autoscalers, whose thresholds stand with them.
    `scale-database`: an operator does it by the runbook; the database's size is a setting."""


class MetricAlertSettings(AlertSettings):
    """An alert on a metric of Azure's own, which is judged over few different times."""

    @rule
    def _azure_knows_the_window(self) -> Iterator[str]:
        if self.window_minutes not in METRIC_WINDOWS_MINUTES:
            allowed = ", ".join(map(str, METRIC_WINDOWS_MINUTES))
            yield f"window_minutes {self.window_minutes}: Azure judges its own metrics over {allowed}"


class LogAlertSettings(AlertSettings):
    """An alert on a query of the workspace, which is asked once a window."""

    @rule
    def _azure_knows_the_window(self) -> Iterator[str]:
        if self.window_minutes not in LOG_WINDOWS_MINUTES:
            allowed = ", ".join(map(str, LOG_WINDOWS_MINUTES))
            yield f"window_minutes {self.window_minutes}: Azure asks its logs every {allowed}"


class AlertsSettings(Settings):
    """The alerts: the design's seven (8.1.2), and those of other chapters."""

    availability_percent: MetricAlertSettings = MetricAlertSettings(
        threshold=99.9, window_minutes=5, severity=0, channels=("pagerduty", "teams", "sms")
    )
    """Service Unavailable: the share of requests from outside that are answered is lower."""
    error_rate_percent: PrometheusAlertSettings = PrometheusAlertSettings(
        threshold=1, window_minutes=5, severity=0, channels=("pagerduty", "teams")
    )
    """High Error Rate: the share of requests that fail on our side is higher."""
    ai_response_seconds: PrometheusAlertSettings = PrometheusAlertSettings(
        threshold=5, window_minutes=2, severity=0, channels=("teams", "slack")
    )
    """AI Response Time Exceeded: one request in twenty to the AI service takes longer."""
    pod_restarts: PrometheusAlertSettings = PrometheusAlertSettings(
        threshold=5, window_minutes=10, severity=0, channels=("teams",), remedy="autoscale"
    )
    """Pod Crash Loop: a container was started again more often."""
    cpu_percent: PrometheusAlertSettings = PrometheusAlertSettings(
        threshold=80, window_minutes=10, severity=2, remedy="autoscale"
    )
    """High CPU Usage: a node's processors are busier."""
    memory_percent: PrometheusAlertSettings = PrometheusAlertSettings(
        threshold=85, window_minutes=5, severity=2, channels=("teams",)
    )
    """High Memory Usage: a node's memory is fuller."""
    database_connections_percent: PrometheusAlertSettings = PrometheusAlertSettings(
        threshold=80, window_minutes=5, severity=2, channels=("teams",), remedy="scale-database"
    )
    """Database Connection Pool Exhausted: more of a service's pool is in use."""
    dead_letters: MetricAlertSettings = MetricAlertSettings(
        threshold=0, window_minutes=5, severity=2, channels=("teams",)
    )
    """Messages nobody could handle (6.1.1): there are more."""
    replica_lag_seconds: MetricAlertSettings = MetricAlertSettings(
        threshold=300, window_minutes=5, severity=1, channels=("teams",)
    )
    """A database replica is further behind (10.1.1: less than 5 minutes)."""
    log_cap: LogAlertSettings = LogAlertSettings(threshold=0, window_minutes=60, severity=2, channels=("teams",))
    """The workspace has reached its daily cap more often: logs are being lost."""


#: Histograms and counters behind these come from Micrometer: `ai.response.time` is `ai_response_time_seconds` there.
CUSTOM_METRICS: Final = (
    CustomMetricSettings(
        name="trip_generation_success_rate",
        kind="business",
        unit="ratio",
        expression='sum(rate(trip_generation_total{outcome="success"}[5m])) / sum(rate(trip_generation_total[5m]))',
    ),
    CustomMetricSettings(name="user_satisfaction_score", kind="business", unit="score"),
    CustomMetricSettings(
        name="ai_response_time",
        kind="business",
        unit="seconds",
        expression="histogram_quantile(0.95, sum by (le) (rate(ai_response_time_seconds_bucket[5m])))",
    ),
    CustomMetricSettings(name="location_search_accuracy", kind="business", unit="ratio"),
    CustomMetricSettings(
        name="database_connection_pool",
        kind="technical",
        unit="ratio",
        expression="max by (app) (hikaricp_connections_active / hikaricp_connections_max)",
    ),
    CustomMetricSettings(
        name="cache_hit_ratio",
        kind="technical",
        unit="ratio",
        expression=(
            'sum by (app) (rate(cache_gets_total{result="hit"}[5m])) / sum by (app) (rate(cache_gets_total[5m]))'
        ),
    ),
    CustomMetricSettings(name="message_queue_depth", kind="technical", unit="messages"),
    CustomMetricSettings(
        name="external_api_latency",
        kind="technical",
        unit="seconds",
        expression=(
            "histogram_quantile(0.95, sum by (le, client_name) (rate(http_client_requests_seconds_bucket[5m])))"
        ),
    ),
)


class ObservabilitySettings(Settings):
    """Logs, metrics, traces and alerts of an environment."""

    logs: LogSettings
    """The workspace."""
    application: ApplicationSettings = ApplicationSettings()
    """What the services report."""
    custom_metrics: Annotated[tuple[CustomMetricSettings, ...], Field(min_length=1)] = CUSTOM_METRICS
    """The services' own figures."""
    availability_test: AvailabilityTestSettings = AvailabilityTestSettings()
    """How availability is measured."""
    channels: ChannelSettings = ChannelSettings()
    """Who is told."""
    alerts: AlertsSettings = AlertsSettings()
    """When."""
