"""What PostgreSQL flexible servers, Azure Managed Redis and the classic cache refuse, in their own words."""

import re

import pytest

from tests.unit.rehearsal_clouds.provider_client import KOREA, SUBSCRIPTION, TENANT, Refused, without

SERVER, DATABASE = "azure-native:dbforpostgresql:Server", "azure-native:dbforpostgresql:Database"
PARAMETER, FIREWALL = "azure-native:dbforpostgresql:Configuration", "azure-native:dbforpostgresql:FirewallRule"
ADMINISTRATOR = "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra"
ENDPOINT = "azure-native:dbforpostgresql:VirtualEndpoint"
NETWORK, SUBNET = "azure-native:network:VirtualNetwork", "azure-native:network:Subnet"
CLUSTER, CACHE = "azure-native:redisenterprise:RedisEnterprise", "azure-native:redisenterprise:Database"
LINK = "azure-native:network:PrivateEndpoint"
POLICY, CLASSIC = "azure-native:redisenterprise:AccessPolicyAssignment", "azure-native:redis:Redis"
IN_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers"
OBJECT = "bbbbbbbb-0000-4000-8000-000000000000"
AES = {"type": "AzureKeyVault", "primaryKeyURI": "https://v.vault.azure.net/keys/k"}

pytestmark = pytest.mark.usefixtures("group")


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


def server(**changes):
    """Return the inputs of a zone-redundant server with geo-redundant backups."""
    inputs = {
        "resourceGroupName": "rg-shop",
        "serverName": "shop",
        "version": "17",
        "sku": {"name": "Standard_D8s_v3", "tier": "GeneralPurpose"},
        "storage": {"storageSizeGB": 512},
        "administratorLogin": "shopadmin",
        "administratorLoginPassword": "Correct-horse-8",
        "authConfig": {"activeDirectoryAuth": "Enabled", "passwordAuth": "Enabled", "tenantId": TENANT},
        "backup": {"backupRetentionDays": 35, "geoRedundantBackup": "Enabled"},
        "highAvailability": {"mode": "ZoneRedundant"},
        "network": {"publicNetworkAccess": "Disabled"},
    }
    return {**inputs, **changes}


def replica(primary, **changes):
    """Return the inputs of a replica in Korea South, as large as its primary."""
    inputs = {
        "resourceGroupName": "rg-shop",
        "serverName": "shop-south",
        "location": "koreasouth",
        "createMode": "Replica",
        "sourceServerResourceId": primary.id,
        "sku": {"name": "Standard_D8s_v3", "tier": "GeneralPurpose"},
        "storage": {"storageSizeGB": 512},
    }
    return {**inputs, **changes}


@pytest.fixture
def primary(azure, group):  # noqa: ARG001 -- it stands in the group
    return azure.create(SERVER, "primary", **server())


