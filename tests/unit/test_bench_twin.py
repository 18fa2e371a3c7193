"""The bare twin registers what the stack has: same classes, same inputs, same references."""

import ast
from typing import Any

import pytest

from bench.__main__ import verdict
from bench.twin import SIGNATURE, argument_name, sdk_class, snake_case, twin_program

PREFIX = "urn:pulumi:dev::platform::"
VPC = f"{PREFIX}platform:aws:Network$aws:ec2/vpc:Vpc::network-vpc"
SUBNET = f"{PREFIX}platform:aws:Network$aws:ec2/subnet:Subnet::network-private-a"
PROVIDER = f"{PREFIX}pulumi:providers:aws::kyeol"
NETWORK = f"{PREFIX}platform:aws:Network::network"

STATE: list[dict[str, Any]] = [
    {
        "urn": PROVIDER,
        "type": "pulumi:providers:aws",
        "custom": True,
        "id": "p1",
        "inputs": {"region": "ap-northeast-1", "allowedAccountIds": '["111111111111"]', "version": "7.51.1"},
    },
    {"urn": NETWORK, "type": "platform:aws:Network", "custom": False},
    {
        "urn": VPC,
        "type": "aws:ec2/vpc:Vpc",
        "custom": True,
        "id": "vpc-0123456789",
        "parent": NETWORK,
        "provider": f"{PROVIDER}::p1",
        "inputs": {"cidrBlock": "10.20.0.0/16", "__defaults": []},
        "outputs": {"cidrBlock": "10.20.0.0/16", "arn": "arn:aws:ec2:ap-northeast-1:111111111111:vpc/vpc-0123456789"},
    },
    {
        "urn": SUBNET,
        "type": "aws:ec2/subnet:Subnet",
        "custom": True,
        "id": "subnet-1",
        "parent": NETWORK,
        "provider": f"{PROVIDER}::p1",
        "dependencies": [VPC],
        "propertyDependencies": {"vpcId": [VPC], "tags": [VPC]},
        "inputs": {"vpcId": "vpc-0123456789", "cidrBlock": "10.20.0.0/19", "tags": {"of": "in vpc-0123456789!"}},
    },
]


def placed(program: str) -> list[list[ast.expr]]:
    calls = [n.value for n in ast.parse(program).body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    return [call.args for call in calls]


def test_every_resource_is_registered_once_and_no_component_is() -> None:
    urns = [ast.literal_eval(arguments[3]) for arguments in placed(twin_program(STATE))]
    assert urns == [PROVIDER, VPC, SUBNET]


def test_what_another_resource_computed_becomes_a_reference_even_within_a_text() -> None:
    subnet = placed(twin_program(STATE))[2]
    inputs = ast.unparse(subnet[4])
    assert f"'vpc_id': output('{VPC}', 'id')" in inputs
    assert f"Output.concat('in ', output('{VPC}', 'id'), '!')" in inputs
    assert "'cidr_block': '10.20.0.0/19'" in inputs


def test_a_resource_waits_for_what_the_stack_waits_for() -> None:
    assert ast.literal_eval(placed(twin_program(STATE))[2][6]) == [VPC]


def test_a_providers_settings_are_opened_and_its_version_left_to_the_sdk() -> None:
    provider = ast.literal_eval(placed(twin_program(STATE))[0][4])
    assert provider == {"region": "ap-northeast-1", "allowed_account_ids": ["111111111111"]}


@pytest.mark.parametrize(
    ("camel", "snake"),
    [
        ("cidrBlock", "cidr_block"),
        ("minimumTLSVersion", "minimum_tls_version"),
        ("arn", "arn"),
        ("cidrIpv4", "cidr_ipv4"),
    ],
)
def test_names_are_spelt_as_the_sdk_spells_them(camel: str, snake: str) -> None:
    assert snake_case(camel) == snake


def test_a_property_called_resource_name_has_an_argument_beside_the_logical_name() -> None:
    assert argument_name("resourceName") == "resource_name_"
    assert argument_name("vaultName") == "vault_name"


def test_a_reference_into_a_map_knows_both_spellings_of_its_key() -> None:
    cluster = {**STATE[2], "outputs": {"addonProfiles": {"ingressGateway": {"objectId": "principal-0123456789"}}}}
    subnet = {**STATE[3], "inputs": {"vpcId": "principal-0123456789"}}
    (_, _, (*_, inputs, _, _)) = placed(twin_program([STATE[0], cluster, subnet]))
    steps = "('ingressGateway', 'ingress_gateway'), ('objectId', 'object_id')"
    assert ast.unparse(inputs) == f"{{'vpc_id': output('{VPC}', 'addon_profiles', {steps})}}"


def test_a_secret_stays_one_and_says_the_same() -> None:
    sealed = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"https://example.invalid"'}
    vpc = {**STATE[2], "inputs": {"tags": {"hook": sealed}}}
    (_, (*_, inputs, _, _)) = placed(twin_program([STATE[0], vpc]))
    assert ast.unparse(inputs) == "{'tags': {'hook': Output.secret('https://example.invalid')}}"


@pytest.mark.parametrize(
    ("token", "place"),
    [
        ("aws:ec2/vpc:Vpc", ("pulumi_aws", "ec2", "Vpc")),
        ("azure-native:network:Subnet", ("pulumi_azure_native", "network", "Subnet")),
        ("kubernetes:networking.k8s.io/v1:NetworkPolicy", ("pulumi_kubernetes", "networking.v1", "NetworkPolicy")),
        ("kubernetes:rbac.authorization.k8s.io/v1:Role", ("pulumi_kubernetes", "rbac.v1", "Role")),
        ("kubernetes:helm.sh/v3:Release", ("pulumi_kubernetes", "helm.v3", "Release")),
        ("kubernetes:argoproj.io/v1alpha1:Rollout", ("pulumi_kubernetes", "apiextensions", "CustomResource")),
        ("pulumi:providers:aws", ("pulumi_aws", None, "Provider")),
        ("pulumi:providers:azure-native", ("pulumi_azure_native", None, "Provider")),
    ],
)
def test_type_tokens_lead_to_the_sdks_classes(token: str, place: tuple[str, str | None, str]) -> None:
    assert sdk_class(token) == place


def test_a_promise_is_kept_up_to_its_limit() -> None:
    assert (verdict(1.25, 1.25), verdict(1.26, 1.25)) == ("met", "missed")
