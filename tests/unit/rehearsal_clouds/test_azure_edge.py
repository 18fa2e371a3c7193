"""What application gateways, web firewalls and Front Door refuse, in Azure's own words."""

import pytest

from tests.unit.rehearsal_clouds.azure_world import GATEWAY, GROUP, IN_GROUP, Shop, merged, refused

WAF, EDGE_WAF = "azure-native:network:WebApplicationFirewallPolicy", "azure-native:frontdoor:Policy"
POLICY_PATH = f"{IN_GROUP}/Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies/waf"
WAF_V2 = {"name": "WAF_v2", "tier": "WAF_v2"}
OWN = f"{IN_GROUP}/Microsoft.Network/applicationGateways/agw"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"firewallPolicy": {"id": POLICY_PATH}},
         "ApplicationGatewayFirewallNotSupportedForSelectedSku: Application Gateway"),
        ({"webApplicationFirewallConfiguration": {"enabled": True, "firewallMode": "Prevention", "ruleSetType": "OWASP",
                                                  "ruleSetVersion": "3.2"}},
         "with the selected SKU tier Standard_v2 cannot have a WAF policy or configuration [WAF is part of WAF_v2]"),
        ({"sku": WAF_V2}, "with the selected SKU tier WAF_v2 must have a valid WAF policy or configuration"),
        ({"sku": {"name": "Standard_Medium", "tier": "Standard"}}, "ApplicationGatewayV1SkuRetired"),
        ({"sku": {"name": "WAF_v2"}}, "ApplicationGatewaySkuTierMismatch: Application Gateway SKU name WAF_v2"),
        ({"sku": {"name": "Standard_v3"}}, 'got "Standard_v3". Did you mean "Standard_v2"?'),
        ({"sku": {"capacity": 2}}, "ApplicationGatewayAutoscaleConfigurationAndCapacity"),
        ({"autoscaleConfiguration": None}, "ApplicationGatewaySkuCapacityRequired"),
        ({"autoscaleConfiguration": {"minCapacity": 12}}, "ApplicationGatewayAutoscaleMinCapacityGreaterThanMax"),
        ({"zones": ["1", "4"]}, "AvailabilityZoneNotSupported: The zone(s) '4' for resource"),
        ({"frontendPorts": [{"name": "https", "port": 443}]},
         f"InvalidResourceReference: Resource {OWN}/frontendPorts/http referenced by resource {OWN} was not found."),
        ({"backendAddressPools": [{"name": "vms"}]}, "[backendAddressPools: vms]"),
        ({"backendHttpSettingsCollection": [{"name": "other"}]}, "[backendHttpSettingsCollection: other]"),
        ({"httpListeners": [{"name": "other"}]}, "[httpListeners: other]"),
    ],
)  # fmt: skip
def test_a_gateway_that_disagrees_with_itself_is_refused(azure, shop, changes, message):
    with refused(message):
        azure.preview(GATEWAY, "agw", merged(shop.gateway_inputs(), changes))


def ruled(shop: Shop, *changes):
    inputs = shop.gateway_inputs()
    rule = inputs["requestRoutingRules"][0]
    return {**inputs, "requestRoutingRules": [merged(rule, change) for change in changes]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([{"priority": None}], "ApplicationGatewayRequestRoutingRulePriorityCannotBeEmpty: Priority for the request"),
        (
            [{}, {"name": "more"}],
            "ApplicationGatewayRequestRoutingRulePriorityDuplicate: Request routing rules all and",
        ),
        ([{"priority": 0}], "ApplicationGatewayRequestRoutingRulePriorityNotInRange: Priority 0 is not in the range"),
        ([{}, {"name": "more", "priority": 2}], "ApplicationGatewayHttpListenerUsedByTwoRules"),
        ([{"backendAddressPool": None}], "must have backendAddressPool or redirectConfiguration"),
        ([{"ruleType": "PathBasedRouting"}], "Request routing rule all of type PathBasedRouting must have urlPathMap"),
    ],
)
def test_rules_of_a_gateway_are_ordered_and_lead_somewhere(azure, shop, changes, message):
    with refused(message):
        azure.preview(GATEWAY, "agw", ruled(shop, *changes))


