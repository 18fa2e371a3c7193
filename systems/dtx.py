"""DTx on Google Cloud: nothing of it leaves europe-west3 (DiGA, GDPR). The infrastructure document, as resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.base import Component, ComponentArgs
from components.gcp.cluster import Freeze, GkeCluster, GkeClusterArgs, Upgrades
from components.gcp.cluster_backup import ClusterBackup, ClusterBackupArgs
from components.gcp.dns import GoogleApiNames, GoogleApiNamesArgs
from components.gcp.firewall_rules import Firewall, FirewallArgs
from components.gcp.github_actions import GitHubActions, GitHubActionsArgs
from components.gcp.image_admission import ImageAdmission, ImageAdmissionArgs
from components.gcp.key_ring import Key, KeyRing, KeyRingArgs
from components.gcp.nat import Nat, NatArgs
from components.gcp.network import Network, NetworkArgs
from components.gcp.node_pool import Pool, Taint
from components.gcp.project import Project, ProjectServices, ProjectServicesArgs
from components.gcp.provider import gcp_provider
from components.gcp.registry import Registry, RegistryArgs
from components.gcp.service_perimeter import Perimeter, PerimeterArgs
from components.kubernetes.pods import Placement
from components.kubernetes.provider import kubernetes_provider
from settings.dtx.cluster import ClusterSettings
from settings.dtx.perimeter import PerimeterSettings
from settings.dtx.system import DtxSettings
from settings.naming import Namer
from settings.stack import StackSettings
from systems.dtx_compliance import Alerts, AlertsArgs, Controls, ControlsArgs
from systems.dtx_data import DataStores, DataStoresArgs
from systems.dtx_edge import Edge, EdgeArgs
from systems.dtx_monitoring import Monitoring, MonitoringArgs
from systems.dtx_monitoring_network import MONITORING
from systems.dtx_services import Services, ServicesArgs
from systems.scope import system_scope

SYSTEM: Final = "dtx"
#: What the infrastructure document's names begin with: `dta-cluster`, `dta-postgres`, `dta-redis`.
NAMES: Final = "dta"
OUTPUTS_VERSION: Final = 1
#: Label and taint of a node pool: what its nodes are for.
POOL_LABEL: Final = "dtx/pool"
HTTPS_PORT: Final = 443
#: Where Slack takes messages of its webhooks.
SLACK_HOST: Final = "hooks.slack.com"
#: Services of Google Cloud that the system uses.
SERVICES: Final = (
    "accesscontextmanager.googleapis.com",
    "artifactregistry.googleapis.com",
    "binaryauthorization.googleapis.com",
    "certificatemanager.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "containerscanning.googleapis.com",
    "dns.googleapis.com",
    "firestore.googleapis.com",
    "gkebackup.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "networkconnectivity.googleapis.com",
    "orgpolicy.googleapis.com",
    "redis.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
)
#: Services that the project of the warehouse uses.
DATA_SERVICES: Final = (
    "bigquery.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "orgpolicy.googleapis.com",
)


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
        self.args = args
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
        self.place_data()
        self.place_registry()
        if s.perimeter:
            self.place_perimeter(s.perimeter)
        self.place_cluster()
        self.place_services()
        self.place_edge()
        self.place_monitoring()
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
                    Key(purpose="logs", services=["logging"], outlives=self.settings.compliance.logs.locked),
                    Key(purpose="secrets", services=["secretmanager"]),
                    # GKE's own account writes the copies of a cluster's objects, the backup service's those of volumes.
                    Key(purpose="backups", services=["storage", "gkebackup", "container"]),
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
        Firewall(
            "firewall",
            FirewallArgs(
                scope=self.scope,
                network=self.network,
                backend_ports=[str(self.settings.services[self.settings.edge.service].port)],
                egress_hosts=egress_hosts(self.settings),
            ),
            self.child(depends_on=[self.apis]),
        )
        GoogleApiNames(
            "google-api-names",
            GoogleApiNamesArgs(scope=self.scope, network=self.network),
            self.child(depends_on=[self.apis]),
        )
        nat = Nat(
            "nat",
            NatArgs(scope=self.scope, network=self.network, addresses=network.nat_addresses, logs=network.nat_logs),
            self.child(depends_on=[self.apis]),
        )
        self.exported["egress_addresses"] = nat.addresses

    def place_perimeter(self, perimeter: PerimeterSettings) -> None:
        """Security, data movement and regional access: what is in both projects is copied to no other."""
        Perimeter(
            "perimeter",
            PerimeterArgs(
                scope=self.scope,
                projects=[self.project, self.data_project],
                access_policy=perimeter.access_policy,
                enforced=perimeter.enforced,
                operators=perimeter.operators,
                operator_countries=perimeter.operator_countries,
                # Whoever builds images pushes them from runners that stand outside.
                deployers=[
                    *perimeter.deployers,
                    pulumi.Output.concat("serviceAccount:", self.image_builds.service_account),
                ],
            ),
            self.child(depends_on=[self.apis]),
        )

    def place_data(self) -> None:
        """Components 2 to 4 and recovery 1: what the services keep. They are let in when they are placed."""
        self.stores = DataStores(
            "stores",
            DataStoresArgs(
                scope=self.scope,
                settings=self.settings,
                project=self.project,
                network=self.network,
                keys=self.keys,
                data_project=self.data_project,
                data_provider=self.args.data_provider,
            ),
            self.child(depends_on=[self.apis, self.data_apis, self.controls]),
        )

    def place_registry(self) -> None:
        """Deployment, pipeline: where images are kept, who pushes them, and which ones run."""
        registry = self.settings.registry
        self.registry = Registry(
            "registry",
            RegistryArgs(
                scope=self.scope,
                project=self.project,
                keys=self.keys,
                untagged_days=registry.untagged_days,
                tagged_days=registry.tagged_days,
                kept_versions=registry.kept_versions,
            ),
            self.child(depends_on=[self.apis, self.controls]),
        )
        self.image_builds = GitHubActions(
            "github-actions",
            GitHubActionsArgs(
                scope=self.scope,
                project=self.project,
                repository=registry.github_repository,
                github_environment=self.scope.environment.name,
                registry=self.registry,
            ),
            self.child(depends_on=[self.apis]),
        )
        self.image_admission = ImageAdmission(
            "image-admission",
            ImageAdmissionArgs(
                scope=self.scope,
                project=self.project,
                registry=self.registry,
                **self.settings.cluster.image_admission.args(),
            ),
            self.child(depends_on=[self.apis]),
        )
        self.exported["registry"] = self.registry.host
        self.exported["github_actions"] = {
            "provider": self.image_builds.provider_name,
            "service_account": self.image_builds.service_account,
        }

    def place_cluster(self) -> None:
        """Components 1 and recovery 1: the cluster with its nodes, and the copies of what stands in it."""
        cluster = self.settings.cluster
        self.cluster = GkeCluster(
            "cluster",
            GkeClusterArgs(
                scope=self.scope,
                project=self.project,
                network=self.network,
                keys=self.keys,
                registry=self.registry,
                release_channel=cluster.release_channel,
                kubernetes_version=cluster.kubernetes_version,
                pools=node_pools(cluster),
                upgrades=Upgrades(
                    days=cluster.upgrades.days,
                    start_hour_utc=cluster.upgrades.start_hour_utc,
                    hours=cluster.upgrades.hours,
                    freezes=[Freeze(name=name, **freeze.args()) for name, freeze in cluster.upgrades.freezes.items()],
                ),
                rbac_group=cluster.rbac_group,
            ),
            # The policy on images is there before the first image runs.
            self.child(depends_on=[self.apis, self.controls, self.image_admission]),
        )
        ClusterBackup(
            "cluster-backup",
            ClusterBackupArgs(
                scope=self.scope,
                project=self.project,
                cluster=self.cluster,
                keys=self.keys,
                **cluster.backup.args(),
            ),
            self.child(depends_on=[self.apis]),
        )
        self.in_cluster = kubernetes_provider(
            f"{self.name}-cluster", parent=self, kubeconfig=self.cluster.kubeconfig, access=self.cluster.ready
        )
        self.exported["cluster"] = {"name": self.cluster.cluster_name, "endpoint": self.cluster.endpoint}

    def inside(self, depends_on: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
        """Return the options of a component whose objects stand in the cluster."""
        return self.child(providers=[self.in_cluster], depends_on=list(depends_on))

    def place_services(self) -> None:
        """Components 1 and deployment 2: the services, let into their stores, and the diagram's arrows between them."""
        s = self.settings
        self.services = Services(
            "services",
            ServicesArgs(
                scope=self.scope,
                project=self.project,
                cluster=self.cluster,
                in_cluster=self.in_cluster,
                registry=self.registry,
                stores=self.stores,
                plan=s.network.plan(),
                placement=placement(s.cluster, "services"),
                monitoring_namespace=MONITORING,
                settings=s.workloads,
                services=s.services,
                edge_service=s.edge.service,
                users=s.data.users,
            ),
            self.child(depends_on=[self.apis]),
        )
        self.exported["namespace"] = self.services.namespace.namespace
        self.exported["stores"] = self.stores.exported()

    def place_edge(self) -> None:
        """The load balancer of the diagram and security, network: after the services, whose endpoints it needs."""
        s = self.settings
        edge = Edge(
            "edge",
            EdgeArgs(
                scope=self.scope,
                network=self.network,
                settings=s.edge,
                service=s.services[s.edge.service],
                after=self.services.ready,
            ),
            self.child(depends_on=[self.apis]),
        )
        self.exported["edge"] = {"host": s.edge.host, "address": edge.address, "name_servers": edge.name_servers}

    def place_monitoring(self) -> None:
        """Monitoring 1 and 2: what measures, judges and keeps logs inside the cluster."""
        s = self.settings
        Monitoring(
            "monitoring",
            MonitoringArgs(
                scope=self.scope,
                project=self.project,
                in_cluster=self.in_cluster,
                keys=self.keys,
                plan=s.network.plan(),
                placement=placement(s.cluster, "monitoring"),
                settings=s.monitoring,
                services_namespace=s.workloads.namespace,
                service_ports={name: service.port for name, service in s.services.items()},
            ),
            # It measures the rollouts' controller, in a namespace that comes with the services.
            self.child(depends_on=[self.services]),
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
            AlertsArgs(
                scope=self.scope,
                project=self.project,
                data_project_id=self.data_project.project_id,
                settings=self.settings.compliance,
            ),
            self.child(depends_on=[self.apis, self.data_apis]),
        )


