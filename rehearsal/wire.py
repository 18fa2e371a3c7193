"""Protobuf structs of the provider protocol to plain Python data and back.

Unknowns become `values.UNKNOWN`. Secrets are opened and their paths remembered, so rules see plain values and answers
mark the same places secret again. Output values are opened the same way. Assets and archives stay signed maps.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE, ListValue, Struct
from google.protobuf.struct_pb2 import Value as Wire

from rehearsal.values import SIGNATURE, UNKNOWN, Steps, Value

SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- Pulumi's mark of a secret, not one
OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
# One sentinel per kind of value, as sdk/go/common/resource/plugin/rpc.go lists them; we always answer with the first.
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWN_SENTINELS = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


@dataclass(frozen=True)
class Properties:
    """A property map with secrets opened; `secrets` names the places that were secret."""

    values: dict[str, Any]
    secrets: frozenset[Steps]


def decode(struct: Struct) -> Properties:
    """Read a struct. Whole numbers become integers: protobuf knows floats only."""
    secrets: set[Steps] = set()
    return Properties({key: _decode(item, (key,), secrets) for key, item in struct.fields.items()}, frozenset(secrets))


def _decode(value: Wire, at: Steps, secrets: set[Steps]) -> Value:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in UNKNOWN_SENTINELS else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_decode(item, (*at, index), secrets) for index, item in enumerate(value.list_value.values)]
        case "struct_value":
            return _decode_struct(value.struct_value, at, secrets)
        case _:
            return None


def _decode_struct(struct: Struct, at: Steps, secrets: set[Steps]) -> Value:
    fields = struct.fields
    if SIGNATURE in fields:
        signature = fields[SIGNATURE].string_value
        if signature == SECRET_SIGNATURE:
            secrets.add(at)
            return _decode(fields["value"], at, secrets)
        if signature == OUTPUT_SIGNATURE:
            if "secret" in fields and fields["secret"].bool_value:
                secrets.add(at)
            return _decode(fields["value"], at, secrets) if "value" in fields else UNKNOWN
    return {key: _decode(item, (*at, key), secrets) for key, item in fields.items()}


def encode(properties: Mapping[str, Any], secrets: AbstractSet[Steps] = frozenset()) -> Struct:
    """Write a property map, marking the given places secret. None entries are left out, as a cloud would."""
    struct = Struct()
    for key, item in properties.items():
        if item is not None:
            _encode(item, struct.fields[key], (key,), secrets)
    return struct


def _encode(value: Value, into: Wire, at: Steps, secrets: AbstractSet[Steps]) -> None:
    if at in secrets:
        into.struct_value.fields[SIGNATURE].string_value = SECRET_SIGNATURE
        _encode(value, into.struct_value.fields["value"], at, secrets - {at})
    elif isinstance(value, list | tuple):
        into.list_value.CopyFrom(ListValue())
        for index, item in enumerate(value):
            _encode(item, into.list_value.values.add(), (*at, index), secrets)
    elif isinstance(value, dict):
        into.struct_value.CopyFrom(Struct())
        for key, item in value.items():
            if item is not None:
                _encode(item, into.struct_value.fields[key], (*at, key), secrets)
    else:
        _encode_leaf(value, into)


def _encode_leaf(value: Value, into: Wire) -> None:
    match value:
        case bool():
            into.bool_value = value
        case int() | float():
            into.number_value = value
        case str():
            into.string_value = value
        case None:
            into.null_value = NULL_VALUE
        case _:
            into.string_value = UNKNOWN_STRING
