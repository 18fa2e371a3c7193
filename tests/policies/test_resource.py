"""The normalised copy: what the engine sends becomes plain values, the unknown and the secret marked."""

from dataclasses import replace
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct
from pulumi_policy import proxy
from pulumi_policy.deserialize import SPECIAL_ASSET_SIG, SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

from policies.resource import UNKNOWN, Resource, Secret, Value, normalise, revealed, shown
from tests.policies.aws_cases import BUCKET
from tests.policies.building import resource

UNKNOWN_SENTINELS = [value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")]


def sent(properties: dict[str, Any]) -> dict[str, Value]:
    return normalise(json_format.ParseDict(properties, Struct()))


def secret(value: object) -> dict[str, Any]:
    return {SPECIAL_SIG_KEY: SPECIAL_SECRET_SIG, "value": value}


def test_plain_values_stay_what_they_are_and_whole_numbers_are_whole() -> None:
    given = {"text": "a", "count": 3, "ratio": 0.5, "on": True, "none": None, "list": [1, "b"], "map": {"k": {"n": 2}}}
    assert sent(given) == given
    assert isinstance(sent(given)["count"], int)


@pytest.mark.parametrize("sentinel", UNKNOWN_SENTINELS)
def test_each_of_the_protocols_unknown_values_is_marked_as_unknown(sentinel: str) -> None:
    assert sent({"a": sentinel, "b": [sentinel], "c": {"d": sentinel}}) == {
        "a": UNKNOWN,
        "b": [UNKNOWN],
        "c": {"d": UNKNOWN},
    }


def test_there_are_as_many_unknown_values_as_the_policy_sdk_knows() -> None:
    assert len(UNKNOWN_SENTINELS) == 7


def test_a_secret_is_marked_wherever_it_stands() -> None:
    assert sent({"a": secret("x"), "b": [secret({"c": "y"})]}) == {"a": Secret("x"), "b": [Secret({"c": "y"})]}


def test_outputs_that_newer_engines_send_are_read_with_their_marks() -> None:
    output = {SPECIAL_SIG_KEY: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
    assert sent({"a": {**output, "value": "x"}, "b": {**output, "value": "x", "secret": True}, "c": output}) == {
        "a": "x",
        "b": Secret("x"),
        "c": UNKNOWN,
    }


def test_what_no_rule_can_read_counts_as_unknown() -> None:
    assert sent({"code": {SPECIAL_SIG_KEY: SPECIAL_ASSET_SIG, "path": "x"}}) == {"code": UNKNOWN}


def nested() -> Resource:
    properties = sent({"a": {"b": [{"c": 1}]}, "hidden": secret({"d": "x"}), "later": UNKNOWN_SENTINELS[0]})
    return replace(resource(BUCKET), properties=properties)


def test_a_path_leads_through_objects_lists_and_secrets() -> None:
    one = nested()
    assert one.at("a.b.0.c") == 1
    assert one.at("hidden.d") == Secret("x")
    assert one.at("later") is UNKNOWN
    assert one.at("later.deeper") is UNKNOWN
    assert one.at("a.b.1.c") is None
    assert one.at("missing.deeper") is None
    assert revealed(one.at("hidden.d")) == "x"


def test_leaves_are_all_values_with_their_paths_and_keep_their_secrecy() -> None:
    assert dict(nested().leaves()) == {"a.b.0.c": 1, "hidden.d": Secret("x"), "later": UNKNOWN}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("t3.medium", "t3.medium"),
        (3, "3"),
        (False, "false"),
        (None, "nothing"),
        (["a", Secret("hidden")], "[a, a secret value]"),
        (Secret("hidden"), "a secret value"),
        ({"password": "hidden"}, "an object"),
        (UNKNOWN, "a value that is not known before the update"),
    ],
)
def test_a_value_is_shown_without_its_secrets(value: Value, text: str) -> None:
    assert shown(value) == text


def test_a_secret_does_not_leak_through_its_representation() -> None:
    assert "hidden" not in repr(Secret("hidden"))


def test_a_resource_knows_its_package_its_service_and_the_components_it_belongs_to() -> None:
    one = resource(BUCKET, parents=("platform:system:Kyeol", "platform:aws:Network"))
    assert (one.package, one.service) == ("aws", "s3")
    assert one.lineage == ("platform:system:Kyeol", "platform:aws:Network", BUCKET)
