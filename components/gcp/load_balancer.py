"""The load balancer: a regional one, whose proxies stand in the region and end TLS there (docs/adr/0035).

GKE makes a network endpoint group of a fixed name in every zone with nodes, out of an annotation on the Kubernetes
service, and puts the pods' own addresses in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_gcp.compute import (
    Address,
    ForwardingRule,
    RegionBackendService,
    RegionHealthCheck,
    RegionSslPolicy,
    RegionTargetHttpProxy,
    RegionTargetHttpsProxy,
    RegionUrlMap,
    RegionUrlMapPathMatcherArgs,
    RegionUrlMapPathMatcherHeaderActionArgs,
    RegionUrlMapPathMatcherHeaderActionResponseHeadersToAddArgs,
    RegionUrlMapPathMatcherPathRuleArgs,
)

from components.base import Component, ComponentArgs
from components.gcp.armor import Armor
from components.gcp.certificate import ManagedCertificate
from components.gcp.network import Network
from components.gcp.project import Project
from settings.gcp import naming
from settings.naming import Namer

NEG_ANNOTATION: Final = "cloud.google.com/neg"
EXTERNAL: Final = "EXTERNAL_MANAGED"
#: One year, the least that browsers' own lists of HTTPS-only hosts take.
HSTS: Final = "max-age=31536000; includeSubDomains"
CHECK_INTERVAL_SECONDS: Final = 10
CHECK_TIMEOUT_SECONDS: Final = 5
HEALTHY_CHECKS: Final = 2
UNHEALTHY_CHECKS: Final = 3
#: The proxies answer instead of a pod; the SDK has a class of its own for each depth.
NOT_FOUND: Final[Any] = {"fault_injection_policy": {"abort": {"http_status": 404, "percentage": 100.0}}}
#: Property of a health check by the protocol it speaks.
CHECK_OF: Final = {"HTTP": "http_health_check", "HTTPS": "https_health_check"}


def group_name(names: Namer, service: str) -> str:
    """Return the name of a Kubernetes service's endpoint groups, the same in every zone."""
    return names(naming.COMPUTE, service)


def neg_annotation(group: str, port: int) -> dict[str, str]:
    """Return the annotation by which GKE keeps endpoint groups of that name for a port of a Kubernetes service."""
    return {NEG_ANNOTATION: json.dumps({"exposed_ports": {str(port): {"name": group}}}, sort_keys=True)}


def neg_url(project: Project, zone: str, group: str) -> str:
    """Return the address of an endpoint group; a backend service takes no shorter form."""
    path = f"projects/{project.project_id}/zones/{zone}/networkEndpointGroups/{group}"
    return f"https://www.googleapis.com/compute/v1/{path}"


@dataclass(frozen=True, kw_only=True)
class Backends:
    """Where requests go: the pods of one Kubernetes service, which carries `neg_annotation`."""

    service: str
    #: Paths that it serves, `/api`, with all below them, and its health; without any, all.
    paths: Sequence[str]
    #: `HTTP` or `HTTPS`: what the pods speak.
    protocol: str
    health_path: str
    #: Requests a second from which a pod counts as full; the next zone gets what is more.
    requests_per_second: int
    timeout_seconds: int
    #: Time that a pod which goes away has for what it began.
    draining_seconds: int
    #: What must stand before the groups do.
    after: Sequence[pulumi.Resource]


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs(ComponentArgs):
    """The network whose proxies serve, what stands before the backends, and the backends."""

    network: Network
    armor: Armor
    certificate: ManagedCertificate
    host: str
    #: `TLS_1_2` or `TLS_1_3`.
    min_tls_version: str
    backends: Backends


