"""DTx' alerts in the cluster, in four groups (DTx infrastructure, monitoring: metrics, alerting)."""

from __future__ import annotations

from collections.abc import Sequence

from components.kubernetes.prometheus_rules import Alert, RuleGroup
from settings.dtx.monitoring import ThresholdsSettings
from systems import dtx_expressions as promql
from systems.dtx_metrics import CONTRACT, SERVICE_LABEL

#: Contract of single services; requests are measured by all of them.
BUSINESS = tuple(name for name in CONTRACT if name.startswith("dtx_"))


def rule_groups(
    limits: ThresholdsSettings, *, region: str, storage_class: str, services: Sequence[str]
) -> list[RuleGroup]:
    """Return all groups: system, application, business, residency."""
    return [
        system(limits),
        application(limits, services),
        business(limits),
        residency(region, storage_class),
    ]


def system(limits: ThresholdsSettings) -> RuleGroup:
    """Nodes, pods, volumes and the API server."""
    return RuleGroup(
        name="system",
        alerts=[
            Alert(
                name="NodeNotReady",
                expression=promql.NODES_NOT_READY,
                summary="Node {{ $labels.node }} is not ready",
                severity="critical",
                for_minutes=5,
            ),
            Alert(
                name="NodeMemoryFull",
                expression=f"{promql.NODE_MEMORY_PERCENT} > {limits.node_memory_percent}",
                summary="Memory of {{ $labels.instance }} is {{ $value | humanize }} % full",
                severity="warning",
                for_minutes=10,
            ),
            Alert(
                name="NodeDiskFull",
                expression=f"{promql.NODE_DISK_PERCENT} > {limits.disk_percent}",
                summary="{{ $labels.mountpoint }} of {{ $labels.instance }} is {{ $value | humanize }} % full",
                severity="warning",
                for_minutes=15,
            ),
            Alert(
                name="VolumeFull",
                expression=f"{promql.VOLUME_PERCENT} > {limits.disk_percent}",
                summary="{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is {{ $value | humanize }} % full",
                severity="warning",
                for_minutes=15,
            ),
            Alert(
                name="PodWaits",
                expression=f"{promql.PODS_WAITING} > 0",
                summary="Pod {{ $labels.namespace }}/{{ $labels.pod }} does not run",
                severity="warning",
                for_minutes=15,
            ),
            Alert(
                name="PodRestarts",
                expression=f"{promql.CONTAINER_RESTARTS} > {limits.pod_restarts}",
                summary="{{ $labels.namespace }}/{{ $labels.pod }} starts again and again",
                severity="warning",
                for_minutes=5,
            ),
            Alert(
                name="ApiServerErrors",
                expression=f"{promql.API_SERVER_ERRORS_PERCENT} > {limits.api_server_errors_percent}",
                summary="{{ $value | humanize }} % of the API server's calls fail",
                severity="critical",
                for_minutes=10,
            ),
            Alert(
                name="ApiServerUnseen",
                expression='absent(up{job="apiserver"} == 1)',
                summary="Nobody measures the API server",
                severity="critical",
                for_minutes=10,
            ),
        ],
    )


def application(limits: ThresholdsSettings, services: Sequence[str]) -> RuleGroup:
    """Requests of every service, their errors and their time, and how new versions fare."""
    return RuleGroup(
        name="application",
        alerts=[
            Alert(
                name="RequestsFail",
                expression=f"{promql.request_errors_percent(services)} > {limits.request_errors_percent}",
                summary="{{ $value | humanize }} % of the requests to {{ $labels.service }} fail",
                severity="critical",
                for_minutes=5,
            ),
            Alert(
                name="RequestsSlow",
                expression=f"{promql.latency_seconds(services)} > {limits.latency_seconds}",
                summary="{{ $labels.service }} takes {{ $value | humanize }} s for one request in twenty",
                severity="warning",
                for_minutes=10,
            ),
            Alert(
                name="AtMostPods",
                expression=promql.AT_THE_LIMIT,
                summary="{{ $labels.horizontalpodautoscaler }} runs as many pods as it may",
                severity="warning",
                for_minutes=30,
            ),
            Alert(
                name="RolloutFailed",
                expression=f"{promql.ROLLOUTS_FAILED} > 0",
                summary="The new version of {{ $labels.name }} is {{ $labels.phase }}",
                severity="critical",
            ),
            _absent("rollout_info", "Nobody measures the rollouts"),
            *(
                Alert(
                    name="ServiceUnseen",
                    expression=f'absent(http_server_requests_seconds_count{{{SERVICE_LABEL}="{service}"}})',
                    summary=f"Nobody measures {service}, or it answers nothing",
                    severity="critical",
                    for_minutes=10,
                )
                for service in services
            ),
        ],
    )


