"""What Key Vault and storage accounts refuse, in their own words."""

import re

import pytest

from tests.unit.rehearsal_clouds.provider_client import SUBSCRIPTION, TENANT, Refused

VAULT, SECRET, KEY = "azure-native:keyvault:Vault", "azure-native:keyvault:Secret", "azure-native:keyvault:Key"
ACCOUNT, CONTAINER = "azure-native:storage:StorageAccount", "azure-native:storage:BlobContainer"
BLOBS, LIFECYCLE = "azure-native:storage:BlobServiceProperties", "azure-native:storage:ManagementPolicy"
COPIES = "azure-native:storage:ObjectReplicationPolicy"
NETWORK, SUBNET = "azure-native:network:VirtualNetwork", "azure-native:network:Subnet"
IN_GROUP = {"resourceGroupName": "rg-shop"}
NOWHERE = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
)
OBJECT = "bbbbbbbb-0000-4000-8000-000000000000"

pytestmark = pytest.mark.usefixtures("group")


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


def vault(**changes):
    """Return the inputs of a premium vault ruled by roles; `changes` are of its properties."""
    properties = {"tenantId": TENANT, "sku": {"family": "A", "name": "premium"}, "enableRbacAuthorization": True}
    return {**IN_GROUP, "vaultName": "kv-shop", "properties": {**properties, **changes}}


@pytest.fixture
def subnet(azure, group):  # noqa: ARG001 -- it stands in the group
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    azure.create(NETWORK, **IN_GROUP, virtualNetworkName="vnet", addressSpace=space)
    return azure.create(SUBNET, **IN_GROUP, virtualNetworkName="vnet", subnetName="app", addressPrefix="10.1.1.0/24")


# --- vaults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kv", "k" * 25, "1-vault", "kv--shop", "kv-shop-"])
def test_a_vault_has_a_name_of_its_form(azure, name):
    with refused(f"VaultNameNotValid: The vault name '{name}' is invalid. A vault's name must be between 3-24"):
        azure.preview(VAULT, "vault", {**vault(), "vaultName": name})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tenantId": "tripgen-enterprise"}, "An invalid value was provided for 'tenantId': tripgen-enterprise"),
        ({"softDeleteRetentionInDays": 6}, "'softDeleteRetentionInDays': 6. It must be between 7 and 90."),
        ({"softDeleteRetentionInDays": 91}, "'softDeleteRetentionInDays': 91. It must be between 7 and 90."),
        ({"enablePurgeProtection": False}, 'The property "enablePurgeProtection" cannot be set to false.'),
        ({"enableSoftDelete": False}, 'The property "enableSoftDelete" can be set to false only for creating new vaul'),
        ({"enableRbacAuthorization": False}, "accessPolicies is not specified: it is required unless enableRbac"),
        ({"accessPolicies": [{"tenantId": TENANT, "objectId": OBJECT, "permissions": {"secrets": ["get"]}}]},
         "accessPolicies have no effect with enableRbacAuthorization: give roles instead"),
        ({"sku": {"family": "A", "name": "Premium"}}, 'expected one of "standard", "premium", got "Premium"'),
        ({"publicNetworkAccess": "None"}, "publicNetworkAccess 'None' is none of Enabled, Disabled"),
    ],
)  # fmt: skip
def test_a_wrong_vault_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(VAULT, "vault", vault(**changes))


def test_a_vault_gives_back_its_address_and_is_alone_in_the_world(azure):
    made = azure.create(VAULT, "vault", **vault())
    assert made["properties"]["vaultUri"] == "https://kv-shop.vault.azure.net/"
    assert made["properties"]["softDeleteRetentionInDays"] == 90
    with refused("VaultAlreadyExists: The vault name 'KV-shop' is already in use."):
        azure.create(VAULT, "again", **{**vault(), "vaultName": "KV-shop"})


def test_protection_cannot_be_taken_back(azure):
    made = azure.create(VAULT, "vault", **vault(enablePurgeProtection=True, softDeleteRetentionInDays=30))
    with refused("Enabling the purge protection for a vault is an irreversible action."):
        azure.update(made, properties=vault(softDeleteRetentionInDays=30)["properties"])
    with refused('The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.'):
        azure.update(made, properties=vault(enablePurgeProtection=True)["properties"])


