"""What `ops recover` decides, over states as pulumi exports them."""

from typing import Any

import pytest

from ops.recovery import Answers, loose_ids, settle, settle_lost, settled, to_read

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
PROVIDER = "urn:pulumi:dev::shop::pulumi:providers:aws::aws"
NOBODY = Answers({})


def urn(name: str) -> str:
    return f"urn:pulumi:dev::shop::aws:kms/key:Key::{name}"


def record(name: str, **more: Any) -> dict[str, Any]:
    return {
        "urn": urn(name),
        "custom": True,
        "type": "aws:kms/key:Key",
        "inputs": {"description": name},
        "parent": STACK,
        "provider": f"{PROVIDER}::1",
        **more,
    }


def state(*resources: dict[str, Any], **pending: dict[str, Any]) -> dict[str, Any]:
    roots = [
        {"urn": STACK, "custom": False, "type": "pulumi:pulumi:Stack"},
        {"urn": PROVIDER, "custom": True, "type": "pulumi:providers:aws", "id": "1"},
    ]
    operations = [{"type": kind, "resource": resource} for kind, resource in pending.items()]
    return {"version": 3, "deployment": {"resources": [*roots, *resources], "pending_operations": operations}}


def names(deployment: dict[str, Any]) -> list[tuple[str, str | None, bool]]:
    return [
        (one["urn"].rsplit("::", 1)[-1], one.get("id"), one.get("delete", False))
        for one in deployment["deployment"]["resources"][2:]
    ]


@pytest.mark.parametrize(
    ("made", "action", "id_"),
    [
        ({}, "drop", ""),
        ({urn("a"): ["k-1"]}, "adopt", "k-1"),
        ({urn("a"): ["k-1", "k-2"]}, "ask", ""),
        (None, "ask", ""),
    ],
)
def test_a_pending_create_is_settled_by_what_the_clouds_hold(
    made: dict[str, list[str]] | None, action: str, id_: str
) -> None:
    (found,) = settle(state(creating=record("a")), made, NOBODY)
    assert (found.action, found.id) == (action, id_)


def test_what_somebody_says_counts_before_any_record() -> None:
    before, made = state(creating=record("a")), {urn("a"): ["k-1", "k-2"]}
    (found,) = settle(before, made, Answers({urn("a"): "k-2"}))
    assert (found.action, found.id) == ("adopt", "k-2")
    (found,) = settle(before, made, Answers({urn("a"): None}))
    assert found.action == "drop"


def test_an_id_in_the_operation_itself_is_proof() -> None:
    (found,) = settle(state(creating=record("a", id="k-9")), None, NOBODY)
    assert (found.action, found.id) == ("adopt", "k-9")


def test_components_and_providers_live_in_the_state_only() -> None:
    component = {"urn": STACK, "custom": False, "type": "platform:aws:Network"}
    provider = {"urn": PROVIDER, "custom": True, "type": "pulumi:providers:aws"}
    assert [settle(state(creating=one), None, NOBODY)[0].action for one in (component, provider)] == ["drop", "drop"]


@pytest.mark.parametrize("operation", ["updating", "deleting", "reading", "importing"])
def test_everything_but_a_create_is_read_from_its_cloud_where_the_state_holds_it(operation: str) -> None:
    held = record("a", id="k-1")
    before = state(held, **{operation: held})
    settlements = settle(before, None, NOBODY)
    assert [one.action for one in settlements] == ["look"]
    after = settled(before, settlements)
    assert names(after) == [("a", "k-1", False)]
    assert after["deployment"]["pending_operations"] == []
    assert to_read(after, settlements) == [urn("a")]
    assert settle(state(**{operation: held}), None, NOBODY)[0].action == "drop"


def test_an_adopted_object_is_as_the_program_declared_it() -> None:
    declared = record("a", protect=True, retainOnDelete=True, dependencies=[urn("b")])
    before = state(record("b", id="k-b"), record("c", id="k-c"), creating=declared)
    after = settled(before, settle(before, {urn("a"): ["k-1"]}, NOBODY))
    assert names(after) == [("b", "k-b", False), ("a", "k-1", False), ("c", "k-c", False)]
    adopted = after["deployment"]["resources"][3]
    assert {key: adopted[key] for key in declared} == declared
    assert adopted["created"].endswith("Z")


def test_an_object_in_another_region_is_adopted_by_the_id_its_provider_reads() -> None:
    before = state(creating=record("a", inputs={"region": "us-east-1"}))
    assert names(settled(before, settle(before, {urn("a"): ["k-1"]}, NOBODY))) == [("a", "k-1@us-east-1", False)]


def test_a_replacement_takes_the_place_of_what_it_replaces() -> None:
    old, user = record("a", id="k-0"), record("user", id="k-u", dependencies=[urn("a")])
    before = state(old, user, creating=record("a"))
    made = {urn("a"): ["k-0", "k-1"]}
    after = settled(before, settle(before, made, NOBODY))
    assert names(after) == [("a", "k-1", False), ("a", "k-0", True), ("user", "k-u", False)]
    gone = state({**old, "pendingReplacement": True}, creating=record("a"))
    assert names(settled(gone, settle(gone, {urn("a"): ["k-1"]}, NOBODY))) == [("a", "k-1", False)]


def test_an_object_that_no_state_knows_is_adopted_if_the_program_declares_it() -> None:
    before = state(record("b", id="k-b"))
    made = {urn("a"): ["k-1"], urn("b"): ["k-b"], urn("retained"): ["k-r"]}
    loose = loose_ids(before, made)
    assert loose == {urn("a"): ["k-1"], urn("retained"): ["k-r"]}
    (found,) = settle_lost([record("a"), record("new")], loose, NOBODY)
    assert (found.operation, found.action, found.urn, found.id) == ("lost", "adopt", urn("a"), "k-1")


def test_a_pending_create_is_not_taken_for_a_lost_one() -> None:
    assert loose_ids(state(creating=record("a")), {urn("a"): ["k-1"]}) == {}


def test_a_secret_that_a_preview_blinds_stays_marked_as_secret() -> None:
    declared = record("a", inputs={"plain": "x", "deep": [{"secret": "[secret]"}]})
    (found,) = settle_lost([declared], {urn("a"): ["k-1"]}, NOBODY)
    sealed = found.record["inputs"]["deep"][0]["secret"]
    assert sealed["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert found.record["inputs"]["plain"] == "x"
