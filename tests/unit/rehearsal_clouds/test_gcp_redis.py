"""Memorystore for Redis as simulated: sizes, settings, and the door a cluster needs."""

import ipaddress

import pytest

from tests.unit.rehearsal_clouds.gcp_world import REGION, refused
from tests.unit.rehearsal_clouds.provider_client import PROJECT, without

CLUSTER, INSTANCE = "redis/cluster:Cluster", "redis/instance:Instance"
POLICY = "networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy"
NETWORK = f"projects/{PROJECT}/global/networks/net"


def cluster(**changes):
    """Return the inputs of three nodes of 26 GB with a replica each."""
    inputs = {
        "name": "dta-redis",
        "region": REGION,
        "shardCount": 3,
        "replicaCount": 1,
        "nodeType": "REDIS_STANDARD_LARGE",
        "pscConfigs": [{"network": NETWORK}],
        "redisConfigs": {"maxmemory-policy": "allkeys-lru"},
        "authorizationMode": "AUTH_MODE_IAM_AUTH",
        "transitEncryptionMode": "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION",
        "deletionProtectionEnabled": False,
    }
    return {**inputs, **changes}


def instance(**changes):
    """Return the inputs of a single instance with a standby."""
    inputs = {"name": "small", "region": REGION, "tier": "STANDARD_HA", "memorySizeGb": 5, "deletionProtection": False}
    return {**inputs, **changes}


@pytest.fixture
def network(frankfurt):
    return frankfurt.network()


@pytest.fixture
def subnet(frankfurt, network):
    return frankfurt.subnet("psc", "10.70.0.0/24", network)


def allow(frankfurt, network, *subnets, **changes):
    inputs = {"name": "redis", "location": REGION, "network": network.id, "serviceClass": "gcp-memorystore-redis",
              "pscConfig": {"subnetworks": list(subnets)}}  # fmt: skip
    return frankfurt.make(POLICY, changes.pop("label", "policy"), **{**inputs, **changes})


@pytest.fixture
def policy(frankfurt, network, subnet):
    return allow(frankfurt, network, subnet.id)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Redis"}, "Invalid value for cluster id: Redis"),
        ({"nodeType": "REDIS_16GB"}, "node_type to be one of the node types of Redis Cluster, got REDIS_16GB"),
        ({"shardCount": 0}, "The shard count must be between 1 and 250, got 0"),
        ({"replicaCount": 6}, "The replica count must be between 0 and 5, got 6"),
        ({"shardCount": 100, "replicaCount": 2}, "100 shards with 2 replicas each are 300 nodes; 250 are allowed"),
        ({"pscConfigs": []}, "Exactly one PSC config must be specified, got 0"),
        ({"redisConfigs": {"maxmemory_policy": "allkeys-lru"}},
         'maxmemory_policy is not supported. Did you mean "maxmemory-policy"?'),
        ({"redisConfigs": {"maxmemory-policy": "lru"}}, "config maxmemory-policy: 'lru'. Allowed: noeviction, allkeys"),
        ({"redisConfigs": {"maxmemory": "half"}}, "config maxmemory: 'half'. Allowed: a number of bytes with b, kb, m"),
        ({"redisConfigs": {"maxmemory-clients": "120%"}}, "config maxmemory-clients: '120%'. Allowed: 0% to 100%"),
        ({"redisConfigs": {"notify-keyspace-events": "Q"}}, "config notify-keyspace-events: 'Q'. Allowed: letters out"),
        ({"redisConfigs": {"slowlog-max-len": "-1"}}, "config slowlog-max-len: '-1'. Allowed: 0 to"),
        ({"authorizationMode": "AUTH_MODE_PASSWORD"}, "'AUTH_MODE_PASSWORD' is not offered"),
        ({"transitEncryptionMode": "TLS"}, "'TLS' is not offered"),
        ({"automatedBackupConfig": {"retention": "3600s", "fixedFrequencySchedule": {"startTime": {"hours": 2}}}},
         "Retention of automated backups must be between 86400s and 31536000s, got 3600s"),
        ({"automatedBackupConfig": {"retention": "86400s", "fixedFrequencySchedule": {"startTime": {"hours": 24}}}},
         "24 is above the maximum of 23"),
        ({"persistenceConfig": {"mode": "SNAPSHOT"}}, "'SNAPSHOT' is not offered. Offered: DISABLED, RDB, AOF"),
        ({"zoneDistributionConfig": {"mode": "SINGLE_ZONE"}}, "A zone must be specified for SINGLE_ZONE"),
        ({"zoneDistributionConfig": {"mode": "MULTI_ZONE", "zone": "europe-west3-a"}}, "cannot be specified for MULTI"),
        ({"zoneDistributionConfig": {"mode": "SINGLE_ZONE", "zone": "europe-west4-a"}},
         "Zone europe-west4-a is not in the region europe-west3"),
        ({"region": "europe-west33"}, "Unknown region"),
    ],
)  # fmt: skip
def test_a_wrong_cluster_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{CLUSTER}", "cache", cluster(**changes))


