"""The published schemas of Kubernetes' own kinds, from the library kubernetes-validate: unknown fields are refused."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from rehearsal.errors import Problem
from rehearsal.values import UNKNOWN, Value, format_path

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


def check(version: str, manifest: dict[str, Any]) -> list[Problem] | None:
    """Return what the API server of a minor ("1.35") refuses; None for a kind it does not serve itself.

    What a preview does not know yet is not judged.
    """
    validator = _validator(version, manifest["apiVersion"], manifest["kind"])
    return None if validator is None else list(_problems(validator.iter_errors(manifest)))


def _problems(errors: Value) -> Iterator[Problem]:
    for error in errors:
        innermost = _innermost(error)
        if innermost.instance is not UNKNOWN:
            path = format_path(tuple(innermost.absolute_path))
            yield Problem(path, f"{path or 'object'}: {innermost.message}")


def _innermost(error: "ValidationError") -> "ValidationError":
    return _innermost(error.context[0]) if error.context and len(error.context) == 1 else error


@cache
def _validator(version: str, api_version: str, kind: str) -> "Draft202012Validator | None":
    # Imported here: a run without Kubernetes objects should not pay for the schema library.
    import jsonschema  # noqa: PLC0415
    from kubernetes_validate.utils import schema_contents  # noqa: PLC0415
    from referencing import Resource  # noqa: PLC0415

    group, _, short = api_version.rpartition("/")
    file = "-".join(part for part in (kind.lower(), group.partition(".")[0], short) if part)
    try:
        schema = schema_contents(f"{_folder(version)}/{file}.json", version)
    except FileNotFoundError:
        return None
    if {"group": group, "kind": kind, "version": short} not in schema.get("x-kubernetes-group-version-kind", ()):
        return None  # another group that shares the first word
    return jsonschema.Draft202012Validator(schema, registry=Resource.from_contents(schema) @ _definitions(version))


@cache
def _definitions(version: str) -> Value:
    from kubernetes_validate.utils import schema_contents  # noqa: PLC0415
    from referencing import Registry, Resource  # noqa: PLC0415

    return Resource.from_contents(schema_contents(f"{_folder(version)}/_definitions.json", version)) @ Registry()


def _folder(version: str) -> str:
    return f"kubernetes-json-schema/v{version}.0-local-strict"
