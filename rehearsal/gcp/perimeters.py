"""What VPC Service Controls refuses: names, projects by their ids, a project in two perimeters."""

import re
from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase, last
from rehearsal.gcp.refusals import invalid
from rehearsal.values import mapping

PERIMETER = "gcp:accesscontextmanager/servicePerimeter:ServicePerimeter"
_RESOURCE = re.compile(r"projects/\d+|//compute\.googleapis\.com/projects/[^/]+/global/networks/[^/]+")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.googleapis\.com|\*")


def number_of_policy(case: GcpCase) -> dict[str, Any]:
    """A policy's name is its number."""
    return {"name": last(case.id)} if case.id else {}


def name_is_of_its_policy(case: GcpCase) -> Iterator[Problem]:
    """A name begins with the policy it is of."""
    parent, name = case.get("parent"), case.get("name")
    if isinstance(parent, str) and isinstance(name, str) and not name.startswith(f"{parent}/"):
        yield invalid("name", f"{name} is not of its parent {parent}")


def level_has_a_condition(case: GcpCase) -> Iterator[Problem]:
    """A level says of somebody that he may come in, in one of two ways."""
    given = [name for name in ("basic", "custom") if case.properties.get(name) is not None]
    if len(given) != 1:
        yield invalid("basic", "exactly one of basic and custom must be specified")
    for index, condition in enumerate(mapping(case.get("basic")).get("conditions") or ()):
        if not any(item for item in condition.values()):
            yield invalid(f"basic.conditions[{index}]", "A condition of an access level cannot be empty")


def projects_are_numbers(case: GcpCase) -> Iterator[Problem]:
    """What is inside is named by numbers of projects, or is a network."""
    for name in ("status", "spec"):
        for index, text in enumerate(mapping(case.get(name)).get("resources") or ()):
            if isinstance(text, str) and not _RESOURCE.fullmatch(text):
                words = f"Invalid resource {text}: projects/NUMBER, the number and not the id, or a VPC network"
                yield invalid(f"{name}.resources[{index}]", words)


def services_are_services(case: GcpCase) -> Iterator[Problem]:
    """What is restricted are hosts of Google's services."""
    for name in ("status", "spec"):
        for text in mapping(case.get(name)).get("restrictedServices") or ():
            if isinstance(text, str) and not _HOST.fullmatch(text):
                yield invalid(
                    f"{name}.restrictedServices", f"Invalid service {text}: a host of googleapis.com is expected"
                )


def dry_run_is_said(case: GcpCase) -> Iterator[Problem]:
    """A proposal is called one."""
    dry = case.get("useExplicitDryRunSpec")
    if case.properties.get("spec") is not None and not dry:
        yield invalid("spec", "spec can only be set when use_explicit_dry_run_spec is true")
    if dry and case.properties.get("spec") is None:
        yield invalid("spec", "use_explicit_dry_run_spec is true, but there is no spec")


def bridges_restrict_nothing(case: GcpCase) -> Iterator[Problem]:
    """A bridge joins perimeters and has no rules of its own."""
    for name in ("status", "spec"):
        given = mapping(case.get(name))
        if case.get("perimeterType") == "PERIMETER_TYPE_BRIDGE" and (
            given.get("restrictedServices") or given.get("accessLevels")
        ):
            yield invalid(name, "A perimeter bridge cannot have restricted services or access levels")


def project_is_in_one_perimeter(case: GcpCase) -> Iterator[Problem]:
    """A project is inside one regular perimeter of a policy."""
    mine = set(case.all("status.resources[*]"))
    for other in case.standing(PERIMETER):
        given = other.outputs
        shared = mine & set(mapping(given.get("status")).get("resources") or ())
        regular = {given.get("perimeterType"), case.get("perimeterType")} == {"PERIMETER_TYPE_REGULAR"}
        if shared and regular and other.id != case.own_path():
            words = f"'{min(shared)}' is already in the service perimeter '{other.id}'"
            yield Problem("status.resources", f"Error 409: {words}, alreadyExists")
