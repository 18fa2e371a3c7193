"""DTx' four dashboards (DTx infrastructure, monitoring: metrics): what the alerts judge, as pictures."""

from __future__ import annotations

from collections.abc import Sequence

from components.kubernetes.dashboards import Dashboard, Panel, Query
from settings.dtx.monitoring import ThresholdsSettings
from systems import dtx_expressions as promql

BY_SERVICE = "{{service}}"


def dashboards(
    limits: ThresholdsSettings, *, region: str, storage_class: str, services: Sequence[str]
) -> list[Dashboard]:
    """Return all dashboards: system, application, business, residency."""
    return [system(limits), application(limits, services), business(limits), residency(region, storage_class)]


def system(limits: ThresholdsSettings) -> Dashboard:
    """Nodes, pods, volumes and the API server."""
    return Dashboard(
        name="dtx-system",
        title="DTx: system",
        panels=[
            Panel(
                title="Nodes that are not ready",
                description="None, except while one is replaced.",
                unit="short",
                kind="stat",
                queries=[Query(expression=f"count({promql.NODES_NOT_READY}) or vector(0)", legend="nodes")],
                wrong_from=1,
            ),
            Panel(
                title="Pods that wait",
                description="Pods without a node, by namespace.",
                unit="short",
                queries=[Query(expression=f"sum by (namespace) ({promql.PODS_WAITING})", legend="{{namespace}}")],
                wrong_from=1,
            ),
            Panel(
                title="Processors of nodes",
                description="Share in use, by node.",
                unit="percent",
                queries=[Query(expression=promql.NODE_CPU_PERCENT, legend="{{instance}}")],
            ),
            Panel(
                title="Memory of nodes",
                description="Share in use, by node.",
                unit="percent",
                queries=[Query(expression=promql.NODE_MEMORY_PERCENT, legend="{{instance}}")],
                wrong_from=limits.node_memory_percent,
            ),
            Panel(
                title="Disks of nodes",
                description="Share in use, by node and file system.",
                unit="percent",
                queries=[Query(expression=promql.NODE_DISK_PERCENT, legend="{{instance}} {{mountpoint}}")],
                wrong_from=limits.disk_percent,
            ),
            Panel(
                title="Volumes",
                description="Share in use, by claim. They can grow.",
                unit="percent",
                queries=[Query(expression=promql.VOLUME_PERCENT, legend="{{namespace}}/{{persistentvolumeclaim}}")],
                wrong_from=limits.disk_percent,
            ),
            Panel(
                title="Restarts of containers",
                description="Within fifteen minutes, by pod.",
                unit="short",
                queries=[
                    Query(
                        expression=f"sum by (namespace, pod) ({promql.CONTAINER_RESTARTS}) > 0",
                        legend="{{namespace}}/{{pod}}",
                    )
                ],
                wrong_from=limits.pod_restarts,
            ),
            Panel(
                title="Failed calls of the API server",
                description="Share of calls that fail on its side.",
                unit="percent",
                queries=[Query(expression=promql.API_SERVER_ERRORS_PERCENT, legend="failed")],
                wrong_from=limits.api_server_errors_percent,
            ),
        ],
    )


def application(limits: ThresholdsSettings, services: Sequence[str]) -> Dashboard:
    """Requests, errors and time of every service, and how new versions fare."""
    return Dashboard(
        name="dtx-application",
        title="DTx: application",
        panels=[
            Panel(
                title="Requests",
                description="Answered requests, by service.",
                unit="reqps",
                queries=[Query(expression=promql.request_rate(services), legend=BY_SERVICE)],
            ),
            Panel(
                title="Failed requests",
                description="Share that failed on the service's side.",
                unit="percent",
                queries=[Query(expression=promql.request_errors_percent(services), legend=BY_SERVICE)],
                wrong_from=limits.request_errors_percent,
            ),
            Panel(
                title="Time to answer",
                description="Within which 95 of 100 requests are answered.",
                unit="s",
                queries=[Query(expression=promql.latency_seconds(services), legend=BY_SERVICE)],
                wrong_from=limits.latency_seconds,
            ),
            Panel(
                title="Pods",
                description="Running, and at most.",
                unit="short",
                queries=[
                    Query(
                        expression="kube_horizontalpodautoscaler_status_current_replicas",
                        legend="{{horizontalpodautoscaler}}",
                    ),
                    Query(
                        expression="kube_horizontalpodautoscaler_spec_max_replicas",
                        legend="{{horizontalpodautoscaler}} at most",
                    ),
                ],
            ),
            Panel(
                title="Rollouts that failed",
                description="New versions that did not become healthy.",
                unit="short",
                kind="stat",
                queries=[Query(expression=f"sum({promql.ROLLOUTS_FAILED}) or vector(0)", legend="rollouts")],
                wrong_from=1,
            ),
        ],
    )


