"""Prometheus, Alertmanager and Grafana: the chart kube-prometheus-stack (docs/adr/0045)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from components.base import Component, ComponentArgs
from components.kubernetes.alert_routing import Channels, Route, alertmanager_config
from components.kubernetes.namespace import Namespace
from components.kubernetes.pod_size import PodSize, placed, zone_spread
from components.kubernetes.pods import Placement

REPOSITORY: Final = "https://prometheus-community.github.io/helm-charts"
RELEASE: Final = "kube-prometheus-stack"
#: Labels that the chart gives its pods.
PROMETHEUS: Final = {"app.kubernetes.io/name": "prometheus"}
ALERTMANAGER: Final = {"app.kubernetes.io/name": "alertmanager"}
GRAFANA: Final = {"app.kubernetes.io/name": "grafana"}
STATE_EXPORTER: Final = {"app.kubernetes.io/name": "kube-state-metrics"}
OPERATOR: Final = {"app": f"{RELEASE}-operator"}
#: Label by which Grafana's sidecar finds dashboards.
DASHBOARD_LABEL: Final = {"grafana_dashboard": "1"}
DATA_SOURCE: Final = "prometheus"
#: Labels of nodes that measurements carry: without, nobody sees where a node stands.
NODE_LABELS: Final = ("topology.kubernetes.io/region", "topology.kubernetes.io/zone")
#: Where the operator's admission webhook listens: the port that GKE's control plane reaches on every node and pod.
WEBHOOK_PORT: Final = 10250


@dataclass(frozen=True, kw_only=True)
class PrometheusStackArgs(ComponentArgs):
    """Version of the chart, sizes, how long measurements stay, and who is told."""

    chart_version: str
    namespace: Namespace
    #: Namespace of what reads nodes; pods here may not.
    nodes_namespace: Namespace
    placement: Placement
    storage_class: str
    prometheus: PodSize
    retention_days: int
    #: Size at which the oldest measurements go.
    retention_mib: int
    scrape_seconds: int
    alertmanager: PodSize
    grafana: PodSize
    operator: PodSize
    state_exporter: PodSize
    node_exporter: PodSize
    channels: Channels
    #: By severity, the worst first.
    routes: Mapping[str, Route]


class PrometheusStack(Component[PrometheusStackArgs], type="platform:kubernetes:PrometheusStack"):
    """Metrics and alerts on disks of the region, with no address outside and no password in any value."""

    def build(self, args: PrometheusStackArgs) -> None:
        """Place the release."""
        #: What must be there before rules and monitors are placed.
        self.release = Release(
            f"{self.name}-release",
            name=RELEASE,
            namespace=args.namespace.namespace,
            chart=RELEASE,
            version=args.chart_version,
            repository_opts={"repo": REPOSITORY},
            values=stack_values(args),
            opts=self.child(),
        )

    @property
    def ready(self) -> list[pulumi.Resource]:
        """What custom resources of its kinds wait for."""
        return [self.release]


def stack_values(args: PrometheusStackArgs) -> dict[str, Any]:
    """Return the chart's values."""
    return {
        "defaultRules": {"rules": dict.fromkeys(_RULES_OF_OUR_OWN, False)},
        # GKE's control plane is Google's, and so is what these ask for.
        **{part: {"enabled": False} for part in _HIDDEN_BY_GKE},
        "prometheus": _prometheus(args),
        "alertmanager": _alertmanager(args),
        "grafana": _grafana(args),
        "prometheusOperator": {
            **placed(args.placement),
            "resources": args.operator.resources(),
            "admissionWebhooks": {"patch": placed(args.placement)},
            "tls": {"internalPort": WEBHOOK_PORT},
        },
        "kube-state-metrics": {
            **placed(args.placement),
            "resources": args.state_exporter.resources(),
            "metricLabelsAllowlist": [f"nodes=[{','.join(NODE_LABELS)}]"],
        },
        "prometheus-node-exporter": {
            "namespaceOverride": args.nodes_namespace.namespace,
            "resources": args.node_exporter.resources(),
            # On every node, whatever it is for.
            "tolerations": [{"operator": "Exists"}],
        },
    }


