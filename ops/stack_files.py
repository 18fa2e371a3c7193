"""Stack files as operators' tools read them: without an engine, by the program's own loader."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ruamel.yaml import YAML

from settings.stack import StackSettings, validate_stack

ROOT: Final = Path(__file__).resolve().parent.parent


def stack_settings(stack: str, file: Path | None = None) -> StackSettings:
    """Return the settings in `Pulumi.<stack>.yaml`, or in another file, and the service files that belong to it."""
    text = (file or ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")
    return validate_stack(YAML(typ="safe").load(text)["config"])