@pytest.fixture
def south(azure, primary):
    return azure.create(SERVER, "south", **replica(primary))


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"serverName": "Shop"}, "InvalidServerName: The server name 'Shop' must have 3 to 63 lower-case letters"),
        ({"serverName": "shop-"}, "InvalidServerName"),
        ({"version": "14"}, "ServerVersionNotSupported: PostgreSQL version '14' cannot be created; versions offered:"),
        ({"sku": {"name": "Standard_D8s_v2", "tier": "GeneralPurpose"}},
         'given for parameter sku.name: Standard_D8s_v2. Specify a valid parameter value. Did you mean "Standard_D8s_'),
        ({"sku": {"name": "Standard_D8s_v3", "tier": "MemoryOptimized"}},
         "The size Standard_D8s_v3 belongs to tier GeneralPurpose, not to MemoryOptimized"),
        ({"sku": {"name": "Standard_D8ds_v6", "tier": "GeneralPurpose"}},
         "SkuNotAvailable: The size Standard_D8ds_v6 is not available in location 'koreacentral' [generations offered"),
        ({"sku": {"name": "Standard_B2s", "tier": "Burstable"}},
         "HADisabledForSku: High availability is not supported for the Burstable tier"),
        ({"storage": {"storageSizeGB": 500}}, "InvalidStorageSize: A storage size of 500 GB is not offered; sizes: 32"),
        ({"storage": {"storageSizeGB": 512, "tier": "P10"}},
         "InvalidPerformanceTier: Performance tier P10 is not offered for 512 GB [offered: P20, P30, P40, P50]"),
        ({"storage": {"storageSizeGB": 512, "iops": 3000}}, "iops can only be set with storage of type PremiumV2_LRS"),
        ({"backup": {"backupRetentionDays": 36}}, "backupRetentionDays: 36. It must be between 7 and 35 days."),
        ({"backup": {"backupRetentionDays": 6}}, "backupRetentionDays: 6. It must be between 7 and 35 days."),
        ({"location": "koreasouth"},
         "ZoneRedundantHADisabledForRegion: Zone-redundant high availability is not available in location 'koreasouth"),
        ({"availabilityZone": "1", "highAvailability": {"mode": "ZoneRedundant", "standbyAvailabilityZone": "1"}},
         "With ZoneRedundant the standby must be in another zone than the primary: both are given as 1 and 1"),
        ({"availabilityZone": "1", "highAvailability": {"mode": "SameZone", "standbyAvailabilityZone": "2"}},
         "With SameZone the standby must be in the zone of the primary"),
        ({"availabilityZone": "4"}, "AvailabilityZoneNotSupported: The zone(s) '4'"),
        ({"network": {"delegatedSubnetResourceId": f"{IN_GROUP}/Microsoft.Network/virtualNetworks/v/subnets/s"}},
         "EmptyPrivateDnsZoneArmResourceId: A server in a delegated subnet needs a private DNS zone"),
        ({"network": {"privateDnsZoneArmResourceId": f"{IN_GROUP}/Microsoft.Network/privateDnsZones/z"}},
         "InvalidPrivateDnsZone: A private DNS zone is only for servers in a delegated subnet"),
        ({"administratorLogin": "admin"}, "Invalid value given for parameter AdministratorLogin: admin."),
        ({"administratorLogin": "pg_shop"}, "Invalid value given for parameter AdministratorLogin: pg_shop."),
        ({"administratorLogin": None}, "The parameter administratorLogin is required when password authentication is"),
        ({"administratorLoginPassword": "correcthorse"}, "PasswordTooWeak: The password must have 8 to 128 characters"),
        ({"authConfig": {"activeDirectoryAuth": "Disabled", "passwordAuth": "Disabled"}},
         "InvalidAuthConfig: At least one of Microsoft Entra and password authentication must be enabled"),
        ({"maintenanceWindow": {"dayOfWeek": 7}}, "dayOfWeek 7 is not between 0 (Sunday) and 6"),
        ({"dataEncryption": AES}, "dataEncryption.primaryUserAssignedIdentityId is required for a server encrypted"),
        ({"dataEncryption": {**AES, "primaryUserAssignedIdentityId": "i"}}, "dataEncryption.geoBackupKeyURI is requir"),
        ({"createMode": "Replica"}, "MissingRequiredParameter: A replica needs its sourceServerResourceId"),
        ({"highAvailability": {"mode": "Zonal"}}, 'expected one of "Disabled", "ZoneRedundant", "SameZone", got "Zona'),
    ],
)  # fmt: skip
def test_a_wrong_server_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(SERVER, "db", server(**changes))


def test_a_server_gives_back_its_name_zone_disk_and_role(primary):
    assert primary["fullyQualifiedDomainName"] == "shop.postgres.database.azure.com"
    assert (primary["state"], primary["minorVersion"], primary["availabilityZone"]) == ("Ready", "17.7", "1")
    assert primary["storage"] == {
        "storageSizeGB": 512, "tier": "P20", "iops": 2300, "type": "Premium_LRS", "autoGrow": "Disabled",
    }  # fmt: skip
    assert (primary["replicationRole"], primary["replicaCapacity"]) == ("Primary", 5)


