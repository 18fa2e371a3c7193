"""Stack files as operators' tools read them: without an engine, by the program's own loader."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from settings.stack import StackSettings, validate_stack

ROOT: Final = Path(__file__).resolve().parent.parent


def stack_file(stack: str) -> Path:
    """Return where a stack's settings stand."""
    return ROOT / f"Pulumi.{stack}.yaml"


def stack_config(file: Path) -> dict[str, Any]:
    """Return what a stack file says, by its keys; whether it makes sense is the program's to judge."""
    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))["config"]


def stack_settings(stack: str) -> StackSettings:
    """Return the settings in `Pulumi.<stack>.yaml` and the service files that belong to it."""
    return validate_stack(stack_config(stack_file(stack)))
