from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from rehearsal import values, wire
from rehearsal.values import UNKNOWN

LEAVES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20) | st.just(UNKNOWN)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('metadata.labels["app.kubernetes.io/name"]', ("metadata", "labels", "app.kubernetes.io/name")),
        ("subnetIds[*]", ("subnetIds", "*")),
    ],
)
def test_a_path_is_written_as_pulumi_writes_it(text, steps):
    assert values.parse_path(text) == steps
    assert "*" in text or values.format_path(steps) == text


@pytest.mark.parametrize("text", ["", "a..b", "a[x]", "a b"])
def test_what_is_no_path_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"is not a property path; write it like vpcConfig\.subnetIds\[0\]"):
        values.parse_path(text)


def test_a_value_is_put_and_removed_without_touching_the_original():
    old = {"tags": {"a": "1", "b": "2"}, "list": [1, 2]}
    assert values.put(old, "tags.a", "9") == {"tags": {"a": "9", "b": "2"}, "list": [1, 2]}
    assert values.put(old, "tags.a", None) == {"tags": {"b": "2"}, "list": [1, 2]}
    assert values.put(old, "list[1]", 7)["list"] == [1, 7]
    assert old == {"tags": {"a": "1", "b": "2"}, "list": [1, 2]}


def test_differences_name_every_leaf_and_how_it_changed():
    old = {"keep": 1, "gone": "x", "list": [1, 2], "nested": {"a": True}}
    new = {"keep": 1, "fresh": "y", "list": [1, 3, 4], "nested": {"a": False}}
    found = {values.format_path(path): kind for path, kind in values.differences(old, new)}
    assert found == {"gone": "delete", "fresh": "add", "list[1]": "update", "list[2]": "add", "nested.a": "update"}


def test_an_asset_differs_by_its_hash_only():
    asset = {values.SIGNATURE: values.ASSET_SIGNATURES[0], "hash": "abc", "text": "contents"}
    elided = {values.SIGNATURE: values.ASSET_SIGNATURES[0], "hash": "abc"}
    assert list(values.differences({"a": asset}, {"a": elided})) == []
    assert [kind for _, kind in values.differences({"a": asset}, {"a": {**elided, "hash": "def"}})] == ["update"]


@given(st.dictionaries(st.text(min_size=1, max_size=8), TREES, max_size=4))
def test_properties_survive_the_wire(given_values):
    def without_nulls(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_nulls(item) for key, item in value.items() if item is not None}
        return [without_nulls(item) for item in value] if isinstance(value, list) else value

    sent = without_nulls(given_values)
    assert wire.decode(wire.encode(sent)).values == sent


def test_secrets_are_opened_and_marked_again_at_the_same_places():
    struct = wire.encode({"a": {"password": "x"}, "b": ["y", "z"]}, frozenset({("a", "password"), ("b", 1)}))
    opened = wire.decode(struct)
    assert opened.values == {"a": {"password": "x"}, "b": ["y", "z"]}
    assert opened.secrets == {("a", "password"), ("b", 1)}
    assert wire.encode(opened.values, opened.secrets) == struct


def test_output_values_are_opened_and_an_output_without_value_is_unknown():
    known, unknown = Struct(), Struct()
    known.update({values.SIGNATURE: wire.OUTPUT_SIGNATURE, "value": "v", "secret": True, "dependencies": ["urn"]})
    unknown.update({values.SIGNATURE: wire.OUTPUT_SIGNATURE})
    struct = Struct()
    struct.fields["a"].struct_value.CopyFrom(known)
    struct.fields["b"].struct_value.CopyFrom(unknown)
    opened = wire.decode(struct)
    assert opened.values == {"a": "v", "b": UNKNOWN}
    assert opened.secrets == {("a",)}


@pytest.mark.parametrize("sentinel", sorted(wire.UNKNOWN_SENTINELS))
def test_every_sentinel_of_the_engine_reads_as_unknown(sentinel):
    struct = Struct()
    struct.update({"a": sentinel})
    assert wire.decode(struct).values == {"a": UNKNOWN}


def test_whole_numbers_come_back_as_integers():
    struct = Struct()
    struct.update({"port": 443.0, "ratio": 0.5})
    decoded = wire.decode(struct).values
    assert decoded == {"port": 443, "ratio": 0.5}
    assert isinstance(decoded["port"], int)
