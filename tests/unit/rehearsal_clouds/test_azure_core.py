"""What the resource manager refuses and gives back for every type."""

import re

import pytest

from tests.unit.rehearsal_clouds.provider_client import KOREA, SUBSCRIPTION, TENANT, Refused

GROUP = "azure-native:resources:ResourceGroup"
NETWORK, SUBNET = "azure-native:network:VirtualNetwork", "azure-native:network:Subnet"
ADDRESS, IDENTITY = "azure-native:network:PublicIPAddress", "azure-native:managedidentity:UserAssignedIdentity"
CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential"
LOCK = "azure-native:authorization:ManagementLockByScope"
IN_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


@pytest.fixture
def vnet(azure, group):  # noqa: ARG001 -- it stands in the group
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    return azure.create(NETWORK, resourceGroupName="rg-shop", virtualNetworkName="vnet-shop", addressSpace=space)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"subscriptionId": "prod"}, "InvalidSubscriptionId: The provided subscription identifier 'prod' is malformed"),
        ({"tenantId": "tripgen-enterprise"}, "InvalidTenantId: The provided tenant identifier 'tripgen-enterprise'"),
        ({"location": "koreacentrl"}, "'koreacentrl' is not a region. Did you mean \"koreacentral\"?"),
        (
            {"subscription": "x"},
            'An argument named "subscription" is not expected here. Did you mean "subscriptionId"?',
        ),
    ],
)
def test_a_provider_that_names_nothing_is_refused(clouds, setting, message):
    with refused(message):
        clouds.provider("azure-native", {**KOREA, **setting})


def test_a_resource_answers_by_its_path(azure, vnet):
    assert vnet.id == f"{IN_GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-shop"
    assert (vnet["name"], vnet["type"]) == ("vnet-shop", "Microsoft.Network/virtualNetworks")
    assert (vnet["location"], vnet["provisioningState"]) == ("koreacentral", "Succeeded")
    shouted = azure.import_(NETWORK, vnet.id.upper())
    assert shouted is not None
    assert shouted.id == vnet.id


def test_a_child_stands_below_its_parent(azure, vnet):
    subnet = azure.create(
        SUBNET, resourceGroupName="rg-shop", virtualNetworkName="vnet-shop", subnetName="nodes",
        addressPrefix="10.1.1.0/24",
    )  # fmt: skip
    assert subnet.id == f"{vnet.id}/subnets/nodes"
    assert subnet["name"] == "nodes"


def test_a_type_without_an_entry_has_a_path_and_a_name_too(azure, group):  # noqa: ARG001
    thing = azure.create("azure-native:batch:BatchAccount", "jobs", resourceGroupName="rg-shop", accountName="jobs")
    assert thing.id == f"{IN_GROUP}/providers/Microsoft.Batch/batchAccounts/jobs"
    assert thing["name"] == "jobs"


def test_a_name_not_given_is_made(azure, group):  # noqa: ARG001
    given = {"resourceGroupName": "rg-shop", "sku": {"name": "Standard"}, "publicIPAllocationMethod": "Static"}
    address = azure.create(ADDRESS, "edge", **given)
    assert re.fullmatch(r"edge[0-9a-f]{7}", address["name"])
    assert not azure.diff(address, given).diffs


def test_a_missing_group_is_refused(azure):
    with refused("ResourceGroupNotFound: Resource group 'rg-gone' could not be found."):
        azure.create(IDENTITY, resourceGroupName="rg-gone", resourceName="pods")


def test_a_group_is_found_in_any_case(azure, group):  # noqa: ARG001
    assert azure.create(IDENTITY, resourceGroupName="RG-Shop", resourceName="pods").id


def test_a_missing_parent_is_refused(azure, group):  # noqa: ARG001
    with refused(
        "ParentResourceNotFound: Failed to perform 'write' on resource(s) of type 'virtualNetworks/subnets', because "
        f"the parent resource '{IN_GROUP}/providers/Microsoft.Network/virtualNetworks/none' could not be found."
    ):
        azure.create(
            SUBNET, resourceGroupName="rg-shop", virtualNetworkName="none", subnetName="nodes",
            addressPrefix="10.1.1.0/24",
        )  # fmt: skip


