"""Front Door (design, 2.2, 7.1.1, 10.1.2): where requests from the internet arrive, and what is kept near the users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native.cdn import (
    ActivatedResourceReferenceArgs,
    AFDCustomDomain,
    AFDDomainHttpsParametersArgs,
    AFDEndpoint,
    AfdMinimumTlsVersion,
    AFDOrigin,
    AFDOriginGroup,
    AfdRouteCacheConfigurationArgs,
    CompressionSettingsArgs,
    HealthProbeParametersArgs,
    HealthProbeRequestType,
    LoadBalancingSettingsParametersArgs,
    ProbeProtocol,
    Profile,
    ResourceReferenceArgs,
    Route,
    SecurityPolicy,
    SecurityPolicyWebApplicationFirewallAssociationArgs,
    SecurityPolicyWebApplicationFirewallParametersArgs,
)

from components.azure.application_gateway import PRIVATE_FRONTEND, ApplicationGateway
from components.azure.diagnostics import place_diagnostics
from components.azure.front_door_web_policy import FrontDoorWebPolicy, FrontDoorWebPolicyArgs
from components.azure.log_workspace import LogWorkspace
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

#: Standard has neither managed rules nor private origins (docs/adr/0018).
SKU: Final = "Premium_AzureFrontDoor"
#: Front Door and what belongs to it stand everywhere at once.
EVERYWHERE: Final = "Global"
COMPRESSED: Final = (
    "application/javascript",
    "application/json",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
    "text/plain",
)


@dataclass(frozen=True, kw_only=True)
class FrontDoorArgs(ComponentArgs):
    """The origin and its health, the paths, and the hosts and limits of users."""

    group: ResourceGroup
    gateway: ApplicationGateway
    #: The gateway's name in its certificate: what Front Door asks for and checks.
    origin_host: str
    health_path: str
    probe_interval_seconds: int
    failover_threshold: int
    #: Paths that are passed on, every request of them.
    api_paths: Sequence[str]
    #: Paths of which copies are kept, the same for everybody.
    static_paths: Sequence[str]
    custom_hosts: Sequence[str]
    rate_limit_per_minute: int
    blocked_countries: Sequence[str]
    #: Where it says who was served and who was blocked.
    workspace: LogWorkspace


def load_balancing(failover_threshold: int) -> LoadBalancingSettingsParametersArgs:
    """Return Front Door's form of "unhealthy after so many failures in a row": not one good sample among the last."""
    return LoadBalancingSettingsParametersArgs(
        sample_size=failover_threshold,
        successful_samples_required=1,
        # With one origin there is nothing to prefer; Azure's own default.
        additional_latency_in_milliseconds=50,
    )


def static_cache() -> AfdRouteCacheConfigurationArgs:
    """Return how copies of static files are kept: one for all query strings, compressed for those who can read it."""
    return AfdRouteCacheConfigurationArgs(
        query_string_caching_behavior="IgnoreQueryString",
        compression_settings=CompressionSettingsArgs(
            is_compression_enabled=True, content_types_to_compress=[*COMPRESSED]
        ),
    )


