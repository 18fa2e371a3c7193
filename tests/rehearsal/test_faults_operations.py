"""Calls that fail: what is tried again, what is reported, and that every mended stack ends the same way."""

from collections import Counter

import pytest

from rehearsal.faults import Kind
from tests.rehearsal.workload import DECLARED, Workload, name_of

pytestmark = pytest.mark.engine


def test_throttled_calls_are_tried_again_inside_the_same_up(workload: Workload) -> None:
    workload.fault("throttling", name="key", times=4)
    workload.fault("throttling", name="logs", times=1)
    up = workload.up().ok()
    assert workload.fired() == [4, 1]
    retries = [name_of(one.urn) for one in up.diagnostics if one.message.startswith("retrying create")]
    assert Counter(retries) == {"key": 4, "logs": 1}
    workload.fault("throttling", operation="update", name="logs", times=2)
    workload.fault("time-out", operation="update", name="logs", when="after")  # an update may be repeated
    workload.change(days=14)
    assert workload.ends_well().changes["update"] == 1
    assert workload.fired() == [4, 1, 2, 1]


def test_tries_end_and_a_refusal_is_never_tried_again(workload: Workload) -> None:
    workload.fault("throttling", name="key", times=6)
    workload.fault("quota", name="token", times=2)
    workload.up().refused("ThrottlingException", "key", "LimitExceededException", "token")
    assert workload.fired() == [5, 1]
    workload.up().refused("LimitExceededException")
    assert workload.fired() == [6, 2]
    workload.ends_well()


@pytest.mark.parametrize(
    ("kinds", "name", "skipped"),
    [(("quota", "server-error"), "key", "alias"), (("name-taken", "time-out"), "token", "value")],
)
def test_a_create_that_fails_is_named_and_what_depends_on_it_waits(
    workload: Workload, kinds: tuple[Kind, ...], name: str, skipped: str
) -> None:
    for kind in kinds:
        workload.fault(kind, name=name)
    workload.rehearsal.preview("dev").ok()
    assert workload.fired() == [0, 0]  # a preview asks the cloud for nothing
    for _ in kinds:
        up = workload.up().refused(f" {name}: ")
        assert [name_of(one.urn) for one in up.diagnostics if "a fault of the rehearsal" in one.message] == [name]
        assert not {name, skipped} & workload.state().keys()
        assert not {name, skipped} & workload.held().keys()
        assert "`./rehearse recover" not in up.stderr
    assert workload.fired() == [1, 1]
    workload.ends_well()


@pytest.mark.parametrize(("kind", "name"), [("server-error", "key"), ("time-out", "token")])
def test_an_object_made_without_an_answer_is_named_and_taken_into_the_state(
    workload: Workload, kind: Kind, name: str
) -> None:
    workload.fault(kind, name=name, when="after")
    up = workload.up().refused(
        f"{name}: the cloud may have made this",  # said by the program, so on a real cloud too
        "1 objects whose create failed were made all the same",
        "`./rehearse recover --stack dev`",
    )
    assert "retrying" not in up.text
    assert name not in workload.state()
    assert workload.held()[name] == 1
    if name == "token":  # the next create meets it; a nameless key would silently be made twice
        workload.up().refused("token", "already exists")
        (token,) = workload.rehearsal.inventory.list(type="aws:secretsmanager/secret:Secret")
        recovered = workload.recover("--made", f"token={token.id}").ok()  # what somebody says on a real cloud
        assert f"token: you say it was made; goes into the state as {token.id}" in recovered.stdout
    else:
        assert f"{name}: the cloud holds it; goes into the state as" in workload.recover().ok().stdout
    workload.ends_well()


def test_a_partial_create_is_kept_and_finished_by_the_next_up(workload: Workload) -> None:
    workload.fault("partial", name="key")
    up = workload.up().refused("key", "unexpected state 'failed'")
    assert "retrying" not in up.text  # another create would make a second key
    assert workload.state()["key"]["initErrors"]
    assert workload.held()["key"] == 1
    workload.fault("partial", operation="update", name="key")
    workload.up().refused("key", "unexpected state 'failed'")
    assert workload.ends_well().changes["update"] == 1
    assert "initErrors" not in workload.state()["key"]


def test_a_throttled_delete_is_tried_again_where_the_program_runs(workload: Workload) -> None:
    workload.up().ok()
    workload.fault("throttling", operation="delete", name="value", times=2)
    workload.change(secret=False)
    assert workload.ends_well(DECLARED - {"token", "value"}).changes["delete"] == 2
    workload.fault("throttling", operation="delete", name="alias", times=2)
    # Without the program there is no hook; the error is the cloud's all the same.
    bare = workload.rehearsal.destroy("dev", "--target", workload.state()["alias"]["urn"]).refused("Rate exceeded")
    assert workload.fired() == [2, 1]
    assert "alias" in bare.text
    workload.rehearsal.destroy("dev", "--run-program", "--target", workload.state()["alias"]["urn"]).ok()
    assert workload.fired() == [2, 2]
    workload.ends_well(DECLARED - {"token", "value"})
