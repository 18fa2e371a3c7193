"""Availability on AWS: what survives a zone, what is kept in case of a mistake, what nobody deletes by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.availability.demands import Demands
from policies.requirement import Requirements, load_requirements
from policies.resource import Resource, revealed
from policies.rule import Finding, ResourceRule, StackRule, violated

_FOLDER: Final = Path(__file__).parent

SUBNET: Final = "aws:ec2/subnet:Subnet"
#: What is spread over zones, and the property that names its subnets.
SPREAD: Final = MappingProxyType(
    {
        "aws:eks/cluster:Cluster": "vpcConfig",
        "aws:eks/nodeGroup:NodeGroup": "subnetIds",
        "aws:elasticache/subnetGroup:SubnetGroup": "subnetIds",
        "aws:rds/subnetGroup:SubnetGroup": "subnetIds",
    }
)
#: Fewer than these, and losing one zone stops what is in them.
LEAST_ZONES: Final = 2


def _never(_: Resource) -> bool:
    return False


def _is_replica(resource: Resource) -> bool:
    """Return whether it is a copy of a database: its backups are those of what it is a copy of."""
    return resource.at("replicateSourceDb") not in (None, "")


def _protection() -> Mapping[str, Requirements]:
    asked = load_requirements(_FOLDER / "aws_protection.toml")["protected"]
    return {"stage": asked, "prod": asked, "mgmt": asked}


ZONES: Final = Demands(by_environment=load_requirements(_FOLDER / "aws_zones.toml"), left_out=_is_replica)
BACKUPS: Final = Demands(by_environment=load_requirements(_FOLDER / "aws_backups.toml"), left_out=_is_replica)
PROTECTION: Final = Demands(by_environment=_protection(), left_out=_never)


def spread(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require subnets in several zones. Which subnets they are, a preview knows by reference."""
    zones = {one.urn: revealed(one.at("availabilityZone")) for one in resources if one.type == SUBNET}
    for one in resources:
        if one.type in SPREAD:
            found = sorted({str(zones[urn]) for urn in one.references.get(SPREAD[one.type], ()) if urn in zones})
            if len(found) < LEAST_ZONES:
                where = ", ".join(found) or "no subnet of this stack"
                yield violated(f"it stands in {where}", f"subnets in {LEAST_ZONES} zones or more", one.urn)


def _spreads_something(resources: Sequence[Resource]) -> bool:
    return any(resource.type in SPREAD for resource in resources)


_DISASTERS: Final = "ISMS-P 2.9.2 performance and failures, 2.12.1 readiness for disasters"
_BACKUPS: Final = "ISMS-P 2.9.3 backup and recovery, 2.9.4 management of logs and access records"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="aws-zones",
        concern="availability",
        title="Losing a zone stops nothing, where the runbook asks for it",
        severity="high",
        protects=_DISASTERS,
        controls={"ISMS-P": ("2.9.2", "2.12.1"), "checkov": ("CKV_AWS_157",)},
        fix="Take zones that the region has, and a standby in another one; where the demand changes, change "
        "policies/availability/aws_zones.toml in the same review",
        source="KYEOL runbook, 3 (Multi-AZ, Replication)",
        types=ZONES.types,
        fail_closed=False,
        claims=ZONES.concern,
        judge=ZONES.unmet,
    ),
    ResourceRule(
        id="aws-backups",
        concern="availability",
        title="Data, records and keys are kept as long as the environment promises",
        severity="high",
        protects=_BACKUPS,
        controls={
            "ISMS-P": ("2.9.3", "2.9.4"),
            "checkov": ("CKV_AWS_21", "CKV_AWS_66"),
        },
        fix="Keep as the environment's profile says; where the demand changes, change "
        "policies/availability/aws_backups.toml in the same review",
        source="KYEOL runbook, 2.2 (ISMS-P) and 3",
        types=BACKUPS.types,
        fail_closed=False,
        lifted_with_protection=True,  # the time in which a secret can be brought back goes with it
        claims=BACKUPS.concern,
        judge=BACKUPS.unmet,
    ),
    ResourceRule(
        id="aws-deletion-protection",
        concern="availability",
        title="No single command deletes what holds KYEOL's data",
        severity="high",
        protects=_BACKUPS,
        controls={"ISMS-P": ("2.9.3", "2.9.4")},
        fix="Leave AWS's own protection on, as the environment's profile says",
        source="KYEOL runbook, 2.2 (ISMS-P)",
        types=PROTECTION.types,
        fail_closed=False,
        lifted_with_protection=True,
        claims=PROTECTION.concern,
        judge=PROTECTION.unmet,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="aws-spread",
        concern="availability",
        title="Nodes, the control plane and the stores stand in several zones",
        severity="high",
        protects=_DISASTERS,
        controls={"ISMS-P": ("2.9.2", "2.12.1")},
        fix="Give it the network's subnets of all its zones",
        source="KYEOL runbook, 3 (EKS, RDS Multi-AZ)",
        types=(SUBNET, *SPREAD),
        fail_closed=False,
        claims=_spreads_something,
        judge=spread,
    ),
)
