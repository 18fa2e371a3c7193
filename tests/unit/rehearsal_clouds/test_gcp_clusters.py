"""Google Cloud: GKE clusters, their nodes, their backups, and the kubeconfig that leads to them."""

import json

import pytest

from tests.unit.rehearsal_clouds.azure_world import merged, refused
from tests.unit.rehearsal_clouds.gcp_world import REGION, Frankfurt
from tests.unit.rehearsal_clouds.provider_client import PROJECT, Clouds, Engine, Thing, Values

CLUSTER, POOL = "gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool"
RANGES = [
    {"rangeName": "pods", "ipCidrRange": "10.8.0.0/16"},
    {"rangeName": "services", "ipCidrRange": "10.9.0.0/20"},
]


def cluster_inputs(**changes: object) -> Values:
    given = {
        "name": "dta-cluster",
        "location": REGION,
        "network": "net",
        "subnetwork": "nodes",
        "initialNodeCount": 1,
        "releaseChannel": {"channel": "REGULAR"},
        "minMasterVersion": "1.35",
        "ipAllocationPolicy": {"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
        "workloadIdentityConfig": {"workloadPool": f"{PROJECT}.svc.id.goog"},
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"allowExternalTraffic": True}},
        "deletionProtection": False,
    }
    return merged(given, changes)


class Gke:
    """The cluster dta-cluster in a network of its own."""

    def __init__(self, frankfurt: Frankfurt, **changes: object) -> None:
        self.frankfurt = frankfurt
        self.network = frankfurt.network()
        self.subnet = frankfurt.subnet("nodes", "10.0.0.0/24", self.network, secondaryIpRanges=RANGES)
        self.cluster = frankfurt.make("container/cluster:Cluster", **cluster_inputs(**changes))

    def pool(self, name: str = "main", **changes: object) -> Thing:
        given = {"name": name, "cluster": self.cluster["name"], "location": REGION, "nodeCount": 1}
        return self.frankfurt.make("container/nodePool:NodePool", name, **merged(given, changes))


def window(days: str, hours: int, **more: object) -> Values:
    end = f"2026-01-01T{1 + hours:02}:00:00Z"
    recurring = {"startTime": "2026-01-01T01:00:00Z", "endTime": end, "recurrence": f"FREQ=WEEKLY;BYDAY={days}"}
    return {"maintenancePolicy": {"recurringWindow": {**recurring, **more}}}


