"""KYEOL Saleor on AWS: the runbook's architecture, one environment a stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.aws.alarms import AlarmTopic, AlarmTopicArgs
from components.aws.audit_trail import AuditTrail, AuditTrailArgs
from components.aws.budget import Budget, BudgetArgs
from components.aws.certificates import Certificates, CertificatesArgs
from components.aws.cluster import EksCluster, EksClusterArgs
from components.aws.cluster_addons import NetworkAddons, NetworkAddonsArgs, WorkloadAddons, WorkloadAddonsArgs
from components.aws.controllers import Controllers, ControllersArgs, ReadableSecret
from components.aws.distribution import Distribution, DistributionArgs
from components.aws.dns_zone import DnsZone, DnsZoneArgs
from components.aws.encryption_key import (
    EncryptionKey,
    EncryptionKeyArgs,
    ServiceUse,
    audit_uses,
    media_uses,
    observability_uses,
)
from components.aws.flow_logs import FlowLogs, FlowLogsArgs
from components.aws.github_actions import GitHubActions, GitHubActionsArgs
from components.aws.media import Media, MediaArgs
from components.aws.network import Network, NetworkArgs
from components.aws.node_group import NodeGroup, NodeGroupArgs
from components.aws.origin_guard import OriginGuard, OriginGuardArgs
from components.aws.payment_egress import PaymentEgress, PaymentEgressArgs
from components.aws.postgres import Postgres, PostgresArgs
from components.aws.provider import aws_provider
from components.aws.registry import Registry, RegistryArgs
from components.aws.valkey import Valkey, ValkeyArgs
from components.aws.viewer_web_acl import ViewerWebAcl, ViewerWebAclArgs
from components.aws.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from components.base import Component, ComponentArgs
from components.kubernetes.provider import kubernetes_provider
from components.kubernetes.storage_class import DefaultStorageClass, DefaultStorageClassArgs
from settings import naming
from settings.kyeol import (
    CacheSettings,
    EdgeSettings,
    KyeolSettings,
    PaymentGatewaySettings,
    PostgresSettings,
    RegistrySettings,
)
from settings.stack import StackSettings
from systems.scope import system_scope

SYSTEM: Final = "kyeol"
OUTPUTS_VERSION: Final = 1
#: Name of the application: its database, its namespace.
APPLICATION: Final = "saleor"
API_SERVICE_ACCOUNT: Final = "saleor-api"


@dataclass(frozen=True, kw_only=True)
class KyeolArgs(ComponentArgs):
    """The system's settings."""

    settings: KyeolSettings


