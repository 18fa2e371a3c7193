"""Alerts as objects of the cluster: groups of rules that Prometheus judges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource

from components.base import Component, ComponentArgs

API: Final = "monitoring.coreos.com/v1"


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What is told, when it is so, for how long it must be, and how bad that is."""

    name: str
    #: PromQL that has a result while it is wrong.
    expression: str
    #: Sentence that people get; it may name labels of the result, `{{ $labels.node }}`.
    summary: str
    #: `violation`, `critical` or `warning`.
    severity: str
    for_minutes: int = 0
    #: What it is about, where the result has no labels that say so.
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """Alerts of one kind; the name is the object's too."""

    name: str
    alerts: Sequence[Alert]


@dataclass(frozen=True, kw_only=True)
class PrometheusRulesArgs(ComponentArgs):
    """Where the objects stand, their groups, and when a warning that stays becomes critical."""

    namespace: pulumi.Input[str]
    groups: Sequence[RuleGroup]
    escalation_minutes: int


class PrometheusRules(Component[PrometheusRulesArgs], type="platform:kubernetes:PrometheusRules"):
    """An object a group. Whoever did not react to a warning is followed by those whom critical alerts reach."""

    def build(self, args: PrometheusRulesArgs) -> None:
        """Place the groups. Their kind must be there before."""
        for group in args.groups:
            CustomResource(
                f"{self.name}-{group.name}",
                api_version=API,
                kind="PrometheusRule",
                metadata={
                    "name": group.name,
                    "namespace": args.namespace,
                    "labels": args.scope.tags.kubernetes(),
                },
                spec={"groups": [{"name": group.name, "rules": list(_rules(group, args.escalation_minutes))}]},
                opts=self.child(),
            )


def _rules(group: RuleGroup, escalation_minutes: int) -> Iterator[dict[str, Any]]:
    for alert in group.alerts:
        yield _rule(group, alert, severity=alert.severity, minutes=alert.for_minutes)
        if alert.severity == "warning":
            yield _rule(group, alert, severity="critical", minutes=alert.for_minutes + escalation_minutes)


def _rule(group: RuleGroup, alert: Alert, *, severity: str, minutes: int) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": f"{minutes}m",
        "labels": {"severity": severity, "area": group.name, **({"subject": alert.subject} if alert.subject else {})},
        "annotations": {"summary": alert.summary},
    }
