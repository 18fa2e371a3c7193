"""What `ops regions` and `ops report` share: which state, by which stack's settings, how strictly."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ruamel.yaml import YAMLError

from ops.pulumi import Pulumi
from ops.residency import Judged, judged
from ops.stack_files import stack_config, stack_file
from ops.state import State, StateError
from policies.classification import SETTINGS
from policies.enforcement import Enforcement, Outcome
from policies.exceptions import load_exceptions
from policies.isolation.identifiers import identifiers
from policies.levels import load_levels
from policies.registry import RULES
from policies.resource import EnvironmentName

STDIN: Final = Path("-")
#: What the settings say nothing of counts as personal.
NOT_SAID: Final = "not said, counts as personal"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A state, and what its stack's settings say of it."""

    state: State
    #: How strictly what is found in it counts today.
    enforcement: Enforcement
    #: What the data of each system is, those of the state that the settings do not name among them: `public`,
    #: `internal`, `personal`.
    classifications: Mapping[str, str]

    @classmethod
    def of(cls, state: State, config_file: Path | None) -> Subject:
        """Return a state with the settings of its stack, `Pulumi.<stack>.yaml` where no other file is named.

        Of the settings it takes what the policy pack takes of them, so that a figure somewhere else in them that is
        wrong today keeps nobody from checking what runs.
        """
        file = config_file or stack_file(state.stack)
        try:
            config = stack_config(file)
        except FileNotFoundError:
            raise StateError(
                f"the state is of the stack {state.stack}, and {file} is not there: --config-file names its settings"
            ) from None
        except (OSError, YAMLError, KeyError, TypeError) as error:
            raise StateError(f"{file} cannot be read as a stack's settings: {error}") from None
        texts = {
            key: value if isinstance(value, str) else json.dumps(value, default=str) for key, value in config.items()
        }
        try:
            enforcement = Enforcement.of_stack(
                stack=state.stack,
                project=state.project,
                config=texts,
                levels=load_levels(RULES),
                exceptions=load_exceptions(RULES),
            )
        except ValueError as error:
            raise StateError(f"nothing can be judged by {file}: {error}") from None
        # A system that the settings do not name any more may still have something in the state.
        systems = sorted({*config.get(f"{SETTINGS}systems", ()), *state.systems})
        return cls(
            state=replace(state, own=identifiers(texts)),
            enforcement=enforcement,
            classifications={name: enforcement.classifications.get(name, NOT_SAID) for name in systems},
        )

    @property
    def environment(self) -> EnvironmentName:
        """Return what its stack is."""
        return self.enforcement.environment

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what becomes of all that the whole pack finds in it."""
        if self.state.pending:
            raise StateError(
                "an operation was interrupted, and nobody knows what is there: settle it with `ops recover` first "
                "(docs/runbooks/recovery.md)"
            )
        resources, as_said = self.state.everything(self.environment), self.state.as_said(self.environment)
        return tuple(self.enforcement.judged(resources, as_said))

    def judged(self, system: str | None = None) -> Judged:
        """Return what the policy pack's rules say of it, or of one system in it."""
        if system is not None and system not in self.classifications:
            known = ", ".join(self.classifications)
            raise StateError(f"{system} is no system of the stack {self.state.stack}; it runs {known}")
        found = judged(self.state, self.classifications, self.enforcement)
        if system is None:
            return found
        return Judged(
            residences=tuple(one for one in found.residences if one.system == system),
            named={name: rows for name, rows in found.named.items() if name == system},
        )


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
