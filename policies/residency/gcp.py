"""Residency on Google Cloud: where a resource is, every place that its properties name, copies that Google keeps."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from policies.controls import Controls
from policies.resource import UNKNOWN, EnvironmentName, Resource, Secret, Value, revealed, shown
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated

PROVIDER: Final = "pulumi:providers:gcp"


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A property that says where a resource or its copies are kept, and what Google does without it."""

    type: str
    path: str
    otherwise: str
    #: The property without which there is nothing to keep; none where there always is.
    when: str = ""


@dataclass(frozen=True, kw_only=True)
class Places:
    """The reviewed facts of gcp.toml."""

    home: str
    #: Types by the property that says where they are.
    placed: Mapping[str, frozenset[str]]
    parts: frozenset[str]
    #: Types that are in no place, by the reason.
    without_place: Mapping[str, frozenset[str]]
    worldwide: frozenset[str]
    stated: tuple[Stated, ...]
    #: Property of a type that would keep a copy in several places.
    spread: Mapping[str, str]
    #: Property of a type that names places where nothing is kept.
    not_kept: Mapping[str, str]
    global_collections: frozenset[str]

    @property
    def global_types(self) -> frozenset[str]:
        """Return every type that is in no place."""
        return frozenset(token for types in self.without_place.values() for token in types)

    @property
    def property_of(self) -> Mapping[str, str]:
        """Return the property that says where a type is."""
        return {token: name for name, types in self.placed.items() for token in types}


def _load() -> Places:
    content: dict[str, Any] = tomllib.loads(Path(__file__).with_name("gcp.toml").read_text(encoding="utf-8"))
    return Places(
        home=content["home"],
        placed={name: frozenset(types) for name, types in content["placed"].items()},
        parts=frozenset(content["parts"]),
        without_place={group["why"]: frozenset(group["types"]) for group in content["global"]},
        worldwide=frozenset(content["worldwide"]["types"]),
        stated=tuple(Stated(otherwise=row.pop("else"), **row) for row in content["stated"]),
        spread=content["spread"],
        not_kept=content["not_kept"],
        global_collections=frozenset(content["global_collections"]["names"]),
    )


PLACES: Final = _load()
_PROPERTY_OF: Final = PLACES.property_of
_GLOBAL: Final = PLACES.global_types
_STATED: Final = {row.type: row for row in PLACES.stated}
#: Types of which one says where they are by another property than the usual ones.
_ELSEWHERE: Final = frozenset(_STATED) - frozenset(_PROPERTY_OF)
#: Rights on a resource that is judged itself.
_RIGHTS: Final = re.compile(r".*(?:IAM|Iam)(?:Member|Binding|Policy|AuditConfig)")

_AREA: Final = r"(?:africa|asia|australia|europe|me|northamerica|southamerica|us)"
_SIDE: Final = r"(?:central|(?:north|south)(?:east|west)?|east|west)"
_REGION: Final = rf"{_AREA}-{_SIDE}\d{{1,2}}"
#: A region or zone as a part of a name, of a host (`europe-west3-docker.pkg.dev`) or alone.
_NAMED: Final = re.compile(rf"(?:^|[./:@])(?P<place>{_REGION})(?:-[a-z](?=$|[./:]))?(?:-[a-z]+(?=\.))?(?=$|[./:])")
#: The place in the full name of a resource, whatever it is called, and the collection after it.
_PATH: Final = re.compile(r"(?:^|/)(?:locations|regions|zones)/(?P<place>[^/]+)(?:/(?P<collection>[^/]+))?")
#: Registries of several regions.
_REGISTRY: Final = re.compile(r"(?:^|/)(?:(?P<host>eu|us|asia)\.gcr\.io|(?P<place>eu|europe|us|asia)-[a-z]+\.pkg\.dev)")
_ZONE_SUFFIX: Final = re.compile(rf"({_REGION})-[a-z]")