class LoadBalancer(Component[LoadBalancerArgs], type="platform:gcp:LoadBalancer"):
    """HTTPS on a reserved address of the region; HTTP is sent there. Another host than the system's gets no pod."""

    address: pulumi.Output[str]
    backend_service_name: pulumi.Output[str]

    def build(self, args: LoadBalancerArgs) -> None:
        """Place the address, the backends and, from them to the outside, everything before them."""
        self.network = args.network
        self._in_region = {"project": args.network.project.project_id, "region": args.network.project.region}
        self._address = Address(
            f"{self.name}-address",
            **self._named("edge"),
            address_type="EXTERNAL",
            network_tier="PREMIUM",
            labels=args.scope.tags.gcp(),
            opts=self.stateful_child(),
        )
        service = self._backend_service(args.backends, args.armor)
        secure = RegionTargetHttpsProxy(
            f"{self.name}-https",
            **self._named("https"),
            url_map=self._url_map(args.host, args.backends, service).id,
            certificate_manager_certificates=[args.certificate.certificate_id],
            ssl_policy=self._ssl_policy(args.min_tls_version).id,
            opts=self.child(),
        )
        redirect = RegionUrlMap(
            f"{self.name}-redirect",
            **self._named("redirect"),
            default_url_redirect={
                "https_redirect": True,
                "strip_query": False,
                "redirect_response_code": "PERMANENT_REDIRECT",
            },
            opts=self.child(),
        )
        plain = RegionTargetHttpProxy(
            f"{self.name}-http", **self._named("http"), url_map=redirect.id, opts=self.child()
        )
        self._forward("https", "443", secure.id)
        self._forward("http", "80", plain.id)
        self.address = self._address.address
        self.backend_service_name = service.name

    def _named(self, part: str) -> dict[str, Any]:
        return {**self._in_region, "name": self.scope.names(naming.COMPUTE, part)}

    def _backend_service(self, backends: Backends, armor: Armor) -> RegionBackendService:
        check = RegionHealthCheck(
            f"{self.name}-health",
            **self._named("health"),
            check_interval_sec=CHECK_INTERVAL_SECONDS,
            timeout_sec=CHECK_TIMEOUT_SECONDS,
            healthy_threshold=HEALTHY_CHECKS,
            unhealthy_threshold=UNHEALTHY_CHECKS,
            log_config={"enable": True},
            opts=self.child(),
            **_check(backends.protocol, backends.health_path),
        )
        return RegionBackendService(
            f"{self.name}-backends",
            **self._named(backends.service),
            load_balancing_scheme=EXTERNAL,
            protocol=backends.protocol,
            health_checks=check.id,
            security_policy=armor.policy_id,
            locality_lb_policy="LEAST_REQUEST",
            timeout_sec=backends.timeout_seconds,
            connection_draining_timeout_sec=backends.draining_seconds,
            log_config={"enable": True, "sample_rate": 1.0},
            backends=[
                {
                    "group": neg_url(self.network.project, zone, group_name(self.scope.names, backends.service)),
                    "balancing_mode": "RATE",
                    "max_rate_per_endpoint": backends.requests_per_second,
                    "capacity_scaler": 1.0,
                }
                for zone in self.network.project.zones
            ],
            opts=self.child(depends_on=list(backends.after)),
        )

    def _url_map(self, host: str, backends: Backends, service: RegionBackendService) -> RegionUrlMap:
        hsts = RegionUrlMapPathMatcherHeaderActionResponseHeadersToAddArgs(
            header_name="Strict-Transport-Security", header_value=HSTS, replace=True
        )
        paths = [*below(backends.paths), backends.health_path] if backends.paths else []
        served = RegionUrlMapPathMatcherPathRuleArgs(paths=paths, service=service.id)
        return RegionUrlMap(
            f"{self.name}-hosts",
            **self._named("hosts"),
            # Whoever knows the address and not the name is a scanner.
            default_service=service.id,
            default_route_action=NOT_FOUND,
            host_rules=[{"hosts": [host], "path_matcher": "api"}],
            path_matchers=[
                RegionUrlMapPathMatcherArgs(
                    name="api",
                    default_service=service.id,
                    default_route_action=NOT_FOUND if paths else None,
                    path_rules=[served] if paths else None,
                    header_action=RegionUrlMapPathMatcherHeaderActionArgs(response_headers_to_adds=[hsts]),
                )
            ],
            opts=self.child(),
        )

    def _ssl_policy(self, min_tls_version: str) -> RegionSslPolicy:
        return RegionSslPolicy(
            f"{self.name}-tls",
            **self._named("tls"),
            # The only profile without CBC ciphers and RSA key exchange, and the only one that may insist on TLS 1.3.
            profile="RESTRICTED",
            min_tls_version=min_tls_version,
            opts=self.child(),
        )

    def _forward(self, label: str, port: str, target: pulumi.Input[str]) -> None:
        ForwardingRule(
            f"{self.name}-{label}-rule",
            **self._named(label),
            load_balancing_scheme=EXTERNAL,
            network_tier="PREMIUM",
            # By the network, Google finds the subnet of the proxies, which must stand by then.
            network=self.network.network_id,
            ip_address=self._address.self_link,
            ip_protocol="TCP",
            port_range=port,
            target=target,
            labels=self.scope.tags.gcp(),
            opts=self.child(depends_on=self.network.proxies_ready),
        )


def _check(protocol: str, path: str) -> Mapping[str, Any]:
    """Return the property of a health check that asks the pods themselves in what they speak."""
    return {CHECK_OF[protocol]: {"port_specification": "USE_SERVING_PORT", "request_path": path}}


def below(paths: Sequence[str]) -> list[str]:
    """Return paths as a host's rules want them: each, and everything below it."""
    return [pattern for path in paths for pattern in (path, f"{path}/*")]
