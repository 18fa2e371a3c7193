"""BigQuery, Firestore, Cloud Storage, Artifact Registry and Secret Manager as simulated."""

import json

import pytest

from tests.unit.rehearsal_clouds.gcp_world import REGION, refused
from tests.unit.rehearsal_clouds.provider_client import FRANKFURT, PROJECT, without

DATASET, TABLE = "bigquery/dataset:Dataset", "bigquery/table:Table"
DATASET_MEMBER, DATASET_BINDING = (
    "bigquery/datasetIamMember:DatasetIamMember",
    "bigquery/datasetIamBinding:DatasetIamBinding",
)
FIRESTORE, SCHEDULE = "firestore/database:Database", "firestore/backupSchedule:BackupSchedule"
INDEX, FIELD = "firestore/index:Index", "firestore/field:Field"
BUCKET, OBJECT, MEMBER = (
    "storage/bucket:Bucket",
    "storage/bucketObject:BucketObject",
    "storage/bucketIAMMember:BucketIAMMember",
)
REPOSITORY = "artifactregistry/repository:Repository"
SECRET, VERSION = "secretmanager/secret:Secret", "secretmanager/secretVersion:SecretVersion"
REGIONAL, REGIONAL_VERSION = (
    "secretmanager/regionalSecret:RegionalSecret",
    "secretmanager/regionalSecretVersion:RegionalSecretVersion",
)
HERE = {"replication": {"userManaged": {"replicas": [{"location": REGION}]}}}
OWNER = {"role": "OWNER", "groupByEmail": "owners@example.com"}


def columns(*names, kind="STRING"):
    return json.dumps([{"name": name, "type": kind} for name in names])


# --- BigQuery --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"datasetId": "de-1"}, 'Invalid dataset ID "de-1". Dataset IDs must be alphanumeric (plus underscores)'),
        ({"location": "europe-west33"}, "Permission denied on 'locations/europe-west33' (or it may not exist)"),
        ({"defaultTableExpirationMs": 60000}, "cannot be shorter than 3600000 milliseconds (one hour), got 60000"),
        ({"maxTimeTravelHours": "50"}, "Max time travel hours must be 48 to 168 in steps of 24, got 50"),
        ({"accesses": [{"role": "READER", "groupByEmail": "a@b.c"}]}, "Dataset must have at least one OWNER ACL"),
        ({"accesses": [OWNER, {"role": "READER"}]}, "An access entry must name exactly one of domain, groupByEmail"),
        ({"accesses": [OWNER, {"role": "READER", "domain": "b.c", "userByEmail": "a@b.c"}]}, "got domain, userByEmail"),
        ({"accesses": [OWNER, {"groupByEmail": "a@b.c"}]}, "Required parameter is missing: role"),
        ({"accesses": [OWNER, {"specialGroup": "everybody", "role": "READER"}]}, "'everybody' is not offered"),
        ({"storageBillingModel": "FREE"}, "'FREE' is not offered. Offered: LOGICAL, PHYSICAL"),
    ],
)  # fmt: skip
def test_a_wrong_dataset_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{DATASET}", "de", {"datasetId": "de", "location": REGION, **changes})


def test_a_view_in_a_dataset_has_no_role(google):
    view = {"datasetId": "d", "projectId": PROJECT, "tableId": "t"}
    entries = [OWNER, {"role": "READER", "view": view}]
    with refused("A role cannot be given to a view"):
        google.preview(f"gcp:{DATASET}", "de", {"datasetId": "de", "location": REGION, "accesses": entries})


def test_a_dataset_of_another_project_gives_back_its_own(frankfurt, clouds):
    other = clouds.provider("gcp", {**FRANKFURT, "project": "dtx-data"})
    other.create("gcp:projects/service:Service", "bigquery", service="bigquery.googleapis.com")
    made = other.create(f"gcp:{DATASET}", "de", datasetId="de", location=REGION)
    assert made.id == "projects/dtx-data/datasets/de"
    assert made["selfLink"] == "https://bigquery.googleapis.com/bigquery/v2/projects/dtx-data/datasets/de"
    assert frankfurt.make(DATASET, "de", datasetId="de", location=REGION).id == f"projects/{PROJECT}/datasets/de"


