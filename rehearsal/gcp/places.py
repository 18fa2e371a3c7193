"""Regions, zones and labels: what Google says of every resource that has them."""

import re
from collections.abc import Iterable, Iterator, Mapping

from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.paths import GcpCase, last, meets, region_of, texts
from rehearsal.values import Steps, format_path, mapping, parse_path

_REGION, _ZONE = {"region"}, {"zone", "zones", "nodeLocations", "replicaZone", "replicaZones"}
_LOCATION = {"location", "locations", "locationId"}
_FREE_TEXT = {"condition", "labels", "resourceLabels", "userLabels", "metadata"}
_LABELS_PER_RESOURCE = 64
_LABEL_KEY, _LABEL_VALUE = re.compile(r"[^\W\d_A-Z][^\WA-Z]*(?:-[^\WA-Z]*)*"), re.compile(r"(?:[^\WA-Z]|-)*")
_LABEL_LENGTH = 63


def places_exist(case: GcpCase) -> Iterator[Problem]:
    """Whatever names a region, a zone or a location names one of Google's."""
    regions: Mapping[str, list[str]] = case.fact("regions.regions")
    zones = [f"{region}-{letter}" for region, letters in regions.items() for letter in letters]
    wider: list[str] = case.fact("regions.multi_regions")
    listed = [parse_path(pattern) for pattern, facts in case.entry.properties.items() if facts.one_of is not None]
    for at, text in texts(case.properties):
        name = next((str(step) for step in reversed(at) if isinstance(step, str)), "")
        if not text or _FREE_TEXT.intersection(at) or any(meets(at, pattern) for pattern in listed):
            continue
        if name in _REGION and "/" not in text.removeprefix("regions/") and last(text) not in regions:
            yield _unknown(at, text, "region", regions)
        elif name in _ZONE and last(text) not in zones:
            yield _unknown(at, text, "zone", zones)
        elif name in _LOCATION and text.lower() not in {*regions, *zones, *wider}:
            known = suggestion(text, [*regions, *zones])
            words = f"Error 403: Permission denied on 'locations/{text}' (or it may not exist)., forbidden"
            yield Problem(format_path(at), f"{words}{known}")
    place = case.place
    if place in regions:
        for at, text in texts(case.properties):
            if at[0] == "nodeLocations" and last(text) in zones and region_of(last(text)) != place:
                words = f"Error 400: Zone {last(text)} is not in the region {place} of the resource., badRequest"
                yield Problem(format_path(at), f"{words} Its zones: {', '.join(_zones(place, regions))}.")


def _zones(region: str, regions: Mapping[str, list[str]]) -> list[str]:
    return [f"{region}-{letter}" for letter in regions[region]]


def _unknown(at: Steps, text: str, kind: str, known: Iterable[str]) -> Problem:
    words = f"Error 400: Invalid value for field '{format_path(at)}': '{text}'. Unknown {kind}., invalid"
    return Problem(format_path(at), words + suggestion(last(text), known))


def labels_are_labels(case: GcpCase, *, labelled: bool) -> Iterator[Problem]:
    """Labels are lower case, short and few. What only is called so (of a channel, of a node) is not judged."""
    names = [name for name in ("labels", "resourceLabels") if labelled] + ["userLabels", "settings.userLabels"]
    for name in names:
        given = mapping(case.get(name))
        if len(given) > _LABELS_PER_RESOURCE:
            words = f"Error 400: There can be no more than {_LABELS_PER_RESOURCE} labels attached to a single resource"
            yield Problem(name, f"{words}, not {len(given)}., badRequest")
        for key, value in given.items():
            if len(key) > _LABEL_LENGTH or not _LABEL_KEY.fullmatch(key):
                words = (
                    f"Error 400: Label key '{key}' violates format constraints. The key must start with a lowercase "
                    "character, can only contain lowercase letters, numeric characters, underscores and dashes. The "
                    "key can be at most 63 characters long. International characters are allowed., badRequest"
                )
                yield Problem(f"{name}.{key}", words)
            if isinstance(value, str) and (len(value) > _LABEL_LENGTH or not _LABEL_VALUE.fullmatch(value)):
                words = (
                    f"Error 400: Label value '{value}' violates format constraints. The value can only contain "
                    "lowercase letters, numeric characters, underscores and dashes. The value can be at most 63 "
                    "characters long. International characters are allowed., badRequest"
                )
                yield Problem(f"{name}.{key}", words)
