"""Which provider packages the pack knows: what no rule knows is refused, not skipped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from policies.resource import Resource
from policies.rule import Finding, ResourceRule, violated

#: Packages whose resources have a location, and rules about it.
LOCATED: Final = frozenset({"aws", "azure-native", "gcp"})
#: Packages whose resources have no location of their own: what runs in a cluster is where the cluster is, components
#: are where their children are, and providers and stack references hold no data.
WITHOUT_LOCATION: Final = frozenset({"kubernetes", "platform", "pulumi"})
_ALLOWED: Final = f"resources of {', '.join(sorted(LOCATED | WITHOUT_LOCATION))}"


def known_package(resource: Resource) -> Iterable[Finding]:
    """Refuse a resource of a package about whose locations nothing is known."""
    if resource.package not in LOCATED | WITHOUT_LOCATION:
        yield violated(f"a resource of the package {resource.package}, whose location no rule can tell", _ALLOWED)


KNOWN_PACKAGE: Final = ResourceRule(
    id="known-package",
    concern="residency",
    title="Every resource is of a package whose locations are judged",
    severity="high",
    protects="ISMS-P 2.10.2 cloud security, 3.3.4 transfer of personal data abroad; GDPR 44",
    controls={"GDPR": ("44",), "ISMS-P": ("2.10.2", "3.3.4")},
    fix="Write the package's residency rules, or review it as one without locations, in policies/residency/packages.py",
    source="KYEOL runbook, header and 2.2; TripGen physical architecture, 3.2.1 and 10.1.1; DTx infrastructure",
    types=("*",),
    fail_closed=True,
    judge=known_package,
)