def test_an_https_listener_needs_a_certificate(azure, shop):
    inputs = shop.gateway_inputs()
    inputs["httpListeners"][0]["protocol"] = "Https"
    with refused("ApplicationGatewayHttpsListenerMustReferenceSslCert: Listener in with protocol Https"):
        azure.preview(GATEWAY, "agw", inputs)


def frontend(inputs, **changes):
    inputs["frontendIPConfigurations"][1] = merged(inputs["frontendIPConfigurations"][1], changes)
    return inputs


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"privateIPAddress": "10.1.1.10"},
         "PrivateIPAddressNotInSubnet: Private static IP address 10.1.1.10 does not belong to the range of subnet"),
        ({"privateIPAddress": "10.0.0.10"}, "does not belong to the range of subnet prefix 10.0.1.0/24."),
        ({"privateIPAddress": "10.0.1.3"}, "PrivateIPAddressInReservedRange: Private static IP address 10.0.1.3 falls"),
        ({"privateIPAllocationMethod": "Dynamic"}, "PrivateIPAddressAllocationMethodMustBeStatic"),
    ],
)  # fmt: skip
def test_a_private_frontend_has_an_address_of_the_gateways_subnet(azure, shop, changes, message):
    with refused(message):
        azure.create(GATEWAY, "agw", **frontend(shop.gateway_inputs(*shop.gateway_site()), **changes))


def test_a_private_frontend_stands_where_the_gateway_does(azure, shop):
    other = shop.subnet("other", "10.1.7.0/24")
    with refused("can not be different."):
        azure.create(GATEWAY, "agw", **frontend(shop.gateway_inputs(*shop.gateway_site()), subnet={"id": other.id}))


def test_a_gateway_knows_its_parts_and_keeps_its_address(azure, shop):
    subnet, address = shop.gateway_site()
    made = azure.create(GATEWAY, "agw", **shop.gateway_inputs(subnet, address))
    assert made["httpListeners"][0]["id"] == f"{made.id}/httpListeners/in"
    with refused("PublicIPAddressCannotBeDeleted"):
        azure.delete(address)
    with refused("InUseSubnetCannotBeDeleted"):
        azure.delete(subnet)


def test_a_gateway_that_would_outgrow_its_subnet_is_refused(azure, shop):
    subnet, address = shop.subnet("gateway", "10.0.1.0/28"), shop.address("gateway")
    with refused("ApplicationGatewaySubnetInsufficientSpace: Subnet gateway with address prefix 10.0.1.0/28 has 11"):
        azure.create(
            GATEWAY, "agw",
            **merged(shop.gateway_inputs(subnet, address), {"autoscaleConfiguration": {"maxCapacity": 20}}),
        )  # fmt: skip


def test_a_gateway_shares_its_subnet_with_nothing_else(azure, shop):
    for label, service in (("db", "Microsoft.DBforPostgreSQL/flexibleServers"),):
        subnet = shop.subnet(label, "10.0.1.0/24", delegations=[{"name": label, "serviceName": service}])
        with refused(f"ApplicationGatewaySubnetCannotHaveOtherResources: Subnet {subnet.id} cannot be used"):
            azure.create(GATEWAY, "agw", **shop.gateway_inputs(subnet, shop.address("gateway")))


def test_a_private_gateway_needs_the_delegation(azure, shop):
    inputs = shop.gateway_inputs(shop.subnet("gateway", "10.0.1.0/24"))
    inputs["frontendIPConfigurations"] = inputs["frontendIPConfigurations"][1:]
    with refused("ApplicationGatewayNetworkIsolationRequiresSubnetDelegation"):
        azure.create(GATEWAY, "agw", **inputs)


def test_a_gateways_address_stands_in_its_zones_and_serves_nothing_else(azure, shop):
    subnet, _ = shop.gateway_site()
    one_zone = shop.address("narrow", zones=["1"])
    with refused("ApplicationGatewayPublicIpAddressInvalid: Public IP address"):
        azure.create(GATEWAY, "agw", **shop.gateway_inputs(subnet, one_zone))
    taken = shop.address("taken")
    shop.make("network:NatGateway", "nat", natGatewayName="ng", publicIpAddresses=[{"id": taken.id}])
    with refused("is already allocated to resource"):
        azure.create(GATEWAY, "agw", **shop.gateway_inputs(subnet, taken))


