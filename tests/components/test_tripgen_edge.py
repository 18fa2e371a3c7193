from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.azure.application_gateway import REWRITTEN_BY_AGIC
from components.azure.front_door import load_balancing
from components.azure.front_door_web_policy import custom_rules
from components.azure.gateway_web_policy import managed_rule_sets
from settings.stack import load_stack
from systems import tripgen
from tests.components.strict_mocks import World, place
from tests.stack_files import as_pulumi_gives_it, stack_config

GATEWAY = "azure-native:network:ApplicationGateway"
GATEWAY_POLICY = "azure-native:network:WebApplicationFirewallPolicy"
FRONT_DOOR_POLICY = "azure-native:frontdoor:Policy"
ROUTE = "azure-native:cdn:Route"


def gateway(world: World) -> Mapping[str, Any]:
    return world.one(GATEWAY, "gateway-gateway")


def named(parts: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {part["name"]: part for part in parts}


def ends_with(part: Mapping[str, Any], path: str) -> bool:
    return part["id"].endswith(path)


def test_prods_gateway_is_the_designs_with_the_firewall_that_only_waf_v2_has(tripgen_prod: World) -> None:
    placed = gateway(tripgen_prod)
    assert placed["sku"] == {"name": "WAF_v2", "tier": "WAF_v2"}
    assert placed["autoscaleConfiguration"]["minCapacity"] == 3
    assert placed["zones"] == ["1", "2", "3"]
    assert placed["firewallPolicy"]["id"] == "gateway-web-policy-id"
    assert "webApplicationFirewallConfiguration" not in placed


def test_the_gateway_has_a_fixed_public_address_and_the_designs_private_one(tripgen_prod: World) -> None:
    frontends = named(gateway(tripgen_prod)["frontendIPConfigurations"])
    assert frontends["public"]["publicIPAddress"]["id"] == "gateway-address-id"
    private = frontends["private"]
    assert (private["privateIPAddress"], private["privateIPAllocationMethod"]) == ("10.0.1.10", "Static")
    assert private["subnet"]["id"] == "network-gateway-id"


def test_nothing_listens_on_the_public_frontend(every_tripgen: World) -> None:
    (listener,) = gateway(every_tripgen)["httpListeners"]
    assert listener["name"] == "https-listener"
    assert listener["protocol"] == "Https"
    assert ends_with(listener["frontendIPConfiguration"], "/frontendIPConfigurations/private")
    assert ends_with(listener["sslCertificate"], "/sslCertificates/wildcard")


def test_api_routing_sends_the_designs_paths_to_aks_backend_and_unknown_ones_nowhere(tripgen_prod: World) -> None:
    placed = gateway(tripgen_prod)
    (rule,) = placed["requestRoutingRules"]
    assert (rule["name"], rule["ruleType"]) == ("api-routing", "PathBasedRouting")
    (paths,) = placed["urlPathMaps"]
    rules = named(paths["pathRules"])
    assert rules["api"]["paths"] == ["/api/*"]
    assert all(ends_with(path["backendAddressPool"], "/backendAddressPools/aks-backend") for path in rules.values())
    assert ends_with(paths["defaultBackendAddressPool"], "/backendAddressPools/nowhere")
    assert {pool["name"] for pool in placed["backendAddressPools"]} == {"aks-backend", "nowhere"}


def test_every_reference_inside_the_gateway_names_a_part_that_it_has(every_tripgen: World) -> None:
    placed = gateway(every_tripgen)
    kinds = {
        "backendAddressPools": "backendAddressPools",
        "backendHttpSettingsCollection": "backendHttpSettingsCollection",
        "frontendIPConfigurations": "frontendIPConfigurations",
        "frontendPorts": "frontendPorts",
        "httpListeners": "httpListeners",
        "privateLinkConfigurations": "privateLinkConfigurations",
        "probes": "probes",
        "sslCertificates": "sslCertificates",
        "urlPathMaps": "urlPathMaps",
    }
    parts = {f"/{kind}/{name}" for kind, key in kinds.items() for name in named(placed[key])}
    inside = "/providers/Microsoft.Network/applicationGateways/"

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            return [r for v in value.values() for r in references(v)]
        if isinstance(value, list):
            return [r for v in value for r in references(v)]
        return [value.partition(inside)[2]] if isinstance(value, str) and inside in value else []

    found = references(dict(placed))
    assert len(found) > len(kinds)
    assert all("/" + reference.partition("/")[2] in parts for reference in found)


def test_the_certificate_comes_from_the_vault_without_a_version_so_that_renewals_arrive(tripgen_prod: World) -> None:
    placed = gateway(tripgen_prod)
    (certificate,) = placed["sslCertificates"]
    assert certificate["keyVaultSecretId"].endswith(".vault.azure.net/secrets/ssl-wildcard-cert")
    assert placed["identity"]["userAssignedIdentities"] == ["gateway-identity-identity-id"]
    assert placed["sslPolicy"]["policyName"] == "AppGwSslPolicy20220101S"


def test_what_the_ingress_controller_rewrites_is_left_to_it_and_our_tags_are_not() -> None:
    assert {"backendAddressPools", "httpListeners", "requestRoutingRules", "urlPathMaps", "probes"} <= set(
        REWRITTEN_BY_AGIC
    )
    assert not {"tags", "sslCertificates", "sku", "firewallPolicy", "frontendIPConfigurations"} & set(REWRITTEN_BY_AGIC)


def test_the_gateways_firewall_prevents_by_the_designs_rule_sets(tripgen_prod: World) -> None:
    policy = tripgen_prod.one(GATEWAY_POLICY, "gateway-web-policy")
    assert (policy["policySettings"]["mode"], policy["policySettings"]["state"]) == ("Prevention", "Enabled")
    owasp, bots = policy["managedRules"]["managedRuleSets"]
    assert (owasp["ruleSetType"], owasp["ruleSetVersion"]) == ("OWASP", "3.2")
    assert (bots["ruleSetType"], bots["ruleSetVersion"]) == ("Microsoft_BotManagerRuleSet", "1.1")


def test_suspected_bots_are_challenged_and_programs_that_cannot_answer_are_not(tripgen_prod: World) -> None:
    bots = tripgen_prod.one(GATEWAY_POLICY, "gateway-web-policy")["managedRules"]["managedRuleSets"][1]
    (group,) = bots["ruleGroupOverrides"]
    assert group["ruleGroupName"] == "UnknownBots"
    assert {rule["ruleId"] for rule in group["rules"]} == {"Bot300100", "Bot300200", "Bot300600", "Bot300700"}
    assert {rule["action"] for rule in group["rules"]} == {"JSChallenge"}


def test_without_a_bot_to_challenge_the_rule_set_stays_as_it_is() -> None:
    assert managed_rule_sets("OWASP 3.2", ())[1].rule_group_overrides == []


def test_front_doors_probe_passes_the_gateways_firewall_and_nothing_else_does_unseen(tripgen_prod: World) -> None:
    (rule,) = tripgen_prod.one(GATEWAY_POLICY, "gateway-web-policy")["customRules"]
    assert rule["action"] == "Allow"
    uri, method = rule["matchConditions"]
    assert (uri["operator"], uri["matchValues"]) == ("Equal", ["/actuator/health"])
    assert method["matchValues"] == ["GET"]


def test_front_door_limits_every_sender_to_a_thousand_requests_a_minute(tripgen_prod: World) -> None:
    policy = tripgen_prod.one(FRONT_DOOR_POLICY, "front-door-web-policy")
    assert policy["sku"] == {"name": "Premium_AzureFrontDoor"}
    (limit,) = policy["customRules"]["rules"]
    assert (limit["rateLimitThreshold"], limit["rateLimitDurationInMinutes"]) == (1000, 1)
    assert limit["groupBy"] == [{"variableName": "SocketAddr"}]
    assert limit["action"] == "Block"
    sets = {s["ruleSetType"] for s in policy["managedRules"]["managedRuleSets"]}
    assert sets == {"Microsoft_DefaultRuleSet", "Microsoft_BotManagerRuleSet"}


@given(countries=st.lists(st.sampled_from(["KP", "IR", "XX"]), unique=True))
def test_countries_are_blocked_exactly_when_settings_name_some(countries: list[str]) -> None:
    rules: list[Any] = custom_rules(1000, countries)
    blocked = [rule.match_conditions[0].match_value for rule in rules if rule.name == "GeoBlocking"]
    assert blocked == ([countries] if countries else [])


def test_front_door_is_premium_because_only_that_has_managed_rules_and_private_origins(every_tripgen: World) -> None:
    assert every_tripgen.one("azure-native:cdn:Profile", "front-door-profile")["sku"] == {
        "name": "Premium_AzureFrontDoor"
    }


def test_front_door_reaches_the_gateway_by_private_link_alone(every_tripgen: World) -> None:
    origin = every_tripgen.one("azure-native:cdn:AFDOrigin", "front-door-origin")
    link = origin["sharedPrivateLinkResource"]
    assert link["privateLink"]["id"] == "gateway-gateway-id"
    assert link["privateLinkLocation"] == "koreacentral"
    frontends = named(gateway(every_tripgen)["frontendIPConfigurations"])
    assert "privateLinkConfiguration" in frontends[link["groupId"]]
    assert origin["enforceCertificateNameCheck"] is True
    assert origin["hostName"] == origin["originHostHeader"]


def test_front_door_asks_for_the_services_health_and_gives_up_after_three_failures(tripgen_prod: World) -> None:
    group = tripgen_prod.one("azure-native:cdn:AFDOriginGroup", "front-door-origins")
    assert group["healthProbeSettings"]["probePath"] == "/actuator/health"
    assert group["loadBalancingSettings"]["sampleSize"] == 3
    assert group["loadBalancingSettings"]["successfulSamplesRequired"] == 1


@given(threshold=st.integers(min_value=1, max_value=255), failures=st.integers(min_value=0, max_value=255))
def test_an_origin_is_given_up_by_exactly_so_many_failures_in_a_row(threshold: int, failures: int) -> None:
    settings: Any = load_balancing(threshold)
    last = [True] * 255 + [False] * failures
    good = sum(last[-settings.sample_size :])
    assert (good < settings.successful_samples_required) == (failures >= threshold)


def test_only_static_files_are_kept_by_front_door_and_everything_is_encrypted(tripgen_prod: World) -> None:
    api, static = tripgen_prod.one(ROUTE, "front-door-api"), tripgen_prod.one(ROUTE, "front-door-static")
    # The availability test asks for the health path from outside.
    assert api["patternsToMatch"] == ["/api/*", "/actuator/health"]
    assert "cacheConfiguration" not in api
    assert static["patternsToMatch"] == ["/static/*"]
    assert static["cacheConfiguration"]["compressionSettings"]["isCompressionEnabled"] is True
    for route in (api, static):
        assert (route["httpsRedirect"], route["forwardingProtocol"]) == ("Enabled", "HttpsOnly")


def test_front_doors_firewall_guards_every_host_and_path(every_tripgen: World) -> None:
    guard = every_tripgen.one("azure-native:cdn:SecurityPolicy", "front-door-guard")["parameters"]
    assert guard["wafPolicy"]["id"] == "front-door-web-policy-id"
    (association,) = guard["associations"]
    assert association["patternsToMatch"] == ["/*"]
    hosts = {f"{name}-id" for name in every_tripgen.of("azure-native:cdn:AFDCustomDomain")}
    assert {domain["id"] for domain in association["domains"]} == {"front-door-endpoint-id"} | hosts


@pytest.mark.parametrize("kind", ["Profile", "AFDEndpoint"])
def test_front_door_has_no_region(every_tripgen: World, kind: str) -> None:
    assert {inputs["location"] for inputs in every_tripgen.of(f"azure-native:cdn:{kind}").values()} == {"Global"}


def test_a_host_of_our_own_closes_the_drawn_one_and_is_guarded_like_it() -> None:
    config = stack_config("prod")
    config["platform:tripgen"]["edge"]["front_door"] = {"custom_hosts": ["www.tripgen.example"]}
    settings = load_stack(as_pulumi_gives_it(config))
    world = place(lambda: tripgen.build(settings))
    domain = world.one("azure-native:cdn:AFDCustomDomain", "front-door-www-tripgen-example")
    assert domain["hostName"] == "www.tripgen.example"
    assert domain["tlsSettings"] == {"certificateType": "ManagedCertificate", "minimumTlsVersion": "TLS12"}
    for route in world.of(ROUTE).values():
        assert route["linkToDefaultDomain"] == "Disabled"
        assert route["customDomains"] == [{"id": "front-door-www-tripgen-example-id"}]
    (association,) = world.one("azure-native:cdn:SecurityPolicy", "front-door-guard")["parameters"]["associations"]
    assert {"id": "front-door-www-tripgen-example-id"} in association["domains"]
