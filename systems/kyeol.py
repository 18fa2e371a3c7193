"""KYEOL Saleor on AWS: the runbook's architecture, one environment a stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from components.aws.alarms import AlarmTopic, AlarmTopicArgs
from components.aws.cluster import EksCluster, EksClusterArgs
from components.aws.cluster_addons import NetworkAddons, NetworkAddonsArgs, WorkloadAddons, WorkloadAddonsArgs
from components.aws.controllers import Controllers, ControllersArgs, ReadableSecret
from components.aws.encryption_key import EncryptionKey, EncryptionKeyArgs, observability_uses
from components.aws.flow_logs import FlowLogs, FlowLogsArgs
from components.aws.network import Network, NetworkArgs
from components.aws.node_group import NodeGroup, NodeGroupArgs
from components.aws.payment_egress import PaymentEgress, PaymentEgressArgs
from components.aws.postgres import Postgres, PostgresArgs
from components.aws.provider import aws_provider
from components.aws.registry import Registry, RegistryArgs
from components.aws.valkey import Valkey, ValkeyArgs
from components.aws.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from components.base import Component, ComponentArgs, Scope
from components.kubernetes.provider import kubernetes_provider
from components.kubernetes.storage_class import DefaultStorageClass, DefaultStorageClassArgs
from settings import naming
from settings.kyeol import KyeolSettings
from settings.naming import Namer
from settings.stack import StackSettings
from settings.tags import PlatformTags

SYSTEM: Final = "kyeol"
OUTPUTS_VERSION: Final = 1
DATABASE_NAME: Final = "saleor"


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
        observability = self.key("observability", s)
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
                    database_name=DATABASE_NAME,
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
            outputs["repository_urls"] = registry.repository_urls

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
                hosted_zone_id=s.hosted_zone_id,
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

    def key(self, purpose: str, s: KyeolSettings) -> EncryptionKey:
        """Return a KMS key of its own for one purpose."""
        uses = observability_uses(s.account_id, s.region) if purpose == "observability" else ()
        return EncryptionKey(
            f"{purpose}-key",
            EncryptionKeyArgs(scope=self.scope, purpose=purpose, account_id=s.account_id, services=uses),
            self.child(),
        )


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place KYEOL as the stack's settings describe it."""
    s = stack.kyeol
    if s is None:
        raise ValueError("the settings loader lets no stack through that lists kyeol without its section")
    scope = Scope(
        environment=stack.profile,
        names=Namer(prefix=s.prefix, system=SYSTEM, environment=stack.environment),
        tags=PlatformTags(
            system=SYSTEM,
            environment=stack.environment,
            owner=s.owner,
            cost_centre=s.cost_centre,
            data_classification=s.data_classification,
        ),
    )
    provider = aws_provider(SYSTEM, account_id=s.account_id, region=s.region)
    return Kyeol(SYSTEM, KyeolArgs(scope=scope, settings=s), pulumi.ResourceOptions(providers=[provider])).outputs
