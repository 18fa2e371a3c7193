"""Metrics, logs and alerts inside the cluster (DTx infrastructure, monitoring: metrics, logging, alerting)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.capacity import MIB_PER_GIB, NOTHING, Amount, PodGroup
from settings.model import Settings, rule
from settings.services import Percent, Resources
from settings.types import DnsName, EmailAddress, KubernetesName, Matches, Unique

ChartVersion = Annotated[str, Matches(r"\d+\.\d+\.\d+", "a chart's version, for example 88.5.3")]
ElasticVersion = Annotated[str, Matches(r"9\.\d+\.\d+", "a version 9 of the Elastic Stack, for example 9.4.5")]
SlackChannel = Annotated[str, Matches(r"#[a-z0-9_-]{1,79}", "a Slack channel, for example #dtx-alerts")]
LogField = Annotated[
    str, Matches(r"[a-z][A-Za-z0-9_]*(?:\.[a-z][A-Za-z0-9_]*)*", "a field of a log line, for example user.id")
]
#: How bad it is. `violation` is a breach of residency or encryption, whatever else works.
Severity = Literal["violation", "critical", "warning"]
Channel = Literal["email", "slack", "sms"]
Gib = Annotated[int, Field(ge=1, le=4096)]
DAY_SECONDS: Final = 24 * 60 * 60


class PodSettings(Settings):
    """Equal pods: how many, and what each may take."""

    replicas: Annotated[int, Field(ge=1, le=9)] = 1
    """How many run. No two share a node, and zones differ by one at most."""
    requests: Resources
    """What the scheduler sets aside for each pod."""
    limits: Resources
    """What a pod can take at most."""

    @rule
    def _requests_are_within_limits(self) -> Iterator[str]:
        if not self.requests.amount.fits(self.limits.amount):
            yield (
                f"requests ({self.requests.cpu}, {self.requests.memory}) must not exceed limits "
                f"({self.limits.cpu}, {self.limits.memory})"
            )

    def group(self, name: str) -> PodGroup:
        """Return the pods as the capacity check knows them."""
        return PodGroup(name=name, pods=self.replicas, each=self.requests.amount)


class StoredPodSettings(PodSettings):
    """Pods with a volume each, on disks under the region's key."""

    storage_gib: Gib
    """Size of a pod's volume in GiB. It can grow, never shrink."""


class PrometheusSettings(StoredPodSettings):
    """Prometheus: every replica measures everything, so that one is enough to look at."""

    retention_days: Annotated[int, Field(ge=1, le=400)]
    """Days that measurements are kept."""
    scrape_seconds: Annotated[int, Field(ge=10, le=120)] = 30
    """Seconds between two measurements."""

    @property
    def retention_mib(self) -> int:
        """Size in MiB at which the oldest measurements go, however young: a full volume would stop everything."""
        return self.storage_gib * MIB_PER_GIB * 85 // 100


class RouteSettings(Settings):
    """Who hears of alerts of one severity, how soon, and how often again."""

    channels: Annotated[tuple[Channel, ...], Field(min_length=1), Unique()]
    """By which channels, of those the environment has."""
    wait_seconds: Annotated[int, Field(ge=0, le=600)]
    """Time in which alerts of one kind are gathered before the first message."""
    repeat_minutes: Annotated[int, Field(ge=5, le=1440)]
    """Time after which people hear of it again while it lasts."""


class RoutesSettings(Settings):
    """The way of each severity (DTx infrastructure, monitoring: alerting policy)."""

    violation: RouteSettings = RouteSettings(channels=("email", "slack", "sms"), wait_seconds=0, repeat_minutes=15)
    """Breaches of the rules: everybody, at once."""
    critical: RouteSettings = RouteSettings(channels=("email", "slack", "sms"), wait_seconds=30, repeat_minutes=60)
    """Users are or will be affected: everybody."""
    warning: RouteSettings = RouteSettings(channels=("email", "slack"), wait_seconds=60, repeat_minutes=240)
    """Somebody should look at it in working hours."""

    @rule
    def _violations_wait_for_nothing(self) -> Iterator[str]:
        if self.violation.wait_seconds:
            yield (
                f"violation.wait_seconds {self.violation.wait_seconds} must be 0: a violation of the rules is told at "
                "once (DTx infrastructure, alerting)"
            )


class EmailSettings(Settings):
    """Alerts by e-mail; the password stands in the channels' secret under `smtp-password`."""

    to: EmailAddress
    """Who gets them."""
    sender: EmailAddress
    """Whom they come from."""
    host: DnsName
    """Mail server."""
    port: Literal[465, 587] = 587
    """Its port. Compute Engine lets nothing out on 25."""
    username: EmailAddress
    """Who signs in there."""


