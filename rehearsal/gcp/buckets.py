"""Cloud Storage: names of the whole world, where a bucket may be, and what its parts demand of each other."""

from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.invokes import project_number
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.values import mapping

BUCKET, OBJECT = "gcp:storage/bucket:Bucket", "gcp:storage/bucketObject:BucketObject"
_PUBLIC = ("allUsers", "allAuthenticatedUsers")
_LONGEST_PART, _LONGEST_RETENTION = 63, 3_155_760_000
_DAY = 24 * 60 * 60
_SOFT_DELETE = range(7 * _DAY, 90 * _DAY + 1)
_FLAGS = ("sendAgeIfZero", "sendDaysSinceCustomTimeIfZero", "sendDaysSinceNoncurrentTimeIfZero",
          "sendNumNewerVersionsIfZero")  # fmt: skip


def location_offers_buckets(case: GcpCase) -> Iterator[Problem]:
    """A bucket is in a region, in two of them, or in a multi-region."""
    place, kinds = str(case.get("location", "")), case.fact("storage.bucket")
    offered = [*(it.upper() for it in case.fact("regions.regions")), *kinds["multi"], *kinds["dual"]]
    wide = place.upper() in (*kinds["multi"], *kinds["dual"])
    if place and place.upper() not in offered:
        known = suggestion(place.upper(), offered)
        yield invalid("location", f"The specified location constraint is not valid: {place}.{known}", "invalid")
    if case.get("rpo") == "ASYNC_TURBO" and not wide:
        words = f"Turbo replication is only for dual-region buckets, not for {place}"
        yield invalid("rpo", words, "invalid")
    pair = case.get("customPlacementConfig.dataLocations")
    if isinstance(pair, list) and (len(pair) != 2 or place.upper() not in kinds["multi"]):  # noqa: PLR2004 - a pair
        words = "A custom placement needs two regions of the multi-region that is the bucket's location"
        yield invalid("customPlacementConfig", words, "invalid")


def name_is_short_enough(case: GcpCase) -> Iterator[Problem]:
    """Between dots a name has 63 characters at most."""
    name = str(case.get("name", ""))
    if any(len(part) > _LONGEST_PART for part in name.split(".")):
        yield invalid("name", f"Invalid bucket name: '{name}' is longer than {_LONGEST_PART} characters", "invalid")


def retention_is_possible(case: GcpCase) -> Iterator[Problem]:
    """What is kept is kept for less than a century; what was deleted for a week to three months, or not at all."""
    kept, soft = case.get("retentionPolicy.retentionPeriod"), case.get("softDeletePolicy.retentionDurationSeconds")
    if isinstance(kept, str) and int(kept) >= _LONGEST_RETENTION:
        words = f"Retention period must be less than {_LONGEST_RETENTION} seconds, got {kept}"
        yield invalid("retentionPolicy.retentionPeriod", words, "invalid")
    if isinstance(soft, int) and soft != 0 and soft not in _SOFT_DELETE:
        words = f"Soft delete policy retention duration must be 0 or between {_SOFT_DELETE.start} and"
        yield invalid("softDeletePolicy", f"{words} {_SOFT_DELETE.stop - 1} seconds, got {soft}", "invalid")


def lifecycle_rules_act(case: GcpCase) -> Iterator[Problem]:
    """Each rule has a condition, and a class where it moves to one."""
    auto = case.get("autoclass.enabled")
    for index, rule in enumerate(case.get("lifecycleRules") or ()):
        at, action = f"lifecycleRules[{index}]", mapping(mapping(rule).get("action"))
        condition = mapping(mapping(rule).get("condition"))
        given = {name: it for name, it in condition.items() if it is not None and name not in _FLAGS}
        kind, target = action.get("type"), action.get("storageClass")
        if not given and not any(condition.get(name) for name in _FLAGS):
            yield invalid(f"{at}.condition", "A lifecycle rule must have at least one condition", "invalid")
        if given.get("age") == 0 and not condition.get("sendAgeIfZero"):
            words = "An age of 0 is left out of the request unless sendAgeIfZero is set"
            yield invalid(f"{at}.condition.age", f"{words}; the rule would have no age", "invalid")
        if kind == "SetStorageClass" and target is None:
            yield invalid(f"{at}.action", "SetStorageClass needs a storage class", "invalid")
        if kind != "SetStorageClass" and target is not None:
            yield invalid(f"{at}.action", f"A storage class cannot be given for the action {kind}", "invalid")
        if auto and kind == "SetStorageClass":
            words = "Lifecycle rules with SetStorageClass cannot be used with Autoclass"
            yield invalid(f"{at}.action", words, "invalid")