def test_a_dataset_moves_by_replacement(frankfurt, google):
    made = frankfurt.make(DATASET, datasetId="de", location=REGION)
    assert google.diff(made, {"datasetId": "de", "location": "EU"}).replaces == ["location"]


def test_a_drifted_location_shows(clouds, frankfurt, google):
    made = frankfurt.make(DATASET, datasetId="de", location=REGION)
    clouds.inventory.edit(clouds.inventory.get("gcp", made.id), "location", "EU")
    found = google.read(made)
    assert (found["location"], found.inputs["location"]) == ("EU", "EU")


def test_a_datasets_key_stands_in_its_location(frankfurt):
    key = frankfurt.key_for("bq-{number}@bigquery-encryption", ring=frankfurt.ring(location="europe-west4"))
    with refused("does not match the location of the resource (europe-west3)"):
        frankfurt.make(DATASET, datasetId="de", location=REGION, defaultEncryptionConfiguration={"kmsKeyName": key.id})


def test_a_dataset_with_tables_stays_unless_they_go_with_it(frankfurt, google):
    made = frankfurt.make(DATASET, datasetId="de", location=REGION)
    frankfurt.make(TABLE, datasetId="de", tableId="events", deletionProtection=False)
    with refused(f"Dataset {PROJECT}:de is still in use., resourceInUse"):
        google.delete(made)
    google.delete(google.update(made, deleteContentsOnDestroy=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": "{"}, "contains an invalid JSON"),
        ({"schema": "{}"}, "The schema must be a list of columns"),
        ({"schema": columns("id", "ID")}, "Invalid field name. Duplicate field name: ID"),
        ({"schema": columns("id", kind="TEXT")}, "Invalid value for type: TEXT is not a valid value"),
        ({"schema": columns("id", kind="RECORD")}, "Field id is type RECORD but has no schema"),
        ({"schema": '[{"name": "id", "type": "STRING", "mode": "MANY"}]'}, "Invalid value for mode: MANY"),
        ({"clusterings": list("abcde")}, "A table can be clustered by at most 4 columns"),
        ({"timePartitioning": {"type": "WEEK"}}, "'WEEK' is not offered"),
        ({"timePartitioning": {"type": "DAY"},
          "rangePartitioning": {"field": "a", "range": {"start": 0, "end": 9, "interval": 1}}},
         "Only one of timePartitioning and rangePartitioning should be specified"),
        ({"view": {"query": "q"}, "materializedView": {"query": "q"}}, "A table cannot be view and materializedView"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{TABLE}", "events", {"datasetId": "de", "tableId": "events", **changes})


def test_a_table_stands_in_a_dataset_and_keeps_its_columns(frankfurt, google):
    with refused("Error 404: Not found: Dataset de, notFound"):
        frankfurt.make(TABLE, datasetId="de", tableId="events")
    frankfurt.make(DATASET, datasetId="de", location=REGION)
    made = frankfurt.make(TABLE, datasetId="de", tableId="events", schema=columns("id", "at"))
    assert (made["location"], made["type"], made["numRows"]) == (REGION, "TABLE", 0)
    with refused(f"Provided Schema does not match Table {PROJECT}:de.events. Field at is missing in new schema"):
        google.update(made, schema=columns("id"))
    with refused("because deletion_protection is set to true"):
        google.delete(made)


def test_what_is_granted_on_a_dataset_is_granted_to_somebody(frankfurt, google):
    inputs = {"datasetId": "de", "role": "roles/bigquery.dataViewer", "member": "group:readers@example.com"}
    with refused("Error 404: Not found: Dataset de"):
        frankfurt.make(DATASET_MEMBER, **inputs)
    with refused("The member readers must be of the form"):
        google.preview(f"gcp:{DATASET_MEMBER}", "it", {**inputs, "member": "readers"})
    with refused("Role viewer is not supported for this resource"):
        google.preview(f"gcp:{DATASET_MEMBER}", "it", {**inputs, "role": "viewer"})
    frankfurt.make(DATASET, datasetId="de", location=REGION)
    assert frankfurt.make(DATASET_MEMBER, **inputs)["etag"]
    own = f"projects/{PROJECT}/roles/nobody"
    with refused(f"Error 400: Role ({own}) does not exist in the resource's hierarchy"):
        frankfurt.make(DATASET_MEMBER, "own", **{**inputs, "role": own})
    ghost = f"serviceAccount:ghost@{PROJECT}.iam.gserviceaccount.com"
    with refused(f"Service account ghost@{PROJECT}.iam.gserviceaccount.com does not exist"):
        frankfurt.make(DATASET_BINDING, datasetId="de", role="roles/bigquery.dataEditor", members=[ghost])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"role": "READER"}, "An access entry must name exactly one of"),
        ({"groupByEmail": "a@b.c"}, "Required parameter is missing: role"),
    ],
)
def test_a_single_access_is_for_somebody(google, inputs, message):
    with refused(message):
        google.preview("gcp:bigquery/datasetAccess:DatasetAccess", "it", {"datasetId": "de", **inputs})


