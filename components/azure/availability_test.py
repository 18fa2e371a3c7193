"""Availability as users see it: a request from several places of the world (design, 8.1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_azure_native.applicationinsights import WebTest, WebTestKind

from components.azure.application_insights import ApplicationInsights
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

EXPECTED_STATUS: Final = 200
#: The test fails this many days before the certificate ends: long enough to renew it by hand.
CERTIFICATE_DAYS: Final = 14


@dataclass(frozen=True, kw_only=True)
class AvailabilityTestArgs(ComponentArgs):
    """What is asked for, from where and how often."""

    subscription_id: str
    group: ResourceGroup
    insights: ApplicationInsights
    host: pulumi.Input[str]
    path: str
    locations: Sequence[str]
    every_seconds: int
    timeout_seconds: int


class AvailabilityTest(Component[AvailabilityTestArgs], type="platform:azure:AvailabilityTest"):
    """A standard test: one GET over TLS, which also tells when the certificate is about to end."""

    test_id: pulumi.Output[str]

    def build(self, args: AvailabilityTestArgs) -> None:
        """Place the test."""
        name = args.scope.names(naming.WEB_TEST, "health")
        insights_path = (
            f"/subscriptions/{args.subscription_id}/resourceGroups/{args.group.physical_name}"
            f"/providers/microsoft.insights/components/{args.insights.physical_name}"
        )
        test = WebTest(
            f"{self.name}-test",
            web_test_name=name,
            synthetic_monitor_id=name,
            resource_group_name=args.group.group_name,
            location=args.group.location,
            kind=WebTestKind.STANDARD,
            web_test_kind=WebTestKind.STANDARD,
            enabled=True,
            frequency=args.every_seconds,
            timeout=args.timeout_seconds,
            # A single lost packet is no outage.
            retry_enabled=True,
            locations=[{"location": location} for location in args.locations],
            request={
                "request_url": pulumi.Output.concat("https://", args.host, args.path),
                "http_verb": "GET",
                "parse_dependent_requests": False,
                "follow_redirects": False,
            },
            validation_rules={
                "expected_http_status_code": EXPECTED_STATUS,
                "s_sl_check": True,
                "s_sl_cert_remaining_lifetime_check": CERTIFICATE_DAYS,
            },
            # By this tag Azure knows whose test it is.
            tags={**args.scope.tags.azure(), f"hidden-link:{insights_path}": "Resource"},
            opts=self.child(depends_on=[args.insights]),
        )
        self.test_id = test.id
