"""What stands between the internet and the pods (DTx infrastructure: load balancer; security: network, access, TLS)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import Field

from settings.gcp.catalogue import GDPR_COUNTRIES, WAF_RULE_SETS
from settings.gcp.types import WafRuleSet, WafSignature
from settings.model import Settings, rule
from settings.types import CountryCode, DnsName, ServiceName, Unique

#: What the services could be attacked by: none is written in PHP, and `methodenforcement` would refuse PUT and DELETE.
RULE_SETS: Final[Mapping[str, int]] = {
    "sqli-v33-stable": 2,
    "xss-v33-stable": 2,
    "lfi-v33-stable": 1,
    "rfi-v33-stable": 2,
    "rce-v33-stable": 2,
    "scannerdetection-v33-stable": 1,
    "protocolattack-v33-stable": 2,
    "sessionfixation-v33-stable": 1,
    "java-v33-stable": 2,
    "nodejs-v33-stable": 1,
    "cve-canary": 1,
    "json-sqli-canary": 2,
}


class WebFirewallSettings(Settings):
    """Cloud Armor."""

    allowed_countries: Annotated[tuple[CountryCode, ...], Unique()] = GDPR_COUNTRIES
    """Countries whose requests are let in; an empty list lets in all. Where the GDPR applies, and Switzerland: patients
    travel, and whoever cannot reach a treatment abroad is harmed (docs/adr/0035)."""
    rule_sets: Mapping[WafRuleSet, Annotated[int, Field(ge=1, le=4)]] = RULE_SETS
    """Attacks that are looked for, each with a sensitivity from 1: more finds more, and takes more honest requests for
    attacks."""
    ignored_signatures: Annotated[tuple[WafSignature, ...], Unique()] = ()
    """Signatures that honest requests of ours look like, by their ids."""
    preview: bool = False
    """Attacks are written down and let through: for a new rule set, until the logs show what it would refuse."""
    requests_per_minute: Annotated[int, Field(ge=10, le=1_000_000)] = 600
    """Requests of one address within a minute before it is told to wait (429). Behind one address may be a clinic."""
    ban_requests_per_minute: Annotated[int, Field(ge=10, le=1_000_000)] = 3000
    """Requests of one address within a minute before it is banned."""
    ban_minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    """How long a ban lasts."""

    @rule
    def _no_set_is_more_sensitive_than_it_can_be(self) -> Iterator[str]:
        for name, sensitivity in self.rule_sets.items():
            if sensitivity > WAF_RULE_SETS[name]:
                yield f"rule_sets: {name} has sensitivities up to {WAF_RULE_SETS[name]}, not {sensitivity}"

    @rule
    def _banned_later_than_told_to_wait(self) -> Iterator[str]:
        if self.ban_requests_per_minute < self.requests_per_minute:
            yield (
                f"ban_requests_per_minute {self.ban_requests_per_minute} must not be below requests_per_minute "
                f"{self.requests_per_minute}"
            )

    @rule
    def _ignored_signatures_are_of_a_rule_set(self) -> Iterator[str]:
        kinds = {name.partition("-")[0] for name in self.rule_sets}
        stray = [signature for signature in self.ignored_signatures if signature.rpartition("-")[2] not in kinds]
        if stray:
            yield f"ignored_signatures: {', '.join(stray)} of no rule set that is looked for"


class EdgeSettings(Settings):
    """The load balancer and what it asks of a request."""

    domain: DnsName
    """The environment's domain, a zone of its own; whoever owns the domain above delegates it."""
    service: ServiceName = "api-gateway"
    """The Kubernetes service that gets the requests: its pods, by their own addresses."""
    pod_protocol: Literal["HTTP", "HTTPS"] = "HTTP"
    """What the pods speak. Google encrypts and signs what passes between the proxies and them in any case; with HTTPS
    the pods bring a certificate, which may be their own."""
    min_tls_version: Literal["TLS_1_2", "TLS_1_3"] = "TLS_1_2"
    """The oldest TLS that users' devices may speak."""
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Requests a second from which a pod counts as full."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """How long a pod may take to answer."""
    draining_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Time that a pod which goes away has for what it began."""
    web_firewall: WebFirewallSettings = WebFirewallSettings()
    """Who may come, and with what."""

    @property
    def host(self) -> str:
        """The name that users' applications call."""
        return f"api.{self.domain}"
