"""The Application Gateway (design, 4.2.1): TLS ends here, and the ingress controller says what goes where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

import pulumi
from pulumi_azure_native.network import ApplicationGateway as AzureApplicationGateway
from pulumi_azure_native.network import (
    ApplicationGatewayBackendHttpSettingsArgs,
    ApplicationGatewayFrontendIPConfigurationArgs,
    ApplicationGatewayHttpListenerArgs,
    ApplicationGatewayPathRuleArgs,
    ApplicationGatewayRequestRoutingRuleArgs,
    ApplicationGatewayUrlPathMapArgs,
    ManagedServiceIdentityArgs,
    PublicIPAddress,
    ResourceIdentityType,
    SubResourceArgs,
)

from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.network import Network
from components.azure.public_address import place_public_address
from components.base import Component, ComponentArgs
from settings.azure import naming

#: The design's own names (4.2.1).
BACKEND_POOL: Final = "aks-backend"
LISTENER: Final = "https-listener"
ROUTING_RULE: Final = "api-routing"
#: Names by which the gateway's parts, the ingresses and Front Door find each other.
CERTIFICATE: Final = "wildcard"
PUBLIC_FRONTEND: Final = "public"
PRIVATE_FRONTEND: Final = "private"
PRIVATE_LINK: Final = "front-door"
HTTPS_PORT: Final = "https"
#: No member: paths that no rule names are answered with 502.
NOWHERE: Final = "nowhere"
#: TLS 1.2 at least and 1.3 where the client can; no CBC ciphers.
TLS_POLICY: Final = "AppGwSslPolicy20220101S"
BACKEND_TIMEOUT_SECONDS: Final = 30
PROBE_SECONDS: Final = 10
PROBE_FAILURES: Final = 3
#: What AGIC takes as its own and rewrites from the ingresses (docs/adr/0017). What stands here is what serves until it
#: has started; tags are ignored one by one, so that ours still follow the program.
REWRITTEN_BY_AGIC: Final = (
    "backendAddressPools",
    "backendHttpSettingsCollection",
    "frontendPorts",
    "httpListeners",
    "probes",
    "redirectConfigurations",
    "requestRoutingRules",
    "urlPathMaps",
    'tags["managed-by-k8s-ingress"]',
    'tags["ingress-for-aks-cluster-id"]',
    'tags["last-updated-by-k8s-ingress"]',
)


@dataclass(frozen=True, kw_only=True)
class ApplicationGatewayArgs(ComponentArgs):
    """Where the gateway stands, how far it scales, and what it proves itself with."""

    network: Network
    #: The private frontend: an address in the gateway's subnet.
    private_address: IPv4Address
    zones: Sequence[str]
    min_capacity: int
    max_capacity: int
    web_policy_id: pulumi.Input[str]
    #: Reads the certificate; it needs the right before the gateway is made.
    identity_id: pulumi.Input[str]
    #: The certificate's secret in the vault, without a version: a renewed one is taken over within four hours.
    certificate_secret_id: pulumi.Input[str]
    #: Where pods listen, and what says that they are well.
    pod_port: int
    health_path: str
    #: Paths for the pods, by the name of their rule.
    paths: Mapping[str, Sequence[str]]
    #: Where it says who was served and who was blocked.
    workspace: LogWorkspace


class ApplicationGateway(Component[ApplicationGatewayArgs], type="platform:azure:ApplicationGateway"):
    """A zone-redundant gateway with a fixed public address that nothing listens on, and a private one that serves.

    Front Door comes in by Private Link to the private frontend, once a person has approved its connection.
    """

    gateway_id: pulumi.Output[str]
    public_ip: pulumi.Output[str]
    public_ip_id: pulumi.Output[str]

    def build(self, args: ApplicationGatewayArgs) -> None:
        """Place the address and the gateway."""
        names, tags, group = args.scope.names, args.scope.tags.azure(), args.network.group
        self.gateway_name = names(naming.APPLICATION_GATEWAY)
        address = place_public_address(self, "gateway", group=group, zones=args.zones)
        self._base = pulumi.Output.concat(
            group.group_id, "/providers/Microsoft.Network/applicationGateways/", self.gateway_name
        )
        gateway = AzureApplicationGateway(
            f"{self.name}-gateway",
            application_gateway_name=self.gateway_name,
            resource_group_name=group.group_name,
            location=group.location,
            zones=args.zones,
            sku={"name": "WAF_v2", "tier": "WAF_v2"},
            autoscale_configuration={"min_capacity": args.min_capacity, "max_capacity": args.max_capacity},
            firewall_policy={"id": args.web_policy_id},
            identity=ManagedServiceIdentityArgs(
                type=ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[args.identity_id]
            ),
            gateway_ip_configurations=[{"name": "gateway", "subnet": {"id": args.network.gateway_subnet_id}}],
            frontend_ip_configurations=self._frontends(args, address),
            private_link_configurations=[
                {
                    "name": PRIVATE_LINK,
                    "ip_configurations": [
                        {
                            "name": "link",
                            "primary": True,
                            # Private Link hands its addresses out itself; no other way is accepted.
                            "private_ip_allocation_method": "Dynamic",
                            "subnet": {"id": args.network.gateway_link_subnet_id},
                        }
                    ],
                }
            ],
            frontend_ports=[{"name": HTTPS_PORT, "port": 443}],
            ssl_certificates=[{"name": CERTIFICATE, "key_vault_secret_id": args.certificate_secret_id}],
            ssl_policy={"policy_type": "Predefined", "policy_name": TLS_POLICY},
            enable_http2=True,
            backend_address_pools=[{"name": BACKEND_POOL}, {"name": NOWHERE}],
            probes=[
                {
                    "name": "health",
                    "protocol": "Http",
                    "path": args.health_path,
                    "interval": PROBE_SECONDS,
                    "timeout": PROBE_SECONDS,
                    "unhealthy_threshold": PROBE_FAILURES,
                    "pick_host_name_from_backend_http_settings": True,
                }
            ],
            backend_http_settings_collection=[
                ApplicationGatewayBackendHttpSettingsArgs(
                    name="pods",
                    protocol="Http",
                    port=args.pod_port,
                    request_timeout=BACKEND_TIMEOUT_SECONDS,
                    pick_host_name_from_backend_address=True,
                    probe=self._part("probes", "health"),
                )
            ],
            http_listeners=[
                ApplicationGatewayHttpListenerArgs(
                    name=LISTENER,
                    protocol="Https",
                    frontend_ip_configuration=self._part("frontendIPConfigurations", PRIVATE_FRONTEND),
                    frontend_port=self._part("frontendPorts", HTTPS_PORT),
                    ssl_certificate=self._part("sslCertificates", CERTIFICATE),
                )
            ],
            url_path_maps=[
                ApplicationGatewayUrlPathMapArgs(
                    name=ROUTING_RULE,
                    default_backend_address_pool=self._part("backendAddressPools", NOWHERE),
                    default_backend_http_settings=self._part("backendHttpSettingsCollection", "pods"),
                    path_rules=[self._path_rule(name, paths) for name, paths in args.paths.items()],
                )
            ],
            request_routing_rules=[
                ApplicationGatewayRequestRoutingRuleArgs(
                    name=ROUTING_RULE,
                    priority=100,
                    rule_type="PathBasedRouting",
                    http_listener=self._part("httpListeners", LISTENER),
                    url_path_map=self._part("urlPathMaps", ROUTING_RULE),
                )
            ],
            tags=tags,
            opts=self.child(ignore_changes=[*REWRITTEN_BY_AGIC]),
        )
        place_diagnostics(self, "gateway", resource_id=gateway.id, workspace=args.workspace)
        self.gateway_id = gateway.id
        self.public_ip = address.ip_address.apply(str)
        self.public_ip_id = address.id

    def _frontends(
        self, args: ApplicationGatewayArgs, address: PublicIPAddress
    ) -> list[ApplicationGatewayFrontendIPConfigurationArgs]:
        return [
            ApplicationGatewayFrontendIPConfigurationArgs(
                name=PUBLIC_FRONTEND, public_ip_address=SubResourceArgs(id=address.id)
            ),
            ApplicationGatewayFrontendIPConfigurationArgs(
                name=PRIVATE_FRONTEND,
                private_ip_allocation_method="Static",
                private_ip_address=str(args.private_address),
                subnet=SubResourceArgs(id=args.network.gateway_subnet_id),
                private_link_configuration=self._part("privateLinkConfigurations", PRIVATE_LINK),
            ),
        ]

    def _path_rule(self, name: str, paths: Sequence[str]) -> ApplicationGatewayPathRuleArgs:
        return ApplicationGatewayPathRuleArgs(
            name=name,
            paths=paths,
            backend_address_pool=self._part("backendAddressPools", BACKEND_POOL),
            backend_http_settings=self._part("backendHttpSettingsCollection", "pods"),
        )

    def _part(self, kind: str, name: str) -> SubResourceArgs:
        """Return the reference of one part of the gateway to another: its id, which is known before it exists."""
        return SubResourceArgs(id=pulumi.Output.concat(self._base, f"/{kind}/{name}"))
