"""KMS: key policies that lock nobody out, rotation, and services that may use a key only when its policy says so."""

import fnmatch
import json
from collections.abc import Iterator
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.values import Value


def statements(document: Value) -> list[dict[str, Any]]:
    """Return the statements of a policy document, given as JSON text or as an object."""
    try:
        opened = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return []
    listed = opened.get("Statement", []) if isinstance(opened, dict) else []
    return [item for item in (listed if isinstance(listed, list) else [listed]) if isinstance(item, dict)]


def as_list(value: Value) -> list[Any]:
    """Return a policy element that may stand alone or in a list as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def allows(statement: dict[str, Any], action: str) -> bool:
    """Tell whether a statement allows an action by its name or a pattern."""
    patterns = [str(item).lower() for item in as_list(statement.get("Action"))]
    return statement.get("Effect") == "Allow" and any(fnmatch.fnmatch(action.lower(), item) for item in patterns)


def principals(statement: dict[str, Any], kind: str) -> list[str]:
    """Return the principals of a kind (AWS, Service, Federated); `*` counts as every kind."""
    given = statement.get("Principal")
    return (
        ["*"] if given == "*" else [str(item) for item in as_list(given.get(kind))] if isinstance(given, dict) else []
    )


def policy_keeps_an_administrator(case: Case) -> Iterator[Problem]:
    """Someone of the account must be able to change the policy again."""
    policy = case.get("policy")
    if policy is None or case.get("bypassPolicyLockoutSafetyCheck"):
        return
    account = case.scope.account
    for statement in statements(policy):
        owners = [item for item in principals(statement, "AWS") if account in item or item == "*"]
        if owners and allows(statement, "kms:PutKeyPolicy"):
            return
    text = "The new key policy will not allow you to update the key policy in the future."
    yield Problem("policy", f"MalformedPolicyDocumentException: {text}")


def rotation_fits_the_key(case: Case) -> Iterator[Problem]:
    """Only symmetric keys rotate by themselves."""
    spec = case.get("customerMasterKeySpec")
    if case.get("enableKeyRotation") and spec not in case.fact("kms.rotating_specs"):
        yield Problem("enableKeyRotation", f"UnsupportedOperationException: a {spec} key has no automatic rotation")


def allows_service(key: Object, service: str, action: str) -> bool:
    """Tell whether a key's policy lets a service do something with it."""
    return any(
        allows(statement, action) and any(item in (service, "*") for item in principals(statement, "Service"))
        for statement in statements(key.outputs.get("policy"))
    )


def logs_may_use_the_key(case: Case) -> Iterator[Problem]:
    """CloudWatch Logs encrypts with a key only when the key's policy lets it."""
    key, region = case.target("kmsKeyId"), case.constants["region"]
    if key and not any(
        allows_service(key, service, "kms:Encrypt")
        for service in (f"logs.{region}.amazonaws.com", "logs.amazonaws.com")
    ):
        arn = f"arn:aws:logs:{region}:{case.scope.account}:log-group:{case.get('name')}"
        text = f"The specified KMS key does not exist or is not allowed to be used with Arn '{arn}'"
        yield Problem("kmsKeyId", f"AccessDeniedException: {text}")
