from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from components.gcp.firewall_rules import RESTRICTED_GOOGLE_APIS, firewall_rules, policy_rules
from settings.gcp.network import NetworkPlan
from tests.components.strict_mocks import World

SUBNET = "gcp:compute/subnetwork:Subnetwork"
POLICY = "gcp:compute/regionNetworkFirewallPolicyWithRules:RegionNetworkFirewallPolicyWithRules"
ZONE = "gcp:dns/managedZone:ManagedZone"
RECORD = "gcp:dns/recordSet:RecordSet"

PLAN = NetworkPlan(
    nodes=IPv4Network("10.42.0.0/22"),
    pods=IPv4Network("10.42.128.0/17"),
    services=IPv4Network("10.42.32.0/20"),
    control_plane=IPv4Network("10.42.7.0/28"),
    proxies=IPv4Network("10.42.4.0/23"),
    cache=IPv4Network("10.42.6.0/24"),
    private_services=IPv4Network("10.42.16.0/20"),
)


def rules(world: World) -> list[Mapping[str, Any]]:
    return world.one(POLICY, "firewall-policy")["rules"]


def by_name(world: World) -> dict[str, Mapping[str, Any]]:
    return {rule["ruleName"]: rule for rule in rules(world)}


def answer(world: World, direction: str, address: str, *, port: int, other: str) -> str:
    """Return what the policy says of a TCP connection: `address` is the cluster's end, `other` the far one."""
    source, destination = (other, address) if direction == "INGRESS" else (address, other)
    for rule in sorted(rules(world), key=lambda each: each["priority"]):
        match, (layer,) = rule["match"], rule["match"]["layer4Configs"]
        fits = [
            rule["direction"] == direction,
            "destFqdns" not in match,
            _in(source, match.get("srcIpRanges")),
            _in(destination, match.get("destIpRanges")),
            layer["ipProtocol"] == "all" or any(_port(port, text) for text in layer["ports"]),
        ]
        if all(fits):
            return rule["action"]
    raise AssertionError("no rule fits")


def _in(address: str, ranges: list[str] | None) -> bool:
    return ranges is None or any(IPv4Address(address) in IPv4Network(each) for each in ranges)


def _port(port: int, text: str) -> bool:
    first, _, last = text.partition("-")
    return int(first) <= port <= int(last or first)


def test_the_network_is_of_the_region_alone(every_dtx: World) -> None:
    (network,) = every_dtx.of("gcp:compute/network:Network").values()
    assert network["autoCreateSubnetworks"] is False
    assert network["routingMode"] == "REGIONAL"
    assert {subnet["region"] for subnet in every_dtx.of(SUBNET).values()} == {"europe-west3"}


def test_each_kind_of_thing_has_a_subnet_of_its_own(dtx_prod: World) -> None:
    assert {inputs["name"]: inputs["ipCidrRange"] for inputs in dtx_prod.of(SUBNET).values()} == {
        "dta-nodes": "10.42.0.0/22",
        "dta-proxies": "10.42.4.0/23",
        "dta-cache": "10.42.6.0/24",
        "dta-control-plane": "10.42.7.0/28",
    }
    nodes = dtx_prod.one(SUBNET, "network-nodes")
    assert {each["rangeName"]: each["ipCidrRange"] for each in nodes["secondaryIpRanges"]} == {
        "pods": "10.42.128.0/17",
        "services": "10.42.32.0/20",
    }
    assert dtx_prod.one(SUBNET, "network-proxies")["purpose"] == "REGIONAL_MANAGED_PROXY"


def test_flows_are_written_down_wherever_google_does_so(every_dtx: World) -> None:
    for name, subnet in every_dtx.of(SUBNET).items():
        if subnet.get("purpose") == "REGIONAL_MANAGED_PROXY":
            assert "logConfig" not in subnet, name
        else:
            assert subnet["logConfig"]["metadata"] == "INCLUDE_ALL_METADATA", name
            assert subnet["privateIpGoogleAccess"] is True, name


def test_the_database_gets_the_range_that_the_plan_keeps_for_it(dtx_prod: World) -> None:
    reserved = dtx_prod.one("gcp:compute/globalAddress:GlobalAddress", "network-private-services")
    assert (reserved["address"], reserved["prefixLength"], reserved["purpose"]) == ("10.42.16.0", 20, "VPC_PEERING")
    (peering,) = dtx_prod.of("gcp:servicenetworking/connection:Connection").values()
    assert peering["reservedPeeringRanges"] == [reserved["name"]]


def test_the_databases_peering_is_kept_where_data_is_and_goes_where_all_goes(dtx_prod: World, dtx_dev: World) -> None:
    (kept,), (gone,) = (
        world.of("gcp:servicenetworking/connection:Connection").values() for world in (dtx_prod, dtx_dev)
    )
    assert (kept["deletionPolicy"], gone["deletionPolicy"]) == ("PREVENT", "REMOVE_PEERING")


def test_the_cache_may_place_its_endpoints_in_its_own_subnet(every_dtx: World) -> None:
    (policy,) = every_dtx.of("gcp:networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy").values()
    assert policy["serviceClass"] == "gcp-memorystore-redis"
    assert policy["location"] == "europe-west3"
    assert policy["pscConfig"] == {"subnetworks": ["network-cache-id"]}


@pytest.mark.parametrize("direction", ["INGRESS", "EGRESS"])
def test_what_no_row_allows_is_refused_and_written_down(every_dtx: World, direction: str) -> None:
    last = max((rule for rule in rules(every_dtx) if rule["direction"] == direction), key=lambda rule: rule["priority"])
    assert (last["action"], last["enableLogging"]) == ("deny", True)
    ranges = last["match"].get("srcIpRanges" if direction == "INGRESS" else "destIpRanges")
    assert (ranges, last["match"]["layer4Configs"]) == (["0.0.0.0/0"], [{"ipProtocol": "all"}])


