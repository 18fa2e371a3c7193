"""Availability in clusters: services keep running while nodes are drained, zones are lost and load comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from policies.controls import Controls
from policies.kubernetes import (
    AUTOSCALER,
    DISRUPTION_BUDGET,
    SCALED_OBJECT,
    WORKLOADS,
    Place,
    labels,
    place,
)
from policies.resource import UNKNOWN, Resource, Value, revealed
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated

#: Where each kind of autoscaler says the fewest and the most pods.
_LEAST: Final = {AUTOSCALER: "spec.minReplicas", SCALED_OBJECT: "spec.minReplicaCount"}
_MOST: Final = {AUTOSCALER: "spec.maxReplicas", SCALED_OBJECT: "spec.maxReplicaCount"}
_SELECTOR: Final = "spec.selector.matchLabels"
_POD_LABELS: Final = "spec.template.metadata.labels"
_ZONE: Final = "topology.kubernetes.io/zone"
_NODE: Final = "kubernetes.io/hostname"


def _scaled_by(resources: Sequence[Resource]) -> Mapping[tuple[Place, Value, Value], Resource]:
    """Return autoscalers by the kind and the name of what they scale."""
    target = "spec.scaleTargetRef"
    return {
        (place(one), revealed(one.at(f"{target}.kind")), revealed(one.at(f"{target}.name"))): one
        for one in resources
        if one.type in _LEAST
    }


def _scaler_of(workload: Resource, scalers: Mapping[tuple[Place, Value, Value], Resource]) -> Resource | None:
    kind = workload.type.rpartition(":")[2]
    return scalers.get((place(workload), kind, revealed(workload.at("metadata.name"))))


def autoscalers(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require an autoscaler for each service, and that nothing else says how many pods run."""
    scalers = _scaled_by(resources)
    for workload in resources:
        if workload.type not in WORKLOADS:
            continue
        scaler = _scaler_of(workload, scalers)
        if scaler is None:
            yield violated("no autoscaler", "a HorizontalPodAutoscaler or a ScaledObject that targets it", workload.urn)
            continue
        if workload.at("spec.replicas") is not None:
            yield violated(
                at_path("spec.replicas", workload.at("spec.replicas")),
                "no `replicas`: the autoscaler decides, and an update would take its pods away",
                workload.urn,
            )
        yield from _in_order(scaler)


def _in_order(scaler: Resource) -> Iterator[Finding]:
    least, most = (scaler.at(paths[scaler.type]) for paths in (_LEAST, _MOST))
    allowed = "at least 1 pod, and no more of them at the least than at the most"
    if UNKNOWN in (revealed(least), revealed(most)):
        yield unknowable(_LEAST[scaler.type], allowed, scaler.urn)
        return
    fewest, highest = revealed(least), revealed(most)
    if not isinstance(fewest, int) or not isinstance(highest, int) or not 1 <= fewest <= highest:
        found = f"{at_path(_LEAST[scaler.type], least)}, {at_path(_MOST[scaler.type], most)}"
        yield violated(found, allowed, scaler.urn)