_OWN: Final = ("location", "region", "zone", "locationId")
_PLACE_KEY: Final = re.compile(r"(?:l|.*L)ocation(?:s|Ids?)?|(?:r|.*R)egions?|(?:z|.*Z)ones?")
#: What only sounds like a place: a zone of names, of time.
_NO_PLACE_KEYS: Final = frozenset({"managedZone", "timeZone", "dnsZone", "peeringZone"})
#: Names of keys, in which a place stands: as literals, so that a preview can judge them.
_NAME_KEY: Final = re.compile(
    r".*[kK]msKey(?:Name)?|encryptionKeyName|gcpKmsEncryptionKey|keyName|kmsKeySelfLink|customerManagedKey"
)
#: Collections that hold places, for when the whole of them is not known.
_COLLECTION_KEY: Final = re.compile(r"replicas|replication|userManaged|backupConfiguration|customPlacementConfig")
_LABELS: Final = frozenset({"labels", "userLabels", "resourceLabels", "effectiveLabels", "pulumiLabels", "annotations"})


class Place(NamedTuple):
    """A place that a property names."""

    path: str
    #: The region; UNKNOWN when the property is one that names places and its value is not there yet.
    region: Value


def normalised(place: str) -> str:
    """Return the region of a place as Google's interfaces spell it: that of `EUROPE-WEST3-A` is `europe-west3`."""
    lower = place.lower()
    zone = _ZONE_SUFFIX.fullmatch(lower)
    return zone[1] if zone else lower


def is_global(resource: Resource) -> bool:
    """Return whether the resource is of a type that is in no place."""
    return resource.type in _GLOBAL


def own_location(resource: Resource) -> tuple[str, Value]:
    """Return where a resource will be, after how it is stated: by itself, else by its provider where Google does so."""
    for name in _OWN:
        if (own := resource.at(name)) is not None:
            return name, own
    name = _PROPERTY_OF.get(resource.type, "")
    if name not in ("region", "zone"):
        return name, None
    return f"{name} of its provider", resource.provider.properties.get(name) if resource.provider else None


def places(resource: Resource) -> Iterator[Place]:
    """Return every place that the resource's properties name besides its own location.

    An id that is not known in a preview (a network's, say) is the output of a resource that is judged itself. Names of
    keys have to be literals.
    """
    not_kept = PLACES.not_kept.get(resource.type)
    for path, value in resource.leaves():
        if path in _OWN or path.partition(".")[0] == not_kept:
            continue
        steps = [step for step in path.split(".") if not step.isdigit()]
        if not _LABELS.isdisjoint(steps):
            continue
        names_places = bool(_PLACE_KEY.fullmatch(steps[-1])) and steps[-1] not in _NO_PLACE_KEYS
        plain = revealed(value)
        if plain is UNKNOWN:
            if names_places or _NAME_KEY.fullmatch(steps[-1]) or _COLLECTION_KEY.fullmatch(steps[-1]):
                yield Place(path, UNKNOWN)
        elif isinstance(plain, str) and plain:
            found = set(_places_in(plain))
            for region in sorted(found or {plain}) if names_places else sorted(found):
                yield Place(path, Secret(region) if isinstance(value, Secret) else region)


def _places_in(text: str) -> Iterator[str]:
    """Return the places in the full name of a resource or in a host; a query or a condition names none."""
    if any(character.isspace() or character in '"{' for character in text):
        return
    lower = text.lower()
    for found in _PATH.finditer(lower):
        if found["place"] != "global" or found["collection"] not in _LOWER_COLLECTIONS:
            yield found["place"]
    for found in _NAMED.finditer(lower):
        yield found["place"]
    for found in _REGISTRY.finditer(lower):
        yield found["place"] or found["host"]


_LOWER_COLLECTIONS: Final = frozenset(name.lower() for name in PLACES.global_collections)
_NAME: Final = f"{PLACES.home} (Frankfurt)"
_ALLOWED: Final = f"{_NAME} and its zones; global only for the types listed in policies/residency/gcp.toml"


def known_type(resource: Resource) -> Iterable[Finding]:
    """Refuse a type of which nobody has said where it keeps its data, and what stands at Google's edges."""
    if resource.type in PLACES.worldwide:
        yield violated(
            f"the type {resource.type}, which stands at Google's edges in the whole world",
            f"the regional type of the same kind, in {_NAME}",
        )
    elif not _is_reviewed(resource):
        yield violated(
            f"the type {resource.type}, which nobody has reviewed",
            "the types listed in policies/residency/gcp.toml",
        )


def _is_reviewed(resource: Resource) -> bool:
    token = resource.type
    listed = token in _PROPERTY_OF or token in PLACES.parts or token in _GLOBAL or token in _ELSEWHERE
    return listed or _gives_rights(resource)


