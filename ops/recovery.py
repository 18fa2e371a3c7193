"""How an interrupted run is settled: pure decisions over an exported state.

An operation whose end nobody saw is either a fact (the object is there, with this id), nothing (it is not), or unknown.
What is unknown stays so until somebody who has looked says it: nothing here guesses.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from ops.evidence import Ids

Record = dict[str, Any]
"""A resource as the state writes it."""
Action = Literal["adopt", "drop", "look", "ask"]

_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
_BLINDED = "[secret]"


@dataclass(frozen=True)
class Answers:
    """What somebody who looked says: by URN, the id of an object that is there, or None for one that is not."""

    by_urn: Mapping[str, str | None]


@dataclass(frozen=True)
class Settlement:
    """What is done about one operation (`creating`, `updating` ...) and why.

    `adopt` takes the object `id` into the state, `drop` forgets the operation, `look` forgets it and reads the resource
    from its cloud, `ask` waits for an answer.
    """

    operation: str
    record: Record
    action: Action
    why: str
    id: str = ""

    @property
    def urn(self) -> str:
        """The resource's URN."""
        return self.record["urn"]

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rsplit("::", 1)[-1]


def project_of(deployment: Mapping[str, Any]) -> str | None:
    """Return the project a state belongs to; None for a state without resources or operations."""
    records = [*_resources(deployment), *(one["resource"] for one in pending(deployment))]
    return records[0]["urn"].split("::")[1] if records else None


def pending(deployment: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the operations that were under way when a run ended."""
    return deployment["deployment"].get("pending_operations") or []


def settle(deployment: Mapping[str, Any], made: Ids | None, answers: Answers) -> list[Settlement]:
    """Decide on every pending operation; `made` is what the clouds hold, None where no record tells."""
    return [_settle(one["type"], one["resource"], deployment, made, answers) for one in pending(deployment)]


def _settle(
    operation: str, record: Record, deployment: Mapping[str, Any], made: Ids | None, answers: Answers
) -> Settlement:
    known = {one.get("id") for one in _resources(deployment) if one["urn"] == record["urn"]}
    if not record["custom"] or record["type"].startswith("pulumi:"):
        return Settlement(operation, record, "drop", "lives in the state only: the next `up` makes it")
    if operation == "creating":
        return _settle_create(record, known, made, answers)
    if known:
        return Settlement(operation, record, "look", "its cloud is read: what it holds is the truth")
    return Settlement(operation, record, "drop", "the state does not hold it: the next `up` does it again")


def _settle_create(record: Record, known: AbstractSet[str | None], made: Ids | None, answers: Answers) -> Settlement:
    if record["urn"] in answers.by_urn:
        id_ = answers.by_urn[record["urn"]]
        if id_ is None:
            return Settlement("creating", record, "drop", "you say it was not made")
        return Settlement("creating", record, "adopt", "you say it was made", id_)
    if record.get("id"):
        return Settlement("creating", record, "adopt", "the cloud had answered with this id", record["id"])
    if made is None:
        return Settlement("creating", record, "ask", "no record tells whether it was made")
    return _settle_by_record("creating", record, [id_ for id_ in made.get(record["urn"], []) if id_ not in known])


def _settle_by_record(operation: str, record: Record, ids: Sequence[str]) -> Settlement:
    match ids:
        case []:
            return Settlement(operation, record, "drop", "the cloud does not hold it: the next `up` makes it")
        case [id_]:
            return Settlement(operation, record, "adopt", "the cloud holds it", id_)
    return Settlement(operation, record, "ask", f"the cloud holds {len(ids)} of them: {', '.join(ids)}")


def loose_ids(deployment: Mapping[str, Any], made: Ids) -> dict[str, list[str]]:
    """Return, by URN, the objects that the clouds hold and neither the state nor a pending operation speaks of."""
    known = {(one["urn"], one.get("id")) for one in _resources(deployment)}
    under_way = {one["resource"]["urn"] for one in pending(deployment)}
    found = {urn: [id_ for id_ in ids if (urn, id_) not in known] for urn, ids in made.items() if urn not in under_way}
    return {urn: ids for urn, ids in found.items() if ids}


def settle_lost(declared: Iterable[Record], loose: Mapping[str, Sequence[str]], answers: Answers) -> list[Settlement]:
    """Decide on the objects whose create was answered with an error although they were made.

    `declared` is what the program asks for and the state does not know: only that can be adopted.
    """
    found = []
    for record in declared:
        whole = {**record, "inputs": _sealed(record.get("inputs", {}))}
        answer = answers.by_urn.get(record["urn"])
        if answer:
            found.append(Settlement("lost", whole, "adopt", "you say it was made", answer))
        elif record["urn"] in loose:
            found.append(_settle_by_record("lost", whole, loose[record["urn"]]))
    return found


def _sealed(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Mark what a preview blinds as secret: the value itself is read from the cloud, or written by the next `up`."""
    if value == _BLINDED:
        return {_SIGNATURE: _SECRET, "plaintext": f'"{_BLINDED}"'}
    if isinstance(value, dict):
        return {key: _sealed(one) for key, one in value.items()}
    return [_sealed(one) for one in value] if isinstance(value, list) else value


def settled(deployment: Mapping[str, Any], settlements: Iterable[Settlement]) -> dict[str, Any]:
    """Return the state with every adopted object in it and no operation pending."""
    resources = list(_resources(deployment))
    for one in settlements:
        if one.action == "adopt":
            resources = _with(resources, one.record, one.id)
    inner = {**deployment["deployment"], "resources": resources, "pending_operations": []}
    return {**deployment, "deployment": inner}


def to_read(deployment: Mapping[str, Any], settlements: Iterable[Settlement]) -> list[str]:
    """Return the URNs whose truth is in the cloud: what was adopted has no outputs yet."""
    held = {one["urn"] for one in _resources(deployment)}
    wanted = [one.urn for one in settlements if one.action in ("adopt", "look")]
    return [urn for urn in dict.fromkeys(wanted) if urn in held]


def _with(resources: list[Record], record: Record, id_: str) -> list[Record]:
    """Return the resources with a created one among them, as the engine would have written it.

    What it replaces is marked for deletion, or is gone where it was deleted first. Its place is right after everything
    it depends on: nothing can depend on it that is not further down already.
    """
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    region = record.get("inputs", {}).get("region")
    # The AWS provider takes the region of a resource that is not in its own region from the id, as for `pulumi import`.
    place = f"{id_}@{region}" if record["type"].startswith("aws:") and isinstance(region, str) else id_
    adopted = {**record, "id": place, "outputs": {}, "created": now, "modified": now}
    kept = []
    for one in resources:
        if one["urn"] != record["urn"] or one.get("delete"):
            kept.append(one)
        elif not one.get("pendingReplacement"):
            kept.append({**one, "delete": True})
    needed = _needed(record)
    at = max((place + 1 for place, one in enumerate(kept) if one["urn"] in needed), default=0)
    return [*kept[:at], adopted, *kept[at:]]


def _needed(record: Record) -> set[str]:
    by_property = [urn for urns in (record.get("propertyDependencies") or {}).values() for urn in urns or []]
    single = [record.get("parent", ""), record.get("deletedWith", ""), record.get("provider", "").rpartition("::")[0]]
    return {*by_property, *single, *(record.get("dependencies") or [])} - {""}


def _resources(deployment: Mapping[str, Any]) -> list[Record]:
    return deployment["deployment"].get("resources") or []
