"""What organisation policies refuse: constraints nobody knows, rules of the wrong kind, places that are no value."""

import re
from collections.abc import Iterator, Mapping

from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.values import mapping

_LOCATIONS = "gcp.resourceLocations"
_GROUP = re.compile(r"in:([a-z0-9-]+)-locations")
_BUILT_IN = re.compile(r"(?:gcp|compute|iam|cloudkms|sql|storage|container|essentialcontacts)\.(?!managed\.)[A-Za-z]+")


def _constraint(case: GcpCase) -> str:
    return str(case.get("name")).rpartition("/policies/")[2]


def policy_is_of_its_parent(case: GcpCase) -> Iterator[Problem]:
    """A policy's name begins with what it is of."""
    parent, name = case.get("parent"), case.get("name")
    if isinstance(parent, str) and isinstance(name, str) and not name.startswith(f"{parent}/policies/"):
        yield invalid("name", f"Policy {name} is not of its parent {parent}")


def constraint_is_known(case: GcpCase) -> Iterator[Problem]:
    """A policy is of a constraint that there is."""
    known, given = case.fact("constraints.constraints"), _constraint(case)
    if case.get("name") is not None and _BUILT_IN.fullmatch(given) and given not in known:
        near = suggestion(given, known)
        yield Problem("name", f"Error 404: Constraint 'constraints/{given}' was not found., notFound{near}")


def rules_are_of_the_kind(case: GcpCase) -> Iterator[Problem]:
    """A rule says one thing, of the kind its constraint takes; places are groups or locations that there are."""
    kinds: Mapping[str, str] = case.fact("constraints.constraints")
    kind = kinds.get(_constraint(case))
    for name in ("spec", "dryRunSpec"):
        rules = mapping(case.get(name)).get("rules") or ()
        if mapping(case.get(name)).get("reset") and rules:
            yield invalid(name, "A policy that is reset has no rules")
        for index, rule in enumerate(rules):
            path, said = (
                f"{name}.rules[{index}]",
                [it for it in ("values", "enforce", "allowAll", "denyAll") if rule.get(it)],
            )
            if len(said) != 1:
                yield invalid(
                    path, f"A rule says exactly one of values, enforce, allowAll and denyAll, not {len(said)}"
                )
            elif (said[0] == "enforce") != (kind == "boolean") and kind:
                words = f"Constraint {_constraint(case)} is a {kind} constraint: a rule cannot say {said[0]}"
                yield invalid(path, words)
            if _constraint(case) == _LOCATIONS:
                yield from _places(case, path, mapping(rule.get("values")))


def _places(case: GcpCase, path: str, given: Mapping[str, list[str]]) -> Iterator[Problem]:
    regions = list(case.fact("regions.regions"))
    groups = [*regions, *case.fact("regions.value_groups")]
    for value in [*(given.get("allowedValues") or ()), *(given.get("deniedValues") or ())]:
        if not isinstance(value, str):
            continue
        found = _GROUP.fullmatch(value)
        place = found.group(1) if found else value.removeprefix("is:")
        if place not in (groups if found else [*regions, *case.fact("regions.multi_regions")]):
            near = suggestion(place, groups)
            yield invalid(path, f"Invalid value {value} for constraint {_LOCATIONS}", f"badRequest{near}")
