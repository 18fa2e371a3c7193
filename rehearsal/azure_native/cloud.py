"""The simulated Azure: subscriptions, locations, and what the resource manager says of every type."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc

from rehearsal.azure_native import arm, invokes
from rehearsal.azure_native.arm import GROUP, ArmCatalogue
from rehearsal.case import Case
from rehearsal.catalogue import PropertyFacts
from rehearsal.cloud import Provider, Resource, State, Values
from rehearsal.declared import DeclaredCloud, guid_problem
from rehearsal.errors import CloudError, Problem, suggestion
from rehearsal.inventory import Inventory, Object, Reference
from rehearsal.sdk_schema import ResourceSchema, Sdk
from rehearsal.templates import noise
from rehearsal.values import UNKNOWN, Steps, Value, contains_unknown, find, format_path, mapping, matches, parse_path

DEFAULT_SUBSCRIPTION = "00000000-0000-4000-8000-000000000000"
DEFAULT_TENANT = "00000000-0000-4000-8000-000000000001"
# Which streams there are is up to the extensions that send them.
_OPEN_ENUMS = frozenset({
    "KnownDataFlowStreams", "KnownExtensionDataSourceStreams", "KnownPerfCounterDataSourceStreams",
    "KnownPrometheusForwarderDataSourceStreams", "KnownSyslogDataSourceStreams",
    "KnownWindowsEventLogDataSourceStreams",
})  # fmt: skip
_TAGS_PER_RESOURCE, _TAG_KEY_LENGTH, _TAG_VALUE_LENGTH = 50, 512, 256
_TAG_KEY = re.compile(r"[^<>%&\\?/]+|hidden-link:/.+")  # what the portal joins resources by
_LOCKS = ("azure-native:authorization:ManagementLockByScope",
          "azure-native:authorization:ManagementLockAtResourceGroupLevel")  # fmt: skip
_ZONE_PROPERTIES = (
    "zones", "availabilityZones", "availabilityZone", "agentPoolProfiles[*].availabilityZones",
    "highAvailability.standbyAvailabilityZone", "agentPoolProfile.availabilityZones",
)  # fmt: skip


class AzureNativeCloud(DeclaredCloud):
    """The resource manager: one subscription a provider; a resource's location is a property, not part of its id."""

    package = "azure-native"

    def __init__(self, inventory: Inventory) -> None:
        sdk = Sdk("azure-native", open_enums=_OPEN_ENUMS)
        self._arm = ArmCatalogue(Path(__file__).parent, "rehearsal.azure_native", sdk)
        super().__init__(inventory, sdk, self._arm)

    # --- the provider ----------------------------------------------------------------------------------------------

    def check_config(self, config: Values) -> list[Problem]:
        """Subscription and tenant are GUIDs, the location a region."""
        opened = self.read_config(config)
        problems = super().check_config(config)
        for name in ("subscriptionId", "tenantId"):
            given = opened.get(name)
            if isinstance(given, str) and guid_problem(given):
                kind = name.removesuffix("Id")
                words = f"The provided {kind} identifier '{given}' is malformed or invalid."
                problems.append(Problem(name, f"Invalid{kind.capitalize()}Id: {words}"))
        region = opened.get("location")
        if isinstance(region, str) and _plain(region) not in self._regions:
            problems.append(Problem("location", f"{region!r} is not a region.{suggestion(region, self._regions)}"))
        return problems

    def configure(self, config: Values) -> Provider:
        """The subscription is the provider's: nobody signs in to a simulated cloud."""
        opened = self.read_config(config)
        return Provider(str(opened.get("subscriptionId") or DEFAULT_SUBSCRIPTION), opened.get("location") or "", opened)

    def config_replaces(self, name: str) -> bool:
        """Another subscription holds none of the old objects."""
        return name == "subscriptionId"

    def region_of(self, provider: Provider, inputs: Mapping[str, Any]) -> str:  # noqa: ARG002 - the contract's
        """Ids and names know no location: everything of a subscription stands in one place."""
        return "global"

    def constants(self, provider: Provider, region: str) -> dict[str, str]:
        """Name what ids and host names are made of; `location` is where a resource goes that names none."""
        return {
            "account": provider.account,
            "region": region,
            "location": provider.region,
            "tenant": str(provider.config.get("tenantId") or DEFAULT_TENANT),
            "now": "2026-01-01T00:00:00Z",
        }

    @property
    def _regions(self) -> Mapping[str, Any]:
        return self.catalogue.fact("regions.regions")

    # --- check -----------------------------------------------------------------------------------------------------

    def check(self, provider: Provider, resource: Resource, olds: Values, news: Values) -> tuple[Values, list[Problem]]:
        """Lay in the provider's location, as the real provider does, before anything that depends on it."""
        schema = self.sdk.resource(resource.type)
        if schema and "location" in schema.inputs and news.get("location") is None and provider.region:
            news = {**news, "location": provider.region}
        return super().check(provider, resource, olds, news)

    def _check_values(self, case: Case) -> Iterator[Problem]:
        yield from super()._check_values(case)
        yield from self._check_location(case)
        yield from _check_tags(case.get("tags"))
        if case.type.startswith("azure-native:network:"):
            yield from _check_paths(case)

    def _check_location(self, case: Case) -> Iterator[Problem]:
        location, kind = case.get("location"), arm.arm_type(case.entry.id)
        facts = case.entry.properties.get("location")
        allowed = {*self._regions, *(() if kind.lower() in self._arm.known_types else ("global",))}
        if isinstance(location, str) and facts and facts.one_of is None and _plain(location) not in allowed:
            near = suggestion(_plain(location), self._regions)
            yield Problem("location", arm.location_refusal(location, kind, list(self._regions)) + near)
            return
        place = location if isinstance(location, str) else case.constants["location"]
        offered = mapping(self._regions.get(_plain(place))).get("zones")
        if offered is None:  # nobody said where
            return
        for pattern in _ZONE_PROPERTIES:
            for path, given in find(case.properties, pattern):
                zones = [given] if isinstance(given, str) else given if isinstance(given, list) else []
                wrong = [str(zone) for zone in zones if zone not in (UNKNOWN, "", *offered)]  # "": Azure chooses
                if wrong:
                    words = (
                        f"The zone(s) '{','.join(wrong)}' for resource '{kind}' is not supported. The supported zones "
                        f"for location '{place}' are '{','.join(offered)}'"
                    )
                    yield Problem(format_path(path), f"AvailabilityZoneNotSupported: {words}")

    # --- life of a resource ----------------------------------------------------------------------------------------

    def already_exists(self, case: Case) -> str:
        """The provider looks before it makes: a resource of the same path is not taken over."""
        return f"cannot create already existing resource '{case.id}'"

    def deletes_first(self, resource: Resource, old_inputs: Values, news: Values) -> bool:
        """Two resources cannot have one path; a name the rehearsal made changes with the resource."""
        entry = self.catalogue.entry(resource.type)
        if entry.autoname and re.fullmatch(r".+[0-9a-f]{7}", str(news.get(entry.autoname.property))):
            made = str(news[entry.autoname.property])[:-7]
            if resource.name.startswith(made) or entry.autoname.guid:
                return entry.delete_first
        return entry.delete_first or all(old_inputs.get(name) == news.get(name) for name in arm.path_names(entry))

    def _references(self, case: Case) -> list[Reference]:
        """Whatever names a resource of this subscription refers to it; what contains a resource must stand."""
        found = super()._references(case)
        above = arm.parent_path(case)
        if above and arm.arm_type(above).lower() in self._arm.known_types:
            container = arm.find(case, above)
            if container is None:
                raise CloudError(
                    f"ParentResourceNotFound: Failed to perform 'write' on resource(s) of type "
                    f"'{arm.arm_type(case.entry.id).partition('/')[2]}', because the parent resource '{above}' could "
                    "not be found.",
                    grpc.StatusCode.NOT_FOUND,
                )
            found.append(Reference("", container.key, blocks=False))
        own, names = arm.own_path(case), arm.path_names(case.entry)
        declared = [pattern for pattern, _ in case.entry.references]
        for place, path in arm.mentioned(case.properties, case.scope.account):
            if any(_meets(place, pattern) for pattern in declared) or path.lower().startswith(own.lower()):
                continue
            target, facts = arm.find(case, path), self._facts_at(case, place)
            if target is not None:
                found.append(Reference(format_path(place), target.key, place[0] not in names and facts.blocks))
            elif arm.arm_type(path).lower() in self._arm.known_types:
                missing = self._missing(case, facts, path) if facts.missing else _not_found(own, path)
                raise CloudError(missing, grpc.StatusCode.NOT_FOUND)
        return found

    def _facts_at(self, case: Case, place: Steps) -> PropertyFacts:
        for pattern, facts in case.entry.properties.items():
            if _meets(place, parse_path(pattern)):
                return facts
        return arm.NO_FACTS

    def update(self, provider: Provider, resource: Resource, state: State, news: Values, *, preview: bool) -> Values:
        """A read-only lock keeps everything below it as it is."""
        if not preview:
            self._refuse_locked(provider, state.id, "write", ("ReadOnly",))
        return super().update(provider, resource, state, news, preview=preview)

    def delete(self, provider: Provider, resource: Resource, state: State) -> None:
        """What a resource contains goes with it; what is locked stays."""
        with self.inventory.transaction():
            self._refuse_locked(provider, state.id, "delete", ("CanNotDelete", "ReadOnly"))
            super().delete(provider, resource, state)
            for thing in self._below(provider, state.id):
                self.inventory.remove(thing)

    def _below(self, provider: Provider, path: str) -> list[Object]:
        standing = self.inventory.list(self.package, account=provider.account)
        return [thing for thing in standing if thing.id.lower().startswith(f"{path.lower()}/")]

    def _refuse_locked(self, provider: Provider, path: str, verb: str, levels: tuple[str, ...]) -> None:
        for type_ in _LOCKS:
            for lock in self.inventory.list(self.package, type_, account=provider.account):
                scope = lock.id.rpartition("/providers/")[0]
                inside = f"{path}/".lower().startswith(f"{scope}/".lower()) and path != lock.id
                if inside and lock.outputs.get("level") in levels:
                    raise CloudError(
                        f"ScopeLocked: The scope '{path}' cannot perform {verb} operation because following scope(s) "
                        f"are locked: '{scope}'. Please remove the lock and try again."
                    )

    def common_outputs(self, provider: Provider, schema: ResourceSchema, case: Case) -> Values:
        """Give back the location a resource went to, its tenant, and what its identities are."""
        outputs: Values = {}
        if "location" in schema.outputs and case.properties.get("location") is None:
            group = case.find(GROUP, str(case.get("resourceGroupName")), "name")
            outputs["location"] = provider.region or (group.outputs["location"] if group else None)
        if "tenantId" in schema.computed:
            outputs["tenantId"] = case.constants["tenant"]
        if "identity" in schema.outputs and isinstance(case.properties.get("identity"), dict):
            outputs["identity"] = _identity(case)
        return outputs

    # --- data sources ----------------------------------------------------------------------------------------------

    def invoke(self, provider: Provider, token: str, args: Mapping[str, Any]) -> Values:
        """Answer the data sources listed in `invokes.py`."""
        answer: Callable[..., Values] | None = invokes.ANSWERS.get(token)
        if answer is None:
            known = ", ".join(sorted(invokes.ANSWERS))
            raise CloudError(
                f"the rehearsal does not answer {token}; it answers {known} "
                "(add one in rehearsal/azure_native/invokes.py)",
                grpc.StatusCode.UNIMPLEMENTED,
            )
        return answer(self.inventory, self.constants(provider, "global"), args)


