"""Filebeat: reads the log files of the services' containers on every node (docs/adr/0047)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.core.v1 import ServiceAccount
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding

from components.base import Component, ComponentArgs
from components.kubernetes.logstash import Logstash
from components.kubernetes.namespace import Namespace
from components.kubernetes.pod_size import PodSize

FILEBEAT: Final = "filebeat"
AUTHORITY_PATH: Final = "/mnt/logstash-authority"
#: Files are told apart by so many bytes at their beginning, and read once they have them. Filebeat's own 1024 would
#: leave out a container that says a few lines and ends; every line begins with its time in nanoseconds, so that 64, the
#: least that Filebeat takes, are enough.
FINGERPRINT_BYTES: Final = 64
#: Where the kubelet puts what containers write: links in the first lead to files in the second.
LOG_FOLDERS: Final = {"containers": "/var/log/containers", "pods": "/var/log/pods"}


def filebeat_labels() -> dict[str, str]:
    """Return the label that the operator gives Filebeat's pods."""
    return {"beat.k8s.elastic.co/name": FILEBEAT}


@dataclass(frozen=True, kw_only=True)
class FilebeatArgs(ComponentArgs):
    """Version, size, whose containers are read, and who gets the lines."""

    version: str
    namespace: Namespace
    logstash: Logstash
    pods: PodSize
    #: Namespaces whose containers are read; others' lines stay on the node and in Cloud Logging.
    read_namespaces: Sequence[str]


class Filebeat(Component[FilebeatArgs], type="platform:kubernetes:Filebeat"):
    """A pod a node. It runs as root because the kubelet's files are root's, may do nothing else, and changes none."""

    def build(self, args: FilebeatArgs) -> None:
        """Place the account with its rights, and the daemon set."""
        tags = args.scope.tags.kubernetes()
        account = ServiceAccount(
            f"{self.name}-account",
            metadata={"name": FILEBEAT, "namespace": args.namespace.namespace, "labels": tags},
            opts=self.child(),
        )
        role = ClusterRole(
            f"{self.name}-role",
            metadata={"name": FILEBEAT, "labels": tags},
            rules=[
                {
                    "api_groups": [""],
                    "resources": ["namespaces", "nodes", "pods"],
                    "verbs": ["get", "list", "watch"],
                },
                {"api_groups": ["apps"], "resources": ["replicasets"], "verbs": ["get", "list", "watch"]},
            ],
            opts=self.child(),
        )
        binding = ClusterRoleBinding(
            f"{self.name}-binding",
            metadata={"name": FILEBEAT, "labels": tags},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": FILEBEAT},
            subjects=[{"kind": "ServiceAccount", "name": FILEBEAT, "namespace": args.namespace.namespace}],
            opts=self.child(depends_on=[role]),
        )
        CustomResource(
            f"{self.name}-filebeat",
            api_version="beat.k8s.elastic.co/v1beta1",
            kind="Beat",
            metadata={"name": FILEBEAT, "namespace": args.namespace.namespace, "labels": tags},
            spec={
                "type": FILEBEAT,
                "version": args.version,
                "config": beat_config(args.read_namespaces, args.logstash.beats_host),
                "daemonSet": {"podTemplate": _pod_template(args)},
            },
            opts=self.child(depends_on=[account, binding]),
        )


def beat_config(namespaces: Sequence[str], logstash: pulumi.Input[str]) -> dict[str, Any]:
    """Return the configuration. Annotations of pods change nothing: what is read is decided here."""
    return {
        "filebeat": {
            "autodiscover": {
                "providers": [
                    {
                        "type": "kubernetes",
                        "node": "${NODE_NAME}",
                        "templates": [
                            {"condition": {"equals": {"kubernetes.namespace": namespace}}, "config": [_container_log()]}
                            for namespace in namespaces
                        ],
                    }
                ]
            }
        },
        "output.logstash": {
            "hosts": [logstash],
            "ssl.certificate_authorities": [f"{AUTHORITY_PATH}/ca.crt"],
            "ssl.verification_mode": "full",
        },
    }


def _container_log() -> dict[str, Any]:
    container = "${data.kubernetes.container.id}"
    return {
        "type": "filestream",
        "id": f"container-{container}",
        "paths": [f"{LOG_FOLDERS['containers']}/*-{container}.log"],
        "prospector.scanner.symlinks": True,
        "prospector.scanner.fingerprint.length": FINGERPRINT_BYTES,
        "parsers": [{"container": {}}],
    }


def _pod_template(args: FilebeatArgs) -> dict[str, Any]:
    return {
        "metadata": {"labels": args.scope.tags.kubernetes()},
        "spec": {
            "serviceAccountName": FILEBEAT,
            "automountServiceAccountToken": True,
            "terminationGracePeriodSeconds": 30,
            # Services run on every node, whatever it is for.
            "tolerations": [{"operator": "Exists"}],
            "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [
                {
                    "name": FILEBEAT,
                    "env": [{"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
                    "resources": args.pods.resources(),
                    "securityContext": {
                        "runAsUser": 0,
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                        "readOnlyRootFilesystem": True,
                    },
                    "volumeMounts": [
                        *({"name": name, "mountPath": path, "readOnly": True} for name, path in LOG_FOLDERS.items()),
                        {"name": "logstash-authority", "mountPath": AUTHORITY_PATH, "readOnly": True},
                    ],
                }
            ],
            "volumes": [
                *({"name": name, "hostPath": {"path": path}} for name, path in LOG_FOLDERS.items()),
                {
                    "name": "logstash-authority",
                    "secret": {
                        "secretName": args.logstash.public_certificate,
                        "items": [{"key": "ca.crt", "path": "ca.crt"}],
                    },
                },
            ],
        },
    }