# --- Firestore -------------------------------------------------------------------------------------------------------


def database(**changes):
    inputs = {"name": "(default)", "locationId": REGION, "type": "FIRESTORE_NATIVE", "deletionPolicy": "DELETE"}
    return {**inputs, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "default!"}, "Invalid database id default!: 4 to 63 lower-case letters"),
        ({"name": "abc"}, "Invalid database id abc"),
        ({"name": "f47ac10b-58cc-4372-a567-0e02b2c3d479"}, "not like a UUID"),
        ({"locationId": "eur4"}, "Invalid location eur4 for a database"),
        ({"locationId": "europe-west33"}, "'locations/europe-west33'"),
        ({"type": "MONGO"}, "'MONGO' is not offered"),
        ({"databaseEdition": "ENTERPRISE", "type": "DATASTORE_MODE"}, "ENTERPRISE requires the type FIRESTORE_NATIVE"),
        ({"firestoreDataAccessMode": "DATA_ACCESS_MODE_ENABLED"}, "can only be specified for ENTERPRISE edition"),
        ({"pointInTimeRecoveryEnablement": "ON"}, "'ON' is not offered"),
    ],
)
def test_a_wrong_database_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{FIRESTORE}", "db", database(**changes))


def test_a_database_gives_back_how_far_back_it_can_be_read(frankfurt):
    recovery = {"pointInTimeRecoveryEnablement": "POINT_IN_TIME_RECOVERY_ENABLED"}
    made = frankfurt.make(FIRESTORE, **database(**recovery))
    assert made.id == f"projects/{PROJECT}/databases/(default)"
    assert made["versionRetentionPeriod"] == "604800s"
    assert frankfurt.make(FIRESTORE, "two", **database(name="second"))["versionRetentionPeriod"] == "3600s"


def test_a_database_stands_for_good(frankfurt, google):
    made = frankfurt.make(FIRESTORE, **database())
    moved = google.diff(made, database(locationId="europe-west4", cmekConfig={"kmsKeyName": "k"}))
    assert sorted(moved.replaces) == ["cmekConfig", "locationId"]


def test_a_database_is_left_standing_unless_it_is_said(clouds, frankfurt, google):
    made = frankfurt.make(FIRESTORE, **without(database(), "deletionPolicy"))
    google.delete(made)
    assert clouds.inventory.count("gcp", f"gcp:{FIRESTORE}") == 1


def test_a_protected_database_stays(frankfurt, google):
    made = frankfurt.make(FIRESTORE, **database(deleteProtectionState="DELETE_PROTECTION_ENABLED"))
    with refused("is protected against deletion"):
        google.delete(made)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"retention": "604800s"}, "exactly one of daily_recurrence and weekly_recurrence must be specified, got 0"),
        ({"retention": "604800s", "dailyRecurrence": {}, "weeklyRecurrence": {"day": "SUNDAY"}}, "must be specified,"),
        ({"retention": "604800s", "weeklyRecurrence": {}}, "a weekly recurrence needs a day"),
        ({"retention": "604800s", "weeklyRecurrence": {"day": "SUN"}}, "'SUN' is not offered"),
        ({"retention": "9000000s", "dailyRecurrence": {}}, "at most 8467200s (14 weeks), got 9000000s"),
        ({"retention": "7d", "dailyRecurrence": {}}, "retention must be a duration of at most"),
    ],
)  # fmt: skip
def test_a_wrong_backup_schedule_is_refused_in_preview(google, inputs, message):
    with refused(message):
        google.preview(f"gcp:{SCHEDULE}", "daily", inputs)


