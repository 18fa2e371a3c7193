from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network

from components.azure.hub import Hub, HubArgs
from components.azure.private_dns_zone import PrivateDnsZone
from components.azure.private_link import PrivateLink, PrivateLinkArgs
from components.azure.recovery_network import RecoveryNetwork, RecoveryNetworkArgs
from components.azure.resource_group import ResourceGroup, ResourceGroupArgs
from components.base import Scope
from settings.environments import ENVIRONMENTS
from settings.naming import Namer
from settings.tags import PlatformTags
from tests.components.strict_mocks import World, place

SCOPE = Scope(
    environment=ENVIRONMENTS["prod"],
    names=Namer(prefix="", system="tripgen", environment="prod"),
    tags=PlatformTags(
        system="tripgen",
        environment="prod",
        owner="travel-platform",
        cost_centre="tripgen",
        data_classification="personal",
    ),
)
ENDPOINT = "azure-native:network:PrivateEndpoint"
ZONE = "azure-native:privatedns:PrivateZone"
LINK = "azure-native:privatedns:VirtualNetworkLink"
ZONE_GROUP = "azure-native:network:PrivateDnsZoneGroup"
PEERING = "azure-native:network:VirtualNetworkPeering"


def group(name: str, location: str) -> ResourceGroup:
    return ResourceGroup(name, ResourceGroupArgs(scope=SCOPE, location=location, purpose=name))


def two_networks() -> tuple[RecoveryNetwork, RecoveryNetwork]:
    """Place two networks for endpoints, one in each region, both peered with a third."""
    central = group("main", "koreacentral")
    middle = Hub(
        "hub",
        HubArgs(
            scope=SCOPE, group=central, cidr=IPv4Network("10.0.0.0/24"), firewall_subnet=IPv4Network("10.0.0.0/26")
        ),
    )
    near, far = (
        RecoveryNetwork(name, RecoveryNetworkArgs(scope=SCOPE, group=where, cidr=IPv4Network(cidr), spoke=middle))
        for name, where, cidr in (
            ("near", central, "10.1.0.0/24"),
            ("far", group("recovery", "koreasouth"), "10.2.0.0/24"),
        )
    )
    return near, far


def link(
    name: str,
    network: RecoveryNetwork,
    dns_zone: str | PrivateDnsZone = "privatelink.vaultcore.azure.net",
    also_resolved_in: tuple[RecoveryNetwork, ...] = (),
) -> PrivateLink:
    return PrivateLink(
        name,
        PrivateLinkArgs(
            scope=SCOPE,
            group=network.group,
            network=network,
            dns_zone=dns_zone,
            sub_resource="vault",
            target_id=f"{name}-id",
            also_resolved_in=also_resolved_in,
        ),
    )


def placed(build: Callable[[RecoveryNetwork, RecoveryNetwork], object]) -> World:
    return place(lambda: build(*two_networks()))


def test_a_service_gets_an_address_in_the_networks_endpoint_subnet_and_a_name_for_it() -> None:
    world = placed(lambda near, _: link("vault", near))
    endpoint = world.one(ENDPOINT, "vault-endpoint")
    assert endpoint["subnet"]["id"] == "near-endpoints-id"
    (connection,) = endpoint["privateLinkServiceConnections"]
    assert (connection["privateLinkServiceId"], connection["groupIds"]) == ("vault-id", ["vault"])
    assert world.one(ZONE, "vault-dns-zone")["privateZoneName"] == "privatelink.vaultcore.azure.net"
    (config,) = world.one(ZONE_GROUP, "vault-zone-group")["privateDnsZoneConfigs"]
    assert config["privateDnsZoneId"] == "vault-dns-zone-id"
    assert world.one(LINK, "vault-dns-near-link")["virtualNetwork"]["id"] == "near-vnet-id"


def test_an_endpoint_stands_in_the_region_of_its_network() -> None:
    world = placed(lambda near, far: (link("here", near), link("there", far)))
    locations = {name: inputs["location"] for name, inputs in world.of(ENDPOINT).items()}
    assert locations == {"here-endpoint": "koreacentral", "there-endpoint": "koreasouth"}


def test_links_of_one_service_share_a_zone_because_a_network_asks_only_one_of_a_name() -> None:
    def build(near: RecoveryNetwork, far: RecoveryNetwork) -> None:
        primary = link("primary", near, also_resolved_in=(far,))
        link("replica", far, dns_zone=primary.zone)

    world = placed(build)
    assert list(world.of(ZONE)) == ["primary-dns-zone"]
    assert set(world.of(LINK)) == {"primary-dns-near-link", "primary-dns-far-link"}
    (config,) = world.one(ZONE_GROUP, "replica-zone-group")["privateDnsZoneConfigs"]
    assert config["privateDnsZoneId"] == "primary-dns-zone-id"


def test_the_recovery_network_is_peered_both_ways_and_lets_endpoints_in() -> None:
    world = placed(lambda _, far: far)
    assert set(world.of(PEERING)) >= {"far-hub-to-far", "far-far-to-hub"}
    subnet = world.one("azure-native:network:Subnet", "far-endpoints")
    assert (subnet["addressPrefix"], subnet["privateEndpointNetworkPolicies"]) == ("10.2.0.0/24", "Disabled")
    assert world.one("azure-native:network:VirtualNetwork", "far-vnet")["location"] == "koreasouth"
