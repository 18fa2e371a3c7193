from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

import pytest

from components.azure.security_groups import Rule, gateway_rules, node_rules, security_rules
from settings.azure.network import SpokePlan
from tests.components.strict_mocks import World

SUBNET = "azure-native:network:Subnet"
RULES = "azure-native:network:NetworkSecurityGroup"


def rows(world: World, label: str) -> dict[str, Mapping[str, Any]]:
    """Return the rules of a subnet's security group by name."""
    group = world.one(RULES, f"network-{label}-rules")
    return {rule["name"]: rule for rule in group["securityRules"]}


def reads(rule: Mapping[str, Any]) -> tuple[str, list[str], list[str], list[str], str]:
    """Return a rule as the design's table has it: direction, ports, source, destination, action."""

    def values(one: str, many: str) -> list[str]:
        return [rule[one]] if one in rule else rule[many]

    return (
        rule["direction"],
        values("destinationPortRange", "destinationPortRanges"),
        values("sourceAddressPrefix", "sourceAddressPrefixes"),
        values("destinationAddressPrefix", "destinationAddressPrefixes"),
        rule["access"],
    )


def test_prod_has_the_networks_and_subnets_of_the_designs_tables(tripgen_prod: World) -> None:
    spaces = {
        n: i["addressSpace"]["addressPrefixes"]
        for n, i in tripgen_prod.of("azure-native:network:VirtualNetwork").items()
    }
    assert spaces["network-vnet"] == ["10.1.0.0/16", "10.0.1.0/24"]
    assert spaces["hub-vnet"] == ["10.0.0.0/24"]
    subnets = {
        n.removeprefix("network-"): i["addressPrefix"]
        for n, i in tripgen_prod.of(SUBNET).items()
        if n.startswith("network-")
    }
    assert subnets == {
        "aks": "10.1.1.0/24",
        "database": "10.1.2.0/24",
        "cache": "10.1.3.0/24",
        "endpoints": "10.1.4.0/24",
        "gateway": "10.0.1.0/24",
        "gateway-link": "10.1.5.0/24",
    }


def test_the_subnets_have_the_special_settings_of_the_designs_table(tripgen_prod: World) -> None:
    def subnet(label: str) -> Mapping[str, Any]:
        return tripgen_prod.one(SUBNET, f"network-{label}")

    assert [e["service"] for e in subnet("aks")["serviceEndpoints"]] == ["Microsoft.ContainerRegistry"]
    assert [d["serviceName"] for d in subnet("database")["delegations"]] == [
        "Microsoft.DBforPostgreSQL/flexibleServers"
    ]
    assert subnet("endpoints")["privateEndpointNetworkPolicies"] == "Disabled"
    # Azure knows no service endpoint Microsoft.Cache: the cache is reached by a private endpoint.
    assert subnet("cache")["serviceEndpoints"] == []
    assert [d["serviceName"] for d in subnet("gateway")["delegations"]] == ["Microsoft.Network/applicationGateways"]
    assert subnet("gateway-link")["privateLinkServiceNetworkPolicies"] == "Disabled"


def test_the_gateways_rules_are_those_of_the_designs_table(tripgen_prod: World) -> None:
    table = rows(tripgen_prod, "gateway")
    front_door = ["AzureFrontDoor.Backend"]
    assert reads(table["HTTPS"]) == ("Inbound", ["443"], front_door, ["*"], "Allow")
    assert reads(table["HTTP"]) == ("Inbound", ["80"], front_door, ["*"], "Allow")
    assert reads(table["HealthProbe"]) == ("Inbound", ["65200-65535"], ["GatewayManager"], ["*"], "Allow")
    assert reads(table["PrivateLink"])[2] == ["10.1.5.0/24"]


