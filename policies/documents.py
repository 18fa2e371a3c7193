"""Policy documents of AWS as statements: JSON texts or objects, in which one may stand for a list of one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from policies.resource import UNKNOWN, Resource, Value, revealed

#: Where a type holds its document.
DOCUMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "aws:iam/role:Role": "assumeRolePolicy",
        "aws:iam/rolePolicy:RolePolicy": "policy",
        "aws:kms/key:Key": "policy",
        "aws:s3/bucketPolicy:BucketPolicy": "policy",
        "aws:secretsmanager/secret:Secret": "policy",
        "aws:sns/topicPolicy:TopicPolicy": "policy",
    }
)
#: A document that says nothing a statement could be read from.
UNREADABLE: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a document."""

    sid: str
    denies: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    #: It names what it is not about, and so lets in all else.
    inverted: bool
    #: Who, by the kind: `AWS`, `Service`, `Federated`; everybody is `*` of every kind.
    principals: Mapping[str, tuple[str, ...]]
    #: Values by operator and key.
    condition: Mapping[str, Mapping[str, list[str]]]

    @property
    def of_everybody(self) -> bool:
        """Return whether it is about whoever asks, in any account."""
        return any("*" in names for names in self.principals.values())


def document_of(resource: Resource) -> Mapping[str, Any] | None:
    """Return a resource's document; None where there is none, or nobody knows it yet.

    A document is made of the names of what it is about. Those of what is made in the same update are not known in its
    preview, and so the document is not; it is judged in the update, before anything is made of it.
    """
    value = _plain(resource.at(DOCUMENTS[resource.type]))
    if value in (None, "") or _has_gaps(value):
        return None
    return _read(value)


def _plain(value: Value) -> Value:
    """Return a value without the marks of secrets in it, to be judged."""
    value = revealed(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _has_gaps(value: Value) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    return any(_has_gaps(one) for one in value) if isinstance(value, list) else value is UNKNOWN


def _read(value: Value) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    try:
        content = json.loads(str(value))
    except ValueError:
        return UNREADABLE
    return content if isinstance(content, dict) else UNREADABLE


def statements(document: Mapping[str, Any]) -> Iterator[Statement]:
    """Return the statements of a document."""
    for row in _listed(document.get("Statement")):
        if not isinstance(row, dict):
            continue
        yield Statement(
            sid=str(row.get("Sid", "")),
            denies=row.get("Effect") == "Deny",
            actions=_texts(row.get("Action")),
            resources=_texts(row.get("Resource")),
            inverted=any(name in row for name in ("NotAction", "NotResource", "NotPrincipal")),
            principals=_principals(row.get("Principal")),
            condition={
                operator: {key: list(_texts(values)) for key, values in keys.items()}
                for operator, keys in (row.get("Condition") or {}).items()
            },
        )


def _principals(value: object) -> Mapping[str, tuple[str, ...]]:
    if isinstance(value, dict):
        return {kind: _texts(names) for kind, names in value.items()}
    return {"AWS": _texts(value)} if value is not None else {}


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in _listed(value))
