"""What Azure's network refuses, in its own words, and what it computes."""

import pytest

from tests.unit.rehearsal_clouds.azure_world import GROUP, IN_GROUP, refused

NETWORK, SUBNET = "azure-native:network:VirtualNetwork", "azure-native:network:Subnet"
RULES, TABLE = "azure-native:network:NetworkSecurityGroup", "azure-native:network:RouteTable"
ADDRESS, FLOW_LOG = "azure-native:network:PublicIPAddress", "azure-native:network:FlowLog"
ENDPOINT, PEERING = "azure-native:network:PrivateEndpoint", "azure-native:network:VirtualNetworkPeering"
POLICY, RULE_GROUP = "azure-native:network:FirewallPolicy", "azure-native:network:FirewallPolicyRuleCollectionGroup"
LINK = {"name": "it", "privateLinkServiceId": f"{IN_GROUP}/Microsoft.KeyVault/vaults/kv", "groupIds": ["vault"]}


def subnet(prefix="10.1.1.0/24", **inputs):
    return {"virtualNetworkName": "vnet-shop", "subnetName": "nodes", "addressPrefix": prefix, **inputs}


def rules(*changes):
    allowed = {
        "access": "Allow", "direction": "Inbound", "protocol": "Tcp", "sourceAddressPrefix": "Internet",
        "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443",
    }  # fmt: skip
    made = [
        {"name": f"rule{index}", "priority": 100 + index, **allowed, **change} for index, change in enumerate(changes)
    ]
    return {"networkSecurityGroupName": "nsg", "securityRules": made}


def egress(*rules, **inputs):
    collection = {
        "ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "out", "priority": 100,
        "action": {"type": "Allow"}, "rules": list(rules),
    }  # fmt: skip
    return {
        "firewallPolicyName": "afwp", "ruleCollectionGroupName": "out", "priority": 200,
        "ruleCollections": [collection], **inputs,
    }  # fmt: skip