def test_the_nodes_rules_are_those_of_the_designs_table_read_for_todays_services(tripgen_prod: World) -> None:
    table = rows(tripgen_prod, "aks")
    cluster, endpoints = ["10.1.1.0/24", "10.244.0.0/16"], ["10.1.4.0/24", "10.0.201.0/24"]
    assert reads(table["AppGateway"]) == ("Inbound", ["80", "443"], ["10.0.1.0/24"], cluster, "Allow")
    assert reads(table["Database"]) == ("Outbound", ["5432"], cluster, endpoints, "Allow")
    assert reads(table["Cache"]) == ("Outbound", ["10000", "8500-8599"], cluster, endpoints, "Allow")
    assert reads(table["ServiceBus"]) == ("Outbound", ["5671", "5672"], cluster, endpoints, "Allow")


def test_nodes_reach_no_other_network_of_ours_and_only_the_gateway_reaches_them(every_tripgen: World) -> None:
    table = rows(every_tripgen, "aks")
    inbound = [r for r in table.values() if r["direction"] == "Inbound"]
    assert max(inbound, key=lambda rule: rule["priority"])["name"] == "DenyAllOthers"
    closed = table["DenyOtherNetworks"]
    assert closed["access"] == "Deny"
    assert closed["priority"] == max(rule["priority"] for rule in table.values())
    networks = every_tripgen.of("azure-native:network:VirtualNetwork")
    ours = {
        p
        for n, i in networks.items()
        if n in ("network-vnet", "hub-vnet")
        for p in i["addressSpace"]["addressPrefixes"]
    }
    assert ours <= set(closed["destinationAddressPrefixes"])


def test_pods_of_an_overlay_reach_each_other_past_the_denials(every_tripgen: World) -> None:
    table = rows(every_tripgen, "aks")
    for name, denial in (("NodesAndPods", "DenyAllOthers"), ("ToNodesAndPods", "DenyOtherNetworks")):
        assert "10.244.0.0/16" in table[name]["sourceAddressPrefixes"]
        assert table[name]["priority"] < table[denial]["priority"]


def test_rules_of_a_group_have_names_and_priorities_of_their_own(every_tripgen: World) -> None:
    for group in every_tripgen.of(RULES).values():
        rules = group["securityRules"]
        assert len({rule["name"] for rule in rules}) == len({rule["priority"] for rule in rules}) == len(rules)


def test_lists_of_ranges_never_hold_a_star_or_a_service_tag_because_azure_refuses_them_there() -> None:
    plan = SpokePlan(
        address_space=(IPv4Network("10.1.0.0/16"),),
        nodes=IPv4Network("10.1.1.0/24"),
        database=IPv4Network("10.1.2.0/24"),
        cache=IPv4Network("10.1.3.0/24"),
        endpoints=IPv4Network("10.1.4.0/24"),
        gateway=IPv4Network("10.0.1.0/24"),
        gateway_link=IPv4Network("10.1.5.0/24"),
        pods=IPv4Network("10.244.0.0/16"),
    )
    rules: list[Any] = security_rules((*node_rules(plan, [], []), *gateway_rules(plan, "Internet")))
    lists = [
        many for rule in rules for many in (rule.source_address_prefixes, rule.destination_address_prefixes) if many
    ]
    assert lists
    assert all(IPv4Network(prefix) for many in lists for prefix in many)


def test_priorities_follow_the_order_of_the_table() -> None:
    placed = security_rules([Rule(name="First", source=("*",)), Rule(name="Second", source=("*",), access="Deny")])
    assert [(rule.name, rule.priority) for rule in placed] == [("First", 100), ("Second", 110)]


def test_no_subnet_with_machines_or_a_gateway_is_without_rules(every_tripgen: World) -> None:
    for label in ("aks", "gateway", "database", "cache"):
        assert (
            every_tripgen.one(SUBNET, f"network-{label}")["networkSecurityGroup"]["id"] == f"network-{label}-rules-id"
        )


