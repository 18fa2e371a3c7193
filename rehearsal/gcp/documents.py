"""Firestore: where its databases may stand, how they are backed up, and which indexes make sense."""

from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid, seconds
from rehearsal.values import Value, mapping

SCHEDULE = "gcp:firestore/backupSchedule:BackupSchedule"
_LONGEST_RETENTION = 14 * 7 * 24 * 60 * 60  # weeks
_WAYS = ("order", "arrayConfig", "vectorConfig", "searchConfig")


def location_offers_firestore(case: GcpCase) -> Iterator[Problem]:
    """A database stands in a region, or in one of Firestore's own multi-regions."""
    place, offered = case.get("locationId"), [*case.fact("regions.regions"), *case.fact("firestore.multi_regions")]
    if isinstance(place, str) and place not in offered:
        words = f"Invalid location {place} for a database.{suggestion(place, offered)}"
        yield invalid("locationId", f"{words} [regions and {', '.join(case.fact('firestore.multi_regions'))}]")


def enterprise_is_native(case: GcpCase) -> Iterator[Problem]:
    """The enterprise edition is of Firestore in native mode; recovery and access modes are its own."""
    enterprise = case.get("databaseEdition") == "ENTERPRISE"
    if enterprise and case.get("type") == "DATASTORE_MODE":
        yield invalid("databaseEdition", "Database edition ENTERPRISE requires the type FIRESTORE_NATIVE")
    for name in ("firestoreDataAccessMode", "mongodbCompatibleDataAccessMode", "realtimeUpdatesMode"):
        if case.get(name) is not None and not enterprise:
            yield invalid(name, f"{name} can only be specified for ENTERPRISE edition databases")


def database_outputs(case: GcpCase) -> dict[str, Any]:
    """Return how far back the versions of a document can be read."""
    recovery = case.get("pointInTimeRecoveryEnablement") == "POINT_IN_TIME_RECOVERY_ENABLED"
    key = case.get("cmekConfig.kmsKeyName")
    versions = {"cmekConfig": {"activeKeyVersions": [f"{key}/cryptoKeyVersions/1"]}} if key else {}
    return {"versionRetentionPeriod": "604800s" if recovery else "3600s", **versions}


def _recurrence(properties: Value) -> list[str]:
    return [name for name in ("dailyRecurrence", "weeklyRecurrence") if mapping(properties).get(name) is not None]


def schedule_is_daily_or_weekly(case: GcpCase) -> Iterator[Problem]:
    """A schedule is of one kind, and what it makes is kept for 14 weeks at most."""
    kinds, given = _recurrence(case.properties), case.get("retention")
    if len(kinds) != 1:
        words = "exactly one of daily_recurrence and weekly_recurrence must be specified"
        yield invalid("dailyRecurrence", f"Backup schedule: {words}, got {len(kinds)}")
    if kinds == ["weeklyRecurrence"] and mapping(case.get("weeklyRecurrence")).get("day") is None:
        yield invalid("weeklyRecurrence.day", "Backup schedule: a weekly recurrence needs a day")
    kept = seconds(given)
    if isinstance(given, str) and (kept is None or not 0 < kept <= _LONGEST_RETENTION):
        words = (
            f"Backup schedule: retention must be a duration of at most {_LONGEST_RETENTION}s (14 weeks), got {given}"
        )
        yield invalid("retention", words)


def schedule_is_the_only_one(case: GcpCase) -> Iterator[Problem]:
    """A database has one daily and one weekly schedule."""
    database = case.target("database")
    for other in case.standing(SCHEDULE):
        same = database is not None and other.id.startswith(f"{database.id}/")
        if same and _recurrence(other.inputs) == _recurrence(case.properties):
            kind = _recurrence(case.properties)[0].removesuffix("Recurrence")
            words = f"Error 409: The database already has a {kind} backup schedule: {other.id}, alreadyExists"
            yield Problem("", words)


def index_is_needed(case: GcpCase) -> Iterator[Problem]:
    """Single fields are indexed anyway; each field of a composite index is used in one way."""
    fields = case.get("fields") or []
    named = [it for it in fields if mapping(it).get("fieldPath") != "__name__"]
    vector = any(mapping(it).get("vectorConfig") is not None for it in fields)
    if len(named) < 2 and not vector and case.get("apiScope") == "ANY_API":  # noqa: PLR2004 - two make a composite
        yield invalid("fields", "this index is not necessary, configure using single field index controls")
    for index, field in enumerate(fields):
        ways = [way for way in _WAYS if mapping(field).get(way) is not None]
        if len(ways) != 1:
            words = f"Field {mapping(field).get('fieldPath')} must have exactly one of {', '.join(_WAYS)}"
            yield invalid(f"fields[{index}]", f"{words}, got {', '.join(ways) or 'none'}")
