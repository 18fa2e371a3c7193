"""Mutations: what a real stack says, with one thing broken that a rule protects. The pack must name it.

Most of what rules ask for stands in tables: requirements, sizes. What a rule asks of a resource is seen while it
judges, and each such property is broken in every way that is not allowed. For all else a rule has mutations of its own,
beside its cases (`*_mutations.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, TypeAlias

import pytest

from policies.lifecycle.support import DATE_VARIABLE
from policies.registry import STACK_RULES, judge, judge_stack, rules_of
from policies.requirement import Requirement
from policies.resource import UNKNOWN, Resource, Secret, Value
from policies.rule import Finding, ResourceRule, StackRule, matches
from policies.sizing import kyeol, services, table
from tests.policies.stacks import Stack


class _Missing(Enum):
    MISSING = "missing"


#: Not a value: what stands at the path is taken away.
MISSING: Final = _Missing.MISSING
#: A text that nothing allows.
WRONG: Final = "mutant"
Broken: TypeAlias = "Value | _Missing"


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A change to a stack: a resource is another one, is missing, or is there twice."""

    #: What was done, in words.
    what: str
    #: What is not there any more, as it was.
    before: tuple[Resource, ...]
    #: What is there instead.
    after: Resource | None
    #: The resource that the rule must name.
    named: str
    #: The day to judge on, where it is another than today.
    day: str = ""


#: A rule's mutations of one resource, and those of a stack.
ResourceMutations: TypeAlias = Callable[[Resource], Iterable[Mutant]]
StackMutations: TypeAlias = Callable[[Sequence[Resource]], Iterable[Mutant]]


def changed(resource: Resource, path: str, value: Broken) -> Resource:
    """Return a resource that says something else at a path; objects on the way are made where there are none."""
    properties = _changed(dict(resource.properties), path.split("."), value)
    assert isinstance(properties, dict)
    return replace(resource, properties=properties)


def _changed(container: Value, steps: Sequence[str], value: Broken) -> Value:
    if isinstance(container, Secret):
        return Secret(_changed(container.value, steps, value))
    step, rest = steps[0], steps[1:]
    if isinstance(container, list) or (container is None and step.isdigit()):
        items = list(container or [])
        if rest:
            items[int(step)] = _changed(items[int(step)], rest, value)
        elif value is MISSING:
            del items[int(step)]
        else:
            items[int(step) : int(step) + 1] = [value]
        return items
    entries = dict(container) if isinstance(container, dict) else {}
    if rest:
        entries[step] = _changed(entries.get(step), rest, value)
    elif value is MISSING:
        entries.pop(step, None)
    else:
        entries[step] = value
    return entries


def said(resource: Resource, path: str, value: Broken) -> Mutant:
    """Return the mutant that says something else at a path."""
    words = "is taken away" if value is MISSING else f"becomes {value!r}"
    return Mutant(what=f"{path} {words}", before=(resource,), after=changed(resource, path, value), named=resource.urn)


def each_said(resource: Resource, path: str, *values: Broken) -> Iterator[Mutant]:
    """Return a mutant for each of these values at a path."""
    return (said(resource, path, value) for value in values)


def retyped(resource: Resource, token: str) -> Mutant:
    """Return the mutant that is of another type."""
    return Mutant(
        what=f"its type becomes {token}", before=(resource,), after=replace(resource, type=token), named=resource.urn
    )


def by_provider(resource: Resource, name: str, value: Broken) -> Mutant:
    """Return the mutant whose provider says something else."""
    assert resource.provider is not None
    properties = {key: one for key, one in resource.provider.properties.items() if key != name}
    if value is not MISSING:
        properties[name] = value
    provider = replace(resource.provider, properties=properties)
    return Mutant(
        what=f"{name} of its provider becomes {value!r}",
        before=(resource,),
        after=replace(resource, provider=provider),
        named=resource.urn,
    )


def from_nowhere(resource: Resource, path: str) -> Mutant:
    """Return the mutant of which nobody knows what stands at a path, nor where that comes from."""
    hidden = replace(changed(resource, path, UNKNOWN), references={})
    return Mutant(what=f"{path} is not known", before=(resource,), after=hidden, named=resource.urn)


def removed(named: str, *resources: Resource) -> Mutant:
    """Return the mutant of a stack in which resources are missing; the rule must name the one that needs them."""
    names = ", ".join(f"{one.type} {one.name}" for one in resources)
    return Mutant(what=f"{names} taken away", before=resources, after=None, named=named)


def said_of(named: str, resource: Resource, path: str, value: Broken) -> Mutant:
    """Return the mutant that says something else at a path, for which the rule must name another resource."""
    return replace(said(resource, path, value), named=named)


def doubled(resource: Resource, named: str) -> Mutant:
    """Return the mutant of a stack that has a second resource of a kind."""
    second = replace(resource, urn=f"{resource.urn}-2", name=f"{resource.name}-2")
    return Mutant(what=f"{resource.type} {resource.name} is there twice", before=(), after=second, named=named)


