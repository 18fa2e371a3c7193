"""Constraints of the organisation policy service on one project: what Google itself refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_gcp.orgpolicy import Policy, PolicySpecRuleArgsDict

from components.base import Component, ComponentArgs

LOCATIONS: Final = "gcp.resourceLocations"


@dataclass(frozen=True, kw_only=True)
class OrganizationPoliciesArgs(ComponentArgs):
    """The project, where its resources may be, and what else is refused in it."""

    project_id: str
    region: str
    #: Constraints that are on or off, and are on here.
    enforced: Sequence[str]
    #: Constraints that list values: what alone is allowed (`allowed`) or what is not (`denied`).
    allowed: Mapping[str, Sequence[str]]
    denied: Mapping[str, Sequence[str]]


class OrganizationPolicies(Component[OrganizationPoliciesArgs], type="platform:gcp:OrganizationPolicies"):
    """Policies of the project. They bind what is made from then on; what stands already is found by `ops regions`."""

    def build(self, args: OrganizationPoliciesArgs) -> None:
        """Place one policy a constraint."""
        self.project_id = args.project_id
        # Google's own group of values: the region and its zones.
        self._place(LOCATIONS, {"values": {"allowed_values": [f"in:{args.region}-locations"]}})
        for constraint in args.enforced:
            self._place(constraint, {"enforce": "TRUE"})
        for constraint, values in args.allowed.items():
            self._place(constraint, {"values": {"allowed_values": list(values)}})
        for constraint, values in args.denied.items():
            self._place(constraint, {"values": {"denied_values": list(values)}})

    def _place(self, constraint: str, rule: PolicySpecRuleArgsDict) -> None:
        Policy(
            f"{self.name}-{constraint.replace('.', '-')}",
            parent=f"projects/{self.project_id}",
            name=f"projects/{self.project_id}/policies/{constraint}",
            spec={"rules": [rule]},
            opts=self.child(),
        )
