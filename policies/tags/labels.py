"""Tags and labels: whose a resource is, what it is for and what its data is, the same on every cloud."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from policies.classification import NOT_PERSONAL, system_of
from policies.resource import UNKNOWN, Resource, revealed
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated

#: Generated from the SDKs by `python -m tests.policies.taggable`: which types take tags, and where.
TAGGABLE_FILE: Final = Path(__file__).with_name("taggable.toml")
SYSTEM: Final = "system"
ENVIRONMENT: Final = "environment"
CLASSIFICATION: Final = "data-classification"
MANAGED_BY: Final = "managed-by"
REQUIRED: Final = (SYSTEM, ENVIRONMENT, "owner", "cost-centre", CLASSIFICATION, MANAGED_BY)
#: What a cluster's objects call them: Kubernetes' recommended labels, and ours with a prefix.
_IN_CLUSTERS: Final = {SYSTEM: "app.kubernetes.io/part-of", MANAGED_BY: "app.kubernetes.io/managed-by"}
CLASSIFICATIONS: Final = frozenset({*NOT_PERSONAL, "personal"})
#: Modules of the Kubernetes SDK whose resources are no objects: charts and files, which bring objects of their own.
_NO_OBJECTS: Final = ("helm.sh", "kustomize", "yaml")


def load_taggable(file: Path) -> Mapping[str, str]:
    """Return where each type takes its tags, by the type."""
    content: dict[str, dict[str, dict[str, list[str]]]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        f"{package}:{module}{':' if package == 'azure-native' else '/'}{name}": path
        for path, packages in content.items()
        for package, modules in packages.items()
        for module, names in modules.items()
        for name in names
    }


TAGGABLE: Final = load_taggable(TAGGABLE_FILE)


def _is_object(resource: Resource) -> bool:
    return resource.package == "kubernetes" and not resource.service.startswith(_NO_OBJECTS)


def takes_tags(resource: Resource) -> bool:
    """Return whether a resource can say whose it is."""
    return resource.type in TAGGABLE or _is_object(resource)


def required_of(resource: Resource) -> Mapping[str, str]:
    """Return what each of the required tags is called there."""
    if resource.package != "kubernetes":
        return {name: name for name in REQUIRED}
    return {name: _IN_CLUSTERS.get(name, f"platform/{name}") for name in REQUIRED}


def tags(resource: Resource) -> Iterable[Finding]:
    """Require every tag, and that those which can be known by other means say the same."""
    path = TAGGABLE.get(resource.type, "metadata.labels")
    names = required_of(resource)
    allowed = f"`{path}` with {', '.join(names.values())}"
    given = resource.at(path)
    plain = revealed(given)
    if plain is UNKNOWN:
        yield unknowable(path, allowed)
        return
    rows = plain if isinstance(plain, dict) else {}
    if missing := [name for name in names.values() if revealed(rows.get(name)) in (None, "")]:
        yield violated(f"`{path}` without {', '.join(missing)}", allowed)
    for name, expected in _expected(resource):
        row = f"{path}.{names[name]}"
        value = rows.get(names[name])
        known = revealed(value)
        if known is UNKNOWN:
            yield unknowable(row, " or ".join(sorted(expected)))
        elif known not in (None, "") and known not in expected:
            yield violated(at_path(row, value), " or ".join(sorted(expected)))


def _expected(resource: Resource) -> Iterator[tuple[str, frozenset[str]]]:
    """Return what tags have to say that is known without them; what stands beside a system may be anybody's."""
    yield ENVIRONMENT, frozenset({resource.environment})
    yield CLASSIFICATION, CLASSIFICATIONS
    yield MANAGED_BY, frozenset({"pulumi"})
    if any(token.startswith("platform:system:") for token in resource.lineage):
        yield SYSTEM, frozenset({system_of(resource)})


RESOURCE_RULES: Final = (
    ResourceRule(
        id="tags",
        concern="tags",
        title="Every resource says its system, environment, owner, cost centre and what its data is",
        severity="medium",
        protects="ISMS-P 1.2.1 information assets are known, with who answers for them and how sensitive they are",
        fix="Give it the tags of its scope: `args.scope.tags`, in the spelling of its cloud",
        source="KYEOL runbook, 2 (tags); TripGen physical architecture, 11.1 (cost by component); DTx infrastructure",
        types=("aws:*", "azure-native:*", "gcp:*", "kubernetes:*"),
        controls={"ISMS-P": ("1.2.1",)},
        fail_closed=False,
        claims=takes_tags,
        judge=tags,
    ),
)
