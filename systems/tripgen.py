"""TripGen on Azure: the physical architecture's chapters, one environment a stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from components.azure.network import Network, NetworkArgs
from components.azure.provider import azure_provider
from components.azure.resource_group import ResourceGroup, ResourceGroupArgs
from components.base import Component, ComponentArgs
from settings.stack import StackSettings
from settings.tripgen.system import TripgenSettings
from systems.scope import system_scope

SYSTEM: Final = "tripgen"
OUTPUTS_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class TripgenArgs(ComponentArgs):
    """The system's settings."""

    settings: TripgenSettings


class Tripgen(Component[TripgenArgs], type="platform:system:Tripgen"):
    """A network with its edge, a cluster in it, data services behind private endpoints, and a copy in Korea South."""

    outputs: pulumi.Output[Mapping[str, object]]

    def build(self, args: TripgenArgs) -> None:
        """Place the environment, chapter by chapter. What the settings leave out is not there."""
        s = self.settings = args.settings
        self.exported: dict[str, object] = {"version": OUTPUTS_VERSION, "region": s.region}
        self.group = ResourceGroup(
            "resource-group", ResourceGroupArgs(scope=self.scope, location=s.region), self.child()
        )
        self.exported["resource_group"] = self.group.group_name
        self.place_network()
        self.outputs = pulumi.Output.all(**self.exported)

    def place_network(self) -> None:
        """4.1: the spoke."""
        s = self.settings
        self.network = Network(
            "network", NetworkArgs(scope=self.scope, group=self.group, plan=s.network.spoke_plan()), self.child()
        )


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place TripGen as the stack's settings describe it."""
    s = stack.section(TripgenSettings)
    provider = azure_provider(SYSTEM, subscription_id=s.subscription_id, tenant_id=s.tenant_id, region=s.region)
    args = TripgenArgs(scope=system_scope(SYSTEM, stack, s), settings=s)
    return Tripgen(SYSTEM, args, pulumi.ResourceOptions(providers=[provider])).outputs
