"""Which identifiers and networks are an environment's own, and that its resources name no others."""

import json
from collections import defaultdict
from ipaddress import IPv4Network
from itertools import combinations

import pytest

from policies.isolation.addresses import HUB, NETWORKS
from policies.isolation.identifiers import identifiers
from policies.levels import load_levels
from policies.registry import RULES, judge
from policies.resource import ENVIRONMENTS
from settings.stack import StackSettings, load_stack
from tests.policies.building import resource
from tests.policies.isolation_cases import route
from tests.stack_files import STACKS, as_pulumi_gives_it, stack_config


def test_only_identifiers_are_taken_from_the_configuration() -> None:
    config = {
        "platform:environment": "dev",
        "platform:kyeol": json.dumps({"account_id": "111111111111", "alarm_email": "canary@kyeol.example"}),
        "platform:tripgen": json.dumps({"subscription_id": "ABC", "tenant_id": "def", "edge": {"domain": "canary"}}),
        "platform:dtx": json.dumps({"data_project_id": "dtx-data", "project_number": 100000000003}),
        "platform:state": json.dumps({"user_account_ids": ["222222222222"]}),
        "aws:account_id": "999999999999",
    }
    assert identifiers(config) == {"111111111111", "abc", "def", "dtx-data", "100000000003", "222222222222"}


def settings_of(stack: str) -> StackSettings:
    return load_stack(as_pulumi_gives_it(stack_config(stack)))


def networks_of(settings: StackSettings) -> dict[str, IPv4Network]:
    """Every network that the settings of an environment give, by the setting's name; whom it lets in is left out."""
    given = {}
    if settings.kyeol:
        given |= {f"kyeol {name}": one for name, one in settings.kyeol.networks() if "access" not in name}
    if settings.tripgen:
        given |= {f"tripgen {name}": one for name, one in settings.tripgen.network.networks()}
    if settings.dtx:
        given |= {"dtx": settings.dtx.network.cidr}
    return given


def test_the_networks_are_those_of_the_settings_but_for_what_is_the_same_everywhere() -> None:
    given = {stack: networks_of(settings_of(stack)) for stack in STACKS}
    by_setting = defaultdict(set)
    for named in given.values():
        for name, network in named.items():
            by_setting[name].add(network)
    settings = {name for name, different in by_setting.items() if len(different) > 1 or name == "tripgen recovery"}
    telling = {stack: {one for name, one in named.items() if name in settings} for stack, named in given.items()}
    assert {name: set(networks) for name, networks in NETWORKS.items()} == telling
    same = {name: different for name, different in by_setting.items() if name not in settings}
    assert {name: {str(one) for one in different} for name, different in same.items()} == {
        "kyeol cluster.service_cidr": {"172.20.0.0/16"},
        "tripgen pod_network": {"10.244.0.0/16"},
        "tripgen service_network": {"172.20.0.0/16"},
    }


def test_no_address_is_in_the_networks_of_two_environments() -> None:
    everything = [(name, network) for name, networks in NETWORKS.items() for network in networks]
    shared = [pair for pair in combinations(everything, 2) if pair[0][1].overlaps(pair[1][1])]
    assert shared == []


@pytest.mark.parametrize("stack", STACKS)
def test_the_settings_let_nobody_in_but_the_hub(stack: str) -> None:
    kyeol = settings_of(stack).kyeol
    assert kyeol is not None
    assert set(kyeol.cluster.private_access_cidrs) <= set(NETWORKS[HUB])


def test_what_is_named_is_told_with_whose_it_is_and_what_is_allowed() -> None:
    (found,) = (finding for one in judge(route("10.0.0.0/8")) for finding in one.findings if "addresses" in one.rule.id)
    assert found.found == "`destinationCidrBlock` names 10.0.0.0/8, with addresses of prod, stage"
    assert found.allowed == (
        "networks of dev (10.20.0.0/16, 10.2.0.0/16, 10.0.2.0/24, 10.0.102.0/24, 10.40.0.0/16) or of the hub "
        "(10.23.0.0/16)"
    )


@pytest.mark.parametrize(
    "token",
    [
        "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter",
        "aws:ec2transitgateway/peeringAttachmentAccepter:PeeringAttachmentAccepter",
        "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
        "aws:ec2transitgateway/vpcAttachmentAccepter:VpcAttachmentAccepter",
    ],
)
def test_a_way_to_a_network_that_does_not_say_whose_it_is_takes_a_review_first(token: str) -> None:
    """What accepts a peering names it by an id alone, which says nothing: such types are on no list."""
    assert {one.rule.id for one in judge(resource(token)) if one.findings} >= {"aws-known-type"}
    assert set(load_levels(RULES)["aws-known-type"].values()) == {"mandatory"}
    assert set(load_levels(RULES)["aws-known-type"]) == set(ENVIRONMENTS)