@pytest.mark.usefixtures("network")
def test_a_cluster_needs_a_policy_of_its_network_and_region_first(frankfurt):
    with refused(
        f"No service connection policy for service class gcp-memorystore-redis exists in network {NETWORK} and region "
        "europe-west3. Create one before the cluster"
    ):
        frankfurt.make(CLUSTER, **cluster())


def test_a_policy_of_another_class_does_not_open_the_door(frankfurt, network, subnet):
    allow(frankfurt, network, subnet.id, serviceClass="google-cloud-sql")
    with refused("No service connection policy for service class gcp-memorystore-redis"):
        frankfurt.make(CLUSTER, **cluster())


def test_a_cluster_gives_back_its_endpoint_size_and_authority(frankfurt, policy):  # noqa: ARG001 -- it stands
    made = frankfurt.make(CLUSTER, **cluster())
    endpoint = made["discoveryEndpoints"][0]
    assert ipaddress.ip_address(endpoint["address"]) in ipaddress.ip_network("10.70.0.0/24")
    assert (endpoint["port"], endpoint["pscConfig"]["network"]) == (6379, NETWORK)
    assert made["pscConnections"][0]["address"] == endpoint["address"]
    assert (made["preciseSizeGb"], made["sizeGb"], made["state"]) == (78, 78, "ACTIVE")
    assert made["managedServerCas"][0]["caCerts"][0]["certificates"]
    assert made.id == f"projects/{PROJECT}/locations/{REGION}/clusters/dta-redis"


def test_a_cluster_without_tls_has_no_authority(frankfurt, policy):  # noqa: ARG001 -- it stands
    made = frankfurt.make(CLUSTER, **without(cluster(), "transitEncryptionMode"))
    assert made["managedServerCas"] == []


def test_a_cluster_is_protected_unless_it_is_said(frankfurt, google, policy):  # noqa: ARG001 -- it stands
    made = frankfurt.make(CLUSTER, **without(cluster(), "deletionProtectionEnabled"))
    with refused("is protected against deletion"):
        google.delete(made)


def test_a_clusters_key_stands_in_its_region(frankfurt, policy):  # noqa: ARG001 -- it stands
    key = frankfurt.key_for("service-{number}@cloud-redis", ring=frankfurt.ring(location="europe-west4"))
    with refused("does not match the location of the resource (europe-west3)"):
        frankfurt.make(CLUSTER, **cluster(kmsKey=key.id))


def test_what_a_cluster_was_made_with_is_replaced_and_its_size_is_not(frankfurt, google, policy):  # noqa: ARG001
    made = frankfurt.make(CLUSTER, **cluster())
    assert google.diff(made, cluster(authorizationMode="AUTH_MODE_DISABLED")).replaces == ["authorizationMode"]
    assert not google.diff(made, cluster(shardCount=4)).replaces


def test_a_drifted_eviction_policy_shows(clouds, frankfurt, google, policy):  # noqa: ARG001 -- it stands
    made = frankfurt.make(CLUSTER, **cluster())
    clouds.inventory.edit(clouds.inventory.get("gcp", made.id), 'redisConfigs["maxmemory-policy"]', "noeviction")
    found = google.read(made)
    assert found["redisConfigs"] == {"maxmemory-policy": "noeviction"}
    assert google.diff(found, cluster()).detailedDiff


