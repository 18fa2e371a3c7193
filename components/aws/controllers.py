"""Identities of the controllers that Argo CD installs into a cluster: a role in AWS and a service account each.

Only this program knows the roles, so it makes the service accounts too; the charts are told not to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.aws import controller_policies
from components.aws.cluster import EksCluster
from components.aws.controller_policies import Place
from components.aws.dns_zone import DnsZone
from components.aws.iam import Statement, policy_document
from components.aws.network import Network
from components.aws.workload_role import WorkloadRole, WorkloadRoleArgs
from components.base import Component, ComponentArgs
from components.kubernetes.namespace import Namespace, NamespaceArgs
from components.kubernetes.service_account import ServiceAccount, ServiceAccountArgs

#: Where each controller runs, by its own documentation. kube-system is there already.
NAMESPACES: Final = {
    "aws-load-balancer-controller": "kube-system",
    "cluster-autoscaler": "kube-system",
    "external-dns": "external-dns",
    "external-secrets": "external-secrets",
}

#: Ports of the controllers' admission webhooks, which the API server calls from its interfaces in the private subnets.
WEBHOOK_PORTS: Final = {"external-secrets": (10250,)}


@dataclass(frozen=True, kw_only=True)
class ReadableSecret:
    """A secret that external-secrets may read besides those under the environment's prefix, and its key."""

    secret_arn: pulumi.Output[str]
    key_arn: pulumi.Output[str]


@dataclass(frozen=True, kw_only=True)
class ControllersArgs(ComponentArgs):
    """The cluster and what its controllers may touch outside of it."""

    account_id: str
    network: Network
    cluster: EksCluster
    #: The Route 53 zones that ExternalDNS may change.
    zones: Sequence[DnsZone]
    #: Secrets Manager names start with this and a slash.
    secret_prefix: str
    secrets: Sequence[ReadableSecret]


class Controllers(Component[ControllersArgs], type="platform:aws:Controllers"):
    """AWS Load Balancer Controller, ExternalDNS, external-secrets and the cluster autoscaler, each with its own role.

    The component needs a Kubernetes provider of the cluster among its options.
    """

    role_arns: pulumi.Output[dict[str, str]]

    def build(self, args: ControllersArgs) -> None:
        """Place the namespaces, the roles and the service accounts."""
        place = pulumi.Output.all(args.network.vpc_id, args.cluster.cluster_name).apply(
            lambda ids: Place(
                account_id=args.account_id, region=args.network.region, vpc_id=ids[0], cluster_name=ids[1]
            )
        )
        secret_arns = pulumi.Output.all(*[secret.secret_arn for secret in args.secrets])
        key_arns = pulumi.Output.all(*[secret.key_arn for secret in args.secrets])
        zone_ids = pulumi.Output.all(*[zone.zone_id for zone in args.zones])
        policies = {
            "aws-load-balancer-controller": place.apply(controller_policies.load_balancer_controller),
            "cluster-autoscaler": place.apply(controller_policies.cluster_autoscaler),
            "external-dns": zone_ids.apply(controller_policies.external_dns),
            "external-secrets": pulumi.Output.all(place, secret_arns, key_arns).apply(
                lambda known: controller_policies.external_secrets(
                    known[0], secret_prefix=args.secret_prefix, secret_arns=known[1], key_arns=known[2]
                )
            ),
        }
        self.role_arns = pulumi.Output.all(
            **{name: self._identity(args, name, statements) for name, statements in policies.items()}
        )

    def _identity(
        self, args: ControllersArgs, controller: str, statements: pulumi.Output[list[Statement]]
    ) -> pulumi.Output[str]:
        """Place a controller's role and the service account that may take it, and return the role's ARN."""
        namespace = NAMESPACES[controller]
        name = f"{self.name}-{controller}"
        role = WorkloadRole(
            name,
            WorkloadRoleArgs(
                scope=args.scope,
                cluster=args.cluster,
                namespace=namespace,
                service_account=controller,
                policy=statements.apply(lambda known: policy_document(*known)),
            ),
            self.child(),
        )
        waits_for = []
        if namespace != "kube-system":
            waits_for.append(
                Namespace(
                    name,
                    NamespaceArgs(
                        scope=args.scope,
                        namespace=namespace,
                        https_egress=True,
                        webhook_ports=WEBHOOK_PORTS.get(controller, ()),
                        api_server_cidrs=[str(p.cidr) for p in args.network.plan("private", args.network.zones)],
                    ),
                    self.child(),
                )
            )
        ServiceAccount(
            name,
            ServiceAccountArgs(
                scope=args.scope,
                namespace=namespace,
                service_account=controller,
                annotations={"eks.amazonaws.com/role-arn": role.arn},
            ),
            self.child(depends_on=waits_for),
        )
        return role.arn
