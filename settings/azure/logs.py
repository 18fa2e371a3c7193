"""Logs of Azure: their kinds, and how long a workspace can keep them (TripGen physical architecture, 8.2.1)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator

LogKind = Literal["application", "system", "security", "audit"]

#: Days that a table can keep its rows in all: any number up to two years, then whole years with their leap days. The
#: seven years of the design, 2555 days, are 2556 here.
SHORTEST_RETENTION_DAYS: Final = 4
LONGEST_INTERACTIVE_DAYS: Final = 730
WHOLE_YEARS_DAYS: Final = (1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383)


def _total_retention(days: int) -> int:
    if days in WHOLE_YEARS_DAYS or SHORTEST_RETENTION_DAYS <= days <= LONGEST_INTERACTIVE_DAYS:
        return days
    years = ", ".join(map(str, WHOLE_YEARS_DAYS))
    raise ValueError(f"{SHORTEST_RETENTION_DAYS} to {LONGEST_INTERACTIVE_DAYS} days, or whole years: {years}")


TotalRetentionDays = Annotated[int, AfterValidator(_total_retention)]
