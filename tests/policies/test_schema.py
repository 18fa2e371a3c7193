"""The schemas of the pack's files: current, and refusing what the pack would refuse at its start."""

import copy
import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from policies import schema
from policies.exceptions import EXCEPTIONS_FILE, ExceptionsError, load_exceptions
from policies.levels import LEVELS_FILE, LevelsError, load_levels
from policies.registry import RULES
from policies.schema import exceptions_schema, levels_schema

LEVELS: dict[str, Any] = tomllib.loads(LEVELS_FILE.read_text(encoding="utf-8"))
EXCEPTION: dict[str, Any] = {
    "rule": "azure-public-access",
    "stack": "stage",
    "resource": "urn:pulumi:stage::platform::*::registry",
    "reason": "The old build agents have no way into the network yet",
    "owner": "platform-team@tripgen.example",
    "ticket": "PLT-212",
    "starts": date(2026, 11, 21),
    "expires": date(2026, 12, 11),
}
BY_DATA = {"personal": "mandatory", "otherwise": "advisory"}


def toml(content: dict[str, Any], prefix: str = "") -> str:
    """As much of TOML as these files need: tables of tables and lists of tables, down to texts and dates."""
    lines = []
    for name, value in content.items():
        if isinstance(value, dict):
            lines.append(toml(value, f"{prefix}{name}."))
        elif isinstance(value, list):
            lines += [f"[[{name}]]\n{toml(one)}" for one in value]
        else:
            lines.append(f"{prefix}{name} = {value if isinstance(value, date) else json.dumps(value)}")
    return "\n".join(lines)


def changed(**rows: Any) -> dict[str, Any]:
    return copy.deepcopy(LEVELS) | rows


def row(**levels: Any) -> dict[str, Any]:
    return {"dev": "mandatory", "stage": "mandatory", "prod": "mandatory", "mgmt": "mandatory"} | levels


LEVELS_FILES = {
    "as committed": (LEVELS, True),
    "advisory where nothing requires more": (changed(**{"kyeol-nodes": row(dev="advisory")}), True),
    "by data where the source leaves it free": (changed(**{"gcp-location": row(dev=BY_DATA)}), True),
    "misspelt rule": (changed(**{"aws-regoin": row()}), False),
    "missing rule": ({name: value for name, value in LEVELS.items() if name != "aws-region"}, False),
    "misspelt environment": (changed(**{"kyeol-nodes": row(production="mandatory")}), False),
    "missing environment": (changed(**{"kyeol-nodes": {"dev": "mandatory"}}), False),
    "no level": (changed(**{"kyeol-nodes": row(dev="off")}), False),
    "residency lowered": (changed(**{"aws-region": row(dev="advisory")}), False),
    "residency lowered for other data": (changed(**{"aws-region": row(dev=BY_DATA)}), False),
    "residency lowered for all data": (changed(**{"gcp-location": row(dev="advisory")}), False),
    "residency lowered in prod": (changed(**{"gcp-location": row(prod=BY_DATA)}), False),
    "half a table": (changed(**{"gcp-location": row(dev={"personal": "mandatory"})}), False),
}


@pytest.mark.parametrize(("content", "right"), LEVELS_FILES.values(), ids=LEVELS_FILES)
def test_the_schema_of_levels_says_what_the_pack_says(content: dict[str, Any], *, right: bool, tmp_path: Path) -> None:
    file = tmp_path / "levels.toml"
    file.write_text(toml(content), encoding="utf-8")
    assert valid(levels_schema(), content) is right
    assert accepted(lambda: load_levels(RULES, file), LevelsError) is right


EXCEPTIONS_FILES = {
    "none": ({}, True),
    "one": ({"exception": [EXCEPTION]}, True),
    "two": ({"exception": [EXCEPTION, EXCEPTION | {"stack": "dev"}]}, True),
    "misspelt table": ({"exceptions": [EXCEPTION]}, False),
    "misspelt rule": ({"exception": [EXCEPTION | {"rule": "azure-publik-access"}]}, False),
    "the rule about exceptions": ({"exception": [EXCEPTION | {"rule": "exceptions"}]}, False),
    "no reason": ({"exception": [EXCEPTION | {"reason": " "}]}, False),
    "every resource": ({"exception": [EXCEPTION | {"resource": "*"}]}, False),
    "another key": ({"exception": [EXCEPTION | {"forever": "yes"}]}, False),
    "a date in words": ({"exception": [EXCEPTION | {"expires": "next spring"}]}, False),
    **{
        f"without {name}": ({"exception": [{key: EXCEPTION[key] for key in EXCEPTION if key != name}]}, False)
        for name in EXCEPTION
    },
}


@pytest.mark.parametrize(("content", "right"), EXCEPTIONS_FILES.values(), ids=EXCEPTIONS_FILES)
def test_the_schema_of_exceptions_says_what_the_pack_says(
    content: dict[str, Any], *, right: bool, tmp_path: Path
) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text(toml(content), encoding="utf-8")
    assert valid(exceptions_schema(), json.loads(json.dumps(content, default=str))) is right
    assert accepted(lambda: load_exceptions(RULES, file), ExceptionsError) is right


def valid(rules: dict[str, Any], content: dict[str, Any]) -> bool:
    Draft4Validator.check_schema(rules)
    return Draft4Validator(rules).is_valid(content)


def accepted(load: Callable[[], object], refusal: type[Exception]) -> bool:
    try:
        load()
    except refusal:
        return False
    return True


def test_the_committed_schemas_are_current_and_their_files_name_them() -> None:
    assert schema.main(["--check"]) == 0


def test_what_is_stale_or_not_named_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    file, stale = tmp_path / "levels.toml", tmp_path / "levels.schema.json"
    file.write_text("", encoding="utf-8")
    monkeypatch.setattr(schema, "SCHEMAS", {file: (stale, levels_schema)})
    assert schema.main(["--check"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert told == [
        f"{stale} is stale: run `make docs`",
        f"policies/levels.toml: the first line must be `{schema.modeline(stale)}`",
    ]
    file.write_text(f"{schema.modeline(stale)}\n", encoding="utf-8")
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0


def test_both_files_of_the_pack_have_a_schema() -> None:
    assert set(schema.SCHEMAS) == {LEVELS_FILE, EXCEPTIONS_FILE}
