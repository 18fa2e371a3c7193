"""DTx' edge: its domain, the certificate, the web application firewall and the load balancer before the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.base import Component, ComponentArgs
from components.gcp.armor import Armor, ArmorArgs
from components.gcp.certificate import ManagedCertificate, ManagedCertificateArgs
from components.gcp.dns import DnsZone, DnsZoneArgs
from components.gcp.load_balancer import Backends, LoadBalancer, LoadBalancerArgs
from components.gcp.network import Network
from components.gcp.uptime_check import UptimeCheck, UptimeCheckArgs
from settings.dtx.edge import EdgeSettings
from settings.services import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class EdgeArgs(ComponentArgs):
    """The network, and the service that requests are sent to."""

    network: Network
    settings: EdgeSettings
    service: ServiceSettings
    #: What stands once the service's endpoint groups do.
    after: Sequence[pulumi.Resource]


class Edge(Component[EdgeArgs], type="platform:system:DtxEdge"):
    """One name for the world, on one address of the region."""

    address: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]
    backend_service_name: pulumi.Output[str]

    def build(self, args: EdgeArgs) -> None:
        """Place the edge from the name inwards, and the record of the address last."""
        s, project = args.settings, args.network.project
        zone = DnsZone("dns", DnsZoneArgs(scope=self.scope, project=project, domain=s.domain), self.child())
        certificate = ManagedCertificate(
            "certificate", ManagedCertificateArgs(scope=self.scope, zone=zone, host=s.host), self.child()
        )
        health_path = args.service.probes.path
        armor = Armor(
            "armor",
            ArmorArgs(scope=self.scope, project=project, health_path=health_path, **s.web_firewall.args()),
            self.child(),
        )
        balancer = LoadBalancer(
            "load-balancer",
            LoadBalancerArgs(
                scope=self.scope,
                network=args.network,
                armor=armor,
                certificate=certificate,
                host=s.host,
                min_tls_version=s.min_tls_version,
                backends=Backends(
                    service=s.service,
                    paths=args.service.routes,
                    protocol=s.pod_protocol,
                    health_path=health_path,
                    requests_per_second=s.requests_per_second,
                    timeout_seconds=s.timeout_seconds,
                    draining_seconds=s.draining_seconds,
                    after=args.after,
                ),
            ),
            self.child(),
        )
        zone.place_record("api", f"{s.host}.", "A", [balancer.address])
        UptimeCheck(
            "uptime",
            UptimeCheckArgs(scope=self.scope, project=project, host=s.host, path=health_path),
            self.child(),
        )
        self.address = balancer.address
        self.name_servers = zone.name_servers
        self.backend_service_name = balancer.backend_service_name
