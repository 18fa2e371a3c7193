from collections.abc import Mapping
from typing import Any

import pytest

from components.azure.maintenance import MaintenanceWindow, UtcStart, utc_start
from components.azure.postgres import Pool, parameters
from components.azure.redis import persistence
from components.azure.role_assignment import role_definition_id
from tests.components.strict_mocks import World

SERVER = "azure-native:dbforpostgresql:Server"
PARAMETER = "azure-native:dbforpostgresql:Configuration"
ADMINISTRATOR = "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra"
VIRTUAL_ENDPOINT = "azure-native:dbforpostgresql:VirtualEndpoint"
DATABASE = "azure-native:dbforpostgresql:Database"
CACHE = "azure-native:redisenterprise:RedisEnterprise"
CACHE_DATABASE = "azure-native:redisenterprise:Database"
CACHE_ACCESS = "azure-native:redisenterprise:AccessPolicyAssignment"
ACCOUNT = "azure-native:storage:StorageAccount"
BLOBS = "azure-native:storage:BlobServiceProperties"
CONTAINER = "azure-native:storage:BlobContainer"
EXPIRY = "azure-native:storage:ManagementPolicy"
ENDPOINT = "azure-native:network:PrivateEndpoint"
ZONE = "azure-native:privatedns:PrivateZone"
ZONE_GROUP = "azure-native:network:PrivateDnsZoneGroup"
ROLE = "azure-native:authorization:RoleAssignment"
LOCK = "azure-native:authorization:ManagementLockByScope"
OWN_ROLE = "azure-native:authorization:RoleDefinition"
WORKFLOW = "azure-native:logic:Workflow"
DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting"


def linked(world: World, name: str) -> tuple[str, list[str], str]:
    """Return what a private endpoint leads to, to which part of it, and in whose subnet it stands."""
    endpoint = world.one(ENDPOINT, name)
    (connection,) = endpoint["privateLinkServiceConnections"]
    return connection["privateLinkServiceId"], connection["groupIds"], endpoint["subnet"]["id"]


def test_the_primary_is_the_designs(tripgen_prod: World) -> None:
    server = tripgen_prod.one(SERVER, "postgres-primary")
    assert server["serverName"] == "tripgen-prod"
    assert server["location"] == "koreacentral"
    assert server["sku"] == {"name": "Standard_D8s_v3", "tier": "GeneralPurpose"}
    assert (server["storage"]["storageSizeGB"], server["storage"]["tier"], server["storage"]["type"]) == (
        512,
        "P20",
        "Premium_LRS",
    )
    assert server["highAvailability"] == {"mode": "ZoneRedundant", "standbyAvailabilityZone": "2"}
    assert server["availabilityZone"] == "1"
    assert server["backup"] == {"backupRetentionDays": 35, "geoRedundantBackup": "Enabled"}


def test_databases_are_linked_and_not_injected(every_tripgen: World) -> None:
    for server in every_tripgen.of(SERVER).values():
        assert server["network"] == {"publicNetworkAccess": "Disabled"}
    target, parts, _ = linked(every_tripgen, "postgres-primary-link-endpoint")
    assert (target, parts) == ("postgres-primary-id", ["postgresqlServer"])


def test_nobody_has_a_password_for_the_database(every_tripgen: World) -> None:
    for server in every_tripgen.of(SERVER).values():
        assert server["authConfig"]["passwordAuth"] == "Disabled"
        assert server["authConfig"]["activeDirectoryAuth"] == "Enabled"
        assert not {"administratorLogin", "administratorLoginPassword"} & server.keys()


def test_only_groups_administer_the_database(every_tripgen: World) -> None:
    assert {a["principalType"] for a in every_tripgen.of(ADMINISTRATOR).values()} == {"Group"}


def test_every_server_speaks_tls_1_3_only_even_after_a_promotion(tripgen_prod: World) -> None:
    told = {(p["serverName"], p["configurationName"]): p["value"] for p in tripgen_prod.of(PARAMETER).values()}
    for server in ("tripgen-prod", "tripgen-prod-replica-1", "tripgen-prod-replica-2"):
        assert told[server, "ssl_min_protocol_version"] == "TLSv1.3"
        assert told[server, "require_secure_transport"] == "on"
        assert told[server, "pgbouncer.enabled"] == "true"


def test_a_server_without_a_pool_is_told_of_none() -> None:
    assert set(parameters(None)) == {"require_secure_transport", "ssl_min_protocol_version"}
    assert parameters(Pool(mode="session", connections=7))["pgbouncer.default_pool_size"] == "7"


