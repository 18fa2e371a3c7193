"""Public hosted zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.base import Component, ComponentArgs

DELEGATION_TTL_SECONDS: Final = 3600


@dataclass(frozen=True, kw_only=True)
class DnsZoneArgs(ComponentArgs):
    """The zone and the zones below it that live elsewhere."""

    domain: str
    #: Name servers of zones below this one, by name: other environments' zones in their own accounts.
    delegations: Mapping[str, Sequence[str]]


class DnsZone(Component[DnsZoneArgs], type="platform:aws:DnsZone"):
    """A public hosted zone. Its records belong to whoever places them: this program, or ExternalDNS."""

    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]]

    def build(self, args: DnsZoneArgs) -> None:
        """Place the zone and its delegations."""
        self.domain = args.domain
        zone = aws.route53.Zone(
            f"{self.name}-zone",
            name=args.domain,
            comment=f"{args.scope.names.system} {args.scope.environment.name}",
            # ExternalDNS leaves records behind; where data is not protected they go with the zone.
            force_destroy=not args.scope.environment.protect_data,
            tags=args.scope.tags.aws(args.domain),
            opts=self.stateful_child(),
        )
        for name, servers in args.delegations.items():
            aws.route53.Record(
                f"{self.name}-delegation-{name}",
                zone_id=zone.zone_id,
                name=name,
                type="NS",
                ttl=DELEGATION_TTL_SECONDS,
                records=list(servers),
                opts=self.child(),
            )
        self.zone_id = zone.zone_id
        self.name_servers = zone.name_servers


def zone_of(host: str, zones: Sequence[DnsZone]) -> DnsZone:
    """Return the zone that a host's records belong to: the longest one that it lies in."""
    holding = [zone for zone in zones if host == zone.domain or host.endswith(f".{zone.domain}")]
    return max(holding, key=lambda zone: len(zone.domain))
