"""DTx on Google Cloud: nothing of it leaves europe-west3 (DiGA, GDPR). The infrastructure document, as resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pulumi

from components.base import Component, ComponentArgs
from components.gcp.project import Project, ProjectServices, ProjectServicesArgs
from components.gcp.provider import gcp_provider
from settings.dtx.system import DtxSettings
from settings.naming import Namer
from settings.stack import StackSettings
from systems.scope import system_scope

SYSTEM: Final = "dtx"
#: What the infrastructure document's names begin with: `dta-cluster`, `dta-postgres`, `dta-redis`.
NAMES: Final = "dta"
OUTPUTS_VERSION: Final = 1
#: Services of Google Cloud that the system uses.
SERVICES: Final = ("cloudkms.googleapis.com",)


@dataclass(frozen=True, kw_only=True)
class DtxArgs(ComponentArgs):
    """The system's settings."""

    settings: DtxSettings


class Dtx(Component[DtxArgs], type="platform:system:Dtx"):
    """A private cluster and its stores in one region, under keys of the region, watched for whatever would leave it."""

    outputs: pulumi.Output[Mapping[str, object]]

    def build(self, args: DtxArgs) -> None:
        """Place the environment, chapter by chapter."""
        s = self.settings = args.settings
        self.exported: dict[str, object] = {"version": OUTPUTS_VERSION, "region": s.region}
        self.project = Project(project_id=s.project_id, number=s.project_number, region=s.region, zones=s.zones)
        self.apis = ProjectServices(
            "apis", ProjectServicesArgs(scope=self.scope, project_id=s.project_id, services=SERVICES), self.child()
        )
        self.outputs = pulumi.Output.all(**self.exported)


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place DTx as the stack's settings describe it."""
    s = stack.section(DtxSettings)
    provider = gcp_provider(SYSTEM, project_id=s.project_id, region=s.region)
    scope = system_scope(SYSTEM, stack, s)
    named = replace(scope, names=Namer(prefix=s.prefix, system=NAMES, environment=stack.environment))
    return Dtx(SYSTEM, DtxArgs(scope=named, settings=s), pulumi.ResourceOptions(providers=[provider])).outputs
