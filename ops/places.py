"""Where a resource is, by which property: the policy pack's own reading of it, cloud by cloud, kept as evidence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policies.residency import aws, azure, gcp
from policies.resource import Resource, Value, revealed, shown

#: What may be shown of a value: names, ids and addresses. In anything else (a connection string, say) a key may stand.
_SHOWABLE: Final = re.compile(r"[\w ./:()-]{1,200}")
_OF_ITS_PROVIDER: Final = " of its provider"
#: Google's types for rights: `...IAMMember`, `...IamBinding`.
_RIGHTS: Final = re.compile(r"(?:IAM|Iam)(?:Member|Binding|Policy|AuditConfig)$")

#: The rules about where a resource itself is; the others are about what it names.
OWN_PLACE: Final = frozenset({"aws-region", "azure-location", "gcp-location"})


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One place that a resource names."""

    #: The rule of the policy pack that judges it.
    rule: str
    #: The path of the property; for what is placed by something else, that in words.
    property: str
    #: What stands there, as far as it may be shown.
    value: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """How the pack reads resources of one package."""

    #: Where its resources have to be.
    expected: str
    evidence: Callable[[Resource], Iterable[Evidence]]
    #: Why a resource may be in no region, or in another than `expected`; None for all that may not.
    listed: Callable[[Resource], str | None]
    #: Whether it is a part of another resource, and where that is.
    is_part: Callable[[Resource], bool] = lambda _: False


def _evidence(resource: Resource, rule: str, path: str, place: Value, spelt: Callable[[str], str] = str) -> Evidence:
    value = place if path.endswith(_OF_ITS_PROVIDER) else resource.at(path)
    named = shown(place)
    visible = shown(value)
    if isinstance(revealed(value), dict | list) or not _SHOWABLE.fullmatch(visible):
        visible = named
    return Evidence(rule=rule, property=path, value=visible, place=spelt(named) if revealed(place) == named else named)


def _aws(resource: Resource) -> Iterator[Evidence]:
    path, region = aws.own_region(resource)
    if not aws.is_global(resource) and region is not None:
        yield _evidence(resource, "aws-region", path, region)
    for place in aws.places(resource):
        yield _evidence(resource, "aws-named-places", place.path, place.region)


def _aws_listed(resource: Resource) -> str | None:
    if aws.is_global(resource):
        return aws.PLACES.global_reasons[resource.service]
    if revealed(aws.own_region(resource)[1]) == aws.PLACES.edge and aws.may_be_at_the_edge(resource):
        return aws.PLACES.edge_reason
    return None


def _azure(resource: Resource) -> Iterator[Evidence]:
    path, location = azure.own_location(resource)
    if location is not None and (path == "location" or not azure.is_global(resource)):
        yield _evidence(resource, "azure-location", path, location, azure.normalised)
    for place in azure.places(resource):
        yield _evidence(resource, "azure-named-places", place.path, place.region, azure.normalised)
    if copies := azure.PLACES.copies.get(resource.type):
        kind, own = revealed(resource.at(copies.property)), revealed(location)
        if kind in copies.goes and isinstance(own, str):
            pair = azure.PLACES.pairs.get(azure.normalised(own), "its paired region")
            yield _evidence(resource, "azure-copies", copies.property, pair)


def _azure_listed(resource: Resource) -> str | None:
    return azure.PLACES.global_reasons[resource.service] if azure.is_global(resource) else None


def _gcp(resource: Resource) -> Iterator[Evidence]:
    path, location = gcp.own_location(resource)
    if location is not None:
        yield _evidence(resource, "gcp-location", path, location, gcp.normalised)
    stated = {row.path for row in gcp.PLACES.stated if row.type == resource.type}
    for place in gcp.places(resource):
        rule = "gcp-copies" if place.path in stated else "gcp-named-places"
        yield _evidence(resource, rule, place.path, place.region, gcp.normalised)


def _gcp_listed(resource: Resource) -> str | None:
    for why, types in gcp.PLACES.without_place.items():
        if resource.type in types:
            return why
    return "rights on a resource that is judged itself" if _RIGHTS.search(resource.type) else None


def _gcp_is_part(resource: Resource) -> bool:
    return resource.type in gcp.PLACES.parts


CLOUDS: Final[Mapping[str, Cloud]] = {
    "aws": Cloud(expected=aws.PLACES.home, evidence=_aws, listed=_aws_listed),
    "azure-native": Cloud(expected=", ".join(sorted(azure.PLACES.allowed)), evidence=_azure, listed=_azure_listed),
    "gcp": Cloud(expected=gcp.PLACES.home, evidence=_gcp, listed=_gcp_listed, is_part=_gcp_is_part),
}


def cloud_of(resource: Resource) -> Cloud | None:
    """Return how a resource is read, or a provider: like the resources that are made with it."""
    return CLOUDS.get(resource.type.removeprefix("pulumi:providers:").partition(":")[0])
