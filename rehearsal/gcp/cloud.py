"""The simulated Google Cloud: projects and their services, places, labels, keys, and the data sources asked first."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import grpc

from rehearsal.case import Case
from rehearsal.cloud import Difference, Provider, Resource, Values
from rehearsal.declared import DeclaredCloud
from rehearsal.errors import CloudError, Problem, suggestion
from rehearsal.gcp import invokes, keys, network, paths, places, protection, services
from rehearsal.gcp.paths import GcpCase, GcpCatalogue, meets
from rehearsal.inventory import Inventory, Object, Reference
from rehearsal.sdk_schema import ResourceSchema, Sdk
from rehearsal.values import UNKNOWN, format_path, mapping, parse_path

#: One inventory for all projects: names carry the project, and what stands in one refers to what stands in another.
EVERYWHERE = "google"
_PROVISIONED = {"goog-pulumi-provisioned": "true"}
_PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")


class GcpCloud(DeclaredCloud):
    """One inventory for all projects and places: Google's ids say both."""

    package = "gcp"

    def __init__(self, inventory: Inventory) -> None:
        sdk = Sdk("gcp")
        self._paths = GcpCatalogue(Path(__file__).parent, "rehearsal.gcp", sdk)
        super().__init__(inventory, sdk, self._paths)

    # --- the provider ----------------------------------------------------------------------------------------------

    def check_config(self, config: Values) -> list[Problem]:
        """Refuse a project, a region or a zone that cannot be."""
        problems = super().check_config(config)
        opened = self.read_config(config)
        project, region, zone = (opened.get(name) for name in ("project", "region", "zone"))
        regions: Mapping[str, list[str]] = self.catalogue.fact("regions.regions")
        zones = [f"{name}-{letter}" for name, letters in regions.items() for letter in letters]
        if isinstance(project, str) and not _PROJECT.fullmatch(project):
            problems.append(Problem("project", _no_project_id(project)))
        if isinstance(region, str) and region not in regions:
            problems.append(Problem("region", f"unknown region {region!r}.{suggestion(region, regions)}"))
        if isinstance(zone, str) and zone not in zones:
            problems.append(Problem("zone", f"unknown zone {zone!r}.{suggestion(zone, zones)}"))
        return problems

    def configure(self, config: Values) -> Provider:
        """Keep the provider's project for what names none: nobody signs in to a simulated cloud."""
        opened = self.read_config(config)
        return Provider(EVERYWHERE, opened.get("region") or "", opened)

    def config_replaces(self, name: str) -> bool:
        """Another project holds none of the old objects."""
        return name == "project"

    def region_of(self, provider: Provider, inputs: Mapping[str, Any]) -> str:  # noqa: ARG002 - the contract's
        """Names carry the place: everything stands in one table."""
        return "global"

    def constants(self, provider: Provider, region: str) -> dict[str, str]:  # noqa: ARG002 - the contract's
        """Name what templates may use beside properties; project and region are properties of every case."""
        return {"account": provider.account, "now": "2026-01-01T00:00:00Z"}

    def _case(self, provider: Provider, resource: Resource, *rest: Any, **more: Any) -> Case:  # noqa: ANN401 - the base's
        """Lay the provider's project, region and zone under what a resource does not say itself."""
        case = super()._case(provider, resource, *rest, **more)
        known: dict[str, Any] = {field.name: getattr(case, field.name) for field in fields(case)}
        schema = self.sdk.resource(resource.type)
        defaults = {
            name: provider.config[name]
            for name in ("project", "region", "zone")
            if schema and name in schema.inputs and provider.config.get(name) and case.properties.get(name) is None
        }
        if "{location}" in case.entry.id and case.properties.get("location") is None:
            near = provider.config.get("zone") if resource.type.startswith("gcp:container/") else None
            defaults["location"] = near or provider.config.get("region")
        known["properties"] = {**defaults, **{name: it for name, it in case.properties.items() if it is not None}}
        return GcpCase(**known, default_project=str(provider.config.get("project") or ""))

    # --- check -----------------------------------------------------------------------------------------------------

    def _check_values(self, case: Case) -> Iterator[Problem]:
        yield from super()._check_values(case)
        asked = cast("GcpCase", case)
        for name in ("project", "region", "location"):
            if f"{{{name}}}" in case.entry.id and case.properties.get(name) is None:
                yield Problem(name, _UNSAID[name])
        project = case.get("project")
        if isinstance(project, str) and not _PROJECT.fullmatch(project.removeprefix("projects/")):
            yield Problem("project", _no_project_id(project))
        yield from places.places_exist(asked)
        labelled = "effectiveLabels" in self.sdk.known(case.type).computed
        yield from places.labels_are_labels(asked, labelled=labelled)

    def diff(self, resource: Resource, old_inputs: Values, news: Values, ignored: Iterable[str] = ()) -> Difference:
        """A subnet's range may grow in place."""
        found = super().diff(resource, old_inputs, news, ignored)
        if resource.type != network.SUBNET:
            return found
        old, new = (network.network_of(it.get("ipCidrRange")) for it in (old_inputs, news))
        wider = old is not None and new is not None and old.subnet_of(new)
        changes = [replace(it, replaces=False) if wider and it.path == ("ipCidrRange",) else it for it in found.changes]
        return Difference(changes, found.delete_first and any(it.replaces for it in changes))

    # --- life of a resource ----------------------------------------------------------------------------------------

    def already_exists(self, case: Case) -> str:
        """A name is taken in its project and place."""
        return f"Error 409: The resource '{case.id}' already exists, alreadyExists"

    def deletes_first(self, resource: Resource, old_inputs: Values, news: Values) -> bool:
        """Two resources cannot have one path; a name the rehearsal made changes with the resource."""
        entry = self.catalogue.entry(resource.type)
        if entry.autoname and re.fullmatch(r".+-[0-9a-f]{7}", str(news.get(entry.autoname.property))):
            made = str(news[entry.autoname.property])[:-8]
            if resource.name.lower().startswith(made):
                return entry.delete_first
        return entry.delete_first or all(old_inputs.get(name) == news.get(name) for name in paths.path_names(entry))

    def _references(self, case: Case) -> list[Reference]:
        """The service is on, keys can be used, and whatever is named by a whole path stands."""
        asked = cast("GcpCase", case)
        if words := services.disabled(asked):
            raise CloudError(words, grpc.StatusCode.PERMISSION_DENIED)
        for problem in keys.keys_can_be_used(asked):
            raise CloudError(problem.reason)
        found = super()._references(case)
        declared = [pattern for pattern, _ in case.entry.references]
        own = paths.plain(asked.own_path())
        for at, path in paths.whole(case.properties):
            known = self._paths.types_of(path)
            if not known or f"{own}/".startswith(f"{path}/") or any(meets(at, pattern) for pattern in declared):
                continue
            target, facts = asked.named(path), self._facts_at(case, format_path(at))
            if target is None and not facts.exempt(path):
                words = self._missing(case, facts, path) if facts.missing else _not_found(path)
                raise CloudError(words, grpc.StatusCode.NOT_FOUND)
            if target is not None:
                found.append(Reference(format_path(at), target.key, facts.blocks))
        for path, _, value, _ in case.references():
            if words := _in_another_region(asked, format_path(path), paths.plain(value)):
                raise CloudError(words)
        return found

    def _facts_at(self, case: Case, at: str) -> Any:  # noqa: ANN401 - PropertyFacts, whose import is the catalogue's
        steps = parse_path(at)
        return next(
            (facts for pattern, facts in case.entry.properties.items() if meets(steps, parse_path(pattern))),
            paths.NO_FACTS,
        )

    def _protected(self, case: Case) -> Iterator[Problem]:
        yield from protection.refused(cast("GcpCase", case))

    def _end(self, case: Case, found: Object) -> None:
        """What is abandoned stays, as does a service that is not to be switched off; what it contains goes with it."""
        if case.get("deletionPolicy") == "ABANDON" or (
            case.type == services.SERVICE and case.get("disableOnDestroy") is not True
        ):
            return
        super()._end(case, found)
        if found.id.startswith("projects/") and case.entry.stays is None:
            for thing in self.inventory.list(self.package, account=EVERYWHERE):
                if thing.id.startswith(f"{found.id}/"):
                    self.inventory.remove(thing)

    def common_outputs(self, provider: Provider, schema: ResourceSchema, case: Case) -> Values:
        """Give back the labels with the provider's own."""
        outputs: Values = {}
        if "effectiveLabels" in schema.computed:
            given = case.properties.get("resourceLabels" if "resourceLabels" in schema.inputs else "labels")
            inherited = mapping(provider.config.get("defaultLabels"))
            known = given is not UNKNOWN
            outputs["pulumiLabels"] = {**inherited, **mapping(given)} if known else UNKNOWN
            outputs["effectiveLabels"] = {**inherited, **mapping(given), **_PROVISIONED} if known else UNKNOWN
        return outputs

    # --- data sources ----------------------------------------------------------------------------------------------

    def invoke(self, provider: Provider, token: str, args: Mapping[str, Any]) -> Values:
        """Answer the data sources listed in `invokes.py`."""
        answer = invokes.ANSWERS.get(token)
        if answer is None:
            known = ", ".join(sorted(invokes.ANSWERS))
            raise CloudError(
                f"the rehearsal does not answer {token}; it answers {known} (add one in rehearsal/gcp/invokes.py)",
                grpc.StatusCode.UNIMPLEMENTED,
            )
        return answer(self.catalogue, provider, args)