WEB = {
    "ruleType": "ApplicationRule", "name": "web", "sourceAddresses": ["10.1.0.0/16"], "targetFqdns": ["a.example"],
    "protocols": [{"protocolType": "Https", "port": 443}],
}  # fmt: skip
TIME = {
    "ruleType": "NetworkRule", "name": "time", "sourceAddresses": ["10.1.0.0/16"], "destinationFqdns": ["t.example"],
    "destinationPorts": ["123"], "ipProtocols": ["UDP"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (NETWORK, {"addressSpace": {"addressPrefixes": ["10.1.0.1/16"]}},
         "InvalidCIDRNotation: The address prefix 10.1.0.1/16 has an invalid CIDR notation."),
        (NETWORK, {"addressSpace": {"addressPrefixes": ["10.1.0.0/16", "10.1.4.0/24"]}},
         "VirtualNetworkAddressPrefixesOverlap: The address prefixes 10.1.0.0/16 and 10.1.4.0/24"),
        (NETWORK, {"subnets": [{"name": "a"}]}, "[the rehearsal knows subnets as resources of their own"),
        (NETWORK, {"virtualNetworkName": "-x"}, "InvalidResourceName: Resource name -x is invalid."),
        (SUBNET, subnet("10.1.1.0/30"), "InvalidSubnetSize: Subnet 'nodes' with address prefix 10.1.1.0/30 is"),
        (SUBNET, subnet("10.0.0.0/27", subnetName="AzureFirewallSubnet"),
         "'AzureFirewallSubnet' with address prefix 10.0.0.0/27 is too small: it must be at least a /26."),
        (SUBNET, subnet(None), "SubnetHasNoAddressPrefix: Subnet must have an address prefix."),
        (SUBNET, subnet(serviceEndpoints=[{"service": "Microsoft.Cache"}]),
         "ServiceEndpointUnsupported: The service Microsoft.Cache is not supported for service endpoints."),
        (SUBNET, subnet(delegations=[{"name": "a", "serviceName": "Microsoft.Cache/redis"}]),
         "InvalidServiceNameForDelegation: The service name Microsoft.Cache/redis is not valid"),
        (SUBNET, subnet(delegations=[{"name": "a", "serviceName": "Microsoft.Network/applicationGateways"},
                                     {"name": "b", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}]),
         "SubnetHasMultipleDelegations: Subnet can be delegated to one service only"),
        (SUBNET, subnet("10.0.0.0/26", subnetName="AzureFirewallSubnet",
                        networkSecurityGroup={"id": f"{IN_GROUP}/Microsoft.Network/networkSecurityGroups/nsg"}),
         "Network security group cannot be associated with subnet AzureFirewallSubnet"),
        (RULES, rules({"priority": 99}),
         "SecurityRuleInvalidPriority: Security rule has invalid Priority. Value provided: 99 Allowed range 100-4096."),
        (RULES, rules({}, {"priority": 100}),
         "SecurityRuleConflict: Security rule rule0 conflicts with rule rule1. Rules cannot have the same Priority"),
        (RULES, rules({}, {"name": "rule0"}), "two child resources with the same name (rule0)"),
        (RULES, rules({"destinationPortRange": "90-80"}), "SecurityRuleInvalidPortRange: Security rule has"),
        (RULES, rules({"destinationPortRange": "70000"}), "Value provided: 70000. Value should be an integer"),
        (RULES, rules({"sourceAddressPrefix": "10.0.0.0/33"}),
         "SecurityRuleInvalidAddressPrefix: Security rule has invalid Address prefix. Value provided: 10.0.0.0/33"),
        (RULES, rules({"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "Internet"]}),
         "SecurityRuleParameterContainsUnsupportedValue"),
        (RULES, rules({"sourceAddressPrefixes": ["10.0.0.0/8"]}), "SecurityRuleParameterConflict: Security rule rule0"),
        (RULES, rules({"destinationPortRange": None}), "SecurityRuleParameterRequired"),
        (RULES, rules({"protocol": "TCP"}), 'got "TCP". Did you mean "Tcp"?'),
        (TABLE, {"routes": [{"name": "a", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}]},
         "RouteNextHopIpAddressRequired: NextHopIpAddress is required when NextHopType is VirtualAppliance."),
        (TABLE, {"routes": [{"name": "a", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet",
                             "nextHopIpAddress": "10.0.0.4"}]},
         "RouteNextHopIpAddressNotAllowed: NextHopIpAddress is only allowed when NextHopType is VirtualAppliance"),
        (TABLE, {"routes": [{"name": name, "addressPrefix": "0.0.0.0/0", "nextHopType": "None"} for name in "ab"]},
         "RouteConflict: Route b conflicts with another one: both are for 0.0.0.0/0."),
        (ADDRESS, {"sku": {"name": "Standard"}}, "StandardSkuPublicIPAddressMustBeStatic"),
        (ADDRESS, {"sku": {"name": "Basic"}}, "IPv4BasicSkuPublicIpCountLimitReached: Cannot create more than 0 IPv4"),
        (FLOW_LOG, {"networkWatcherName": "w", "storageId": f"{IN_GROUP}/Microsoft.Storage/storageAccounts/st",
                    "targetResourceId": f"{IN_GROUP}/Microsoft.Network/networkSecurityGroups/nsg"},
         "NsgFlowLogCreationBlocked: NSG flow logs cannot be created since 2025-06-30."),
        (ENDPOINT, {"subnet": {"id": f"{IN_GROUP}/Microsoft.Network/virtualNetworks/v/subnets/s"}},
         "PrivateEndpointMustHaveOneConnection: Private endpoint must have exactly one connection"),
        (ENDPOINT, {"privateLinkServiceConnections": [LINK]}, "SubnetRequired: Private endpoint must have a subnet"),
        (POLICY, {"sku": {"tier": "Standard"}, "intrusionDetection": {"mode": "Deny"}},
         "FirewallPolicyFeatureNotSupportedForSku: IntrusionDetection is only supported in firewall policies with SKU"),
        (POLICY, {"sku": {"tier": "Platinum"}}, 'sku.tier: expected one of "Standard", "Premium", "Basic"'),
        (RULE_GROUP, egress(WEB, priority=50), "FirewallPolicyRuleCollectionGroupInvalidPriority: priority 50"),
        (RULE_GROUP, egress(WEB, TIME), "FirewallPolicyRuleCollectionMixedRuleTypes: Rule collection out mixes rules"),
        (RULE_GROUP, egress(WEB, WEB), "FirewallPolicyRuleDuplicateName: rules of out share a name"),
        (RULE_GROUP, egress({**WEB, "sourceAddresses": []}), "FirewallPolicyRuleInvalid: Rule web of out must have"),
        (RULE_GROUP, egress({**WEB, "fqdnTags": ["AzureKubernetesService"]}), "either targetFqdns or fqdnTags"),
        (RULE_GROUP, egress({**TIME, "destinationFqdns": []}), "must have a destination"),
        ("azure-native:privatedns:PrivateZone", {"privateZoneName": "privatelink.azurecr.io"},
         "'Microsoft.Network/privateDnsZones'. List of available regions for the resource type is 'global,Global'."),
    ],
)  # fmt: skip
def test_a_preview_refuses_what_needs_no_look_at_the_cloud(azure, token, inputs, message):
    with refused(message):
        azure.preview(token, "it", {"resourceGroupName": GROUP, **inputs})


def test_a_subnet_outside_its_network_is_refused(shop):
    with refused(
        "NetcfgSubnetRangeOutsideVnet: Subnet 'nodes' is not valid because its IP address range is outside the IP "
        "address range of virtual network 'vnet-shop'."
    ):
        shop.subnet("nodes", "10.2.1.0/24")


def test_subnets_that_overlap_are_refused(shop):
    shop.subnet("nodes", "10.1.1.0/24")
    with refused("NetcfgSubnetRangesOverlap: Subnet 'more' is not valid because its IP address range overlaps"):
        shop.subnet("more", "10.1.0.0/23")


def test_subnets_stand_in_every_range_of_a_network(shop):
    assert shop.subnet("gateway", "10.0.1.0/24")["addressPrefix"] == "10.0.1.0/24"


def test_a_network_keeps_the_ranges_its_subnets_lie_in(shop, azure):
    shop.subnet("nodes", "10.1.1.0/24")
    with refused("NetcfgSubnetRangeOutsideVnet: Subnet 'nodes'"):
        azure.update(shop.vnet, addressSpace={"addressPrefixes": ["10.0.1.0/24"]})


def peer(shop, near, far):
    return shop.make(
        "network:VirtualNetworkPeering", f"{near['name']}-{far['name']}", virtualNetworkName=near["name"],
        virtualNetworkPeeringName=f"to-{far['name']}", remoteVirtualNetwork={"id": far.id},
    )  # fmt: skip


def test_networks_whose_addresses_overlap_cannot_be_peered(shop):
    other = shop.network("other", "10.1.128.0/17")
    with refused("VnetAddressSpacesOverlap: Cannot create or update peering"):
        peer(shop, shop.vnet, other)


def test_a_network_does_not_grow_into_its_peer(shop, azure):
    hub = shop.network("hub", "10.0.0.0/24")
    peer(shop, hub, shop.vnet)
    with refused("VnetAddressSpaceOverlapsWithAlreadyPeeredVnet"):
        azure.update(hub, addressSpace={"addressPrefixes": ["10.0.0.0/16"]})


def test_a_network_is_not_peered_with_itself_or_twice(shop):
    hub = shop.network("hub", "10.0.0.0/24")
    with refused("VnetCannotBePeeredWithItself"):
        peer(shop, hub, hub)
    peer(shop, hub, shop.vnet)
    with refused("AnotherPeeringAlreadyReferencesRemoteVnet"):
        shop.make(
            "network:VirtualNetworkPeering", "again", virtualNetworkName="vnet-hub", virtualNetworkPeeringName="again",
            remoteVirtualNetwork={"id": shop.vnet.id},
        )  # fmt: skip


def test_peerings_of_both_sides_are_connected(shop, azure):
    hub = shop.network("hub", "10.0.0.0/24")
    first = peer(shop, hub, shop.vnet)
    assert (first["peeringState"], peer(shop, shop.vnet, hub)["peeringState"]) == ("Initiated", "Connected")
    read = azure.read(first)
    assert read is not None
    assert read.inputs == first.inputs


def test_a_rule_of_its_own_collides_with_the_groups_rules(shop):
    shop.make("network:NetworkSecurityGroup", "nsg", **rules({}))
    own = rules({})["securityRules"][0] | {"name": None}
    with refused("SecurityRuleConflict"):
        shop.make(
            "network:SecurityRule", "own", networkSecurityGroupName="nsg", securityRuleName="own",
            **{key: item for key, item in own.items() if item is not None},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("property_", "code"),
    [
        ("networkSecurityGroup", "InUseNetworkSecurityGroupCannotBeDeleted"),
        ("routeTable", "InUseRouteTableCannotBeDeleted"),
    ],
)
def test_what_a_subnet_uses_stays(shop, azure, property_, code):
    used = shop.make("network:NetworkSecurityGroup", "nsg", **rules({})) if "Group" in property_ else shop.routes()
    shop.subnet("nodes", "10.1.1.0/24", **{property_: {"id": used.id}})
    with refused(f"{code}: "):
        azure.delete(used)


def endpoint(shop, subnet, target, group="vault", **inputs):
    connection = {"name": "it", "privateLinkServiceId": target.id, "groupIds": [group]}
    return shop.make(
        "network:PrivateEndpoint", "pe", privateEndpointName="pe-it", subnet={"id": subnet.id},
        privateLinkServiceConnections=[connection], **inputs,
    )  # fmt: skip


def registry(shop, **inputs):
    given = {"registryName": "shopimages", "sku": {"name": "Premium"}, **inputs}
    return shop.make("containerregistry:Registry", "registry", **given)


def test_a_subnet_with_an_endpoint_in_it_stays(shop, azure):
    subnet = shop.subnet("endpoints", "10.1.4.0/24")
    made = endpoint(shop, subnet, registry(shop), "registry")
    assert made["customDnsConfigs"][0]["ipAddresses"] == ["10.1.4.4"]
    with refused("InUseSubnetCannotBeDeleted: Subnet endpoints is in use and cannot be deleted."):
        azure.delete(subnet)
    azure.delete(made)
    azure.delete(subnet)


def test_an_endpoint_links_a_part_that_the_service_has(shop):
    with refused("PrivateEndpointInvalidGroupIds: The group ids [vault] are not supported by"):
        endpoint(shop, shop.subnet("endpoints", "10.1.4.0/24"), registry(shop))


def test_an_endpoint_does_not_stand_in_a_reserved_subnet(shop):
    reserved = [{"name": "db", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}]
    with refused("PrivateEndpointInDelegatedSubnet"):
        endpoint(shop, shop.subnet("db", "10.1.2.0/24", delegations=reserved), registry(shop), "registry")


def test_an_endpoint_stands_in_its_networks_region(shop):
    with refused("both resources are in the same region"):
        endpoint(shop, shop.subnet("endpoints", "10.1.4.0/24"), registry(shop), "registry", location="koreasouth")


def test_a_full_subnet_takes_no_endpoint(shop):
    subnet, target = shop.subnet("endpoints", "10.1.4.0/29"), registry(shop)
    for index in range(3):
        connection = {"name": "it", "privateLinkServiceId": target.id, "groupIds": ["registry"]}
        shop.make(
            "network:PrivateEndpoint", f"pe{index}", privateEndpointName=f"pe-{index}", subnet={"id": subnet.id},
            privateLinkServiceConnections=[connection],
        )  # fmt: skip
    with refused("SubnetIsFull: Subnet endpoints with address prefix 10.1.4.0/29 does not have enough capacity"):
        endpoint(shop, subnet, target, "registry")


def test_a_used_subnet_keeps_its_delegation(shop, azure):
    subnet = shop.subnet("endpoints", "10.1.4.0/24")
    endpoint(shop, subnet, registry(shop), "registry")
    with refused("SubnetDelegationsCannotChange: Delegations of subnet"):
        azure.update(subnet, delegations=[{"name": "a", "serviceName": "Microsoft.Web/serverFarms"}])


def zone(shop, name="privatelink.azurecr.io"):
    return shop.make("privatedns:PrivateZone", name, privateZoneName=name, location="global")


def test_a_zone_of_another_service_resolves_nothing(shop):
    endpoint(shop, shop.subnet("endpoints", "10.1.4.0/24"), registry(shop), "registry")
    wrong = zone(shop, "privatelink.vaultcore.azure.net")
    with refused("are resolved in privatelink.azurecr.io, not in privatelink.vaultcore.azure.net"):
        shop.make(
            "network:PrivateDnsZoneGroup", "zones", privateEndpointName="pe-it", privateDnsZoneGroupName="default",
            privateDnsZoneConfigs=[{"name": "it", "privateDnsZoneId": wrong.id}],
        )  # fmt: skip


def test_a_zone_with_links_stays(shop, azure):
    made = zone(shop)
    given = {"privateZoneName": "privatelink.azurecr.io", "location": "global", "virtualNetwork": {"id": shop.vnet.id}}
    link = shop.make("privatedns:VirtualNetworkLink", "link", virtualNetworkLinkName="shop", **given)
    with refused("A virtual network cannot be linked to multiple zones with overlapping namespaces"):
        shop.make("privatedns:VirtualNetworkLink", "again", virtualNetworkLinkName="again", **given)
    with refused("CannotDeleteResource: Can not delete resource before nested resources are deleted."):
        azure.delete(made)
    azure.delete(link)
    azure.delete(made)


# --- firewalls ------------------------------------------------------------------------------------------------------


def policy(shop, tier="Premium", **inputs):
    return shop.make("network:FirewallPolicy", "policy", firewallPolicyName="afwp", sku={"tier": tier}, **inputs)


def firewall(shop, name="AzureFirewallSubnet", tier="Premium", **inputs):
    subnet, address = shop.subnet(name, "10.1.9.0/26"), shop.address("firewall")
    configuration = {"name": "out", "subnet": {"id": subnet.id}, "publicIPAddress": {"id": address.id}}
    return shop.make(
        "network:AzureFirewall", "firewall", azureFirewallName="afw", sku={"name": "AZFW_VNet", "tier": tier},
        ipConfigurations=[configuration], zones=["1", "2", "3"], **inputs,
    )  # fmt: skip


def test_a_firewall_has_the_first_free_address(shop):
    made = firewall(shop, firewallPolicy={"id": policy(shop).id})
    assert made["ipConfigurations"][0]["privateIPAddress"] == "10.1.9.4"


def test_a_firewall_stands_in_a_subnet_of_its_name(shop):
    with refused("AzureFirewallSubnetNameInvalid: Azure Firewall must be in a subnet named 'AzureFirewallSubnet'"):
        firewall(shop, "firewall")


def test_a_firewall_is_not_smaller_than_its_policy(shop):
    with refused("AzureFirewallPolicySkuTierMismatch"):
        firewall(shop, tier="Standard", firewallPolicy={"id": policy(shop).id})


def test_an_address_in_use_stays_and_serves_one(shop, azure):
    firewall(shop)
    address = azure.import_(ADDRESS, f"{IN_GROUP}/Microsoft.Network/publicIPAddresses/pip-firewall")
    assert address is not None
    assert address["ipAddress"].startswith("20.")
    with refused("PublicIPAddressCannotBeDeleted: Public IP address"):
        azure.delete(address)
    with refused("PublicIPAddressInUse: Resource"):
        shop.make(
            "network:AzureFirewall", "second", azureFirewallName="afw2", sku={"name": "AZFW_VNet", "tier": "Standard"},
            ipConfigurations=[{"name": "out", "publicIPAddress": {"id": address.id}}], zones=["1"],
        )  # fmt: skip


def test_names_in_network_rules_need_the_proxy(shop):
    policy(shop)
    with refused("FirewallPolicyDnsProxyRequired: Network rules with FQDNs need the DNS proxy"):
        shop.make("network:FirewallPolicyRuleCollectionGroup", "rules", **egress(TIME))


def test_groups_of_a_policy_differ_in_priority(shop):
    policy(shop)
    shop.make("network:FirewallPolicyRuleCollectionGroup", "rules", **egress(WEB))
    with refused("FirewallPolicyRuleCollectionGroupDuplicatePriority: priority 200 is out's already"):
        shop.make("network:FirewallPolicyRuleCollectionGroup", "more", **egress(WEB, ruleCollectionGroupName="more"))


# --- registries -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"sku": {"name": "Standard"}, "publicNetworkAccess": "Disabled"}, "FeatureNotSupportedForSku: The property"),
        ({"location": "koreasouth", "zoneRedundancy": "Enabled"}, "Zone redundancy is not supported in the region"),
        ({"registryName": "shop-images"}, "InvalidResourceName: The registry name 'shop-images' is invalid"),
        ({"sku": {"name": "Classic"}}, "InvalidSku: The SKU 'Classic' is not offered for new registries"),
        ({"policies": {"softDeletePolicy": {"status": "enabled"}, "retentionPolicy": {"status": "enabled"}}},
         "SoftDeletePolicyAndRetentionPolicyConflict"),
        ({"policies": {"trustPolicy": {"status": "enabled", "type": "Notary"}}}, "TrustPolicyNotSupported"),
    ],
)  # fmt: skip
def test_a_registry_azure_would_not_make_is_refused(shop, inputs, message):
    with refused(message):
        registry(shop, **inputs)


def test_only_premium_registries_have_copies(shop):
    registry(shop, sku={"name": "Standard"})
    with refused("Replications are only supported for registries of the SKU Premium"):
        shop.make("containerregistry:Replication", "copy", registryName="shopimages", replicationName="koreasouth")


def test_a_registry_has_no_copy_at_home_and_a_host_of_its_name(shop):
    assert registry(shop)["loginServer"] == "shopimages.azurecr.io"
    with refused("ReplicationInHomeRegion: The registry shopimages stands in koreacentral itself."):
        shop.make("containerregistry:Replication", "copy", registryName="shopimages", replicationName="again")