class ChannelsSettings(Settings):
    """How alerts reach people. What is missing is not used; without any, alerts show in Alertmanager only."""

    secret: KubernetesName = "alert-channels"  # noqa: S105 - the name of one
    """Kubernetes Secret in the monitoring namespace, made by operators: `smtp-password`, `slack-url`, `sms-url`."""
    email: EmailSettings | None = None
    """E-mail."""
    slack: SlackChannel | None = None
    """Slack channel; its webhook is `slack-url`."""
    sms: DnsName | None = None
    """Host of the on-call service that sends text messages; its webhook is `sms-url`."""

    @property
    def present(self) -> tuple[Channel, ...]:
        """The channels that the environment has."""
        there: dict[Channel, bool] = {
            "email": self.email is not None,
            "slack": self.slack is not None,
            "sms": self.sms is not None,
        }
        return tuple(channel for channel, is_there in there.items() if is_there)


class ThresholdsSettings(Settings):
    """From where somebody is told. Shares are percent."""

    node_memory_percent: Percent = 90
    """Memory of a node in use."""
    disk_percent: Percent = 85
    """Disk of a node, or a volume, in use."""
    pod_restarts: Annotated[int, Field(ge=1)] = 3
    """Restarts of a container within fifteen minutes."""
    api_server_errors_percent: Percent = 3
    """Calls of the API server that fail on its side."""
    request_errors_percent: Percent = 1
    """Requests of a service that fail on its side."""
    latency_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """Time within which 95 of 100 requests of a service are answered."""
    sign_in_failures_percent: Percent = 30
    """Attempts to sign in that fail."""
    replay_failures_percent: Percent = 5
    """Replays of TimeMachine that fail."""
    quiet_minutes: Annotated[int, Field(ge=10, le=1440)] = 60
    """Time without anybody signing in that somebody should know of."""
    erasure_days: Annotated[int, Field(ge=1, le=30)] = 25
    """Age of a request for erasure that is too old: the GDPR gives a month, and somebody has to do it still."""
    escalation_minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    """A warning that lasts this long is critical."""

    @property
    def erasure_seconds(self) -> int:
        """The same age in seconds."""
        return self.erasure_days * DAY_SECONDS


class MetricsSettings(Settings):
    """Prometheus, Alertmanager and Grafana out of one chart."""

    chart: ChartVersion = "88.5.3"
    """Version of the chart kube-prometheus-stack, and with it of every image in it."""
    prometheus: PrometheusSettings
    """What measures and keeps."""
    alertmanager: StoredPodSettings
    """What tells people."""
    grafana: PodSettings = PodSettings(
        requests=Resources(cpu="150m", memory="384Mi"), limits=Resources(cpu="1", memory="768Mi")
    )
    """What shows: one pod, because sessions stand in its memory (docs/adr/0045)."""
    operator: PodSettings = PodSettings(
        requests=Resources(cpu="100m", memory="128Mi"), limits=Resources(cpu="500m", memory="512Mi")
    )
    """What sets Prometheus and Alertmanager up."""
    state_exporter: PodSettings = PodSettings(
        requests=Resources(cpu="50m", memory="128Mi"), limits=Resources(cpu="500m", memory="512Mi")
    )
    """kube-state-metrics: objects of the cluster as measurements."""
    node_exporter: PodSettings = PodSettings(
        requests=Resources(cpu="50m", memory="64Mi"), limits=Resources(cpu="250m", memory="128Mi")
    )
    """What measures a node: a pod on each."""

    @rule
    def _one_grafana(self) -> Iterator[str]:
        if self.grafana.replicas > 1:
            yield f"grafana.replicas {self.grafana.replicas}: 1, because sessions stand in the pod (docs/adr/0045)"