@pytest.mark.parametrize(
    ("policies", "message"),
    [
        ("Enabled", "PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled"),
        (None, "LinkSubnetInvalid"),
    ],
)
def test_a_private_link_takes_addresses_of_another_subnet(azure, shop, policies, message):
    subnet, address = shop.gateway_site()
    home = shop.subnet("link", "10.1.8.0/24", privateLinkServiceNetworkPolicies=policies) if policies else subnet
    link = {"name": "link", "ipConfigurations": [{"name": "a", "primary": True, "subnet": {"id": home.id}}]}
    with refused(message):
        azure.create(GATEWAY, "agw", **shop.gateway_inputs(subnet, address), privateLinkConfigurations=[link])


# --- web application firewalls --------------------------------------------------------------------------------------

CRS = {"ruleSetType": "OWASP", "ruleSetVersion": "3.2"}
MATCH = {"matchVariables": [{"variableName": "RemoteAddr"}], "operator": "IPMatch", "matchValues": ["1.2.3.4"]}
LIMIT = {
    "name": "limit", "ruleType": "RateLimitRule", "action": "Block", "priority": 1, "rateLimitDuration": "OneMin",
    "rateLimitThreshold": 1000, "matchConditions": [MATCH],
    "groupByUserSession": [{"groupByVariables": [{"variableName": "ClientAddr"}]}],
}  # fmt: skip


def override(action):
    return [{"ruleGroupName": "group", "rules": [{"ruleId": "1", "action": action}]}]