def test_a_database_has_one_schedule_of_a_kind(frankfurt):
    inputs = {"database": "(default)", "retention": "604800s", "dailyRecurrence": {}}
    with refused(f"The database (default) does not exist for project {PROJECT}"):
        frankfurt.make(SCHEDULE, **inputs)
    frankfurt.make(FIRESTORE, **database())
    assert frankfurt.make(SCHEDULE, **inputs)["name"].startswith(f"projects/{PROJECT}/databases/(default)/backupSched")
    with refused("Error 409: The database already has a daily backup schedule"):
        frankfurt.make(SCHEDULE, "second", **inputs)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([{"fieldPath": "at", "order": "ASCENDING"}], "this index is not necessary, configure using single field inde"),
        ([{"fieldPath": "at", "order": "ASCENDING"}, {"fieldPath": "by"}], "Field by must have exactly one of order"),
        ([{"fieldPath": "at", "order": "UP"}, {"fieldPath": "by", "order": "ASCENDING"}], "'UP' is not offered"),
    ],
)
def test_a_wrong_index_is_refused_in_preview(google, fields, message):
    with refused(message):
        google.preview(f"gcp:{INDEX}", "index", {"collection": "diary", "fields": fields})


def test_an_index_and_a_field_stand_in_a_database(frankfurt):
    fields = [{"fieldPath": "at", "order": "ASCENDING"}, {"fieldPath": "by", "order": "DESCENDING"}]
    with refused("The database (default) does not exist"):
        frankfurt.make(FIELD, collection="diary", field="at", ttlConfig={})
    frankfurt.make(FIRESTORE, **database())
    made = frankfurt.make(INDEX, collection="diary", fields=fields)
    assert "/collectionGroups/diary/indexes/" in made["name"]
    assert frankfurt.make(FIELD, collection="diary", field="at", ttlConfig={})["name"].endswith("/fields/at")


# --- Cloud Storage ---------------------------------------------------------------------------------------------------


def bucket(**changes):
    inputs = {"name": "dtx-shop-documents", "location": REGION, "uniformBucketLevelAccess": True,
              "publicAccessPrevention": "enforced"}  # fmt: skip
    return {**inputs, **changes}


