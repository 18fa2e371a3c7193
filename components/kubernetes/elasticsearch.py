"""Elasticsearch: where log lines are kept, on disks of the region, for so many days (docs/adr/0047)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pulumi_kubernetes.apiextensions import CustomResource

from components.base import Component, ComponentArgs
from components.kubernetes.elastic_operator import POD_SECURITY, SEALED_CONTAINER
from components.kubernetes.namespace import Namespace
from components.kubernetes.pod_size import ZONE, PodSize, apart, placed, zone_spread
from components.kubernetes.pods import Placement

HTTP_PORT: Final = 9200
TRANSPORT_PORT: Final = 9300


def elasticsearch_labels(cluster: str) -> dict[str, str]:
    """Return the label that the operator gives a cluster's pods."""
    return {"elasticsearch.k8s.elastic.co/cluster-name": cluster}


@dataclass(frozen=True, kw_only=True)
class ElasticsearchArgs(ComponentArgs):
    """Name, version, size, and how long lines stay."""

    cluster: str
    version: str
    namespace: Namespace
    placement: Placement
    storage_class: str
    nodes: PodSize
    retention_days: int


class Elasticsearch(Component[ElasticsearchArgs], type="platform:kubernetes:Elasticsearch"):
    """Equal nodes over the zones, each copy of a line in another zone, TLS everywhere, nothing reachable from outside.

    The end of every data stream is the nodes' own configuration: a shorter retention reaches lines that are there
    already, needs no licence and no call from outside.
    """

    def build(self, args: ElasticsearchArgs) -> None:
        """Place the cluster."""
        self.cluster = args.cluster
        self.namespace = args.namespace.namespace
        CustomResource(
            f"{self.name}-cluster",
            api_version="elasticsearch.k8s.elastic.co/v1",
            kind="Elasticsearch",
            metadata={
                "name": args.cluster,
                "namespace": args.namespace.namespace,
                "labels": args.scope.tags.kubernetes(),
                # The zone of a pod's node becomes the pod's annotation, and from there the node's attribute.
                "annotations": {"eck.k8s.elastic.co/downward-node-labels": ZONE},
            },
            spec={
                "version": args.version,
                "volumeClaimDeletePolicy": "DeleteOnScaledownOnly"
                if args.scope.environment.protect_data
                else "DeleteOnScaledownAndClusterDeletion",
                "nodeSets": [
                    {
                        "name": "default",
                        "count": args.nodes.replicas,
                        "config": node_config(args.retention_days),
                        "podTemplate": _pod_template(args),
                        "volumeClaimTemplates": [
                            {
                                "metadata": {"name": "elasticsearch-data"},
                                "spec": args.nodes.claim(args.storage_class),
                            }
                        ],
                    }
                ],
            },
            opts=self.stateful_child(),
        )


def node_config(retention_days: int) -> dict[str, Any]:
    """Return the configuration of every node."""
    retention = f"{retention_days}d"
    return {
        # Memory maps would ask for a setting of the kernel, and that for a privileged container.
        "node.store.allow_mmap": False,
        "node.attr.zone": "${ZONE}",
        "cluster.routing.allocation.awareness.attributes": "k8s_node_name,zone",
        "data_streams.lifecycle.retention.default": retention,
        "data_streams.lifecycle.retention.max": retention,
        # It would fetch databases from Elastic's own hosts.
        "ingest.geoip.downloader.enabled": False,
    }


def _pod_template(args: ElasticsearchArgs) -> dict[str, Any]:
    labels = elasticsearch_labels(args.cluster)
    zone = {"name": "ZONE", "valueFrom": {"fieldRef": {"fieldPath": f"metadata.annotations['{ZONE}']"}}}
    return {
        "metadata": {"labels": args.scope.tags.kubernetes()},
        "spec": {
            **placed(args.placement),
            "automountServiceAccountToken": False,
            "securityContext": POD_SECURITY,
            "affinity": apart(labels),
            "topologySpreadConstraints": zone_spread(labels),
            "containers": [
                {
                    "name": "elasticsearch",
                    "env": [zone],
                    "resources": args.nodes.resources(),
                    "securityContext": SEALED_CONTAINER,
                }
            ],
        },
    }
