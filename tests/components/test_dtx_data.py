from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

import pulumi
import pytest

from components.gcp.key_ring import Key, KeyRing, KeyRingArgs
from components.gcp.network import Network, NetworkArgs
from components.gcp.postgres import account_user
from components.gcp.project import Project
from components.gcp.provider import gcp_provider
from components.gcp.service_account import ServiceAccount, ServiceAccountArgs
from settings.dtx.system import DtxSettings
from settings.naming import Namer
from settings.stack import load_stack
from systems import dtx
from systems.dtx_data import DataStores, DataStoresArgs
from systems.scope import system_scope
from tests.components.conftest import dtx_world
from tests.components.strict_mocks import World, place
from tests.stack_files import as_pulumi_gives_it, stack_config

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
DATABASE = "gcp:sql/database:Database"
USER = "gcp:sql/user:User"
CACHE = "gcp:redis/cluster:Cluster"
DATASET = "gcp:bigquery/dataset:Dataset"
BINDING = "gcp:bigquery/datasetIamBinding:DatasetIamBinding"
DOCUMENTS = "gcp:firestore/database:Database"
SCHEDULE = "gcp:firestore/backupSchedule:BackupSchedule"
BUCKET = "gcp:storage/bucket:Bucket"
BUCKET_ROLE = "gcp:storage/bucketIAMMember:BucketIAMMember"
ROLE = "gcp:projects/iAMMember:IAMMember"
ACT_AS = "gcp:serviceaccount/iAMMember:IAMMember"
KEY_USE = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
DAY_SECONDS: Final = 24 * 60 * 60
DAY_MILLISECONDS: Final = 1000 * DAY_SECONDS
REGION: Final = "europe-west3"


def key(project: str, purpose: str) -> str:
    return f"projects/{project}/locations/{REGION}/keyRings/dta-keys-1/cryptoKeys/{purpose}"


def flags(instance: Mapping[str, Any]) -> dict[str, str]:
    return {flag["name"]: flag["value"] for flag in instance["settings"]["databaseFlags"]}


def test_the_database_has_a_primary_and_two_replicas_each_in_another_zone(dtx_prod: World) -> None:
    zones = {
        instance["name"]: instance["settings"]["locationPreference"]["zone"]
        for instance in dtx_prod.of(INSTANCE).values()
    }
    assert zones == {
        "dta-postgres": f"{REGION}-a",
        "dta-postgres-replica-1": f"{REGION}-b",
        "dta-postgres-replica-2": f"{REGION}-c",
    }
    for label in ("replica-1", "replica-2"):
        assert dtx_prod.one(INSTANCE, f"postgres-{label}")["masterInstanceName"] == "dta-postgres"


def test_the_standby_is_in_a_second_zone_and_takes_over_by_itself(dtx_prod: World) -> None:
    settings = dtx_prod.one(INSTANCE, "postgres-primary")["settings"]
    assert settings["availabilityType"] == "REGIONAL"
    assert settings["locationPreference"]["secondaryZone"] == f"{REGION}-b"


def test_backups_stay_in_the_region_for_thirty_days_to_any_point_in_time(dtx_prod: World) -> None:
    backup = dtx_prod.one(INSTANCE, "postgres-primary")["settings"]["backupConfiguration"]
    assert backup == {
        "enabled": True,
        "startTime": "01:00",
        "location": REGION,
        "pointInTimeRecoveryEnabled": True,
        "transactionLogRetentionDays": 30,
        "backupRetentionSettings": {"retainedBackups": 31, "retentionUnit": "COUNT"},
    }


def test_replicas_have_no_backups_of_their_own(dtx_prod: World) -> None:
    for label in ("replica-1", "replica-2"):
        assert "backupConfiguration" not in dtx_prod.one(INSTANCE, f"postgres-{label}")["settings"]