def _gives_rights(resource: Resource) -> bool:
    return _RIGHTS.fullmatch(resource.type.rpartition(":")[2]) is not None


def location(resource: Resource) -> Iterable[Finding]:
    """Refuse a resource outside Frankfurt, and one whose place Google would choose."""
    path, value = own_location(resource)
    match revealed(value):
        case None:
            yield violated(f"no `{path}`, so that Google chooses the place", _ALLOWED)
        case found if found is UNKNOWN:
            yield unknowable(path, _ALLOWED)
        case str() as found if normalised(found) == PLACES.home:
            return
        case "global" if is_global(resource):
            return
        case _:
            yield violated(at_path(path, value), _ALLOWED)


def named_places(resource: Resource) -> Iterable[Finding]:
    """Refuse replicas, zones, keys, hosts and destinations outside Frankfurt among a resource's properties."""
    for place in places(resource):
        found = revealed(place.region)
        if found is UNKNOWN:
            yield unknowable(place.path, _NAME)
        elif not isinstance(found, str) or normalised(found) != PLACES.home:
            yield violated(f"`{place.path}` names {shown(place.region)}", _NAME)


def copies(resource: Resource) -> Iterable[Finding]:
    """Refuse copies that Google would keep elsewhere: because nobody said where, or because somebody asked for them."""
    spread = PLACES.spread.get(resource.type)
    if spread is not None and (found := revealed(resource.at(spread))) is not None:
        yield (
            unknowable(spread, _NAME)
            if found is UNKNOWN
            else violated(f"`{spread}`, which keeps copies in several places", f"no `{spread}`; {_NAME} by name")
        )
    if (row := _STATED.get(resource.type)) is None:
        return
    allowed = f"`{row.path}` {PLACES.home}"
    kept = revealed(resource.at(row.when)) if row.when else True
    if kept in (None, False):
        return
    stated = revealed(resource.at(row.path))
    if UNKNOWN in (kept, stated):
        yield unknowable(row.path, allowed)
    elif stated is None:
        yield violated(f"no `{row.path}`: {row.otherwise}", allowed)


SINK: Final = "gcp:logging/projectSink:ProjectSink"


def sink(resource: Resource) -> Iterable[Finding]:
    """Refuse a destination whose name does not say where it is: a project, a bucket, a topic of somebody."""
    value = resource.at("destination")
    allowed = f"a log bucket by its full name, in {_NAME}"
    match revealed(value):
        case found if found is UNKNOWN:
            yield unknowable("destination", allowed)
        case str() as found if any(_places_in(found)):  # which is judged with all others that are named
            return
        case _:
            yield violated(f"{at_path('destination', value)}, which names no place", allowed)


SYSTEM: Final = "platform:system:Dtx"
SERVICE: Final = "gcp:projects/service:Service"
POLICY: Final = "gcp:orgpolicy/policy:Policy"
_CONSTRAINT: Final = "policies/gcp.resourceLocations"
_VALUES: Final = f"in:{PLACES.home}-locations"


