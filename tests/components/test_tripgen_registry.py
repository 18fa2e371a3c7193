import pytest

from components.azure.registry import zone_redundancy
from tests.components.strict_mocks import World

REGISTRY = "azure-native:containerregistry:Registry"
REPLICATION = "azure-native:containerregistry:Replication"
FEDERATION = "azure-native:managedidentity:FederatedIdentityCredential"
ROLE = "azure-native:authorization:RoleAssignment"
ENDPOINT = "azure-native:network:PrivateEndpoint"
ACR_PUSH = "/providers/Microsoft.Authorization/roleDefinitions/8311e382-0749-4cb8-b61a-304f252e45ec"


def test_the_registry_has_the_designs_name_and_tier(tripgen_prod: World) -> None:
    registry = tripgen_prod.one(REGISTRY, "registry-registry")
    assert registry["registryName"] == "tripgenprod"
    assert registry["sku"] == {"name": "Premium"}
    assert registry["location"] == "koreacentral"
    assert registry["zoneRedundancy"] == "Enabled"


def test_the_registry_is_reached_by_its_private_endpoint_only(every_tripgen: World) -> None:
    registry = every_tripgen.one(REGISTRY, "registry-registry")
    assert registry["publicNetworkAccess"] == "Disabled"
    assert registry["networkRuleSet"] == {"defaultAction": "Deny", "ipRules": []}
    assert registry["networkRuleBypassOptions"] == "None"
    endpoint = every_tripgen.one(ENDPOINT, "registry-link-endpoint")
    (connection,) = endpoint["privateLinkServiceConnections"]
    assert connection["groupIds"] == ["registry"]
    assert connection["privateLinkServiceId"] == "registry-registry-id"


def test_nobody_has_a_password_for_the_registry(every_tripgen: World) -> None:
    registry = every_tripgen.one(REGISTRY, "registry-registry")
    assert registry["adminUserEnabled"] is False
    assert registry["anonymousPullEnabled"] is False


def test_production_images_have_a_copy_in_korea_south_which_has_no_zones(tripgen_prod: World) -> None:
    assert {c["location"]: c["zoneRedundancy"] for c in tripgen_prod.of(REPLICATION).values()} == {
        "koreasouth": "Disabled"
    }


def test_dev_keeps_no_copy_of_its_images(tripgen_dev: World) -> None:
    assert tripgen_dev.of(REPLICATION) == {}


def test_untagged_images_go_and_what_excludes_that_is_off(every_tripgen: World) -> None:
    policies = every_tripgen.one(REGISTRY, "registry-registry")["policies"]
    assert policies["retentionPolicy"] == {"status": "enabled", "days": 7}
    assert policies["softDeletePolicy"] == {"status": "disabled"}


@pytest.mark.parametrize(("region", "zones"), [("koreacentral", "Enabled"), ("koreasouth", "Disabled")])
def test_a_registry_spans_the_zones_of_a_region_that_has_any(region: str, zones: str) -> None:
    assert zone_redundancy(region) == zones


def test_images_are_pushed_by_jobs_of_one_environment_of_one_repository(tripgen_prod: World) -> None:
    credential = tripgen_prod.one(FEDERATION, "github-actions-github-prod-federation")
    assert credential["issuer"] == "https://token.actions.githubusercontent.com"
    assert credential["subject"] == "repo:tripgen/tripgen-app:environment:prod"
    assert credential["audiences"] == ["api://AzureADTokenExchange"]
    assert credential["resourceName"] == "tripgen-github-images"


def test_the_identity_of_image_builds_may_push_and_nothing_else(every_tripgen: World) -> None:
    held = [
        (role["roleDefinitionId"], role["scope"])
        for role in every_tripgen.of(ROLE).values()
        if role["principalId"] == "principal-of-github-actions-identity-identity"
    ]
    assert held == [(ACR_PUSH, "registry-registry-id")]