@pytest.mark.usefixtures("primary")
def test_server_names_are_unique_in_the_world(clouds):
    other = clouds.provider("azure-native", {**KOREA, "subscriptionId": "44444444-0000-4000-8000-000000000000"})
    other.create("azure-native:resources:ResourceGroup", "group", resourceGroupName="rg-shop")
    with refused("ServerNameAlreadyExists: Specified server name 'shop' is already used."):
        other.create(SERVER, "db", **server())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sku": {"name": "Standard_D4s_v3", "tier": "GeneralPurpose"}},
         "ReplicaComputeTooSmall: The replica 'shop-south' has 4 vCores, its primary 8: a replica must not be smaller"),
        ({"storage": {"storageSizeGB": 256}}, "ReplicaStorageTooSmall: The replica 'shop-south' has 256 GB, its prima"),
        ({"highAvailability": {"mode": "SameZone"}}, "High availability is not supported for read replicas"),
        ({"backup": {"geoRedundantBackup": "Enabled"}}, "Geo-redundant backup is not supported for read replicas"),
        ({"sku": {"name": "Standard_B8ms", "tier": "Burstable"}}, "not supported for the Burstable tier"),
        ({"administratorLogin": "shopadmin"}, "A replica has the administrator of its primary; none can be given"),
        ({"version": "16"}, "ReplicaVersionMismatch: A replica runs the version of its primary: 17, not 16"),
        ({"sourceServerResourceId": f"{IN_GROUP}/Microsoft.DBforPostgreSQL/flexibleServers/none"},
         "SourceServerNotFound: The source server "),
    ],
)  # fmt: skip
def test_a_replica_that_does_not_fit_its_primary_is_refused(azure, primary, changes, message):
    with refused(message):
        azure.create(SERVER, "south", **replica(primary, **changes))


def test_a_replica_takes_version_and_administrator_from_its_primary(south):
    assert (south["version"], south["administratorLogin"]) == ("17", "shopadmin")
    assert south["replicationRole"] == "GeoAsyncReplica"


def test_a_primary_has_five_replicas_at_most(azure, primary):
    for index in range(5):
        azure.create(SERVER, f"r{index}", **replica(primary, serverName=f"shop-r{index}"))
    with refused("ReplicaLimitReached: The server 'shop' has 5 read replicas; 5 are allowed"):
        azure.create(SERVER, "south", **replica(primary))


def test_a_primary_grows_after_its_replicas(azure, primary, south):
    larger = {"name": "Standard_D16s_v3", "tier": "GeneralPurpose"}
    with refused("The replica 'shop-south' has 8 vCores, its primary 16: a replica must not be smaller"):
        azure.update(primary, sku=larger)
    azure.update(south, sku=larger)
    assert azure.update(primary, sku=larger)["sku"] == larger


def test_a_primary_outlives_its_replicas(azure, primary, south):
    with refused("OperationNotAllowed: The server 'shop' cannot be deleted while it has read replicas: shop-south"):
        azure.delete(primary)
    azure.delete(south)
    azure.delete(primary)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"backup": {"backupRetentionDays": 35, "geoRedundantBackup": "Disabled"}},
         "Geo-redundant backup can only be set at creation: it is Enabled and cannot become Disabled"),
        ({"storage": {"storageSizeGB": 256}}, "The storage of a server cannot be reduced from 512 GB to 256 GB"),
        ({"version": "16"}, "A server cannot go back from version 17 to 16"),
    ],
)  # fmt: skip
def test_what_a_server_was_made_with_stays(azure, primary, changes, message):
    with refused(message):
        azure.update(primary, **changes)


def subnet_of_a_new_network(azure, label, prefix, **inputs):
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    azure.create(NETWORK, label, resourceGroupName="rg-shop", virtualNetworkName=label, addressSpace=space)
    return azure.create(
        SUBNET, label, resourceGroupName="rg-shop", virtualNetworkName=label, subnetName=label, addressPrefix=prefix,
        **inputs,
    )  # fmt: skip


def inside(azure, subnet):
    """Return the network of a server that is injected into a subnet."""
    zone = azure.create(
        "azure-native:privatedns:PrivateZone", resourceGroupName="rg-shop", location="global",
        privateZoneName="shop.private.postgres.database.azure.com",
    )  # fmt: skip
    return {"delegatedSubnetResourceId": subnet.id, "privateDnsZoneArmResourceId": zone.id}


