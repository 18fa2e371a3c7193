"""Roles that accounts of applications, of deployments and of monitoring get, by binding, in one namespace each."""

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