@pytest.mark.parametrize(
    ("stack", "edition", "cached"),
    [("dev", "ENTERPRISE", None), ("stage", "ENTERPRISE_PLUS", True), ("prod", "ENTERPRISE_PLUS", True)],
)
def test_the_edition_is_always_stated_for_google_would_take_the_dearer_one(
    stack: str, edition: str, cached: bool | None
) -> None:
    for instance in dtx_world(stack).of(INSTANCE).values():
        assert instance["settings"]["edition"] == edition
        assert instance["settings"].get("dataCacheConfig", {}).get("dataCacheEnabled") == cached


def test_every_instance_is_in_the_region_under_the_databases_key(every_dtx: World) -> None:
    for instance in every_dtx.of(INSTANCE).values():
        assert instance["region"] == REGION
        assert instance["encryptionKeyName"] == key(instance["project"], "database")


def test_nobody_reaches_the_database_without_a_certificate_of_googles_connectors(every_dtx: World) -> None:
    for instance in every_dtx.of(INSTANCE).values():
        address = instance["settings"]["ipConfiguration"]
        assert address["ipv4Enabled"] is False
        assert address["privateNetwork"].endswith("/global/networks/dta-network")
        assert address["sslMode"] == "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
        assert instance["settings"]["connectorEnforcement"] == "REQUIRED"
        assert instance["settings"]["dataApiAccess"] == "DISALLOW_DATA_API"


def test_there_is_no_password_anywhere(every_dtx: World) -> None:
    assert {user["type"] for user in every_dtx.of(USER).values()} <= {"CLOUD_IAM_GROUP", "CLOUD_IAM_SERVICE_ACCOUNT"}
    for user in every_dtx.of(USER).values():
        assert not {"password", "passwordWo"} & set(user)
    for instance in every_dtx.of(INSTANCE).values():
        assert flags(instance)["cloudsql.iam_authentication"] == "on"
        assert not {"rootPassword", "rootPasswordWo"} & set(instance)


def test_administrators_are_a_group_that_may_connect(dtx_prod: World) -> None:
    (user,) = (user for user in dtx_prod.of(USER).values() if user["type"] == "CLOUD_IAM_GROUP")
    assert (user["name"], user["databaseRoles"]) == ("dtx-database-admins@dtx.example", ["cloudsqlsuperuser"])
    roles = {
        role["role"] for role in dtx_prod.of(ROLE).values() if role["member"] == "group:dtx-database-admins@dtx.example"
    }
    assert roles == {"roles/cloudsql.client", "roles/cloudsql.instanceUser"}


def test_who_reads_what_is_recorded_on_every_instance_without_the_values(every_dtx: World) -> None:
    for instance in every_dtx.of(INSTANCE).values():
        told = flags(instance)
        assert told["cloudsql.enable_pgaudit"] == "on"
        assert "read" in told["pgaudit.log"].split(",")
        assert told["pgaudit.log_parameter"] == "off"
        assert told["log_error_verbosity"] == "terse"
        assert instance["settings"]["insightsConfig"]["recordClientAddress"] is False


def test_the_database_is_maintained_on_sunday_mornings(every_dtx: World) -> None:
    window = every_dtx.one(INSTANCE, "postgres-primary")["settings"]["maintenanceWindow"]
    assert window == {"day": 7, "hour": 2, "updateTrack": "stable"}


@pytest.mark.parametrize(("stack", "kept"), [("dev", False), ("stage", True), ("prod", True)])
def test_data_is_protected_where_the_environment_says_so(stack: str, kept: bool) -> None:
    world = dtx_world(stack)
    policy = "PREVENT" if kept else "DELETE"
    for instance in world.of(INSTANCE).values():
        assert instance["deletionProtection"] is instance["settings"]["deletionProtectionEnabled"] is kept
    primary = world.one(INSTANCE, "postgres-primary")["settings"]
    assert primary["retainBackupsOnDelete"] is kept
    assert ("finalBackupConfig" in primary) is kept
    assert world.one(CACHE, "redis-cluster")["deletionProtectionEnabled"] is kept
    assert world.one(DATASET, "warehouse-dataset")["deleteContentsOnDestroy"] is not kept
    state = f"DELETE_PROTECTION_{'ENABLED' if kept else 'DISABLED'}"
    assert world.one(DOCUMENTS, "documents-database")["deleteProtectionState"] == state
    for bucket in world.of(BUCKET).values():
        assert bucket["forceDestroy"] is not kept
    for kind in (INSTANCE, DATABASE, CACHE, DATASET, DOCUMENTS, BUCKET):
        assert {thing["deletionPolicy"] for thing in world.of(kind).values()} == {policy}


