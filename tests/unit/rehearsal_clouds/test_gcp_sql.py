"""Cloud SQL as simulated: editions, backups, private addresses, replicas, flags, users."""

import pytest

from tests.unit.rehearsal_clouds.gcp_world import REGION, refused
from tests.unit.rehearsal_clouds.provider_client import PROJECT, without

INSTANCE, DATABASE, USER = "sql/databaseInstance:DatabaseInstance", "sql/database:Database", "sql/user:User"
SETTINGS = {
    "tier": "db-perf-optimized-N-4",
    "edition": "ENTERPRISE_PLUS",
    "availabilityType": "REGIONAL",
    "diskSize": 100,
    "ipConfiguration": {"ipv4Enabled": False, "sslMode": "ENCRYPTED_ONLY"},
    "backupConfiguration": {
        "enabled": True, "startTime": "02:00", "location": REGION, "pointInTimeRecoveryEnabled": True,
        "transactionLogRetentionDays": 30, "backupRetentionSettings": {"retainedBackups": 31},
    },
    "databaseFlags": [{"name": "cloudsql.iam_authentication", "value": "on"}],
}  # fmt: skip


def laid(under, over):
    """Lay changes over settings, map by map; None takes a setting away."""
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    both = {**under, **{name: laid(under.get(name), item) for name, item in over.items()}}
    return {name: item for name, item in both.items() if item is not None}


def instance(network="projects/p/global/networks/n", *, settings=None, **changes):
    """Return the inputs of a regional Enterprise Plus instance with a private address."""
    private = {"ipConfiguration": {"privateNetwork": network}}
    inputs = {
        "name": "dta-postgres",
        "region": REGION,
        "databaseVersion": "POSTGRES_17",
        "deletionProtection": False,
        "settings": laid(laid(SETTINGS, private), settings or {}),
    }
    return {**inputs, **changes}


def replica(primary, network, *, settings=None, **changes):
    """Return the inputs of a replica as large as its primary."""
    own = {"availabilityType": "ZONAL", "backupConfiguration": None, **(settings or {})}
    return instance(
        network.id, settings=own, **{"name": "dta-replica-1", "masterInstanceName": primary["name"], **changes}
    )


@pytest.fixture
def network(frankfurt):
    return frankfurt.network()


@pytest.fixture
def allocated(frankfurt, network):
    return frankfurt.make(
        "compute/globalAddress:GlobalAddress", "services", name="services", purpose="VPC_PEERING",
        addressType="INTERNAL", address="10.60.0.0", prefixLength=20, network=network.id,
    )  # fmt: skip


def connect(frankfurt, network, *ranges):
    return frankfurt.make(
        "servicenetworking/connection:Connection", "connection", network=network.id,
        service="servicenetworking.googleapis.com", reservedPeeringRanges=list(ranges),
    )  # fmt: skip


@pytest.fixture
def connected(frankfurt, network, allocated):
    return connect(frankfurt, network, allocated["name"])


@pytest.fixture
def primary(frankfurt, network, connected):  # noqa: ARG001 -- the network is connected
    return frankfurt.make(INSTANCE, "primary", **instance(network.id))


