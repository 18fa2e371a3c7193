"""Availability on Google Cloud: what survives a zone, what is kept in case of a mistake, what nobody deletes by one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from policies.availability.demands import Demands
from policies.requirement import Requirements, load_requirements
from policies.resource import Resource
from policies.rule import ResourceRule

_FOLDER: Final = Path(__file__).parent


def _is_replica(resource: Resource) -> bool:
    """Return whether it is a copy of a database: it has neither a standby nor backups of its own."""
    return resource.at("masterInstanceName") is not None


def _never(_: Resource) -> bool:
    return False


def _protection() -> Mapping[str, Requirements]:
    asked = load_requirements(_FOLDER / "gcp_protection.toml")["stage_and_prod"]
    return {"stage": asked, "prod": asked}


ZONES: Final = Demands(by_environment=load_requirements(_FOLDER / "gcp_zones.toml"), left_out=_is_replica)
BACKUPS: Final = Demands(by_environment=load_requirements(_FOLDER / "gcp_backups.toml"), left_out=_is_replica)
PROTECTION: Final = Demands(by_environment=_protection(), left_out=_never)

RESOURCE_RULES: Final = (
    ResourceRule(
        id="gcp-zones",
        concern="availability",
        title="Losing a zone stops nothing, where the infrastructure asks for it",
        severity="high",
        protects="GDPR 32 (1) b availability",
        controls={"GDPR": ("32 (1) b",)},
        fix="Spread the resource over the region's zones; where the demand changes, change "
        "policies/availability/gcp_zones.toml in the same review",
        source="DTx infrastructure, components 1 (masters, nodes in three zones), 2 and 3 (replicas)",
        types=ZONES.types,
        fail_closed=False,
        claims=ZONES.concern,
        judge=ZONES.unmet,
    ),
    ResourceRule(
        id="gcp-backups",
        concern="availability",
        title="Data is backed up as often and for as long as the infrastructure asks for",
        severity="high",
        protects="GDPR 32 (1) c restoring availability",
        controls={
            "GDPR": ("32 (1) c",),
            "CIS Google Cloud": ("6.7",),
            "checkov": ("CKV_GCP_14",),
            "trivy": ("AVD-GCP-0024",),
        },
        fix="Keep backups as the environment asks; where the demand changes, change "
        "policies/availability/gcp_backups.toml in the same review",
        source="DTx infrastructure, components 2 (backups, 30 days) and recovery 1 and 2 (RPO 5 minutes)",
        types=BACKUPS.types,
        fail_closed=False,
        lifted_with_protection=True,  # the backups that a deleted instance leaves go with it
        claims=BACKUPS.concern,
        judge=BACKUPS.unmet,
    ),
    ResourceRule(
        id="gcp-deletion-protection",
        concern="availability",
        title="No single command deletes what holds data, or the keys to it",
        severity="high",
        protects="GDPR 32 (1) c restoring availability",
        controls={"GDPR": ("32 (1) c",), "checkov": ("CKV_GCP_82",)},
        fix="Leave the cloud's own protection on, as the environment's profile says",
        source="DTx infrastructure, recovery 1",
        types=PROTECTION.types,
        fail_closed=False,
        lifted_with_protection=True,
        claims=PROTECTION.concern,
        judge=PROTECTION.unmet,
    ),
)
