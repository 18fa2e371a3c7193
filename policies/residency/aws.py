"""Residency on AWS: where a resource is, and every place that its properties name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from policies.controls import Controls
from policies.resource import UNKNOWN, Resource, Secret, Value, revealed, shown
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated


@dataclass(frozen=True, kw_only=True)
class EdgeCondition:
    """What makes a resource one that may be in the edge region; without a property its type is enough."""

    property: str = ""
    begins_with: str = ""

    def met_by(self, resource: Resource) -> bool:
        """Return whether the resource meets it; what is not known does not."""
        value = revealed(resource.at(self.property)) if self.property else ""
        return isinstance(value, str) and value.startswith(self.begins_with)


@dataclass(frozen=True, kw_only=True)
class Places:
    """The reviewed facts of aws.toml."""

    home: str
    home_zone_ids: str
    edge: str
    #: Why something may be there.
    edge_reason: str
    regional_types: frozenset[str]
    global_types: frozenset[str]
    edge_types: Mapping[str, EdgeCondition]
    #: What the services of the global types hold, for which no region is asked.
    global_reasons: Mapping[str, str]
    #: Beginning of the last part of an ARN that may lie in the edge region, by service.
    edge_arns: Mapping[str, str]

    @cached_property
    def reviewed_types(self) -> frozenset[str]:
        """Return every type of which somebody has said where it keeps what it holds."""
        return self.regional_types | self.global_types


def _load() -> Places:
    content: dict[str, Any] = tomllib.loads(Path(__file__).with_name("aws.toml").read_text(encoding="utf-8"))
    return Places(
        home=content["home"],
        home_zone_ids=content["home_zone_ids"],
        edge=content["edge"],
        edge_reason=content["edge_reason"],
        regional_types=frozenset(content["regional_types"]),
        global_types=frozenset(content["global_types"]),
        edge_types={token: EdgeCondition(**row) for token, row in content["edge_types"].items()},
        global_reasons=content["global_reasons"],
        edge_arns=content["edge_arns"],
    )


PLACES: Final = _load()

#: Region names in full, so that no name of ours ("db-1") is taken for one.
_REGION: Final = (
    r"(?:af|ap|ca|cn|eu|eusc-de|il|me|mx|sa|us)(?:-gov|-iso[a-z]?)?"
    r"-(?:central|east|west|(?:north|south)(?:east|west)?)-\d"
)
_ARN: Final = re.compile(r"arn:aws[a-z-]*:(?P<service>[^:]*):(?P<region>[^:]*):[^:]*:(?P<rest>.*)", re.DOTALL)
_ZONE: Final = re.compile(rf"(?P<region>{_REGION})[a-z]")
#: A host of AWS or the name of an endpoint service.
_HOST: Final = re.compile(rf"(?:https?://)?[\w.-]+\.(?P<region>{_REGION})\.[\w.-]+(?:[:/]\S*)?")
_REGION_KEY: Final = re.compile(r"(?:r|.*R)egion(?:s|Names?)?")
_ZONE_KEY: Final = re.compile(r".*(?:[aA]vailabilityZone(?:s|Ids?|Names?)?|Azs)")
#: Collections that hold places, for when the whole of them is not known.
_COLLECTION_KEY: Final = re.compile(r"replicas?|replicationConfigurations?|copyActions")


class Place(NamedTuple):
    """A place that a property names."""

    path: str
    #: The region; UNKNOWN when the property is one that names places and its value is not there yet.
    region: Value
    #: It is one of the things that CloudFront takes from the edge region.
    edge: bool = False


def is_global(resource: Resource) -> bool:
    """Return whether the resource is in no region."""
    return resource.type in PLACES.global_types


def may_be_at_the_edge(resource: Resource) -> bool:
    """Return whether the resource is one that CloudFront takes from the edge region."""
    condition = PLACES.edge_types.get(resource.type)
    return condition is not None and condition.met_by(resource)


def own_region(resource: Resource) -> tuple[str, Value]:
    """Return the region a resource will be in, after how it is stated: by itself, else by its provider."""
    if (own := resource.at("region")) is not None:
        return "region", own
    return "region of its provider", resource.provider.properties.get("region") if resource.provider else None


def places(resource: Resource) -> Iterator[Place]:
    """Return every place that the resource's properties name besides its own region.

    A reference that is not known in a preview (a key's ARN, say) is the output of a resource that is judged itself, and
    its value is judged in the update, before anything is made with it.
    """
    for path, value in resource.leaves():
        key = next(step for step in reversed(path.split(".")) if not step.isdigit())
        plain = revealed(value)
        if path == "region":
            continue
        if plain is UNKNOWN:
            if any(pattern.fullmatch(key) for pattern in (_REGION_KEY, _ZONE_KEY, _COLLECTION_KEY)):
                yield Place(path, UNKNOWN)
        elif isinstance(plain, str) and (place := _place(path, key, plain)):
            yield place._replace(region=Secret(place.region)) if isinstance(value, Secret) else place


def _place(path: str, key: str, text: str) -> Place | None:
    if arn := _ARN.fullmatch(text):
        edge = PLACES.edge_arns.get(arn["service"])
        return Place(path, arn["region"], edge is not None and arn["rest"].startswith(edge)) if arn["region"] else None
    if found := _ZONE.fullmatch(text) or _HOST.fullmatch(text):
        return Place(path, found["region"])
    if _ZONE_KEY.fullmatch(key) and text.startswith(PLACES.home_zone_ids):
        return Place(path, PLACES.home)
    return Place(path, text) if _REGION_KEY.fullmatch(key) or _ZONE_KEY.fullmatch(key) else None


_ALLOWED: Final = f"{PLACES.home} (Tokyo)"
_ALLOWED_WITH_EDGE: Final = (
    f"{_ALLOWED}; in {PLACES.edge} only certificates for CloudFront, WAFv2 of scope CLOUDFRONT and log groups "
    "aws-waf-logs-*"
)


def known_type(resource: Resource) -> Iterable[Finding]:
    """Refuse a type of which nobody has said where it keeps its data."""
    if resource.type not in PLACES.reviewed_types:
        yield violated(
            f"the type {resource.type}, which nobody has reviewed",
            "the regional and global types listed in policies/residency/aws.toml",
        )


def region(resource: Resource) -> Iterable[Finding]:
    """Refuse a resource outside Tokyo, but for what CloudFront takes from us-east-1."""
    path, value = own_region(resource)
    match revealed(value):
        case None:
            yield violated("no region, neither of its own nor of its provider", _ALLOWED_WITH_EDGE)
        case found if found is UNKNOWN:
            yield unknowable(path, _ALLOWED_WITH_EDGE)
        case PLACES.home:
            return
        case PLACES.edge if may_be_at_the_edge(resource):
            return
        case _:
            yield violated(at_path(path, value), _ALLOWED_WITH_EDGE)


def named_places(resource: Resource) -> Iterable[Finding]:
    """Refuse zones, ARNs, hosts and regions outside Tokyo among a resource's properties."""
    for place in places(resource):
        found = revealed(place.region)
        if found is UNKNOWN:
            yield unknowable(place.path, _ALLOWED_WITH_EDGE)
        elif found != PLACES.home and not (found == PLACES.edge and place.edge):
            yield violated(f"`{place.path}` names {shown(place.region)}", _ALLOWED_WITH_EDGE)


def _is_regional(resource: Resource) -> bool:
    return not is_global(resource)


def _names_a_place(resource: Resource) -> bool:
    return next(places(resource), None) is not None


_PROTECTS: Final = "ISMS-P 2.10.2 cloud security, 3.3.4 transfer of personal data abroad"
_CONTROLS: Final[Controls] = {"ISMS-P": ("2.10.2", "3.3.4")}
_SOURCE: Final = "KYEOL runbook, header (region) and 2.2 (WAF in us-east-1)"

RULES: Final = (
    ResourceRule(
        id="aws-known-type",
        concern="residency",
        title="Every AWS type in use has been reviewed for where it keeps data",
        severity="medium",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix="Find out whether the type is regional or global, and add it to policies/residency/aws.toml",
        source=_SOURCE,
        types=("aws:*",),
        fail_closed=True,
        judge=known_type,
    ),
    ResourceRule(
        id="aws-region",
        concern="residency",
        title="AWS resources are in Tokyo",
        severity="critical",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix=f"Take the provider of the system, whose region is {PLACES.home}, and set no `region` on the resource; "
        "a region must be a literal, so that a preview can judge it",
        source=_SOURCE,
        types=("aws:*",),
        fail_closed=True,
        claims=_is_regional,
        judge=region,
    ),
    ResourceRule(
        id="aws-named-places",
        concern="residency",
        title="Zones, replicas, backups, keys and log destinations of AWS resources are in Tokyo",
        severity="critical",
        protects=_PROTECTS,
        controls=_CONTROLS,
        fix=f"Name zones, ARNs and hosts of {PLACES.home} only; keep copies in other zones instead of other regions",
        source=_SOURCE,
        types=("aws:*",),
        fail_closed=True,
        claims=_names_a_place,
        judge=named_places,
    ),
)
