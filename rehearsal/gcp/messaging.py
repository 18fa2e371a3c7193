"""Pub/Sub and Cloud Scheduler: where messages are kept, how they are delivered, and when jobs run."""

import re
from collections.abc import Iterator

from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid, seconds

_MINUTE, _DAY = 60, 24 * 60 * 60
_LONGEST = 31 * _DAY
_FIELDS = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}
_NAMES = re.compile(r"(?i)jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat")
_ENGLISH = re.compile(r"every .+|\d?(1st|2nd|3rd|\dth|first|second|third) .+")
_DEADLINE = range(15, 30 * _MINUTE + 1)


def storage_regions_exist(case: GcpCase) -> Iterator[Problem]:
    """Messages are kept in regions that there are."""
    regions = case.fact("regions.regions")
    for index, region in enumerate(case.get("messageStoragePolicy.allowedPersistenceRegions") or ()):
        if isinstance(region, str) and region not in regions:
            words = f"Invalid region in the message storage policy: {region}.{suggestion(region, regions)}"
            yield invalid(f"messageStoragePolicy.allowedPersistenceRegions[{index}]", words)


def retention_is_possible(case: GcpCase) -> Iterator[Problem]:
    """Messages are kept for ten minutes to 31 days."""
    kept = seconds(case.get("messageRetentionDuration"))
    if kept is not None and not 10 * _MINUTE <= kept <= _LONGEST:
        words = f"The message retention must be between {10 * _MINUTE}s and {_LONGEST}s, got {kept}s"
        yield invalid("messageRetentionDuration", words)


def delivery_is_one(case: GcpCase) -> Iterator[Problem]:
    """Messages are pulled, pushed, or written to one place."""
    ways = [it for it in ("pushConfig", "bigqueryConfig", "cloudStorageConfig") if case.properties.get(it) is not None]
    if len(ways) > 1:
        yield invalid(ways[1], f"Only one of pushConfig, bigqueryConfig and cloudStorageConfig can be set, got {ways}")


def job_has_a_target(case: GcpCase) -> Iterator[Problem]:
    """A job calls one thing, within half an hour."""
    targets = [
        it for it in ("pubsubTarget", "httpTarget", "appEngineHttpTarget") if case.properties.get(it) is not None
    ]
    if len(targets) != 1:
        words = "one of `app_engine_http_target,http_target,pubsub_target` must be specified"
        yield Problem("httpTarget", f"{words}, got {', '.join(targets) or 'none'}")
    deadline = seconds(case.get("attemptDeadline"))
    if deadline is not None and deadline not in _DEADLINE:
        words = f"Attempt deadline must be between {_DEADLINE.start}s and {_DEADLINE.stop - 1}s, got {deadline}s"
        yield invalid("attemptDeadline", words)


def schedule_is_a_time(case: GcpCase) -> Iterator[Problem]:
    """A schedule is five fields of cron, or words like `every 12 hours`."""
    given = case.get("schedule")
    if isinstance(given, str) and not _ENGLISH.fullmatch(given):
        fields = given.split()
        fits = len(fields) == len(_FIELDS) and all(map(_field, fields, _FIELDS.values()))
        if not fits:
            words = f"Schedule or time zone is invalid: {given!r}"
            yield invalid("schedule", f"{words} [five fields of cron: {', '.join(_FIELDS)}]")


def _field(text: str, bounds: tuple[int, int]) -> bool:
    for part in text.split(","):
        span, _, step = part.partition("/")
        ends = [] if span == "*" else span.split("-")
        numbers = [_NAMES.sub(str(bounds[0]), it) for it in ends]
        if step and not step.isdigit():
            return False
        if len(ends) > 2 or not all(it.isdigit() and bounds[0] <= int(it) <= bounds[1] for it in numbers):  # noqa: PLR2004
            return False
    return True