class PersonalFieldsSettings(Settings):
    """What becomes of personal data in log lines before they are kept (DTx infrastructure, pseudonymisation)."""

    secret: KubernetesName = "log-pseudonyms"  # noqa: S105 - the name of one
    """Kubernetes Secret in the collection namespace, made by operators, whose `key` pseudonyms are made with."""
    replaced: Annotated[tuple[LogField, ...], Field(min_length=1), Unique()] = (
        "userId",
        "user.id",
        "patientId",
        "patient.id",
        "sessionId",
        "session.id",
    )
    """Fields that become pseudonyms: equal ones stay equal, nobody reads who it is."""
    removed: Annotated[tuple[LogField, ...], Field(min_length=1), Unique()] = (
        "email",
        "user.email",
        "name",
        "user.name",
        "phone",
        "birthDate",
        "insuranceNumber",
        "authorization",
        "cookie",
        "password",
        "token",
    )
    """Fields that are not kept at all."""
    shortened: Annotated[tuple[LogField, ...], Field(min_length=1), Unique()] = (
        "clientIp",
        "remoteAddress",
        "client.ip",
        "source.ip",
    )
    """Fields with addresses: their last part goes (IPv4: the last of four, IPv6: all but the first three of eight)."""

    @rule
    def _a_field_has_one_fate(self) -> Iterator[str]:
        fates = [*self.replaced, *self.removed, *self.shortened]
        if twice := sorted({name for name in fates if fates.count(name) > 1}):
            yield f"{', '.join(twice)}: in one of replaced, removed and shortened only"


class LogsSettings(Settings):
    """Filebeat, Logstash, Elasticsearch and Kibana, run by Elastic's operator."""

    operator_chart: ChartVersion = "3.5.0"
    """Version of the chart eck-operator."""
    version: ElasticVersion = "9.4.5"
    """Version of the whole stack, and with it of its images."""
    retention_days: Annotated[int, Field(ge=1, le=400)]
    """Days after which lines are deleted."""
    elasticsearch: StoredPodSettings
    """What keeps lines. Its memory is half its heap, half the disks' cache."""
    kibana: PodSettings
    """What shows them."""
    logstash: StoredPodSettings
    """What reads, pseudonymises and hands on; its volume holds what Elasticsearch cannot take yet."""
    operator: PodSettings = PodSettings(
        requests=Resources(cpu="100m", memory="192Mi"), limits=Resources(cpu="1", memory="1Gi")
    )
    """Elastic's operator."""
    filebeat: PodSettings = PodSettings(
        requests=Resources(cpu="100m", memory="160Mi"), limits=Resources(cpu="500m", memory="320Mi")
    )
    """What reads a node's log files: a pod on each."""
    personal: PersonalFieldsSettings = PersonalFieldsSettings()
    """What becomes of personal data."""

    @rule
    def _a_quorum_survives(self) -> Iterator[str]:
        if self.elasticsearch.replicas == 2:  # noqa: PLR2004 - the one number that is worse than one less
            yield "elasticsearch.replicas 2: of two nodes none may be lost, so 1, or 3 and more"


class MonitoringSettings(Settings):
    """What watches the cluster from inside it."""

    metrics: MetricsSettings
    """Measurements, dashboards and alerts."""
    logs: LogsSettings
    """Log lines of the services. Who changed or read what is in Cloud Logging (docs/adr/0047)."""
    channels: ChannelsSettings = ChannelsSettings()
    """How alerts reach people."""
    routes: RoutesSettings = RoutesSettings()
    """Who hears of what."""
    thresholds: ThresholdsSettings = ThresholdsSettings()
    """From where."""

    @rule
    def _every_severity_reaches_somebody(self) -> Iterator[str]:
        present = self.channels.present
        for severity in ("violation", "critical", "warning"):
            wanted = getattr(self.routes, severity).channels
            if present and not set(wanted) & set(present):
                yield (
                    f"routes.{severity}.channels {', '.join(wanted)}: channels has none of these, only "
                    f"{', '.join(present)}"
                )

    def pods(self) -> list[PodGroup]:
        """Return everything that runs apart from what runs on every node, for the capacity check."""
        metrics, logs = self.metrics, self.logs
        named: dict[str, PodSettings] = {
            "prometheus": metrics.prometheus,
            "alertmanager": metrics.alertmanager,
            "grafana": metrics.grafana,
            "prometheus-operator": metrics.operator,
            "kube-state-metrics": metrics.state_exporter,
            "elastic-operator": logs.operator,
            "elasticsearch": logs.elasticsearch,
            "kibana": logs.kibana,
            "logstash": logs.logstash,
        }
        return [pods.group(name) for name, pods in named.items()]

    def amount(self) -> tuple[Amount, Amount]:
        """Return what all of it requests apart from what runs on every node, and what its largest pod does."""
        groups = self.pods()
        largest = Amount(
            cpu_millis=max(group.each.cpu_millis for group in groups),
            memory_mib=max(group.each.memory_mib for group in groups),
        )
        return sum((group.total for group in groups), NOTHING), largest

    def on_every_node(self) -> Amount:
        """Return what Filebeat and the node exporter request on each node."""
        return self.logs.filebeat.requests.amount + self.metrics.node_exporter.requests.amount
