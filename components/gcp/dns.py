"""Names: the environment's domain, signed, for the world; and Google's own services, as the network knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_gcp.dns import ManagedZone, RecordSet

from components.base import Component, ComponentArgs
from components.gcp.firewall_rules import RESTRICTED_GOOGLE_APIS
from components.gcp.network import Network
from components.gcp.project import Project
from settings.gcp import naming

TTL_SECONDS: Final = 300
#: Google's services, and its registries of images, by the domain that all their names end in.
GOOGLE_DOMAINS: Final = ("googleapis.com", "gcr.io", "pkg.dev")
#: Google's certificates come from here; nobody else may issue one for the domain.
CERTIFICATE_AUTHORITY: Final = "pki.goog"


@dataclass(frozen=True, kw_only=True)
class GoogleApiNamesArgs(ComponentArgs):
    """The network in which the names are answered so."""

    network: Network


class GoogleApiNames(Component[GoogleApiNamesArgs], type="platform:gcp:GoogleApiNames"):
    """Private zones that lead all of Google's names to the restricted addresses.

    Behind those answer only services that VPC Service Controls can fence in, and none takes data to another project
    past a perimeter. There are no names for anything else of Google's.
    """

    def build(self, args: GoogleApiNamesArgs) -> None:
        """Place a zone for each domain."""
        addresses = [str(address) for address in RESTRICTED_GOOGLE_APIS]
        project = args.network.project.project_id
        for domain in GOOGLE_DOMAINS:
            label = domain.replace(".", "-")
            zone = ManagedZone(
                f"{self.name}-{label}",
                project=project,
                name=args.scope.names(naming.DNS_ZONE, label),
                dns_name=f"{domain}.",
                description=f"{domain} by the restricted addresses",
                visibility="private",
                private_visibility_config={"networks": [{"network_url": args.network.network_id}]},
                labels=args.scope.tags.gcp(),
                opts=self.child(),
            )
            for record, name, kind, values in (
                ("all", f"*.{domain}.", "CNAME", [f"{domain}."]),
                ("addresses", f"{domain}.", "A", addresses),
            ):
                RecordSet(
                    f"{self.name}-{label}-{record}",
                    project=project,
                    managed_zone=zone.name,
                    name=name,
                    type=kind,
                    ttl=TTL_SECONDS,
                    rrdatas=values,
                    opts=self.child(),
                )


@dataclass(frozen=True, kw_only=True)
class DnsZoneArgs(ComponentArgs):
    """The project that the zone belongs to, and its domain."""

    project: Project
    domain: str


class DnsZone(Component[DnsZoneArgs], type="platform:gcp:DnsZone"):
    """A public zone, signed (DNSSEC). Whoever owns the domain above delegates it here, with the key's digest."""

    name_servers: pulumi.Output[Sequence[str]]

    def build(self, args: DnsZoneArgs) -> None:
        """Place the zone, and who may issue certificates for it."""
        self.project, self.domain = args.project, args.domain
        self.zone = ManagedZone(
            f"{self.name}-zone",
            project=args.project.project_id,
            name=args.scope.names(naming.DNS_ZONE, "public"),
            dns_name=f"{args.domain}.",
            description=f"{args.domain} for the world",
            visibility="public",
            dnssec_config={"state": "on", "non_existence": "nsec3"},
            labels=args.scope.tags.gcp(),
            opts=self.stateful_child(),
        )
        self.place_record("authorities", f"{args.domain}.", "CAA", [f'0 issue "{CERTIFICATE_AUTHORITY}"'])
        self.name_servers = self.zone.name_servers

    def place_record(
        self, label: str, name: pulumi.Input[str], kind: pulumi.Input[str], values: Sequence[pulumi.Input[str]]
    ) -> RecordSet:
        """Place a record in the zone; `name` ends in a dot."""
        return RecordSet(
            f"{self.name}-{label}",
            project=self.project.project_id,
            managed_zone=self.zone.name,
            name=name,
            type=kind,
            ttl=TTL_SECONDS,
            rrdatas=list(values),
            opts=self.child(),
        )
