"""The scope of a system: what its components share."""

from __future__ import annotations

from components.base import Scope
from settings.naming import Namer
from settings.stack import StackSettings
from settings.system import SystemSettings
from settings.tags import PlatformTags


def system_scope(system: str, stack: StackSettings, settings: SystemSettings) -> Scope:
    """Return the scope of a system in a stack's environment."""
    return Scope(
        environment=stack.profile,
        names=Namer(prefix=settings.prefix, system=system, environment=stack.environment),
        tags=PlatformTags(
            system=system,
            environment=stack.environment,
            owner=settings.owner,
            cost_centre=settings.cost_centre,
            data_classification=settings.data_classification,
        ),
    )