def test_a_server_is_injected_into_a_delegated_subnet_only(azure):
    subnet = subnet_of_a_new_network(azure, "db", "10.1.2.0/24")
    with refused(f"SubnetNotDelegated: The subnet '{subnet.id}' must be delegated to Microsoft.DBforPostgreSQL/flex"):
        azure.create(SERVER, "db", **server(network=inside(azure, subnet)))


def test_a_server_is_injected_or_privately_linked_and_not_both(azure, primary):
    reserved = [{"name": "db", "serviceName": "Microsoft.DBforPostgreSQL/flexibleServers"}]
    network = inside(azure, subnet_of_a_new_network(azure, "db", "10.1.2.0/24", delegations=reserved))
    injected = azure.create(SERVER, "injected", **server(serverName="shop-inside", network=network))
    subnet = subnet_of_a_new_network(azure, "endpoints", "10.1.4.0/24")

    def link(name, target):
        connection = {"name": "db", "privateLinkServiceId": target.id, "groupIds": ["postgresqlServer"]}
        azure.create(
            LINK, name, resourceGroupName="rg-shop", privateEndpointName=name,
            subnet={"id": subnet.id}, privateLinkServiceConnections=[connection],
        )  # fmt: skip

    link("pe-shop", primary)
    with refused("PrivateEndpointNotSupportedOnVnetInjectedResource: 'shop-inside' was placed in a delegated subnet"):
        link("pe-inside", injected)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "ssl_min_protocol_version",
            "TLSv1.1",
            "Invalid value 'TLSv1.1' for server parameter 'ssl_min_protocol_version'.",
        ),
        (
            "max_connections",
            "9000",
            "Invalid value '9000' for server parameter 'max_connections'. Allowed values: 25-5000",
        ),
        ("server_version", "17", "ReadOnlyServerParameter: The server parameter 'server_version' is read-only"),
        ("SSL", "on", "UnknownServerParameter: The server parameter 'SSL' is not known"),
    ],
)
def test_a_parameter_takes_its_values_only(azure, name, value, message):
    inputs = {"resourceGroupName": "rg-shop", "serverName": "shop", "configurationName": name, "value": value}
    with refused(message):
        azure.preview(PARAMETER, "tls", inputs)


def test_a_parameter_needs_its_server(azure):
    inputs = {"resourceGroupName": "rg-shop", "serverName": "shop", "configurationName": "ssl_min_protocol_version"}
    with refused("ParentResourceNotFound"):
        azure.create(PARAMETER, **inputs, value="TLSv1.3")


def test_a_virtual_endpoint_needs_a_replica(azure, south):
    inputs = {"resourceGroupName": "rg-shop", "serverName": "shop", "virtualEndpointName": "shop-main"}
    with refused("InvalidVirtualEndpointMembers: A virtual endpoint needs a replica as its member"):
        azure.create(ENDPOINT, **inputs)
    with refused("'elsewhere' is not a read replica of server 'shop'"):
        azure.create(ENDPOINT, **inputs, members=["elsewhere"])
    made = azure.create(ENDPOINT, **inputs, endpointType="ReadWrite", members=["shop-south"])
    assert made["virtualEndpoints"][0] == "shop-main.writer.postgres.database.azure.com"
    with refused("VirtualEndpointAlreadyExists: The server 'shop' has a pair of virtual endpoints already."):
        azure.create(ENDPOINT, "second", **{**inputs, "virtualEndpointName": "shop-two"}, members=["shop-south"])
    with refused(
        "The replica 'shop-south' is a member of the virtual endpoint 'shop-main', which must be deleted first"
    ):
        azure.delete(south)


@pytest.mark.usefixtures("south")
def test_databases_and_administrators_are_made_on_the_primary(azure):
    with refused("ReadOnlyReplica: The operation is not allowed on the read replica 'shop-south'"):
        azure.create(DATABASE, resourceGroupName="rg-shop", serverName="shop-south", databaseName="orders")
    with refused("InvalidDatabaseName: 'azure_sys' is reserved"):
        azure.preview(
            DATABASE, "db", {"resourceGroupName": "rg-shop", "serverName": "shop", "databaseName": "azure_sys"}
        )
    made = azure.create(DATABASE, resourceGroupName="rg-shop", serverName="shop", databaseName="orders")
    assert (made["charset"], made["collation"]) == ("UTF8", "en_US.utf8")


