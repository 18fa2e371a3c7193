"""Who talks to whom among what watches DTx' cluster: one row a connection, from both ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from components.kubernetes.argo_rollouts import NAMESPACE as ROLLOUTS
from components.kubernetes.elastic_operator import OPERATOR as ELASTIC_OPERATOR
from components.kubernetes.elasticsearch import HTTP_PORT, TRANSPORT_PORT, elasticsearch_labels
from components.kubernetes.filebeat import filebeat_labels
from components.kubernetes.kibana import kibana_labels
from components.kubernetes.logstash import BEATS_PORT, logstash_labels
from components.kubernetes.network_policy import Allowed, Peer, Ports
from components.kubernetes.prometheus_stack import (
    ALERTMANAGER,
    GRAFANA,
    OPERATOR,
    PROMETHEUS,
    STATE_EXPORTER,
    WEBHOOK_PORT,
)
from settings.gcp.network import NetworkPlan

MONITORING: Final = "monitoring"
LOGGING: Final = "logging"
COLLECTION: Final = "collection"
OPERATOR_HOME: Final = "elastic-system"
#: Names of Elastic's objects.
ELASTICSEARCH: Final = "logs"
KIBANA: Final = "logs"
LOGSTASH: Final = "services"

PROMETHEUS_PORT: Final = 9090
ALERTMANAGER_PORT: Final = 9093
#: Alertmanagers tell each other what they have sent, by both protocols.
GOSSIP: Final = (Ports(first=9094), Ports(first=9094, protocol="UDP"))
GRAFANA_PORT: Final = 3000
STATE_PORT: Final = 8080
KUBELET_PORT: Final = 10250
NODE_EXPORTER_PORT: Final = 9100
#: What operators and the sidecars of Prometheus and Alertmanager tell of themselves.
RELOADER_PORT: Final = 8080
ROLLOUTS_PORT: Final = 8090
#: GKE's control plane calls webhooks through a pod of its own.
KONNECTIVITY: Final = Peer(namespace="kube-system", pod_labels={"k8s-app": "konnectivity-agent"})
EVERY_POD: Final[dict[str, str]] = {}


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Which pods of which namespace may be reached by whom, and reach whom."""

    name: str
    namespace: str
    pod_labels: dict[str, str]
    ingress: Sequence[Allowed] = ()
    egress: Sequence[Allowed] = ()


def policies(
    plan: NetworkPlan, *, services_namespace: str, service_ports: Sequence[int], channel_ports: Sequence[int]
) -> list[Policy]:
    """Return all policies. What none allows, each namespace's default denies."""
    return [
        *_monitoring(plan, services_namespace, service_ports, channel_ports),
        *_elastic_operator(plan),
        *_storing(),
        *_collecting(plan),
    ]


def _monitoring(
    plan: NetworkPlan, services_namespace: str, service_ports: Sequence[int], channel_ports: Sequence[int]
) -> list[Policy]:
    prometheus, alertmanager = Peer(pod_labels=PROMETHEUS), Peer(pod_labels=ALERTMANAGER)
    return [
        # Everything in this namespace asks the API server, jobs of the chart under names of their own included.
        Policy(name="monitoring-api-server", namespace=MONITORING, pod_labels=EVERY_POD, egress=[_api_server(plan)]),
        Policy(
            name="prometheus",
            namespace=MONITORING,
            pod_labels=PROMETHEUS,
            ingress=[
                _row(Peer(pod_labels=GRAFANA), PROMETHEUS_PORT),
                _row(prometheus, PROMETHEUS_PORT, RELOADER_PORT),
            ],
            egress=[
                # Kubelets and node exporters have their nodes' addresses, which Dataplane V2 matches by no range of
                # addresses: only a row for everybody holds them. Nodes are all that the firewall lets through there.
                _row(Peer(), KUBELET_PORT, NODE_EXPORTER_PORT),
                _row(Peer(namespace=services_namespace), *service_ports),
                _row(Peer(namespace=ROLLOUTS), ROLLOUTS_PORT),
                _row(alertmanager, ALERTMANAGER_PORT, RELOADER_PORT),
                _row(Peer(pod_labels=GRAFANA), GRAFANA_PORT),
                _row(Peer(pod_labels=STATE_EXPORTER), STATE_PORT),
                _row(Peer(pod_labels=OPERATOR), WEBHOOK_PORT),
                _row(prometheus, PROMETHEUS_PORT, RELOADER_PORT),
            ],
        ),
        Policy(
            name="alertmanager",
            namespace=MONITORING,
            pod_labels=ALERTMANAGER,
            ingress=[
                _row(prometheus, ALERTMANAGER_PORT, RELOADER_PORT),
                _row(Peer(pod_labels=GRAFANA), ALERTMANAGER_PORT),
                Allowed(peer=alertmanager, ports=GOSSIP),
            ],
            egress=[
                Allowed(peer=alertmanager, ports=GOSSIP),
                # Slack, the mail server and the on-call service: which hosts these are, the firewall decides.
                *([_row(Peer(), *channel_ports)] if channel_ports else []),
            ],
        ),
        Policy(
            name="grafana",
            namespace=MONITORING,
            pod_labels=GRAFANA,
            ingress=[_row(prometheus, GRAFANA_PORT)],
            egress=[_row(prometheus, PROMETHEUS_PORT), _row(alertmanager, ALERTMANAGER_PORT)],
        ),
        Policy(
            name="kube-state-metrics",
            namespace=MONITORING,
            pod_labels=STATE_EXPORTER,
            ingress=[_row(prometheus, STATE_PORT)],
        ),
        Policy(
            name="prometheus-operator",
            namespace=MONITORING,
            pod_labels=OPERATOR,
            ingress=[_row(prometheus, WEBHOOK_PORT), *_webhook(plan)],
        ),
        Policy(
            name="rollouts-metrics",
            namespace=ROLLOUTS,
            pod_labels={"app.kubernetes.io/name": "argo-rollouts"},
            ingress=[_row(Peer(namespace=MONITORING, pod_labels=PROMETHEUS), ROLLOUTS_PORT)],
        ),
    ]


