import json
from datetime import UTC, datetime

import pytest

from components.gcp.cluster import Freeze, Upgrades, kubeconfig, maintenance_policy
from components.gcp.node_pool import nodes_per_zone
from settings.dtx.cluster import ClusterSettings, NodePoolSettings
from systems.dtx import node_pools, placement
from tests.components.strict_mocks import World

CLUSTER, POOL = "gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool"
PROJECT_ROLE = "gcp:projects/iAMMember:IAMMember"
IMAGE_ROLE = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
KEYS = "projects/dtx-platform/locations/europe-west3/keyRings/dta-keys-1/cryptoKeys"


def test_the_cluster_has_the_infrastructures_name_region_and_zones(dtx_prod: World) -> None:
    cluster = dtx_prod.one(CLUSTER, "cluster-cluster")
    assert (cluster["name"], cluster["location"], cluster["project"]) == ("dta-cluster", "europe-west3", "dtx-platform")
    assert cluster["nodeLocations"] == ["europe-west3-a", "europe-west3-b", "europe-west3-c"]


def test_production_has_five_workers_or_more_counted_over_all_zones(dtx_prod: World) -> None:
    autoscaling = dtx_prod.one(POOL, "cluster-services-pool")["autoscaling"]
    assert autoscaling == {"totalMinNodeCount": 5, "totalMaxNodeCount": 9, "locationPolicy": "BALANCED"}


def test_nodes_have_no_public_address_and_stand_in_the_clusters_zones(every_dtx: World) -> None:
    cluster = every_dtx.one(CLUSTER, "cluster-cluster")
    assert cluster["privateClusterConfig"]["enablePrivateNodes"] is True
    for pool in every_dtx.of(POOL).values():
        assert pool["networkConfig"] == {"enablePrivateNodes": True}
        assert (pool["location"], pool["nodeLocations"]) == (cluster["location"], cluster["nodeLocations"])


def test_the_control_plane_answers_to_its_name_only_after_iam(every_dtx: World) -> None:
    cluster = every_dtx.one(CLUSTER, "cluster-cluster")
    assert cluster["controlPlaneEndpointsConfig"] == {
        "dnsEndpointConfig": {"allowExternalTraffic": True},
        "ipEndpointsConfig": {"enabled": False},
    }
    assert cluster["masterAuth"] == {"clientCertificateConfig": {"issueClientCertificate": False}}
    assert cluster["anonymousAuthenticationConfig"] == {"mode": "LIMITED"}
    assert cluster["enableLegacyAbac"] is False


def test_secrets_and_disks_are_under_keys_of_the_region(dtx_prod: World) -> None:
    cluster = dtx_prod.one(CLUSTER, "cluster-cluster")
    assert cluster["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": f"{KEYS}/cluster"}
    nodes = [cluster["nodeConfig"], *(pool["nodeConfig"] for pool in dtx_prod.of(POOL).values())]
    assert {node["bootDiskKmsKey"] for node in nodes} == {f"{KEYS}/nodes"}


def test_policies_between_pods_hold_and_their_traffic_is_encrypted_between_nodes(every_dtx: World) -> None:
    cluster = every_dtx.one(CLUSTER, "cluster-cluster")
    assert cluster["datapathProvider"] == "ADVANCED_DATAPATH"
    assert cluster["inTransitEncryptionConfig"] == "IN_TRANSIT_ENCRYPTION_INTER_NODE_TRANSPARENT"
    assert cluster["enableIntranodeVisibility"] is True


def test_a_node_is_shielded_and_hands_pods_no_identity_of_its_own(every_dtx: World) -> None:
    cluster = every_dtx.one(CLUSTER, "cluster-cluster")
    assert cluster["enableShieldedNodes"] is True
    for node in (cluster["nodeConfig"], *(pool["nodeConfig"] for pool in every_dtx.of(POOL).values())):
        assert node["shieldedInstanceConfig"] == {"enableSecureBoot": True, "enableIntegrityMonitoring": True}
        assert node["workloadMetadataConfig"] == {"mode": "GKE_METADATA"}
        assert node["metadata"] == {"disable-legacy-endpoints": "true"}
        assert node["kubeletConfig"]["insecureKubeletReadonlyPortEnabled"] == "FALSE"
        assert node["serviceAccount"].startswith("cluster-nodes-account@")


def test_nodes_may_write_logs_and_metrics_and_pull_images_and_nothing_else(dtx_prod: World) -> None:
    member = "serviceAccount:cluster-nodes-account@p.iam.gserviceaccount.com"
    roles = [g["role"] for g in dtx_prod.of(PROJECT_ROLE).values() if g["member"] == member]
    assert roles == ["roles/container.defaultNodeServiceAccount"]
    pull = dtx_prod.one(IMAGE_ROLE, "cluster-nodes-pull")
    assert (pull["role"], pull["member"]) == ("roles/artifactregistry.reader", member)


