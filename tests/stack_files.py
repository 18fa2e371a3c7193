"""The project's own stack files as tests see them: the text that the Pulumi engine hands to the program."""

from __future__ import annotations

import json
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
STACKS = ("dev", "stage", "prod", "mgmt")


@cache
def _stack_file(stack: str) -> dict[str, Any]:
    return YAML(typ="safe").load(ROOT / f"Pulumi.{stack}.yaml")["config"]


def stack_config(stack: str) -> dict[str, Any]:
    """Return a copy of a stack file's configuration, for a test to change."""
    return deepcopy(_stack_file(stack))


def as_pulumi_gives_it(config: dict[str, Any]) -> dict[str, str]:
    """Return configuration as the engine hands it over: objects, lists and scalars as text."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
