"""What all resources of the resource manager share: a path that is their id, a name, a location, a parent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rehearsal import values
from rehearsal.case import Case
from rehearsal.catalogue import UNLISTED, Autoname, Catalogue, PropertyFacts, TypeEntry, each
from rehearsal.inventory import Object
from rehearsal.sdk_schema import ResourceSchema, Sdk
from rehearsal.values import Steps

RESOURCE = "azure-native:arm:Resource"
"""Every resource answers under this type too: a path names its type by itself."""
PRINCIPAL = "azure-native:arm:Principal"
"""Whatever has an identity answers under this type by the identity's principal."""
GROUP = "azure-native:resources:ResourceGroup"
_IN_GROUP = "/subscriptions/{account}/resourceGroups/{resourceGroupName}/providers/"
NO_FACTS = PropertyFacts()
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_AUTONAME_LENGTH = 80  # Microsoft.Network's; types that take less say so in their entry


class ArmCatalogue(Catalogue):
    """A catalogue whose entries say only what is their own; the rest follows from a type's path.

    The `id` of an entry is the path below the resource group (`Microsoft.Network/virtualNetworks/{name}`), or the whole
    one where it begins with a slash or a placeholder. Everything a path is made of cannot be changed.
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
    def known_types(self) -> frozenset[str]:
        """The resource types, in lower case, of which every instance is simulated: what is missing does not exist.

        What is always called the same (`blobServices/default`) comes with its parent, whether it is set up or not.
        """
        paths = [self.entry(token).id for token in self.listed()]
        return frozenset(arm_type(path).lower() for path in paths if path.endswith("}"))


def arm_type(path: str) -> str:
    """Return `Microsoft.Network/virtualNetworks/subnets` for the path (or the template) of a subnet."""
    _, marker, own = path.rpartition("/providers/")
    if not marker:
        return "Microsoft.Resources/resourceGroups"
    namespace, *segments = own.split("/")
    return "/".join([namespace, *segments[::2]])


def _parent_template(template: str) -> str | None:
    """Return the path of what contains it; None for what stands in a group, a subscription or on another resource."""
    before, marker, own = template.rpartition("/providers/")
    namespace, *segments = own.split("/")
    pairs = list(zip(segments[::2], segments[1::2], strict=True))[:-1] if marker else []
    while pairs and not _PLACEHOLDER.search(pairs[-1][1]):
        pairs.pop()  # `blobServices/default` is not made by anyone
    return f"{before}{marker}{namespace}/" + "/".join(f"{kind}/{name}" for kind, name in pairs) if pairs else None


def _whole(token: str, entry: TypeEntry, schema: ResourceSchema) -> TypeEntry:
    path = _generic_path(token, schema) if entry.id == UNLISTED.id else entry.id
    path = path if path[0] in "/{" else _IN_GROUP + path
    kind = arm_type(path)
    names = [name for name in _PLACEHOLDER.findall(path) if name in schema.inputs]
    own = names[-1] if names and path.endswith(f"{{{names[-1]}}}") else None
    properties = dict(entry.properties)
    for name in names:
        properties[name] = replace(properties.get(name, PropertyFacts()), replaces=True)
    if "resourceGroupName" in names and own != "resourceGroupName":
        properties["resourceGroupName"] = PropertyFacts(
            replaces=True, refers=GROUP, by="name", blocks=False,
            missing="ResourceGroupNotFound: Resource group '{value}' could not be found.",
        )  # fmt: skip
    if "location" in schema.inputs:
        facts = replace(properties.get("location", PropertyFacts()), replaces=True)
        if isinstance(facts.one_of, list):
            facts = replace(facts, error=location_refusal("{value}", kind, facts.one_of))
        properties["location"] = facts
    name = f"{{{own}}}" if own else path.rpartition("/")[2]
    shared = {
        "name": name, "type": kind, "provisioningState": "Succeeded", "etag": 'W/"{uuid}"', "resourceGuid": "{uuid}",
        "systemData": {"createdAt": "{now}", "createdByType": "Application", "lastModifiedAt": "{now}"},
    }  # fmt: skip
    longest = properties[own].max if own else None
    principals = entry.also.get(PRINCIPAL, ["{identity.principalId}"] if "identity" in schema.outputs else [])
    auto = Autoname(property=own or "", separator="", max=int(longest or _AUTONAME_LENGTH))
    return replace(
        entry,
        id=path,
        properties=properties,
        outputs={key: item for key, item in shared.items() if key in schema.outputs} | entry.outputs,
        autoname=entry.autoname or (auto if own and not schema.inputs[own].required else None),
        also=entry.also | {RESOURCE: ["{id}", *each(entry.also.get(RESOURCE, []))], PRINCIPAL: principals},
    )


def location_refusal(location: str, kind: str, offered: list[str]) -> str:
    """Say that a type is not offered in a location."""
    return (
        f"LocationNotAvailableForResourceType: The provided location '{location}' is not available for resource type "
        f"'{kind}'. List of available regions for the resource type is '{','.join(offered)}'."
    )


def _generic_path(token: str, schema: ResourceSchema) -> str:
    """Make a path for a type without an entry: in its group, below whatever else it must name."""
    _, module, kind = token.split(":")
    texts = [name for name, entry in schema.inputs.items() if name.endswith("Name") and entry.type == "string"]
    above = [name for name in texts if schema.inputs[name].required and name != "resourceGroupName"]
    mine = next((name for name in texts if name.removesuffix("Name").lower() == kind.lower()), None)
    own = mine or (above[-1] if above else next(iter(texts[::-1]), None))
    parents = "".join(f"{name.removesuffix('Name')}s/{{{name}}}/" for name in above if name != own)
    place = _IN_GROUP if "resourceGroupName" in schema.inputs else "/subscriptions/{account}/providers/"
    return f"{place}Microsoft.{module.capitalize()}/{parents}{kind[0].lower()}{kind[1:]}s/{{{own or 'hex:20'}}}"


# --- what rules ask --------------------------------------------------------------------------------------------------


def find(case: Case, path: object) -> Object | None:
    """Return the resource of a path, whatever its type."""
    return case.find(RESOURCE, path) if isinstance(path, str) else None


def at(case: Case, property: str) -> Object | None:  # noqa: A002 -- the word of the catalogue
    """Return the resource whose path a property holds."""
    return find(case, case.get(property))


def path_names(entry: TypeEntry) -> list[str]:
    """Return the properties a type's path is made of."""
    return _PLACEHOLDER.findall(entry.id)


