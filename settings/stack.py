"""The root model of a stack's settings and its loader.

All mistakes are reported at once, each with its path, what was given and what is allowed, before any resource exists.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from settings.dtx.system import DtxSettings
from settings.environments import EnvironmentName, EnvironmentProfile, Protection, environment_profile
from settings.kyeol import KyeolSettings
from settings.model import Settings, findings, readable, rule
from settings.services import CONFIG_FOLDER, read_services, service_folder
from settings.state import StateSettings
from settings.tripgen.system import TripgenSettings
from settings.types import Unique

PROJECT: Final = "platform"
SystemName = Literal["dtx", "kyeol", "state", "tripgen"]
Section = TypeVar("Section", bound=Settings)


class SettingsError(Exception):
    """The settings of a stack are wrong; the message lists every mistake."""


class StackSettings(Settings):
    """Everything that a stack file says under `platform:`."""

    environment: EnvironmentName
    """Which environment profile holds."""
    systems: Annotated[tuple[SystemName, ...], Field(min_length=1), Unique()]
    """The systems that this stack runs; a smaller blast radius is another stack file that names fewer."""
    protection: Protection = "profile"
    """`lifted` takes deletion protection away, for the one `up` before a `destroy` (docs/runbooks/protection.md)."""
    dtx: DtxSettings | None = None
    """DTx on Google Cloud."""
    kyeol: KyeolSettings | None = None
    """KYEOL Saleor on AWS."""
    state: StateSettings | None = None
    """The bootstrap: where Pulumi keeps the state of the other stacks."""
    tripgen: TripgenSettings | None = None
    """TripGen on Azure."""

    def section(self, kind: type[Section]) -> Section:
        """Return the section of a listed system; the loader lets no stack through that lacks one."""
        return next(value for name in self.systems if isinstance(value := getattr(self, name), kind))

    @property
    def profile(self) -> EnvironmentProfile:
        """The environment's profile, without protection when that is lifted."""
        return environment_profile(self.environment, self.protection)

    @rule
    def _sections_match_the_systems(self) -> Iterator[str]:
        sections = {name for name in SYSTEM_NAMES if getattr(self, name) is not None}
        missing = [f"{PROJECT}:{name} is missing" for name in self.systems if name not in sections]
        unused = [f"{PROJECT}:{name} is given" for name in sorted(sections - set(self.systems))]
        if missing or unused:
            yield (
                f"{'; '.join(missing + unused)}, but {PROJECT}:systems lists {', '.join(self.systems)}: "
                "every listed system needs its section, and no other may have one"
            )


SYSTEM_NAMES: Final = get_args(SystemName)
#: Systems whose services stand in files of their own.
SERVED: Final = ("dtx", "tripgen")
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


def load_stack(config: Mapping[str, str], project: Path = CONFIG_FOLDER.parent) -> StackSettings:
    """Return the settings in Pulumi's configuration (`namespace:key` to text, objects as JSON) and in `config/`.

    Keys of other namespaces belong to Pulumi and its providers and are left alone.
    """
    values: dict[str, Any] = {}
    broken: dict[str, str] = {}
    for key, text in sorted(config.items()):
        namespace, _, name = key.partition(":")
        if namespace != PROJECT:
            continue
        values[name] = text
        if text.lstrip().startswith(("{", "[")):
            try:
                values[name] = json.loads(text)
            except json.JSONDecodeError as error:
                broken[name] = _mistake(key, text, f"a JSON object or list ({error})")
    return _validated(values, broken, _add_services(values, project))


def validate_stack(config: Mapping[str, Any], project: Path = CONFIG_FOLDER.parent) -> StackSettings:
    """Return the settings in the `config` of a stack file, read the way the engine hands it to the program."""
    return load_stack(
        {key: value if isinstance(value, str) else json.dumps(value, default=str) for key, value in config.items()},
        project,
    )


def _add_services(values: dict[str, Any], project: Path) -> list[str]:
    """Put the service files into the sections of their systems; return what is wrong with them as files."""
    mistakes: list[str] = []
    environment = str(values.get("environment"))
    if environment not in get_args(EnvironmentName):
        return mistakes
    for name in SERVED:
        section = values.get(name)
        if not isinstance(section, dict):
            continue
        folder = service_folder(environment, name)
        if "services" in section:
            mistakes.append(_mistake(f"{PROJECT}:{name}.services", None, f"services stand in {folder.as_posix()}/"))
        section["services"], unreadable = read_services(project / folder)
        mistakes += [_mistake((folder / file).as_posix(), None, allowed) for file, allowed in unreadable.items()]
    return mistakes


def _validated(values: Mapping[str, Any], broken: Mapping[str, str], files: Sequence[str]) -> StackSettings:
    details: list[ErrorDetails] = []
    try:
        stack = StackSettings.model_validate_json(json.dumps(values))
    except ValidationError as error:
        details = error.errors(include_url=False)
        stack = readable(StackSettings, values)
    # pydantic counts refused entries as absent: a list is only too short when none of its entries is refused.
    refused = {detail["loc"][:-1] for detail in details}
    environment = str(values.get("environment"))
    mistakes = [
        *broken.values(),
        *files,
        *(
            _explain(detail, environment)
            for detail in details
            if detail["loc"][0] not in broken and not (detail["type"] == "too_short" and detail["loc"] in refused)
        ),
        *(_mistake(_path(location, environment), None, finding) for location, finding in findings(stack)),
    ]
    if not mistakes:
        return stack
    count = f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''}"
    raise SettingsError(f"{count} in the settings, nothing was registered:\n" + "\n".join(mistakes))


def _path(location: Sequence[object], environment: str) -> str:
    """Return where a value stands, as the stack file spells it, or in which service file."""
    names = [str(part) for part in location]
    match names:
        case [system, "services", service, *below] if system in SERVED:
            return f"{service_folder(environment, system).as_posix()}/{service}.yml {'.'.join(below)}".rstrip()
        case [system, "services"] if system in SERVED:
            return f"{service_folder(environment, system).as_posix()}/"
    return ".".join([f"{PROJECT}:{names[0]}", *names[1:]]) if names else PROJECT


def _explain(detail: ErrorDetails, environment: str) -> str:
    """Turn one of pydantic's findings into path, given and allowed."""
    kind = detail["type"]
    if kind == "value_error":
        allowed = str(detail["ctx"]["error"])
    else:
        allowed = ALLOWED.get(kind, detail["msg"]).format(**detail.get("ctx", {}))
    return _mistake(_path(detail["loc"], environment), None if kind == "missing" else detail["input"], allowed)


def _mistake(path: str, given: object, allowed: str) -> str:
    lines = [f"  {path}"]
    if given is not None:
        lines.append(f"    given:   {json.dumps(given, default=str)}")
    lines.append(f"    allowed: {allowed}")
    return "\n".join(lines)
