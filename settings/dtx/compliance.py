"""Who may see and hear what happens to the data: records, how long they are kept, alerts and escalation.

DTx infrastructure, monitoring (logs for compliance, alerts) and security (personal data).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from settings.gcp.types import AlertChannelName, E164Number, SlackToken
from settings.model import Settings, rule
from settings.types import EmailAddress, Unique

#: Cloud Monitoring's levels.
Severity = Literal["CRITICAL", "ERROR", "WARNING"]
LogDays = Annotated[int, Field(ge=1, le=3650)]
ChannelNames = Annotated[tuple[AlertChannelName, ...], Unique()]


class LogSettings(Settings):
    """How long Cloud Logging keeps what it is given, in buckets of the region."""

    operational_days: LogDays
    """Days until the logs of services, cluster and stores are gone."""
    compliance_days: LogDays
    """Days until the records are gone of who changed, read, or was refused what: three years in production, in which
    claims can be made (German Civil Code, 195)."""
    locked: bool = False
    """Nobody can shorten the time or delete the records before it has passed. This cannot be taken back."""


class SlackSettings(Settings):
    """A channel in Slack, to which Google's app has been added."""

    channel: Annotated[str, Field(pattern=r"^#[a-z0-9_-]{1,79}$")]
    """Its name, with the #."""
    auth_token: SlackToken
    """What Slack gave for the app: `pulumi config set --secret --path platform:dtx.compliance.channels...`."""


class ChannelSettings(Settings):
    """One way to reach somebody."""

    email: EmailAddress | None = None
    """A mail address."""
    slack: SlackSettings | None = None
    """A channel in Slack."""
    sms: E164Number | None = None
    """A telephone that gets text messages; its owner confirms it once in Google's console."""

    @rule
    def _one_way(self) -> Iterator[str]:
        given = [name for name in ("email", "slack", "sms") if getattr(self, name) is not None]
        if len(given) != 1:
            yield f"a channel is one of email, slack, sms, and this has {', '.join(given) or 'none'}"


class EscalationSettings(Settings):
    """What happens when nobody mends a critical matter."""

    after_minutes: Annotated[int, Field(ge=5, le=1320)] = 30
    """Minutes after which the next level hears of a critical matter: with the alert's own, less than a day."""
    channels: ChannelNames
    """The next level."""
    remind_minutes: Annotated[int, Field(ge=30, le=1440)] = 30
    """Minutes between two reminders of what is still open: Google takes 30 to 1440."""


class LastingSettings(Settings):
    """When a state that is wrong by itself is told of."""

    minutes: Annotated[int, Field(ge=1, le=60)]
    """Minutes for which it must have lasted."""
    severity: Severity
    """How bad that is, and with it who is told."""


class AlertSettings(LastingSettings):
    """When a figure is told of."""

    above: Annotated[float, Field(ge=0)]
    """The figure that must not be passed, in the unit of the alert's name."""


class AlertsSettings(Settings):
    """Alerts on what only Google sees from outside the cluster."""

    unreachable_regions: AlertSettings = AlertSettings(above=1, minutes=2, severity="CRITICAL")
    """Places in Europe from which the entrance does not answer."""
    cluster_away: LastingSettings = LastingSettings(minutes=5, severity="CRITICAL")
    """Minutes for which no node has told anything: what runs in the cluster cannot say so itself."""
    error_percent: AlertSettings = AlertSettings(above=5, minutes=5, severity="CRITICAL")
    """Share of requests that the load balancer answers with 5xx."""
    latency_ms: AlertSettings = AlertSettings(above=1000, minutes=10, severity="WARNING")
    """Time in which 95 of 100 requests are answered."""
    database_down: LastingSettings = LastingSettings(minutes=2, severity="CRITICAL")
    """Minutes for which a database instance has been down."""
    replica_lag_seconds: AlertSettings = AlertSettings(above=300, minutes=5, severity="CRITICAL")
    """What a replica lacks: the 5 minutes that may be lost (RPO)."""
    database_cpu_percent: AlertSettings = AlertSettings(above=80, minutes=15, severity="WARNING")
    """Processor use of the database."""
    database_disk_percent: AlertSettings = AlertSettings(above=80, minutes=15, severity="ERROR")
    """Use of the database's disk."""
    cache_memory_percent: AlertSettings = AlertSettings(above=80, minutes=15, severity="WARNING")
    """Memory in use: from there allkeys-lru throws away what is still wanted."""
    nat_dropped_packets: AlertSettings = AlertSettings(above=0, minutes=5, severity="ERROR")
    """Packets that found no free port on the way out."""


class ComplianceSettings(Settings):
    """Logs, channels, alerts."""

    logs: LogSettings
    """How long records are kept."""
    channels: Mapping[AlertChannelName, ChannelSettings] = Field(default_factory=dict)
    """Ways to reach somebody, by name. None in an environment that wakes nobody."""
    routes: Mapping[Severity, ChannelNames] = Field(default_factory=dict)
    """Who is told of an alert, by its severity. What concerns the data's region goes to every channel, at once."""
    escalation: EscalationSettings | None = None
    """The next level; none in an environment that wakes nobody."""
    alerts: AlertsSettings = AlertsSettings()
    """When alerts are raised."""

    @rule
    def _routes_lead_to_channels(self) -> Iterator[str]:
        named = {f"routes.{severity}": names for severity, names in self.routes.items()}
        if self.escalation:
            named["escalation.channels"] = self.escalation.channels
        known = ", ".join(self.channels) or "there are none"
        for place, names in named.items():
            for name in names:
                if name not in self.channels:
                    yield f"{place} names {name}, which is no channel ({known})"

    @rule
    def _an_escalation_reaches_somebody_else(self) -> Iterator[str]:
        first = set(self.routes.get("CRITICAL", ()))
        if self.escalation and set(self.escalation.channels) <= first:
            yield (
                f"escalation.channels {', '.join(self.escalation.channels)} are told at once already "
                "(routes.CRITICAL): the next level is somebody else"
            )