# --- in preview ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"edition": None, "tier": "db-custom-2-7680"},
         "Invalid Tier (db-custom-2-7680) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized"),
        ({"edition": None, "tier": "db-f1-micro"}, "[POSTGRES_17 without an edition]"),
        ({"edition": "ENTERPRISE"}, "Invalid Tier (db-perf-optimized-N-4) for (ENTERPRISE) Edition"),
        ({"edition": "STANDARD"}, "'STANDARD' is not offered"),
        ({"edition": "ENTERPRISE", "tier": "db-custom-3-7680"}, "CPUs must be 1 or an even number up to 96, not 3"),
        ({"edition": "ENTERPRISE", "tier": "db-custom-2-7700"}, "Memory must be a multiple of 256 MB and at least 384"),
        ({"edition": "ENTERPRISE", "tier": "db-custom-2-15360"}, "Memory must be 0.9 to 6.5 GB per vCPU: 15360 MB for"),
        ({"edition": "ENTERPRISE", "tier": "db-custom-2-7680"},
         "Transaction log retention days must be between 1 and 7 for (ENTERPRISE) Edition, got 30"),
        ({"backupConfiguration": {"transactionLogRetentionDays": 36}}, "must be between 1 and 35 for (ENTERPRISE_PLUS"),
        ({"backupConfiguration": {"transactionLogRetentionDays": 0}}, "must be between 1 and 35 for (ENTERPRISE_PLUS)"),
        ({"backupConfiguration": {"backupRetentionSettings": {"retainedBackups": 7}}},
         "Retained backups (7) must not be fewer than transaction log retention days (30)"),
        ({"backupConfiguration": {"backupRetentionSettings": {"retainedBackups": 366}}},
         "Retained backups must be between 1 and 365, got 366"),
        ({"backupConfiguration": {"startTime": "2:00"}}, "Invalid backup start time (2:00): HH:MM is expected"),
        ({"backupConfiguration": {"enabled": False}}, "Point-in-time recovery cannot be enabled while backups are dis"),
        ({"backupConfiguration": {"binaryLogEnabled": True}}, "Binary log can only be enabled for MySQL instances"),
        ({"backupConfiguration": {"location": "europe-west33"}}, "'locations/europe-west33'"),
        ({"backupConfiguration": {"pointInTimeRecoveryEnabled": False}},
         "REGIONAL availability needs automated backups and point-in-time recovery"),
        ({"availabilityType": "MULTI"}, "'MULTI' is not offered"),
        ({"ipConfiguration": {"privateNetwork": None}},
         "At least one of Public IP or Private IP connectivity must be enabled"),
        ({"ipConfiguration": {"sslMode": "REQUIRED"}}, "'REQUIRED' is not offered. Offered: ALLOW_UNENCRYPTED_AND_ENC"),
        ({"ipConfiguration": {"authorizedNetworks": [{"value": "10.0.0.1/8"}]}}, "is not a network in CIDR form"),
        ({"diskSize": 5}, "Disk size of a PD_SSD disk must be between 10 GB and 65536 GB, got 5"),
        ({"diskType": "HYPERDISK_BALANCED", "diskSize": 10}, "must be between 20 GB and 65536 GB, got 10"),
        ({"databaseFlags": [{"name": "cloudsql.iam_auth", "value": "on"}]},
         'Invalid flag name: cloudsql.iam_auth. Did you mean "cloudsql.iam_authentication"?'),
        ({"databaseFlags": [{"name": "cloudsql.iam_authentication", "value": "true"}]},
         "Invalid value for flag: cloudsql.iam_authentication. Got 'true', allowed: on, off"),
        ({"databaseFlags": [{"name": "max_connections", "value": "10"}]}, "Got '10', allowed: 14 to 262143"),
        ({"databaseFlags": [{"name": "log_statement", "value": "some"}]}, "Got 'some', allowed: none, ddl, mod, all"),
        ({"databaseFlags": [{"name": "jit", "value": "on"}, {"name": "jit", "value": "off"}]},
         "Flag jit is given more than once"),
        ({"maintenanceWindow": {"day": 8, "hour": 3}}, "maintenance_window.day to be in the range (1 - 7), got 8"),
        ({"maintenanceWindow": {"day": 7, "hour": 24}}, "maintenance_window.hour to be in the range (0 - 23), got 24"),
        ({"insightsConfig": {"queryStringLength": 100}}, "100 is below the minimum of 256"),
        ({"userLabels": {"Cost": "a"}}, "Label key 'Cost' violates format constraints"),
    ],
)  # fmt: skip
def test_wrong_settings_are_refused_in_preview(google, settings, message):
    with refused(message):
        google.preview(f"gcp:{INSTANCE}", "db", instance(settings=settings))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Postgres"}, "Invalid instance name (Postgres)"),
        ({"name": "p" * 95}, "is longer than 98"),
        ({"databaseVersion": "POSTGRES_12"}, "Invalid database version (POSTGRES_12)"),
        ({"masterInstanceName": "dta-postgres"}, "Backups cannot be enabled on a read replica"),
        ({"region": "europe-west99"}, "Unknown region"),
    ],
)
def test_a_wrong_instance_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{INSTANCE}", "db", instance(**changes))


