"""The small system that faults happen to, and what must hold after every one of them."""

from collections import Counter
from pathlib import Path
from typing import Any

from rehearsal import faults
from rehearsal.faults import Fault, faults_file
from tests.rehearsal.harness import Rehearsal, Result, copy_of

FIXTURE = Path(__file__).with_name("fixtures") / "workload"
#: What the program declares, beside stack, provider and component.
DECLARED = {"key", "alias", "logs", "edge-logs", "token", "value"}


class Workload:
    """A rehearsal of the workload, its faults, and the one ending that every mended stack has."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.faults = faults_file(rehearsal.home)

    @classmethod
    def copy(cls, folder: Path) -> "Workload":
        return cls(copy_of(FIXTURE, folder))

    def fault(self, kind: faults.Kind, **which: Any) -> None:
        """Ask for one fault."""
        faults.add(self.faults, Fault(fault=kind, **which))

    def fired(self) -> list[int]:
        """How often each fault has happened."""
        return [fault.fired for fault in faults.read(self.faults)]

    def up(self) -> Result:
        return self.rehearsal.up("dev")

    def recover(self, *answers: str) -> Result:
        return self.rehearsal.run("recover", "--stack", "dev", "--yes", *answers)

    def change(self, **settings: Any) -> None:
        """Change settings of the stack."""
        for key, value in settings.items():
            self.rehearsal.edit_stack("dev", f"workload:{key}", value)

    def state(self) -> dict[str, dict[str, Any]]:
        """The cloud's resources in the state, by name."""
        return {name_of(one["urn"]): one for one in self._in_clouds()}

    def held(self) -> Counter[str]:
        """How many objects the clouds hold, by the name of the resource they were made for."""
        return Counter(name_of(one.urn) for one in self.rehearsal.inventory.list())

    def ends_well(self, declared: set[str] = DECLARED) -> Result:
        """The mending `up` makes only what is missing; then state, cloud and program agree, each thing once."""
        known = self.state().keys()
        up = self.up().ok()
        made = {step.name for step in up.steps if step.op == "create"}
        assert made == declared - known, up
        self.rehearsal.preview("dev", "--refresh", "--expect-no-changes").ok()
        assert self.held() == Counter(declared)
        in_state = Counter((one["urn"], one["id"]) for one in self._in_clouds())
        assert in_state == Counter((one.urn, one.id) for one in self.rehearsal.inventory.list())
        assert self.rehearsal.pending_operations("dev") == []
        return up

    def _in_clouds(self) -> list[dict[str, Any]]:
        return [one for one in self.rehearsal.resources("dev") if one["type"].startswith("aws:")]


def name_of(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]
