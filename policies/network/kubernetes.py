"""Network in clusters: in each namespace nothing talks unless a policy says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from policies.kubernetes import NAMESPACE, NETWORK_POLICY, Place, cluster, place
from policies.resource import Resource, revealed
from policies.rule import Finding, StackRule, violated


def denies_all(policy: Resource) -> bool:
    """Return whether a policy selects every pod, for both directions, and lets nothing through."""
    return (
        revealed(policy.at("spec.podSelector")) == {}
        and set(_directions(policy)) == {"Ingress", "Egress"}
        and not any(revealed(policy.at(f"spec.{name}")) for name in ("ingress", "egress"))
    )


def _directions(policy: Resource) -> Iterable[str]:
    return (str(revealed(value)) for _, value in policy.every("spec.policyTypes.*"))


def default_deny(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require a policy of each namespace that denies all, known by its name or by the reference to the namespace."""
    denials = [one for one in resources if one.type == NETWORK_POLICY and denies_all(one)]
    referred = {urn for policy in denials for urn in policy.references.get("metadata", ())}
    named = {place(policy) for policy in denials}
    for namespace in resources:
        if namespace.type != NAMESPACE or namespace.urn in referred:
            continue
        name = revealed(namespace.at("metadata.name"))
        if not isinstance(name, str) or Place(cluster(namespace), name) not in named:
            yield violated(
                "no policy that denies all",
                "a NetworkPolicy of both directions that selects every pod and allows nothing",
                namespace.urn,
            )


def _has_a_namespace(resources: Sequence[Resource]) -> bool:
    return any(resource.type == NAMESPACE for resource in resources)


STACK_RULES: Final = (
    StackRule(
        id="kubernetes-default-deny",
        concern="network",
        title="In each namespace nothing talks unless a policy says so",
        severity="high",
        protects="ISMS-P 2.6.1 network access",
        controls={"ISMS-P": ("2.6.1",), "CIS Kubernetes": ("5.3.2",)},
        fix="Place the namespace with the component Namespace, which denies all, and allow what is needed",
        source="TripGen physical architecture, 4.3.1",
        types=(NAMESPACE, NETWORK_POLICY),
        fail_closed=True,
        claims=_has_a_namespace,
        judge=default_deny,
    ),
)