def location_constraint(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require that Google itself refuses other places, in each project in which something is switched on.

    It binds everybody, those too who make something by hand.
    """
    system = next(resource for resource in resources if resource.type == SYSTEM)
    allowed = f"a Policy gcp.resourceLocations of each project, whose only allowed value is {_VALUES}"
    bound = set()
    for policy in resources:
        name = revealed(policy.at("name"))
        if policy.type != POLICY or not isinstance(name, str) or not name.endswith(_CONSTRAINT):
            continue
        bound.add(revealed(policy.at("parent")))
        values = [value for _, value in policy.every("spec.rules.*.values.allowedValues.*")]
        if UNKNOWN in map(revealed, values) or revealed(policy.at("spec")) is UNKNOWN:
            yield unknowable("spec", allowed, policy.urn)
        elif [revealed(value) for value in values] != [_VALUES] or policy.at("spec.rules.1") is not None:
            yield violated(at_path("spec.rules", values), allowed, policy.urn)
    for project in sorted({str(revealed(one.at("project"))) for one in resources if one.type == SERVICE}):
        if f"projects/{project}" not in bound:
            yield violated(f"nothing keeps {project} from other places", allowed, system.urn)


def _is_dtx(resources: Sequence[Resource]) -> bool:
    return any(resource.type == SYSTEM for resource in resources)


def _states_or_needs_a_location(resource: Resource) -> bool:
    return resource.type in _PROPERTY_OF or any(resource.at(name) is not None for name in _OWN)


def _names_a_place(resource: Resource) -> bool:
    return next(places(resource), None) is not None


#: Where the region is free or only recommended, as long as the environment's data is not personal.
FREE_WITHOUT_PERSONAL_DATA: Final[tuple[EnvironmentName, ...]] = ("dev", "stage")
PROTECTS: Final = "GDPR 44 transfers to third countries, DiGAV 4 (3) place of processing"
_CONTROLS: Final[Controls] = {"GDPR": ("44",), "DiGAV": ("4 (3)",)}
SOURCE: Final = "DTx infrastructure, overview, components 1 to 4, deployment 3 (environments) and security 3 and 4"

RULES: Final = (
    ResourceRule(
        id="gcp-known-type",
        concern="residency",
        title="Every Google Cloud type in use has been reviewed for where it keeps data",
        severity="medium",
        protects=PROTECTS,
        controls=_CONTROLS,
        fix="Find out where the type keeps what it holds, and add it to policies/residency/gcp.toml; take the regional "
        "type instead of one that stands at the edges",
        source=SOURCE,
        types=("gcp:*",),
        fail_closed=True,
        free_without_personal_data=FREE_WITHOUT_PERSONAL_DATA,
        judge=known_type,
    ),
    ResourceRule(
        id="gcp-location",
        concern="residency",
        title="Google Cloud resources and their provider are in Frankfurt",
        severity="critical",
        protects=PROTECTS,
        controls=_CONTROLS,
        fix=f"Give the resource the project's region as a literal: {PLACES.home}",
        source=SOURCE,
        types=("gcp:*", PROVIDER),
        fail_closed=True,
        free_without_personal_data=FREE_WITHOUT_PERSONAL_DATA,
        claims=_states_or_needs_a_location,
        judge=location,
    ),
    ResourceRule(
        id="gcp-named-places",
        concern="residency",
        title="Zones, replicas, keys, registries and log destinations of Google Cloud resources are in Frankfurt",
        severity="critical",
        protects=PROTECTS,
        controls=_CONTROLS,
        fix=f"Name {PLACES.home} or its zones, as a literal, wherever a property names a place",
        source=SOURCE,
        types=("gcp:*",),
        fail_closed=True,
        free_without_personal_data=FREE_WITHOUT_PERSONAL_DATA,
        claims=_names_a_place,
        judge=named_places,
    ),
    ResourceRule(
        id="gcp-copies",
        concern="residency",
        title="Backups, secrets, messages and images are kept in Frankfurt alone, and say so",
        severity="critical",
        protects=PROTECTS,
        controls=_CONTROLS,
        fix="Say where with the property named above; Google's own choice is a multi-region",
        source="DTx infrastructure, components 2 (backup region), security 4 and recovery 1 (no copies across regions)",
        types=tuple(sorted({*_STATED, *PLACES.spread})),
        fail_closed=True,
        free_without_personal_data=FREE_WITHOUT_PERSONAL_DATA,
        judge=copies,
    ),
    ResourceRule(
        id="gcp-sinks",
        concern="residency",
        title="Logs are sent to what is in Frankfurt by its name",
        severity="high",
        protects=PROTECTS,
        controls=_CONTROLS,
        fix="Send logs to a log bucket of the region, and name it in full: "
        f"logging.googleapis.com/projects/.../locations/{PLACES.home}/buckets/...",
        source="DTx infrastructure, monitoring 2 (logs in europe-west3) and security 4",
        types=(SINK,),
        fail_closed=True,
        free_without_personal_data=FREE_WITHOUT_PERSONAL_DATA,
        judge=sink,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="gcp-location-constraint",
        concern="residency",
        title="Google itself refuses places outside Frankfurt in each project of DTx",
        severity="high",
        protects=PROTECTS,
        controls=_CONTROLS,
        fix=f"Place a Policy gcp.resourceLocations of the project with {_VALUES}",
        source="DTx infrastructure, security 2 (access by region) and 4 (no movement of data between regions)",
        types=(SYSTEM, SERVICE, POLICY),
        fail_closed=True,
        free_without_personal_data=FREE_WITHOUT_PERSONAL_DATA,
        claims=_is_dtx,
        judge=location_constraint,
    ),
)
