"""What all resources of Google Cloud share: a path that is their id, and the many ways to write it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rehearsal import values
from rehearsal.case import Case
from rehearsal.catalogue import UNLISTED, Autoname, Catalogue, PropertyFacts, TypeEntry
from rehearsal.inventory import Object
from rehearsal.sdk_schema import ResourceSchema, Sdk
from rehearsal.values import Steps, Value

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
#: What stands before the path in a self link, `https://www.googleapis.com/compute/v1/`, or a full resource name.
_SERVICE = re.compile(r"(?:https?:)?//[^/]+/(?:(?:[a-z]+/)?v\d+\w*/)?(?=projects/)")
_AUTONAME_LENGTH = 63
_RFC_1035 = "(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)"
_PLACES = ("project", "region", "location", "zone")
NO_FACTS = PropertyFacts()


class GcpCatalogue(Catalogue):
    """A catalogue whose entries say only what is their own; the rest follows from a type's path.

    The `id` of an entry is the path with the names of properties: `projects/{project}/regions/{region}/routers/{name}`.
    Nothing a path is made of can be changed.
    """

    def __init__(self, folder: Path, rules_package: str, sdk: Sdk) -> None:
        super().__init__(folder, rules_package)
        self._sdk = sdk
        self._whole: dict[str, TypeEntry] = {}

    def entry(self, token: str) -> TypeEntry:
        """Return what is simulated of a type. One without an entry still has a path and a name."""
        if token not in self._whole:
            schema = self._sdk.resource(token)
            said = super().entry(token)
            self._whole[token] = said if schema is None else _whole(token, said, schema)
        return self._whole[token]

    @cached_property
    def _collections(self) -> Mapping[str, list[tuple[re.Pattern[str], str]]]:
        """The listed types by the last collection of their path: `subnetworks`."""
        found: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        for token in self.listed():
            template = self.entry(token).id
            if template.startswith("projects/{project}/") and re.search(r"/[a-zA-Z]+/\{\w+\}$", template):
                pattern = re.compile(_PLACEHOLDER.sub("[^/]+", template))
                found.setdefault(template.split("/")[-2], []).append((pattern, token))
        return found

    def types_of(self, path: str) -> list[str]:
        """Return the listed types that a whole path may name; none for what is not simulated."""
        parts = path.split("/")
        known = self._collections.get(parts[-2], []) if len(parts) > 1 else []
        return [token for pattern, token in known if pattern.fullmatch(path)]


def _whole(token: str, entry: TypeEntry, schema: ResourceSchema) -> TypeEntry:
    path = _generic_path(token, schema) if entry.id == UNLISTED.id else entry.id
    names = [name for name in _PLACEHOLDER.findall(path) if name in schema.inputs]
    own = names[-1] if names and path.endswith(f"{{{names[-1]}}}") else None
    properties = dict(entry.properties)
    for name in [*names, *(name for name in _PLACES if name in schema.inputs)]:
        properties[name] = replace(properties.get(name, NO_FACTS), replaces=True)
    if token.startswith("gcp:compute/") and own == "name" and properties["name"].pattern is None:
        properties["name"] = replace(
            properties["name"], pattern=_RFC_1035,
            error="Error 400: Invalid value for field 'resource.name': '{value}'. Must be a match of regex '"
            + _RFC_1035 + "', invalid",
        )  # fmt: skip
    longest = properties[own].max if own else None
    auto = Autoname(property=own or "", max=int(longest or _AUTONAME_LENGTH), lower=True)
    optional = own is not None and own not in _PLACES and not schema.inputs[own].required
    shared = {
        "selfLink": "https://www.googleapis.com/compute/v1/{id}", "creationTimestamp": "{now}", "createTime": "{now}",
        "updateTime": "{now}", "etag": "{alnum:12}", "fingerprint": "{alnum:11}=", "labelFingerprint": "{alnum:11}=",
        "uid": "{uuid}", **({"name": "{id}"} if "name" in schema.computed else {}),
    }  # fmt: skip
    return replace(
        entry,
        id=path,
        regional=False,  # names carry the place
        properties=properties,
        outputs={name: item for name, item in shared.items() if name in schema.computed} | entry.outputs,
        autoname=entry.autoname or (auto if optional else None),
        # Whoever has a right already is given none: two resources for one right are one right.
        adopts=entry.adopts or token.lower().endswith("iammember"),
    )


def _generic_path(token: str, schema: ResourceSchema) -> str:
    """Make a path for a type without an entry, of its place and its name."""
    kind = token.rpartition(":")[2]
    collection = kind[0].lower() + kind[1:] + "s"
    own = next((name for name in ("name", f"{collection[:-1]}Id") if name in schema.inputs), None)
    place = next((f"{name}s/{{{name}}}/" for name in _PLACES[1:] if name in schema.inputs), "global/")
    return f"projects/{{project}}/{place}{collection}/{{{own or 'hex:20'}}}"


def path_names(entry: TypeEntry) -> list[str]:
    """Return the properties a type's path is made of."""
    return _PLACEHOLDER.findall(entry.id)


