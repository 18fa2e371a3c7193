"""Requirements on single properties as data: type, path, the values allowed there.

```toml
[tls."azure-native:storage:StorageAccount"]
minimumTlsVersion = ["TLS1_2", "TLS1_3"]        # one of these; a missing value is none of them
"network.delegatedSubnetResourceId" = []        # must not be there
"securityRules.*.protocol?" = ["Tcp"]           # of every element; with `?` it may be missing
"encryptionKeyName!" = []                       # must be there, whatever it is
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from policies.resource import UNKNOWN, Resource, Value, revealed, shown
from policies.rule import Finding, at_path, unknowable, violated

_MAY_BE_MISSING: Final = "?"
_WHATEVER_IT_IS: Final = "!"


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Values that are allowed at a path; without any, nothing may stand there."""

    path: str
    allowed: tuple[Value, ...]
    optional: bool
    #: Anything may stand there, but something has to.
    present: bool

    def __str__(self) -> str:
        if self.present:
            return f"a `{self.path}`"
        words = " or ".join(f"`{shown(value)}`" for value in self.allowed) or "nothing"
        return f"`{self.path}` {words}{' or nothing' if self.optional else ''}"

    def unmet(self, resource: Resource) -> Iterator[Finding]:
        """Return what stands at the path and must not."""
        for path, value in resource.every(self.path):
            plain = revealed(value)
            if plain is UNKNOWN or (isinstance(plain, list) and UNKNOWN in plain):
                yield unknowable(path, str(self))
            elif not self._allows(plain):
                yield violated(at_path(path, value), str(self))

    def _allows(self, value: Value) -> bool:
        if self.present:
            return value not in (None, "")
        return value in self.allowed if value is not None else self.optional or not self.allowed


Requirements: TypeAlias = Mapping[str, tuple[Requirement, ...]]


def load_requirements(file: Path) -> Mapping[str, Requirements]:
    """Return the tables of a file: requirements by the type of resource."""
    content: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        table: {token: tuple(_requirement(*row) for row in rows.items()) for token, rows in types.items()}
        for table, types in content.items()
    }


def _requirement(path: str, allowed: list[Value]) -> Requirement:
    return Requirement(
        path=path.rstrip(_MAY_BE_MISSING + _WHATEVER_IT_IS),
        allowed=tuple(allowed),
        optional=path.endswith(_MAY_BE_MISSING),
        present=path.endswith(_WHATEVER_IT_IS),
    )


def unmet(resource: Resource, requirements: Requirements) -> Iterable[Finding]:
    """Return what of its type's requirements a resource does not meet."""
    for requirement in requirements.get(resource.type, ()):
        yield from requirement.unmet(resource)