def test_entra_administrators_need_entra_authentication(azure):
    azure.create(SERVER, "db", **without(server(), "authConfig"))
    inputs = {"resourceGroupName": "rg-shop", "serverName": "shop", "objectId": OBJECT, "tenantId": TENANT}
    with refused("AadAuthenticationNotEnabled: Microsoft Entra authentication is not enabled on server 'shop'"):
        azure.create(ADMINISTRATOR, **inputs, principalName="apps", principalType="ServicePrincipal")
    with refused("principalType 'Application' is none of User, Group, ServicePrincipal"):
        azure.preview(ADMINISTRATOR, "a", {**inputs, "principalName": "apps", "principalType": "Application"})


@pytest.mark.usefixtures("primary")
def test_firewall_rules_are_for_public_servers(azure):
    inputs = {"resourceGroupName": "rg-shop", "serverName": "shop", "firewallRuleName": "office"}
    with refused("Firewall rule operations cannot be requested for a private access enabled server."):
        azure.create(FIREWALL, **inputs, startIpAddress="192.0.2.1", endIpAddress="192.0.2.9")
    with refused("The end address 192.0.2.1 lies before the start address 192.0.2.9"):
        azure.preview(FIREWALL, "r", {**inputs, "startIpAddress": "192.0.2.9", "endIpAddress": "192.0.2.1"})


# --- Redis -----------------------------------------------------------------------------------------------------------


def cluster(**changes):
    inputs = {
        "resourceGroupName": "rg-shop",
        "clusterName": "shop",
        "sku": {"name": "MemoryOptimized_M50"},
        "publicNetworkAccess": "Disabled",
    }
    return {**inputs, **changes}


def data(**changes):
    return {"resourceGroupName": "rg-shop", "clusterName": "shop", "databaseName": "default", **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sku": {"name": "Premium_P4"}}, "InvalidSku: The SKU 'Premium_P4' is not offered for Azure Managed Redis"),
        ({"sku": {"name": "MemoryOptimized_M50", "capacity": 2}}, "sku.capacity is not supported for the SKU 'Memory"),
        ({"zones": ["1", "2", "3"]}, "zones is not supported for the SKU 'MemoryOptimized_M50'"),
        ({"minimumTlsVersion": "1.0"}, "InvalidTlsVersion: minimumTlsVersion '1.0' is not supported; use 1.2"),
        ({"publicNetworkAccess": None}, 'The argument "publicNetworkAccess" is required'),
        ({"clusterName": "shop--cache"}, "InvalidClusterName: The cluster name 'shop--cache'"),
        ({"encryption": {"customerManagedKeyEncryption": {"keyEncryptionKeyUrl": "https://v/keys/k/1"}}},
         "A customer managed key needs an identity assigned to the cluster"),
    ],
)  # fmt: skip
def test_a_wrong_cluster_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(CLUSTER, "cache", cluster(**changes))


def test_a_cluster_gives_back_its_host_and_spreads_over_zones(azure):
    made = azure.create(CLUSTER, "cache", **cluster())
    assert (made["hostName"], made["redundancyMode"]) == ("shop.koreacentral.redis.azure.net", "ZR")
    with refused("NameNotAvailable: The name 'SHOP' is not available"):
        azure.create(CLUSTER, "again", **cluster(resourceGroupName="RG-SHOP", clusterName="SHOP"))


