"""DTx' chapters on metrics and logging: what watches the cluster from inside it (docs/adr/0045 to 0047)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.base import Component, ComponentArgs
from components.gcp.disk_class import DiskClass, DiskClassArgs
from components.gcp.key_ring import KeyRing
from components.gcp.project import Project
from components.kubernetes.alert_routing import Channels, EmailChannel, Route
from components.kubernetes.argo_rollouts import NAMESPACE as ROLLOUTS
from components.kubernetes.dashboards import Dashboards, DashboardsArgs
from components.kubernetes.elastic_operator import ElasticOperator, ElasticOperatorArgs
from components.kubernetes.elasticsearch import Elasticsearch, ElasticsearchArgs
from components.kubernetes.filebeat import Filebeat, FilebeatArgs
from components.kubernetes.kibana import Kibana, KibanaArgs
from components.kubernetes.log_pipeline import PersonalFields
from components.kubernetes.logstash import Logstash, LogstashArgs
from components.kubernetes.namespace import Namespace, NamespaceArgs, PodSecurity
from components.kubernetes.network_policy import TierPolicy, TierPolicyArgs
from components.kubernetes.pod_monitors import Measured, PodMonitors, PodMonitorsArgs
from components.kubernetes.pod_size import PodSize
from components.kubernetes.pods import PORT_NAME, Placement
from components.kubernetes.prometheus_rules import PrometheusRules, PrometheusRulesArgs
from components.kubernetes.prometheus_stack import PrometheusStack, PrometheusStackArgs
from settings.dtx.monitoring import ChannelsSettings, MonitoringSettings, PodSettings, RoutesSettings
from settings.gcp.network import NetworkPlan
from systems.dtx_dashboards import dashboards
from systems.dtx_metrics import METRICS_PATH, SERVICE_LABEL
from systems.dtx_monitoring_network import (
    COLLECTION,
    ELASTICSEARCH,
    KIBANA,
    LOGGING,
    LOGSTASH,
    MONITORING,
    OPERATOR_HOME,
    policies,
)
from systems.dtx_rules import rule_groups

#: Class of every volume that holds what was measured or logged.
STORAGE_CLASS: Final = "regional-key"
HTTPS_PORT: Final = 443


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs(ComponentArgs):
    """The cluster's surroundings, whom to watch, and the environment's figures."""

    project: Project
    in_cluster: pulumi.ProviderResource
    keys: KeyRing
    plan: NetworkPlan
    placement: Placement
    settings: MonitoringSettings
    services_namespace: str
    #: Port of each service by name.
    service_ports: Mapping[str, int]


class Monitoring(Component[MonitoringArgs], type="platform:system:DtxMonitoring"):
    """Four namespaces: what measures, what keeps logs, what reads nodes, and Elastic's operator."""

    def build(self, args: MonitoringArgs) -> None:
        """Place the ground, then metrics, then logs."""
        self.args = args
        self.disks = DiskClass(
            "volumes",
            DiskClassArgs(
                scope=self.scope,
                project=args.project,
                storage_class=STORAGE_CLASS,
                key_path=args.keys.path("nodes"),
            ),
            self.inside(args.keys.ready("nodes")),
        )
        self.monitoring = self._namespace(MONITORING, "restricted")
        # Elastic's operator adds containers of its own to the pods, whose contexts are its business.
        self.logging = self._namespace(LOGGING, "baseline")
        # Filebeat and the node exporter read files of their node, which the other standards do not let pods do.
        self.collection = self._namespace(COLLECTION, "privileged")
        self.operator_home = self._namespace(OPERATOR_HOME, "restricted")
        rules = self._place_network()
        self._place_metrics(rules)
        self._place_logs(rules)

    def inside(self, depends_on: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
        """Return the options of a component whose objects stand in the cluster."""
        return self.child(providers=[self.args.in_cluster], depends_on=list(depends_on))

    def _namespace(self, name: str, pod_security: PodSecurity) -> Namespace:
        return Namespace(
            f"{name}-namespace",
            NamespaceArgs(scope=self.scope, namespace=name, pod_security=pod_security),
            self.inside(),
        )

    def _place_network(self) -> list[pulumi.Resource]:
        """Who talks to whom. Policies stand before the pods, or their first start would fail."""
        args = self.args
        homes = (self.monitoring, self.logging, self.collection, self.operator_home)
        rows = policies(
            args.plan,
            services_namespace=args.services_namespace,
            service_ports=sorted(set(args.service_ports.values())),
            channel_ports=channel_ports(args.settings.channels),
        )
        return [
            TierPolicy(
                f"{policy.name}-network",
                TierPolicyArgs(
                    scope=self.scope,
                    namespace=policy.namespace,
                    policy=policy.name,
                    pod_labels=policy.pod_labels,
                    ingress=policy.ingress,
                    egress=policy.egress,
                ),
                self.inside(homes),
            )
            for policy in rows
        ]

    def _place_metrics(self, rules: Sequence[pulumi.Resource]) -> None:
        """Monitoring 1: Prometheus, Alertmanager and Grafana, and what they judge and show."""
        s, metrics = self.args.settings, self.args.settings.metrics
        stack = PrometheusStack(
            "metrics",
            PrometheusStackArgs(
                scope=self.scope,
                chart_version=metrics.chart,
                namespace=self.monitoring,
                nodes_namespace=self.collection,
                placement=self.args.placement,
                storage_class=self.disks.storage_class,
                prometheus=pod_size(metrics.prometheus),
                retention_days=metrics.prometheus.retention_days,
                retention_mib=metrics.prometheus.retention_mib,
                scrape_seconds=metrics.prometheus.scrape_seconds,
                alertmanager=pod_size(metrics.alertmanager),
                grafana=pod_size(metrics.grafana),
                operator=pod_size(metrics.operator),
                state_exporter=pod_size(metrics.state_exporter),
                node_exporter=pod_size(metrics.node_exporter),
                channels=channels(s.channels),
                routes=routes(s.routes),
            ),
            self.inside([self.disks, *rules]),
        )
        watched: dict[str, Any] = {
            "region": self.args.project.region,
            "storage_class": self.disks.storage_class,
            "services": tuple(self.args.service_ports),
        }
        PrometheusRules(
            "rules",
            PrometheusRulesArgs(
                scope=self.scope,
                namespace=self.monitoring.namespace,
                groups=rule_groups(s.thresholds, **watched),
                escalation_minutes=s.thresholds.escalation_minutes,
            ),
            self.inside(stack.ready),
        )
        Dashboards(
            "dashboards",
            DashboardsArgs(
                scope=self.scope,
                namespace=self.monitoring.namespace,
                dashboards=dashboards(s.thresholds, **watched),
            ),
            self.inside(),
        )
        PodMonitors(
            "monitors",
            PodMonitorsArgs(
                scope=self.scope,
                namespace=self.monitoring.namespace,
                measured=measured_pods(self.args.services_namespace),
            ),
            self.inside(stack.ready),
        )

    def _place_logs(self, rules: Sequence[pulumi.Resource]) -> None:
        """Monitoring 2: Filebeat, Logstash, Elasticsearch and Kibana, under Elastic's operator."""
        args, logs = self.args, self.args.settings.logs
        operator = ElasticOperator(
            "elastic-operator",
            ElasticOperatorArgs(
                scope=self.scope,
                chart_version=logs.operator_chart,
                namespace=self.operator_home,
                managed=[self.logging, self.collection],
                placement=args.placement,
                operator=pod_size(logs.operator),
            ),
            self.inside(rules),
        )
        elasticsearch = Elasticsearch(
            "elasticsearch",
            ElasticsearchArgs(
                scope=self.scope,
                cluster=ELASTICSEARCH,
                version=logs.version,
                namespace=self.logging,
                placement=args.placement,
                storage_class=self.disks.storage_class,
                nodes=pod_size(logs.elasticsearch),
                retention_days=logs.retention_days,
            ),
            self.inside([self.disks, *operator.ready]),
        )
        Kibana(
            "kibana",
            KibanaArgs(
                scope=self.scope,
                kibana=KIBANA,
                version=logs.version,
                elasticsearch=elasticsearch,
                placement=args.placement,
                pods=pod_size(logs.kibana),
            ),
            self.inside([elasticsearch]),
        )
        logstash = Logstash(
            "logstash",
            LogstashArgs(
                scope=self.scope,
                logstash=LOGSTASH,
                version=logs.version,
                namespace=self.collection,
                elasticsearch=elasticsearch,
                elasticsearch_nodes=logs.elasticsearch.replicas,
                placement=args.placement,
                storage_class=self.disks.storage_class,
                pods=pod_size(logs.logstash),
                fields=PersonalFields(
                    replaced=logs.personal.replaced,
                    removed=logs.personal.removed,
                    shortened=logs.personal.shortened,
                ),
                pseudonyms_secret=logs.personal.secret,
                data_stream=f"logs-{self.scope.tags.system}-{self.scope.environment.name}",
            ),
            self.inside([elasticsearch]),
        )
        Filebeat(
            "filebeat",
            FilebeatArgs(
                scope=self.scope,
                version=logs.version,
                namespace=self.collection,
                logstash=logstash,
                pods=pod_size(logs.filebeat),
                read_namespaces=[args.services_namespace],
            ),
            self.inside([logstash]),
        )


def pod_size(settings: PodSettings) -> PodSize:
    """Return the pods as components know them."""
    return PodSize(
        requests=settings.requests,
        limits=settings.limits,
        replicas=settings.replicas,
        storage_gib=getattr(settings, "storage_gib", 0),
    )


def channels(settings: ChannelsSettings) -> Channels:
    """Return the channels as components know them."""
    email = EmailChannel(**settings.email.args()) if settings.email else None
    return Channels(secret=settings.secret, email=email, slack=settings.slack, sms=settings.sms)


def routes(settings: RoutesSettings) -> dict[str, Route]:
    """Return the routes by severity, the worst first."""
    return {severity: Route(**route.args()) for severity, route in settings.args().items()}


def channel_ports(settings: ChannelsSettings) -> list[int]:
    """Return the ports on which the channels are reached."""
    web = [HTTPS_PORT] if settings.slack or settings.sms else []
    return [*web, *([settings.email.port] if settings.email else [])]


def measured_pods(services_namespace: str) -> list[Measured]:
    """Return whose pods are measured besides the chart's own; a service's measurements carry its name."""
    return [
        Measured(
            name="services",
            namespace=services_namespace,
            pod_labels={"tier": "application"},
            port=PORT_NAME,
            path=METRICS_PATH,
            labels={"app": SERVICE_LABEL},
        ),
        Measured(
            name="rollouts",
            namespace=ROLLOUTS,
            pod_labels={"app.kubernetes.io/name": "argo-rollouts"},
            port="metrics",
        ),
    ]
