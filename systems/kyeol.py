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
from settings.kyeol import EdgeSettings, KyeolSettings
from settings.stack import StackSettings
from systems.scope import aws_scope

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
    """A network, a cluster in it, the data services beside it, and the identities of the cluster's controllers."""

    outputs: pulumi.Output[Mapping[str, object]]

    def build(self, args: KyeolArgs) -> None:
        """Place the environment."""
        s, scope = args.settings, args.scope
        cluster_name = scope.names(naming.EKS_CLUSTER, "eks")
        observability = self.key("observability", s, observability_uses(s.account_id, s.region))
        alarms = AlarmTopic(
            "alarms",
            AlarmTopicArgs(scope=scope, account_id=s.account_id, key=observability, email=s.alarm_email),
            self.child(),
        )
        outputs: dict[str, object] = {"version": OUTPUTS_VERSION, "region": s.region, "account_id": s.account_id}

        network = Network(
            "network",
            NetworkArgs(scope=scope, region=s.region, zones=s.zones, cluster_name=cluster_name, **s.network.args()),
            self.child(),
        )
        FlowLogs("flow-logs", FlowLogsArgs(scope=scope, vpc=network.vpc, log_key=observability), self.child())
        VpcEndpoints("vpc-endpoints", VpcEndpointsArgs(scope=scope, network=network), self.child())

        cluster = EksCluster(
            "cluster",
            EksClusterArgs(
                scope=scope,
                cluster_name=cluster_name,
                network=network,
                secrets_key=self.key("kubernetes-secrets", s),
                log_key=observability,
                **s.cluster.args(),
            ),
            self.child(),
        )
        network_addons = NetworkAddons(
            "network-addons",
            NetworkAddonsArgs(scope=scope, cluster=cluster, vpc_cni=s.addons.vpc_cni, kube_proxy=s.addons.kube_proxy),
            self.child(),
        )
        nodes = NodeGroup(
            "nodes",
            NodeGroupArgs(
                scope=scope, cluster=cluster, label="general", subnet_ids=network.private_subnet_ids, **s.nodes.args()
            ),
            self.child(depends_on=[network_addons]),
        )
        WorkloadAddons(
            "workload-addons",
            WorkloadAddonsArgs(
                scope=scope,
                cluster=cluster,
                nodes=nodes,
                coredns=s.addons.coredns,
                ebs_csi_driver=s.addons.ebs_csi_driver,
                metrics_server=s.addons.metrics_server,
            ),
            self.child(),
        )

        if s.payment_gateway:
            egress = PaymentEgress(
                "payment-egress",
                PaymentEgressArgs(scope=scope, network=network, zones=s.payment_gateway.zones),
                self.child(),
            )
            NodeGroup(
                "payment-nodes",
                NodeGroupArgs(
                    scope=scope,
                    cluster=cluster,
                    label="payment",
                    dedicated=True,
                    subnet_ids=egress.subnet_ids,
                    **s.payment_gateway.nodes.args(),
                ),
                self.child(depends_on=[network_addons]),
            )
            outputs["payment_public_ips"] = egress.public_ips

        zones = [
            DnsZone(f"zone-{domain}", DnsZoneArgs(scope=scope, domain=domain, delegations=delegations), self.child())
            for domain, delegations in s.dns.delegations_by_zone().items()
        ]
        outputs["name_servers"] = pulumi.Output.all(**{zone.domain: zone.name_servers for zone in zones})

        secrets: list[ReadableSecret] = []
        if s.postgres:
            key = self.key("postgres", s)
            postgres = Postgres(
                "postgres",
                PostgresArgs(
                    scope=scope,
                    network=network,
                    client_security_group_id=cluster.security_group_id,
                    key=key,
                    log_key=observability,
                    alarms=alarms,
                    database_name=APPLICATION,
                    **s.postgres.args(),
                ),
                self.child(),
            )
            secrets.append(ReadableSecret(secret_arn=postgres.secret_arn, key_arn=key.arn))
            outputs["postgres"] = {"endpoint": postgres.endpoint, "secret_arn": postgres.secret_arn}
        if s.cache:
            valkey = Valkey(
                "valkey",
                ValkeyArgs(
                    scope=scope,
                    network=network,
                    client_security_group_id=cluster.security_group_id,
                    key=self.key("valkey", s),
                    log_key=observability,
                    alarms=alarms,
                    **s.cache.args(),
                ),
                self.child(),
            )
            outputs["valkey"] = {"primary_endpoint": valkey.primary_endpoint}
        if s.registry:
            registry = Registry(
                "registry", RegistryArgs(scope=scope, key=self.key("registry", s), **s.registry.args()), self.child()
            )
            github = GitHubActions(
                "github-actions",
                GitHubActionsArgs(
                    scope=scope,
                    repository=s.github_repository,
                    github_environment=scope.environment.name,
                    registry_arns=registry.repository_arns,
                ),
                self.child(),
            )
            outputs["repository_urls"] = registry.repository_urls
            outputs["github_images_role_arn"] = github.role_arn
        if s.edge:
            outputs["edge"] = self.edge(s, s.edge, network, cluster, zones)

        AuditTrail(
            "audit",
            AuditTrailArgs(
                scope=scope,
                account_id=s.account_id,
                region=s.region,
                key=self.key("audit", s, audit_uses(s.account_id)),
            ),
            self.child(),
        )
        Budget("budget", BudgetArgs(scope=scope, monthly_usd=s.monthly_budget_usd, alarms=alarms), self.child())

        in_cluster = kubernetes_provider(
            "cluster", parent=self, kubeconfig=cluster.kubeconfig, access=[*cluster.access, nodes]
        )
        DefaultStorageClass(
            "default-storage",
            DefaultStorageClassArgs(
                scope=scope,
                storage_class="gp3",
                provisioner="ebs.csi.aws.com",
                parameters={"type": "gp3", "encrypted": "true"},
            ),
            self.child(providers=[in_cluster]),
        )
        controllers = Controllers(
            "controllers",
            ControllersArgs(
                scope=scope,
                account_id=s.account_id,
                network=network,
                cluster=cluster,
                zones=zones,
                secret_prefix=scope.names(naming.SECRET),
                secrets=secrets,
            ),
            self.child(providers=[in_cluster]),
        )

        outputs["vpc_id"] = network.vpc_id
        outputs["cluster"] = {
            "name": cluster.cluster_name,
            "endpoint": cluster.endpoint,
            "oidc_provider_arn": cluster.oidc_provider_arn,
            "controller_role_arns": controllers.role_arns,
        }
        self.outputs = pulumi.Output.all(**outputs)

    def edge(
        self, s: KyeolSettings, edge: EdgeSettings, network: Network, cluster: EksCluster, zones: Sequence[DnsZone]
    ) -> dict[str, object]:
        """Place CloudFront, what stands before it, what it reads, and what keeps others from its origin."""
        scope = self.scope
        media = Media(
            "media",
            MediaArgs(
                scope=scope,
                account_id=s.account_id,
                key=self.key("media", s, media_uses(s.account_id)),
                cluster=cluster,
                namespace=APPLICATION,
                service_account=API_SERVICE_ACCOUNT,
            ),
            self.child(),
        )
        certificates = Certificates(
            "certificates",
            CertificatesArgs(scope=scope, hosts=edge.hosts, origin_host=edge.origin_host, zones=zones),
            self.child(),
        )
        guard = OriginGuard(
            "origin",
            OriginGuardArgs(
                scope=scope,
                network=network,
                target_security_group_id=cluster.security_group_id,
                key=self.key("edge-secrets", s),
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
                zones=zones,
                certificates=certificates,
                web_acl=web_acl,
                guard=guard,
                media=media.bucket,
            ),
            self.child(),
        )
        return {
            "distribution_id": distribution.distribution_id,
            "media_bucket": media.bucket.bucket_name,
            "media_writer_role_arn": media.writer_role_arn,
            # What the Ingress names in its annotations.
            "origin_host": edge.origin_host,
            "origin_certificate_arn": certificates.origin_certificate_arn,
            "origin_security_group_id": guard.security_group_id,
            "origin_web_acl_arn": guard.web_acl_arn,
        }

    def key(self, purpose: str, s: KyeolSettings, uses: Sequence[ServiceUse] = ()) -> EncryptionKey:
        """Return a KMS key of its own for one purpose."""
        return EncryptionKey(
            f"{purpose}-key",
            EncryptionKeyArgs(scope=self.scope, purpose=purpose, account_id=s.account_id, services=uses),
            self.child(),
        )


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place KYEOL as the stack's settings describe it."""
    s = stack.section(KyeolSettings)
    provider = aws_provider(SYSTEM, account_id=s.account_id, region=s.region)
    args = KyeolArgs(scope=aws_scope(SYSTEM, stack, s), settings=s)
    return Kyeol(SYSTEM, args, pulumi.ResourceOptions(providers=[provider])).outputs