_UNSAID = {
    "project": "project: required field is not set. Say it on the resource, or on the provider.",
    "region": "Cannot determine region: set in this resource, or set provider-level 'region' or 'zone'.",
    "location": "Cannot determine location: set location in this resource, or set provider-level 'region' or 'zone'.",
}


def _no_project_id(given: str) -> str:
    return (
        f'"project" ({given}) must be 6 to 30 characters with lowercase and uppercase letters, numbers, hyphen, and '
        "begin with a letter"
    )


def _in_another_region(case: GcpCase, at: str, path: str) -> str | None:
    """Say that what Compute Engine's resources refer to stands in another region."""
    place = path and (paths.segment(path, "regions") or paths.segment(path, "zones"))
    mine = case.place
    if not case.type.startswith(("gcp:compute/", "gcp:container/")) or not place or not mine:
        return None
    if paths.region_of(place) == paths.region_of(mine):
        return None
    return (
        f"Error 400: Invalid value for field 'resource.{at}': '{path}'. Cross-region references for this resource are "
        f"not allowed: it is in {mine}., invalid"
    )


def _not_found(path: str) -> str:
    if "/locations/" in path:
        return f"Error 404: Resource '{path}' was not found., notFound"
    return f"Error 404: The resource '{path}' was not found, notFound"