def test_data_cache_is_of_enterprise_plus(google):
    small = {"edition": "ENTERPRISE", "tier": "db-custom-2-7680", "backupConfiguration": None,
             "availabilityType": "ZONAL", "dataCacheConfig": {"dataCacheEnabled": True}}  # fmt: skip
    with refused("Data cache is only supported for (ENTERPRISE_PLUS) Edition"):
        google.preview(f"gcp:{INSTANCE}", "db", instance(settings=small))


def test_older_versions_are_enterprise_unless_it_is_said(google):
    small = {"edition": None, "tier": "db-custom-2-7680", "backupConfiguration": {"transactionLogRetentionDays": 7}}
    google.preview(f"gcp:{INSTANCE}", "db", instance(settings=small, databaseVersion="POSTGRES_15"))


# --- against what stands ---------------------------------------------------------------------------------------------


def test_a_private_address_needs_the_networks_connection_first(frankfurt, network):
    with refused(
        "Failed to create subnetwork. Please create Service Networking connection with service "
        f"'servicenetworking.googleapis.com' from consumer project '{PROJECT}' network 'net' again"
    ):
        frankfurt.make(INSTANCE, "primary", **instance(network.id))


@pytest.mark.usefixtures("connected")
def test_the_named_range_is_one_of_the_connection(frankfurt, network):
    settings = {"ipConfiguration": {"allocatedIpRange": "other"}}
    with refused("Allocated IP range 'other' is not of the connection [its ranges: services]"):
        frankfurt.make(INSTANCE, "primary", **instance(network.id, settings=settings))


def test_an_instance_gives_back_its_names_and_a_private_address_of_the_range(primary):
    assert primary["connectionName"] == f"{PROJECT}:{REGION}:dta-postgres"
    assert primary["selfLink"].endswith(f"/projects/{PROJECT}/instances/dta-postgres")
    assert primary["privateIpAddress"].startswith("10.60.")
    assert primary["ipAddresses"] == [{"type": "PRIVATE", "ipAddress": primary["privateIpAddress"]}]
    assert (primary["publicIpAddress"], primary["instanceType"]) == ("", "CLOUD_SQL_INSTANCE")
    assert primary["serviceAccountEmailAddress"].endswith("@gcp-sa-cloud-sql.iam.gserviceaccount.com")
    assert primary["settings"]["edition"] == "ENTERPRISE_PLUS"


def test_a_name_is_taken_in_its_project(frankfurt, network, primary):  # noqa: ARG001 -- it stands
    with refused(f"Error 409: The resource 'projects/{PROJECT}/instances/dta-postgres' already exists"):
        frankfurt.make(INSTANCE, "second", **instance(network.id))


def test_replicas_have_addresses_of_their_own(frankfurt, network, primary):
    first = frankfurt.make(INSTANCE, "one", **replica(primary, network))
    second = frankfurt.make(INSTANCE, "two", **replica(primary, network, name="dta-replica-2"))
    assert first["instanceType"] == "READ_REPLICA_INSTANCE"
    assert len({it["privateIpAddress"] for it in (primary, first, second)}) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"masterInstanceName": "nobody"}, "The primary instance 'nobody' does not exist"),
        ({"databaseVersion": "POSTGRES_16"}, "The database version of a replica must be its primary's: POSTGRES_17"),
        ({"settings": {"edition": "ENTERPRISE", "tier": "db-custom-4-15360"}},
         "The primary 'dta-postgres' is (ENTERPRISE_PLUS) Edition: its replicas must be, too"),
    ],
)  # fmt: skip
def test_a_replica_fits_its_primary(frankfurt, network, primary, changes, message):
    with refused(message):
        frankfurt.make(INSTANCE, "replica", **replica(primary, network, **changes))


@pytest.mark.usefixtures("connected")
def test_a_replicas_flags_are_at_least_its_primarys(frankfurt, network):
    more = {"databaseFlags": [{"name": "max_connections", "value": "500"}]}
    primary = frankfurt.make(INSTANCE, "primary", **instance(network.id, settings=more))
    fewer = {"databaseFlags": [{"name": "max_connections", "value": "200"}]}
    with refused("The flag max_connections of a replica must be at least its primary's, 500"):
        frankfurt.make(INSTANCE, "replica", **replica(primary, network, settings=fewer))