def test_a_vault_lets_in_subnets_that_have_its_endpoint(azure, subnet):
    with refused("VirtualNetworkNotValid: Subnet 'app' does not have the service endpoint Microsoft.KeyVault"):
        azure.create(VAULT, "vault", **vault(networkAcls={"virtualNetworkRules": [{"id": subnet.id}]}))
    with refused(f"The subnet '{NOWHERE}' of a virtual network rule does not exist."):
        azure.create(VAULT, "vault", **vault(networkAcls={"virtualNetworkRules": [{"id": NOWHERE}]}))


def test_secrets_stand_in_their_vault(azure):
    inputs = {**IN_GROUP, "vaultName": "kv-shop", "secretName": "jwt-signing-key", "properties": {"value": "x"}}
    with refused("ParentResourceNotFound"):
        azure.create(SECRET, "secret", **inputs)
    azure.create(VAULT, "vault", **vault())
    made = azure.create(SECRET, "secret", **inputs)
    assert made["properties"]["secretUri"] == "https://kv-shop.vault.azure.net/secrets/jwt-signing-key"
    with refused("The secret name 'jwt_signing_key' must have at most 127 letters, digits and hyphens"):
        azure.preview(SECRET, "s", {**inputs, "secretName": "jwt_signing_key"})
    with refused("The expiry 5 must come after notBefore 10"):
        azure.preview(SECRET, "s", {**inputs, "properties": {"attributes": {"notBefore": 10, "expires": 5}}})


def rotation(life, **trigger):
    return {"rotationPolicy": {
        "attributes": {"expiryTime": life}, "lifetimeActions": [{"action": {"type": "rotate"}, "trigger": trigger}],
    }}  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"keySize": 1024}, "A key of 1024 bits is not supported; sizes: 2048, 3072, 4096"),
        ({"kty": "EC", "keySize": 2048}, "Property 'keySize' is not supported for keys of type EC"),
        ({"kty": "RSA", "curveName": "P-256"}, "Property 'curveName' is not supported for keys of type RSA"),
        (rotation("P27D", timeBeforeExpiry="P7D"), "expiryTime 'P27D' is shorter than P28D"),
        (rotation("P90D", timeBeforeExpiry="P1D"), "timeBeforeExpiry 'P1D' is shorter than P7D"),
        (rotation("P90D", timeAfterCreate="P91D"), "timeAfterCreate 'P91D' is longer than P90D"),
        (rotation("P90D", timeAfterCreate="P60D", timeBeforeExpiry="P7D"), "has exactly one of timeAfterCreate and ti"),
    ],
)
def test_a_wrong_key_is_refused_in_preview(azure, properties, message):
    with refused(message):
        azure.preview(KEY, "key", {**IN_GROUP, "vaultName": "kv-shop", "keyName": "data", "properties": properties})


def test_keys_in_hardware_need_the_premium_vault(azure):
    azure.create(VAULT, "vault", **vault(sku={"family": "A", "name": "standard"}))
    inputs = {**IN_GROUP, "vaultName": "kv-shop", "keyName": "data"}
    with refused("Keys of type RSA-HSM are only supported by the premium SKU; vault 'kv-shop' is standard"):
        azure.create(KEY, "key", **inputs, properties={"kty": "RSA-HSM"})
    assert azure.create(KEY, "key", **inputs, properties={})["keyUri"] == "https://kv-shop.vault.azure.net/keys/data"


@pytest.mark.parametrize(("kind", "name"), [(KEY, "keyName"), (SECRET, "secretName")])
def test_what_a_private_vault_holds_is_not_deleted_from_outside(azure, kind, name):
    vaults = {access: f"kv-shop-{access}".lower() for access in ("Disabled", "Enabled")}
    made = {}
    for access, vault_name in vaults.items():
        azure.create(VAULT, access, **{**vault(publicNetworkAccess=access), "vaultName": vault_name})
        made[access] = azure.create(kind, access, **IN_GROUP, vaultName=vault_name, **{name: "data"}, properties={})
    azure.delete(made["Enabled"])
    with refused("ForbiddenByConnection: Public network access of vault 'kv-shop-disabled' is disabled"):
        azure.delete(made["Disabled"])


# --- storage ---------------------------------------------------------------------------------------------------------