def disruption_budgets(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require a disruption budget for each service, which leaves a drain a pod to take at the smallest scale."""
    scalers = _scaled_by(resources)
    # Looked up by one pair of the selector, so that a stack of many services stays cheap.
    budgets: dict[tuple[Place, tuple[str, str]], list[Resource]] = defaultdict(list)
    for one in resources:
        if one.type == DISRUPTION_BUDGET:
            for name, value in list(labels(one.at(_SELECTOR)).items())[:1]:
                budgets[place(one), (name, str(revealed(value)))].append(one)
    for workload in resources:
        if workload.type not in WORKLOADS:
            continue
        pods = {(name, str(revealed(value))) for name, value in labels(workload.at(_POD_LABELS)).items()}
        own = [
            budget
            for pair in pods
            for budget in budgets.get((place(workload), pair), ())
            if {(name, str(revealed(value))) for name, value in labels(budget.at(_SELECTOR)).items()} <= pods
        ]
        if not own:
            yield violated("no disruption budget", "a PodDisruptionBudget that selects its pods", workload.urn)
        for budget in own:
            yield from _drainable(budget, _scaler_of(workload, scalers))


def _drainable(budget: Resource, scaler: Resource | None) -> Iterator[Finding]:
    allowed = "fewer pods that must stay than the autoscaler runs at the least: no node could be drained"
    kept, gone = (budget.at(f"spec.{name}") for name in ("minAvailable", "maxUnavailable"))
    least = scaler.at(_LEAST[scaler.type]) if scaler else 1
    if UNKNOWN in (revealed(kept), revealed(gone), revealed(least)):
        yield unknowable("spec.minAvailable", allowed, budget.urn)
    elif kept is not None and _all_stay(revealed(kept), revealed(least)):
        yield violated(
            f"{at_path('spec.minAvailable', kept)}, {at_path('the fewest pods', least)}", allowed, budget.urn
        )
    elif gone is not None and revealed(gone) in (0, "0", "0%"):
        yield violated(at_path("spec.maxUnavailable", gone), allowed, budget.urn)
    elif kept is None and gone is None:
        yield violated("neither `minAvailable` nor `maxUnavailable`", allowed, budget.urn)


def _all_stay(kept: Value, least: Value) -> bool:
    """Return whether no pod may go at the smallest scale; a share is rounded up, as Kubernetes does."""
    if not isinstance(least, int):
        return True
    if isinstance(kept, str) and kept.endswith("%") and kept[:-1].isdigit():
        return -(-least * int(kept[:-1]) // 100) >= least
    return not isinstance(kept, int) or kept >= least


def spread(resource: Resource) -> Iterable[Finding]:
    """Require that a service's pods are kept apart, over zones and over nodes."""
    pods = "spec.template.spec"
    zones = [value for _, value in resource.every(f"{pods}.topologySpreadConstraints.*.topologyKey")]
    rules = f"{pods}.affinity.podAntiAffinity"
    nodes = [
        *(
            value
            for _, value in resource.every(f"{rules}.requiredDuringSchedulingIgnoredDuringExecution.*.topologyKey")
        ),
        *(
            value
            for _, value in resource.every(
                f"{rules}.preferredDuringSchedulingIgnoredDuringExecution.*.podAffinityTerm.topologyKey"
            )
        ),
    ]
    yield from _names(zones, _ZONE, f"{pods}.topologySpreadConstraints", "a spread over zones")
    yield from _names([*nodes, *zones], _NODE, rules, "an anti-affinity or a spread over nodes")


def _names(found: Sequence[Value], key: str, path: str, words: str) -> Iterator[Finding]:
    plain = [revealed(value) for value in found]
    if key in plain:
        return
    allowed = f"{words} (`topologyKey: {key}`)"
    yield unknowable(path, allowed) if UNKNOWN in plain else violated(f"`{path}` names no {key}", allowed)


def _runs_services(resources: Sequence[Resource]) -> bool:
    return any(resource.type in WORKLOADS for resource in resources)


_PROTECTS: Final = "ISMS-P 2.9.2 performance and failures, 2.12.1 readiness for disasters"
_CONTROLS: Final[Controls] = {"ISMS-P": ("2.9.2", "2.12.1")}
_SOURCE: Final = "TripGen physical architecture, {}"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="kubernetes-spread",
        concern="availability",
        title="Pods of a service are kept apart, over zones and over nodes",
        severity="medium",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Give the pod template a topologySpreadConstraint over zones and an anti-affinity over nodes",
        source=_SOURCE.format("3.2.1"),
        types=WORKLOADS,
        fail_closed=False,
        judge=spread,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="kubernetes-autoscaler",
        concern="availability",
        title="Each service has an autoscaler, which alone says how many pods run",
        severity="medium",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Place a ScaledObject for the service, and take `replicas` away",
        source=_SOURCE.format("3.3.2"),
        types=(*WORKLOADS, *_LEAST),
        fail_closed=False,
        claims=_runs_services,
        judge=autoscalers,
    ),
    StackRule(
        id="kubernetes-disruption-budget",
        concern="availability",
        title="Each service has a disruption budget, and it lets nodes be drained",
        severity="high",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Place a PodDisruptionBudget that keeps fewer pods than the autoscaler's least",
        source=_SOURCE.format("3.2.1 (Pod Disruption Budget)"),
        types=(*WORKLOADS, *_LEAST, DISRUPTION_BUDGET),
        fail_closed=False,
        claims=_runs_services,
        judge=disruption_budgets,
    ),
)
