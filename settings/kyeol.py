"""Settings of KYEOL Saleor on AWS (the KYEOL runbook). What all its environments share is the default here."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Annotated

from pydantic import Field

from settings import network
from settings.aws import AwsSystemSettings
from settings.capacity import max_pods_limit
from settings.catalogue import EC2_INSTANCE_TYPES
from settings.model import Settings, rule
from settings.types import (
    AddonVersion,
    AllowListCidr,
    CacheNodeType,
    Cidr,
    DnsName,
    Ec2InstanceTypeName,
    EcrRepositoryName,
    EmailAddress,
    GitHubRepository,
    IamPrincipalArn,
    KubernetesMinor,
    NatMode,
    PostgresMajor,
    RdsInstanceClass,
    ServiceCidr,
    Unique,
    ValkeyVersion,
    VpcCidr,
    ZoneLetter,
)


class NetworkSettings(Settings):
    """The environment's VPC."""

    cidr: VpcCidr
    """Address range of the VPC, a private /16 that no other environment uses."""
    nat: NatMode
    """`single`: one NAT gateway for all zones; `per-zone`: one in each, so that no zone depends on another."""


class NodeGroupSettings(Settings):
    """A managed node group (sizing table of the runbook, row EKS Nodes)."""

    instance_type: Ec2InstanceTypeName
    """EC2 instance type of every node."""
    min_nodes: Annotated[int, Field(ge=1, le=100)]
    """Nodes that always run."""
    max_nodes: Annotated[int, Field(ge=1, le=100)]
    """Nodes that cluster autoscaling may reach."""
    max_pods: Annotated[int, Field(ge=17, le=250)] = 50
    """Pods per node. Prefix delegation gives addresses for far more; the kubelet's reservation grows with it."""
    disk_gib: Annotated[int, Field(ge=20, le=500)] = 50
    """Size of a node's encrypted gp3 root volume in GiB."""

    @rule
    def _sizes_are_in_order(self) -> Iterator[str]:
        if self.min_nodes > self.max_nodes:
            yield f"min_nodes {self.min_nodes} must not exceed max_nodes {self.max_nodes}"

    @rule
    def _pods_fit(self) -> Iterator[str]:
        limit = max_pods_limit(EC2_INSTANCE_TYPES[self.instance_type])
        if self.max_pods > limit:
            yield (
                f"max_pods {self.max_pods} does not fit {self.instance_type}: at most {limit} (addresses, Amazon's "
                "advice of 110, and a quarter of the memory for the kubelet's reservation of 11 MiB a pod + 255 MiB)"
            )


class AddonSettings(Settings):
    """Pinned versions of the EKS add-ons for the cluster's Kubernetes minor (docs/hard-facts.md says where from)."""

    vpc_cni: AddonVersion = "v1.22.4-eksbuild.3"
    """Pod networking, with prefix delegation and the network policy agent."""
    kube_proxy: AddonVersion = "v1.35.3-eksbuild.18"
    """Service networking; its minor follows the cluster's."""
    coredns: AddonVersion = "v1.13.2-eksbuild.11"
    """Cluster DNS."""
    ebs_csi_driver: AddonVersion = "v1.63.1-eksbuild.1"
    """EBS volumes."""
    metrics_server: AddonVersion = "v0.9.0-eksbuild.5"
    """Figures for the HorizontalPodAutoscaler."""


class ClusterSettings(Settings):
    """The EKS cluster."""

    kubernetes_version: KubernetesMinor = "1.35"
    """Kubernetes minor. The runbook states none; 1.34 leaves standard support on 2026-12-02."""
    service_cidr: ServiceCidr = IPv4Network("172.20.0.0/16")
    """Addresses of Kubernetes services; inside the cluster only."""
    private_access_cidrs: Annotated[tuple[Cidr, ...], Unique()] = ()
    """Networks that may reach the private API endpoint besides the nodes: a VPN, the MGMT hub's VPC."""
    public_access_cidrs: Annotated[tuple[AllowListCidr, ...], Unique()] = ()
    """Allow-list of the public API endpoint. Empty: there is no public endpoint."""
    administrators: Annotated[tuple[IamPrincipalArn, ...], Field(min_length=1), Unique()]
    """IAM principals with cluster-admin rights by access entry. Whoever runs `pulumi up` must be among them."""


