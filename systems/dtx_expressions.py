"""PromQL that DTx' alerts and dashboards share, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from systems.dtx_metrics import SERVICE_LABEL

#: File systems in memory are no disks.
_DISK: Final = '{fstype!~"tmpfs|overlay|squashfs|ramfs|iso9660"}'

NODE_MEMORY_PERCENT: Final = "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)"  # by instance
NODE_CPU_PERCENT: Final = '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))'
NODE_DISK_PERCENT: Final = f"100 * (1 - node_filesystem_avail_bytes{_DISK} / node_filesystem_size_bytes{_DISK})"
VOLUME_PERCENT: Final = "100 * (1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes)"
NODES_NOT_READY: Final = 'kube_node_status_condition{condition="Ready", status="true"} == 0'
PODS_WAITING: Final = 'sum by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"})'
CONTAINER_RESTARTS: Final = "increase(kube_pod_container_status_restarts_total[15m])"
API_SERVER_ERRORS_PERCENT: Final = (
    '100 * sum(rate(apiserver_request_total{code=~"5.."}[5m])) / sum(rate(apiserver_request_total[5m]))'
)
#: The controller's metrics have phases of their own: what it calls `Degraded` elsewhere is one of these.
ROLLOUTS_FAILED: Final = 'rollout_info{phase=~"Abort|Timeout|Error|InvalidSpec"}'
AT_THE_LIMIT: Final = (
    "kube_horizontalpodautoscaler_status_current_replicas >= kube_horizontalpodautoscaler_spec_max_replicas"
)

SIGN_INS: Final = "sum(rate(dtx_sign_ins_total[5m]))"
SIGN_IN_FAILURES_PERCENT: Final = f'100 * sum(rate(dtx_sign_ins_total{{outcome="failure"}}[5m])) / {SIGN_INS}'
REPLAYS: Final = "sum(rate(dtx_replays_total[15m]))"
REPLAY_FAILURES_PERCENT: Final = f'100 * sum(rate(dtx_replays_total{{outcome="failure"}}[15m])) / {REPLAYS}'


def of(services: Sequence[str]) -> str:
    """Return the selector of measurements of these services."""
    return f'{SERVICE_LABEL}=~"{"|".join(services)}"'


def request_rate(services: Sequence[str]) -> str:
    """Return requests a second, by service."""
    return f"sum by ({SERVICE_LABEL}) (rate(http_server_requests_seconds_count{{{of(services)}}}[5m]))"


def request_errors_percent(services: Sequence[str]) -> str:
    """Return the share of requests that failed on the service's side, by service."""
    failed = f'http_server_requests_seconds_count{{{of(services)}, outcome="SERVER_ERROR"}}'
    return f"100 * sum by ({SERVICE_LABEL}) (rate({failed}[5m])) / {request_rate(services)}"


def latency_seconds(services: Sequence[str]) -> str:
    """Return the time within which 95 of 100 requests were answered, by service."""
    buckets = f"rate(http_server_requests_seconds_bucket{{{of(services)}}}[5m])"
    return f"histogram_quantile(0.95, sum by (le, {SERVICE_LABEL}) ({buckets}))"


def nodes_elsewhere(region: str) -> str:
    """Return nodes whose label names another region, or none."""
    return f'kube_node_labels{{label_topology_kubernetes_io_region!="{region}"}}'


def volumes_elsewhere(region: str) -> str:
    """Return volumes whose disk is in another region, or of which nobody can say where it is."""
    here = f"projects/[^/]+/(zones/{region}-[a-z]|regions/{region})/disks/.+"
    return f'kube_persistentvolume_info{{csi_volume_handle!~"{here}"}}'


def claims_without_key(storage_class: str) -> str:
    """Return claims of a class whose disks are not under the region's key."""
    return f'kube_persistentvolumeclaim_info{{storageclass!="{storage_class}"}}'
