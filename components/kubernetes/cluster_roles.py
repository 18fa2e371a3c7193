"""Roles that accounts of applications, deployments and monitoring, and people, get by binding in one namespace each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pulumi_kubernetes.rbac.v1 import ClusterRole

from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What may be done with which kinds of one API group."""

    verbs: Sequence[str]
    resources: Sequence[str]
    group: str = ""


_READ: Final = ("get", "list", "watch")
_WRITE: Final = ("create", "update", "patch", "delete")

#: TripGen physical architecture 7.2.2. Services run as rollouts, so who deploys needs those beside deployments.
CLUSTER_ROLES: Final[Mapping[str, Sequence[Rule]]] = MappingProxyType(
    {
        "application-reader": (Rule(verbs=_READ, resources=("pods", "services", "configmaps", "secrets")),),
        "application-writer": (
            Rule(verbs=_WRITE, resources=("deployments",), group="apps"),
            Rule(verbs=_WRITE, resources=("services",)),
            Rule(verbs=_WRITE, resources=("rollouts",), group="argoproj.io"),
        ),
        "monitoring-reader": (
            Rule(verbs=("get", "list"), resources=("pods", "nodes"), group="metrics.k8s.io"),
            Rule(verbs=("get", "list"), resources=("pods/log",)),
        ),
    }
)

_WORKLOADS: Final = ("deployments", "replicasets", "statefulsets")
_LOOK: Final = (
    Rule(verbs=_READ, resources=("pods", "services", "endpoints", "events", "configmaps")),
    Rule(verbs=_READ, resources=_WORKLOADS, group="apps"),
    Rule(verbs=_READ, resources=("horizontalpodautoscalers",), group="autoscaling"),
    Rule(verbs=_READ, resources=("poddisruptionbudgets",), group="policy"),
    Rule(verbs=_READ, resources=("networkpolicies",), group="networking.k8s.io"),
    Rule(verbs=_READ, resources=("rollouts", "analysisruns", "analysistemplates"), group="argoproj.io"),
)
#: DTx infrastructure, access control: what people may do in a namespace. Nobody reads secrets or steps into a pod: what
#: is seen there may be about a patient, and leaves no record.
TEAM_ROLES: Final[Mapping[str, Sequence[Rule]]] = MappingProxyType(
    {
        "team-developer": _LOOK,
        "team-operator": (
            *_LOOK,
            # Lines as they were written; everybody else reads them in Kibana, as pseudonyms.
            Rule(verbs=("get",), resources=("pods/log",)),
            Rule(verbs=("delete",), resources=("pods",)),
            Rule(verbs=("patch",), resources=("deployments", "deployments/scale"), group="apps"),
            # Promote, take back, try again and restart are changes of a rollout or of its state.
            Rule(verbs=("patch",), resources=("rollouts", "rollouts/status", "rollouts/scale"), group="argoproj.io"),
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class ClusterRolesArgs(ComponentArgs):
    """The roles by name."""

    roles: Mapping[str, Sequence[Rule]]


class ClusterRoles(Component[ClusterRolesArgs], type="platform:kubernetes:ClusterRoles"):
    """Cluster roles that nobody has yet: bindings give them, within a namespace."""

    def build(self, args: ClusterRolesArgs) -> None:
        """Place the roles."""
        for role, rules in args.roles.items():
            ClusterRole(
                f"{self.name}-{role}",
                metadata={"name": role, "labels": args.scope.tags.kubernetes()},
                rules=[
                    {"api_groups": [rule.group], "resources": list(rule.resources), "verbs": list(rule.verbs)}
                    for rule in rules
                ],
                opts=self.child(),
            )