def test_high_availability_cannot_be_turned_off(azure):
    made = azure.create(CLUSTER, "cache", **cluster(highAvailability="Enabled"))
    with refused("HighAvailabilityCannotBeDisabled: High availability cannot be turned off"):
        azure.update(made, highAvailability="Disabled")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"databaseName": "sessions"}, "The database of a cluster is named 'default', not 'sessions'"),
        ({"port": 6380}, "InvalidPort: A database listens on port 10000, not on 6380"),
        ({"persistence": {"aofEnabled": True, "aofFrequency": "1s", "rdbEnabled": True, "rdbFrequency": "1h"}},
         "RDB and AOF persistence cannot be enabled at the same time"),
        ({"persistence": {"aofEnabled": True}}, "aofFrequency is required when aofEnabled is true"),
        ({"persistence": {"aofEnabled": True, "aofFrequency": "always"}}, "aofFrequency 'always' is not offered; use"),
        ({"persistence": {"rdbEnabled": True, "rdbFrequency": "60m"}}, 'expected one of "1h", "6h", "12h", got "60m"'),
        ({"persistence": {"rdbEnabled": True, "rdbFrequency": "1h"}, "geoReplication": {"groupNickname": "g"}},
         "Persistence is not supported together with active geo-replication"),
        ({"modules": [{"name": "RediSearch"}]}, "RediSearch is not supported with the OSSCluster clustering policy"),
        ({"modules": [{"name": "Search"}]}, "InvalidModule: 'Search' is not a module"),
        ({"clusteringPolicy": "EnterpriseCluster", "modules": [{"name": "RediSearch"}]},
         "RediSearch needs the eviction policy NoEviction, not VolatileLRU"),
    ],
)  # fmt: skip
def test_a_wrong_database_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(CACHE, "data", data(**changes))


def test_only_small_data_goes_unclustered(azure):
    azure.create(CLUSTER, "cache", **cluster())
    with refused("NoCluster is offered up to 25 GB; this cluster has 60 GB"):
        azure.create(CACHE, "data", **data(clusteringPolicy="NoCluster"))


def test_an_object_has_one_access_policy(azure):
    azure.create(CLUSTER, "cache", **cluster())
    made = azure.create(CACHE, "data", **data())
    assert (made["port"], made["clusteringPolicy"], made["accessKeysAuthentication"]) == (
        10000,
        "OSSCluster",
        "Disabled",
    )
    inputs = data(accessPolicyName="default", user={"objectId": OBJECT})
    azure.create(POLICY, "one", **inputs, accessPolicyAssignmentName="apps")
    with refused(f"AccessPolicyAssignmentExists: The object '{OBJECT}' has an access policy assignment"):
        azure.create(POLICY, "two", **inputs, accessPolicyAssignmentName="more")
    with refused("The access policy 'Data Owner' does not exist; the only one is 'default'"):
        azure.preview(POLICY, "p", data(accessPolicyName="Data Owner", user={"objectId": OBJECT}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sku": {"name": "Premium", "family": "C", "capacity": 1}}, "The family of Premium is P, not C"),
        ({"sku": {"name": "Premium", "family": "P", "capacity": 6}}, "Premium has no size P6 [sizes: P1, P2, P3, P4,"),
        ({"sku": {"name": "Standard", "family": "C", "capacity": 1}, "shardCount": 2},
         "shardCount is only supported by the Premium SKU, not by Standard"),
        ({"sku": {"name": "Basic", "family": "C", "capacity": 1}, "zones": ["1"]}, "zones are not supported by the Ba"),
        ({"minimumTlsVersion": "1.1"}, "minimumTlsVersion '1.1' is not supported any more; use 1.2"),
        ({"redisConfiguration": {"rdbBackupEnabled": "true", "aofBackupEnabled": "true",
                                 "preferredDataPersistenceAuthMethod": "ManagedIdentity"}},
         "RDB and AOF persistence cannot be enabled at the same time"),
        ({"redisConfiguration": {"rdbBackupEnabled": "true"}}, "rdbStorageConnectionString is required when RDB"),
        ({"redisConfiguration": {"rdbBackupFrequency": "45"}}, "rdb-backup-frequency '45' is none of 15, 30, 60"),
    ],
)  # fmt: skip
def test_a_wrong_classic_cache_is_refused_in_preview(azure, changes, message):
    inputs = {"resourceGroupName": "rg-shop", "name": "shop", "sku": {"name": "Premium", "family": "P", "capacity": 4}}
    with refused(message):
        azure.preview(CLASSIC, "cache", {**inputs, **changes})