def account(**changes):
    """Return the inputs of a zone-redundant account."""
    return {**IN_GROUP, "accountName": "stshop", "kind": "StorageV2", "sku": {"name": "Standard_ZRS"}, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accountName": "st-shop"}, "AccountNameInvalid: st-shop is not a valid storage account name."),
        ({"accountName": "s" * 25}, "must be between 3 and 24 characters in length and use numbers and lower-case let"),
        ({"sku": {"name": "Standard_XRS"}}, "Standard_XRS"),
        ({"kind": "BlockBlobStorage"}, "The account kind BlockBlobStorage does not take the SKU Standard_ZRS"),
        ({"location": "koreasouth"}, "The SKU Standard_ZRS is not available in location 'koreasouth', which has no zo"),
        ({"location": "polandcentral", "sku": {"name": "Standard_GRS"}}, "which has no paired region"),
        ({"kind": "BlobStorage", "sku": {"name": "Standard_LRS"}}, "accessTier is required for the account kind Blob"),
        ({"kind": "FileStorage", "sku": {"name": "Premium_ZRS"}, "accessTier": "Hot"}, "does not support accessTier H"),
        ({"minimumTlsVersion": "TLS1_0"}, "minimumTlsVersion TLS1_0 is not supported any more; use TLS1_2 or TLS1_3"),
        ({"encryption": {"keySource": "Microsoft.Keyvault"}}, "encrypted with a customer's key needs an identity"),
        ({"networkRuleSet": {"defaultAction": "Deny", "bypass": "Azure"}}, "bypass 'Azure' is not one of None, Loggin"),
    ],
)  # fmt: skip
def test_a_wrong_account_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(ACCOUNT, "store", account(**changes))


def test_an_account_gives_back_its_addresses_and_its_copy(azure):
    made = azure.create(ACCOUNT, "store", **account(sku={"name": "Standard_RAGRS"}))
    assert made["primaryEndpoints"]["blob"] == "https://stshop.blob.core.windows.net/"
    assert made["secondaryEndpoints"]["blob"] == "https://stshop-secondary.blob.core.windows.net/"
    assert (made["primaryLocation"], made["secondaryLocation"]) == ("koreacentral", "koreasouth")
    assert (made["sku"]["tier"], made["accessTier"]) == ("Standard", "Hot")
    with refused("StorageAccountAlreadyTaken: The storage account named stshop is already taken."):
        azure.create(ACCOUNT, "again", **account())


def test_an_account_lets_in_subnets_that_have_its_endpoint(azure, subnet):
    rules = {"defaultAction": "Deny", "virtualNetworkRules": [{"virtualNetworkResourceId": subnet.id}]}
    with refused("Subnet app does not have ServiceEndpoints for Microsoft.Storage resources configured."):
        azure.create(ACCOUNT, "store", **account(networkRuleSet=rules))


def test_containers_are_private_unless_the_account_says_otherwise(azure):
    azure.create(ACCOUNT, "store", **account())
    inputs = {**IN_GROUP, "accountName": "stshop", "containerName": "backups"}
    with refused("PublicAccessNotPermitted: Public access is not permitted on this storage account."):
        azure.create(CONTAINER, "backups", **inputs, publicAccess="Blob")
    with refused("The container name 'Backups' must have 3 to 63 lower-case letters"):
        azure.preview(CONTAINER, "c", {**inputs, "containerName": "Backups"})
    assert azure.create(CONTAINER, "backups", **inputs)["publicAccess"] == "None"


def test_a_container_needs_its_account(azure):
    with refused("ParentResourceNotFound"):
        azure.create(CONTAINER, "backups", **IN_GROUP, accountName="stshop", containerName="backups")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blobServicesName": "blobs"}, "A storage account's blob service is named 'default', not 'blobs'"),
        ({"deleteRetentionPolicy": {"enabled": True, "days": 366}}, "days 366 must be between 1 and 365"),
        ({"restorePolicy": {"enabled": True, "days": 7}}, "restorePolicy needs isVersioningEnabled, changeFeed.enable"),
        ({"restorePolicy": {"enabled": True, "days": 7}, "isVersioningEnabled": True, "changeFeed": {"enabled": True},
          "deleteRetentionPolicy": {"enabled": True, "days": 7}},
         "restorePolicy.days 7 must be less than deleteRetentionPolicy.days 7"),
    ],
)  # fmt: skip
def test_wrong_blob_settings_are_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(BLOBS, "blobs", {**IN_GROUP, "accountName": "stshop", **changes})


