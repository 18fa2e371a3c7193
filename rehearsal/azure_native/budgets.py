"""What Azure refuses of budgets beyond a property's form."""

from collections.abc import Iterator
from datetime import date

from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import mapping

_EARLIEST = date(2017, 6, 1)
_MOST_NOTIFICATIONS = 5
_CONTACTS = ("contactEmails", "contactGroups", "contactRoles")


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def period_begins_with_a_month(case: Case) -> Iterator[Problem]:
    """A budget runs from the first of a month, and ends after it began."""
    for name in ("startDate", "endDate"):
        given = case.get(f"timePeriod.{name}")
        if given is not None and _day(given) is None:
            yield Problem(f"timePeriod.{name}", f"BadRequest: {name} '{given}' is not a date like 2026-11-01T00:00:00Z")
    start, end = _day(case.get("timePeriod.startDate")), _day(case.get("timePeriod.endDate"))
    if start and (start.day != 1 or start < _EARLIEST):
        words = f"The start date must be the first of a month, on or after {_EARLIEST}: {start}"
        yield Problem("timePeriod.startDate", f"BadRequest: {words}")
    if start and end and end <= start:
        yield Problem("timePeriod.endDate", f"BadRequest: The end date {end} must come after the start date {start}")


def notifications_reach_somebody(case: Case) -> Iterator[Problem]:
    """At most five notifications, each with somebody to tell."""
    notifications = mapping(case.get("notifications"))
    if len(notifications) > _MOST_NOTIFICATIONS:
        words = f"A budget has at most {_MOST_NOTIFICATIONS} notifications, not {len(notifications)}"
        yield Problem("notifications", f"BadRequest: {words}")
    for name, item in notifications.items():
        if not any(mapping(item).get(kind) for kind in _CONTACTS):
            words = f"The notification '{name}' needs an email address, an action group or a role"
            yield Problem(f"notifications.{name}", f"BadRequest: {words}")


def thresholds_are_hundredths(case: Case) -> Iterator[Problem]:
    """A threshold is a percentage with two decimal places at most."""
    for name, item in mapping(case.get("notifications")).items():
        threshold = mapping(item).get("threshold")
        if isinstance(threshold, float) and threshold != round(threshold, 2):
            words = f"The threshold {threshold} of a notification has at most 2 decimal places"
            yield Problem(f"notifications.{name}.threshold", f"BadRequest: {words}")


def period_stays(case: Case) -> Iterator[Problem]:
    """The start of a budget cannot be moved."""
    old, new = _day(case.before("timePeriod.startDate")), _day(case.get("timePeriod.startDate"))
    if old and new and old != new:
        words = f"The start date of a budget cannot be changed from {old} to {new}"
        yield Problem("timePeriod.startDate", f"BadRequest: {words}")
