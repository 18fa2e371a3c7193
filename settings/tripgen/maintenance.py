"""When planned work may be done (TripGen physical architecture, 10.2.1). Runbooks read it from here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.azure.types import TimeOfDay, UtcOffset
from settings.model import Settings

Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class MaintenanceSettings(Settings):
    """The weekly window: Sunday, 02:00 to 04:00 in Korea."""

    day: Weekday = "Sunday"
    """Day of the week, in the window's own time zone."""
    start: TimeOfDay = "02:00"
    """When it begins, in the window's own time zone."""
    hours: Annotated[int, Field(ge=1, le=24)] = 2
    """How long the team works. AKS takes no window below four hours (docs/adr/0020)."""
    utc_offset: UtcOffset = "+09:00"
    """The window's time zone: Korea has no summer time."""
    notice_hours: Annotated[int, Field(ge=0, le=336)] = 48
    """Hours between the announcement and the window."""
