"""What TripGen tells of itself, how long it is kept, and who is told (TripGen physical architecture, 8 and 6.1.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.azure.logs import LogKind, TotalRetentionDays
from settings.azure.types import AlertChannelName, CountryCallingCode, PhoneNumber, WebhookUrl, WebTestLocation
from settings.model import Settings, rule
from settings.types import EmailAddress, MetricName, Unique, UrlPath

#: Levels of Azure Monitor: 0 critical, 1 error, 2 warning, 3 informational, 4 verbose.
Severity = Annotated[int, Field(ge=0, le=4)]
Channels = Annotated[tuple[AlertChannelName, ...], Unique()]
LOG_KINDS: Final[tuple[LogKind, ...]] = ("application", "system", "security", "audit")


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
    """Application Insights and what the services are told about it (8.1.1, 8.2.2)."""

    sampling_percent: Annotated[int, Field(ge=1, le=100)] = 5
    """Share of what the services send that is kept, where they have not sampled themselves."""
    correlation_ids: bool = True
    """Calls carry the id of the request that began them (W3C trace context)."""
    custom_spans: bool = True
    """The services add spans of their own."""
    dependency_tracking: bool = True
    """Calls to databases, caches, queues and other hosts are recorded."""
    performance_counters: bool = True
    """Processor, memory and threads of each process are recorded."""
    custom_metrics: Annotated[tuple[MetricName, ...], Field(min_length=1), Unique()] = (
        "trip_generation_success_rate",
        "user_satisfaction_score",
        "ai_response_time",
        "location_search_accuracy",
        "database_connection_pool",
        "cache_hit_ratio",
        "message_queue_depth",
        "external_api_latency",
    )
    """Figures that must be found by these names, whoever measures them."""


class AvailabilityTestSettings(Settings):
    """The request that tells from outside whether the environment is there."""

    path: UrlPath = "/actuator/health"
    """What is asked for."""
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
    automatic_action: Literal["none", "autoscale"] = "none"
    """What happens by itself: pods and nodes are added by their autoscalers, whose own thresholds stand with them."""


class PlatformAlertSettings(AlertSettings):
    """An alert on a metric of Azure itself, which knows only some windows."""

    @rule
    def _azure_knows_the_window(self) -> Iterator[str]:
        if self.window_minutes not in METRIC_WINDOWS_MINUTES:
            allowed = ", ".join(map(str, METRIC_WINDOWS_MINUTES))
            yield f"window_minutes {self.window_minutes}: Azure's own metrics are judged over {allowed} minutes"


#: Windows of a metric alert in Azure Monitor.
METRIC_WINDOWS_MINUTES: Final = (1, 5, 15, 30, 60, 360, 720, 1440)


class AlertsSettings(Settings):
    """The alerts: the design's seven (8.1.2), and those of other chapters."""

    availability_percent: PlatformAlertSettings = PlatformAlertSettings(
        threshold=99.9, window_minutes=5, severity=0, channels=("pagerduty", "teams", "sms")
    )
    """Service Unavailable: the share of requests from outside that are answered is lower."""
    error_rate_percent: AlertSettings = AlertSettings(
        threshold=1, window_minutes=5, severity=0, channels=("pagerduty", "teams")
    )
    """High Error Rate: the share of requests that fail on our side is higher."""
    ai_response_seconds: AlertSettings = AlertSettings(
        threshold=5, window_minutes=2, severity=0, channels=("teams", "slack")
    )
    """AI Response Time Exceeded: one request in twenty to the AI service takes longer."""
    pod_restarts: AlertSettings = AlertSettings(
        threshold=5, window_minutes=10, severity=0, channels=("teams",), automatic_action="autoscale"
    )
    """Pod Crash Loop: a container was started again more often."""
    cpu_percent: AlertSettings = AlertSettings(
        threshold=80, window_minutes=10, severity=2, automatic_action="autoscale"
    )
    """High CPU Usage: a node pool's processors are busier."""
    memory_percent: AlertSettings = AlertSettings(threshold=85, window_minutes=5, severity=2, channels=("teams",))
    """High Memory Usage: a node pool's memory is fuller."""
    database_connections_percent: AlertSettings = AlertSettings(
        threshold=80, window_minutes=5, severity=2, channels=("teams",)
    )
    """Database Connection Pool Exhausted: more of a service's pool is in use. Scaling the database is an operator's
    step in the runbook."""
    dead_letters: PlatformAlertSettings = PlatformAlertSettings(
        threshold=0, window_minutes=5, severity=2, channels=("teams",)
    )
    """Messages nobody could handle (6.1.1): there are more."""
    replica_lag_seconds: PlatformAlertSettings = PlatformAlertSettings(
        threshold=300, window_minutes=5, severity=1, channels=("teams",)
    )
    """A database replica is further behind (10.1.1: less than 5 minutes)."""
    log_cap: PlatformAlertSettings = PlatformAlertSettings(
        threshold=0, window_minutes=60, severity=2, channels=("teams",)
    )
    """The workspace has reached its daily cap more often: logs are being lost."""


class ObservabilitySettings(Settings):
    """Logs, metrics, traces and alerts of an environment."""

    logs: LogSettings
    """The workspace."""
    application: ApplicationSettings = ApplicationSettings()
    """What the services report."""
    availability_test: AvailabilityTestSettings = AvailabilityTestSettings()
    """How availability is measured."""
    channels: ChannelSettings = ChannelSettings()
    """Who is told."""
    alerts: AlertsSettings = AlertsSettings()
    """When."""