#: Groups of the chart's alerts that say what rules of ours say.
_RULES_OF_OUR_OWN: Final = (
    "etcd",
    "kubeApiserverSlos",
    "kubeControllerManager",
    "kubeProxy",
    "kubeSchedulerAlerting",
    "kubernetesApps",
    "kubernetesResources",
    "kubernetesStorage",
    "kubernetesSystem",
    "nodeExporterAlerting",
    "windows",
)
_HIDDEN_BY_GKE: Final = ("coreDns", "kubeControllerManager", "kubeEtcd", "kubeProxy", "kubeScheduler")


def _replicated(args: PrometheusStackArgs, size: PodSize, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return what Prometheus and Alertmanager are told alike."""
    return {
        **placed(args.placement),
        "replicas": size.replicas,
        "resources": size.resources(),
        "podAntiAffinity": "hard",
        "topologySpreadConstraints": zone_spread(labels),
    }


def _disruption_budget(size: PodSize) -> dict[str, Any]:
    """Return the budget; one pod alone would block every drain."""
    return {"enabled": size.replicas > 1, "minAvailable": size.replicas - 1}


def _volume(args: PrometheusStackArgs, size: PodSize) -> dict[str, Any]:
    return {"volumeClaimTemplate": {"spec": size.claim(args.storage_class)}}


#: Whatever is placed in the cluster is measured and judged, not only what carries the release's label.
_EVERYTHING: Final[Sequence[str]] = (
    "podMonitorSelectorNilUsesHelmValues",
    "probeSelectorNilUsesHelmValues",
    "ruleSelectorNilUsesHelmValues",
    "scrapeConfigSelectorNilUsesHelmValues",
    "serviceMonitorSelectorNilUsesHelmValues",
)


def _prometheus(args: PrometheusStackArgs) -> dict[str, Any]:
    return {
        "podDisruptionBudget": _disruption_budget(args.prometheus),
        "prometheusSpec": {
            **_replicated(args, args.prometheus, PROMETHEUS),
            **dict.fromkeys(_EVERYTHING, False),
            "retention": f"{args.retention_days}d",
            "retentionSize": f"{args.retention_mib}MB",
            "scrapeInterval": f"{args.scrape_seconds}s",
            "evaluationInterval": f"{args.scrape_seconds}s",
            "externalLabels": {"environment": args.scope.environment.name},
            "storageSpec": _volume(args, args.prometheus),
        },
    }


def _alertmanager(args: PrometheusStackArgs) -> dict[str, Any]:
    return {
        "podDisruptionBudget": _disruption_budget(args.alertmanager),
        "config": alertmanager_config(args.channels, args.routes),
        "alertmanagerSpec": {
            **_replicated(args, args.alertmanager, ALERTMANAGER),
            "secrets": [args.channels.secret] if args.channels.any else [],
            "storage": _volume(args, args.alertmanager),
        },
    }


def _grafana(args: PrometheusStackArgs) -> dict[str, Any]:
    return {
        **placed(args.placement),
        "replicas": args.grafana.replicas,
        "resources": args.grafana.resources(),
        # Empty, the chart makes a password of its own and keeps it in the cluster: in no value and no state.
        "adminPassword": "",
        # The sidecar reads config maps of this namespace, and no secret.
        "rbac": {"namespaced": True},
        "sidecar": {
            "dashboards": {"resource": "configmap", "searchNamespace": args.namespace.namespace},
            "datasources": {"resource": "configmap", "searchNamespace": args.namespace.namespace},
        },
        "testFramework": {"enabled": False},
        "grafana.ini": {
            "auth.anonymous": {"enabled": False},
            "users": {"allow_sign_up": False},
            # Nothing is told to anybody outside: no use, no version, no copy of a dashboard.
            "analytics": {
                "reporting_enabled": False,
                "check_for_updates": False,
                "check_for_plugin_updates": False,
            },
            "snapshots": {"external_enabled": False},
            "news": {"news_feed_enabled": False},
            "plugins": {"plugin_admin_enabled": False, "preinstall_disabled": True},
        },
    }