def rule(condition, kind="Delete", **action):
    return {"lifecycleRules": [{"action": {"type": kind, **action}, "condition": condition}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Documents"}, "Invalid bucket name: 'Documents'"),
        ({"name": "goog-documents"}, "Invalid bucket name: 'goog-documents'"),
        ({"name": "my-google-bucket"}, "Invalid bucket name: 'my-google-bucket'"),
        ({"name": "192.168.0.1"}, "Invalid bucket name: '192.168.0.1'"),
        ({"name": "d" * 64}, "is longer than 63 characters"),
        ({"location": "europe-west33"}, "'locations/europe-west33'"),
        ({"location": "global"}, "The specified location constraint is not valid: global"),
        ({"storageClass": "COLD"}, "Invalid storage class: COLD"),
        ({"rpo": "ASYNC_TURBO"}, "Turbo replication is only for dual-region buckets, not for europe-west3"),
        ({"customPlacementConfig": {"dataLocations": ["EUROPE-WEST3"]}}, "A custom placement needs two regions"),
        ({"publicAccessPrevention": "on"}, "'on' is not offered. Offered: inherited, enforced"),
        ({"retentionPolicy": {"retentionPeriod": "3155760000"}}, "Retention period must be less than 3155760000 secon"),
        ({"retentionPolicy": {"retentionPeriod": "0"}}, "'0' does not match"),
        ({"softDeletePolicy": {"retentionDurationSeconds": 86400}}, "must be 0 or between 604800 and 7776000 seconds,"),
        (rule({}), "A lifecycle rule must have at least one condition"),
        (rule({"age": 0}), "An age of 0 is left out of the request unless sendAgeIfZero is set"),
        (rule({"age": 30}, "SetStorageClass"), "SetStorageClass needs a storage class"),
        (rule({"age": 30}, "Delete", storageClass="ARCHIVE"), "A storage class cannot be given for the action Delete"),
        (rule({"age": 30}, "Remove"), "'Remove' is not offered"),
        (rule({"createdBefore": "yesterday"}), "'yesterday' does not match"),
        ({**rule({"age": 30}, "SetStorageClass", storageClass="ARCHIVE"), "autoclass": {"enabled": True}},
         "Lifecycle rules with SetStorageClass cannot be used with Autoclass"),
        ({"hierarchicalNamespace": {"enabled": True}, "uniformBucketLevelAccess": False},
         "Hierarchical namespace buckets must use uniform bucket-level access"),
        ({"hierarchicalNamespace": {"enabled": True}, "versioning": {"enabled": True}},
         "Versioning is not supported with a hierarchical namespace"),
        ({"cors": [{"methods": ["FETCH"]}]}, "'FETCH' is not offered"),
    ],
)  # fmt: skip
def test_a_wrong_bucket_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{BUCKET}", "documents", bucket(**changes))


def test_a_bucket_gives_back_its_address_and_its_location_in_capitals(frankfurt):
    made = frankfurt.make(BUCKET, **bucket())
    assert (made["url"], made["location"]) == ("gs://dtx-shop-documents", "EUROPE-WEST3")
    assert made["selfLink"] == "https://www.googleapis.com/storage/v1/b/dtx-shop-documents"
    assert made["softDeletePolicy"]["retentionDurationSeconds"] == 604800
    assert (made["storageClass"], made["forceDestroy"]) == ("STANDARD", False)


def test_bucket_names_are_unique_in_the_world(frankfurt, clouds):
    frankfurt.make(BUCKET, **bucket())
    with refused("Error 409: Your previous request to create the named bucket succeeded and you already own it."):
        frankfurt.make(BUCKET, "second", **bucket())
    other = clouds.provider("gcp", {**FRANKFURT, "project": "dtx-other"})
    other.create("gcp:projects/service:Service", "storage", service="storage.googleapis.com")
    with refused("Error 409: The requested bucket name is not available. The bucket namespace is shared by all users"):
        other.create(f"gcp:{BUCKET}", "theirs", **bucket())


def test_a_bucket_moves_by_replacement_and_a_dual_region_drift_shows(clouds, frankfurt, google):
    made = frankfurt.make(BUCKET, **bucket())
    assert google.diff(made, bucket(location="EU")).replaces == ["location"]
    clouds.inventory.edit(clouds.inventory.get("gcp", made.id), "location", "EUR4")
    assert google.read(made)["location"] == "EUR4"


def test_a_locked_retention_is_never_shortened(frankfurt, google):
    locked = {"retentionPeriod": "86400", "isLocked": True}
    made = frankfurt.make(BUCKET, **bucket(retentionPolicy=locked))
    words = "Cannot reduce retention duration of a locked Retention Policy for bucket 'dtx-shop-documents'"
    for changed in ({"retentionPeriod": "3600", "isLocked": True}, {"retentionPeriod": "86400"}, None):
        with refused(words):
            google.update(made, **bucket(retentionPolicy=changed))
    google.update(made, **bucket(retentionPolicy={"retentionPeriod": "172800", "isLocked": True}))


def test_a_bucket_with_objects_stays_unless_they_go_with_it(frankfurt, google):
    made = frankfurt.make(BUCKET, **bucket())
    thing = frankfurt.make(OBJECT, bucket=made["name"], name="a/b.txt", content="x")
    assert thing["outputName"] == "a/b.txt"
    with refused(
        "Error trying to delete bucket dtx-shop-documents containing objects without force_destroy set to true"
    ):
        google.delete(made)
    google.delete(google.update(made, forceDestroy=True))


