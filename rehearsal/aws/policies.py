"""What a policy document lets someone do: Allow without Deny, for one action on one resource in a given context."""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from rehearsal.aws.keys import as_list, principals, statements
from rehearsal.values import Value

_NEGATED = ("StringNotEquals", "StringNotLike", "ArnNotEquals", "ArnNotLike")
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,  # IAM treats it as ArnLike
    "ArnLike": fnmatchcase,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
}


def service_may(document: Value, service: str, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Tell whether a resource's policy lets a service act. `context` has the request's condition keys in lower case."""

    def speaks_of_it(statement: dict[str, Any]) -> bool:
        return any(name in ("*", service) for kind in ("Service", "AWS") for name in principals(statement, kind))

    return _verdict(filter(speaks_of_it, statements(document)), action, resource, context)


def role_may(documents: Iterable[Value], action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Tell whether a role's own policies let it act."""
    every = [statement for document in documents for statement in statements(document)]
    return _verdict(every, action, resource, context)


def is_public(document: Value) -> bool:
    """Tell whether a policy lets anybody in without a condition."""
    return any(
        statement.get("Effect") == "Allow" and "*" in principals(statement, "AWS") and not statement.get("Condition")
        for statement in statements(document)
    )


def _verdict(candidates: Iterable[dict[str, Any]], action: str, resource: str, context: Mapping[str, str]) -> bool:
    effects = {
        statement.get("Effect")
        for statement in candidates
        if any(fnmatchcase(action.lower(), str(item).lower()) for item in as_list(statement.get("Action")))
        and any(fnmatchcase(resource, str(item)) for item in as_list(statement.get("Resource")))
        and _holds(statement.get("Condition") or {}, context)
    }
    return effects == {"Allow"}


def _holds(conditions: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    """Tell whether every condition is met. A key the request does not have meets none but the IfExists kind."""
    for operator, keys in conditions.items():
        kind = operator.rpartition(":")[2].removesuffix("IfExists")
        for key, wanted in keys.items():
            value = context.get(key.lower())
            if value is None:
                met = operator.endswith("IfExists")
            elif kind in _NEGATED:
                test = _TESTS[kind.replace("Not", "")]
                met = not any(test(value, str(item)) for item in as_list(wanted))
            else:
                test = _TESTS.get(kind, lambda *_: False)
                met = any(test(value, str(item)) for item in as_list(wanted))
            if not met:
                return False
    return True