def _elastic_operator(plan: NetworkPlan) -> list[Policy]:
    elasticsearch = Peer(namespace=LOGGING, pod_labels=elasticsearch_labels(ELASTICSEARCH))
    return [
        Policy(
            name="elastic-operator",
            namespace=OPERATOR_HOME,
            pod_labels=ELASTIC_OPERATOR,
            ingress=_webhook(plan),
            egress=[_api_server(plan), _row(elasticsearch, HTTP_PORT)],
        )
    ]


def _storing() -> list[Policy]:
    nodes = Peer(pod_labels=elasticsearch_labels(ELASTICSEARCH))
    return [
        Policy(
            name="elasticsearch",
            namespace=LOGGING,
            pod_labels=elasticsearch_labels(ELASTICSEARCH),
            ingress=[
                _row(nodes, HTTP_PORT, TRANSPORT_PORT),
                _row(Peer(pod_labels=kibana_labels(KIBANA)), HTTP_PORT),
                _row(Peer(namespace=COLLECTION, pod_labels=logstash_labels(LOGSTASH)), HTTP_PORT),
                _row(Peer(namespace=OPERATOR_HOME, pod_labels=ELASTIC_OPERATOR), HTTP_PORT),
            ],
            egress=[_row(nodes, HTTP_PORT, TRANSPORT_PORT)],
        ),
        # Nobody in the cluster: people come through the API server's port forwarding, from the pod's own node.
        Policy(name="kibana", namespace=LOGGING, pod_labels=kibana_labels(KIBANA), egress=[_row(nodes, HTTP_PORT)]),
    ]


def _collecting(plan: NetworkPlan) -> list[Policy]:
    elasticsearch = Peer(namespace=LOGGING, pod_labels=elasticsearch_labels(ELASTICSEARCH))
    return [
        Policy(
            name="logstash",
            namespace=COLLECTION,
            pod_labels=logstash_labels(LOGSTASH),
            ingress=[_row(Peer(pod_labels=filebeat_labels()), BEATS_PORT)],
            egress=[_row(elasticsearch, HTTP_PORT)],
        ),
        Policy(
            name="filebeat",
            namespace=COLLECTION,
            pod_labels=filebeat_labels(),
            egress=[_api_server(plan), _row(Peer(pod_labels=logstash_labels(LOGSTASH)), BEATS_PORT)],
        ),
    ]


def _api_server(plan: NetworkPlan) -> Allowed:
    return _row(Peer(cidr=str(plan.control_plane)), 443)


def _webhook(plan: NetworkPlan) -> list[Allowed]:
    return [_row(peer, WEBHOOK_PORT) for peer in (Peer(cidr=str(plan.control_plane)), KONNECTIVITY)]


def _row(peer: Peer, *ports: int) -> Allowed:
    return Allowed(peer=peer, ports=[Ports(first=port) for port in ports])