def test_replicas_are_as_large_as_their_primary_and_stand_in_both_regions(tripgen_prod: World) -> None:
    primary = tripgen_prod.one(SERVER, "postgres-primary")
    replicas = {n: s for n, s in tripgen_prod.of(SERVER).items() if s["createMode"] == "Replica"}
    assert {n: s["location"] for n, s in replicas.items()} == {
        "postgres-replica-1": "koreasouth",
        "postgres-replica-2": "koreacentral",
    }
    for replica in replicas.values():
        assert replica["sku"] == primary["sku"]
        assert replica["storage"] == primary["storage"]
        assert replica["sourceServerResourceId"] == "postgres-primary-id"
        assert not {"backup", "highAvailability", "version"} & replica.keys()


def test_the_heir_and_its_endpoint_stand_in_the_recovery_regions_own_group(tripgen_prod: World) -> None:
    heir = tripgen_prod.one(SERVER, "postgres-replica-1")
    assert heir["resourceGroupName"] == "recovery-group-group"
    assert linked(tripgen_prod, "postgres-replica-1-link-endpoint") == (
        "postgres-replica-1-id",
        ["postgresqlServer"],
        "recovery-network-endpoints-id",
    )
    assert linked(tripgen_prod, "postgres-replica-2-link-endpoint")[2] == "network-endpoints-id"


def test_all_servers_names_are_in_one_zone(tripgen_prod: World) -> None:
    zones = {
        group["privateDnsZoneConfigs"][0]["privateDnsZoneId"]
        for name, group in tripgen_prod.of(ZONE_GROUP).items()
        if name.startswith("postgres-")
    }
    assert len(zones) == 1


def test_the_virtual_endpoint_points_to_the_heir(tripgen_prod: World) -> None:
    endpoint = tripgen_prod.one(VIRTUAL_ENDPOINT, "postgres-endpoint")
    assert endpoint["members"] == [tripgen_prod.one(SERVER, "postgres-replica-1")["serverName"]]
    assert endpoint["endpointType"] == "ReadWrite"


def test_dev_has_one_server(tripgen_dev: World) -> None:
    (server,) = tripgen_dev.of(SERVER).values()
    assert server["highAvailability"] == {"mode": "Disabled"}
    assert server["backup"] == {"backupRetentionDays": 7, "geoRedundantBackup": "Disabled"}
    assert not tripgen_dev.of(VIRTUAL_ENDPOINT)


def test_the_applications_database_is_there(every_tripgen: World) -> None:
    assert every_tripgen.one(DATABASE, "postgres-database")["databaseName"] == "tripgen"


def test_azure_works_on_the_database_in_the_designs_window(every_tripgen: World) -> None:
    for server in every_tripgen.of(SERVER).values():
        assert server["maintenanceWindow"] == {
            "customWindow": "Enabled",
            "dayOfWeek": 6,
            "startHour": 17,
            "startMinute": 0,
        }


@pytest.mark.parametrize(
    ("day", "start", "offset", "utc"),
    [
        ("Sunday", "02:00", "+09:00", UtcStart(day=6, hour=17, minute=0)),
        ("Sunday", "09:00", "+09:00", UtcStart(day=0, hour=0, minute=0)),
        ("Saturday", "23:30", "-01:15", UtcStart(day=0, hour=0, minute=45)),
        ("Wednesday", "12:00", "+00:00", UtcStart(day=3, hour=12, minute=0)),
    ],
)
def test_a_window_is_turned_into_utc(day: str, start: str, offset: str, utc: UtcStart) -> None:
    assert utc_start(MaintenanceWindow(day=day, start=start, hours=2, utc_offset=offset)) == utc


def test_the_cache_is_the_designs_by_its_shards(tripgen_prod: World) -> None:
    cache = tripgen_prod.one(CACHE, "redis-cluster")
    assert cache["clusterName"] == "tripgen-prod"
    assert cache["sku"] == {"name": "MemoryOptimized_M50"}
    assert cache["highAvailability"] == "Enabled"
    database = tripgen_prod.one(CACHE_DATABASE, "redis-database")
    assert database["clusteringPolicy"] == "OSSCluster"
    assert database["persistence"] == {"aofEnabled": True, "aofFrequency": "1s", "rdbEnabled": False}