def business(limits: ThresholdsSettings) -> RuleGroup:
    """What patients get: whether they can come in, whether their therapy's history can be rebuilt and forgotten."""
    return RuleGroup(
        name="business",
        alerts=[
            Alert(
                name="SignInsFail",
                expression=f"{promql.SIGN_IN_FAILURES_PERCENT} > {limits.sign_in_failures_percent}",
                summary="{{ $value | humanize }} % of the attempts to sign in fail",
                severity="critical",
                for_minutes=10,
            ),
            Alert(
                name="NobodySignsIn",
                expression=f"sum(increase(dtx_sign_ins_total[{limits.quiet_minutes}m])) == 0",
                summary=f"Nobody has signed in for {limits.quiet_minutes} minutes",
                severity="warning",
            ),
            Alert(
                name="ReplaysFail",
                expression=f"{promql.REPLAY_FAILURES_PERCENT} > {limits.replay_failures_percent}",
                summary="{{ $value | humanize }} % of TimeMachine's replays fail",
                severity="critical",
                for_minutes=15,
            ),
            Alert(
                name="ErasureLate",
                # Article 12 (3) of the GDPR gives a month.
                expression=f"dtx_erasure_oldest_seconds > {limits.erasure_seconds}",
                summary="A request for erasure is {{ $value | humanizeDuration }} old",
                severity="violation",
            ),
            *(_absent(name, f"Nobody measures {name} (docs/dtx-metrics.md)") for name in BUSINESS),
        ],
    )


def residency(region: str, storage_class: str) -> RuleGroup:
    """What in the cluster stands outside the region, or is not under its key; not knowing is as bad."""
    node_region = 'kube_node_labels{label_topology_kubernetes_io_region!=""}'
    return RuleGroup(
        name="residency",
        alerts=[
            Alert(
                name="NodeOutsideRegion",
                expression=f"{promql.nodes_elsewhere(region)} > 0",
                summary=f"Node {{{{ $labels.node }}}} is not in {region}",
                severity="violation",
            ),
            Alert(
                name="VolumeOutsideRegion",
                expression=f"{promql.volumes_elsewhere(region)} > 0",
                summary=f"Volume {{{{ $labels.persistentvolume }}}} is not known to be in {region}",
                severity="violation",
            ),
            Alert(
                name="ClaimWithoutRegionalKey",
                expression=f"{promql.claims_without_key(storage_class)} > 0",
                summary="{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} is not under the region's key",
                severity="violation",
            ),
            _unknown("NodeRegionUnknown", node_region, "Nobody knows where the nodes are"),
            _unknown("VolumeRegionUnknown", "kube_persistentvolume_info", "Nobody knows where the volumes are"),
            _unknown("ClaimKeyUnknown", "kube_persistentvolumeclaim_info", "Nobody knows how claims are encrypted"),
        ],
    )


def _absent(metric: str, summary: str) -> Alert:
    """A measurement that is not there would keep every alert on it silent."""
    return Alert(
        name="MeasurementMissing",
        expression=f"absent({metric})",
        summary=summary,
        severity="warning",
        for_minutes=30,
        subject=metric,
    )


def _unknown(name: str, expression: str, summary: str) -> Alert:
    """Not knowing where data stands is a violation, after the time in which the exporter may start again."""
    return Alert(name=name, expression=f"absent({expression})", summary=summary, severity="violation", for_minutes=10)
