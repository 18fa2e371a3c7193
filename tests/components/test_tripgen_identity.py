from collections.abc import Mapping
from uuid import UUID

import pulumi
import pytest

from components.azure.app_roles import app_role_manifest
from components.azure.managed_identity import ManagedIdentity, ManagedIdentityArgs, place_federation
from components.azure.resource_group import ResourceGroup, ResourceGroupArgs
from components.azure.role_assignment import BUILT_IN_ROLES, place_role, role_definition_id
from components.azure.service_access import ServiceAccess, ServiceAccessArgs
from components.base import Scope
from settings.environments import ENVIRONMENTS, EnvironmentName
from settings.naming import Namer
from settings.tags import PlatformTags
from tests.components.strict_mocks import World, outputs, place

IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
FEDERATION = "azure-native:managedidentity:FederatedIdentityCredential"
ROLE = "azure-native:authorization:RoleAssignment"
SUBJECTS = {name: f"system:serviceaccount:production:{name}" for name in ("user-service-sa", "trip-service-sa")}


def scope(environment: EnvironmentName = "prod") -> Scope:
    return Scope(
        environment=ENVIRONMENTS[environment],
        names=Namer(prefix="", system="tripgen", environment=environment),
        tags=PlatformTags(
            system="tripgen", environment=environment, owner="o", cost_centre="c", data_classification="personal"
        ),
    )


def identity(environment: EnvironmentName = "prod") -> ManagedIdentity:
    group = ResourceGroup("group", ResourceGroupArgs(scope=scope(environment), location="koreacentral"))
    return ManagedIdentity("services", ManagedIdentityArgs(scope=scope(environment), group=group, purpose="services"))


def role_of(environment: EnvironmentName, name: str) -> Mapping[str, object]:
    def build() -> pulumi.Output[str]:
        owner = identity(environment)
        place_role(owner, name, role="Reader", scope_id="/some", principal_id=owner.principal_id)
        return owner.principal_id

    return place(build).one(ROLE, f"services-{name}")


def test_the_services_identity_has_the_designs_name(every_tripgen: World) -> None:
    assert every_tripgen.one(IDENTITY, "services-identity")["resourceName"] == "tripgen-services"


def test_every_identity_carries_the_tags_and_stands_in_its_groups_region(every_tripgen: World) -> None:
    for placed in every_tripgen.of(IDENTITY).values():
        assert placed["location"] == "koreacentral"
        assert placed["tags"]["system"] == "tripgen"


def test_an_identity_tells_how_azure_and_data_services_know_it() -> None:
    def build() -> dict[str, pulumi.Output[str]]:
        made = identity()
        return {"client": made.client_id, "principal": made.principal_id}

    assert outputs(build) == {
        "client": "client-of-services-identity",
        "principal": "principal-of-services-identity",
    }


def test_tokens_stand_for_an_identity_only_with_exactly_the_given_subject() -> None:
    def build() -> pulumi.Output[str]:
        owner = identity()
        place_federation(owner, owner, issuer="https://issuer/", subjects=SUBJECTS)
        return owner.client_id

    placed = place(build).of(FEDERATION)
    assert {c["federatedIdentityCredentialResourceName"]: c["subject"] for c in placed.values()} == SUBJECTS
    assert {c["issuer"] for c in placed.values()} == {"https://issuer/"}


def test_a_role_is_given_by_its_name_to_a_principal_whose_type_is_stated() -> None:
    role = role_of("prod", "read")
    assert role["roleDefinitionId"] == role_definition_id("Reader")
    assert role["principalType"] == "ServicePrincipal"


def test_an_assignments_name_is_a_guid_that_stays_and_differs_by_environment_and_thing() -> None:
    names = [role_of(environment, name)["roleAssignmentName"] for environment, name in
             (("prod", "read"), ("prod", "read"), ("stage", "read"), ("prod", "write"))]  # fmt: skip
    assert names[0] == names[1]
    assert len({UUID(str(name)) for name in names}) == 3


def test_the_services_may_do_what_the_design_lists_and_no_more() -> None:
    def build() -> pulumi.Output[str]:
        owner = identity()
        ServiceAccess(
            "access",
            ServiceAccessArgs(
                scope=scope(), identity=owner, vault_id="/vault", messaging_id="/bus", storage_account_id="/blobs"
            ),
        )
        return owner.principal_id

    placed = place(build).of(ROLE).values()
    assert {role["principalId"] for role in placed} == {"principal-of-services-identity"}
    assert {(role["roleDefinitionId"], role["scope"]) for role in placed} == {
        (role_definition_id(role), held)
        for role, held in (
            ("Key Vault Secrets User", "/vault"),
            ("Key Vault Certificate User", "/vault"),
            ("Key Vault Crypto User", "/vault"),
            ("Azure Service Bus Data Sender", "/bus"),
            ("Azure Service Bus Data Receiver", "/bus"),
            ("Azure Service Bus Data Owner", "/bus"),
            ("Storage Blob Data Contributor", "/blobs"),
        )
    }


def test_no_role_leads_to_more_roles() -> None:
    assert {"Owner", "Contributor", "User Access Administrator"}.isdisjoint(BUILT_IN_ROLES)


def test_every_role_has_an_id_of_its_own() -> None:
    assert len({UUID(role) for role in BUILT_IN_ROLES.values()}) == len(BUILT_IN_ROLES)


def test_an_unknown_role_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        role_definition_id("Owner")


def test_the_app_registrations_roles_are_the_designs_and_keep_their_ids() -> None:
    manifest = app_role_manifest("tripgen-api", ["User", "Admin", "ServiceAccount"])
    assert [role["value"] for role in manifest] == ["User", "Admin", "ServiceAccount"]
    assert len({role["id"] for role in manifest}) == 3
    assert app_role_manifest("tripgen-api", ["Admin"])[0] == manifest[1]
