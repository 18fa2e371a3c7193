"""What rules about clusters share: the kinds of workload, and which objects are in one namespace of one cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from policies.resource import Resource, Value, revealed

DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
ROLLOUT: Final = "kubernetes:argoproj.io/v1alpha1:Rollout"
DISRUPTION_BUDGET: Final = "kubernetes:policy/v1:PodDisruptionBudget"
AUTOSCALER: Final = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
#: KEDA's: it makes an autoscaler of its own.
SCALED_OBJECT: Final = "kubernetes:keda.sh/v1alpha1:ScaledObject"
NAMESPACE: Final = "kubernetes:core/v1:Namespace"
NETWORK_POLICY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

#: What runs pods of a service that can be moved from node to node.
WORKLOADS: Final = (DEPLOYMENT, ROLLOUT)


class Place(NamedTuple):
    """A namespace of a cluster, which is its provider."""

    cluster: str
    namespace: str


def place(resource: Resource) -> Place:
    """Return where an object is. Names that a preview does not know yet count as one: they are of what it makes."""
    namespace = revealed(resource.at("metadata.namespace"))
    return Place(cluster(resource), namespace if isinstance(namespace, str) else "")


def cluster(resource: Resource) -> str:
    """Return the name of the provider, which is the cluster's."""
    return resource.provider.name if resource.provider else ""


def labels(value: Value) -> Mapping[str, Value]:
    """Return labels or a selector's as a mapping; what is not known has none."""
    plain = revealed(value)
    return plain if isinstance(plain, dict) else {}