POD, NODE = "10.42.128.7", "10.42.0.5"


@pytest.mark.parametrize(
    ("direction", "cluster", "port", "other", "expected"),
    [
        ("INGRESS", POD, 8080, "10.42.4.9", "allow"),  # a proxy
        ("INGRESS", POD, 8080, "35.191.3.4", "allow"),  # a health check
        ("INGRESS", POD, 22, "10.42.4.9", "deny"),
        ("INGRESS", NODE, 8080, "10.42.4.9", "deny"),
        ("INGRESS", NODE, 10250, NODE, "allow"),
        ("INGRESS", POD, 8080, "203.0.113.9", "deny"),  # the internet
        ("INGRESS", POD, 8080, "10.42.7.2", "deny"),  # a private control plane calls nobody
        ("EGRESS", NODE, 443, "10.42.7.2", "allow"),
        ("EGRESS", NODE, 8132, "10.42.7.2", "allow"),
        ("EGRESS", POD, 5432, "10.42.16.3", "allow"),
        ("EGRESS", POD, 3307, "10.42.16.3", "allow"),
        ("EGRESS", POD, 6379, "10.42.6.2", "allow"),
        ("EGRESS", POD, 12000, "10.42.6.2", "allow"),
        ("EGRESS", POD, 5432, "10.42.6.2", "deny"),
        ("EGRESS", POD, 443, "199.36.153.6", "allow"),  # Google's services, fenced in
        ("EGRESS", POD, 443, "199.36.153.8", "deny"),  # Google's services, not fenced in
        ("EGRESS", POD, 443, "203.0.113.9", "deny"),
        ("EGRESS", POD, 8080, POD, "allow"),
    ],
)
def test_a_connection_passes_only_if_the_design_has_it(
    dtx_prod: World, *, direction: str, cluster: str, port: int, other: str, expected: str
) -> None:
    assert answer(dtx_prod, direction, cluster, port=port, other=other) == expected


def test_hosts_outside_google_are_named_one_by_one_and_each_call_is_written_down(dtx_prod: World) -> None:
    outside = [rule for rule in rules(dtx_prod) if "destFqdns" in rule["match"]]
    assert {rule["match"]["layer4Configs"][0]["ports"][0] for rule in outside} == {"443", "587"}
    assert all(rule["enableLogging"] and rule["direction"] == "EGRESS" for rule in outside)
    hosts = by_name(dtx_prod)["hosts-443"]["match"]["destFqdns"]
    assert "hooks.slack.com" in hosts
    assert not [host for host in hosts if "*" in host]


def test_without_hosts_there_is_no_way_out_at_all() -> None:
    rows = firewall_rules(PLAN, backend_ports=["8080"], egress_hosts={443: [], 587: []})
    assert not [row for row in rows if row.hosts]


def test_rules_are_asked_in_the_order_of_the_table() -> None:
    rows = firewall_rules(PLAN, backend_ports=["8080"], egress_hosts={443: ["quay.io"]})
    placed = policy_rules(rows)
    assert [rule.rule_name for rule in placed] == [row.name for row in rows]
    assert [rule.priority for rule in placed] == [1000 + 10 * index for index in range(len(rows))]


def test_the_policy_is_on_the_network_and_in_the_region(every_dtx: World) -> None:
    kind = "gcp:compute/regionNetworkFirewallPolicyAssociation:RegionNetworkFirewallPolicyAssociation"
    (association,) = every_dtx.of(kind).values()
    assert association["attachmentTarget"] == "network-vpc-id"
    assert association["region"] == every_dtx.one(POLICY, "firewall-policy")["region"] == "europe-west3"


def test_googles_names_lead_to_the_restricted_addresses_and_only_inside_the_network(every_dtx: World) -> None:
    private = {name: zone for name, zone in every_dtx.of(ZONE).items() if zone["visibility"] == "private"}
    assert {zone["dnsName"] for zone in private.values()} == {"googleapis.com.", "gcr.io.", "pkg.dev."}
    for name, zone in private.items():
        assert zone["privateVisibilityConfig"] == {"networks": [{"networkUrl": "network-vpc-id"}]}
        addresses = every_dtx.one(RECORD, f"{name}-addresses")
        assert {IPv4Address(address) for address in addresses["rrdatas"]} == set(RESTRICTED_GOOGLE_APIS)
        everything = every_dtx.one(RECORD, f"{name}-all")
        assert (everything["name"], everything["rrdatas"]) == (f"*.{zone['dnsName']}", [zone["dnsName"]])


def test_the_cluster_goes_out_by_fixed_addresses_and_nothing_else_does(dtx_prod: World) -> None:
    (nat,) = dtx_prod.of("gcp:compute/routerNat:RouterNat").values()
    assert nat["natIpAllocateOption"] == "MANUAL_ONLY"
    assert nat["natIps"] == ["link-of-nat-address-1", "link-of-nat-address-2"]
    assert nat["sourceSubnetworkIpRangesToNat"] == "LIST_OF_SUBNETWORKS"
    assert [each["name"] for each in nat["subnetworks"]] == ["network-nodes-id"]
    assert nat["logConfig"] == {"enable": True, "filter": "ALL"}


def test_nat_ports_are_powers_of_two_because_they_are_handed_out_as_needed(every_dtx: World) -> None:
    (nat,) = every_dtx.of("gcp:compute/routerNat:RouterNat").values()
    assert nat["enableDynamicPortAllocation"] is True
    least, most = int(nat["minPortsPerVm"]), int(nat["maxPortsPerVm"])
    assert least < most
    assert all(ports & (ports - 1) == 0 for ports in (least, most))
