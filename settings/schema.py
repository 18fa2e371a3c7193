"""The JSON schema of the stack files, for editors and reviewers: `python -m settings.schema [--check]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from settings.stack import PROJECT, StackSettings

SCHEMA_FILE: Final = Path("schemas/stack.schema.json")
MODELINE: Final = f"# yaml-language-server: $schema={SCHEMA_FILE.as_posix()}"


def stack_file_schema() -> dict[str, Any]:
    """Return the schema of `Pulumi.<stack>.yaml`: our settings under their namespaced keys, Pulumi's own left open."""
    settings = StackSettings.model_json_schema(ref_template="#/$defs/{model}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of one stack",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "type": "object",
                "required": [f"{PROJECT}:{name}" for name in settings["required"]],
                "properties": {f"{PROJECT}:{name}": value for name, value in settings["properties"].items()},
                "patternProperties": {f"^(?!{PROJECT}:)": {}},
                "additionalProperties": False,
            }
        },
        "$defs": settings["$defs"],
    }


def main(arguments: list[str]) -> int:
    """Write the schema, or with --check say whether the committed one is current."""
    text = json.dumps(stack_file_schema(), indent=2, ensure_ascii=False) + "\n"
    if arguments != ["--check"]:
        SCHEMA_FILE.parent.mkdir(exist_ok=True)
        SCHEMA_FILE.write_text(text, encoding="utf-8")
        return 0
    stale = not SCHEMA_FILE.exists() or SCHEMA_FILE.read_text(encoding="utf-8") != text
    bare = [
        p.name
        for p in sorted(Path().glob("Pulumi.*.yaml"))
        if MODELINE not in p.read_text(encoding="utf-8").splitlines()
    ]
    if stale:
        sys.stderr.write(f"{SCHEMA_FILE} is stale: run `make docs`\n")
    if bare:
        sys.stderr.write(f"{', '.join(bare)}: the first line must be `{MODELINE}`\n")
    return int(stale or bool(bare))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
