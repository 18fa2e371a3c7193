from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from settings.azure.catalogue import CHALLENGED_BOT_RULES, UNKNOWN_BOT_RULES
from settings.model import findings
from settings.stack import SettingsError, load_stack
from settings.tripgen.edge import EdgeSettings
from tests.stack_files import as_pulumi_gives_it, stack_config


def edge(**given_: Any) -> EdgeSettings:
    return EdgeSettings.model_validate_json(json.dumps({"domain": "tripgen.example", **given_}))


def mistakes(settings: EdgeSettings) -> list[str]:
    return [sentence for _, sentence in findings(settings)]


def of_stack(stack: str) -> EdgeSettings:
    tripgen = load_stack(as_pulumi_gives_it(stack_config(stack))).tripgen
    assert tripgen is not None
    return tripgen.edge


def test_prod_says_what_the_design_says_of_the_edge() -> None:
    prod = of_stack("prod")
    assert (prod.firewall.tier, prod.firewall.idps) == ("Premium", "Deny")
    assert prod.gateway.min_capacity == 3
    assert prod.web_firewall.rule_set == "OWASP 3.2"
    assert prod.web_firewall.rate_limit_per_minute == 1000
    assert prod.web_firewall.blocked_countries == ()
    assert (prod.front_door.health_path, prod.front_door.failover_threshold) == ("/actuator/health", 3)


@pytest.mark.parametrize("stack", ["dev", "stage", "prod"])
def test_a_stack_files_edge_has_no_mistake(stack: str) -> None:
    assert mistakes(of_stack(stack)) == []


def test_the_challenged_bots_are_rules_that_azure_has() -> None:
    assert set(CHALLENGED_BOT_RULES) < set(UNKNOWN_BOT_RULES)


def test_a_standard_firewall_cannot_look_for_intrusions() -> None:
    assert mistakes(edge(firewall={"tier": "Standard"})) == [
        "idps Deny needs tier Premium; tier Standard takes idps Off"
    ]
    assert mistakes(edge(firewall={"tier": "Standard", "idps": "Off"})) == []


@given(low=st.integers(min_value=0, max_value=125), high=st.integers(min_value=2, max_value=125))
def test_a_gateway_that_begins_above_its_end_is_refused(low: int, high: int) -> None:
    found = mistakes(edge(gateway={"min_capacity": low, "max_capacity": high}))
    assert found == ([f"min_capacity {low} must not exceed max_capacity {high}"] if low > high else [])


def test_hosts_outside_the_certificates_wildcard_are_refused() -> None:
    hosts = ["www.tripgen.example", "a.b.tripgen.example", "tripgen.example", "www.elsewhere.example"]
    (found,) = mistakes(edge(front_door={"custom_hosts": hosts}))
    stray, _, domain = found.partition(" not directly below the domain ")
    assert stray == f"front_door.custom_hosts: {', '.join(hosts[1:])}"
    assert domain == "tripgen.example"


def test_the_origins_name_is_one_that_the_wildcard_certificate_covers() -> None:
    assert edge().origin_host == "origin.tripgen.example"


@pytest.mark.parametrize(
    ("section", "given_", "allowed"),
    [
        ("web_firewall", {"rule_set": "OWASP 3.1"}, "OWASP 3.2, Microsoft_DefaultRuleSet 2.1"),
        ("web_firewall", {"challenged_bots": ["Bot100100"]}, "Bot300100"),
        ("web_firewall", {"blocked_countries": ["Korea"]}, "two capital letters"),
        ("front_door", {"static_paths": ["static/*"]}, "begins with /"),
        ("front_door", {"static_paths": []}, "at least 1"),
        ("gateway", {"public_sources": "VirtualNetwork"}, "AzureFrontDoor.Backend"),
        ("gateway", {"certificate": "ssl_wildcard_cert"}, "letters, digits and hyphens"),
        ("firewall", {"tier": "Basic"}, "'Standard' or 'Premium'"),
    ],
)
def test_what_azure_does_not_offer_is_refused_with_what_it_does(section: str, given_: object, allowed: str) -> None:
    with pytest.raises(ValidationError, match=allowed):
        edge(**{section: given_})


def test_a_gateway_that_would_outgrow_its_subnet_is_refused_with_the_sum() -> None:
    config = stack_config("prod")
    config["platform:tripgen"]["network"]["gateway_subnet"] = "10.0.1.0/26"
    config["platform:tripgen"]["edge"]["gateway"] = {"max_capacity": 58}
    load_stack(as_pulumi_gives_it(config))
    config["platform:tripgen"]["edge"]["gateway"] = {"max_capacity": 59}
    with pytest.raises(SettingsError, match=r"max_capacity 59 does not fit network.gateway_subnet .* 58 instances"):
        load_stack(as_pulumi_gives_it(config))
