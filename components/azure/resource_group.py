"""Resource groups: where the resources of one region stand together."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_azure_native.resources import ResourceGroup as AzureResourceGroup

from components.base import Component, ComponentArgs
from settings.azure import naming


@dataclass(frozen=True, kw_only=True)
class ResourceGroupArgs(ComponentArgs):
    """Region of the group and what its name adds to the system's (nothing for the main group)."""

    location: str
    purpose: str = ""


class ResourceGroup(Component[ResourceGroupArgs], type="platform:azure:ResourceGroup"):
    """A resource group. Components that are given one place their children in it, in its region."""

    group_name: pulumi.Output[str]
    group_id: pulumi.Output[str]

    def build(self, args: ResourceGroupArgs) -> None:
        """Place the group."""
        self.location = args.location
        #: Known before the group is there: for ids that tags and policies must show in a preview.
        self.physical_name = args.scope.names(naming.RESOURCE_GROUP, args.purpose)
        group = AzureResourceGroup(
            f"{self.name}-group",
            resource_group_name=self.physical_name,
            location=args.location,
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        self.group_name = group.name
        self.group_id = group.id
