"""What can be broken of what runs in clusters."""

from collections.abc import Iterator, Sequence

from policies.kubernetes import AUTOSCALER, DISRUPTION_BUDGET, NAMESPACE, NETWORK_POLICY, SCALED_OBJECT, WORKLOADS
from policies.pods.images import CHARTS
from policies.pods.templates import containers, pods
from policies.resource import UNKNOWN, Resource, revealed
from tests.policies.mutation import MISSING, Mutant, each_said, removed, said, said_of

_PODS = "spec.template.spec"


def spread(resource: Resource) -> Iterator[Mutant]:
    constraints = f"{_PODS}.topologySpreadConstraints"
    yield from each_said(resource, constraints, MISSING, [{"topologyKey": "elsewhere"}], [{"topologyKey": UNKNOWN}])
    keys = {revealed(value) for _, value in resource.every(f"{constraints}.*.topologyKey")}
    if "kubernetes.io/hostname" not in keys:
        yield from each_said(resource, f"{_PODS}.affinity", MISSING, {})


def images(resource: Resource) -> Iterator[Mutant]:
    if resource.type in CHARTS:
        yield from each_said(resource, "version", MISSING, "^1.0.0", "*", UNKNOWN)
        return
    for path, pod in pods(resource):
        names = [place for place, _ in containers(path, pod)] if isinstance(pod, dict) else []
        # An operator that names no image takes that of its version, until somebody names one.
        for place in names or [f"{path}.containers.0"]:
            yield from each_said(resource, f"{place}.image", "service", "service:latest", "a b:1", UNKNOWN)
            if resource.environment == "prod":
                yield said(resource, f"{place}.image", "service:1.0.0")


def default_deny(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for namespace in (one for one in resources if one.type == NAMESPACE):
        denials = [
            one
            for one in resources
            if one.type == NETWORK_POLICY
            and namespace.urn in one.references.get("metadata", ())
            and revealed(one.at("spec.podSelector")) == {}
            and not one.at("spec.ingress")
            and not one.at("spec.egress")
        ]
        for one in denials if len(denials) == 1 else ():
            yield removed(namespace.urn, one)
            yield said_of(namespace.urn, one, "spec.egress", [{}])
            yield said_of(namespace.urn, one, "spec.policyTypes", ["Ingress"])
            yield said_of(namespace.urn, one, "spec.podSelector", UNKNOWN)


def _same_place(one: Resource, other: Resource) -> bool:
    cluster = (one.provider, other.provider)
    return cluster[0] == cluster[1] and one.at("metadata.namespace") == other.at("metadata.namespace")


def autoscalers(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for workload in (one for one in resources if one.type in WORKLOADS):
        yield said(workload, "spec.replicas", 2)
        for scaler in resources:
            target = revealed(scaler.at("spec.scaleTargetRef.name"))
            if scaler.type not in (AUTOSCALER, SCALED_OBJECT) or target != revealed(workload.at("metadata.name")):
                continue
            if not _same_place(scaler, workload):
                continue
            yield removed(workload.urn, scaler)
            count = "ReplicaCount" if scaler.type == SCALED_OBJECT else "Replicas"
            yield from each_said(scaler, f"spec.min{count}", 0, 1000, MISSING, UNKNOWN)


def disruption_budgets(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for workload in (one for one in resources if one.type in WORKLOADS):
        labels = revealed(workload.at("spec.template.metadata.labels"))
        for budget in resources:
            selector = revealed(budget.at("spec.selector.matchLabels"))
            if budget.type != DISRUPTION_BUDGET or not isinstance(selector, dict) or not isinstance(labels, dict):
                continue
            if _same_place(budget, workload) and selector.items() <= labels.items():
                yield removed(workload.urn, budget)
                yield from each_said(budget, "spec.minAvailable", 1000, "100%", UNKNOWN, MISSING)


MUTATIONS = {"kubernetes-spread": spread, "images": images}
STACK_MUTATIONS = {
    "kubernetes-default-deny": default_deny,
    "kubernetes-autoscaler": autoscalers,
    "kubernetes-disruption-budget": disruption_budgets,
}