@pytest.mark.usefixtures("connected")
def test_a_primary_with_replicas_is_backed_up(frankfurt, network):
    bare = {"backupConfiguration": {"enabled": False, "pointInTimeRecoveryEnabled": False}, "availabilityType": "ZONAL"}
    primary = frankfurt.make(INSTANCE, "primary", **instance(network.id, settings=bare))
    with refused("The primary instance must have automated backups enabled to have replicas"):
        frankfurt.make(INSTANCE, "replica", **replica(primary, network))


def test_a_replica_is_under_its_primarys_key(frankfurt, network, primary):
    key = frankfurt.key_for("service-{number}@gcp-sa-cloud-sql", "sqladmin")
    with refused("A replica in its primary's region is encrypted with its primary's key: none"):
        frankfurt.make(INSTANCE, "replica", **replica(primary, network, encryptionKeyName=key.id))


def test_the_key_stands_in_the_instances_region(frankfurt, network, connected):  # noqa: ARG001 -- it is connected
    key = frankfurt.key_for(
        "service-{number}@gcp-sa-cloud-sql", "sqladmin", ring=frankfurt.ring(location="europe-west4")
    )
    with refused("does not match the location of the resource (europe-west3)"):
        frankfurt.make(INSTANCE, "primary", **instance(network.id, encryptionKeyName=key.id))


def test_a_primary_with_replicas_stays(frankfurt, google, network, primary):
    standing = frankfurt.make(INSTANCE, "one", **replica(primary, network))
    with refused("The instance 'dta-postgres' cannot be deleted while it has replicas: dta-replica-1"):
        google.delete(primary)
    google.delete(standing)
    google.delete(primary)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"deletionProtection": True}, "because deletion_protection is set to true"),
        ({"deletionPolicy": "PREVENT"}, "cannot destroy DatabaseInstance"),
        ({"settings": {"deletionProtectionEnabled": True}}, "is protected against deletion"),
    ],
)
@pytest.mark.usefixtures("connected")
def test_a_protected_instance_stays(frankfurt, google, network, changes, message):
    standing = frankfurt.make(INSTANCE, "primary", **instance(network.id, **changes))
    with refused(message):
        google.delete(standing)


@pytest.mark.usefixtures("connected")
def test_an_instance_is_protected_unless_it_is_said(frankfurt, google, network):
    standing = frankfurt.make(INSTANCE, "primary", **without(instance(network.id), "deletionProtection"))
    with refused("because deletion_protection is set to true"):
        google.delete(standing)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"settings": {"diskSize": 50}}, "Disk size cannot be decreased from 100 GB to 50 GB"),
        ({"settings": {"ipConfiguration": {"privateNetwork": None, "ipv4Enabled": True}}},
         "Private IP cannot be disabled once it is enabled"),
        ({"databaseVersion": "POSTGRES_16"}, "Downgrading is not supported: POSTGRES_17 cannot become POSTGRES_16"),
    ],
)  # fmt: skip
def test_an_instance_only_grows(google, network, primary, changes, message):
    inputs = instance(network.id, **changes)
    with refused(message):
        google.update(primary, **inputs)


def test_an_instance_moves_by_replacement(google, network, primary):
    assert google.diff(primary, instance(network.id, region="europe-west4")).replaces == ["region"]


def test_a_drifted_backup_location_shows(clouds, google, primary):
    thing = clouds.inventory.get("gcp", primary.id)
    clouds.inventory.edit(thing, "settings.backupConfiguration.location", "eu")
    found = google.read(primary)
    assert found["settings"]["backupConfiguration"]["location"] == "eu"
    assert google.diff(found, primary.inputs).detailedDiff


# --- databases and users ---------------------------------------------------------------------------------------------


def test_a_database_stands_in_an_instance(frankfurt):
    with refused("Error 404: The Cloud SQL instance does not exist., instanceDoesNotExist [nobody]"):
        frankfurt.make(DATABASE, instance="nobody", name="app")