def test_the_cache_has_three_nodes_with_a_replica_each_of_sixteen_gigabytes_or_more(dtx_prod: World) -> None:
    cache = dtx_prod.one(CACHE, "redis-cluster")
    assert cache["name"] == "dta-redis"
    assert (cache["shardCount"], cache["replicaCount"], cache["nodeType"]) == (3, 1, "REDIS_STANDARD_LARGE")


def test_the_cache_forgets_what_was_used_longest_ago_and_writes_nothing_to_disk(every_dtx: World) -> None:
    cache = every_dtx.one(CACHE, "redis-cluster")
    assert cache["redisConfigs"] == {"maxmemory-policy": "allkeys-lru"}
    assert cache["persistenceConfig"] == {"mode": "DISABLED"}


def test_the_cache_is_reached_privately_by_identities_over_tls(every_dtx: World) -> None:
    cache = every_dtx.one(CACHE, "redis-cluster")
    assert cache["region"] == REGION
    assert cache["authorizationMode"] == "AUTH_MODE_IAM_AUTH"
    assert cache["transitEncryptionMode"] == "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION"
    assert cache["kmsKey"] == key(cache["project"], "cache")
    assert cache["zoneDistributionConfig"] == {"mode": "MULTI_ZONE"}
    assert [config["network"] for config in cache["pscConfigs"]] == [
        f"projects/{cache['project']}/global/networks/dta-network"
    ]


def test_the_warehouse_is_the_dataset_de_in_a_project_of_its_own(dtx_prod: World) -> None:
    dataset = dtx_prod.one(DATASET, "warehouse-dataset")
    assert (dataset["project"], dataset["datasetId"], dataset["location"]) == ("dtx-data", "de", REGION)
    assert dataset["defaultEncryptionConfiguration"] == {"kmsKeyName": key("dtx-platform", "warehouse")}
    assert dataset["defaultPartitionExpirationMs"] == 1095 * DAY_MILLISECONDS
    assert dataset["maxTimeTravelHours"] == "168"


def test_only_those_who_are_named_are_let_into_the_warehouse(dtx_prod: World) -> None:
    bound = {binding["role"].rpartition(".")[2]: set(binding["members"]) for binding in dtx_prod.of(BINDING).values()}
    assert bound["dataOwner"] == {"group:dtx-warehouse-admins@dtx.example"}
    assert bound["dataViewer"] == {"group:dtx-analysts@dtx.example"}


def test_the_projects_viewers_are_out_where_nobody_is_named(dtx_dev: World) -> None:
    assert dtx_dev.one(BINDING, "warehouse-dataViewer")["members"] == []


def test_documents_are_in_the_region_and_every_minute_of_a_week_can_be_read(every_dtx: World) -> None:
    database = every_dtx.one(DOCUMENTS, "documents-database")
    assert (database["name"], database["type"], database["locationId"]) == ("(default)", "FIRESTORE_NATIVE", REGION)
    assert database["cmekConfig"] == {"kmsKeyName": key(database["project"], "documents")}
    assert database["pointInTimeRecoveryEnablement"] == "POINT_IN_TIME_RECOVERY_ENABLED"


@pytest.mark.parametrize(("stack", "days"), [("dev", 7), ("stage", 14), ("prod", 30)])
def test_documents_are_backed_up_every_day(stack: str, days: int) -> None:
    (schedule,) = dtx_world(stack).of(SCHEDULE).values()
    assert "dailyRecurrence" in schedule
    assert schedule["retention"] == f"{days * DAY_SECONDS}s"