def _plain(location: str) -> str:
    """Read `Korea Central` as koreacentral, as Azure does."""
    return location.replace(" ", "").lower()


def _meets(place: Steps, pattern: Steps) -> bool:
    return len(place) == len(pattern) and matches(place, pattern)


def _not_found(own: str, path: str) -> str:
    if arm.arm_type(own).startswith("Microsoft.Network/"):
        return (
            f"InvalidResourceReference: Resource {path} referenced by resource {own} was not found. Please make sure "
            "that the referenced resource exists, and that both resources are in the same region."
        )
    group = path.split("/")[4]
    if "/providers/" not in path:
        return f"ResourceGroupNotFound: Resource group '{group}' could not be found."
    return (
        f"ResourceNotFound: The Resource '{path.rpartition('/providers/')[2]}' under resource group '{group}' was not "
        "found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )


def _identity(case: Case) -> Value:
    """Return the identities as Azure does: a principal for the system's own, one each for the assigned ones."""
    given = mapping(case.properties["identity"])
    seed, assigned = case.seed(), given.get("userAssignedIdentities")
    answer: dict[str, Any] = dict(given)
    if "SystemAssigned" in str(given.get("type")):
        answer["principalId"] = noise(f"{seed}|identity", "uuid") if seed else UNKNOWN
        answer["tenantId"] = case.constants["tenant"]
    if contains_unknown(assigned):
        answer["userAssignedIdentities"] = UNKNOWN  # a list goes in, a map comes out
    elif isinstance(assigned, list | dict):
        known = {str(path): arm.find(case, path) for path in assigned}
        answer["userAssignedIdentities"] = {
            path: {"clientId": it.outputs["clientId"], "principalId": it.outputs["principalId"]} if it else {}
            for path, it in known.items()
        }
    return answer


def _check_paths(case: Case) -> Iterator[Problem]:
    """What a network resource refers to, it names by its whole path."""
    for name, value in case.properties.items():
        for path, text in _ids_in(value, (name,)):
            if not text.startswith("/"):
                words = (
                    f"Property id '{text}' at path 'properties.{format_path(path)}' is invalid. Expect fully qualified "
                    "resource Id that start with '/subscriptions/{subscriptionId}' or "
                    "'/providers/{resourceProviderNamespace}/'."
                )
                yield Problem(format_path(path), f"LinkedInvalidPropertyId: {words}")


def _ids_in(value: Value, at: Steps) -> Iterator[tuple[Steps, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "id" and isinstance(item, str):
                yield (*at, key), item
            else:
                yield from _ids_in(item, (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _ids_in(item, (*at, index))


def _check_tags(tags: Value) -> Iterator[Problem]:
    """Tags are few, and short; their names avoid what paths and queries are made of."""
    given = mapping(tags)
    if len(given) > _TAGS_PER_RESOURCE:
        words = f"The number of tags '{len(given)}' exceeds the maximum of '{_TAGS_PER_RESOURCE}'"
        yield Problem("tags", f"InvalidTags: {words}")
    for key, value in given.items():
        if not _TAG_KEY.fullmatch(key) or len(key) > _TAG_KEY_LENGTH:
            words = r"must have 1 to 512 characters and none of <, >, %, &, \, ?, /"
            yield Problem("tags", f"InvalidTagNameCharacters: The tag name '{key}' {words}")
        if isinstance(value, str) and len(value) > _TAG_VALUE_LENGTH:
            words = f"The value of tag '{key}' has {len(value)} characters; at most {_TAG_VALUE_LENGTH} are allowed"
            yield Problem("tags", f"InvalidTagValueLength: {words}")
