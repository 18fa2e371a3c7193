"""What `ops regions` and `ops report` share: which state, by which stack's settings, how strictly."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.pulumi import Pulumi
from ops.residency import Judged, Strictness, judged
from ops.stack_files import ROOT, stack_settings
from ops.state import State, StateError
from policies.levels import load_levels
from policies.registry import RULES
from policies.resource import EnvironmentName

STDIN = Path("-")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A state, and what its stack's settings say of it."""

    state: State
    environment: EnvironmentName
    #: What the data of each system is: `public`, `internal` or `personal`.
    classifications: Mapping[str, str]

    @classmethod
    def of(cls, state: State, config_file: Path | None) -> Subject:
        """Return a state with the settings of its stack, `Pulumi.<stack>.yaml` where no other file is named."""
        try:
            settings = stack_settings(state.stack, config_file)
        except FileNotFoundError:
            named = config_file or ROOT / f"Pulumi.{state.stack}.yaml"
            raise StateError(
                f"the state is of the stack {state.stack}, and {named} is not there: --config-file names its settings"
            ) from None
        sections = {name: getattr(settings, name) for name in settings.systems}
        # A system that the settings do not name any more may still have something in the state.
        sections |= dict.fromkeys(state.systems - sections.keys())
        return cls(
            state=state,
            environment=settings.environment,
            classifications={
                name: getattr(section, "data_classification", "not said") for name, section in sorted(sections.items())
            },
        )

    def judged(self) -> Judged:
        """Return what the policy pack's rules say of it."""
        strictness = Strictness(
            environment=self.environment, levels=load_levels(RULES), classifications=self.classifications
        )
        return judged(self.state, self.classifications, strictness)


def exported(state: Path | None, stack: str | None) -> bytes:
    """Return an export: from a file, from standard input, or as `pulumi` makes one."""
    if state and stack:
        raise StateError("give --state or --stack, not both: the state says which stack it is of")
    if stack:
        return Pulumi(stack).exported().encode()
    if state is None and sys.stdin.isatty():
        raise StateError("name a state: --state FILE, --stack STACK, or pipe `pulumi stack export` into this")
    if state is None or state == STDIN:
        return sys.stdin.buffer.read()
    try:
        return state.read_bytes()
    except OSError as error:
        raise StateError(f"{state} cannot be read: {error.strerror}") from None
