"""The CloudFront distribution of an environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

import pulumi
import pulumi_aws as aws

from components.aws.bucket import PrivateBucket, place_bucket_policy
from components.aws.certificates import Certificates
from components.aws.dns_zone import DnsZone, zone_of
from components.aws.iam import Statement
from components.aws.origin_guard import HEADER, OriginGuard
from components.aws.viewer_web_acl import ViewerWebAcl
from components.base import Component, ComponentArgs
from settings import naming

#: AWS managed policies, whose ids are the same in every account.
CACHING_DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED: Final = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ORIGIN_CACHE_CONTROL: Final = "83da9c7e-98b4-4e11-a168-04f0df8e2c65"
ALL_VIEWER_HEADERS: Final = "216adef6-5c7f-47e4-b989-5492eafa07d3"
SECURITY_HEADERS: Final = "67f7725c-6f97-4210-82d7-5512b31e9d03"

READ_METHODS: Final = ("GET", "HEAD", "OPTIONS")
ALL_METHODS: Final = (*READ_METHODS, "DELETE", "PATCH", "POST", "PUT")
LOAD_BALANCER: Final = "load-balancer"
MEDIA: Final = "media"


@dataclass(frozen=True, kw_only=True)
class DistributionArgs(ComponentArgs):
    """Which hosts are served and from where."""

    #: Names that viewers use: the shop and its API.
    hosts: Sequence[str]
    #: Name of the load balancer that ExternalDNS keeps.
    origin_host: str
    zones: Sequence[DnsZone]
    certificates: Certificates
    web_acl: ViewerWebAcl
    guard: OriginGuard
    media: PrivateBucket


class Behavior(TypedDict):
    """How CloudFront treats requests for a path."""

    target_origin_id: str
    viewer_protocol_policy: str
    allowed_methods: list[str]
    cached_methods: list[str]
    cache_policy_id: str
    origin_request_policy_id: str | None
    response_headers_policy_id: str
    compress: bool


def behavior(target: str, methods: Sequence[str], cache_policy: str, request_policy: str | None) -> Behavior:
    """Return a cache behaviour; plain HTTP is always redirected."""
    return {
        "target_origin_id": target,
        "viewer_protocol_policy": "redirect-to-https",
        "allowed_methods": list(methods),
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": cache_policy,
        "origin_request_policy_id": request_policy,
        "response_headers_policy_id": SECURITY_HEADERS,
        "compress": True,
    }


def media_reader(media_arn: str, distribution_arn: str) -> list[Statement]:
    """Return what lets exactly one distribution read the media."""
    return [
        Statement(
            sid="ThisDistributionReads",
            actions=["s3:GetObject"],
            resources=[f"{media_arn}/*"],
            principals={"Service": "cloudfront.amazonaws.com"},
            conditions={"StringEquals": {"AWS:SourceArn": distribution_arn}},
        )
    ]


class Distribution(Component[DistributionArgs], type="platform:aws:Distribution"):
    """CloudFront for the shop and its API: behind a web ACL, TLS 1.2 or newer, media from a bucket only it can read."""

    distribution_id: pulumi.Output[str]
    domain_name: pulumi.Output[str]

    def build(self, args: DistributionArgs) -> None:
        """Place the distribution, the media bucket's policy and the hosts' records."""
        access = aws.cloudfront.OriginAccessControl(
            f"{self.name}-media-access",
            name=args.scope.names(naming.CLOUDFRONT_OAC, MEDIA),
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self.child(),
        )
        distribution = aws.cloudfront.Distribution(
            f"{self.name}-distribution",
            enabled=True,
            comment=args.scope.names(naming.EC2_TAG, "shop"),
            aliases=list(args.hosts),
            http_version="http2and3",
            is_ipv6_enabled=True,
            # Edge locations in Asia, Europe and North America: shoppers are in Korea and Japan.
            price_class="PriceClass_200",
            web_acl_id=args.web_acl.arn,
            origins=[
                {
                    "origin_id": LOAD_BALANCER,
                    "domain_name": args.origin_host,
                    "custom_headers": [{"name": HEADER, "value": args.guard.header_value}],
                    "custom_origin_config": {
                        "http_port": 80,
                        "https_port": 443,
                        "origin_protocol_policy": "https-only",
                        "origin_ssl_protocols": ["TLSv1.2"],
                    },
                },
                {
                    "origin_id": MEDIA,
                    "domain_name": args.media.regional_domain_name,
                    "origin_access_control_id": access.id,
                },
            ],
            default_cache_behavior=aws.cloudfront.DistributionDefaultCacheBehaviorArgs(
                **behavior(LOAD_BALANCER, ALL_METHODS, CACHING_DISABLED, ALL_VIEWER_HEADERS)
            ),
            ordered_cache_behaviors=[
                aws.cloudfront.DistributionOrderedCacheBehaviorArgs(
                    path_pattern="/media/*", **behavior(MEDIA, READ_METHODS, CACHING_OPTIMIZED, None)
                ),
                aws.cloudfront.DistributionOrderedCacheBehaviorArgs(
                    path_pattern="/_next/static/*",
                    **behavior(LOAD_BALANCER, READ_METHODS, ORIGIN_CACHE_CONTROL, ALL_VIEWER_HEADERS),
                ),
            ],
            viewer_certificate={
                "acm_certificate_arn": args.certificates.viewer_certificate_arn,
                "ssl_support_method": "sni-only",
                "minimum_protocol_version": "TLSv1.2_2021",
            },
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            tags=args.scope.tags.aws(args.scope.names(naming.EC2_TAG, "shop")),
            opts=self.child(),
        )
        place_bucket_policy(
            self,
            args.media,
            distribution.arn.apply(lambda arn: media_reader(args.media.arn, arn)),
        )
        for host in args.hosts:
            for record_type in ("A", "AAAA"):
                aws.route53.Record(
                    f"{self.name}-{host}-{record_type}",
                    zone_id=zone_of(host, args.zones).zone_id,
                    name=host,
                    type=record_type,
                    aliases=[
                        {
                            "name": distribution.domain_name,
                            "zone_id": distribution.hosted_zone_id,
                            "evaluate_target_health": False,
                        }
                    ],
                    opts=self.child(),
                )
        self.distribution_id = distribution.id
        self.domain_name = distribution.domain_name
