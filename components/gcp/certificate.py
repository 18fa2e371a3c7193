"""A certificate of the region, made and renewed by Google once the domain's zone says it may."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_gcp.certificatemanager import Certificate, DnsAuthorization

from components.base import Component, ComponentArgs
from components.gcp.dns import DnsZone
from settings.gcp import naming


@dataclass(frozen=True, kw_only=True)
class ManagedCertificateArgs(ComponentArgs):
    """The host, and the zone that its name is in."""

    zone: DnsZone
    host: str


class ManagedCertificate(Component[ManagedCertificateArgs], type="platform:gcp:ManagedCertificate"):
    """Its key lives in the region. A regional one is authorised by a record of each project, not of the domain."""

    certificate_id: pulumi.Output[str]

    def build(self, args: ManagedCertificateArgs) -> None:
        """Place the authorisation, the record that proves it, and the certificate."""
        project = args.zone.project
        authorization = DnsAuthorization(
            f"{self.name}-authorization",
            project=project.project_id,
            location=project.region,
            name=args.scope.names(naming.CERTIFICATE, "api"),
            domain=args.host,
            type="PER_PROJECT_RECORD",
            labels=args.scope.tags.gcp(),
            opts=self.child(),
        )
        proof = authorization.dns_resource_records[0]
        record = args.zone.place_record("certificate-proof", proof.name, proof.type, [proof.data])
        certificate = Certificate(
            f"{self.name}-certificate",
            project=project.project_id,
            location=project.region,
            name=args.scope.names(naming.CERTIFICATE, "api"),
            managed={"domains": [args.host], "dns_authorizations": [authorization.id]},
            labels=args.scope.tags.gcp(),
            # Google looks for the record when it makes the certificate, and again only much later.
            opts=self.child(depends_on=[record]),
        )
        self.certificate_id = certificate.id
