"""What can be broken on every cloud: tags and labels, and the program's own protection."""

from collections.abc import Iterator
from dataclasses import replace

from policies.classification import system_of
from policies.resource import UNKNOWN, Resource, Value, revealed
from policies.tags.labels import CLASSIFICATION, ENVIRONMENT, MANAGED_BY, SYSTEM, TAGGABLE, required_of
from tests.policies.mutation import MISSING, WRONG, Mutant, each_said, said


def tags(resource: Resource) -> Iterator[Mutant]:
    path = TAGGABLE.get(resource.type, "metadata.labels")
    rows = revealed(resource.at(path))
    assert isinstance(rows, dict)
    yield from each_said(resource, path, MISSING, UNKNOWN)
    names = required_of(resource)
    for key in names.values():
        yield said(resource, path, _without(rows, key))
    known = [ENVIRONMENT, CLASSIFICATION, MANAGED_BY]
    if system_of(resource) == revealed(rows[names[SYSTEM]]) and "platform:system:" in resource.urn:
        known.append(SYSTEM)
    for name in known:
        for value in (WRONG, UNKNOWN):
            yield said(resource, path, {**rows, names[name]: value})


def _without(rows: dict[str, Value], key: str) -> dict[str, Value]:
    return {name: value for name, value in rows.items() if name != key}


def protect(resource: Resource) -> Iterator[Mutant]:
    bare = replace(resource, protect=False)
    yield Mutant(what="`protect` is taken away", before=(resource,), after=bare, named=resource.urn)


MUTATIONS = {"tags": tags, "protect": protect}