def test_buckets_are_of_class_standard_in_the_region_and_closed_to_the_public(every_dtx: World) -> None:
    buckets = every_dtx.of(BUCKET)
    assert {"objects-bucket", "exports-bucket", "configuration-bucket"} <= set(buckets)
    for bucket in buckets.values():
        assert (bucket["location"], bucket["storageClass"]) == (REGION, "STANDARD")
        assert bucket["uniformBucketLevelAccess"] is True
        assert bucket["publicAccessPrevention"] == "enforced"
        assert bucket["encryption"]["defaultKmsKeyName"].startswith(key(bucket["project"], ""))
        assert bucket["name"].startswith(bucket["project"])


def test_what_is_overwritten_in_objects_can_be_brought_back_for_a_week(dtx_prod: World) -> None:
    objects = dtx_prod.one(BUCKET, "objects-bucket")
    assert objects["versioning"] == {"enabled": True}
    assert objects["softDeletePolicy"] == {"retentionDurationSeconds": 7 * DAY_SECONDS}
    gone = [rule["condition"] for rule in objects["lifecycleRules"] if rule["action"]["type"] == "Delete"]
    assert gone == [{"daysSinceNoncurrentTime": 7}]


def test_exports_of_the_database_go_by_themselves(dtx_prod: World) -> None:
    exports = dtx_prod.one(BUCKET, "exports-bucket")
    gone = [rule["condition"] for rule in exports["lifecycleRules"] if rule["action"]["type"] == "Delete"]
    assert gone == [{"age": 14, "withState": "LIVE"}]
    assert "retentionPolicy" not in exports


@pytest.mark.parametrize(("stack", "days", "locked"), [("dev", 7, False), ("stage", 90, False), ("prod", 90, True)])
def test_backups_of_the_configuration_cannot_be_removed_before_their_time(stack: str, days: int, locked: bool) -> None:
    configuration = dtx_world(stack).one(BUCKET, "configuration-bucket")
    assert configuration["retentionPolicy"] == {"retentionPeriod": str(days * DAY_SECONDS), "isLocked": locked}
    assert configuration["versioning"] == {"enabled": False}


def test_the_primary_writes_exports_and_nothing_else_does(every_dtx: World) -> None:
    members = [role["member"] for role in every_dtx.of(BUCKET_ROLE).values() if role["bucket"].endswith("-exports")]
    assert members == ["serviceAccount:account-of-postgres-primary"]


def test_one_account_uses_the_pseudonyms_key_and_no_service_of_googles(every_dtx: World) -> None:
    users = {grant["member"] for grant in every_dtx.of(KEY_USE).values() if "pseudonyms" in grant["cryptoKeyId"]}
    assert users == {"serviceAccount:pseudonyms-account@p.iam.gserviceaccount.com"}
    assert not [role for role in every_dtx.of(ROLE).values() if role["member"] in users]


def test_a_service_accounts_user_is_its_address_without_googles_domain() -> None:
    assert account_user("dta-user@dtx-platform.iam.gserviceaccount.com") == "dta-user@dtx-platform.iam"


@cache
def admitted() -> tuple[World, Mapping[str, Mapping[str, str]]]:
    """The stores of prod with its three services let in, and what each service is told."""
    stack = load_stack(as_pulumi_gives_it(stack_config("prod")))
    s = stack.section(DtxSettings)
    names = Namer(prefix=s.prefix, system=dtx.NAMES, environment=stack.environment)
    scope = replace(system_scope(dtx.SYSTEM, stack, s), names=names)
    project = Project(project_id=s.project_id, number=s.project_number, region=s.region, zones=s.zones)
    told: dict[str, Mapping[str, str]] = {}

    def build() -> pulumi.Output[None]:
        purposes = ("database", "cache", "warehouse", "documents", "objects", "backups", "pseudonyms")
        stores = DataStores(
            "stores",
            DataStoresArgs(
                scope=scope,
                settings=s,
                project=project,
                network=Network(
                    "network", NetworkArgs(scope=scope, project=project, plan=s.network.plan(), flow_sampling=1)
                ),
                keys=KeyRing(
                    "keys",
                    KeyRingArgs(
                        scope=scope,
                        project=project,
                        keys=[Key(purpose=purpose) for purpose in purposes],
                        **s.keys.args(),
                    ),
                ),
                data_project=replace(project, project_id=s.data_project_id),
                data_provider=gcp_provider("dtx-data", project_id=s.data_project_id, region=s.region),
            ),
        )
        accounts = {
            name: ServiceAccount(
                name, ServiceAccountArgs(scope=scope, project=project, account=name, display_name=name)
            )
            for name in ("api-gateway", "user-service", "timemachine")
        }
        stores.admit(accounts)
        return pulumi.Output.all(**{name: stores.variables(name) for name in accounts}).apply(told.update)

    return place(build), told