def test_a_network_resource_that_refers_to_nothing_is_refused(azure, vnet):
    table = f"{IN_GROUP}/providers/Microsoft.Network/routeTables/none"
    with refused(f"InvalidResourceReference: Resource {table} referenced by resource {vnet.id}/subnets/nodes was not"):
        azure.create(
            SUBNET, resourceGroupName="rg-shop", virtualNetworkName="vnet-shop", subnetName="nodes",
            addressPrefix="10.1.1.0/24", routeTable={"id": table},
        )  # fmt: skip


def test_another_resource_that_refers_to_nothing_is_refused(azure, group):  # noqa: ARG001
    identity = f"{IN_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/none"
    with refused(
        "ResourceNotFound: The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/none' under resource group "
        "'rg-shop' was not found."
    ):
        azure.create(
            "azure-native:batch:BatchAccount", resourceGroupName="rg-shop", accountName="jobs",
            identity={"type": "UserAssigned", "userAssignedIdentities": [identity]},
        )  # fmt: skip


def test_a_reference_is_a_whole_path(azure):
    with refused("LinkedInvalidPropertyId: Property id 'rt-nodes' at path 'properties.routeTable.id' is invalid."):
        azure.preview(SUBNET, "nodes", {
            "resourceGroupName": "rg-shop", "virtualNetworkName": "v", "subnetName": "nodes",
            "addressPrefix": "10.1.1.0/24", "routeTable": {"id": "rt-nodes"},
        })  # fmt: skip


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"location": "koreacentrl"},
         "'koreacentrl' is not available for resource type 'Microsoft.Network/publicIPAddresses'."),
        ({"location": "koreacentrl"}, "LocationNotAvailableForResourceType: "),
        ({"location": "koreacentrl"}, 'Did you mean "koreacentral"?'),
        ({"zones": ["4"]}, "zones: AvailabilityZoneNotSupported: The zone(s) '4' for resource"),
        ({"location": "koreasouth", "zones": ["1", "2"]},
         "is not supported. The supported zones for location 'koreasouth' are ''"),
        ({"tags": {f"tag{index}": "x" for index in range(51)}},
         "InvalidTags: The number of tags '51' exceeds the maximum of '50'"),
        ({"tags": {"cost/centre": "x"}}, "InvalidTagNameCharacters: The tag name 'cost/centre' must have 1 to 512"),
        ({"tags": {"k" * 513: "x"}}, "must have 1 to 512 characters"),
        ({"tags": {"owner": "x" * 257}}, "InvalidTagValueLength: The value of tag 'owner' has 257 characters"),
        ({"publicIPAllocationMethod": "static"},
         'expected one of "Static", "Dynamic", got "static". Did you mean "Static"?'),
        ({"skuu": {}}, 'An argument named "skuu" is not expected here. Did you mean "sku"?'),
    ],
)  # fmt: skip
def test_a_preview_refuses_what_the_resource_manager_refuses_of_any_type(azure, inputs, message):
    with refused(message):
        azure.preview(ADDRESS, "it", {"resourceGroupName": "rg-shop", "publicIpAddressName": "pip", **inputs})


def test_a_location_may_be_written_as_people_do(azure):
    written = {"resourceGroupName": "rg-shop", "networkWatcherName": "watcher", "location": "Korea Central"}
    assert azure.preview("azure-native:network:NetworkWatcher", "it", written)["location"] == "Korea Central"


def test_an_empty_zone_leaves_the_choice_to_azure(azure):
    token, group = "azure-native:dbforpostgresql:Server", {"resourceGroupName": "rg-shop", "serverName": "db"}
    with refused("AvailabilityZoneNotSupported: The zone(s) '4'"):
        azure.preview(token, "db", {**group, "availabilityZone": "4"})
    with pytest.raises(Refused) as refusal:  # for other reasons: the server has no size, no version ...
        azure.preview(token, "db", {**group, "availabilityZone": "", "createMode": "Default"})
    assert "AvailabilityZoneNotSupported" not in str(refusal.value)


@pytest.mark.parametrize("change", [{"location": "japaneast"}, {"resourceGroupName": "rg-b"}])
def test_nothing_moves_to_another_place_or_group(azure, vnet, change):
    difference = azure.diff(vnet, {**vnet.inputs, **change})
    assert difference.replaces == list(change)


