"""What the far end holds, as far as a tool can know: the rehearsal's inventory tells, a real cloud must be asked."""

import os
from collections.abc import Mapping
from pathlib import Path

from rehearsal.inventory import Inventory

INVENTORY_VARIABLE = "REHEARSAL_INVENTORY"
Ids = Mapping[str, list[str]]
"""By URN, the ids of the objects that were made for it, oldest first."""


class EvidenceError(Exception):
    """The inventory that was named is not there."""


def made_by_stack(project: str, stack: str) -> Ids | None:
    """Return every object that a stack made and the clouds still hold; None where nobody keeps such a record."""
    path = os.environ.get(INVENTORY_VARIABLE)
    if not path:
        return None
    if not Path(path).exists():
        raise EvidenceError(f"{INVENTORY_VARIABLE} names {path}, which is not there")
    prefix = f"urn:pulumi:{stack}::{project}::"
    ids: dict[str, list[str]] = {}
    with Inventory(Path(path)) as inventory:
        for held in inventory.list():
            if held.urn.startswith(prefix):
                ids.setdefault(held.urn, []).append(held.id)
    return ids
