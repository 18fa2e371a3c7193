"""What an environment may cost (TripGen physical architecture, 11.1.1). Reports and runbooks read it from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from settings.model import Settings, rule
from settings.types import KubernetesName

UsdAMonth = Annotated[int, Field(ge=1)]


class CostSettings(Settings):
    """US dollars a month."""

    monthly_usd: UsdAMonth
    """The budget, before anything is optimised."""
    target_usd: UsdAMonth
    """What it shall come down to; the team is told when a month has cost as much."""
    start: date
    """First day of the first month that is counted. When the budget is made, Azure takes the month that runs or one of
    the next twelve, and none that is over; afterwards it stays as it is."""
    components_usd: Annotated[Mapping[KubernetesName, UsdAMonth], Field(min_length=1)] = Field(default_factory=dict)
    """What the design expects of each component."""

    @property
    def unassigned_usd(self) -> int:
        """What of the budget no component accounts for: 100 of the design's 5600."""
        return self.monthly_usd - sum(self.components_usd.values())

    @property
    def target_percent(self) -> float:
        """The target in percent of the budget: Azure takes hundredths."""
        return round(100 * self.target_usd / self.monthly_usd, 2)

    @rule
    def _target_is_within_the_budget(self) -> Iterator[str]:
        if self.target_usd > self.monthly_usd:
            yield f"target_usd {self.target_usd} must not exceed monthly_usd {self.monthly_usd}"

    @rule
    def _components_are_within_the_budget(self) -> Iterator[str]:
        if self.unassigned_usd < 0:
            yield (
                f"components_usd add up to {sum(self.components_usd.values())}, more than monthly_usd "
                f"{self.monthly_usd}"
            )

    @rule
    def _months_begin_on_their_first(self) -> Iterator[str]:
        if self.start.day != 1:
            yield f"start {self.start}: a budget counts from the first day of a month"
