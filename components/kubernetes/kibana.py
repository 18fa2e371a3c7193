"""Kibana: where log lines are read, with no address outside of the cluster (docs/adr/0047)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components.base import Component, ComponentArgs
from components.kubernetes.elastic_operator import POD_SECURITY, SEALED_CONTAINER
from components.kubernetes.elasticsearch import Elasticsearch
from components.kubernetes.pod_size import PodSize, apart, placed, zone_spread
from components.kubernetes.pods import Placement

#: What would call Elastic's own hosts: use, news, maps, and the catalogue of integrations.
CONFIG: Final[dict[str, Any]] = {
    "telemetry.optIn": False,
    "telemetry.allowChangingOptInStatus": False,
    "newsfeed.enabled": False,
    "map.includeElasticMapsService": False,
    "xpack.fleet.isAirGapped": True,
}


def kibana_labels(name: str) -> dict[str, str]:
    """Return the label that the operator gives Kibana's pods."""
    return {"kibana.k8s.elastic.co/name": name}


@dataclass(frozen=True, kw_only=True)
class KibanaArgs(ComponentArgs):
    """Name, version, size, and whose lines it shows."""

    kibana: str
    version: str
    elasticsearch: Elasticsearch
    placement: Placement
    pods: PodSize


class Kibana(Component[KibanaArgs], type="platform:kubernetes:Kibana"):
    """Pods that show lines to whoever has a way into the cluster and an account of Elasticsearch."""

    def build(self, args: KibanaArgs) -> None:
        """Place Kibana and its budget."""
        labels, tags = kibana_labels(args.kibana), args.scope.tags.kubernetes()
        metadata = {"name": args.kibana, "namespace": args.elasticsearch.namespace, "labels": tags}
        CustomResource(
            f"{self.name}-kibana",
            api_version="kibana.k8s.elastic.co/v1",
            kind="Kibana",
            metadata=metadata,
            spec={
                "version": args.version,
                "count": args.pods.replicas,
                "elasticsearchRef": {"name": args.elasticsearch.cluster},
                "config": CONFIG,
                "http": {"service": {"spec": {"type": "ClusterIP"}}},
                "podTemplate": {
                    "metadata": {"labels": tags},
                    "spec": {
                        **placed(args.placement),
                        "automountServiceAccountToken": False,
                        "securityContext": POD_SECURITY,
                        "affinity": apart(labels),
                        "topologySpreadConstraints": zone_spread(labels),
                        "containers": [
                            {
                                "name": "kibana",
                                "resources": args.pods.resources(),
                                "securityContext": SEALED_CONTAINER,
                            }
                        ],
                    },
                },
            },
            opts=self.child(),
        )
        PodDisruptionBudget(
            f"{self.name}-disruption-budget",
            metadata={"name": args.kibana, "namespace": args.elasticsearch.namespace, "labels": tags},
            spec={"max_unavailable": 1, "selector": {"match_labels": labels}},
            opts=self.child(),
        )