def freeze(end: str, scope: str = "NO_UPGRADES", count: int = 1) -> Values:
    item = {
        "exclusionName": "year", "startTime": "2026-12-01T00:00:00Z", "endTime": end,
        "exclusionOptions": {"scope": scope},
    }  # fmt: skip
    return {"maintenancePolicy": {"maintenanceExclusions": [item] * count}}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"minMasterVersion": "1.34"}, 'Master version "1.34" is unsupported'),
        ({"minMasterVersion": "v1.35"}, 'Master version "v1.35" is unsupported'),
        ({"releaseChannel": {"channel": "SLOW"}}, "'SLOW' is not offered."),
        ({"name": "Dta"}, "Invalid value for field 'cluster.name': 'Dta'."),
        ({"privateClusterConfig": {"masterIpv4CidrBlock": "172.16.0.0/24"}}, "172.16.0.0/24 must be a /28"),
        (
            {"privateClusterConfig": {"masterIpv4CidrBlock": "172.16.0.0/28", "privateEndpointSubnetwork": "s"}},
            "master_ipv4_cidr_block and private_endpoint_subnetwork cannot both be specified",
        ),
        (
            {
                "networkingMode": "ROUTES",
                "ipAllocationPolicy": None,
                "privateClusterConfig": {"enablePrivateNodes": True},
            },
            "enablePrivateNodes must only be set when IP aliases (VPC_NATIVE) are enabled",
        ),
        (
            {
                "controlPlaneEndpointsConfig": {
                    "ipEndpointsConfig": {"enabled": False},
                    "dnsEndpointConfig": {"allowExternalTraffic": False},
                }
            },
            "At least one of the control plane's endpoints must be enabled",
        ),
        (
            {
                "controlPlaneEndpointsConfig": {"ipEndpointsConfig": {"enabled": False}},
                "masterAuthorizedNetworksConfig": {"cidrBlocks": [{"cidrBlock": "192.0.2.0/24"}]},
            },
            "Authorized networks cannot be set when the endpoints by IP address are disabled",
        ),
        (
            {"ipAllocationPolicy": {"clusterIpv4CidrBlock": "/16"}},
            "Only one of cluster_secondary_range_name and cluster_ipv4_cidr_block",
        ),
        ({"networkingMode": "ROUTES"}, "ip_allocation_policy cannot be set with networking_mode ROUTES"),
        ({"databaseEncryption": {"state": "ENCRYPTED"}}, "Database encryption state ENCRYPTED needs a key name"),
        ({"databaseEncryption": {"state": "DECRYPTED", "keyName": "k"}}, "state DECRYPTED takes no key name"),
        (
            {"workloadIdentityConfig": {"workloadPool": "other.svc.id.goog"}},
            f"the only supported identity namespace is the workload pool {PROJECT}.svc.id.goog, not other.svc.id.goog",
        ),
        ({"initialNodeCount": None}, "Cluster.initial_node_count must be greater than zero"),
        (
            {"enableAutopilot": True, "removeDefaultNodePool": True},
            '"remove_default_node_pool": conflicts with enable_autopilot',
        ),
        (
            {"inTransitEncryptionConfig": "IN_TRANSIT_ENCRYPTION_INTER_NODE_TRANSPARENT"},
            "Inter-node transparent encryption requires Dataplane V2",
        ),
        (
            {"datapathProvider": "ADVANCED_DATAPATH", "networkPolicy": {"enabled": True}},
            "Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed",
        ),
        (window("SA", 4), "go longer than 32d without 48h maintenance availability of ≥4h"),
        (window("SA,SU,MO,TU,WE", 3), "go longer than 32d without 48h maintenance availability of ≥4h"),
        (window("XX", 4), "XX is no day of the week"),
        (window("SA", 4, recurrence="FREQ=YEARLY"), "Invalid recurrence FREQ=YEARLY"),
        (window("SA", 4, endTime="2026-01-01T00:00:00Z"), "does not end after it begins"),
        (freeze("2027-02-01T00:00:00Z"), "Maintenance exclusion year of scope NO_UPGRADES is longer than 30 days"),
        (freeze("2026-12-10T00:00:00Z", count=4), "At most 3 maintenance exclusions of scope NO_UPGRADES, not 4"),
        (freeze("2026-11-01T00:00:00Z"), "Maintenance exclusion year ends before it begins"),
        (freeze("2026-12-10T00:00:00Z", scope="NEVER"), "'NEVER' is not offered."),
        ({"loggingConfig": {"enableComponents": ["PODS"]}}, "'PODS' is not offered."),
    ],
)
def test_clusters_that_cannot_be_are_refused(google: Engine, inputs, words):
    with refused(words):
        google.check(CLUSTER, "c", cluster_inputs(**inputs))


def test_a_long_weekend_and_a_freeze_of_minors_are_allowed(google: Engine):
    google.check(CLUSTER, "c", cluster_inputs(**window("SA,SU", 8)))
    google.check(CLUSTER, "c", cluster_inputs(**freeze("2027-02-01T00:00:00Z", scope="NO_MINOR_UPGRADES")))


def test_a_cluster_has_a_version_ranges_and_endpoints(frankfurt: Frankfurt):
    made = Gke(frankfurt).cluster
    assert made["masterVersion"].startswith("1.35.")
    assert (made["clusterIpv4Cidr"], made["servicesIpv4Cidr"]) == ("10.8.0.0/16", "10.9.0.0/20")
    assert made["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"].endswith(f".{REGION}.gke.goog")
    assert made["privateClusterConfig"]["privateEndpoint"].startswith("10.0.0.")
    assert made["masterAuth"]["clusterCaCertificate"]
    assert made["selfLink"] == f"https://container.googleapis.com/v1/{made.id}"


def test_a_preview_knows_no_endpoint_yet(google: Engine):
    seen = google.preview(CLUSTER, "c", cluster_inputs())
    assert repr(seen["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"]) == "<unknown>"


def test_ranges_of_pods_stand_in_the_subnet(frankfurt: Frankfurt):
    with refused('Pod secondary range "others" does not exist in network "net", subnetwork'):
        Gke(frankfurt, ipAllocationPolicy={"clusterSecondaryRangeName": "others"})


def test_subnets_of_a_cluster_are_of_its_network(frankfurt: Frankfurt):
    far = frankfurt.subnet("far", "10.0.0.0/24", frankfurt.network("other"))
    with refused(f'Subnetwork "{far.id}" is not in network "net"'):
        Gke(frankfurt, subnetwork="far", ipAllocationPolicy={"clusterSecondaryRangeName": None})


def test_a_cluster_needs_its_network(frankfurt: Frankfurt):
    with refused('Network "net" does not exist.'):
        frankfurt.make("container/cluster:Cluster", **cluster_inputs())


