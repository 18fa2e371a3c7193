"""Where an object describes pods: workloads of Kubernetes, of Argo Rollouts, and of operators with a `podTemplate`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from policies.resource import UNKNOWN, Resource, Value, revealed

#: Lists of containers in the description of a pod.
_LISTS: Final = ("initContainers", "containers", "ephemeralContainers")
#: Properties that lead to a pod's description; where one is not known, neither is the pod.
_WAYS: Final = frozenset({"spec", "template", "jobTemplate", "podTemplate"})
#: Frequent kinds that describe no pods, so that nobody looks through them.
_WITHOUT: Final = frozenset(
    f"kubernetes:{kind}"
    for kind in (
        "core/v1:ConfigMap",
        "core/v1:Namespace",
        "core/v1:Secret",
        "core/v1:Service",
        "core/v1:ServiceAccount",
        "networking.k8s.io/v1:NetworkPolicy",
    )
)


def pods(resource: Resource) -> Iterator[tuple[str, Value]]:
    """Return the description of each kind of pod that an object asks for, by its path; UNKNOWN where it is not known.

    An operator's `podTemplate` may name no containers at all: what is said of its pods is the operator's then.
    """
    if resource.type not in _WITHOUT and not resource.service.startswith("helm.sh"):
        for name, value in resource.properties.items():
            if name in _WAYS:
                yield from _pods(name, value)


def _pods(path: str, value: Value) -> Iterator[tuple[str, Value]]:
    plain = revealed(value)
    if plain is UNKNOWN:
        if path.rpartition(".")[2] in _WAYS:
            yield path, UNKNOWN
    elif isinstance(plain, dict):
        if "containers" in plain:
            yield path, plain
            return
        for name, item in plain.items():
            yield from _pods(f"{path}.{name}", item)
    elif isinstance(plain, list):
        for index, item in enumerate(plain):
            yield from _pods(f"{path}.{index}", item)


def describes_pods(resource: Resource) -> bool:
    """Return whether an object asks for pods, or may do so."""
    return next(pods(resource), None) is not None


def containers(path: str, pod: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """Return the containers of a pod's description, by their paths; UNKNOWN where a list or one of it is not known."""
    for name in _LISTS:
        found = revealed(pod.get(name))
        if found is UNKNOWN:
            yield f"{path}.{name}", UNKNOWN
        for index, container in enumerate(found if isinstance(found, list) else ()):
            yield f"{path}.{name}.{index}", revealed(container)