# --- policies --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"serviceClass": "redis"}, "Error 404: Service class redis was not found"),
        ({"pscConfig": {"subnetworks": []}}, "At least one subnetwork must be specified"),
        ({"location": "europe-west33"}, "'locations/europe-west33'"),
    ],
)
def test_a_wrong_policy_is_refused_in_preview(google, changes, message):
    inputs = {
        "name": "redis",
        "location": REGION,
        "network": NETWORK,
        "serviceClass": "gcp-memorystore-redis",
        **changes,
    }
    with refused(message):
        google.preview(f"gcp:{POLICY}", "policy", inputs)


def test_a_policys_subnet_stands(frankfurt, network):
    with refused("was not found"):
        allow(frankfurt, network, f"projects/{PROJECT}/regions/{REGION}/subnetworks/nobody")


def test_a_policys_subnet_is_of_its_region(frankfurt, network):
    other = frankfurt.subnet("other", "10.71.0.0/24", network, region="europe-west4")
    with refused("Subnetwork other is in europe-west4, the policy in europe-west3"):
        allow(frankfurt, network, other.id)


def test_a_policys_subnet_is_of_its_network(frankfurt, network):
    other = frankfurt.subnet("other", "10.71.0.0/24", frankfurt.network("second"))
    with refused("Subnetwork other is not of network net"):
        allow(frankfurt, network, other.id)


def test_a_network_has_one_policy_of_a_class_in_a_region(frankfurt, network, subnet, policy):
    with refused(f"exists in network net and region europe-west3: {policy.id}"):
        allow(frankfurt, network, subnet.id, name="second", label="second")


def test_a_policy_in_use_stays(frankfurt, google, policy):
    made = frankfurt.make(CLUSTER, **cluster())
    with refused(f"ServiceConnectionPolicy redis is in use by {made.id} and cannot be deleted"):
        google.delete(policy)
    google.delete(made)
    google.delete(policy)


# --- single instances ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"memorySizeGb": 301}, "The memory size must be between 1 and 300 GB, got 301"),
        ({"redisVersion": "REDIS_9"}, "Redis version REDIS_9 is not supported"),
        ({"tier": "BASIC", "replicaCount": 1}, "must be 0, got 1"),
        ({"replicaCount": 2}, "The replica count of a STANDARD_HA instance with READ_REPLICAS_DISABLED must be 1, got"),
        ({"replicaCount": 6, "readReplicasMode": "READ_REPLICAS_ENABLED"}, "must be 1 to 5, got 6"),
        ({"tier": "BASIC", "readReplicasMode": "READ_REPLICAS_ENABLED"}, "only supported for the tier STANDARD_HA"),
        ({"locationId": "europe-west3-a", "alternativeLocationId": "europe-west3-a"}, "must be another zone than euro"),
        ({"redisConfigs": {"maxmemory-policy": "oldest"}}, "config maxmemory-policy: 'oldest'"),
        ({"redisConfigs": {"maxmemory": "1gb"}}, "Invalid Redis config: maxmemory is not supported"),
    ],
)  # fmt: skip
def test_a_wrong_instance_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{INSTANCE}", "cache", instance(**changes))


def test_private_access_needs_the_networks_connection(frankfurt, network):
    with refused("Google private service access is not enabled. Enable private service access and try again"):
        frankfurt.make(INSTANCE, **instance(authorizedNetwork=network.id, connectMode="PRIVATE_SERVICE_ACCESS"))


def test_an_instance_gives_back_where_and_how_to_reach_it(frankfurt):
    made = frankfurt.make(INSTANCE, **instance(authEnabled=True, transitEncryptionMode="SERVER_AUTHENTICATION"))
    assert (made["port"], made["currentLocationId"]) == (6378, "europe-west3-a")
    assert made["authString"]
    assert made["serverCaCerts"][0]["cert"].startswith("-----BEGIN CERTIFICATE-----")
