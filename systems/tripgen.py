"""TripGen on Azure: the physical architecture's chapters, one environment a stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

import pulumi

from components.azure.action_groups import ActionGroups, ActionGroupsArgs
from components.azure.activity_log import ActivityLog, ActivityLogArgs
from components.azure.alerts import PrometheusRules, PrometheusRulesArgs, place_log_alert, place_metric_alert
from components.azure.app_roles import app_role_manifest
from components.azure.application_gateway import ApplicationGateway, ApplicationGatewayArgs
from components.azure.application_insights import ApplicationInsights, ApplicationInsightsArgs
from components.azure.availability_test import AvailabilityTest, AvailabilityTestArgs
from components.azure.cluster import SYSTEM_TAINT, AksCluster, AksClusterArgs, ClusterNetwork, IngressGateway
from components.azure.container_insights import ContainerInsights, ContainerInsightsArgs
from components.azure.cost_budget import CostBudget, CostBudgetArgs, Threshold
from components.azure.firewall import Firewall, FirewallArgs
from components.azure.firewall_rules import Egress
from components.azure.front_door import FrontDoor, FrontDoorArgs
from components.azure.gateway_web_policy import GatewayWebPolicy, GatewayWebPolicyArgs
from components.azure.github_actions import GitHubActions, GitHubActionsArgs
from components.azure.hub import Hub, HubArgs
from components.azure.key_vault import KeyVault, KeyVaultArgs
from components.azure.key_vault_rotation import KeyVaultRotation, KeyVaultRotationArgs, Renewal
from components.azure.log_workspace import LogWorkspace, LogWorkspaceArgs
from components.azure.maintenance import MaintenanceWindow
from components.azure.managed_identity import ManagedIdentity, ManagedIdentityArgs
from components.azure.managed_prometheus import (
    ClusterMetrics,
    ClusterMetricsArgs,
    MetricsWorkspace,
    MetricsWorkspaceArgs,
)
from components.azure.network import Network, NetworkArgs
from components.azure.node_pool import NodePool
from components.azure.provider import azure_provider
from components.azure.recovery_network import RecoveryNetwork, RecoveryNetworkArgs
from components.azure.registry import Registry, RegistryArgs
from components.azure.resource_group import ResourceGroup, ResourceGroupArgs
from components.azure.role_assignment import place_role
from components.azure.saved_queries import SavedQueries, SavedQueriesArgs
from components.azure.service_access import ServiceAccess, ServiceAccessArgs
from components.base import Component, ComponentArgs
from components.kubernetes.pods import Placement
from settings.stack import StackSettings
from settings.tripgen.system import TripgenSettings
from systems import tripgen_alerts
from systems.scope import system_scope
from systems.tripgen_data import DATABASE_PORT, POOL_PORT, DataServices, DataServicesArgs
from systems.tripgen_services import Endpoints, Services, ServicesArgs
from systems.tripgen_telemetry import telemetry_variables

SYSTEM: Final = "tripgen"
OUTPUTS_VERSION: Final = 1
#: Percent of the budget at which somebody hears of it.
BUDGET_PERCENTS: Final = (80, 100)
#: Taint and label of the application pool (3.1.2).
APPLICATION_NODES: Final = "application-workload"
#: What the gateway passes to the services (4.2.1), and where they listen (4.4).
API_PATHS: Final = "/api/*"
SERVICE_PORT: Final = 8080


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
        self.place_observability()
        self.place_network()
        self.recovery_network: RecoveryNetwork | None = None
        if s.network.recovery:
            self.place_recovery_network(s.network.recovery)
        self.place_identity()
        self.place_application_insights()
        self.place_vault()
        self.place_gateway()
        self.place_front_door()
        self.place_registry()
        self.place_data()
        self.place_cluster()
        self.place_monitoring()
        self.place_services()
        self.place_alerts()
        self.place_rotation()
        self.place_budget()
        self.outputs = pulumi.Output.all(**self.exported)

    def place_observability(self) -> None:
        """8.1.1: where logs and metrics go; everything after sends its own there."""
        logs = self.settings.observability.logs
        self.workspace = LogWorkspace(
            "logs",
            LogWorkspaceArgs(
                scope=self.scope,
                group=self.group,
                retention_days=logs.retention_days,
                daily_cap_gb=logs.daily_cap_gb,
                total_retention_days=logs.total_retention_days,
            ),
            self.child(),
        )
        ActivityLog("activity-log", ActivityLogArgs(scope=self.scope, workspace=self.workspace), self.child())
        SavedQueries(
            "queries", SavedQueriesArgs(scope=self.scope, group=self.group, workspace=self.workspace), self.child()
        )
        self.metrics = MetricsWorkspace(
            "metrics", MetricsWorkspaceArgs(scope=self.scope, group=self.group), self.child()
        )

    def place_network(self) -> None:
        """4.1 and 7.1: the hub with its firewall, and the spoke whose nodes have no other way out."""
        s = self.settings
        plan = s.network.spoke_plan()
        self.hub = Hub(
            "hub",
            HubArgs(scope=self.scope, group=self.group, cidr=s.network.hub, firewall_subnet=s.network.firewall_subnet),
            self.child(),
        )
        self.firewall = Firewall(
            "firewall",
            FirewallArgs(
                scope=self.scope,
                hub=self.hub,
                tier=s.edge.firewall.tier,
                idps=s.edge.firewall.idps,
                zones=s.zones,
                egress=Egress(sources=(str(plan.nodes),), external_hosts=s.edge.firewall.external_hosts),
                workspace=self.workspace,
            ),
            self.child(),
        )
        self.network = Network(
            "network",
            NetworkArgs(
                scope=self.scope,
                group=self.group,
                plan=plan,
                hub=self.hub,
                firewall=self.firewall,
                public_sources=s.edge.gateway.public_sources,
                remote_endpoints=[s.network.recovery] if s.network.recovery else [],
            ),
            self.child(),
        )

    def place_recovery_network(self, cidr: IPv4Network) -> None:
        """10.1.1: the group of the recovery region, and in it a network for the endpoints of what is copied there."""
        self.recovery_group = ResourceGroup(
            "recovery-group",
            ResourceGroupArgs(scope=self.scope, location=self.settings.recovery_region, purpose="recovery"),
            self.child(),
        )
        self.recovery_network = RecoveryNetwork(
            "recovery-network",
            RecoveryNetworkArgs(scope=self.scope, group=self.recovery_group, cidr=cidr, spoke=self.network),
            self.child(),
        )

    def place_identity(self) -> None:
        """7.2.1: who the services are, and what the tenant's owners register for them."""
        identity = self.settings.identity
        self.services = ManagedIdentity(
            "services", ManagedIdentityArgs(scope=self.scope, group=self.group, purpose="services"), self.child()
        )
        self.exported["services_client_id"] = self.services.client_id
        self.exported["app_registration"] = {
            "display_name": identity.app_registration,
            "app_roles": app_role_manifest(identity.app_registration, identity.app_roles),
        }

    def place_application_insights(self) -> None:
        """8.1.1 and 8.2.2: where the services report to, and what their agent is told."""
        application = self.settings.observability.application
        self.insights = ApplicationInsights(
            "application-insights",
            ApplicationInsightsArgs(
                scope=self.scope,
                group=self.group,
                workspace=self.workspace,
                sampling_percent=application.sampling_percent,
                sender=self.services,
            ),
            self.child(),
        )
        #: Environment variables of every service.
        self.telemetry = telemetry_variables(
            application, connection_string=self.insights.connection_string, client_id=self.services.client_id
        )

    def place_vault(self) -> None:
        """7.4: the vault; what is in it is set by its owners."""
        s = self.settings
        self.vault = KeyVault(
            "vault",
            KeyVaultArgs(
                scope=self.scope,
                group=self.group,
                network=self.network,
                tenant_id=s.tenant_id,
                soft_delete_days=s.vault.soft_delete_days,
                purge_protection=s.vault.purge_protection,
                keys=s.vault.keys,
                key_days=s.vault.rotation.secrets_days,
                workspace=self.workspace,
            ),
            self.child(),
        )
        self.exported["vault"] = {
            "uri": self.vault.vault_uri,
            # What the vault's owners set, and for how many days each is to be valid.
            "secrets_by_days": s.vault.secrets_by_days(),
            "certificates_by_days": dict.fromkeys(s.vault.certificates, s.vault.rotation.certificates_days),
        }

    def place_gateway(self) -> None:
        """4.2: the Application Gateway behind its web application firewall; the ingress controller drives it."""
        s = self.settings
        gateway, web, front_door = s.edge.gateway, s.edge.web_firewall, s.edge.front_door
        self.gateway_policy = GatewayWebPolicy(
            "gateway-web",
            GatewayWebPolicyArgs(
                scope=self.scope,
                group=self.group,
                rule_set=web.rule_set,
                challenged_bots=web.challenged_bots,
                health_path=front_door.health_path,
            ),
            self.child(),
        )
        self.gateway_identity = ManagedIdentity(
            "gateway-identity", ManagedIdentityArgs(scope=self.scope, group=self.group, purpose="gateway"), self.child()
        )
        read_certificate = place_role(
            self.gateway_identity,
            "read-certificate",
            role="Key Vault Secrets User",
            scope_id=self.vault.vault_id,
            principal_id=self.gateway_identity.principal_id,
        )
        self.gateway = ApplicationGateway(
            "gateway",
            ApplicationGatewayArgs(
                scope=self.scope,
                network=self.network,
                private_address=s.network.gateway_address,
                zones=s.zones,
                min_capacity=gateway.min_capacity,
                max_capacity=gateway.max_capacity,
                web_policy_id=self.gateway_policy.policy_id,
                identity_id=self.gateway_identity.identity_id,
                # Asked for only when it may be read.
                certificate_secret_id=pulumi.Output.all(self.vault.vault_uri, read_certificate.id).apply(
                    lambda known: f"{known[0]}secrets/{gateway.certificate}"
                ),
                pod_port=SERVICE_PORT,
                health_path=front_door.health_path,
                paths={
                    "api": [API_PATHS],
                    "health": [front_door.health_path],
                    "static": front_door.static_paths,
                },
                workspace=self.workspace,
            ),
            self.child(),
        )

    def place_front_door(self) -> None:
        """2.2, 7.1.1 and 10.1.2: Front Door, which sees every request first and asks whether the gateway is well."""
        s = self.settings
        front_door, web = s.edge.front_door, s.edge.web_firewall
        self.front_door = FrontDoor(
            "front-door",
            FrontDoorArgs(
                scope=self.scope,
                group=self.group,
                gateway=self.gateway,
                origin_host=s.edge.origin_host,
                health_path=front_door.health_path,
                probe_interval_seconds=front_door.probe_interval_seconds,
                failover_threshold=front_door.failover_threshold,
                api_paths=[API_PATHS, front_door.health_path],
                static_paths=front_door.static_paths,
                custom_hosts=front_door.custom_hosts,
                rate_limit_per_minute=web.rate_limit_per_minute,
                blocked_countries=web.blocked_countries,
                workspace=self.workspace,
            ),
            self.child(),
        )
        self.exported["edge"] = {
            "front_door_host": self.front_door.endpoint_host,
            "gateway_public_ip": self.gateway.public_ip,
            "gateway_private_ip": str(s.network.gateway_address),
            "firewall_public_ip": self.firewall.public_ip,
        }

    def place_registry(self) -> None:
        """9: the image registry, and the identity of the workflows that push to it."""
        images = self.settings.registry
        self.registry = Registry(
            "registry",
            RegistryArgs(
                scope=self.scope,
                group=self.group,
                network=self.network,
                replicas=images.replicas,
                push_cidrs=images.push_cidrs,
                untagged_days=images.untagged_days,
                workspace=self.workspace,
            ),
            self.child(),
        )
        github = GitHubActions(
            "github-actions",
            GitHubActionsArgs(
                scope=self.scope,
                group=self.group,
                repository=images.github_repository,
                github_environment=self.scope.environment.name,
                registry=self.registry,
            ),
            self.child(),
        )
        self.exported["registry"] = {
            "login_server": self.registry.login_server,
            "github_images_client_id": github.client_id,
        }

    def place_data(self) -> None:
        """5 and 6: data services, and what the services may do in them and in the vault (7.2.1)."""
        self.data = DataServices(
            "data",
            DataServicesArgs(
                scope=self.scope,
                settings=self.settings,
                group=self.group,
                network=self.network,
                clients=self.services,
                recovery=self.recovery_network,
                workspace=self.workspace,
            ),
            self.child(),
        )
        ServiceAccess(
            "service-access",
            ServiceAccessArgs(
                scope=self.scope,
                identity=self.services,
                vault_id=self.vault.vault_id,
                messaging_id=self.data.messaging.namespace_id,
                storage_account_id=self.data.backups.account_id,
            ),
            self.child(),
        )
        self.exported.update(self.data.exported())

    def place_cluster(self) -> None:
        """3.1: the AKS cluster, its two pools and when Azure may work on them."""
        s = self.settings
        self.cluster = AksCluster(
            "cluster",
            AksClusterArgs(
                scope=self.scope,
                group=self.group,
                network=self.network,
                addresses=ClusterNetwork(
                    pod_networking=s.network.pod_networking,
                    pod_network=s.network.pod_network,
                    service_network=s.network.service_network,
                    dns_service_address=s.network.dns_service_address,
                ),
                registry=self.registry,
                gateway=IngressGateway(
                    gateway_id=self.gateway.gateway_id,
                    address_id=self.gateway.public_ip_id,
                    identity_id=self.gateway_identity.identity_id,
                    web_policy_id=self.gateway_policy.policy_id,
                ),
                workspace=self.workspace,
                tenant_id=s.tenant_id,
                system_pool=NodePool(purpose="sys", zones=s.zones, taints=[SYSTEM_TAINT], **s.system_nodes.args()),
                application_pool=NodePool(
                    purpose="app",
                    zones=s.zones,
                    taints=[f"{APPLICATION_NODES}=true:NoSchedule"],
                    labels={APPLICATION_NODES: "true"},
                    **s.application_nodes.args(),
                ),
                maintenance=MaintenanceWindow(
                    day=s.maintenance.day,
                    start=s.maintenance.start,
                    hours=s.maintenance.hours,
                    utc_offset=s.maintenance.utc_offset,
                ),
                **s.cluster.args(),
            ),
            self.child(),
        )
        self.exported["cluster"] = {
            "name": self.cluster.cluster_name,
            "oidc_issuer_url": self.cluster.oidc_issuer_url,
        }

    def place_monitoring(self) -> None:
        """8.1.1: what the cluster and its containers tell of themselves, and whether users can reach them."""
        s = self.settings
        ContainerInsights(
            "container-insights",
            ContainerInsightsArgs(
                scope=self.scope, group=self.group, workspace=self.workspace, cluster_id=self.cluster.cluster_id
            ),
            self.child(),
        )
        ClusterMetrics(
            "cluster-metrics",
            ClusterMetricsArgs(
                scope=self.scope, group=self.group, metrics=self.metrics, cluster_id=self.cluster.cluster_id
            ),
            self.child(),
        )
        test = s.observability.availability_test
        AvailabilityTest(
            "availability",
            AvailabilityTestArgs(
                scope=self.scope,
                subscription_id=s.subscription_id,
                group=self.group,
                insights=self.insights,
                host=next(iter(s.edge.front_door.custom_hosts), self.front_door.endpoint_host),
                path=s.edge.front_door.health_path,
                **test.args(),
            ),
            self.child(),
        )

    def place_services(self) -> None:
        """3.2, 3.3, 4.3, 4.4, 7.2.2 and the rollouts of 9: the services in the cluster."""
        s = self.settings
        front_door = s.edge.front_door
        Services(
            "services-in-cluster",
            ServicesArgs(
                scope=self.scope,
                group=self.group,
                cluster=self.cluster,
                placement=Placement(
                    node_labels={APPLICATION_NODES: "true"},
                    tolerations=[
                        {"key": APPLICATION_NODES, "operator": "Equal", "value": "true", "effect": "NoSchedule"}
                    ],
                ),
                mesh_revision=s.cluster.istio_revision,
                identity=self.services,
                registry=self.registry.host,
                endpoint_networks=[
                    s.network.spoke_plan().endpoints,
                    *([s.network.recovery] if s.network.recovery else []),
                ],
                database_ports=[DATABASE_PORT, *([POOL_PORT] if s.postgres.pool else [])],
                endpoints=Endpoints(
                    variables={
                        "KEY_VAULT_URI": self.vault.vault_uri,
                        **self.data.variables(),
                        **self.telemetry,
                    },
                    prometheus_url=self.metrics.query_endpoint,
                    metrics_workspace_id=self.metrics.workspace_id,
                    service_bus_name=self.data.messaging.namespace_name,
                    service_bus_id=self.data.messaging.namespace_id,
                ),
                settings=s.workloads,
                services=s.services,
                edge_prefixes=[path.removesuffix("/*") for path in (API_PATHS, *front_door.static_paths)],
                edge_health_path=front_door.health_path,
            ),
            self.child(),
        )

    def place_alerts(self) -> None:
        """8.1.2: who is told, and of what."""
        s = self.settings.observability
        self.actions = ActionGroups(
            "alerts",
            ActionGroupsArgs(scope=self.scope, group=self.group, targets=tripgen_alerts.targets(s.channels)),
            self.child(),
        )
        PrometheusRules(
            "prometheus-rules",
            PrometheusRulesArgs(
                scope=self.scope,
                group=self.group,
                metrics=self.metrics,
                cluster_id=self.cluster.cluster_id,
                cluster_name=self.cluster.cluster_name,
                recordings=tripgen_alerts.recordings(s.custom_metrics),
                alerts=[*tripgen_alerts.prometheus_alerts(s.alerts)],
                actions=self.actions,
            ),
            self.child(),
        )
        lag = tripgen_alerts.replica_lag(s.alerts)
        replica_ids = self.data.postgres.replica_ids
        for name, resource_id, rule in (
            ("service-unavailable", self.insights.insights_id, tripgen_alerts.availability(s.alerts)),
            ("dead-letters", self.data.messaging.namespace_id, tripgen_alerts.dead_letters(s.alerts)),
            *((f"lag-of-{replica}", replica_ids[replica], lag) for replica in self.settings.postgres.replicas),
        ):
            place_metric_alert(self, name, group=self.group, resource_id=resource_id, rule=rule, actions=self.actions)
        place_log_alert(
            self,
            "daily-log-cap",
            group=self.group,
            workspace=self.workspace,
            rule=tripgen_alerts.log_cap(s.alerts),
            actions=self.actions,
        )

    def place_rotation(self) -> None:
        """7.4.1: who hears of what in the vault must be renewed."""
        vault, days = self.settings.vault, self.settings.vault.rotation
        KeyVaultRotation(
            "vault-rotation",
            KeyVaultRotationArgs(
                scope=self.scope,
                group=self.group,
                vault=self.vault,
                renewals=[
                    Renewal(label="secrets", kind="Secret", names=vault.secrets, days=days.secrets_days),
                    Renewal(label="api-keys", kind="Secret", names=vault.api_keys, days=days.api_keys_days),
                    Renewal(
                        label="certificates",
                        kind="Certificate",
                        names=vault.certificates,
                        days=days.certificates_days,
                    ),
                ],
                action_group_ids=self.actions.of(days.channels),
            ),
            self.child(),
        )

    def place_budget(self) -> None:
        """11.1: what a month may cost; the target is told of as soon as a month reaches it."""
        cost = self.settings.cost
        CostBudget(
            "budget",
            CostBudgetArgs(
                scope=self.scope,
                subscription_id=self.settings.subscription_id,
                monthly_usd=cost.monthly_usd,
                start=cost.start,
                thresholds=[
                    Threshold(name="target", percent=cost.target_percent),
                    *(Threshold(name=f"spent-{percent}", percent=percent) for percent in BUDGET_PERCENTS),
                    Threshold(name="forecast", percent=100, forecast=True),
                ],
                action_group_ids=self.actions.of(["teams"]),
            ),
            self.child(),
        )


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place TripGen as the stack's settings describe it."""
    s = stack.section(TripgenSettings)
    provider = azure_provider(SYSTEM, subscription_id=s.subscription_id, tenant_id=s.tenant_id, region=s.region)
    args = TripgenArgs(scope=system_scope(SYSTEM, stack, s), settings=s)
    return Tripgen(SYSTEM, args, pulumi.ResourceOptions(providers=[provider])).outputs
