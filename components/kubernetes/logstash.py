"""Logstash: takes lines from Filebeat, takes personal data out of them, hands them on (docs/adr/0047)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import ConfigMap
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components.base import Component, ComponentArgs
from components.kubernetes.elastic_operator import CONTAINER_SECURITY, POD_SECURITY
from components.kubernetes.elasticsearch import Elasticsearch
from components.kubernetes.log_pipeline import (
    CERTIFICATE_PATH,
    KEY_PATH,
    PSEUDONYM_KEY,
    TEMPLATE_PATH,
    PersonalFields,
    pipeline,
    template,
)
from components.kubernetes.namespace import Namespace
from components.kubernetes.pod_size import PodSize, apart, placed, zone_spread
from components.kubernetes.pods import Placement

BEATS_PORT: Final = 5044
API_PORT: Final = 9600
#: The operator's certificate is for the service of Logstash's own API and for no other (cloud-on-k8s, issue 8981).
SERVICE: Final = "api"
#: Key of the secret that pseudonyms are made with.
SECRET_KEY: Final = "key"  # noqa: S105 - the name of one
#: Name by which the pipeline finds what the operator tells of Elasticsearch.
REFERENCE: Final = "eck"
#: Share of the volume that the queue may take. A file system needs some of every disk for itself, and Logstash does not
#: start where its queue would not fit.
QUEUE_PERCENT: Final = 85
_MIB_PER_GIB: Final = 1024
#: Small and short: it writes one file and ends.
_INIT_RESOURCES: Final = {"cpu": "100m", "memory": "64Mi"}


def logstash_labels(name: str) -> dict[str, str]:
    """Return the label that the operator gives Logstash's pods."""
    return {"logstash.k8s.elastic.co/name": name}


@dataclass(frozen=True, kw_only=True)
class LogstashArgs(ComponentArgs):
    """Name, version, size, where lines go, and what becomes of personal fields."""

    logstash: str
    version: str
    namespace: Namespace
    elasticsearch: Elasticsearch
    elasticsearch_nodes: int
    placement: Placement
    storage_class: str
    pods: PodSize
    fields: PersonalFields
    #: Kubernetes Secret whose `key` pseudonyms are made with.
    pseudonyms_secret: str
    data_stream: str