def member(service: str) -> str:
    return f"serviceAccount:{service}-account@p.iam.gserviceaccount.com"


def roles_of(service: str) -> set[tuple[str, str]]:
    """Roles of a service's account in the projects."""
    return {
        (role["project"], role["role"]) for role in admitted()[0].of(ROLE).values() if role["member"] == member(service)
    }


def test_the_user_service_has_the_stores_of_the_diagram_and_no_more() -> None:
    assert roles_of("user-service") == {
        ("dtx-platform", "roles/cloudsql.client"),
        ("dtx-platform", "roles/cloudsql.instanceUser"),
        ("dtx-platform", "roles/datastore.user"),
        ("dtx-data", "roles/bigquery.jobUser"),
    }


def test_timemachine_has_the_cache_and_the_gateway_nothing() -> None:
    assert roles_of("timemachine") == {("dtx-platform", "roles/redis.dbConnectionUser")}
    assert roles_of("api-gateway") == set()


def test_the_user_service_is_a_database_user_by_its_identity() -> None:
    users = {user["name"] for user in admitted()[0].of(USER).values() if user["type"] == "CLOUD_IAM_SERVICE_ACCOUNT"}
    assert users == {"user-service-account@p.iam"}


def test_writers_of_the_warehouse_are_bound_as_a_whole() -> None:
    binding = admitted()[0].one(BINDING, "warehouse-dataEditor")
    assert (binding["role"], binding["members"]) == ("roles/bigquery.dataEditor", [member("user-service")])


def test_only_the_user_service_acts_as_the_account_of_the_pseudonyms() -> None:
    (act,) = admitted()[0].of(ACT_AS).values()
    assert (act["role"], act["member"]) == ("roles/iam.serviceAccountTokenCreator", member("user-service"))
    assert act["serviceAccountId"] == "projects/p/serviceAccounts/pseudonyms-account"


def test_only_the_user_service_uses_objects() -> None:
    members = {role["member"] for role in admitted()[0].of(BUCKET_ROLE).values() if role["bucket"].endswith("-objects")}
    assert members == {member("user-service")}


def test_a_service_is_told_of_its_stores_and_of_no_others() -> None:
    told = admitted()[1]
    assert told["api-gateway"] == {}
    assert told["timemachine"] == {
        "REDIS_DISCOVERY_HOST": "address-of-redis-cluster",
        "REDIS_DISCOVERY_PORT": "6379",
        "REDIS_CA_CERTIFICATES": "certificate-of-redis-cluster",
    }
    instance = f"dtx-platform:{REGION}:dta-postgres"
    assert told["user-service"] == {
        "POSTGRES_INSTANCE": instance,
        "POSTGRES_READER_INSTANCES": f"{instance}-replica-1,{instance}-replica-2",
        "POSTGRES_DATABASE": "dtx",
        "POSTGRES_USER": "user-service-account@p.iam",
        "BIGQUERY_PROJECT": "dtx-data",
        "BIGQUERY_DATASET": "de",
        "BIGQUERY_LOCATION": REGION,
        "FIRESTORE_PROJECT": "dtx-platform",
        "FIRESTORE_DATABASE": "(default)",
        "OBJECTS_BUCKET": "dtx-platform-objects",
        "PSEUDONYMS_KEY": key("dtx-platform", "pseudonyms"),
        "PSEUDONYMS_ACCOUNT": "pseudonyms-account@p.iam.gserviceaccount.com",
    }
