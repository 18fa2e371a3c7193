"""Residency on Azure: where a resource is, and every place that its properties name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policies.resource import UNKNOWN, Resource, revealed
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated


@dataclass(frozen=True, kw_only=True)
class Places:
    """The reviewed facts of azure.toml."""

    allowed: frozenset[str]
    global_types: frozenset[str]


def _load() -> Places:
    content: dict[str, Any] = tomllib.loads(Path(__file__).with_name("azure.toml").read_text(encoding="utf-8"))
    return Places(allowed=frozenset(content["allowed"]), global_types=frozenset(content["global_types"]))


PLACES: Final = _load()
_ALLOWED: Final = (
    f"{', '.join(sorted(PLACES.allowed))}; global only for the types listed in policies/residency/azure.toml"
)


def location(resource: Resource) -> Iterable[Finding]:
    """Refuse a resource outside Korea, but for the closed list of types that are in no region."""
    value = resource.at("location")
    match revealed(value):
        case found if found is UNKNOWN:
            yield unknowable("location", _ALLOWED)
        case "global" if resource.type in PLACES.global_types:
            return
        case str() as found if found in PLACES.allowed:
            return
        case _:
            yield violated(at_path("location", value), _ALLOWED)


def _has_a_location(resource: Resource) -> bool:
    return resource.at("location") is not None


RULES: Final = (
    ResourceRule(
        id="azure-location",
        concern="residency",
        title="Azure resources are in Korea Central or Korea South",
        severity="critical",
        protects="ISMS-P 2.10.2 cloud security, 3.3.4 transfer of personal data abroad",
        fix="Place the resource with a ResourceGroup of the system, and name its location as a literal",
        source="TripGen physical architecture, 3.2.1 and 10.1.1",
        types=("azure-native:*",),
        fail_closed=True,
        claims=_has_a_location,
        judge=location,
    ),
)