def test_an_object_has_content_and_a_bucket(frankfurt, google):
    with refused("one of `content,source` must be specified, got none"):
        google.preview(f"gcp:{OBJECT}", "it", {"bucket": "b", "name": "n"})
    with refused("Error 404: The specified bucket does not exist., notFound [nobody]"):
        frankfurt.make(OBJECT, bucket="nobody", name="n", content="x")


def test_the_public_is_kept_out(frankfurt):
    made = frankfurt.make(BUCKET, **bucket())
    inputs = {"bucket": made["name"], "role": "roles/storage.objectViewer", "member": "allUsers"}
    with refused(
        "Error 412: The member bindings allUsers and allAuthenticatedUsers are not allowed since public access"
    ):
        frankfurt.make(MEMBER, **inputs)
    assert frankfurt.make(MEMBER, **{**inputs, "member": "group:readers@example.com"}).id.startswith(
        "b/dtx-shop-documents/roles/storage.objectViewer/"
    )


def test_a_log_bucket_of_a_bucket_stands(frankfurt):
    with refused("Error 404: The specified bucket does not exist., notFound [nobody]"):
        frankfurt.make(BUCKET, **bucket(logging={"logBucket": "nobody"}))


# --- Artifact Registry -----------------------------------------------------------------------------------------------


def repository(**changes):
    return {"repositoryId": "services", "location": REGION, "format": "DOCKER", **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repositoryId": "Services"}, "Invalid repository id Services"),
        ({"format": "HELM"}, "Repository format HELM is not supported"),
        ({"location": "global"}, "Location global is not supported: regions and us, europe, asia are"),
        ({"format": "NPM", "dockerConfig": {"immutableTags": True}}, "dockerConfig can only be set for DOCKER reposit"),
        ({"mode": "REMOTE_REPOSITORY"}, "remoteRepositoryConfig must be set for the mode REMOTE_REPOSITORY"),
        ({"remoteRepositoryConfig": {"description": "x"}}, "remoteRepositoryConfig can only be set for the mode REMOT"),
        ({"cleanupPolicies": [{"id": "a", "action": "DELETE"}]}, "must have exactly one of condition and mostRecentVe"),
        ({"cleanupPolicies": [{"id": "a", "action": "DELETE", "mostRecentVersions": {"keepCount": 5}}]},
         "mostRecentVersions is only for the action KEEP"),
        ({"cleanupPolicies": [{"id": "a", "action": "KEEP", "condition": {"tagPrefixes": ["v"]}}]},
         "tagPrefixes need the tagState TAGGED, got None"),
        ({"cleanupPolicies": [{"id": "a", "action": "KEEP", "mostRecentVersions": {"keepCount": 5}}] * 2},
         "Duplicate cleanup policy a"),
        ({"cleanupPolicies": [{"id": "a", "action": "DELETE", "condition": {"olderThan": "a month"}}]},
         "'a month' does not match"),
    ],
)  # fmt: skip
def test_a_wrong_repository_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{REPOSITORY}", "services", repository(**changes))


def test_a_repository_gives_back_the_host_that_images_come_from(frankfurt, google):
    made = frankfurt.make(REPOSITORY, **repository())
    assert made["registryUri"] == f"europe-west3-docker.pkg.dev/{PROJECT}/services"
    assert made["name"] == "services"
    assert google.diff(made, repository(kmsKeyName="k")).replaces == ["kmsKeyName"]


def test_what_is_granted_on_a_repository_is_granted_on_one(frankfurt):
    with refused("notFound [repository nobody]"):
        frankfurt.make(
            "artifactregistry/repositoryIamMember:RepositoryIamMember", repository="nobody", location=REGION,
            role="roles/artifactregistry.reader", member="group:readers@example.com",
        )  # fmt: skip


# --- Secret Manager --------------------------------------------------------------------------------------------------


