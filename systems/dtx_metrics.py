"""What DTx' alerts and dashboards are made of: which measurement comes from where, and what it means.

Measurements of exporters are theirs. Those of the services are a contract (docs/dtx-metrics.md): the DTx infrastructure
asks for application and business metrics and names none, so that the names are given here and the services expose them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

#: Where every service offers its measurements, and the label that tells whose they are.
METRICS_PATH: Final = "/actuator/prometheus"
SERVICE_LABEL: Final = "service"

#: The services' own, by name: what it means, its type and its labels.
CONTRACT: Final = MappingProxyType(
    {
        "http_server_requests_seconds_count": "counter of answered requests, by `outcome` (`SUCCESS`, `SERVER_ERROR`)",
        "http_server_requests_seconds_bucket": "histogram of the time to answer in seconds, by `le`",
        "dtx_sign_ups_total": "counter of accounts that were made (user-service)",
        "dtx_sign_ins_total": "counter of attempts to sign in, by `outcome` (`success`, `failure`; user-service)",
        "dtx_active_sessions": "gauge of sessions that are open now (user-service)",
        "dtx_therapy_units_completed_total": "counter of units that patients finished (user-service)",
        "dtx_replays_total": "counter of states that TimeMachine rebuilt, by `outcome` (`success`, `failure`)",
        "dtx_erasure_requests_open": "gauge of requests for erasure that are not done yet (user-service)",
        "dtx_erasure_oldest_seconds": "gauge of the age of the oldest of these in seconds (user-service)",
    }
)

#: Measurements of exporters, by name: who makes them.
EXPORTED: Final = MappingProxyType(
    {
        "up": "Prometheus itself: 1 while a target answers",
        "apiserver_request_total": "API server",
        "kubelet_volume_stats_available_bytes": "kubelet",
        "kubelet_volume_stats_capacity_bytes": "kubelet",
        "kube_horizontalpodautoscaler_spec_max_replicas": "kube-state-metrics",
        "kube_horizontalpodautoscaler_status_current_replicas": "kube-state-metrics",
        "kube_node_labels": "kube-state-metrics, which is told to export region and zone",
        "kube_node_status_condition": "kube-state-metrics",
        "kube_persistentvolume_info": "kube-state-metrics",
        "kube_persistentvolumeclaim_info": "kube-state-metrics",
        "kube_pod_container_status_restarts_total": "kube-state-metrics",
        "kube_pod_status_phase": "kube-state-metrics",
        "node_cpu_seconds_total": "node exporter",
        "node_filesystem_avail_bytes": "node exporter",
        "node_filesystem_size_bytes": "node exporter",
        "node_memory_MemAvailable_bytes": "node exporter",
        "node_memory_MemTotal_bytes": "node exporter",
        "rollout_info": "Argo Rollouts",
    }
)