def test_what_keeps_its_path_is_deleted_before_it_is_made_again(azure, vnet):
    assert azure.diff(vnet, {**vnet.inputs, "location": "japaneast"}).deleteBeforeReplace
    assert not azure.diff(vnet, {**vnet.inputs, "virtualNetworkName": "vnet-new"}).deleteBeforeReplace


def test_a_second_resource_of_the_same_path_is_refused(azure, vnet):
    with refused(f"cannot create already existing resource '{vnet.id}'"):
        azure.create(NETWORK, "other", **vnet.inputs)


def test_a_group_takes_along_what_stands_in_it(azure, vnet, group, clouds):
    azure.delete(group)
    assert clouds.inventory.count("azure-native") == 0
    assert azure.read(vnet) is None


@pytest.mark.parametrize(("level", "update_is_refused"), [("CanNotDelete", False), ("ReadOnly", True)])
def test_what_is_locked_stays(azure, vnet, group, level, update_is_refused):
    lock = azure.create(LOCK, scope=group.id, lockName="keep", level=level)
    with refused(f"ScopeLocked: The scope '{vnet.id}' cannot perform delete operation because following scope(s)"):
        azure.delete(vnet)
    if update_is_refused:
        with refused("cannot perform write operation"):
            azure.update(vnet, tags={"owner": "ops"})
    else:
        azure.update(vnet, tags={"owner": "ops"})
    azure.delete(lock)
    azure.delete(vnet)


def test_identities_have_principals(azure, group):  # noqa: ARG001
    identity = azure.create(IDENTITY, resourceGroupName="rg-shop", resourceName="pods")
    assert identity["tenantId"] == TENANT
    account = azure.create(
        "azure-native:containerregistry:Registry", resourceGroupName="rg-shop", registryName="shopimages",
        sku={"name": "Premium"},
        identity={"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {identity.id: {}}},
    )  # fmt: skip
    known = account["identity"]["userAssignedIdentities"][identity.id]
    assert known == {"clientId": identity["clientId"], "principalId": identity["principalId"]}
    assert re.fullmatch(r"[0-9a-f-]{36}", account["identity"]["principalId"])


def test_an_identity_trusts_a_subject_once(azure, group):  # noqa: ARG001
    azure.create(IDENTITY, resourceGroupName="rg-shop", resourceName="pods")
    trust = {
        "resourceGroupName": "rg-shop", "resourceName": "pods", "issuer": "https://issuer", "audiences": ["api://x"],
        "subject": "system:serviceaccount:shop:web",
    }  # fmt: skip
    azure.create(CREDENTIAL, "first", federatedIdentityCredentialResourceName="first", **trust)
    with refused("FederatedIdentityCredentialNotUnique: Issuer and subject combination already exists"):
        azure.create(CREDENTIAL, "second", federatedIdentityCredentialResourceName="second", **trust)


def test_an_identity_trusts_twenty_subjects(azure, group):  # noqa: ARG001
    azure.create(IDENTITY, resourceGroupName="rg-shop", resourceName="pods")
    trust = {"resourceGroupName": "rg-shop", "resourceName": "pods", "issuer": "https://issuer", "audiences": ["x"]}
    names = [f"subject-{index}" for index in range(21)]
    for name in names[:20]:
        azure.create(CREDENTIAL, name, federatedIdentityCredentialResourceName=name, subject=name, **trust)
    with refused("Too many federated identity credentials: at most 20 are allowed"):
        azure.create(CREDENTIAL, names[20], federatedIdentityCredentialResourceName=names[20], subject="x", **trust)


def test_a_data_source_that_is_not_answered_is_named(azure):
    with refused("the rehearsal does not answer azure-native:batch:listKeys; it answers azure-native:authorization"):
        azure.invoke("azure-native:batch:listKeys")
    assert azure.invoke("azure-native:authorization:getClientConfig")["tenantId"] == TENANT


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"mode": "Incremental"}, "InvalidRequestContent: The request content was invalid: either template or"),
        ({"mode": "Incremental", "template": {"contentVersion": "1.0.0.0"}},
         "InvalidTemplate: Deployment template validation failed: required properties '$schema, resources' not found."),
    ],
)  # fmt: skip
def test_a_deployment_without_a_whole_template_is_refused(azure, properties, message):
    given = {"resourceGroupName": "rg-shop", "deploymentName": "it", "properties": properties}
    with refused(message):
        azure.preview("azure-native:resources:Deployment", "it", given)
