"""Residency on Azure: where a resource is, every place that its properties name, and copies that Azure itself keeps."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from policies.controls import Controls
from policies.resource import UNKNOWN, Resource, Secret, Value, revealed, shown
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated


@dataclass(frozen=True, kw_only=True)
class Copies:
    """A property by which Azure keeps a copy of a resource, and where each of its values puts the copy."""

    property: str
    stays: tuple[str, ...]
    #: To the paired region.
    goes: tuple[str, ...]
    #: What Azure takes when nothing is said.
    absent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Places:
    """The reviewed facts of azure.toml."""

    allowed: frozenset[str]
    regional_services: frozenset[str]
    regional_types: frozenset[str]
    template_types: frozenset[str]
    global_types: frozenset[str]
    #: What the modules of the global types hold, for which no region is asked.
    global_reasons: Mapping[str, str]
    regions: frozenset[str]
    #: Property of a type that names places where nothing is kept.
    probe_points: Mapping[str, str]
    pairs: Mapping[str, str]
    copies: Mapping[str, Copies]


def _load() -> Places:
    content: dict[str, Any] = tomllib.loads(Path(__file__).with_name("azure.toml").read_text(encoding="utf-8"))
    sets = ("allowed", "regional_services", "regional_types", "template_types", "global_types", "regions")
    return Places(
        **{name: frozenset(content[name]) for name in sets},
        global_reasons=content["global_reasons"],
        probe_points=content["probe_points"],
        pairs=content["pairs"],
        copies={token: Copies(**row) for token, row in content["copies"].items()},
    )


PLACES: Final = _load()

_PLACE_KEY: Final = re.compile(r"(?:l|.*L)ocation(?:s|Names?)?|(?:r|.*R)egions?(?:Names?)?")
#: Collections that hold places, for when the whole of them is not known.
_COLLECTION_KEY: Final = re.compile(r"geoDataReplication|(?:r|.*R)eplication|(?:r|.*R)eplicas")
#: Between the parts of a host, a service tag (`AzureCloud.koreacentral`), a resource id (`locations/koreacentral`).
_SEPARATOR: Final = re.compile(r"[./:]")


class Place(NamedTuple):
    """A place that a property names."""

    path: str
    #: The region; UNKNOWN when the property is one that names places and its value is not there yet.
    region: Value


def normalised(region: str) -> str:
    """Return a region as the resource manager spells it: `Korea Central` is `koreacentral`."""
    return region.replace(" ", "").lower()


def is_global(resource: Resource) -> bool:
    """Return whether the resource is of a type that is in no region."""
    return resource.type in PLACES.global_types


def own_location(resource: Resource) -> tuple[str, Value]:
    """Return where a resource will be, after how it is stated: by itself, else by its provider.

    Parts of a resource (a subnet, a queue) state no location: they are where it is, and with its provider.
    """
    if (own := resource.at("location")) is not None:
        return "location", own
    return "location of its provider", resource.provider.properties.get("location") if resource.provider else None


def places(resource: Resource) -> Iterator[Place]:
    """Return every place that the resource's properties name besides its own location.

    An id that is not known in a preview (a workspace's, say) is the output of a resource that is judged itself.
    """
    probe_points = PLACES.probe_points.get(resource.type)
    for path, value in resource.leaves():
        if path.partition(".")[0] in ("location", probe_points):
            continue
        steps = [step for step in path.split(".") if not step.isdigit()]
        names_places = bool(_PLACE_KEY.fullmatch(steps[-1])) or "extendedLocation" in steps
        plain = revealed(value)
        if plain is UNKNOWN:
            if names_places or _COLLECTION_KEY.fullmatch(steps[-1]):
                yield Place(path, UNKNOWN)
        elif isinstance(plain, str):
            for region in [plain] if names_places else _regions_in(plain):
                yield Place(path, Secret(region) if isinstance(value, Secret) else region)


def _regions_in(text: str) -> Iterator[str]:
    """Return the regions in a host, a service tag or a resource id; names of ours with a hyphen are none of them."""
    if _SEPARATOR.search(text) and not any(character.isspace() for character in text):
        yield from (part for part in _SEPARATOR.split(text.lower()) if part in PLACES.regions)


_NAMES: Final = ", ".join(sorted(PLACES.allowed))
_ALLOWED: Final = f"{_NAMES}; global only for the types listed in policies/residency/azure.toml"


def known_type(resource: Resource) -> Iterable[Finding]:
    """Refuse a type of which nobody has said where it keeps its data."""
    reviewed = PLACES.global_types | PLACES.regional_types
    if resource.type not in reviewed and resource.service not in PLACES.regional_services:
        yield violated(
            f"the type {resource.type}, which nobody has reviewed",
            "the regional services and the types listed in policies/residency/azure.toml",
        )


DEPLOYMENT: Final = "azure-native:resources:Deployment"
_TEMPLATE: Final = "properties.template.resources"
_TEMPLATE_ALLOWED: Final = f"a template written out, of {', '.join(sorted(PLACES.template_types))}"


def template(resource: Resource) -> Iterable[Finding]:
    """Refuse a template that places what no other rule sees, and one that lies where nobody can read it."""
    if resource.at("properties.templateLink") is not None:
        yield violated("a link to a template", _TEMPLATE_ALLOWED)
    if resource.at(_TEMPLATE) is None:
        yield violated(f"no `{_TEMPLATE}`", _TEMPLATE_ALLOWED)
    for path, row in resource.every(f"{_TEMPLATE}.*"):
        kind = UNKNOWN if row is UNKNOWN else resource.at(f"{path}.type")
        if revealed(kind) is UNKNOWN:
            yield unknowable(path, _TEMPLATE_ALLOWED)
        elif revealed(kind) not in PLACES.template_types or resource.at(f"{path}.resources") is not None:
            yield violated(at_path(f"{path}.type", kind), _TEMPLATE_ALLOWED)


def location(resource: Resource) -> Iterable[Finding]:
    """Refuse a resource outside Korea, but for the closed list of types that are in no region."""
    path, value = own_location(resource)
    match revealed(value):
        case None:
            yield violated("no location, neither of its own nor of its provider", _ALLOWED)
        case found if found is UNKNOWN:
            yield unknowable(path, _ALLOWED)
        case str() as found if normalised(found) in PLACES.allowed:
            return
        case str() as found if normalised(found) == "global" and is_global(resource):
            return
        case _:
            yield violated(at_path(path, value), _ALLOWED)


def named_places(resource: Resource) -> Iterable[Finding]:
    """Refuse replicas, links, hosts and service tags outside Korea among a resource's properties."""
    for place in places(resource):
        found = revealed(place.region)
        if found is UNKNOWN:
            yield unknowable(place.path, _NAMES)
        elif not isinstance(found, str) or normalised(found) not in PLACES.allowed:
            yield violated(f"`{place.path}` names {shown(place.region)}", _NAMES)


def copies(resource: Resource) -> Iterable[Finding]:
    """Refuse a copy that Azure would keep outside Korea, and a kind of copy that nobody has reviewed."""
    rule = PLACES.copies[resource.type]
    value, (_, where) = resource.at(rule.property), own_location(resource)
    kind, region = revealed(value), revealed(where)
    kind = rule.absent if kind is None else kind
    pair = PLACES.pairs.get(normalised(region)) if isinstance(region, str) else None
    allowed = f"{', '.join(rule.stays)}; with the paired region in {_NAMES} also {', '.join(rule.goes)}"
    if kind is UNKNOWN:
        yield unknowable(rule.property, allowed)
    elif kind in rule.stays:
        return
    elif kind not in rule.goes:
        yield violated(at_path(rule.property, value), allowed)
    elif region is UNKNOWN:
        yield unknowable("location", allowed)
    elif pair not in PLACES.allowed:
        yield violated(f"{at_path(rule.property, value)}, a copy outside of Korea", allowed)


def _states_or_needs_a_location(resource: Resource) -> bool:
    return not is_global(resource) or resource.at("location") is not None


def _names_a_place(resource: Resource) -> bool:
    return next(places(resource), None) is not None


_PROTECTS: Final = "ISMS-P 2.10.2 cloud security, 3.3.4 transfer of personal data abroad"
_CONTROLS: Final[Controls] = {"ISMS-P": ("2.10.2", "3.3.4")}
_SOURCE: Final = "TripGen physical architecture, 3.2.1 (Korea Central) and 10.1.1 (Korea South)"

RULES: Final = (
    ResourceRule(
        id="azure-known-type",
        concern="residency",
        title="Every Azure type in use has been reviewed for where it keeps data",
        severity="medium",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Find out whether the type is regional or global, and add it to policies/residency/azure.toml",
        source=_SOURCE,
        types=("azure-native:*",),
        fail_closed=True,
        judge=known_type,
    ),
    ResourceRule(
        id="azure-templates",
        concern="residency",
        title="Templates of the resource manager place nothing that the other rules would have to see",
        severity="high",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Place the resource by the program; where only a template can, review its type in "
        "policies/residency/azure.toml",
        source=_SOURCE,
        types=(DEPLOYMENT,),
        fail_closed=True,
        judge=template,
    ),
    ResourceRule(
        id="azure-location",
        concern="residency",
        title="Azure resources are in Korea Central or Korea South",
        severity="critical",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Place the resource with a ResourceGroup of the system, and name its location as a literal",
        source=_SOURCE,
        types=("azure-native:*",),
        fail_closed=True,
        claims=_states_or_needs_a_location,
        judge=location,
    ),
    ResourceRule(
        id="azure-named-places",
        concern="residency",
        title="Replicas, private links, hosts and service tags of Azure resources are in Korea",
        severity="critical",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Name Korea Central or Korea South, as a literal, wherever a property names a place",
        source=_SOURCE,
        types=("azure-native:*",),
        fail_closed=True,
        claims=_names_a_place,
        judge=named_places,
    ),
    ResourceRule(
        id="azure-copies",
        concern="residency",
        title="Copies that Azure keeps by itself go to the paired region in Korea",
        severity="critical",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Take a redundancy that stays in the region, or place the resource in a region whose pair is in Korea",
        source=_SOURCE,
        types=tuple(sorted(PLACES.copies)),
        fail_closed=True,
        judge=copies,
    ),
)