@pytest.mark.parametrize(
    ("sets", "rules", "message"),
    [
        ([{**CRS, "ruleSetVersion": "3.1"}], [], "Managed rule set OWASP 3.1 is not supported for new policies."),
        ([], [], "ApplicationGatewayFirewallOnePrimaryRuleSet: A policy must have exactly one primary rule set"),
        ([CRS, {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.2"}], [], "2 are given"),
        ([{**CRS, "ruleGroupOverrides": override("JSChallenge")}], [], "ApplicationGatewayFirewallActionNotSupported"),
        ([CRS], [LIMIT, {**LIMIT, "name": "other"}], "several custom rules have the priority 1"),
        ([CRS], [{**LIMIT, "action": "Allow"}], "Custom rule limit of type RateLimitRule cannot have the action Allow"),
        ([CRS], [merged(LIMIT, {"rateLimitThreshold": None})], "must have rateLimitThreshold"),
        ([CRS], [{**LIMIT, "ruleType": "MatchRule"}], "of type MatchRule cannot have rateLimitDuration"),
        ([CRS], [{**LIMIT, "name": "per-client"}], "ApplicationGatewayFirewallCustomRuleNameInvalid"),
        ([CRS], [{**LIMIT, "groupByUserSession": [{"groupByVariables": [{"variableName": "ClientAddrXFFHeader"}]}]}],
         'expected one of "ClientAddr", "GeoLocation", "None", got "ClientAddrXFFHeader"'),
    ],
)  # fmt: skip
def test_a_gateways_web_firewall_is_refused_what_it_does_not_know(azure, sets, rules, message):
    inputs = {"managedRules": {"managedRuleSets": sets}, "customRules": rules}
    with refused(message):
        azure.preview(WAF, "waf", {"resourceGroupName": GROUP, "policyName": "waf", **inputs})


def test_a_web_firewall_in_use_stays(azure, shop):
    policy = shop.make("network:WebApplicationFirewallPolicy", "waf", policyName="waf",
                       managedRules={"managedRuleSets": [CRS]}, customRules=[LIMIT])  # fmt: skip
    inputs = merged(shop.gateway_inputs(*shop.gateway_site()), {"sku": WAF_V2, "firewallPolicy": {"id": policy.id}})
    azure.create(GATEWAY, "agw", **inputs)
    with refused("ApplicationGatewayFirewallPolicyInUse"):
        azure.delete(policy)


EDGE_MATCH = {"matchVariable": "SocketAddr", "operator": "IPMatch", "matchValue": ["0.0.0.0/0"]}
EDGE_LIMIT = {
    "name": "limit", "ruleType": "RateLimitRule", "action": "Block", "priority": 1, "rateLimitDurationInMinutes": 1,
    "rateLimitThreshold": 1000, "matchConditions": [EDGE_MATCH],
}  # fmt: skip
DRS = {"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1", "ruleSetAction": "Block"}


@pytest.mark.parametrize(
    ("tier", "sets", "rules", "message"),
    [
        ("Standard", [DRS], [], "Managed rule sets are not supported for SKU Standard_AzureFrontDoor."),
        (
            "Standard",
            [],
            [{**EDGE_LIMIT, "action": "JSChallenge"}],
            "Challenges are not supported for SKU Standard_Azure",
        ),
        ("Premium", [{**DRS, "ruleSetVersion": "3.2"}], [], "Managed rule set types or versions are not compatible."),
        (
            "Premium",
            [merged(DRS, {"ruleSetAction": None})],
            [],
            "ruleSetAction is required for Microsoft_DefaultRuleSet",
        ),
        ("Premium", [], [EDGE_LIMIT, {**EDGE_LIMIT, "name": "b"}], "several custom rules have the priority 1"),
        ("Premium", [], [{**EDGE_LIMIT, "rateLimitDurationInMinutes": 2}], "a duration of 1 or 5 minutes"),
        ("Premium", [], [{**EDGE_LIMIT, "name": "per-client"}], "Custom rule name 'per-client' is invalid"),
        ("Classic", [], [], "BadRequest: The SKU 'Classic_AzureFrontDoor' is not offered for new policies"),
        ("Gold", [], [], "sku.name: "),
    ],
)
def test_front_doors_web_firewall_is_refused_what_its_tier_has_not(azure, tier, sets, rules, message):
    with refused(message):
        azure.preview(EDGE_WAF, "waf", {
            "resourceGroupName": GROUP, "policyName": "waf", "location": "global",
            "sku": {"name": f"{tier}_AzureFrontDoor"}, "managedRules": {"managedRuleSets": sets},
            "customRules": {"rules": rules},
        })  # fmt: skip


# --- Front Door -----------------------------------------------------------------------------------------------------


class Door:
    """A profile with an endpoint and an origin group."""

    def __init__(self, shop: Shop, tier: str = "Premium") -> None:
        self.shop = shop
        self.profile = shop.make(
            "cdn:Profile", "profile", profileName="afd", location="global", sku={"name": f"{tier}_AzureFrontDoor"}
        )
        self.endpoint = self.make("AFDEndpoint", endpointName="shop", location="global")
        self.origins = self.make("AFDOriginGroup", originGroupName="web")

    def make(self, kind, label="it", **inputs):
        return self.shop.make(f"cdn:{kind}", label, profileName="afd", **inputs)

    def origin(self, label="origin", **inputs):
        given = {"originGroupName": "web", "originName": label, "hostName": f"{label}.example"}
        return self.make("AFDOrigin", label, **given, **inputs)

    def route(self, label="route", **inputs):
        given = {"endpointName": "shop", "originGroup": {"id": self.origins.id}, "linkToDefaultDomain": "Enabled"}
        return self.make("Route", label, routeName=label, **{**given, **inputs})


def linked_gateway(shop: Shop, azure):
    subnet, address = shop.gateway_site()
    home = shop.subnet("link", "10.1.8.0/24", privateLinkServiceNetworkPolicies="Disabled")
    inputs = shop.gateway_inputs(subnet, address)
    inputs["privateLinkConfigurations"] = [
        {"name": "link", "ipConfigurations": [{"name": "a", "primary": True, "subnet": {"id": home.id}}]}
    ]
    frontend(inputs, privateLinkConfiguration={"id": f"{OWN}/privateLinkConfigurations/link"})
    return azure.create(GATEWAY, "agw", **inputs)


def private(gateway, group="private", place="koreacentral"):
    return {"privateLink": {"id": gateway.id}, "groupId": group, "privateLinkLocation": place, "requestMessage": "x"}


def test_an_endpoint_has_a_host(shop):
    assert Door(shop).endpoint["hostName"].startswith("shop-")


def test_standard_has_no_private_origins(shop, azure):
    with refused("Private link origins are not supported for profiles of the SKU Standard_AzureFrontDoor."):
        Door(shop, "Standard").origin(sharedPrivateLinkResource=private(linked_gateway(shop, azure)))


@pytest.mark.parametrize("tier", ["Premium_Verizon", "Standard_Microsoft"])
def test_a_retired_tier_is_refused(azure, tier):
    with refused(f"BadRequest: The SKU '{tier}' is not offered for new profiles"):
        azure.preview("azure-native:cdn:Profile", "afd", {
            "resourceGroupName": GROUP, "profileName": "afd", "location": "global", "sku": {"name": tier},
        })  # fmt: skip


def test_a_private_origin_names_a_linked_frontend(shop, azure):
    door, gateway = Door(shop), linked_gateway(shop, azure)
    with refused("The group id 'public' is not valid for"):
        door.origin(sharedPrivateLinkResource=private(gateway, "public"))
    with refused("PrivateLinkLocation 'koreanorth' is not a region"):
        door.origin(sharedPrivateLinkResource=private(gateway, place="koreanorth"))
    with refused("Certificate name check must be enabled"):
        door.origin(sharedPrivateLinkResource=private(gateway), enforceCertificateNameCheck=False)
    assert door.origin(sharedPrivateLinkResource=private(gateway)).id


def test_private_and_public_origins_do_not_mix(shop, azure):
    door = Door(shop)
    door.origin()
    with refused("Private and public origins cannot be mixed in one origin group"):
        door.origin("second", sharedPrivateLinkResource=private(linked_gateway(shop, azure)))


def test_a_route_leads_to_an_origin(shop):
    door = Door(shop)
    with refused("of the route has no origins; depend on them"):
        door.route()
    door.origin()
    with refused("A route must be linked to the default domain or to a custom domain"):
        door.route(linkToDefaultDomain="Disabled")
    with refused("HTTPS redirect requires both Http and Https"):
        door.route(httpsRedirect="Enabled", supportedProtocols=["Https"])
    door.route()
    with refused("Conflict: Route route takes the pattern /* of the default domain already"):
        door.route("second")


def test_an_origin_group_in_use_stays(shop, azure):
    door = Door(shop)
    door.origin()
    door.route()
    with refused("Conflict: The origin group web is used by a route and cannot be deleted."):
        azure.delete(door.origins)


def test_more_samples_cannot_succeed_than_are_taken(shop):
    with refused("SuccessfulSamplesRequired 4 cannot be greater than SampleSize 3"):
        Door(shop).make(
            "AFDOriginGroup", "more", originGroupName="more",
            loadBalancingSettings={"sampleSize": 3, "successfulSamplesRequired": 4},
        )  # fmt: skip


def guard(door, policy, label="guard"):
    parameters = {
        "type": "WebApplicationFirewall", "wafPolicy": {"id": policy.id},
        "associations": [{"domains": [{"id": door.endpoint.id}], "patternsToMatch": ["/*"]}],
    }  # fmt: skip
    return door.make("SecurityPolicy", label, securityPolicyName=label, parameters=parameters)


def test_a_security_policy_is_of_its_profiles_tier_and_alone(shop):
    door = Door(shop)
    standard = shop.make("frontdoor:Policy", "low", policyName="low", location="global",
                         sku={"name": "Standard_AzureFrontDoor"})  # fmt: skip
    with refused("has the SKU Standard_AzureFrontDoor, the profile has Premium_AzureFrontDoor: they must be the same."):
        guard(door, standard)
    premium = shop.make("frontdoor:Policy", "high", policyName="high", location="global",
                        sku={"name": "Premium_AzureFrontDoor"})  # fmt: skip
    guard(door, premium)
    with refused("is associated with the security policy guard already"):
        guard(door, premium, "second")