def egress_hosts(settings: DtxSettings) -> dict[int, list[str]]:
    """Return whom the cluster may call outside Google, by port: alerts leave it by mail, Slack and text message."""
    channels = settings.monitoring.channels
    called = [*([SLACK_HOST] if channels.slack else []), *([channels.sms] if channels.sms else [])]
    hosts = {HTTPS_PORT: [*settings.network.egress_hosts, *called]}
    if channels.email:
        hosts.setdefault(channels.email.port, []).append(channels.email.host)
    return hosts


def node_pools(cluster: ClusterSettings) -> list[Pool]:
    """Return the cluster's pools; nodes of one that is not the services' take only pods that ask for them."""
    return [
        Pool(
            purpose=purpose,
            labels={POOL_LABEL: purpose},
            taints=() if purpose == "services" else [Taint(key=POOL_LABEL, value=purpose)],
            **pool.args(),
        )
        for purpose, pool in cluster.pools.items()
    ]


def placement(cluster: ClusterSettings, purpose: str) -> Placement:
    """Return where pods of a purpose run: on the pool of its name if there is one, on the services' otherwise."""
    if purpose == "services" or purpose not in cluster.pools:
        return Placement(node_labels={POOL_LABEL: "services"})
    toleration = {"key": POOL_LABEL, "operator": "Equal", "value": purpose, "effect": "NoSchedule"}
    return Placement(node_labels={POOL_LABEL: purpose}, tolerations=[toleration])


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place DTx as the stack's settings describe it."""
    s = stack.section(DtxSettings)
    provider = gcp_provider(SYSTEM, project_id=s.project_id, region=s.region)
    data_provider = gcp_provider("dtx-data", project_id=s.data_project_id, region=s.region)
    scope = system_scope(SYSTEM, stack, s)
    named = replace(scope, names=Namer(prefix=s.prefix, system=NAMES, environment=stack.environment))
    dtx = DtxArgs(scope=named, settings=s, data_provider=data_provider)
    return Dtx(SYSTEM, dtx, pulumi.ResourceOptions(providers=[provider])).outputs
