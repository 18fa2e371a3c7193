"""When Azure may work on a cluster or a server (TripGen physical architecture, 10.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.containerservice import MaintenanceConfiguration

from components.base import AnyComponent

#: AKS takes no shorter window (API reference of maintenance configurations).
SHORTEST_HOURS: Final = 4
#: What AKS does in a window of its own each: its weekly releases, Kubernetes upgrades, and new node images.
SCHEDULES: Final = ("default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")

WEEK: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
DAY_MINUTES: Final = 24 * 60
WEEK_MINUTES: Final = 7 * DAY_MINUTES


@dataclass(frozen=True, kw_only=True)
class MaintenanceWindow:
    """A weekly window in its own time zone."""

    day: str
    #: `02:00`
    start: str
    hours: int
    #: `+09:00`
    utc_offset: str


@dataclass(frozen=True, kw_only=True)
class UtcStart:
    """When a weekly window begins in UTC; Sunday is day 0."""

    day: int
    hour: int
    minute: int


def utc_start(window: MaintenanceWindow) -> UtcStart:
    """Return when a window begins in UTC, for services that know no other zone: Sunday 02:00 in Korea is Saturday."""
    sign = -1 if window.utc_offset.startswith("-") else 1
    start = WEEK.index(window.day) * DAY_MINUTES + _minutes(window.start)
    day, minute_of_day = divmod((start - sign * _minutes(window.utc_offset[1:])) % WEEK_MINUTES, DAY_MINUTES)
    hour, minute = divmod(minute_of_day, 60)
    return UtcStart(day=day, hour=hour, minute=minute)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def window_hours(hours: int) -> int:
    """Return how long AKS may work, for a window of so many hours: it begins on time, and may take its shortest."""
    return max(hours, SHORTEST_HOURS)


def place_maintenance(
    owner: AnyComponent,
    window: MaintenanceWindow,
    *,
    group_name: pulumi.Input[str],
    cluster_name: pulumi.Input[str],
) -> None:
    """Place a cluster's three maintenance configurations; AKS knows them by fixed names."""
    for schedule in SCHEDULES:
        MaintenanceConfiguration(
            f"{owner.name}-{schedule}",
            config_name=schedule,
            resource_name_=cluster_name,
            resource_group_name=group_name,
            maintenance_window={
                "schedule": {"weekly": {"day_of_week": window.day, "interval_weeks": 1}},
                "start_time": window.start,
                "utc_offset": window.utc_offset,
                "duration_hours": window_hours(window.hours),
            },
            opts=owner.child(),
        )
