"""The image registry (TripGen physical architecture, 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
from pulumi_azure_native.containerregistry import Registry as AzureRegistry
from pulumi_azure_native.containerregistry import Replication

from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.network import Network
from components.azure.private_link import PrivateLink, PrivateLinkArgs
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming
from settings.azure.catalogue import AZURE_ZONES


@dataclass(frozen=True, kw_only=True)
class RegistryArgs(ComponentArgs):
    """Where images are kept, who reaches them, and how long they stay."""

    group: ResourceGroup
    #: The network that reaches the registry by a private endpoint: nodes pull from there.
    network: Network
    #: Regions with a copy.
    replicas: Sequence[str]
    #: Allow-list of the public endpoint; empty means that there is none.
    push_cidrs: Sequence[IPv4Network]
    #: Days until an untagged image goes.
    untagged_days: int
    #: Where pulls, pushes and sign-ins are logged.
    workspace: LogWorkspace


def zone_redundancy(region: str) -> str:
    """Return whether a registry spans the zones of a region: wherever there are any."""
    return "Enabled" if AZURE_ZONES[region] else "Disabled"


class Registry(Component[RegistryArgs], type="platform:azure:Registry"):
    """A Premium registry without passwords, in its region's zones and in others, pulled from by a private endpoint."""

    registry_id: pulumi.Output[str]
    login_server: pulumi.Output[str]

    def build(self, args: RegistryArgs) -> None:
        """Place the registry, its copies and its private endpoint."""
        group, tags = args.group, args.scope.tags.azure()
        name = args.scope.names(naming.CONTAINER_REGISTRY)
        # Host of every image's name, `tripgenprod.azurecr.io`: a literal, so that a preview can judge which images run.
        self.host = f"{name}.azurecr.io"
        registry = AzureRegistry(
            f"{self.name}-registry",
            registry_name=name,
            resource_group_name=group.group_name,
            location=group.location,
            sku={"name": "Premium"},
            admin_user_enabled=False,
            anonymous_pull_enabled=False,
            zone_redundancy=zone_redundancy(group.location),
            public_network_access="Enabled" if args.push_cidrs else "Disabled",
            network_rule_set={
                "default_action": "Deny",
                "ip_rules": [{"action": "Allow", "i_p_address_or_range": str(cidr)} for cidr in args.push_cidrs],
            },
            network_rule_bypass_options="None",
            policies={
                "retention_policy": {"status": "enabled", "days": args.untagged_days},
                # Excludes retention, and copies in other regions.
                "soft_delete_policy": {"status": "disabled"},
                # Would hide every image until a scanner of the tenant's own releases it.
                "quarantine_policy": {"status": "disabled"},
                # Refused on new registries, and gone in 2028: signatures lie beside the image instead.
                "trust_policy": {"status": "disabled", "type": "Notary"},
            },
            tags=tags,
            opts=self.stateful_child(),
        )
        replications = [
            Replication(
                f"{self.name}-{region}",
                replication_name=region,
                registry_name=registry.name,
                resource_group_name=group.group_name,
                location=region,
                region_endpoint_enabled=True,
                zone_redundancy=zone_redundancy(region),
                tags=tags,
                opts=self.child(),
            )
            for region in args.replicas
        ]
        PrivateLink(
            f"{self.name}-link",
            PrivateLinkArgs(
                scope=args.scope,
                group=group,
                network=args.network,
                dns_zone="privatelink.azurecr.io",
                sub_resource="registry",
                # A copy adds an address to the endpoint: it is there before the endpoint asks.
                target_id=pulumi.Output.all(registry.id, *(copy.id for copy in replications)).apply(lambda ids: ids[0]),
            ),
            self.child(),
        )
        place_diagnostics(self, "registry", resource_id=registry.id, workspace=args.workspace)
        self.registry_id = registry.id
        self.login_server = registry.login_server