def test_secrets_are_encrypted_with_a_key_that_gke_may_use(frankfurt: Frankfurt):
    key = frankfurt.key()
    with refused("[grant service-NUMBER@container-engine-robot.iam.gserviceaccount.com cloudkms"):
        Gke(frankfurt, databaseEncryption={"state": "ENCRYPTED", "keyName": key.id})
    frankfurt.grant(key, "service-{number}@container-engine-robot")
    made = frankfurt.make(
        "container/cluster:Cluster", **cluster_inputs(databaseEncryption={"state": "ENCRYPTED", "keyName": key.id})
    )
    with refused("[grant service-NUMBER@compute-system.iam.gserviceaccount.com cloudkms"):
        frankfurt.make(
            "container/nodePool:NodePool", name="main", cluster=made["name"], location=REGION, nodeCount=1,
            nodeConfig={"bootDiskKmsKey": key.id},
        )  # fmt: skip


def test_a_control_plane_goes_up_one_minor_at_a_time(frankfurt: Frankfurt):
    gke = Gke(frankfurt, releaseChannel={"channel": "EXTENDED"}, minMasterVersion="1.33")
    with refused('Master cannot be upgraded from "1.33.8-gke.1245000" to "1.35": cannot skip a minor version'):
        frankfurt.google.update(gke.cluster, minMasterVersion="1.35")
    assert frankfurt.google.update(gke.cluster, minMasterVersion="1.34")["masterVersion"].startswith("1.34.")


# --- node pools ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"autoscaling": {"minNodeCount": 1, "maxNodeCount": 3, "totalMaxNodeCount": 9}}, "exclude each other"),
        ({"autoscaling": {"totalMinNodeCount": 5, "totalMaxNodeCount": 3}}, "minimum node count 5 cannot be greater"),
        ({"autoscaling": {"totalMinNodeCount": 5}}, "totalMinNodeCount is set without totalMaxNodeCount"),
        (
            {"autoscaling": {"minNodeCount": 1, "maxNodeCount": 2}, "nodeCount": 1},
            '"node_count": conflicts with autoscaling',
        ),
        (
            {"autoscaling": {"minNodeCount": 1, "maxNodeCount": 2}, "initialNodeCount": 3},
            "initial node count 3 is greater",
        ),
        (
            {"upgradeSettings": {"maxSurge": 0, "maxUnavailable": 0}},
            "One of max_surge and max_unavailable must be greater",
        ),
        ({"upgradeSettings": {"strategy": "BLUE_GREEN", "maxSurge": 1}}, "are for the SURGE strategy only"),
        ({"nodeConfig": {"machineType": "e2-standard-5"}}, "Invalid machine type e2-standard-5."),
        ({"nodeConfig": {"diskType": "ssd"}}, "Invalid disk type ssd."),
        ({"nodeConfig": {"spot": True, "preemptible": True}}, "Cannot specify both preemptible and spot nodes"),
        (
            {"nodeConfig": {"labels": {"node.kubernetes.io/role": "x"}}},
            "namespaces are reserved: node.kubernetes.io/role",
        ),
        (
            {"nodeConfig": {"taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]}},
            "'NoSchedule' is not offered.",
        ),
        ({"maxPodsPerNode": 300}, "'max_pods_per_node': 300. Must be between 8 and 256."),
    ],
)
def test_pools_that_cannot_be_are_refused(google: Engine, inputs, words):
    with refused(words):
        google.check(POOL, "p", {"name": "p", "cluster": "c", "location": REGION, **inputs})


def test_a_pool_stands_with_its_cluster(frankfurt: Frankfurt):
    gke = Gke(frankfurt, workloadIdentityConfig=None)
    pool = gke.pool()
    assert pool.id == f"{gke.cluster.id}/nodePools/main"
    assert (pool["version"], len(pool["nodeLocations"])) == (gke.cluster["masterVersion"], 3)
    with refused('Node version "1.36" must not be newer than master version'):
        gke.pool("newer", version="1.36")
    with refused("Workload metadata mode GKE_METADATA needs a cluster with a workload identity pool"):
        gke.pool("pods", nodeConfig={"workloadMetadataConfig": {"mode": "GKE_METADATA"}})
    with refused(f'does not have access to service account "no@{PROJECT}.iam.gserviceaccount.com"'):
        gke.pool("nobody", nodeConfig={"serviceAccount": f"no@{PROJECT}.iam.gserviceaccount.com"})
    with refused("Not found: cluster none."):
        gke.pool("lost", cluster="none")


