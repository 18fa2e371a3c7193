"""One module per system: it reads like its architecture chapter and composes components."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import pulumi

    from settings.stack import StackSettings


class SystemModule(Protocol):
    """What every module of this package offers."""

    def build(self, stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
        """Place the system and return its outputs: one versioned object."""
        ...


def compose(stack: StackSettings) -> dict[str, pulumi.Output[Mapping[str, object]]]:
    """Build the systems that a stack enables; only their modules, and with them their clouds' SDKs, are imported."""
    return {name: cast("SystemModule", import_module(f"systems.{name}")).build(stack) for name in stack.systems}