def variations(value: Value) -> Iterator[Value]:
    """Return values like one that it is not: a switch is turned, a number is one more and one less."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield value + 1
            yield value - 1
        case list():
            yield []
            yield [*value, WRONG]
        case _:
            yield WRONG


# What a rule asks for by its tables.

_Asked: TypeAlias = "list[tuple[str, Iterable[Broken]]]"


def _unmet_values(requirement: Requirement, current: Value) -> Iterator[Broken]:
    if requirement.present:
        yield from (MISSING, "")
    elif not requirement.allowed:
        yield WRONG
    else:
        found = [*variations(requirement.allowed[0]), *(variations(current) if current in requirement.allowed else ())]
        yield from (value for value in found if value not in requirement.allowed)
        if not requirement.optional:
            yield MISSING
    yield UNKNOWN


def _requirement_paths(requirement: Requirement, resource: Resource) -> Iterator[tuple[str, Value]]:
    """Return the paths that a requirement is about; where no element may be in a list, the one that would be next."""
    held, star, rest = requirement.path.rpartition(".*")
    if star and not rest and not requirement.allowed and not requirement.present:
        for path, value in resource.every(held):
            yield f"{path}.{len(value) if isinstance(value, list) else 0}", None
    else:
        yield from resource.every(requirement.path)


@contextmanager
def _watching() -> Iterator[_Asked]:
    """Note what is asked of each property while a rule judges."""
    asked: _Asked = []
    original = Requirement.unmet

    def unmet(self: Requirement, resource: Resource) -> Iterator[Finding]:
        asked.extend((path, [*_unmet_values(self, value)]) for path, value in _requirement_paths(self, resource))
        return original(self, resource)

    def expecting(judge: Callable[..., Iterator[Finding]], *, missing_is_false: bool) -> object:
        def expected(resource: Resource, path: str, value: Value, allowed: str) -> Iterator[Finding]:
            may_be_missing = value is None or (value is False and missing_is_false)
            asked.append((path, [*variations(value), UNKNOWN, *(() if may_be_missing else (MISSING,))]))
            return judge(resource, path, value, allowed)

        return expected

    within_span = kyeol._within

    def within(resource: Resource, path: str, least: int, most: int, allowed: str) -> Iterator[Finding]:
        asked.append((path, [least - 1, most + 1, MISSING, UNKNOWN]))
        return within_span(resource, path, least, most, allowed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Requirement, "unmet", unmet)
        for module in (table, services):
            patch.setattr(module, "expected_at", expecting(table.expected_at, missing_is_false=False))
        patch.setattr(kyeol, "_expected", expecting(kyeol._expected, missing_is_false=True))
        patch.setattr(kyeol, "_within", within)
        yield asked


def asked_by_tables(rule: ResourceRule, resource: Resource, asked: _Asked) -> Iterator[Mutant]:
    """Return the mutants of each property that a rule's tables speak of."""
    asked.clear()
    tuple(rule.judge(resource))
    for path, values in list(asked):
        yield from each_said(resource, path, *values)


# Running the pack on them.


@dataclass
class Outcome:
    """What came of the mutants of one stack."""

    caught: Counter[str] = field(default_factory=Counter)
    #: What the pack did not name, by the rule.
    survived: list[tuple[str, Mutant]] = field(default_factory=list)
    #: What a rule claims and nothing was broken of: the rule's id and the resource.
    untouched: list[tuple[str, str]] = field(default_factory=list)

    def count(self, rule: str, mutant: Mutant, *, caught: bool) -> None:
        """Note whether the pack named a mutant."""
        if caught:
            self.caught[rule] += 1
        else:
            self.survived.append((rule, mutant))


def _named(rule: str, mutant: Mutant, resources: Sequence[Resource] | None) -> bool:
    """Return whether the rule says something of the mutant, and of the resource that it must name."""
    with pytest.MonkeyPatch.context() as patch:
        if mutant.day:
            patch.setenv(DATE_VARIABLE, mutant.day)
        if resources is None:
            assert mutant.after is not None
            return any(one.findings for one in judge(mutant.after) if one.rule.id == rule)
        kept = [one for one in resources if not any(one is gone for gone in mutant.before)]
        subject = [*kept, mutant.after] if mutant.after else kept
        found = (one for one in judge_stack(subject) if one.rule.id == rule)
        return any(finding.urn == mutant.named for one in found for finding in one.findings)


def mutate(
    stack: Stack, of_resources: Mapping[str, ResourceMutations], of_stacks: Mapping[str, StackMutations]
) -> Outcome:
    """Break everything that the rules protect in a stack, one thing at a time, and see what the pack says."""
    outcome = Outcome()
    for rule, resource, mutants in list(_of_resources(stack, of_resources)):
        if not mutants:
            outcome.untouched.append((rule.id, resource.urn))
        for mutant in mutants:
            outcome.count(rule.id, mutant, caught=_named(rule.id, mutant, None))
    for rule in STACK_RULES:
        _mutate_for(rule, stack, of_stacks.get(rule.id, lambda _: ()), outcome)
    return outcome


def _of_resources(
    stack: Stack, mutations: Mapping[str, ResourceMutations]
) -> Iterator[tuple[ResourceRule, Resource, list[Mutant]]]:
    """Return each resource with each rule that claims it, and what can be broken of it for the rule."""
    with _watching() as asked:
        for resource in stack.alone:
            for rule in rules_of(resource.type):
                if rule.claims(resource):
                    tables = asked_by_tables(rule, resource, asked)
                    yield rule, resource, [*tables, *mutations.get(rule.id, lambda _: ())(resource)]


def _mutate_for(rule: StackRule, stack: Stack, mutations: StackMutations, outcome: Outcome) -> None:
    concerned = [one for one in stack.resources if matches(rule.types, one.type)]
    if not rule.claims(concerned):
        return
    mutants = list(mutations(concerned))
    if not mutants:
        outcome.untouched.append((rule.id, "the stack"))
    for mutant in mutants:
        outcome.count(rule.id, mutant, caught=_named(rule.id, mutant, concerned))
