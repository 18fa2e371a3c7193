"""A monthly budget that speaks before the money is spent (design, 11.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pulumi
from pulumi_azure_native.consumption import Budget

from components.base import Component, ComponentArgs
from settings.azure import naming


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Percent of the budget, already spent or expected by the end of the month."""

    name: str
    percent: float
    forecast: bool = False


@dataclass(frozen=True, kw_only=True)
class CostBudgetArgs(ComponentArgs):
    """How much the system may cost, and who hears of it."""

    subscription_id: str
    #: US dollars a month.
    monthly_usd: int
    #: First day of the first month.
    start: date
    thresholds: Sequence[Threshold]
    action_group_ids: Sequence[pulumi.Input[str]]


class CostBudget(Component[CostBudgetArgs], type="platform:azure:CostBudget"):
    """A budget of everything with the system's tag in the subscription.

    A resource group would be too little: the cluster's machines, the largest part, stand in a group of the cluster's
    own, and copies in the recovery region's. Those whom it tells are the action groups; where there are none, the
    subscription's owners.
    """

    def build(self, args: CostBudgetArgs) -> None:
        """Place the budget."""
        Budget(
            f"{self.name}-budget",
            budget_name=args.scope.names(naming.COST_BUDGET, "monthly"),
            scope=f"/subscriptions/{args.subscription_id}",
            category="Cost",
            amount=args.monthly_usd,
            time_grain="Monthly",
            time_period={"start_date": f"{args.start:%Y-%m-%dT00:00:00Z}"},
            filter={"tags": {"name": "system", "operator": "In", "values": [args.scope.tags.system]}},
            notifications={
                threshold.name: {
                    "enabled": True,
                    "operator": "GreaterThanOrEqualTo",
                    "threshold": threshold.percent,
                    "threshold_type": "Forecasted" if threshold.forecast else "Actual",
                    "contact_emails": [],
                    "contact_groups": [*args.action_group_ids],
                    "contact_roles": [] if args.action_group_ids else ["Owner"],
                }
                for threshold in args.thresholds
            },
            opts=self.child(),
        )