def plain(reference: str) -> str:
    """Return a self link or a full resource name as a path: `projects/p/global/networks/n`."""
    return _SERVICE.sub("", reference)


def last(reference: object) -> str:
    """Return the name at the end of a path."""
    return str(reference).rpartition("/")[2]


def segment(path: str, collection: str) -> str | None:
    """Return what follows a collection in a path: the `p` of `projects/p/...`."""
    found = re.search(rf"(?:^|/){collection}/([^/]+)", path)
    return found.group(1) if found else None


@dataclass(frozen=True, kw_only=True)
class GcpCase(Case):
    """A case whose references may be a name, a partial or whole path, or a self link."""

    default_project: str = ""

    @property
    def project(self) -> str:
        """The project a resource stands in."""
        given = self.get("project") or segment(plain(self.own_path()), "projects")
        return str(given or self.default_project)

    @property
    def place(self) -> str | None:
        """The region, zone or multi-region of the resource, in lower case; None where it has none."""
        for name in ("region", "location", "locationId", "zone"):
            if isinstance(given := self.get(name), str):
                return last(given).lower()
        path = plain(self.own_path())
        return next((it for name in ("regions", "locations", "zones") if (it := segment(path, name))), None)

    def own_path(self) -> str:
        """Return the path of the resource itself, before it stands too."""
        return self.id or _PLACEHOLDER.sub(lambda name: str(self.lookup(name.group(1))), self.entry.id)

    def lookup(self, name: str) -> Value:
        """In a path only the last part of another resource's path is used: `cluster` may be either."""
        found = super().lookup(name)
        refers = name in self.entry.properties and self.entry.properties[name].refers is not None
        return last(found) if refers and isinstance(found, str) and f"/{{{name}}}/" in self.entry.id else found

    def find(self, type: str, value: str, kind: str = "id", region: str | None = None) -> Object | None:  # noqa: A002
        """Return an object by its path, however it is written, or by another handle."""
        return super().find(type, self.path_of(type, value) if kind == "id" else value, kind, region)

    def path_of(self, type: str, value: str) -> str:  # noqa: A002 -- the word of the catalogue
        """Return the whole path of what a reference names, seen from this resource."""
        path, template = plain(value), self.catalogue.entry(type).id
        if path.startswith(("regions/", "zones/", "global/", "locations/")):
            return f"projects/{self.project}/{path}"
        if "/" in path or not template.startswith("projects/{project}/"):
            return path
        names = _PLACEHOLDER.findall(template)
        place = self.place or ""
        known = {
            **{name: item for name, item in self.properties.items() if isinstance(item, str)},
            "project": self.project, "region": region_of(place), "location": place, "zone": place, names[-1]: path,
        }  # fmt: skip
        return _PLACEHOLDER.sub(lambda name: last(known.get(name.group(1), "")), template)

    def at(self, property: str) -> Object | None:  # noqa: A002 -- the word of the catalogue
        """Return the resource that the whole path in a property names, whatever its type."""
        value = self.get(property)
        return self.named(plain(value)) if isinstance(value, str) else None

    def named(self, path: str) -> Object | None:
        """Return the resource of a whole path, whatever its type."""
        types = self.catalogue.types_of(path) if isinstance(self.catalogue, GcpCatalogue) else []
        return next((found for type_ in types if (found := super(GcpCase, self).find(type_, path))), None)


def region_of(place: str) -> str:
    """Return the region of a zone, any other place as it is."""
    return re.sub(r"(?<=\d)-[a-z]$", "", place)


def texts(value: Value, at: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Yield every (place, text) in a value."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, (*at, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*at, index))


def meets(place: Steps, pattern: Steps) -> bool:
    """Tell whether a place is what a pattern names."""
    return len(place) == len(pattern) and values.matches(place, pattern)


def whole(properties: Mapping[str, Any]) -> Iterator[tuple[Steps, str]]:
    """Yield every (place, path) at which a property holds the whole path of a resource in a project."""
    for at, text in texts(dict(properties)):
        path = plain(text)
        if path.startswith("projects/"):
            yield at, path
