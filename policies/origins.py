"""What a preview may leave open: the name of what the same update makes, if such a thing is what makes it.

A rule about one resource cannot tell a key that has no ARN yet from whatever else hides behind an output. A rule about
the stack can: the engine says of each property whose outputs it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from policies.resource import UNKNOWN, Resource, revealed
from policies.rule import Finding, violated


@dataclass(frozen=True)
class Origins:
    """What may stand where a value is not known, for the types that a rule about the stack looks at."""

    #: By the type of resource and the path in it: the types whose output may stand there.
    allowed: Mapping[str, Mapping[str, frozenset[str]]]

    @property
    def types(self) -> tuple[str, ...]:
        """Return every type that the rule looks at."""
        made = {token for paths in self.allowed.values() for tokens in paths.values() for token in tokens}
        return tuple(sorted({*self.allowed, *made}))

    def concern(self, resources: Sequence[Resource]) -> bool:
        """Return whether a stack has anything of which something may be unknown."""
        return any(resource.type in self.allowed for resource in resources)

    def unknown(self, resources: Sequence[Resource]) -> Iterator[Finding]:
        """Refuse each value that is not known and comes from nothing that may be there."""
        types = types_by_urn(resources)
        for one in resources:
            for path, allowed in self.allowed.get(one.type, {}).items():
                for where, value in one.every(path):
                    if revealed(value) is UNKNOWN:
                        yield from unknown_origin(one, where, allowed, types)


def types_by_urn(resources: Sequence[Resource]) -> Mapping[str, str]:
    """Return each resource's type by its URN."""
    return {one.urn: one.type for one in resources}


def unknown_origin(
    resource: Resource, path: str, allowed: frozenset[str], types: Mapping[str, str]
) -> Iterator[Finding]:
    """Return the finding that the value at a path is not known and comes from none of these types."""
    sources = resource.references.get(path.partition(".")[0], ())
    if not allowed & {types.get(urn) for urn in sources}:
        names = " or ".join(sorted(token.rpartition(":")[2] for token in allowed))
        found = f"`{path}` is not known before the update, and comes from no {names}"
        allowed_values = f"a value that is known, or the output of a {names} that the same update makes"
        yield violated(found, allowed_values, resource.urn)
