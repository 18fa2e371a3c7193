"""A monthly budget that speaks before the money is spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi_aws as aws

from components.aws.alarms import AlarmTopic
from components.base import Component, ComponentArgs
from settings import naming

#: Percent of the budget and whether it is spent already or forecast.
THRESHOLDS: Final = ((80, "ACTUAL"), (100, "ACTUAL"), (100, "FORECASTED"))


@dataclass(frozen=True, kw_only=True)
class BudgetArgs(ComponentArgs):
    """How much the environment may cost."""

    #: US dollars a month.
    monthly_usd: int
    alarms: AlarmTopic


class Budget(Component[BudgetArgs], type="platform:aws:Budget"):
    """A cost budget of the environment's account, reported to the alarm topic."""

    def build(self, args: BudgetArgs) -> None:
        """Place the budget."""
        name = args.scope.names(naming.BUDGET, "monthly")
        aws.budgets.Budget(
            f"{self.name}-budget",
            name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.monthly_usd),
            limit_unit="USD",
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "threshold": percent,
                    "threshold_type": "PERCENTAGE",
                    "notification_type": kind,
                    "subscriber_sns_topic_arns": [args.alarms.arn],
                }
                for percent, kind in THRESHOLDS
            ],
            tags=args.scope.tags.aws(name),
            opts=self.child(),
        )