def test_the_cache_is_left_to_find_its_zones(every_tripgen: World) -> None:
    assert "zones" not in every_tripgen.one(CACHE, "redis-cluster")


def test_only_the_services_identity_uses_the_cache_and_only_encrypted(every_tripgen: World) -> None:
    assert every_tripgen.one(CACHE, "redis-cluster")["publicNetworkAccess"] == "Disabled"
    assert every_tripgen.one(CACHE, "redis-cluster")["minimumTlsVersion"] == "1.2"
    database = every_tripgen.one(CACHE_DATABASE, "redis-database")
    assert database["accessKeysAuthentication"] == "Disabled"
    assert database["clientProtocol"] == "Encrypted"
    (access,) = every_tripgen.of(CACHE_ACCESS).values()
    assert access["user"] == {"objectId": "principal-of-services-identity"}
    assert linked(every_tripgen, "redis-link-endpoint")[:2] == ("redis-cluster-id", ["redisEnterprise"])


def test_the_cache_may_write_its_exports_to_the_backups_and_reach_nothing_else(every_tripgen: World) -> None:
    assert every_tripgen.one(CACHE, "redis-cluster")["identity"] == {
        "type": "UserAssigned",
        "userAssignedIdentities": ["cache-identity-identity-id"],
    }
    held = [
        (role["roleDefinitionId"], role["scope"])
        for role in every_tripgen.of(ROLE).values()
        if role["principalId"] == "principal-of-cache-identity-identity"
    ]
    assert held == [(role_definition_id("Storage Blob Data Contributor"), "backup-account-id")]


def test_a_workflow_tells_the_cache_every_hour_to_write_a_snapshot(every_tripgen: World) -> None:
    definition = every_tripgen.one(WORKFLOW, "cache-export-workflow")["definition"]
    assert definition["triggers"]["schedule"]["recurrence"] == {"frequency": "Hour", "interval": 1}
    asked = definition["actions"]["export"]["inputs"]
    assert asked["uri"] == "https://management.azure.comredis-database-id/export?api-version=2025-07-01"
    assert asked["body"] == {"sasUri": "https://backup-account.blob.core.windows.net/redis-exports"}
    assert asked["authentication"]["identity"] == "cache-export-identity-identity-id"


def test_the_workflow_may_tell_the_cache_to_export_and_nothing_else(every_tripgen: World) -> None:
    role = every_tripgen.one(OWN_ROLE, "cache-export-export-cache-role")
    assert role["permissions"] == [{"actions": ["Microsoft.Cache/redisEnterprise/databases/export/action"]}]
    assert role["assignableScopes"] == ["resource-group-group-id"]
    held = [
        (assigned["roleDefinitionId"], assigned["scope"])
        for assigned in every_tripgen.of(ROLE).values()
        if assigned["principalId"] == "principal-of-cache-export-identity-identity"
    ]
    assert held == [("cache-export-export-cache-role-id", "redis-cluster-id")]


def test_devs_cache_has_no_replicas(tripgen_dev: World) -> None:
    assert tripgen_dev.one(CACHE, "redis-cluster")["highAvailability"] == "Disabled"


@pytest.mark.parametrize(
    ("kind", "aof", "rdb"),
    [
        ("aof-1s", (True, "1s"), (False, None)),
        ("rdb-6h", (False, None), (True, "6h")),
        (None, (False, None), (False, None)),
    ],
)
def test_a_cache_keeps_one_thing_on_disk(kind: str | None, aof: Any, rdb: Any) -> None:
    kept = persistence(kind)
    assert (kept.aof_enabled, kept.aof_frequency) == aof
    assert (kept.rdb_enabled, kept.rdb_frequency) == rdb


def test_backups_lie_in_both_regions_in_production(tripgen_prod: World, tripgen_dev: World) -> None:
    assert tripgen_prod.one(ACCOUNT, "backup-account")["sku"] == {"name": "Standard_RAGZRS"}
    assert tripgen_dev.one(ACCOUNT, "backup-account")["sku"] == {"name": "Standard_ZRS"}


def test_backups_are_reached_privately_and_without_keys(every_tripgen: World) -> None:
    account = every_tripgen.one(ACCOUNT, "backup-account")
    assert account["publicNetworkAccess"] == "Disabled"
    assert account["networkRuleSet"] == {"defaultAction": "Deny", "bypass": "AzureServices"}
    assert (account["allowSharedKeyAccess"], account["allowBlobPublicAccess"]) == (False, False)
    assert account["minimumTlsVersion"] == "TLS1_2"
    assert linked(every_tripgen, "backup-link-endpoint")[:2] == ("backup-account-id", ["blob"])


