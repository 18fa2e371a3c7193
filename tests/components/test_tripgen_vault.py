from typing import Any

import pytest

from components.azure.key_vault_rotation import CERTIFICATES_POLICY, SECRETS_POLICY, Renewal, limits
from components.azure.role_assignment import role_definition_id
from tests.components.conftest import tripgen_world
from tests.components.strict_mocks import World

VAULT = "azure-native:keyvault:Vault"
KEY = "azure-native:keyvault:Key"
SECRET = "azure-native:keyvault:Secret"
ENDPOINT = "azure-native:network:PrivateEndpoint"
ROLE = "azure-native:authorization:RoleAssignment"
POLICY = "azure-native:authorization:PolicyAssignment"
TOPIC = "azure-native:eventgrid:SystemTopic"
TOLD = "azure-native:eventgrid:SystemTopicEventSubscription"
GATEWAY = "azure-native:network:ApplicationGateway"


def test_the_vault_is_the_designs(tripgen_prod: World) -> None:
    vault = tripgen_prod.one(VAULT, "vault-vault")
    assert vault["vaultName"] == "kv-tripgen-prod"
    assert vault["properties"]["sku"] == {"family": "A", "name": "premium"}
    assert vault["properties"]["softDeleteRetentionInDays"] == 90


def test_the_vault_is_reached_privately_and_by_roles(every_tripgen: World) -> None:
    properties = every_tripgen.one(VAULT, "vault-vault")["properties"]
    assert properties["publicNetworkAccess"] == "Disabled"
    assert properties["networkAcls"] == {"defaultAction": "Deny", "bypass": "None"}
    assert properties["enableRbacAuthorization"] is True
    assert "accessPolicies" not in properties
    (connection,) = every_tripgen.one(ENDPOINT, "vault-link-endpoint")["privateLinkServiceConnections"]
    assert connection["groupIds"] == ["vault"]


@pytest.mark.parametrize("stack", ["stage", "prod"])
def test_what_was_deleted_can_be_brought_back_by_everybody_and_removed_by_nobody(stack: str) -> None:
    properties = tripgen_world(stack).one(VAULT, "vault-vault")["properties"]
    assert (properties["enableSoftDelete"], properties["enablePurgeProtection"]) == (True, True)


def test_a_dev_vault_can_be_purged_and_made_again(tripgen_dev: World) -> None:
    properties = tripgen_dev.one(VAULT, "vault-vault")["properties"]
    assert (properties["enableSoftDelete"], properties["softDeleteRetentionInDays"]) == (True, 7)
    # Azure refuses False.
    assert "enablePurgeProtection" not in properties


def test_no_secrets_value_passes_through_the_program(every_tripgen: World) -> None:
    assert every_tripgen.of(SECRET) == {}


def test_keys_are_made_in_hardware_and_renewed_by_the_vault_before_the_old_ones_end(every_tripgen: World) -> None:
    key = every_tripgen.one(KEY, "vault-data-encryption")["properties"]
    assert (key["kty"], key["keyOps"]) == ("RSA-HSM", ["encrypt", "decrypt"])
    assert key["rotationPolicy"] == {
        "attributes": {"expiryTime": "P120D"},
        "lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P90D"}}],
    }


def test_people_hear_of_each_thing_in_the_vault_with_the_days_of_its_kind(tripgen_prod: World) -> None:
    told: dict[str, tuple[list[str], list[str], Any]] = {}
    for subscription in tripgen_prod.of(TOLD).values():
        assert subscription["eventDeliverySchema"] == "CloudEventSchemaV1_0"
        (names,) = subscription["filter"]["advancedFilters"]
        assert (names["operatorType"], names["key"]) == ("StringIn", "data.ObjectName")
        told[subscription["eventSubscriptionName"]] = (
            names["values"],
            subscription["filter"]["includedEventTypes"],
            subscription["destination"]["description"],
        )
        assert subscription["destination"]["endpointType"] == "MonitorAlert"
        assert subscription["destination"]["actionGroups"] == ["alerts-teams-id"]
    secrets, api_keys, certificates = told["secrets"], told["api-keys"], told["certificates"]
    assert secrets[0] == ["jwt-signing-key", "encryption-keys", "database-passwords"]
    assert "90 days" in secrets[2]
    assert api_keys[0] == ["openai-api-key", "external-api-keys"]
    assert "180 days" in api_keys[2]
    assert certificates[0] == ["ssl-wildcard-cert", "client-certificates"]
    assert "365 days" in certificates[2]
    assert secrets[1] == ["Microsoft.KeyVault.SecretNearExpiry", "Microsoft.KeyVault.SecretExpired"]
    assert certificates[1] == ["Microsoft.KeyVault.CertificateNearExpiry", "Microsoft.KeyVault.CertificateExpired"]


def test_the_vaults_events_stand_beside_it(every_tripgen: World) -> None:
    topic = every_tripgen.one(TOPIC, "vault-rotation-topic")
    assert (topic["source"], topic["topicType"]) == ("vault-vault-id", "Microsoft.KeyVault.vaults")
    assert topic["location"] == every_tripgen.one(VAULT, "vault-vault")["location"]


def test_azures_own_rules_know_the_longest_life_of_a_kind(every_tripgen: World) -> None:
    held = {
        assignment["policyDefinitionId"].rpartition("/")[2]: (assignment["scope"], assignment["parameters"])
        for assignment in every_tripgen.of(POLICY).values()
    }
    group = "resource-group-group-id"
    assert held == {
        SECRETS_POLICY: (group, {"maximumValidityInDays": {"value": 180}, "effect": {"value": "Audit"}}),
        CERTIFICATES_POLICY: (group, {"maximumValidityInMonths": {"value": 12}, "effect": {"value": "Deny"}}),
    }


@pytest.mark.parametrize(("days", "months"), [(365, 12), (90, 3), (398, 13)])
def test_a_certificates_days_are_counted_in_whole_months(days: int, months: int) -> None:
    renewals = [
        Renewal(label="secrets", kind="Secret", names=["a"], days=90),
        Renewal(label="certificates", kind="Certificate", names=["b"], days=days),
    ]
    assert {limit.parameter: limit.most for limit in limits(renewals)} == {
        "maximumValidityInDays": 90,
        "maximumValidityInMonths": months,
    }


def test_the_services_may_use_keys_secrets_and_certificates_and_change_none(every_tripgen: World) -> None:
    held = {
        role["roleDefinitionId"]
        for role in every_tripgen.of(ROLE).values()
        if role["principalId"] == "principal-of-services-identity" and role["scope"] == "vault-vault-id"
    }
    assert held == {
        role_definition_id(role)
        for role in ("Key Vault Secrets User", "Key Vault Certificate User", "Key Vault Crypto User")
    }


def test_the_gateway_may_read_its_certificate_and_asks_for_it_without_a_version(every_tripgen: World) -> None:
    held = [
        (role["roleDefinitionId"], role["scope"])
        for role in every_tripgen.of(ROLE).values()
        if role["principalId"] == "principal-of-gateway-identity-identity" and role["scope"] == "vault-vault-id"
    ]
    assert held == [(role_definition_id("Key Vault Secrets User"), "vault-vault-id")]
    (certificate,) = every_tripgen.one(GATEWAY, "gateway-gateway")["sslCertificates"]
    assert certificate["keyVaultSecretId"].endswith(".vault.azure.net/secrets/ssl-wildcard-cert")