class Kyeol(Component[KyeolArgs], type="platform:system:Kyeol"):
    """A network, a cluster in it, the data services beside it, the edge before it, and the evidence of it all."""

    outputs: pulumi.Output[Mapping[str, object]]

    def build(self, args: KyeolArgs) -> None:
        """Place the environment, chapter by chapter. What the settings leave out is not there."""
        s = self.settings = args.settings
        self.exported: dict[str, object] = {"version": OUTPUTS_VERSION, "region": s.region, "account_id": s.account_id}
        self.place_observability(s)
        self.place_network(s)
        self.place_cluster(s)
        if s.payment_gateway:
            self.place_payments(s.payment_gateway)
        self.secrets: list[ReadableSecret] = []
        if s.postgres:
            self.place_postgres(s.postgres)
        if s.cache:
            self.place_cache(s.cache)
        if s.registry:
            self.place_images(s.registry)
        if s.edge:
            self.place_edge(s.edge)
        self.place_evidence(s)
        self.place_cluster_contents(s)
        self.outputs = pulumi.Output.all(**self.exported)

    def place_observability(self, s: KyeolSettings) -> None:
        """One key for logs and alarms, one topic that alarms and budgets report to."""
        self.log_key = self.key("observability", observability_uses(s.account_id, s.region))
        self.alarms = AlarmTopic(
            "alarms",
            AlarmTopicArgs(scope=self.scope, account_id=s.account_id, key=self.log_key, email=s.alarm_email),
            self.child(),
        )
        Budget(
            "budget", BudgetArgs(scope=self.scope, monthly_usd=s.monthly_budget_usd, alarms=self.alarms), self.child()
        )

    def place_network(self, s: KyeolSettings) -> None:
        """The VPC with its flow logs and private ways to AWS, and the zones of the environment's names."""
        self.cluster_name = self.scope.names(naming.EKS_CLUSTER, "eks")
        self.network = Network(
            "network",
            NetworkArgs(
                scope=self.scope, region=s.region, zones=s.zones, cluster_name=self.cluster_name, **s.network.args()
            ),
            self.child(),
        )
        FlowLogs("flow-logs", FlowLogsArgs(scope=self.scope, network=self.network, log_key=self.log_key), self.child())
        self.endpoints = VpcEndpoints(
            "vpc-endpoints", VpcEndpointsArgs(scope=self.scope, network=self.network), self.child()
        )
        self.zones = [
            DnsZone(
                f"zone-{domain}", DnsZoneArgs(scope=self.scope, domain=domain, delegations=delegations), self.child()
            )
            for domain, delegations in s.dns.delegations_by_zone().items()
        ]
        self.exported["vpc_id"] = self.network.vpc_id
        self.exported["name_servers"] = pulumi.Output.all(**{zone.domain: zone.name_servers for zone in self.zones})

    def place_cluster(self, s: KyeolSettings) -> None:
        """The EKS cluster: control plane, network add-ons, nodes, and the add-ons that run on them."""
        self.cluster = EksCluster(
            "cluster",
            EksClusterArgs(
                scope=self.scope,
                cluster_name=self.cluster_name,
                network=self.network,
                secrets_key=self.key("kubernetes-secrets"),
                log_key=self.log_key,
                **s.cluster.args(),
            ),
            self.child(),
        )
        self.network_addons = NetworkAddons(
            "network-addons",
            NetworkAddonsArgs(
                scope=self.scope, cluster=self.cluster, vpc_cni=s.addons.vpc_cni, kube_proxy=s.addons.kube_proxy
            ),
            self.child(),
        )
        self.nodes = NodeGroup(
            "nodes",
            NodeGroupArgs(
                scope=self.scope,
                cluster=self.cluster,
                label="general",
                subnet_ids=self.network.private_subnet_ids,
                **s.nodes.args(),
            ),
            self.child(depends_on=[self.network_addons]),
        )
        WorkloadAddons(
            "workload-addons",
            WorkloadAddonsArgs(
                scope=self.scope,
                cluster=self.cluster,
                nodes=self.nodes,
                coredns=s.addons.coredns,
                ebs_csi_driver=s.addons.ebs_csi_driver,
                metrics_server=s.addons.metrics_server,
            ),
            self.child(),
        )

    def place_payments(self, payment: PaymentGatewaySettings) -> None:
        """The payment gateway's own way out, and the nodes that use it."""
        egress = PaymentEgress(
            "payment-egress",
            PaymentEgressArgs(scope=self.scope, network=self.network, endpoints=self.endpoints, zones=payment.zones),
            self.child(),
        )
        NodeGroup(
            "payment-nodes",
            NodeGroupArgs(
                scope=self.scope,
                cluster=self.cluster,
                label="payment",
                dedicated=True,
                subnet_ids=egress.subnet_ids,
                **payment.nodes.args(),
            ),
            self.child(depends_on=[self.network_addons]),
        )
        self.exported["payment_public_ips"] = egress.public_ips

    def place_postgres(self, postgres: PostgresSettings) -> None:
        """The database, whose password external-secrets may read."""
        key = self.key("postgres")
        database = Postgres(
            "postgres",
            PostgresArgs(
                scope=self.scope,
                network=self.network,
                client_security_group_id=self.cluster.security_group_id,
                key=key,
                log_key=self.log_key,
                alarms=self.alarms,
                database_name=APPLICATION,
                **postgres.args(),
            ),
            self.child(),
        )
        self.secrets.append(ReadableSecret(secret_arn=database.secret_arn, key_arn=key.arn))
        self.exported["postgres"] = {"endpoint": database.endpoint, "secret_arn": database.secret_arn}

    def place_cache(self, cache: CacheSettings) -> None:
        """The cache."""
        valkey = Valkey(
            "valkey",
            ValkeyArgs(
                scope=self.scope,
                network=self.network,
                client_security_group_id=self.cluster.security_group_id,
                key=self.key("valkey"),
                log_key=self.log_key,
                alarms=self.alarms,
                **cache.args(),
            ),
            self.child(),
        )
        self.exported["valkey"] = {"primary_endpoint": valkey.primary_endpoint}

    def place_images(self, images: RegistrySettings) -> None:
        """The image repositories, and the identity of the workflows that push to them."""
        registry = Registry(
            "registry",
            RegistryArgs(
                scope=self.scope,
                account_id=self.settings.account_id,
                region=self.settings.region,
                key=self.key("registry"),
                repositories=images.repositories,
                keep_images=images.keep_images,
                untagged_days=images.untagged_days,
            ),
            self.child(),
        )
        github = GitHubActions(
            "github-actions",
            GitHubActionsArgs(
                scope=self.scope,
                repository=images.github_repository,
                github_environment=self.scope.environment.name,
                registry=registry,
            ),
            self.child(),
        )
        self.exported["repository_urls"] = registry.repository_urls
        self.exported["github_images_role_arn"] = github.role_arn

    def place_edge(self, edge: EdgeSettings) -> None:
        """CloudFront, what stands before it, what it reads, and what keeps others from its origin."""
        scope, account_id = self.scope, self.settings.account_id
        media = Media(
            "media",
            MediaArgs(
                scope=scope,
                account_id=account_id,
                key=self.key("media", media_uses(account_id)),
                cluster=self.cluster,
                namespace=APPLICATION,
                service_account=API_SERVICE_ACCOUNT,
            ),
            self.child(),
        )
        certificates = Certificates(
            "certificates",
            CertificatesArgs(scope=scope, hosts=edge.hosts, origin_host=edge.origin_host, zones=self.zones),
            self.child(),
        )
        guard = OriginGuard(
            "origin",
            OriginGuardArgs(
                scope=scope,
                network=self.network,
                target_security_group_id=self.cluster.security_group_id,
                key=self.key("edge-secrets"),
            ),
            self.child(),
        )
        web_acl = ViewerWebAcl(
            "viewer",
            ViewerWebAclArgs(scope=scope, rate_limit_per_5_minutes=edge.rate_limit_per_5_minutes),
            self.child(),
        )
        distribution = Distribution(
            "distribution",
            DistributionArgs(
                scope=scope,
                hosts=edge.hosts,
                origin_host=edge.origin_host,
                zones=self.zones,
                certificates=certificates,
                web_acl=web_acl,
                guard=guard,
                media=media.bucket,
            ),
            self.child(),
        )
        self.exported["edge"] = {
            "distribution_id": distribution.distribution_id,
            "media_bucket": media.bucket.bucket_name,
            "media_writer_role_arn": media.writer_role_arn,
            # What the Ingress names in its annotations.
            "origin_host": edge.origin_host,
            "origin_certificate_arn": certificates.origin_certificate_arn,
            "origin_security_group_id": guard.security_group_id,
            "origin_web_acl_arn": guard.web_acl_arn,
        }

    def place_evidence(self, s: KyeolSettings) -> None:
        """The audit trail and the configuration record."""
        AuditTrail(
            "audit",
            AuditTrailArgs(
                scope=self.scope,
                account_id=s.account_id,
                region=s.region,
                key=self.key("audit", audit_uses(s.account_id)),
            ),
            self.child(),
        )

    def place_cluster_contents(self, s: KyeolSettings) -> None:
        """What stands in the cluster before Argo CD comes: the storage class and the controllers' identities."""
        in_cluster = kubernetes_provider(
            "cluster", parent=self, kubeconfig=self.cluster.kubeconfig, access=[*self.cluster.access, self.nodes]
        )
        DefaultStorageClass(
            "default-storage",
            DefaultStorageClassArgs(
                scope=self.scope,
                storage_class="gp3",
                provisioner="ebs.csi.aws.com",
                parameters={"type": "gp3", "encrypted": "true"},
            ),
            self.child(providers=[in_cluster]),
        )
        controllers = Controllers(
            "controllers",
            ControllersArgs(
                scope=self.scope,
                account_id=s.account_id,
                network=self.network,
                cluster=self.cluster,
                zones=self.zones,
                secret_prefix=self.scope.names(naming.SECRET),
                secrets=self.secrets,
            ),
            self.child(providers=[in_cluster]),
        )
        self.exported["cluster"] = {
            "name": self.cluster.cluster_name,
            "endpoint": self.cluster.endpoint,
            "oidc_provider_arn": self.cluster.oidc_provider_arn,
            "controller_role_arns": controllers.role_arns,
        }

    def key(self, purpose: str, uses: Sequence[ServiceUse] = ()) -> EncryptionKey:
        """Return a KMS key of its own for one purpose."""
        return EncryptionKey(
            f"{purpose}-key",
            EncryptionKeyArgs(scope=self.scope, purpose=purpose, account_id=self.settings.account_id, services=uses),
            self.child(),
        )


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place KYEOL as the stack's settings describe it."""
    s = stack.section(KyeolSettings)
    provider = aws_provider(SYSTEM, account_id=s.account_id, region=s.region)
    args = KyeolArgs(scope=system_scope(SYSTEM, stack, s), settings=s)
    return Kyeol(SYSTEM, args, pulumi.ResourceOptions(providers=[provider])).outputs