def secret(**changes):
    return {"secretId": "slack-token", **HERE, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"secretId": "slack/token"}, "The provided Secret ID [slack/token] does not match the expected format"),
        ({"replication": {}}, "one of `replication.auto,replication.user_managed` must be specified, got 0"),
        ({"replication": {"auto": {}, **HERE["replication"]}}, "must be specified, got 2"),
        ({"replication": {"userManaged": {"replicas": [{"location": REGION}] * 2}}},
         "Replica locations must be unique: europe-west3 is given more than once"),
        ({"replication": {"userManaged": {"replicas": [{"location": "europe-west33"}]}}}, "'locations/europe-west33'"),
        ({"replication": {"userManaged": {"replicas": [
            {"location": REGION, "customerManagedEncryption": {"kmsKeyName": "k"}}, {"location": "europe-west4"}]}}},
         "Either all replicas or none of them must be encrypted with a customer's key"),
        ({"ttl": "3600s", "expireTime": "2030-01-01T00:00:00Z"}, "Only one of `ttl` or `expire_time` can be provided"),
        ({"ttl": "1h"}, "1h is not a duration in seconds like 86400s"),
        ({"versionDestroyTtl": "3600s"}, "versionDestroyTtl must be between 86400s and 86400000s, got 3600s"),
        ({"rotation": {"nextRotationTime": "2030-01-01T00:00:00Z"}}, "Topics must be set to configure rotation"),
        ({"rotation": {"rotationPeriod": "60s"}, "topics": [{"name": "t"}]}, "The rotation period must be between 360"),
        ({"rotation": {"rotationPeriod": "7200s"}, "topics": [{"name": "t"}]}, "needs the time of the next rotation"),
    ],
)  # fmt: skip
def test_a_wrong_secret_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{SECRET}", "token", secret(**changes))


def test_a_secrets_key_stands_in_its_replicas_place(frankfurt):
    ring = frankfurt.ring(location="europe-west4")
    key = frankfurt.key_for("service-{number}@gcp-sa-secretmanager", "secretmanager", ring=ring)
    encrypted = {"location": REGION, "customerManagedEncryption": {"kmsKeyName": key.id}}
    with refused("must be in the location of its replica, europe-west3, not in europe-west4"):
        frankfurt.make(SECRET, **secret(replication={"userManaged": {"replicas": [encrypted]}}))


def test_versions_are_numbered(frankfurt):
    made = frankfurt.make(SECRET, **secret())
    assert made["name"] == f"projects/{PROJECT}/secrets/slack-token"
    first = frankfurt.make(VERSION, "one", secret=made.id, secretData="a")
    second = frankfurt.make(VERSION, "two", secret=made.id, secretData="b")
    assert (first["version"], second["version"]) == ("1", "2")
    assert second.id == second["name"] == f"{made.id}/versions/2"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "one of `secret_data,secret_data_wo` must be specified, got 0"),
        ({"secretData": "x", "secretDataWo": "y"}, "must be specified, got 2"),
        ({"secretData": "x" * 65537}, "The payload has 65537 bytes; at most 65536 are allowed"),
    ],
)
def test_a_wrong_version_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{VERSION}", "it", {"secret": f"projects/{PROJECT}/secrets/s", **changes})


def test_a_version_is_of_a_secret_that_stands(frankfurt):
    with refused("Error 404: Secret [slack-token] not found."):
        frankfurt.make(VERSION, secret="slack-token", secretData="x")


def test_a_regional_secret_stands_in_a_region(frankfurt, google):
    with refused("Location eu is not a region that regional secrets are offered in"):
        google.preview(f"gcp:{REGIONAL}", "it", {"secretId": "token", "location": "eu"})
    made = frankfurt.make(REGIONAL, secretId="token", location=REGION)
    assert made["name"] == f"projects/{PROJECT}/locations/{REGION}/secrets/token"
    version = frankfurt.make(REGIONAL_VERSION, secret=made.id, secretData="x")
    assert (version["version"], version["location"]) == ("1", REGION)


def test_a_protected_secret_stays(frankfurt, google):
    made = frankfurt.make(SECRET, **secret(deletionProtection=True))
    with refused("because deletion_protection is set to true"):
        google.delete(made)
