"""The JSON schema of the stack files, for editors and reviewers: `python -m settings.schema [--check]`.

The check also loads every stack file, so that `make lint` says what a preview would.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from settings.stack import PROJECT, SettingsError, StackSettings, validate_stack

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
    """Write the schema, or with --check say whether the committed one is current and every stack file right."""
    text = json.dumps(stack_file_schema(), indent=2, ensure_ascii=False) + "\n"
    if arguments != ["--check"]:
        SCHEMA_FILE.parent.mkdir(exist_ok=True)
        SCHEMA_FILE.write_text(text, encoding="utf-8")
        return 0
    mistakes = [mistake for path in sorted(Path().glob("Pulumi.*.yaml")) for mistake in _mistakes(path)]
    if not SCHEMA_FILE.exists() or SCHEMA_FILE.read_text(encoding="utf-8") != text:
        mistakes.insert(0, f"{SCHEMA_FILE} is stale: run `make docs`")
    sys.stderr.writelines(f"{mistake}\n" for mistake in mistakes)
    return int(bool(mistakes))


def _mistakes(path: Path) -> Iterator[str]:
    """Yield what is wrong with a stack file, with its name."""
    text = path.read_text(encoding="utf-8")
    if text.splitlines()[:1] != [MODELINE]:
        yield f"{path.name}: the first line must be `{MODELINE}`"
    try:
        document = YAML(typ="safe").load(text)
        config = document.get("config") if isinstance(document, dict) else None
        validate_stack(config if isinstance(config, dict) else {})
    except (SettingsError, YAMLError) as error:
        yield f"{path.name}: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
