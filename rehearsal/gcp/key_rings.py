"""What Cloud KMS refuses of keys."""

import re
from collections.abc import Iterator

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase, segment

_DAY_SECONDS = 86_400
_LONGEST_WAIT_DAYS = 120


def _seconds(case: GcpCase, name: str) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d{1,9})?)s", str(case.get(name)))
    return float(found.group(1)) if found else None


def rotation_is_possible(case: GcpCase) -> Iterator[Problem]:
    """Only symmetric keys rotate by themselves, at most once a day."""
    period = case.get("rotationPeriod")
    if period is None:
        return
    seconds = _seconds(case, "rotationPeriod")
    if seconds is None or seconds < _DAY_SECONDS:
        words = 'rotation period must be a number of seconds of at least 86400 (a day), as in "7776000s"'
        yield Problem("rotationPeriod", f"Error 400: {words}, not {period!r}., badRequest")
    if case.get("purpose") not in (None, "ENCRYPT_DECRYPT"):
        words = f"Automatic rotation is not supported for keys of purpose {case.get('purpose')}."
        yield Problem("rotationPeriod", f"Error 400: {words}, badRequest")


def destruction_waits(case: GcpCase) -> Iterator[Problem]:
    """A version waits between a day and 120 days before it is gone."""
    seconds = _seconds(case, "destroyScheduledDuration")
    if seconds is not None and not _DAY_SECONDS <= seconds <= _LONGEST_WAIT_DAYS * _DAY_SECONDS:
        words = f"destroy_scheduled_duration must be between 1 day and {_LONGEST_WAIT_DAYS} days."
        yield Problem("destroyScheduledDuration", f"Error 400: {words}, badRequest")


def ring_offers_protection(case: GcpCase) -> Iterator[Problem]:
    """Keys in hardware modules are not kept in the world at large; those of external managers neither."""
    level, location = case.get("versionTemplate.protectionLevel"), segment(str(case.get("keyRing")), "locations")
    if location == "global" and level in ("EXTERNAL", "EXTERNAL_VPC"):
        words = f"Protection level {level} is not supported in the location global."
        yield Problem("versionTemplate.protectionLevel", f"Error 400: {words}, badRequest")
