"""The JSON schemas of the stack files and the service files, for editors: `python -m settings.schema [--check]`.

The check also loads every stack file with its service files, so that `make lint` says what a preview would.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from settings.services import ServiceSettings
from settings.stack import PROJECT, SettingsError, StackSettings, validate_stack

SCHEMA_FILE: Final = Path("schemas/stack.schema.json")
SERVICE_SCHEMA_FILE: Final = Path("schemas/service.schema.json")
MODELINE: Final = f"# yaml-language-server: $schema={SCHEMA_FILE.as_posix()}"
#: Editors look the schema up from the service file: `config/<environment>/services/<system>/`.
SERVICE_MODELINE: Final = f"# yaml-language-server: $schema=../../../../{SERVICE_SCHEMA_FILE.as_posix()}"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def stack_file_schema() -> dict[str, Any]:
    """Return the schema of `Pulumi.<stack>.yaml`: our settings under their namespaced keys, Pulumi's own left open."""
    settings = StackSettings.model_json_schema(ref_template="#/$defs/{model}")
    return {
        "$schema": _DIALECT,
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


def service_file_schema() -> dict[str, Any]:
    """Return the schema of `config/<environment>/services/<system>/<service>.yml`."""
    return {"$schema": _DIALECT, **ServiceSettings.model_json_schema(ref_template="#/$defs/{model}")}


def main(arguments: list[str]) -> int:
    """Write the schemas, or with --check say whether the committed ones are current and every file right."""
    texts = {
        path: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for path, schema in ((SCHEMA_FILE, stack_file_schema()), (SERVICE_SCHEMA_FILE, service_file_schema()))
    }
    if arguments != ["--check"]:
        for path, text in texts.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return 0
    mistakes = [
        f"{path} is stale: run `make docs`"
        for path, text in texts.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    mistakes += [mistake for path in sorted(Path().glob("Pulumi.*.yaml")) for mistake in _mistakes(path)]
    mistakes += [
        f"{path.as_posix()}: the first line must be `{SERVICE_MODELINE}`"
        for path in sorted(Path().glob("config/*/services/*/*.yml"))
        if path.read_text(encoding="utf-8").splitlines()[:1] != [SERVICE_MODELINE]
    ]
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
