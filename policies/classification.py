"""Whether the data of a resource is personal: its label says so, or its system's settings. In doubt it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, TypeAlias

from policies.resource import Resource, revealed

#: What the settings say of each system's data, by the system.
Classifications: TypeAlias = Mapping[str, str]

SETTINGS: Final = "platform:"
ENVIRONMENT_KEY: Final = f"{SETTINGS}environment"
PROTECTION_KEY: Final = f"{SETTINGS}protection"
KEY: Final = "data_classification"
#: Where resources carry their label, tag or annotation.
_LABELS: Final = tuple(
    f"{place}.data-classification" for place in ("labels", "settings.userLabels", "resourceLabels", "tags")
)
#: All else is personal, a misspelt word too.
NOT_PERSONAL: Final = frozenset({"public", "internal"})
_SYSTEM: Final = "platform:system:"


def classifications(config: Mapping[str, str]) -> Classifications:
    """Return what a stack's configuration says of its systems' data; of the rest of it nothing is kept."""
    sections = {key.removeprefix(SETTINGS): _section(text) for key, text in config.items() if key.startswith(SETTINGS)}
    return {name: str(section[KEY]) for name, section in sections.items() if KEY in section}


def _section(text: str) -> Mapping[str, object]:
    try:
        section = json.loads(text)
    except ValueError:  # a plain text, such as the environment's name
        return {}
    return section if isinstance(section, dict) else {}


def is_personal(resource: Resource | None, configured: Classifications) -> bool:
    """Return whether a resource's data counts as personal, which its label and its system's settings both may say.

    A label cannot take back what the settings say. What belongs to no system counts as personal.
    """
    if resource is None:
        return True
    said = [revealed(value) for path in _LABELS if (value := resource.at(path)) is not None]
    return not {configured.get(system_of(resource)), *said} <= NOT_PERSONAL


def system_of(resource: Resource) -> str:
    """Return the system a resource belongs to; what stands beside one, as its provider does, is called after it."""
    systems = [token.removeprefix(_SYSTEM).lower() for token in resource.lineage if token.startswith(_SYSTEM)]
    return systems[0] if systems else resource.name.partition("-")[0]
