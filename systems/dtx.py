"""DTx on Google Cloud: nothing of it leaves europe-west3 (DiGA, GDPR). The infrastructure document, as resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.base import Component, ComponentArgs
from components.gcp.key_ring import Key, KeyRing, KeyRingArgs
from components.gcp.network import Network, NetworkArgs
from components.gcp.project import Project, ProjectServices, ProjectServicesArgs
from components.gcp.provider import gcp_provider
from settings.dtx.system import DtxSettings
from settings.naming import Namer
from settings.stack import StackSettings
from systems.dtx_compliance import Alerts, AlertsArgs, Controls, ControlsArgs
from systems.scope import system_scope

SYSTEM: Final = "dtx"
#: What the infrastructure document's names begin with: `dta-cluster`, `dta-postgres`, `dta-redis`.
NAMES: Final = "dta"
OUTPUTS_VERSION: Final = 1
#: Services of Google Cloud that the system uses.
SERVICES: Final = (
    "artifactregistry.googleapis.com",
    "cloudkms.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "firestore.googleapis.com",
    "gkebackup.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "networkconnectivity.googleapis.com",
    "orgpolicy.googleapis.com",
    "redis.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
)
#: Services that the project of the warehouse uses.
DATA_SERVICES: Final = ("bigquery.googleapis.com", "logging.googleapis.com", "orgpolicy.googleapis.com")


@dataclass(frozen=True, kw_only=True)
class DtxArgs(ComponentArgs):
    """The system's settings, and the provider of the warehouse's project."""

    settings: DtxSettings
    data_provider: gcp.Provider


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
        self.data_project = Project(
            project_id=s.data_project_id, number=s.data_project_number, region=s.region, zones=s.zones
        )
        self.data_apis = ProjectServices(
            "data-apis",
            ProjectServicesArgs(scope=self.scope, project_id=s.data_project_id, services=DATA_SERVICES),
            self.child(providers=[args.data_provider]),
        )
        self.place_keys()
        self.place_controls()
        self.place_network()
        self.place_alerts()
        self.outputs = pulumi.Output.all(**self.exported)

    def place_keys(self) -> None:
        """Encryption: one key per purpose; a service's agent uses the keys of what it keeps, and no other."""
        self.keys = KeyRing(
            "keys",
            KeyRingArgs(
                scope=self.scope,
                project=self.project,
                keys=[
                    Key(purpose="cluster", services=["container"]),
                    Key(purpose="nodes", services=["compute"]),
                    Key(purpose="database", services=["sqladmin"]),
                    Key(purpose="cache", services=["redis"]),
                    Key(purpose="warehouse", services=["bigquery"], used_in=self.data_project),
                    Key(purpose="documents", services=["firestore"]),
                    Key(purpose="objects", services=["storage"]),
                    Key(purpose="registry", services=["artifactregistry"]),
                    Key(purpose="logs", services=["logging"]),
                    Key(purpose="secrets", services=["secretmanager"]),
                    Key(purpose="backups", services=["storage", "gkebackup"]),
                    # No service of Google's: whoever can read the data must not be able to tell whose it is.
                    Key(purpose="pseudonyms"),
                ],
                **self.settings.keys.args(),
            ),
            self.child(depends_on=[self.apis, self.data_apis]),
        )

    def place_network(self) -> None:
        """Security, network: a VPC of the region, with separate subnets."""
        network = self.settings.network
        self.network = Network(
            "network",
            NetworkArgs(
                scope=self.scope, project=self.project, plan=network.plan(), flow_sampling=network.flow_sampling
            ),
            self.child(depends_on=[self.apis]),
        )

    def place_controls(self) -> None:
        """Monitoring 2 and security: what Google refuses and records in both projects, before anything holds data."""
        self.controls = Controls(
            "controls",
            ControlsArgs(
                scope=self.scope,
                project=self.project,
                data_project_id=self.data_project.project_id,
                keys=self.keys,
                logs=self.settings.compliance.logs,
            ),
            self.child(depends_on=[self.apis, self.data_apis]),
        )

    def place_alerts(self) -> None:
        """Monitoring 3: who is told of what."""
        Alerts(
            "alerts",
            AlertsArgs(scope=self.scope, project=self.project, settings=self.settings.compliance),
            self.child(depends_on=[self.apis]),
        )


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place DTx as the stack's settings describe it."""
    s = stack.section(DtxSettings)
    provider = gcp_provider(SYSTEM, project_id=s.project_id, region=s.region)
    data_provider = gcp_provider("dtx-data", project_id=s.data_project_id, region=s.region)
    scope = system_scope(SYSTEM, stack, s)
    named = replace(scope, names=Namer(prefix=s.prefix, system=NAMES, environment=stack.environment))
    dtx = DtxArgs(scope=named, settings=s, data_provider=data_provider)
    return Dtx(SYSTEM, dtx, pulumi.ResourceOptions(providers=[provider])).outputs
