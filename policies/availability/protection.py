"""Protection from the program itself: what holds data is not deleted by a change that somebody did not mean."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from policies.resource import EnvironmentName, Resource, revealed
from policies.rule import Finding, ResourceRule, violated

_FILE: Final = Path(__file__).with_name("protected.toml")
PROTECTED: Final = frozenset(
    token for tokens in tomllib.loads(_FILE.read_text(encoding="utf-8")).values() for token in tokens
)
#: Dev is removed and made again.
ENVIRONMENTS: Final[frozenset[EnvironmentName]] = frozenset({"stage", "prod", "mgmt"})
#: Names and addresses that only our own networks know are made again as they were.
_INSIDE: Final = {
    "gcp:dns/managedZone:ManagedZone": ("visibility", "private"),
    "gcp:compute/address:Address": ("addressType", "INTERNAL"),
}


def _holds_data(resource: Resource) -> bool:
    """Return whether a resource has to be protected; where nobody says whether it is, there is nothing to judge."""
    path, inside = _INSIDE.get(resource.type, ("", ""))
    return (
        resource.environment in ENVIRONMENTS
        and resource.protect is not None
        and not (path and revealed(resource.at(path)) == inside)
    )


def protected(resource: Resource) -> Iterable[Finding]:
    """Require Pulumi's own protection. The engine tells a pack of it, and not of `retain_on_delete`."""
    if not resource.protect:
        yield violated("a resource without `protect`", "`protect`, so that a deletion needs two steps")


RESOURCE_RULES: Final = (
    ResourceRule(
        id="protect",
        concern="availability",
        title="What holds data is not deleted by a change of the program",
        severity="high",
        protects="ISMS-P 2.9.3 backup and recovery; GDPR 32 (1) b availability",
        fix="Give it `self.stateful_child()`, which protects and retains it where the environment does; to remove it "
        "for good, lift `protection` in the stack's settings (docs/runbooks/protection.md)",
        source="KYEOL runbook, 6 (recovery); TripGen physical architecture, 10; DTx infrastructure, recovery",
        types=tuple(sorted(PROTECTED)),
        controls={"GDPR": ("32 (1) b",), "ISMS-P": ("2.9.3",)},
        fail_closed=False,
        lifted_with_protection=True,
        claims=_holds_data,
        judge=protected,
    ),
)
