"""Secret Manager: where a secret is copied to, how long it lives, and its versions."""

from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase, plain, segment
from rehearsal.gcp.refusals import invalid, seconds
from rehearsal.values import get, mapping

_LARGEST = 64 * 1024  # bytes
_SHORTEST_ROTATION, _LONGEST_ROTATION = 60 * 60, 100 * 365 * 24 * 60 * 60
_DESTROY = range(24 * 60 * 60, 1000 * 24 * 60 * 60 + 1)


def replication_is_one_of_two(case: GcpCase) -> Iterator[Problem]:
    """Google chooses the places, or they are listed; keys are said of all of them or of none."""
    kinds = [kind for kind in ("auto", "userManaged") if get(case.properties, f"replication.{kind}") is not None]
    if len(kinds) != 1:
        words = f"replication: one of `replication.auto,replication.user_managed` must be specified, got {len(kinds)}"
        yield Problem("replication", words)
    replicas = case.get("replication.userManaged.replicas") or []
    places = [mapping(it).get("location") for it in replicas]
    for place in {it for it in places if places.count(it) > 1}:
        yield invalid("replication.userManaged", f"Replica locations must be unique: {place} is given more than once")
    keyed = [mapping(it).get("customerManagedEncryption") is not None for it in replicas]
    if any(keyed) and not all(keyed):
        words = "Either all replicas or none of them must be encrypted with a customer's key"
        yield invalid("replication.userManaged.replicas", words)


def keys_are_in_the_replicas_place(case: GcpCase) -> Iterator[Problem]:
    """A copy is encrypted with a key of its own place."""
    for index, replica in enumerate(case.get("replication.userManaged.replicas") or ()):
        key, place = get(replica, "customerManagedEncryption.kmsKeyName"), mapping(replica).get("location")
        where = segment(plain(str(key)), "locations") if key else None
        if where and where != place:
            words = f"The KMS key {key} must be in the location of its replica, {place}, not in {where}"
            yield invalid(f"replication.userManaged.replicas[{index}]", words)


def life_is_said_once(case: GcpCase) -> Iterator[Problem]:
    """A secret ends at a time or after one; what is destroyed can be taken back for a day at least."""
    if case.get("ttl") is not None and case.get("expireTime") is not None:
        yield invalid("ttl", "Only one of `ttl` or `expire_time` can be provided")
    wait = seconds(case.get("versionDestroyTtl"))
    if wait is not None and wait not in _DESTROY:
        words = f"versionDestroyTtl must be between {_DESTROY.start}s and {_DESTROY.stop - 1}s, got {wait}s"
        yield invalid("versionDestroyTtl", words)


def rotation_tells_somebody(case: GcpCase) -> Iterator[Problem]:
    """Secret Manager rotates nothing itself: it tells a topic when it is time."""
    if case.get("rotation") is None:
        return
    period = seconds(case.get("rotation.rotationPeriod"))
    if not case.properties.get("topics"):
        yield invalid("rotation", "Topics must be set to configure rotation")
    if period is not None and not _SHORTEST_ROTATION <= period <= _LONGEST_ROTATION:
        words = f"The rotation period must be between {_SHORTEST_ROTATION}s and {_LONGEST_ROTATION}s, got {period}s"
        yield invalid("rotation.rotationPeriod", words)
    if period is not None and get(case.properties, "rotation.nextRotationTime") is None:
        yield invalid("rotation.nextRotationTime", "A rotation period needs the time of the next rotation")


def location_is_a_region(case: GcpCase) -> Iterator[Problem]:
    """A regional secret is of one region."""
    place = case.get("location")
    if isinstance(place, str) and place not in case.fact("regions.regions"):
        yield invalid("location", f"Location {place} is not a region that regional secrets are offered in")


def payload_is_one_and_small(case: GcpCase) -> Iterator[Problem]:
    """A version holds one payload of 64 KiB at most."""
    given = [name for name in ("secretData", "secretDataWo") if case.properties.get(name) is not None]
    if len(given) != 1:
        words = f"one of `secret_data,secret_data_wo` must be specified, got {len(given)}"
        yield Problem("secretData", words)
    for name in given:
        data = case.get(name)
        if isinstance(data, str) and len(data.encode()) > _LARGEST:
            yield invalid(name, f"The payload has {len(data.encode())} bytes; at most {_LARGEST} are allowed")


def version_outputs(case: GcpCase) -> dict[str, Any]:
    """Number a version: one more than the newest of its secret."""
    if case.old:
        return {name: case.old.outputs[name] for name in ("version", "name")}
    secret = case.target("secret")
    path = secret.id if secret else str(case.get("secret"))
    numbers = [int(it.outputs["version"]) for it in case.standing(case.type) if it.id.startswith(f"{path}/versions/")]
    number = max(numbers, default=0) + 1
    regional = {"location": secret.outputs.get("location")} if secret and "location" in secret.outputs else {}
    return {"version": str(number), "name": f"{path}/versions/{number}", "destroyTime": "", **regional}