def test_a_database_is_made_in_unicode_and_not_on_a_replica(frankfurt, network, primary):
    with refused("charset must be UTF8 when a database is made, got LATIN1"):
        frankfurt.make(DATABASE, instance=primary["name"], name="app", charset="LATIN1")
    made = frankfurt.make(DATABASE, instance=primary["name"], name="app")
    assert made.id == f"projects/{PROJECT}/instances/dta-postgres/databases/app"
    standing = frankfurt.make(INSTANCE, "one", **replica(primary, network))
    with refused("The operation is not allowed on a read replica; use its primary 'dta-postgres'"):
        frankfurt.make(DATABASE, "second", instance=standing["name"], name="app")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "api@dtx-shop.iam.gserviceaccount.com"}, "has the suffix '.gserviceaccount.com': use \"api@dtx-shop"),
        ({"name": "api"}, 'Invalid IAM database user name "api": an account has an @'),
        ({"name": "api@dtx-shop.iam", "password": "x"}, "A password cannot be set for a user of type CLOUD_IAM_SERVIC"),
        ({"type": "BUILT_IN", "password": "x", "passwordWo": "y"}, "only one of password and passwordWo can be set"),
        ({"type": "IAM"}, "'IAM' is not offered"),
    ],
)  # fmt: skip
def test_a_wrong_user_is_refused_in_preview(google, changes, message):
    inputs = {"instance": "dta-postgres", "name": "api@dtx-shop.iam", "type": "CLOUD_IAM_SERVICE_ACCOUNT", **changes}
    with refused(message):
        google.preview(f"gcp:{USER}", "user", inputs)


def test_users_of_iam_need_the_instances_flag(frankfurt, google, network, primary):
    inputs = {"instance": primary["name"], "name": "api@dtx-shop.iam", "type": "CLOUD_IAM_SERVICE_ACCOUNT"}
    frankfurt.make(USER, "api", **inputs)
    google.update(primary, **instance(network.id, settings={"databaseFlags": []}))
    with refused("IAM authentication is not enabled on the instance: set the flag cloudsql.iam_authentication to on"):
        frankfurt.make(USER, "second", **{**inputs, "name": "user@dtx-shop.iam"})


@pytest.mark.parametrize(
    ("changes", "message"),
    [({}, "A password is required for a PostgreSQL user"), ({"host": "%", "password": "x"}, "Host is not supported")],
)
def test_users_of_postgresql_have_a_password_and_no_host(frankfurt, primary, changes, message):
    with refused(message):
        frankfurt.make(USER, instance=primary["name"], name="app", **changes)


def test_what_stands_in_an_instance_goes_with_it(clouds, frankfurt, google, primary):
    frankfurt.make(DATABASE, instance=primary["name"], name="app")
    google.delete(primary)
    assert clouds.inventory.count("gcp", f"gcp:{DATABASE}") == 0


# --- the network's connection ----------------------------------------------------------------------------------------


def test_peered_ranges_are_allocated_in_the_network(frankfurt, network):
    with refused("Allocated range 'nobody' not found in network 'net'"):
        connect(frankfurt, network, "nobody")


def test_peered_ranges_are_for_peering(frankfurt, network):
    wrong = frankfurt.make("compute/globalAddress:GlobalAddress", "ip", name="ip", addressType="EXTERNAL")
    with refused("'ip' is not an internal range with the purpose VPC_PEERING"):
        connect(frankfurt, network, wrong["name"])


def test_peered_ranges_are_of_the_network(frankfurt, allocated):
    with refused("'services' is of network 'net', not of 'other'"):
        connect(frankfurt, frankfurt.network("other"), allocated["name"])


def test_a_network_is_connected_once(frankfurt, network, allocated, connected):  # noqa: ARG001 -- it stands
    inputs = {"network": network.id, "service": "servicenetworking.googleapis.com"}
    with refused("Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection"):
        frankfurt.make("servicenetworking/connection:Connection", "second", **inputs,
                       reservedPeeringRanges=[allocated["name"]])  # fmt: skip


def test_only_googles_own_service_peers(google):
    inputs = {"network": "projects/p/global/networks/n", "service": "peers.example.com", "reservedPeeringRanges": ["a"]}
    with refused("'peers.example.com' is not a service that peers"):
        google.preview("gcp:servicenetworking/connection:Connection", "it", inputs)


def test_a_connection_in_use_stays(google, connected, primary):  # noqa: ARG001 -- it uses the connection
    with refused(
        "Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using"
    ):
        google.delete(connected)


def test_a_connection_in_use_goes_where_its_peering_is_cut_off(google, connected, primary):  # noqa: ARG001
    google.delete(google.update(connected, deletionPolicy="REMOVE_PEERING"))


def test_a_connection_gives_back_its_peering(connected):
    assert connected["peering"] == "servicenetworking-googleapis-com"
