"""The file of faults: what may stand in it, how it is counted, and the command that writes it."""

import threading
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.empty_pb2 import Empty

from rehearsal import fault_command, faults
from rehearsal.faults import Fault, FaultError, Faults, FaultsError, faults_file

KEY = "aws:kms/key:Key"


def home_with(folder: Path, *entries: Fault) -> Faults:
    for entry in entries:
        faults.add(faults_file(folder), entry)
    return Faults(folder)


def call(of: Faults, operation: str = "create", type_: str = KEY, name: str = "key") -> str:
    """Return what a call came to: `done`, or the words of its fault."""
    try:
        of.meet("aws", operation, type_, name, Empty)
    except FaultError as fault:
        return str(fault)
    return "done"


def test_a_rehearsal_without_the_file_has_no_faults_object_at_all(tmp_path: Path) -> None:
    assert Faults.of(tmp_path) is None
    faults.add(faults_file(tmp_path), Fault(fault="quota"))
    assert Faults.of(tmp_path) is not None
    faults.clear(faults_file(tmp_path))
    assert Faults.of(tmp_path) is None


def test_a_fault_meets_its_calls_only_and_as_often_as_it_says(tmp_path: Path) -> None:
    fault = Fault(fault="throttling", operation="update", type="aws:kms/*", name="k?y", times=2)
    met = home_with(tmp_path, fault)
    assert call(met, "create") == "done"
    assert call(met, "update", name="keys") == "done"
    assert call(met, "update", type_="aws:s3/bucket:Bucket") == "done"
    assert "ThrottlingException" in call(met, "update")
    counted_on = Faults(tmp_path)  # another process, after this one was killed
    assert "ThrottlingException" in call(counted_on, "update")
    assert call(counted_on, "update") == call(met, "update") == "done"
    assert [one.fired for one in faults.read(faults_file(tmp_path))] == [2]


def test_faults_of_one_call_happen_in_the_order_of_the_file(tmp_path: Path) -> None:
    met = home_with(tmp_path, Fault(fault="throttling"), Fault(fault="name-taken"))
    assert "Throttling" in call(met)
    assert "AlreadyExists" in call(met)
    assert call(met) == "done"


def test_calls_at_the_same_time_are_counted_one_by_one(tmp_path: Path) -> None:
    met = home_with(tmp_path, Fault(fault="quota", times=7))
    came_to: list[str] = []
    threads = [threading.Thread(target=lambda: came_to.append(call(met))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert came_to.count("done") == 13
    assert [one.fired for one in faults.read(faults_file(tmp_path))] == [7]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_ambiguous_fault_happens_before_or_after_the_call_was_carried_out(tmp_path: Path, when: faults.When) -> None:
    met = home_with(tmp_path, Fault(fault="server-error", when=when))
    done: list[str] = []

    def act() -> Empty:
        done.append("done")
        return Empty()

    with pytest.raises(FaultError, match="InternalFailure"):
        met.meet("aws", "create", KEY, "key", act)
    assert len(done) == {"before": 0, "after": 1}[when]


def test_each_cloud_refuses_in_its_own_words_and_says_that_it_is_rehearsed() -> None:
    for kind in ("throttling", "server-error", "time-out", "quota", "name-taken", "partial"):
        fault = Fault(fault=kind)
        words = {package: fault.words(package, KEY, "key") for package in ("aws", "kubernetes")}
        assert words["aws"] != words["kubernetes"]
        assert all(text.endswith("[a fault of the rehearsal]") for text in words.values())


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"fault": "thunder"}, "fault is 'thunder'; it may be throttling, server-error"),
        (
            {"fault": "quota", "operation": "make"},
            "operation is 'make'; it may be create, update, delete, read, invoke",
        ),
        ({"fault": "quota", "when": "after"}, "a quota fault has no `when`"),
        ({"fault": "quota", "times": 0}, "times is a whole number from 1 on"),
        ({"fault": "quota", "times": "twice"}, "times is a whole number from 1 on"),
        ({"fault": "slow"}, "`seconds` above 0 belongs to a slow fault"),
        ({"fault": "quota", "seconds": 3}, "`seconds` above 0 belongs to a slow fault"),
        ({"fault": "partial", "operation": "delete"}, "a partial fault is one of create or update"),
        ({"fault": "quota", "name": 7}, "type and name are patterns"),
        ({"fault": "quota", "on": "create"}, "a fault is a mapping with `fault` and any of"),
        ("quota", "a fault is a mapping with `fault` and any of"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_what_may_stand_there(
    tmp_path: Path, entry: Any, said: str
) -> None:
    faults_file(tmp_path).write_text(f"- {{fault: quota}}\n- {entry}\n")
    with pytest.raises(FaultsError) as refusal:
        Faults(tmp_path)
    assert str(refusal.value).startswith("faults.yaml, entry 2: ")
    assert said in str(refusal.value)


@pytest.mark.parametrize(("text", "said"), [("fault: quota", "must be a list"), ("- [", "is not valid YAML")])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str, said: str) -> None:
    faults_file(tmp_path).write_text(text)
    with pytest.raises(FaultsError, match=said):
        Faults(tmp_path)


def test_the_command_adds_lists_and_clears(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add = ["add", "server-error", "--operation", "delete", "--name", "key", "--times", "3", "--when", "after"]
    assert fault_command.run(tmp_path, add) == 0
    assert faults.read(faults_file(tmp_path)) == [
        Fault(fault="server-error", operation="delete", name="key", times=3, when="after")
    ]
    assert fault_command.run(tmp_path, ["list"]) == 0
    assert "0 of 3" in capsys.readouterr().out
    assert fault_command.run(tmp_path, ["add", "slow"]) == 1
    assert capsys.readouterr().err == "rehearse: `seconds` above 0 belongs to a slow fault, and to no other\n"
    assert fault_command.run(tmp_path, ["add", "thunder"]) == 2
    assert fault_command.run(tmp_path, ["clear"]) == 0
    assert not faults_file(tmp_path).exists()
