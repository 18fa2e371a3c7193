"""DTx' alerts: which figures and records they are about, and what they mean for whoever is woken.

What happens inside the cluster is Prometheus' (systems/dtx_monitoring.py); these are judged by Google, so that they
speak even when the cluster cannot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from components.gcp.alert_policies import Figure, FigureAlert, LogAlert
from components.gcp.notification_channels import Mail, Recipient, Slack, TextMessage
from settings.dtx.compliance import AlertSettings, AlertsSettings, ChannelSettings

_DATABASE = "cloudsql_database"
_LOAD_BALANCER = "http_external_regional_lb_rule"


def recipient(channel: ChannelSettings) -> Recipient:
    """Return whom a channel of the settings reaches."""
    if channel.email:
        return Mail(address=channel.email)
    if channel.slack:
        return Slack(channel=channel.slack.channel, auth_token=channel.slack.auth_token)
    assert channel.sms  # noqa: S101 - the settings let no channel through without one
    return TextMessage(number=channel.sms)


def streams(region: str) -> Mapping[str, str]:
    """Return what is kept for compliance, by name: filters of Cloud Logging (monitoring, logs).

    An audit record names where the resource is and, when it was moved, where it was before.
    """
    here = f'protoPayload.resourceLocation.currentLocations=~"^({region}(-[a-z])?|global)$"'
    region_changes = (
        'log_id("cloudaudit.googleapis.com/activity")',
        f"((protoPayload.resourceLocation.currentLocations:* NOT {here})",
        "OR protoPayload.resourceLocation.originalLocations:*",
        'OR protoPayload.serviceName="orgpolicy.googleapis.com")',
    )
    violations = (
        '(log_id("cloudaudit.googleapis.com/policy")',
        'OR (log_id("cloudaudit.googleapis.com/activity")',
        '(protoPayload.status.message:"constraints/" OR protoPayload.response.error.message:"constraints/")))',
    )
    return {
        "region-changes": "\n".join(region_changes),
        "data-access": 'log_id("cloudaudit.googleapis.com/data_access")',
        "violations": "\n".join(violations),
    }


def log_alerts(region: str) -> Iterator[LogAlert]:
    """Yield what is told of at once: whatever would bring data out of the region, or hide that it happened."""
    kept = streams(region)
    yield LogAlert(
        name="region-change",
        title="Something was made outside of the region, or what holds it there was changed",
        meaning=(
            f"A resource stands outside of {region}, was moved, or an organisation policy was changed. Find it with "
            "`python -m ops regions`, and follow docs/runbooks/dtx-residency.md: data that left is a reportable matter."
        ),
        filter=kept["region-changes"],
    )
    yield LogAlert(
        name="violation",
        title="A rule for the data's region was run against",
        meaning=(
            "Google refused a call by an organisation policy or the service perimeter. Nothing happened; somebody or "
            "something tried. Ask the principal in this message what it was for."
        ),
        filter=kept["violations"],
    )
    yield LogAlert(
        name="key-destroyed",
        title="A key was disabled or is to be destroyed",
        meaning=(
            "What the key encrypts becomes unreadable. A version that is scheduled for destruction can be restored: "
            "`gcloud kms keys versions restore`."
        ),
        filter=(
            'protoPayload.serviceName="cloudkms.googleapis.com"\n'
            'protoPayload.methodName=("DestroyCryptoKeyVersion" OR "UpdateCryptoKeyVersion")'
        ),
    )
    yield LogAlert(
        name="records-changed",
        title="Where records go was changed",
        meaning=(
            "A sink, a log bucket or the audit settings were changed. Our own `pulumi up` does that too: compare with "
            "the deployment of that time."
        ),
        filter=(
            'log_id("cloudaudit.googleapis.com/activity")\n'
            '((protoPayload.serviceName="logging.googleapis.com" '
            "AND protoPayload.methodName=~"
            '"(Delete|Update)(Sink|Bucket|Exclusion|View)")\n'
            "OR protoPayload.serviceData.policyDelta.auditConfigDeltas:*)"
        ),
    )
    yield LogAlert(
        name="public-grant",
        title="Somebody let everybody in",
        meaning="A right was given to allUsers or allAuthenticatedUsers. Take it back, then find out what was read.",
        filter=(
            'log_id("cloudaudit.googleapis.com/activity")\n'
            'protoPayload.serviceData.policyDelta.bindingDeltas.action="ADD"\n'
            'protoPayload.serviceData.policyDelta.bindingDeltas.member=("allUsers" OR "allAuthenticatedUsers")'
        ),
    )


def _figures(alert: AlertSettings, *, factor: float = 1) -> dict[str, Any]:
    """Return what every alert takes from its settings; `factor` turns its unit into that of the metric."""
    return {"threshold": alert.above * factor, "minutes": alert.minutes, "severity": alert.severity}


def figure_alerts(alerts: AlertsSettings) -> Iterator[FigureAlert]:
    """Yield the alerts on figures."""
    yield FigureAlert(
        name="unreachable",
        title="The entrance does not answer",
        meaning="Requests from outside fail. Look at the load balancer's backends, then at the api-gateway.",
        figure=Figure(
            metric="monitoring.googleapis.com/uptime_check/check_passed",
            resource="uptime_url",
            aligner="ALIGN_NEXT_OLDER",
            reducer="REDUCE_COUNT_FALSE",
            by=("resource.label.host",),
        ),
        **_figures(alerts.unreachable_regions),
    )
    yield FigureAlert(
        name="cluster-away",
        title="The cluster tells nothing",
        meaning="No node reports. Prometheus and its alerts are away with it: look at the cluster in Google's console.",
        figure=Figure(
            metric="kubernetes.io/node/cpu/total_cores",
            resource="k8s_node",
            aligner="ALIGN_MEAN",
            reducer="REDUCE_SUM",
            by=("resource.label.cluster_name",),
        ),
        threshold=None,
        minutes=alerts.cluster_away.minutes,
        severity=alerts.cluster_away.severity,
    )
    yield FigureAlert(
        name="errors",
        title="Requests fail",
        meaning="The load balancer answers with 5xx. Look at the latest rollout first, then at the stores.",
        figure=Figure(
            metric="loadbalancing.googleapis.com/https/external/regional/request_count",
            resource=_LOAD_BALANCER,
            aligner="ALIGN_RATE",
            reducer="REDUCE_SUM",
            where="metric.label.response_code_class = 500",
            of_all=True,
        ),
        **_figures(alerts.error_percent, factor=0.01),
    )
    yield FigureAlert(
        name="latency",
        title="Requests take long",
        meaning="One request in twenty takes too long. Compare the services' own latencies in Grafana.",
        figure=Figure(
            metric="loadbalancing.googleapis.com/https/external/regional/total_latencies",
            resource=_LOAD_BALANCER,
            aligner="ALIGN_DELTA",
            reducer="REDUCE_PERCENTILE_95",
        ),
        **_figures(alerts.latency_ms),
    )
    yield FigureAlert(
        name="database-down",
        title="The database is down",
        meaning="An instance does not answer. A primary fails over by itself within minutes; see dtx-recovery.md.",
        figure=Figure(
            metric="cloudsql.googleapis.com/database/up",
            resource=_DATABASE,
            # 1 or 0, as a number: aligners that count truths take truths only.
            aligner="ALIGN_MIN",
            by=("resource.label.database_id",),
        ),
        below=True,
        threshold=1,
        minutes=alerts.database_down.minutes,
        severity=alerts.database_down.severity,
    )
    yield FigureAlert(
        name="replica-lag",
        title="A replica falls behind",
        meaning="What a replica lacks would be lost with the primary. Look for long transactions and for disk load.",
        figure=Figure(
            metric="cloudsql.googleapis.com/database/replication/replica_lag",
            resource=_DATABASE,
            aligner="ALIGN_MAX",
            by=("resource.label.database_id",),
        ),
        **_figures(alerts.replica_lag_seconds),
    )
    for name, title, part, alert in (
        ("database-cpu", "The database is busy", "cpu", alerts.database_cpu_percent),
        ("database-disk", "The database's disk fills", "disk", alerts.database_disk_percent),
    ):
        yield FigureAlert(
            name=name,
            title=title,
            meaning="Query Insights tells which statements are the cause; a larger tier is a setting.",
            figure=Figure(
                metric=f"cloudsql.googleapis.com/database/{part}/utilization",
                resource=_DATABASE,
                aligner="ALIGN_MEAN",
                by=("resource.label.database_id",),
            ),
            **_figures(alert, factor=0.01),
        )
    yield FigureAlert(
        name="cache-memory",
        title="The cache is nearly full",
        meaning="allkeys-lru soon throws away what is still wanted. One more shard is a setting.",
        figure=Figure(
            metric="redis.googleapis.com/cluster/memory/maximum_utilization",
            resource="redis.googleapis.com/Cluster",
            aligner="ALIGN_MEAN",
            by=("resource.label.cluster_id",),
        ),
        **_figures(alerts.cache_memory_percent, factor=0.01),
    )
    yield FigureAlert(
        name="nat",
        title="The way out has no free ports",
        meaning="Packets to the internet are dropped. More addresses for the NAT gateway are a setting.",
        figure=Figure(
            metric="router.googleapis.com/nat/dropped_sent_packets_count",
            resource="nat_gateway",
            aligner="ALIGN_RATE",
            reducer="REDUCE_SUM",
            by=("resource.label.gateway_name",),
            where='metric.label.reason = "OUT_OF_RESOURCES"',
        ),
        **_figures(alerts.nat_dropped_packets),
    )