class PostgresSettings(Settings):
    """RDS for PostgreSQL (sizing table of the runbook, row RDS)."""

    instance_class: RdsInstanceClass
    """RDS instance class."""
    multi_az: bool
    """A standby in a second zone (`Multi-AZ` in the table), or none (`Single`)."""
    engine_version: PostgresMajor = "17"
    """PostgreSQL major; minors are applied in the maintenance window."""
    storage_gib: Annotated[int, Field(ge=20, le=65536)] = 50
    """Storage at creation in GiB (gp3)."""
    max_storage_gib: Annotated[int, Field(ge=22, le=65536)] = 200
    """Limit of storage autoscaling in GiB."""

    @rule
    def _storage_can_grow(self) -> Iterator[str]:
        if self.max_storage_gib * 10 < self.storage_gib * 11:
            yield (
                f"max_storage_gib {self.max_storage_gib} must exceed storage_gib {self.storage_gib} by 10 % or more, "
                "the smallest step of RDS storage autoscaling"
            )


class CacheSettings(Settings):
    """ElastiCache for Valkey (sizing table of the runbook, row Cache)."""

    node_type: CacheNodeType
    """ElastiCache node type."""
    replicas: Annotated[int, Field(ge=0, le=5)]
    """Replicas beside the primary: 0 is the table's `Single`, 1 or more its `Replication` with automatic failover."""
    engine_version: ValkeyVersion = "8.0"
    """Valkey version."""


class PaymentGatewaySettings(Settings):
    """The payment gateway's own way out (runbook 2.2, PROD only): fixed addresses for its allow-list."""

    zones: Annotated[tuple[ZoneLetter, ...], Field(min_length=1), Unique()]
    """Zones with a NAT gateway, a fixed address and a subnet of their own for payment pods."""
    nodes: NodeGroupSettings
    """The tainted node group in those subnets."""