class FrontDoor(Component[FrontDoorArgs], type="platform:azure:FrontDoor"):
    """Front Door Premium with its own web application firewall; the gateway is its origin, by Private Link.

    A person approves the connection on the gateway once (docs/adr/0018); until then Front Door answers with errors.
    """

    profile_id: pulumi.Output[str]
    endpoint_host: pulumi.Output[str]

    def build(self, args: FrontDoorArgs) -> None:
        """Place the profile, its origin, the hosts with their routes, and the policy that guards them."""
        self.args = args
        self.group_name = args.group.group_name
        self.profile = Profile(
            f"{self.name}-profile",
            profile_name=args.scope.names(naming.FRONT_DOOR),
            resource_group_name=self.group_name,
            location=EVERYWHERE,
            sku={"name": SKU},
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        self.endpoint = AFDEndpoint(
            f"{self.name}-endpoint",
            endpoint_name=args.scope.names(naming.FRONT_DOOR_ENDPOINT),
            profile_name=self.profile.name,
            resource_group_name=self.group_name,
            location=EVERYWHERE,
            enabled_state="Enabled",
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        self.domains = [self._custom_domain(host) for host in args.custom_hosts]
        origin_group, origin = self._origin()
        # Azure takes a route only when its group has an origin.
        self._route("api", args.api_paths, origin_group, origin, cache=None)
        self._route("static", args.static_paths, origin_group, origin, cache=static_cache())
        self._guard()
        place_diagnostics(self, "profile", resource_id=self.profile.id, workspace=args.workspace)
        self.profile_id = self.profile.id
        self.endpoint_host = self.endpoint.host_name

    def _custom_domain(self, host: str) -> AFDCustomDomain:
        label = host.replace(".", "-")
        return AFDCustomDomain(
            f"{self.name}-{label}",
            custom_domain_name=label,
            host_name=host,
            tls_settings=AFDDomainHttpsParametersArgs(
                certificate_type="ManagedCertificate", minimum_tls_version=AfdMinimumTlsVersion.TLS12
            ),
            **self._in_profile(),
            opts=self.child(),
        )

    def _origin(self) -> tuple[AFDOriginGroup, AFDOrigin]:
        args = self.args
        group = AFDOriginGroup(
            f"{self.name}-origins",
            origin_group_name="gateway",
            health_probe_settings=HealthProbeParametersArgs(
                probe_path=args.health_path,
                probe_protocol=ProbeProtocol.HTTPS,
                probe_request_type=HealthProbeRequestType.GET,
                probe_interval_in_seconds=args.probe_interval_seconds,
            ),
            load_balancing_settings=load_balancing(args.failover_threshold),
            session_affinity_state="Disabled",
            **self._in_profile(),
            opts=self.child(),
        )
        location = args.group.location
        origin = AFDOrigin(
            f"{self.name}-origin",
            origin_name=f"gateway-{location}",
            origin_group_name=group.name,
            host_name=args.origin_host,
            origin_host_header=args.origin_host,
            enforce_certificate_name_check=True,
            https_port=443,
            priority=1,
            weight=1000,
            enabled_state="Enabled",
            shared_private_link_resource={
                "private_link": {"id": args.gateway.gateway_id},
                "private_link_location": location,
                "group_id": PRIVATE_FRONTEND,
                "request_message": f"Front Door of {args.scope.names.system} {args.scope.names.environment}",
            },
            **self._in_profile(),
            opts=self.child(),
        )
        return group, origin

    def _route(
        self,
        label: str,
        paths: Sequence[str],
        origin_group: AFDOriginGroup,
        origin: AFDOrigin,
        *,
        cache: AfdRouteCacheConfigurationArgs | None,
    ) -> None:
        Route(
            f"{self.name}-{label}",
            route_name=label,
            endpoint_name=self.endpoint.name,
            origin_group=ResourceReferenceArgs(id=origin_group.id),
            patterns_to_match=[*paths],
            supported_protocols=["Http", "Https"],
            https_redirect="Enabled",
            forwarding_protocol="HttpsOnly",
            # With a host of our own the drawn one is closed: one way in, one name in the logs.
            link_to_default_domain="Disabled" if self.domains else "Enabled",
            custom_domains=[ActivatedResourceReferenceArgs(id=domain.id) for domain in self.domains],
            cache_configuration=cache,
            enabled_state="Enabled",
            **self._in_profile(),
            opts=self.child(depends_on=[origin]),
        )

    def _guard(self) -> None:
        args = self.args
        policy = FrontDoorWebPolicy(
            f"{self.name}-web",
            FrontDoorWebPolicyArgs(
                scope=args.scope,
                group=args.group,
                sku=SKU,
                rate_limit_per_minute=args.rate_limit_per_minute,
                blocked_countries=args.blocked_countries,
            ),
            self.child(),
        )
        SecurityPolicy(
            f"{self.name}-guard",
            security_policy_name="web",
            parameters=SecurityPolicyWebApplicationFirewallParametersArgs(
                type="WebApplicationFirewall",
                waf_policy=ResourceReferenceArgs(id=policy.policy_id),
                associations=[
                    SecurityPolicyWebApplicationFirewallAssociationArgs(
                        domains=[
                            ActivatedResourceReferenceArgs(id=guarded.id) for guarded in (self.endpoint, *self.domains)
                        ],
                        patterns_to_match=["/*"],
                    )
                ],
            ),
            **self._in_profile(),
            opts=self.child(),
        )

    def _in_profile(self) -> dict[str, Any]:
        """Return what says that a resource belongs to the profile."""
        return {"profile_name": self.profile.name, "resource_group_name": self.group_name}
