"""Availability on Azure: what survives a zone, and what is kept in case of a mistake or of a lost region."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from policies.availability.demands import Demands
from policies.requirement import load_requirements
from policies.resource import UNKNOWN, Resource, revealed
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated

#: The recovery region, which has no availability zones.
ZONELESS: Final = "koreasouth"
_ZONE_PROPERTIES: Final = ("zones", "availabilityZones", "availabilityZone", "agentPoolProfiles.*.availabilityZones")
_NO_ZONE: Final = f"no zone in {ZONELESS}, which has none"


def _is_zoneless(resource: Resource) -> bool:
    location = revealed(resource.at("location"))
    return isinstance(location, str) and location.replace(" ", "").lower() == ZONELESS


def _is_left_out(resource: Resource) -> bool:
    """Return whether nothing is asked: of a replica Azure takes neither a standby nor backups."""
    return _is_zoneless(resource) or revealed(resource.at("createMode")) == "Replica"


_FOLDER: Final = Path(__file__).parent
ZONES: Final = Demands(by_environment=load_requirements(_FOLDER / "azure_zones.toml"), left_out=_is_left_out)
BACKUPS: Final = Demands(by_environment=load_requirements(_FOLDER / "azure_backups.toml"), left_out=_is_left_out)


def zoneless(resource: Resource) -> Iterable[Finding]:
    """Refuse zones where there are none: the resource could not be made on the day it is needed."""
    for name in _ZONE_PROPERTIES:
        for path, value in resource.every(name):
            plain = revealed(value)
            if plain is UNKNOWN:
                yield unknowable(path, _NO_ZONE)
            elif plain not in (None, [], ""):
                yield violated(at_path(path, value), _NO_ZONE)


RESOURCE_RULES: Final = (
    ResourceRule(
        id="azure-zones",
        concern="availability",
        title="Losing a zone stops nothing, where the design asks for it",
        severity="high",
        protects="ISMS-P 2.12.1 readiness for disasters, 2.9.2 performance and failures",
        controls={"ISMS-P": ("2.9.2", "2.12.1")},
        fix="Spread the resource over the region's zones; where the demand changes, change "
        "policies/availability/azure_zones.toml in the same review",
        source="TripGen physical architecture, 3.1.2, 3.2.1, 4.2.1, 5.1.1 and 5.2.1",
        types=ZONES.types,
        fail_closed=False,
        claims=ZONES.concern,
        judge=ZONES.unmet,
    ),
    ResourceRule(
        id="azure-zoneless-region",
        concern="availability",
        title="Nothing in Korea South asks for a zone",
        severity="medium",
        protects="ISMS-P 2.12.2 testing and improving recovery from disasters",
        controls={"ISMS-P": ("2.12.2",)},
        fix="Leave zones out in Korea South: the region has none",
        source="TripGen physical architecture, 10.1.1 (recovery region)",
        types=("azure-native:*",),
        fail_closed=False,
        claims=_is_zoneless,
        judge=zoneless,
    ),
    ResourceRule(
        id="azure-backups",
        concern="availability",
        title="Data is backed up for as long and as far away as the design asks for",
        severity="high",
        protects="ISMS-P 2.9.3 backup and recovery, 2.12.1 readiness for disasters",
        controls={
            "ISMS-P": ("2.9.3", "2.12.1"),
            "CIS Azure": ("3.11", "8.5"),
            "checkov": ("CKV2_AZURE_38", "CKV_AZURE_42", "CKV_AZURE_110", "CKV_AZURE_136"),
            "trivy": ("AVD-AZU-0016",),
        },
        fix="Keep backups as the environment asks; where the demand changes, change "
        "policies/availability/azure_backups.toml in the same review",
        source="TripGen physical architecture, 5.1.1, 5.3.1, 6.1.1, 7.4.1 and 10.1.1",
        types=BACKUPS.types,
        fail_closed=False,
        claims=BACKUPS.concern,
        judge=BACKUPS.unmet,
    ),
)