def test_nodes_leave_through_the_firewall_and_not_otherwise(every_tripgen: World) -> None:
    (table,) = every_tripgen.of("azure-native:network:RouteTable").values()
    (route,) = table["routes"]
    assert (route["addressPrefix"], route["nextHopType"]) == ("0.0.0.0/0", "VirtualAppliance")
    assert route["nextHopIpAddress"] == "192.0.2.4"
    nodes = every_tripgen.one(SUBNET, "network-aks")
    assert nodes["routeTable"]["id"] == "network-routes-id"
    assert nodes["defaultOutboundAccess"] is False


def test_hub_and_spoke_are_peered_both_ways_and_let_forwarded_traffic_in(every_tripgen: World) -> None:
    peerings = every_tripgen.of("azure-native:network:VirtualNetworkPeering")
    ours = {name: inputs for name, inputs in peerings.items() if name.startswith("network-")}
    assert {inputs["remoteVirtualNetwork"]["id"] for inputs in ours.values()} == {"hub-vnet-id", "network-vnet-id"}
    assert all(inputs["allowForwardedTraffic"] for inputs in ours.values())


def test_prods_firewall_is_premium_and_stops_intrusions(tripgen_prod: World) -> None:
    (firewall,) = tripgen_prod.of("azure-native:network:AzureFirewall").values()
    (policy,) = tripgen_prod.of("azure-native:network:FirewallPolicy").values()
    assert firewall["sku"] == {"name": "AZFW_VNet", "tier": "Premium"}
    assert firewall["zones"] == ["1", "2", "3"]
    assert policy["sku"] == {"tier": "Premium"}
    assert policy["intrusionDetection"]["mode"] == "Deny"
    assert tripgen_prod.one(SUBNET, "hub-firewall")["subnetName"] == "AzureFirewallSubnet"


def test_a_standard_firewall_is_not_asked_to_look_for_intrusions(tripgen_dev: World) -> None:
    (policy,) = tripgen_dev.of("azure-native:network:FirewallPolicy").values()
    assert policy["sku"] == {"tier": "Standard"}
    assert "intrusionDetection" not in policy


def test_the_firewall_lets_out_what_a_cluster_needs_and_the_apis_that_settings_name(every_tripgen: World) -> None:
    (group,) = every_tripgen.of("azure-native:network:FirewallPolicyRuleCollectionGroup").values()
    rules = {rule["name"]: rule for collection in group["ruleCollections"] for rule in collection["rules"]}
    assert rules["aks"]["fqdnTags"] == ["AzureKubernetesService"]
    assert (rules["time"]["destinationFqdns"], rules["time"]["destinationPorts"]) == (["ntp.ubuntu.com"], ["123"])
    assert rules["external-apis"]["targetFqdns"] == ["api.openai.com"]
    assert "login.microsoftonline.com" in rules["entra"]["targetFqdns"]
    assert rules["registries"]["targetFqdns"] == ["quay.io", "*.quay.io"]
    nodes = every_tripgen.one(SUBNET, "network-aks")["addressPrefix"]
    assert all(rule["sourceAddresses"] == [nodes] for rule in rules.values())
    assert all("*" not in rule.get("targetFqdns", []) for rule in rules.values())


@pytest.mark.parametrize("name", ["firewall", "gateway"])
def test_public_addresses_are_fixed_and_in_every_zone(tripgen_prod: World, name: str) -> None:
    address = tripgen_prod.one("azure-native:network:PublicIPAddress", f"{name}-address")
    assert address["publicIPAllocationMethod"] == "Static"
    assert address["zones"] == ["1", "2", "3"]


def test_prod_has_a_network_for_copies_in_korea_south_and_dev_has_none(tripgen_prod: World, tripgen_dev: World) -> None:
    network = "azure-native:network:VirtualNetwork"
    placed = tripgen_prod.one(network, "recovery-network-vnet")
    assert (placed["location"], placed["addressSpace"]["addressPrefixes"]) == ("koreasouth", ["10.0.201.0/24"])
    assert "recovery-network-vnet" not in tripgen_dev.of(network)
    assert {inputs["location"] for inputs in tripgen_dev.of(network).values()} == {"koreacentral"}