def test_logs_of_workloads_stay_in_the_cluster(every_dtx: World) -> None:
    cluster = every_dtx.one(CLUSTER, "cluster-cluster")
    assert "WORKLOADS" not in cluster["loggingConfig"]["enableComponents"]
    assert cluster["monitoringConfig"]["managedPrometheus"] == {"enabled": False}


def test_production_cannot_be_deleted_by_mistake_and_dev_can(dtx_prod: World, dtx_dev: World) -> None:
    prod, dev = dtx_prod.one(CLUSTER, "cluster-cluster"), dtx_dev.one(CLUSTER, "cluster-cluster")
    assert (prod["deletionProtection"], prod["deletionPolicy"]) == (True, "PREVENT")
    assert (dev["deletionProtection"], dev["deletionPolicy"]) == (False, "DELETE")


def test_the_channel_upgrades_nodes_one_more_at_a_time_and_none_less(every_dtx: World) -> None:
    cluster = every_dtx.one(CLUSTER, "cluster-cluster")
    assert (cluster["releaseChannel"], cluster["minMasterVersion"]) == ({"channel": "REGULAR"}, "1.35")
    for pool in every_dtx.of(POOL).values():
        assert pool["management"] == {"autoRepair": True, "autoUpgrade": True}
        assert pool["upgradeSettings"] == {"strategy": "SURGE", "maxSurge": 1, "maxUnavailable": 0}


def test_the_clusters_objects_are_copied_within_the_region_under_its_key(dtx_prod: World) -> None:
    plan = dtx_prod.one("gcp:gkebackup/backupPlan:BackupPlan", "cluster-backup-plan")
    assert plan["location"] == "europe-west3"
    assert plan["cluster"] == "cluster-cluster-id"
    assert plan["backupConfig"] == {
        "allNamespaces": True,
        "includeSecrets": True,
        "includeVolumeData": False,
        "encryptionKey": {"gcpKmsEncryptionKey": f"{KEYS}/backups"},
    }
    assert plan["retentionPolicy"]["backupRetainDays"] == 30
    assert dtx_prod.one(CLUSTER, "cluster-cluster")["addonsConfig"]["gkeBackupAgentConfig"] == {"enabled": True}


def test_windows_and_freezes_are_in_utc_to_the_second() -> None:
    policy = maintenance_policy(
        Upgrades(
            days=["SA", "SU"],
            start_hour_utc=22,
            hours=6,
            freezes=[Freeze(name="fair", start="2027-03-01T00:00Z", end="2027-03-05T12:30Z", scope="NO_UPGRADES")],
        )
    )
    assert policy.get("recurring_window") == {
        "start_time": "2026-01-01T22:00:00Z",
        "end_time": "2026-01-02T04:00:00Z",
        "recurrence": "FREQ=WEEKLY;BYDAY=SA,SU",
    }
    assert policy.get("maintenance_exclusions") == [
        {
            "exclusion_name": "fair",
            "start_time": "2027-03-01T00:00:00Z",
            "end_time": "2027-03-05T12:30:00Z",
            "exclusion_options": {"scope": "NO_UPGRADES"},
        }
    ]


def test_the_kubeconfig_holds_no_secret_and_signs_in_as_the_caller() -> None:
    config = json.loads(kubeconfig("dta-cluster", "gke-1.europe-west3.gke.goog"))
    assert config["clusters"][0]["cluster"] == {"server": "https://gke-1.europe-west3.gke.goog"}
    (user,) = config["users"]
    assert user["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert set(user["user"]) == {"exec"}


@pytest.mark.parametrize(("nodes", "zones", "expected"), [(5, 3, 2), (6, 3, 2), (3, 3, 1), (1, 3, 1), (7, 3, 3)])
def test_zones_start_with_enough_nodes_for_the_pools_smallest_size(nodes: int, zones: int, expected: int) -> None:
    assert nodes_per_zone(nodes, zones) == expected


def test_a_pool_of_its_own_takes_only_pods_that_ask_for_it() -> None:
    pool = NodePoolSettings(machine_type="e2-standard-4", min_nodes=3, max_nodes=3)
    both = ClusterSettings(services_pool=pool, monitoring_pool=pool)
    services, monitoring = node_pools(both)
    (taint,) = monitoring.taints
    assert not services.taints
    wanted = placement(both, "monitoring")
    assert wanted.node_labels == monitoring.labels
    assert [(t["key"], t["value"], t["effect"]) for t in wanted.tolerations] == [
        (taint.key, taint.value, "NoSchedule"),
    ]
    shared = placement(ClusterSettings(services_pool=pool), "monitoring")
    assert (shared.node_labels, list(shared.tolerations)) == (services.labels, [])


def test_production_is_left_alone_over_the_year_end(dtx_prod: World) -> None:
    (freeze,) = dtx_prod.one(CLUSTER, "cluster-cluster")["maintenancePolicy"]["maintenanceExclusions"]
    assert datetime.fromisoformat(freeze["startTime"]) < datetime(2026, 12, 24, tzinfo=UTC)
    assert datetime.fromisoformat(freeze["endTime"]) > datetime(2027, 1, 1, tzinfo=UTC)
