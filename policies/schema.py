"""The JSON schemas of levels.toml and exceptions.toml, for editors: `python -m policies.schema [--check]`.

They say as much of what the pack refuses at start as a schema can say; the pack itself reads no schema.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from policies.exceptions import DATES, EXCEPTIONS_FILE, TEXTS
from policies.levels import LEVELS, LEVELS_FILE
from policies.registry import RULES
from policies.resource import ENVIRONMENTS, EnvironmentName
from policies.rule import Rule

Schema: TypeAlias = dict[str, Any]

FOLDER: Final = Path("schemas")
#: The newest dialect that Taplo reads, the language server for TOML.
_DIALECT: Final = "http://json-schema.org/draft-04/schema#"
#: TOML's own dates are texts to a schema.
_DAY: Final = r"^\d{4}-\d{2}-\d{2}$"


def modeline(schema: Path) -> str:
    """Return the first line by which editors find the schema of a file in `policies/`."""
    return f"#:schema ../{schema.as_posix()}"


def levels_schema() -> Schema:
    """Return the schema of levels.toml: a level for each rule and environment, as low as the rule may be."""
    any_level, mandatory = {"enum": list(LEVELS)}, {"enum": ["mandatory"]}
    return {
        "$schema": _DIALECT,
        "title": "How strictly each rule of the policy pack is enforced",
        **_object({rule.id: _row(rule) for rule in RULES}),
        "definitions": {
            "any": _level(any_level, any_level),
            "mandatory": _level(mandatory, mandatory),
            "mandatory-for-personal-data": _level(mandatory, any_level),
        },
    }


def _level(personal: Schema, otherwise: Schema) -> Schema:
    """Return the schema of a level that is given by itself, or by what the data is."""
    return {"anyOf": [personal, _object({"personal": personal, "otherwise": otherwise})]}


def _row(rule: Rule) -> Schema:
    levels: dict[str, Schema] = {name: {"$ref": f"#/definitions/{_lowest(rule, name)}"} for name in ENVIRONMENTS}
    return {"description": f"{rule.title}. Source: {rule.source}", **_object(levels)}


def _lowest(rule: Rule, environment: EnvironmentName) -> str:
    if not rule.fail_closed:
        return "any"
    return "mandatory-for-personal-data" if environment in rule.free_without_personal_data else "mandatory"


def exceptions_schema() -> Schema:
    """Return the schema of exceptions.toml."""
    keys = {name: _text(name, meaning) for name, meaning in TEXTS.items()}
    keys |= {name: {"type": "string", "pattern": _DAY, "description": meaning} for name, meaning in DATES.items()}
    return {
        "$schema": _DIALECT,
        "title": "What is excepted from the policy pack's rules, and until when",
        "type": "object",
        "properties": {"exception": {"type": "array", "items": _object(keys)}},
        "additionalProperties": False,
    }


def _text(name: str, meaning: str) -> Schema:
    if name == "rule":
        return {"enum": [rule.id for rule in RULES], "description": meaning}
    pattern = "[^*]" if name == "resource" else r"\S"
    return {"type": "string", "pattern": pattern, "description": meaning}


def _object(properties: Mapping[str, Schema]) -> Schema:
    """Return the schema of a table with these keys, all of them and no other."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": dict(properties),
        "additionalProperties": False,
    }


SCHEMAS: Final = {
    LEVELS_FILE: (FOLDER / "policy-levels.schema.json", levels_schema),
    EXCEPTIONS_FILE: (FOLDER / "policy-exceptions.schema.json", exceptions_schema),
}


def main(arguments: Sequence[str]) -> int:
    """Write the schemas, or with --check say whether the committed ones are current and their files name them."""
    mistakes = []
    for file, (path, schema) in SCHEMAS.items():
        text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
        if list(arguments) != ["--check"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            continue
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            mistakes.append(f"{path} is stale: run `make docs`")
        if file.read_text(encoding="utf-8").splitlines()[:1] != [modeline(path)]:
            mistakes.append(f"policies/{file.name}: the first line must be `{modeline(path)}`")
    sys.stderr.writelines(f"{mistake}\n" for mistake in mistakes)
    return int(bool(mistakes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