def test_backups_go_after_the_designs_days(every_tripgen: World) -> None:
    def days(rule: Mapping[str, Any]) -> tuple[list[str], int, int]:
        actions = rule["definition"]["actions"]
        return (
            rule["definition"]["filters"]["prefixMatch"],
            actions["baseBlob"]["delete"]["daysAfterModificationGreaterThan"],
            actions["version"]["delete"]["daysAfterCreationGreaterThan"],
        )

    rules = every_tripgen.one(EXPIRY, "backup-expiry")["policy"]["rules"]
    assert [days(rule) for rule in rules] == [(["config-backups/"], 90, 90), (["redis-exports/"], 7, 7)]
    assert {c["containerName"] for c in every_tripgen.of(CONTAINER).values()} == {"config-backups", "redis-exports"}


def test_what_was_deleted_or_overwritten_can_be_brought_back(every_tripgen: World) -> None:
    blobs = every_tripgen.one(BLOBS, "backup-blobs")
    assert blobs["isVersioningEnabled"] is True
    assert blobs["deleteRetentionPolicy"] == {"enabled": True, "days": 14}
    assert blobs["containerDeleteRetentionPolicy"] == {"enabled": True, "days": 14}


def test_every_data_service_reports_to_the_workspace(tripgen_prod: World) -> None:
    reported = {setting["resourceUri"] for setting in tripgen_prod.of(DIAGNOSTICS).values()}
    assert {
        "postgres-primary-id",
        "postgres-replica-1-id",
        "postgres-replica-2-id",
        "redis-cluster-id",
        "redis-database-id",
        "messaging-namespace-id",
        "vault-vault-id",
        "backup-account-id/blobServices/default",
    } <= reported


def test_what_holds_data_is_locked_where_data_is_protected(tripgen_prod: World, tripgen_dev: World) -> None:
    locks = tripgen_prod.of(LOCK).values()
    assert {lock["level"] for lock in locks} == {"CanNotDelete"}
    assert {
        "postgres-primary-id",
        "postgres-replica-1-id",
        "postgres-replica-2-id",
        "messaging-namespace-id",
        "vault-vault-id",
        "backup-account-id",
    } <= {lock["scope"] for lock in locks}
    assert tripgen_dev.of(LOCK) == {}


def test_every_private_zone_is_the_services_own(every_tripgen: World) -> None:
    assert {
        "privatelink.postgres.database.azure.com",
        "privatelink.redis.azure.net",
        "privatelink.servicebus.windows.net",
        "privatelink.vaultcore.azure.net",
        "privatelink.blob.core.windows.net",
    } <= {zone["privateZoneName"] for zone in every_tripgen.of(ZONE).values()}


def told(world: World) -> dict[str, str]:
    """Return the environment variables of a service's pods."""
    pod = world.one("kubernetes:argoproj.io/v1alpha1:Rollout", "trip-service-rollout")["spec"]["template"]["spec"]
    return {variable["name"]: variable["value"] for variable in pod["containers"][0]["env"]}


def test_pods_are_told_hosts_and_durations_and_no_secret(tripgen_prod: World) -> None:
    given = told(tripgen_prod)
    assert given["POSTGRES_HOST"] == "tripgen-prod.writer.postgres.database.azure.com"
    near, following = given["POSTGRES_READER_HOSTS"].split(",")
    assert near == "postgres-replica-2.postgres.database.azure.com"
    assert following == "tripgen-prod.reader.postgres.database.azure.com"
    assert (given["POSTGRES_PORT"], given["POSTGRES_POOL_PORT"]) == ("5432", "6432")
    assert (given["POSTGRES_DATABASE"], given["POSTGRES_USER"]) == ("tripgen", "tripgen-services")
    assert given["SERVICE_BUS_HOST"] == "sb-tripgen-prod.servicebus.windows.net"
    assert (given["REDIS_PORT"], given["CACHE_USER_SESSION_TTL"]) == ("10000", "30m")
    assert not {name for name in given if "PASSWORD" in name or "SECRET" in name}


def test_pods_write_to_the_server_itself_where_nothing_follows_a_promotion(tripgen_dev: World) -> None:
    given = told(tripgen_dev)
    assert given["POSTGRES_HOST"] == given["POSTGRES_READER_HOSTS"] == "postgres-primary.postgres.database.azure.com"