def own_path(case: Case) -> str:
    """Return the path of the resource itself, before it stands too."""
    return case.id or _filled(case, case.entry.id)


def parent_path(case: Case) -> str | None:
    """Return the path of what contains the resource."""
    template = _parent_template(case.entry.id)
    return _filled(case, template) if template else None


def parent(case: Case) -> Object | None:
    """Return the resource that contains this one."""
    return find(case, parent_path(case))


def below(case: Case, type: str, path: str | None) -> list[Object]:  # noqa: A002 -- the word of the inventory
    """Return the resources of a type below a path, but for this one itself."""
    start, mine = f"{path}/".lower(), own_path(case).lower()
    return [it for it in case.standing(type) if it.id.lower().startswith(start) and it.id.lower() != mine]


def siblings(case: Case) -> list[Object]:
    """Return the other resources of this type below this one's parent."""
    return below(case, case.type, parent_path(case))


def _filled(case: Case, template: str) -> str:
    return _PLACEHOLDER.sub(lambda name: str(case.lookup(name.group(1))), template)


def location(case: Case) -> str:
    """Return where the resource is, or will be."""
    return str(case.get("location") or case.constants["location"]).replace(" ", "").lower()


def place_of(thing: Object) -> str:
    """Return where a resource stands, written as regions are listed."""
    return str(thing.outputs.get("location", "")).replace(" ", "").lower()


def mentioned(properties: Mapping[str, Any], subscription: str) -> Iterator[tuple[Steps, str]]:
    """Yield every (place, path) at which a property is the path of a group or a resource of this subscription."""
    start = f"/subscriptions/{subscription}/resourcegroups/".lower()
    for place, text in _texts(properties, ()):
        if text.lower().startswith(start):
            yield place, text


def _texts(value: values.Value, place: Steps) -> Iterator[tuple[Steps, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key.startswith("/"):  # the identities of some types are the names of a map
                yield (*place, key), key
            yield from _texts(item, (*place, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*place, index))
