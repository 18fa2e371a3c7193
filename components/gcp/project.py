"""The project that a system stands in, and the services of Google Cloud that are switched on in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_gcp.projects import Service

from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class Project:
    """Where a component's resources stand: plain text, so that policies judge it in a preview."""

    project_id: str
    #: What Google's own service accounts are named by.
    number: str
    region: str
    #: Zones of the region by their full names.
    zones: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ProjectServicesArgs(ComponentArgs):
    """The project and the hosts of the services' interfaces, `container.googleapis.com`."""

    project_id: str
    services: Sequence[str]


class ProjectServices(Component[ProjectServicesArgs], type="platform:gcp:ProjectServices"):
    """Services switched on. They stay on when the stack goes: somebody else in the project may use them by then."""

    def build(self, args: ProjectServicesArgs) -> None:
        """Switch each on."""
        for service in args.services:
            Service(
                f"{self.name}-{service.partition('.')[0]}",
                project=args.project_id,
                service=service,
                disable_on_destroy=False,
                opts=self.child(),
            )