def features_fit(case: GcpCase) -> Iterator[Problem]:
    """Folders need uniform access and take no versions; a filter of addresses has networks."""
    if case.get("hierarchicalNamespace.enabled"):
        if not case.get("uniformBucketLevelAccess"):
            words = "Hierarchical namespace buckets must use uniform bucket-level access"
            yield invalid("hierarchicalNamespace", words, "invalid")
        if case.get("versioning.enabled"):
            words = "Versioning is not supported with a hierarchical namespace"
            yield invalid("versioning", words, "invalid")


def bucket_is_not_ours_already(case: GcpCase) -> Iterator[Problem]:
    """A name of one's own project that is in use has words of its own."""
    other = case.find(BUCKET, str(case.get("name")))
    if other and other.outputs.get("project") == case.project:
        words = "Your previous request to create the named bucket succeeded and you already own it"
        yield Problem("name", f"Error 409: {words}., conflict [{other.id} in {other.outputs.get('location')}]")


def locked_retention_only_grows(case: GcpCase) -> Iterator[Problem]:
    """A locked retention policy is for ever, and is never shortened."""
    old, new = case.before("retentionPolicy", {}), mapping(case.get("retentionPolicy"))
    if not mapping(old).get("isLocked"):
        return
    name, before, now = case.get("name"), int(old["retentionPeriod"]), int(new.get("retentionPeriod") or 0)
    if now < before or not new.get("isLocked"):
        words = f"Cannot reduce retention duration of a locked Retention Policy for bucket '{name}'"
        yield Problem("retentionPolicy", f"Error 403: {words}., forbidden [{before}s, locked]")


def bucket_is_empty(case: GcpCase) -> Iterator[Problem]:
    """A bucket with objects goes only where the program said that they go with it."""
    inside = [it for it in case.standing(OBJECT) if it.outputs.get("bucket") == case.get("name")]
    if inside and not case.get("forceDestroy"):
        words = f"Error trying to delete bucket {case.get('name')} containing objects without force_destroy set to true"
        yield Problem("", words)


def bucket_outputs(case: GcpCase) -> dict[str, Any]:
    """Return what Cloud Storage makes of a bucket's settings: it writes locations in capitals."""
    soft = case.get("softDeletePolicy.retentionDurationSeconds", 7 * _DAY)
    return {
        "location": str(case.get("location")).upper(),
        "projectNumber": int(project_number(case.project)),
        "softDeletePolicy": {"retentionDurationSeconds": soft, "effectiveTime": case.constants["now"]},
    }


def object_has_content(case: GcpCase) -> Iterator[Problem]:
    """An object is text or a file."""
    given = [name for name in ("content", "source") if case.properties.get(name) is not None]
    if len(given) != 1:
        yield Problem("content", f"one of `content,source` must be specified, got {', '.join(given) or 'none'}")


def public_is_allowed(case: GcpCase) -> Iterator[Problem]:
    """Nobody is let in from anywhere where public access is prevented."""
    bucket, given = case.target("bucket"), [case.get("member"), *case.all("members[*]")]
    if bucket and bucket.outputs.get("publicAccessPrevention") == "enforced" and any(it in _PUBLIC for it in given):
        words = "The member bindings allUsers and allAuthenticatedUsers are not allowed since public access prevention"
        yield Problem("member", f"Error 412: {words} is enforced., conditionNotMet")
