"""BigQuery: who may read a dataset, what a table is, and what keeps either from going."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.values import Value, contains_unknown, mapping

DATASET, TABLE = "gcp:bigquery/dataset:Dataset", "gcp:bigquery/table:Table"
_PRINCIPALS = ("domain", "groupByEmail", "userByEmail", "specialGroup", "iamMember")
_OBJECTS = ("view", "routine", "dataset", "authorizedDataset")
_OWNERS = ("OWNER", "roles/bigquery.dataOwner")
_TYPES = {
    "BIGNUMERIC", "BOOL", "BOOLEAN", "BYTES", "DATE", "DATETIME", "FLOAT", "FLOAT64", "GEOGRAPHY", "INT64", "INTEGER",
    "INTERVAL", "JSON", "NUMERIC", "RANGE", "RECORD", "STRING", "STRUCT", "TIME", "TIMESTAMP",
}  # fmt: skip
_MODES = ("NULLABLE", "REQUIRED", "REPEATED")


def access_is_for_somebody(case: GcpCase) -> Iterator[Problem]:
    """Each entry names one who may do something; somebody owns the dataset."""
    entries = case.get("accesses")
    if not isinstance(entries, list) or contains_unknown(entries):
        return
    for index, entry in enumerate(entries):
        yield from _access(f"accesses[{index}]", mapping(entry))
    if not any(mapping(entry).get("role") in _OWNERS for entry in entries):
        yield invalid("accesses", "Dataset must have at least one OWNER ACL", "invalid")


def single_access_is_for_somebody(case: GcpCase) -> Iterator[Problem]:
    """An entry that stands apart names one, too."""
    yield from _access("", case.properties)


def _access(at: str, entry: Mapping[str, Any]) -> Iterator[Problem]:
    people = [name for name in _PRINCIPALS if entry.get(name) is not None]
    things = [name for name in _OBJECTS if entry.get(name) is not None]
    if len(people) + len(things) != 1:
        named = ", ".join([*people, *things]) or "none"
        words = f"An access entry must name exactly one of {', '.join((*_PRINCIPALS, *_OBJECTS[:3]))}; got {named}"
        yield invalid(at, words, "invalid")
    elif people and entry.get("role") is None:
        yield invalid(f"{at}.role".strip("."), "Required parameter is missing: role", "required")
    elif things and entry.get("role") is not None:
        yield invalid(f"{at}.role".strip("."), f"A role cannot be given to a {things[0]}", "invalid")


def dataset_is_empty(case: GcpCase) -> Iterator[Problem]:
    """A dataset with tables goes only where the program said that they go with it."""
    tables = [it.name for it in case.standing(TABLE) if it.id.startswith(f"{case.id}/")]
    if tables and not case.get("deleteContentsOnDestroy"):
        yield invalid("", f"Dataset {case.project}:{case.get('datasetId')} is still in use", "resourceInUse")


def schema_has_columns(case: GcpCase) -> Iterator[Problem]:
    """A schema is a list of columns with a name, a type and a mode."""
    given = case.get("schema")
    columns = json.loads(given) if isinstance(given, str) else []
    if not isinstance(columns, list):
        yield invalid("schema", "The schema must be a list of columns", "invalid")
        return
    yield from _columns(columns, "")


def _columns(columns: list[Value], inside: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for column in columns:
        known = mapping(column)
        name, kind, mode = known.get("name"), str(known.get("type", "")).upper(), str(known.get("mode", _MODES[0]))
        if not name or name.lower() in seen:
            words = f"Duplicate field name: {inside}{name}" if name else "A field has no name"
            yield invalid("schema", f"Invalid field name. {words}", "invalid")
            continue
        seen.add(name.lower())
        if kind not in _TYPES:
            yield invalid("schema", f"Invalid value for type: {known.get('type')} is not a valid value", "invalid")
        if mode.upper() not in _MODES:
            yield invalid("schema", f"Invalid value for mode: {mode} is not a valid value", "invalid")
        if kind in ("RECORD", "STRUCT"):
            if not known.get("fields"):
                yield invalid("schema", f"Field {inside}{name} is type RECORD but has no schema", "invalid")
            yield from _columns(known.get("fields") or [], f"{inside}{name}.")


def table_is_one_kind(case: GcpCase) -> Iterator[Problem]:
    """A table is a view, external, or holds data; it is cut into parts one way."""
    kinds = [it for it in ("view", "materializedView", "externalDataConfiguration") if case.get(it) is not None]
    if len(kinds) > 1:
        yield invalid(kinds[1], f"A table cannot be {' and '.join(kinds)}", "invalid")
    if case.get("timePartitioning") is not None and case.get("rangePartitioning") is not None:
        words = "Only one of timePartitioning and rangePartitioning should be specified"
        yield invalid("rangePartitioning", words, "invalid")


def columns_stay(case: GcpCase) -> Iterator[Problem]:
    """A column that holds data does not vanish from the schema."""
    old, new = case.before("schema"), case.get("schema")
    if not isinstance(old, str) or not isinstance(new, str):
        return
    kept = {mapping(column).get("name") for column in json.loads(new)}
    gone = [str(mapping(column).get("name")) for column in json.loads(old) if mapping(column).get("name") not in kept]
    if gone:
        table = f"{case.project}:{case.get('datasetId')}.{case.get('tableId')}"
        words = f"Provided Schema does not match Table {table}. Field {gone[0]} is missing in new schema"
        yield invalid("schema", words, "invalid")


def table_outputs(case: GcpCase) -> dict[str, Any]:
    """Return what kind of table it is."""
    if case.get("materializedView") is not None:
        return {"type": "MATERIALIZED_VIEW"}
    if case.get("view") is not None:
        return {"type": "VIEW"}
    return {"type": "EXTERNAL" if case.get("externalDataConfiguration") is not None else "TABLE"}
