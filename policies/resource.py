"""One normalised copy of a resource: plain Python values, with the unknown and the secret marked.

Rules see nothing else, so no rule can trip over the protocol: numbers are whole where they are whole, a value that a
preview cannot know is `UNKNOWN`, and a secret is wrapped, so that no message prints it by accident.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Final, Literal, TypeAlias

from google.protobuf.struct_pb2 import Struct
from google.protobuf.struct_pb2 import Value as ProtobufValue

EnvironmentName: TypeAlias = Literal["dev", "stage", "prod", "mgmt"]
ENVIRONMENTS: Final[tuple[EnvironmentName, ...]] = ("dev", "stage", "prod", "mgmt")


class _Unknown(Enum):
    UNKNOWN = "unknown"


#: A value that is not there yet: it will be the output of something that a preview does not create.
UNKNOWN: Final = _Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that may be judged and never printed."""

    value: Value = field(repr=False)


Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | _Unknown | Secret | None"

# How the engine marks, on the wire, what JSON cannot say (sdk/go/common/resource/properties.go, plugin/rpc.go).
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker of the protocol
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWNS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


def normalise(properties: Struct) -> dict[str, Value]:
    """Return a resource's properties as plain values."""
    return {name: _normalised(value) for name, value in properties.fields.items()}


def _normalised(value: ProtobufValue) -> Value:
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_normalised(item) for item in value.list_value.values]
        case "struct_value":
            return _marked(value.struct_value)
        case _:
            return None


def _marked(struct: Struct) -> Value:
    signature = struct.fields[_SIGNATURE].string_value if _SIGNATURE in struct.fields else None
    match signature:
        case None:
            return normalise(struct)
        case _ if signature == _SECRET:
            return Secret(_normalised(struct.fields["value"]))
        case _ if signature == _OUTPUT:
            value = _normalised(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
            return Secret(value) if struct.fields["secret"].bool_value else value
        case _:  # an asset, an archive, a reference: nothing that a rule could read
            return UNKNOWN


def revealed(value: Value) -> Value:
    """Return the value itself, to be judged; whatever prints it must use `shown`."""
    return value.value if isinstance(value, Secret) else value


def shown(value: Value) -> str:
    """Return a value as a message may show it."""
    if isinstance(value, Secret):
        return "a secret value"
    if value is UNKNOWN:
        return "a value that is not known before the update"
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"[{', '.join(shown(item) for item in value)}]"
    if isinstance(value, dict):
        return "an object"
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """The provider that a resource is made with."""

    type: str
    name: str
    properties: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as the engine is about to make it; in a stack rule, as it will be at the end."""

    urn: str
    type: str
    name: str
    properties: Mapping[str, Value]
    environment: EnvironmentName
    provider: Provider | None = None
    #: URNs of the resources whose outputs a property was made from, by the property; told to stack rules only. This is
    #: how a preview knows what an id refers to that nobody knows yet.
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Whether Pulumi refuses to delete it; None where nobody says.
    protect: bool | None = None
    #: Accounts, subscriptions and projects of its environment, as the stack's settings name them.
    own: frozenset[str] = frozenset()

    @property
    def package(self) -> str:
        """Return the provider package: `aws` of `aws:s3/bucket:Bucket`."""
        return self.type.partition(":")[0]

    @property
    def service(self) -> str:
        """Return the service within the package: `s3` of `aws:s3/bucket:Bucket`."""
        return self.type.split(":")[1].partition("/")[0]

    @cached_property
    def lineage(self) -> tuple[str, ...]:
        """Return the types of the components it belongs to, the outermost first, and its own."""
        return tuple(self.urn.split("::")[2].split("$"))

    def at(self, path: str) -> Value:
        """Return the value at a dotted path, None where there is none, UNKNOWN where it or what holds it is unknown.

        What lies inside a secret is secret.
        """
        value: Value = dict(self.properties)
        secret = False
        for step in path.split("."):
            if isinstance(value, Secret):
                secret, value = True, value.value
            if value is UNKNOWN:
                break
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
                value = value[int(step)]
            else:
                value = None
        return Secret(value) if secret and not isinstance(value, Secret) else value

    def every(self, path: str) -> Iterator[tuple[str, Value]]:
        """Return each value at a path in which `*` stands for every element of a list, with its own path.

        A list that is missing has no elements; one that is not known yet is UNKNOWN itself.
        """
        before, star, after = path.partition("*")
        if not star:
            yield path, self.at(path)
            return
        found = revealed(self.at(before.rstrip(".")))
        if found is UNKNOWN:
            yield before.rstrip("."), UNKNOWN
        for index in range(len(found) if isinstance(found, list) else 0):
            yield from self.every(f"{before}{index}{after}")

    def leaves(self) -> Iterator[tuple[str, Value]]:
        """Return every value that is not a collection, with its dotted path; tags are left out."""
        for name, value in self.properties.items():
            if name not in {"tags", "tagsAll"}:
                yield from _leaves(name, value, secret=False)


def _leaves(path: str, value: Value, *, secret: bool) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Secret):
        yield from _leaves(path, value.value, secret=True)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(f"{path}.{name}", item, secret=secret)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(f"{path}.{index}", item, secret=secret)
    else:
        yield path, Secret(value) if secret else value