def test_pods_and_nodes_of_all_pools_have_room(frankfurt: Frankfurt):
    gke = Gke(frankfurt)
    gke.pool("small", nodeCount=None, autoscaling={"totalMinNodeCount": 3, "totalMaxNodeCount": 200})
    with refused("Pods of all pools at their maximum take 77312 addresses; the range 10.8.0.0/16 has 65536"):
        gke.pool(
            "large", nodeCount=None, autoscaling={"minNodeCount": 1, "maxNodeCount": 34}, nodeLocations=zones("abc")
        )
    with refused("260 nodes at the maximum; the subnetwork 10.0.0.0/24 has 252 addresses"):
        gke.pool("many", nodeCount=None, maxPodsPerNode=16, autoscaling={"totalMaxNodeCount": 60})


def zones(letters: str) -> list[str]:
    return [f"{REGION}-{letter}" for letter in letters]


def test_pools_go_with_their_cluster_and_subnets_after_it(frankfurt: Frankfurt, clouds: Clouds):
    gke = Gke(frankfurt)
    gke.pool()
    with refused(f"The subnetwork resource '{gke.subnet.id}' is already being used"):
        frankfurt.google.delete(gke.subnet)
    frankfurt.google.delete(gke.cluster)
    assert clouds.inventory.count("gcp", POOL) == 0
    frankfurt.google.delete(gke.subnet)


# --- backups ---------------------------------------------------------------------------------------------------------


def test_backups_are_of_a_cluster_that_makes_them(frankfurt: Frankfurt):
    gke, kind = Gke(frankfurt), "gkebackup/backupPlan:BackupPlan"
    given = {"name": "plan", "location": REGION, "cluster": gke.cluster.id, "backupConfig": {"allNamespaces": True}}
    with refused("Backup for GKE is not enabled on the cluster"):
        frankfurt.make(kind, **given)
    frankfurt.google.update(gke.cluster, addonsConfig={"gkeBackupAgentConfig": {"enabled": True}})
    frankfurt.make(kind, **given)
    with refused("backup_retain_days (7) must be greater than or equal to backup_delete_lock_days (9)"):
        frankfurt.make(kind, **given, retentionPolicy={"backupRetainDays": 7, "backupDeleteLockDays": 9})
    with refused("Exactly one of allNamespaces, selectedNamespaces"):
        frankfurt.make(kind, **{**given, "backupConfig": {}})
    with refused("Only one of cron_schedule and rpo_config can be set"):
        frankfurt.make(
            kind, **given, backupSchedule={"cronSchedule": "0 1 * * *", "rpoConfig": {"targetRpoMinutes": 60}}
        )


# --- the kubeconfig --------------------------------------------------------------------------------------------------


def kubeconfig(endpoint: str) -> str:
    token = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "gke-gcloud-auth-plugin"}
    return json.dumps({
        "clusters": [{"name": "c", "cluster": {"server": f"https://{endpoint}"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "c",
        "users": [{"name": "u", "user": {"exec": token}}],
    })  # fmt: skip


def namespace(engine: Engine) -> Thing:
    given = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "dtx"}}
    return engine.create("kubernetes:core/v1:Namespace", "dtx", **given)


@pytest.mark.parametrize("endpoint", ["gke-none.europe-west3.gke.goog", "192.0.2.1"])
def test_a_kubeconfig_of_no_cluster_reaches_nothing(clouds: Clouds, endpoint):
    engine = clouds.provider("kubernetes", {"kubeconfig": kubeconfig(endpoint)})
    with refused("no such host [the simulated Google Cloud holds no GKE cluster with this endpoint]"):
        namespace(engine)


def test_objects_live_in_the_cluster_and_end_with_it(clouds: Clouds, frankfurt: Frankfurt):
    cluster = Gke(frankfurt).cluster
    by_name = cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"]
    for endpoint in (by_name, cluster["endpoint"]):
        namespace(clouds.provider("kubernetes", {"kubeconfig": kubeconfig(endpoint)}))
    assert clouds.inventory.count("kubernetes") > 0
    frankfurt.google.delete(cluster)
    assert clouds.inventory.count("kubernetes") == 0


def test_objects_are_judged_by_the_clusters_own_minor(clouds: Clouds, frankfurt: Frankfurt):
    cluster = Gke(frankfurt, minMasterVersion="1.36").cluster
    endpoint = cluster["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"]
    engine = clouds.provider("kubernetes", {"kubeconfig": kubeconfig(endpoint)})
    with refused("(Kubernetes 1.36)"):
        engine.create(
            "kubernetes:policy/v1beta1:PodDisruptionBudget", apiVersion="policy/v1beta1", kind="PodDisruptionBudget",
            metadata={"name": "old"}, spec={"minAvailable": 1},
        )  # fmt: skip