def test_a_hierarchical_account_keeps_no_versions(azure):
    azure.create(ACCOUNT, "store", **account(isHnsEnabled=True))
    with refused("Versioning is not supported for storage account 'stshop': it has a hierarchical namespace"):
        azure.create(BLOBS, "blobs", **IN_GROUP, accountName="stshop", isVersioningEnabled=True)


def lifecycle(*actions, kinds=("blockBlob",), name="old"):
    rules = [
        {"name": name, "type": "Lifecycle", "definition": {"actions": it, "filters": {"blobTypes": list(kinds)}}}
        for it in actions
    ]
    return {**IN_GROUP, "accountName": "stshop", "managementPolicyName": "default", "policy": {"rules": rules}}


def after(days):
    return {"daysAfterModificationGreaterThan": days}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (lifecycle(), "A management policy has 1 to 100 rules"),
        (lifecycle({}), "The rule 'old' has no action"),
        (lifecycle({"baseBlob": {"delete": {}}}), "The action delete of rule 'old' has no condition"),
        (lifecycle({"baseBlob": {"delete": after(90)}}, {"baseBlob": {"delete": after(30)}}),
         "The rule name 'old' is given more than once"),
        (lifecycle({"baseBlob": {"tierToCool": after(90), "delete": after(90)}}),
         "delete after 90 days must come later than tierToCool after 90 days"),
        (lifecycle({"baseBlob": {"tierToCool": after(30)}}, kinds=("appendBlob",)), "only blockBlob has tiers"),
        (lifecycle({"baseBlob": {"delete": after(90)}}, kinds=("pageBlob",)), "'pageBlob' is neither blockBlob nor ap"),
        (lifecycle({"baseBlob": {"delete": after(90)}}, name="old backups"), "The rule name 'old backups' must have"),
    ],
)  # fmt: skip
def test_a_wrong_lifecycle_is_refused_in_preview(azure, inputs, message):
    with refused(message):
        azure.preview(LIFECYCLE, "policy", inputs)


def test_a_lifecycle_suits_its_account(azure):
    azure.create(ACCOUNT, "store", **account())
    with refused("The action tierToArchive is not supported for storage account 'stshop' of SKU Standard_ZRS"):
        azure.create(LIFECYCLE, "policy", **lifecycle({"baseBlob": {"tierToArchive": after(30)}}))
    seen = lifecycle({"baseBlob": {"delete": {"daysAfterLastAccessTimeGreaterThan": 90}}})
    with refused("Last access time based tracking policy must be enabled before using its specific actions"):
        azure.create(LIFECYCLE, "policy", **seen)
    tracking = {"enable": True, "name": "AccessTimeTracking"}
    azure.create(BLOBS, "blobs", **IN_GROUP, accountName="stshop", lastAccessTimeTrackingPolicy=tracking)
    assert azure.create(LIFECYCLE, "policy", **seen).id.endswith("/stshop/managementPolicies/default")


def test_replicated_accounts_keep_versions(azure):
    azure.create(ACCOUNT, "one", **account())
    azure.create(ACCOUNT, "two", **account(accountName="stcopy", location="koreasouth", sku={"name": "Standard_LRS"}))
    inputs = {**IN_GROUP, "accountName": "stcopy", "sourceAccount": "stshop", "destinationAccount": "stcopy"}
    with refused("changeFeed.enabled must be true on storage account 'stshop' before objects are replicated"):
        azure.create(COPIES, "copy", **inputs, objectReplicationPolicyId="default")
    with refused("The source and destination of a replication policy must be different accounts"):
        azure.preview(COPIES, "copy", {**inputs, "sourceAccount": "stcopy"})
    for name in ("stshop", "stcopy"):
        azure.create(
            BLOBS,
            name,
            **IN_GROUP,
            accountName=name,
            isVersioningEnabled=True,
            changeFeed={"enabled": name == "stshop"},
        )
    assert azure.create(COPIES, "copy", **inputs, objectReplicationPolicyId="default")["policyId"]
