"""What stands before the cluster and between it and the world (physical architecture, 4.2, 7.1 and 10.1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from settings.azure.catalogue import CHALLENGED_BOT_RULES
from settings.azure.types import (
    BotRuleId,
    FirewallTier,
    GatewayRuleSet,
    GatewaySources,
    HttpPath,
    IdpsMode,
    VaultObjectName,
)
from settings.model import Settings, rule
from settings.types import CountryCode, DnsName, Unique


class FirewallSettings(Settings):
    """Azure Firewall in the hub (7.1.1, layer 2)."""

    tier: FirewallTier = "Premium"
    """`Premium` looks into what passes (IDPS); `Standard` filters by address and name only."""
    idps: IdpsMode = "Deny"
    """What Premium does with an intrusion: `Deny` drops it, `Alert` tells, `Off` does not look."""
    external_hosts: Annotated[tuple[DnsName, ...], Unique()] = ("api.openai.com",)
    """Hosts of other companies' APIs that the services may call on 443; nothing else outside Azure answers them."""

    @rule
    def _only_premium_looks_for_intrusions(self) -> Iterator[str]:
        if self.tier != "Premium" and self.idps != "Off":
            yield f"idps {self.idps} needs tier Premium; tier {self.tier} takes idps Off"


class GatewaySettings(Settings):
    """The Application Gateway (4.2.1)."""

    min_capacity: Annotated[int, Field(ge=0, le=125)] = 3
    """Instances that always run: the design's capacity of 3."""
    max_capacity: Annotated[int, Field(ge=2, le=125)] = 10
    """Instances that autoscaling may reach."""
    certificate: VaultObjectName = "ssl-wildcard-cert"
    """Name of the wildcard certificate in the vault (7.4.1: `ssl_wildcard_cert`; the vault takes no underscores)."""
    public_sources: GatewaySources = "AzureFrontDoor.Backend"
    """Who may use the public frontend: Front Door's addresses; the table's `Internet` would let anybody past it."""

    @rule
    def _capacities_are_in_order(self) -> Iterator[str]:
        if self.min_capacity > self.max_capacity:
            yield f"min_capacity {self.min_capacity} must not exceed max_capacity {self.max_capacity}"


class WebFirewallSettings(Settings):
    """The web application firewalls of the gateway and of Front Door (4.2.2)."""

    rule_set: GatewayRuleSet = "OWASP 3.2"
    """Managed rules at the gateway."""
    rate_limit_per_minute: Annotated[int, Field(ge=10, le=2_000_000)] = 1000
    """Requests of one address within a minute before Front Door blocks it."""
    blocked_countries: Annotated[tuple[CountryCode, ...], Unique()] = ()
    """Countries whose requests are blocked; none by the design."""
    challenged_bots: Annotated[tuple[BotRuleId, ...], Unique()] = CHALLENGED_BOT_RULES
    """Rules of the bot rule set whose suspects get a JavaScript challenge."""


class FrontDoorSettings(Settings):
    """Front Door with its cache (2.2, 7.1.1 and 10.1.2)."""

    health_path: HttpPath = "/actuator/health"
    """What Front Door asks the origin for (10.1.2)."""
    probe_interval_seconds: Annotated[int, Field(ge=5, le=255)] = 30
    """Seconds between two probes from one place."""
    failover_threshold: Annotated[int, Field(ge=1, le=255)] = 3
    """Probes in a row that must fail before an origin gets no more traffic."""
    static_paths: Annotated[tuple[HttpPath, ...], Field(min_length=1), Unique()] = ("/static/*",)
    """Paths that Front Door keeps copies of and compresses; no answer under them may depend on who asks."""
    custom_hosts: Annotated[tuple[DnsName, ...], Unique()] = ()
    """Hosts of the domain that users type; without one they use the host under azurefd.net that Azure draws."""


class EdgeSettings(Settings):
    """Everything between the internet and the pods."""

    domain: DnsName
    """The environment's domain: the wildcard certificate in the vault is for the hosts below it."""
    firewall: FirewallSettings = FirewallSettings()
    """The nodes' way out."""
    gateway: GatewaySettings = GatewaySettings()
    """The Application Gateway."""
    web_firewall: WebFirewallSettings = WebFirewallSettings()
    """Both web application firewalls."""
    front_door: FrontDoorSettings = FrontDoorSettings()
    """Front Door."""

    @property
    def origin_host(self) -> str:
        """The name under which Front Door calls the gateway; the wildcard certificate is checked against it."""
        return f"origin.{self.domain}"

    @rule
    def _custom_hosts_lie_in_the_domain(self) -> Iterator[str]:
        stray = [host for host in self.front_door.custom_hosts if host.partition(".")[2] != self.domain]
        if stray:
            yield f"front_door.custom_hosts: {', '.join(stray)} not directly below the domain {self.domain}"