def business(limits: ThresholdsSettings) -> Dashboard:
    """What patients get. The measurements are the services' own (docs/dtx-metrics.md)."""
    return Dashboard(
        name="dtx-business",
        title="DTx: business",
        panels=[
            Panel(
                title="New accounts",
                description="Made within an hour.",
                unit="short",
                queries=[Query(expression="sum(increase(dtx_sign_ups_total[1h]))", legend="accounts")],
            ),
            Panel(
                title="Open sessions",
                description="Patients who are signed in now.",
                unit="short",
                queries=[Query(expression="sum(dtx_active_sessions)", legend="sessions")],
            ),
            Panel(
                title="Failed attempts to sign in",
                description="Share of all attempts.",
                unit="percent",
                queries=[Query(expression=promql.SIGN_IN_FAILURES_PERCENT, legend="failed")],
                wrong_from=limits.sign_in_failures_percent,
            ),
            Panel(
                title="Units of therapy",
                description="Finished within an hour.",
                unit="short",
                queries=[Query(expression="sum(increase(dtx_therapy_units_completed_total[1h]))", legend="units")],
            ),
            Panel(
                title="Failed replays",
                description="Share of the states that TimeMachine could not rebuild.",
                unit="percent",
                queries=[Query(expression=promql.REPLAY_FAILURES_PERCENT, legend="failed")],
                wrong_from=limits.replay_failures_percent,
            ),
            Panel(
                title="Requests for erasure",
                description="Not done yet.",
                unit="short",
                queries=[Query(expression="sum(dtx_erasure_requests_open)", legend="open")],
            ),
            Panel(
                title="Oldest request for erasure",
                description="The GDPR gives a month.",
                unit="s",
                kind="stat",
                queries=[Query(expression="max(dtx_erasure_oldest_seconds)", legend="age")],
                wrong_from=limits.erasure_seconds,
            ),
        ],
    )


def residency(region: str, storage_class: str) -> Dashboard:
    """Where the cluster's nodes and volumes are, and whether they are under the region's key."""
    return Dashboard(
        name="dtx-residency",
        title="DTx: residency",
        panels=[
            Panel(
                title="Nodes by region and zone",
                description=f"Every node is in {region}.",
                unit="short",
                queries=[
                    Query(
                        expression=(
                            "count by (label_topology_kubernetes_io_region, label_topology_kubernetes_io_zone) "
                            "(kube_node_labels)"
                        ),
                        legend="{{label_topology_kubernetes_io_region}} {{label_topology_kubernetes_io_zone}}",
                    )
                ],
            ),
            Panel(
                title="Nodes elsewhere",
                description=f"Nodes that are not known to be in {region}.",
                unit="short",
                kind="stat",
                queries=[Query(expression=f"count({promql.nodes_elsewhere(region)}) or vector(0)", legend="nodes")],
                wrong_from=1,
            ),
            Panel(
                title="Volumes elsewhere",
                description=f"Volumes that are not known to be in {region}.",
                unit="short",
                kind="stat",
                queries=[Query(expression=f"count({promql.volumes_elsewhere(region)}) or vector(0)", legend="volumes")],
                wrong_from=1,
            ),
            Panel(
                title="Claims without the region's key",
                description="Claims of another class of storage.",
                unit="short",
                kind="stat",
                queries=[
                    Query(expression=f"count({promql.claims_without_key(storage_class)}) or vector(0)", legend="claims")
                ],
                wrong_from=1,
            ),
            Panel(
                title="Whether it is known",
                description="1 while nodes, volumes and claims are measured: without, the zeros above mean nothing.",
                unit="short",
                queries=[
                    Query(expression="count(kube_node_labels) > bool 0", legend="nodes"),
                    Query(expression="count(kube_persistentvolume_info) > bool 0", legend="volumes"),
                    Query(expression="count(kube_persistentvolumeclaim_info) > bool 0", legend="claims"),
                ],
            ),
        ],
    )