class RegistrySettings(Settings):
    """Private ECR repositories of the environment."""

    github_repository: GitHubRepository
    """GitHub repository whose workflows push images, from a GitHub environment of the environment's name.

    `owner/name`; repositories made or renamed since 2026-07-15 are spelt `owner@owner-id/name@repository-id`.
    """
    repositories: Annotated[tuple[EcrRepositoryName, ...], Field(min_length=1), Unique()]
    """Repository names below `<prefix>kyeol-<environment>/`."""
    keep_images: Annotated[int, Field(ge=1, le=1000)] = 50
    """Tagged images kept per repository; older ones expire."""
    untagged_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days until an untagged image expires."""


class DnsSettings(Settings):
    """The Route 53 zones that the environment owns."""

    zones: Annotated[tuple[DnsName, ...], Field(min_length=1), Unique()]
    """Zones in the environment's own account. The domain itself belongs to one stack, PROD."""
    delegations: Annotated[dict[DnsName, tuple[DnsName, ...]], Field(default_factory=dict)]
    """Zones of other environments below one of these, and their name servers (stack output `name_servers`)."""

    def delegations_by_zone(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """Return each zone's delegations: those that lie below it."""
        return {
            zone: {name: servers for name, servers in self.delegations.items() if self._parent_zone(name) == zone}
            for zone in self.zones
        }

    def _parent_zone(self, name: str) -> str:
        """Return the closest zone that a name lies below."""
        return max((zone for zone in self.zones if name.endswith(f".{zone}")), key=len, default="")

    @rule
    def _delegations_lie_below_a_zone(self) -> Iterator[str]:
        stray = [name for name in self.delegations if not any(name.endswith(f".{zone}") for zone in self.zones)]
        if stray:
            yield f"delegations: {', '.join(stray)} below none of the zones {', '.join(self.zones)}"


class EdgeSettings(Settings):
    """CloudFront and what stands before it (runbook, chapter 1 and 2.2)."""

    shop_host: DnsName
    """Host of the shop (table of chapter 1, column service URL)."""
    api_host: DnsName
    """Host of the API (table of chapter 1, column API URL)."""
    rate_limit_per_5_minutes: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests of one address within five minutes before the web ACL blocks it."""

    @property
    def hosts(self) -> tuple[str, str]:
        """The names that viewers use."""
        return self.shop_host, self.api_host

    @property
    def origin_host(self) -> str:
        """The name of the load balancer behind CloudFront; ExternalDNS keeps its record."""
        return f"origin.{self.shop_host}"

    @rule
    def _hosts_differ(self) -> Iterator[str]:
        if self.shop_host == self.api_host:
            yield f"shop_host and api_host are both {self.shop_host}: the edge tells shop and API apart by their hosts"


class KyeolSettings(AwsSystemSettings):
    """KYEOL Saleor in one environment."""

    domain: DnsName = "mgz-g2-u3.shop"
    """The shop's domain, by the runbook."""
    dns: DnsSettings
    """The hosted zones; ExternalDNS may change these and no others."""
    alarm_email: EmailAddress | None = None
    """Where alarms are mailed; without it they are seen in CloudWatch only."""
    network: NetworkSettings
    """The VPC."""
    cluster: ClusterSettings
    """The EKS cluster."""
    addons: AddonSettings = AddonSettings()
    """Versions of the EKS add-ons."""
    nodes: NodeGroupSettings
    """The cluster's general node group."""
    postgres: PostgresSettings | None = None
    """The database; MGMT has none."""
    cache: CacheSettings | None = None
    """The cache; MGMT has none."""
    registry: RegistrySettings | None = None
    """Image repositories; MGMT deploys no application and has none."""
    payment_gateway: PaymentGatewaySettings | None = None
    """The payment gateway's own NAT; PROD only."""
    edge: EdgeSettings | None = None
    """The hosts that shoppers use; MGMT serves none."""
    monthly_budget_usd: Annotated[int, Field(ge=1, le=1_000_000)]
    """Cost of the environment's account in US dollars a month that raises an alarm."""

    def networks(self) -> list[tuple[str, IPv4Network]]:
        """Return every address range that must not overlap another, with the name of its setting."""
        return [
            ("network.cidr", self.network.cidr),
            ("cluster.service_cidr", self.cluster.service_cidr),
            *((f"cluster.private_access_cidrs[{i}]", c) for i, c in enumerate(self.cluster.private_access_cidrs)),
        ]

    @rule
    def _networks_do_not_overlap(self) -> Iterator[str]:
        yield from network.overlaps(self.networks())

    @rule
    def _zones_lie_in_the_domain(self) -> Iterator[str]:
        stray = [zone for zone in self.dns.zones if zone != self.domain and not zone.endswith(f".{self.domain}")]
        if stray:
            yield f"dns.zones: {', '.join(stray)} not in the domain {self.domain}"

    @rule
    def _hosts_lie_in_the_zones(self) -> Iterator[str]:
        hosts = self.edge.hosts if self.edge else ()
        stray = [host for host in hosts if not any(host == z or host.endswith(f".{z}") for z in self.dns.zones)]
        if stray:
            yield f"edge: {', '.join(stray)} in none of dns.zones: {', '.join(self.dns.zones)}"

    @rule
    def _payment_zones_are_offered(self) -> Iterator[str]:
        if self.payment_gateway and (unknown := sorted(set(self.payment_gateway.zones) - set(self.zones))):
            yield (
                f"payment_gateway.zones: {', '.join(unknown)} not offered in {self.region}; its zones: "
                f"{', '.join(self.zones)}"
            )

    @rule
    def _kube_proxy_follows_the_cluster(self) -> Iterator[str]:
        minor = self.cluster.kubernetes_version
        if not self.addons.kube_proxy.startswith(f"v{minor}."):
            yield (
                f"addons.kube_proxy {self.addons.kube_proxy} is not of the cluster's Kubernetes minor: a version "
                f"v{minor}.x, or another cluster.kubernetes_version"
            )
