"""Sizing of TripGen's services: what each pod takes and how many there are, by environment."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from policies.kubernetes import WORKLOADS
from policies.rule import ResourceRule, StackRule
from policies.sizing.services import TYPES, ServiceSizing, load_services

SYSTEM: Final = "platform:system:Tripgen"
_FILE: Final = "policies/sizing/tripgen_services.toml"
TABLE: Final = load_services(Path(__file__).with_suffix(".toml"))
SERVICES: Final = ServiceSizing(system=SYSTEM, table=TABLE, file=_FILE)

_FIX: Final = (
    "Give the service what the table says (config/<environment>/services/tripgen/); where the table itself changes, "
    f"change {_FILE} in the same review"
)
_SOURCE: Final = "TripGen physical architecture, 3.2.1, 3.3.1 and 3.3.2"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="tripgen-services",
        concern="sizing",
        title="Each service takes what its row says, in as many pods as its row says",
        severity="medium",
        protects="cost; ISMS-P 2.9.2 performance and failures",
        controls={"ISMS-P": ("2.9.2",)},
        fix=_FIX,
        source=_SOURCE,
        types=TYPES,
        fail_closed=False,
        claims=SERVICES.claims,
        judge=SERVICES.sizes,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="tripgen-every-service",
        concern="sizing",
        title="Every service of the design runs",
        severity="high",
        protects="ISMS-P 2.9.2 performance and failures",
        controls={"ISMS-P": ("2.9.2",)},
        fix=_FIX,
        source=_SOURCE,
        types=(SYSTEM, *WORKLOADS),
        fail_closed=False,
        claims=SERVICES.concerned,
        judge=SERVICES.every_service,
    ),
)
