"""Certificates of an environment's hosts: one where CloudFront looks for it, one for the load balancer behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.dns_zone import DnsZone, zone_of
from components.base import Component, ComponentArgs
from settings import naming

#: CloudFront takes certificates and web ACLs from this region only.
CLOUDFRONT_REGION: Final = "us-east-1"
VALIDATION_TTL_SECONDS: Final = 300


@dataclass(frozen=True, kw_only=True)
class CertificatesArgs(ComponentArgs):
    """Which names are certified and where their records go."""

    #: Names that viewers use.
    hosts: Sequence[str]
    #: Name by which CloudFront finds the load balancer.
    origin_host: str
    zones: Sequence[DnsZone]


class Certificates(Component[CertificatesArgs], type="platform:aws:Certificates"):
    """Two validated certificates; CloudFront holds the origin's against the origin's name and the viewer's host."""

    viewer_certificate_arn: pulumi.Output[str]
    origin_certificate_arn: pulumi.Output[str]

    def build(self, args: CertificatesArgs) -> None:
        """Place the certificates, their validation records and the waiting for both."""
        origin_names = [args.origin_host, *args.hosts]
        viewer = self._certificate("viewer", args.hosts, CLOUDFRONT_REGION)
        origin = self._certificate("origin", origin_names, None)
        # ACM asks for the same record per account and name in every region: the origin's cover the viewer's.
        records = [self._validation_record(origin, host, zone_of(host, args.zones)) for host in origin_names]
        self.viewer_certificate_arn = self._validated("viewer", viewer, records[1:], CLOUDFRONT_REGION)
        self.origin_certificate_arn = self._validated("origin", origin, records, None)

    def _certificate(self, label: str, hosts: Sequence[str], region: str | None) -> aws.acm.Certificate:
        return aws.acm.Certificate(
            f"{self.name}-{label}",
            domain_name=hosts[0],
            subject_alternative_names=list(hosts[1:]),
            validation_method="DNS",
            region=region,
            tags=self.scope.tags.aws(self.scope.names(naming.EC2_TAG, label)),
            opts=self.child(),
        )

    def _validation_record(self, certificate: aws.acm.Certificate, host: str, zone: DnsZone) -> aws.route53.Record:
        option = certificate.domain_validation_options.apply(
            lambda options: next(option for option in options if option.domain_name == host)
        )
        return aws.route53.Record(
            f"{self.name}-validation-{host}",
            zone_id=zone.zone_id,
            name=option.apply(lambda o: o.resource_record_name or ""),
            type=option.apply(lambda o: o.resource_record_type or ""),
            records=[option.apply(lambda o: o.resource_record_value or "")],
            ttl=VALIDATION_TTL_SECONDS,
            opts=self.child(),
        )

    def _validated(
        self, label: str, certificate: aws.acm.Certificate, records: Sequence[aws.route53.Record], region: str | None
    ) -> pulumi.Output[str]:
        return aws.acm.CertificateValidation(
            f"{self.name}-{label}-validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            region=region,
            opts=self.child(),
        ).certificate_arn