class Logstash(Component[LogstashArgs], type="platform:kubernetes:Logstash"):
    """Pods that keep what Elasticsearch cannot take yet on their volumes, and no line as it came."""

    def build(self, args: LogstashArgs) -> None:
        """Place the template, Logstash and its budget."""
        self.logstash = args.logstash
        tags, labels = args.scope.tags.kubernetes(), logstash_labels(args.logstash)
        document = json.dumps(template(args.data_stream, nodes=args.elasticsearch_nodes), indent=1)
        ConfigMap(
            f"{self.name}-template",
            metadata={"name": self._template_name, "namespace": args.namespace.namespace, "labels": tags},
            data={"template.json": document},
            opts=self.child(),
        )
        CustomResource(
            f"{self.name}-logstash",
            api_version="logstash.k8s.elastic.co/v1alpha1",
            kind="Logstash",
            metadata={"name": args.logstash, "namespace": args.namespace.namespace, "labels": tags},
            spec={
                "version": args.version,
                "count": args.pods.replicas,
                "elasticsearchRefs": [
                    {
                        "clusterName": REFERENCE,
                        "name": args.elasticsearch.cluster,
                        "namespace": args.elasticsearch.namespace,
                    }
                ],
                "config": {
                    "queue.type": "persisted",
                    "queue.max_bytes": f"{args.pods.storage_gib * _MIB_PER_GIB * QUEUE_PERCENT // 100}mb",
                },
                "pipelines": [
                    {
                        "pipeline.id": "services",
                        "config.string": pipeline(port=BEATS_PORT, data_stream=args.data_stream, fields=args.fields),
                    }
                ],
                "services": [{"name": SERVICE, "service": {"spec": _service_spec()}}],
                "volumeClaimTemplates": [
                    {"metadata": {"name": "logstash-data"}, "spec": args.pods.claim(args.storage_class)}
                ],
                "podTemplate": self._pod_template(args, digest=sha256(document.encode()).hexdigest()),
            },
            opts=self.child(),
        )
        PodDisruptionBudget(
            f"{self.name}-disruption-budget",
            metadata={"name": args.logstash, "namespace": args.namespace.namespace, "labels": tags},
            spec={"max_unavailable": 1, "selector": {"match_labels": labels}},
            opts=self.child(),
        )
        self.beats_host = pulumi.Output.concat(
            args.logstash, f"-ls-{SERVICE}.", args.namespace.namespace, f".svc:{BEATS_PORT}"
        )

    @property
    def public_certificate(self) -> str:
        """The Secret, made by the operator, with the certificate's authority and no key."""
        return f"{self.logstash}-ls-http-certs-public"

    @property
    def _template_name(self) -> str:
        return f"{self.logstash}-template"

    def _pod_template(self, args: LogstashArgs, *, digest: str) -> dict[str, Any]:
        labels = logstash_labels(args.logstash)
        return {
            # The template is read at the start.
            "metadata": {"labels": args.scope.tags.kubernetes(), "annotations": {"platform/template": digest}},
            "spec": {
                **placed(args.placement),
                "automountServiceAccountToken": False,
                "securityContext": POD_SECURITY,
                "affinity": apart(labels),
                "topologySpreadConstraints": zone_spread(labels),
                "initContainers": [_key_container()],
                "containers": [_container(args)],
                "volumes": [
                    {
                        "name": "beats-certificate",
                        "secret": {"secretName": f"{args.logstash}-ls-http-certs-internal"},
                    },
                    {"name": "beats-key", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
                    {"name": "template", "configMap": {"name": self._template_name}},
                ],
            },
        }


def _service_spec() -> dict[str, Any]:
    """The API's port first: the operator asks the first one whether a pod is ready."""
    return {
        "type": "ClusterIP",
        "ports": [
            {"name": "api", "port": API_PORT, "protocol": "TCP"},
            {"name": "beats", "port": BEATS_PORT, "protocol": "TCP"},
        ],
    }


_CERTIFICATE_MOUNT: Final = {"name": "beats-certificate", "mountPath": CERTIFICATE_PATH, "readOnly": True}
_KEY_MOUNT: Final = {"name": "beats-key", "mountPath": KEY_PATH}


def _key_container() -> dict[str, Any]:
    """The operator writes keys as PKCS#1; the beats input reads PKCS#8 only. Renewed certificates restart the pod."""
    command = f"umask 077 && openssl pkcs8 -topk8 -nocrypt -in {CERTIFICATE_PATH}/tls.key -out {KEY_PATH}/tls.key"
    return {
        "name": "beats-key",
        "command": ["sh", "-c", command],
        "resources": {"requests": _INIT_RESOURCES, "limits": _INIT_RESOURCES},
        "securityContext": CONTAINER_SECURITY,
        "volumeMounts": [_CERTIFICATE_MOUNT, _KEY_MOUNT],
    }


def _container(args: LogstashArgs) -> dict[str, Any]:
    heap_mib = args.pods.limits.amount.memory_mib // 2
    secret: Mapping[str, Any] = {"secretKeyRef": {"name": args.pseudonyms_secret, "key": SECRET_KEY}}
    return {
        "name": "logstash",
        "env": [
            {"name": "LS_JAVA_OPTS", "value": f"-Xms{heap_mib}m -Xmx{heap_mib}m"},
            {"name": PSEUDONYM_KEY, "valueFrom": secret},
        ],
        "resources": args.pods.resources(),
        "securityContext": CONTAINER_SECURITY,
        "volumeMounts": [
            _CERTIFICATE_MOUNT,
            {**_KEY_MOUNT, "readOnly": True},
            {"name": "template", "mountPath": TEMPLATE_PATH, "readOnly": True},
        ],
    }
