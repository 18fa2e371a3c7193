"""How many pods of an operator's kind run, what each takes, and how they keep apart, in Kubernetes' own spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from components.kubernetes.pods import Placement
from settings.services import Resources

ZONE: Final = "topology.kubernetes.io/zone"


@dataclass(frozen=True, kw_only=True)
class PodSize:
    """Equal pods, with a volume each if they keep something."""

    requests: Resources
    limits: Resources
    replicas: int = 1
    storage_gib: int = 0

    def resources(self) -> dict[str, Any]:
        """Return a container's requests and limits."""
        return {
            "requests": {"cpu": self.requests.cpu, "memory": self.requests.memory},
            "limits": {"cpu": self.limits.cpu, "memory": self.limits.memory},
        }

    def claim(self, storage_class: str) -> dict[str, Any]:
        """Return the claim of a pod's volume."""
        return {
            "storageClassName": storage_class,
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": f"{self.storage_gib}Gi"}},
        }


def apart(labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the affinity of pods of which no two may share a node."""
    term = {"labelSelector": {"matchLabels": dict(labels)}, "topologyKey": "kubernetes.io/hostname"}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def zone_spread(labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the spread over zones: evenly. A zone whose nodes are lost does not count."""
    return [
        {
            "maxSkew": 1,
            "topologyKey": ZONE,
            "whenUnsatisfiable": "DoNotSchedule",
            "nodeTaintsPolicy": "Honor",
            "labelSelector": {"matchLabels": dict(labels)},
        }
    ]


def placed(placement: Placement) -> dict[str, Any]:
    """Return which nodes pods go to."""
    return {
        "nodeSelector": dict(placement.node_labels),
        "tolerations": [dict(toleration) for toleration in placement.tolerations],
    }
