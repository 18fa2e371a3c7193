"""The root model of a stack's settings and its loader.

All mistakes are reported at once, each with its path, what was given and what is allowed, before any resource exists.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self, TypeVar, get_args

from pydantic import Field, ValidationError, model_validator

from settings.environments import EnvironmentName, EnvironmentProfile, Protection, environment_profile
from settings.kyeol import KyeolSettings
from settings.model import Settings
from settings.state import StateSettings

PROJECT: Final = "platform"
SystemName = Literal["kyeol", "state"]
Section = TypeVar("Section", bound=Settings)


class SettingsError(Exception):
    """The settings of a stack are wrong; the message lists every mistake."""


class StackSettings(Settings):
    """Everything that a stack file says under `platform:`."""

    environment: EnvironmentName
    """Which environment profile holds."""
    systems: Annotated[tuple[SystemName, ...], Field(min_length=1)]
    """The systems that this stack runs; a smaller blast radius is another stack file that names fewer."""
    protection: Protection = "profile"
    """`lifted` takes deletion protection away, for the one `up` before a `destroy` (docs/runbooks/protection.md)."""
    kyeol: KyeolSettings | None = None
    """KYEOL Saleor on AWS."""
    state: StateSettings | None = None
    """The bootstrap: where Pulumi keeps the state of the other stacks."""

    def section(self, kind: type[Section]) -> Section:
        """Return the section of a listed system; the loader lets no stack through that lacks one."""
        return next(value for name in self.systems if isinstance(value := getattr(self, name), kind))

    @property
    def profile(self) -> EnvironmentProfile:
        """The environment's profile, without protection when that is lifted."""
        return environment_profile(self.environment, self.protection)

    @model_validator(mode="after")
    def _sections_match_the_systems(self) -> Self:
        sections = {name for name in SYSTEM_NAMES if getattr(self, name) is not None}
        missing = [f"{PROJECT}:{name} is missing" for name in self.systems if name not in sections]
        unused = [f"{PROJECT}:{name} is given" for name in sorted(sections - set(self.systems))]
        if missing or unused:
            raise ValueError(
                f"{'; '.join(missing + unused)}, but {PROJECT}:systems lists {', '.join(self.systems)}: "
                "every listed system needs its section, and no other may have one"
            )
        return self


SYSTEM_NAMES: Final = get_args(SystemName)
#: What pydantic's findings mean for whoever edits a stack file; its own words where they are clear already.
ALLOWED: Final = {
    "missing": "a value is required",
    "extra_forbidden": "no such setting; see schemas/stack.schema.json",
    "literal_error": "{expected}",
    "int_type": "a whole number, without quotes",
    "bool_type": "true or false, without quotes",
    "string_type": "a text, in quotes if it looks like a number",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "too_short": "at least {min_length} entry",
}


def load_stack(config: Mapping[str, str]) -> StackSettings:
    """Return the settings in Pulumi's configuration (`namespace:key` to text, objects as JSON).

    Keys of other namespaces belong to Pulumi and its providers and are left alone.
    """
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    for key, text in sorted(config.items()):
        namespace, _, name = key.partition(":")
        if namespace != PROJECT:
            continue
        try:
            values[name] = json.loads(text) if text.lstrip().startswith(("{", "[")) else text
        except json.JSONDecodeError as error:
            mistakes.append(_mistake(key, text, f"a JSON object or list ({error})"))
    return _validated(values, mistakes)


def validate_stack(values: Mapping[str, Any]) -> StackSettings:
    """Return the settings in a stack file's own values, keyed without the namespace."""
    return _validated(values, [])


def _validated(values: Mapping[str, Any], mistakes: list[str]) -> StackSettings:
    try:
        stack = StackSettings.model_validate_json(json.dumps(values))
    except ValidationError as error:
        details = error.errors(include_url=False)
        # pydantic counts refused entries as absent: a list is only too short when none of its entries is refused.
        refused = {detail["loc"][:-1] for detail in details}
        mistakes += [_explain(dict(d)) for d in details if not (d["type"] == "too_short" and d["loc"] in refused)]
    else:
        if not mistakes:
            return stack
    count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
    raise SettingsError(f"{count} in the settings, nothing was registered:\n" + "\n".join(mistakes)) from None


def _explain(detail: dict[str, Any]) -> str:
    """Turn one of pydantic's findings into path, given and allowed."""
    location = [str(part) for part in detail["loc"]]
    path = ".".join([f"{PROJECT}:{location[0]}", *location[1:]]) if location else PROJECT
    kind, given = detail["type"], detail["input"]
    if kind == "value_error":
        # A rule over several fields speaks of them by name: repeating the whole section would bury its message.
        return _mistake(path, None if isinstance(given, dict) else given, str(detail["ctx"]["error"]))
    allowed = ALLOWED.get(kind, detail["msg"]).format(**detail.get("ctx", {}))
    return _mistake(path, None if kind == "missing" else given, allowed)


def _mistake(path: str, given: object, allowed: str) -> str:
    lines = [f"  {path}"]
    if given is not None:
        lines.append(f"    given:   {json.dumps(given, default=str)}")
    lines.append(f"    allowed: {allowed}")
    return "\n".join(lines)
