"""Cases of the rules about where things are on Google Cloud."""

from dataclasses import replace
from typing import Any

from policies.resource import UNKNOWN, Resource, Secret, Value
from tests.policies.building import FRANKFURT, Cases, resource

ALERT = "gcp:monitoring/alertPolicy:AlertPolicy"
BUCKET = "gcp:storage/bucket:Bucket"
CLUSTER = "gcp:container/cluster:Cluster"
CRYPTO_KEY = "gcp:kms/cryptoKey:CryptoKey"
DATABASE = "gcp:sql/databaseInstance:DatabaseInstance"
DATASET = "gcp:bigquery/dataset:Dataset"
FIRESTORE = "gcp:firestore/database:Database"
KEY_RING = "gcp:kms/keyRing:KeyRing"
LOG_BUCKET = "gcp:logging/projectBucketConfig:ProjectBucketConfig"
MEMBER = "gcp:projects/iAMMember:IAMMember"
NETWORK = "gcp:compute/network:Network"
NODE_POOL = "gcp:container/nodePool:NodePool"
PROVIDER = "pulumi:providers:gcp"
REDIS = "gcp:redis/cluster:Cluster"
REPOSITORY = "gcp:artifactregistry/repository:Repository"
SECRET = "gcp:secretmanager/secret:Secret"
SINK = "gcp:logging/projectSink:ProjectSink"
SUBNET = "gcp:compute/subnetwork:Subnetwork"
TOPIC = "gcp:pubsub/topic:Topic"

HOME = "europe-west3"
BELGIUM = replace(FRANKFURT, properties={"region": "europe-west1", "zone": "europe-west1-b"})
UNPLACED = replace(FRANKFURT, properties={"project": "dtx-platform"})
LATER = replace(FRANKFURT, properties={"region": UNKNOWN})


def key(place: str) -> str:
    return f"projects/dtx-platform/locations/{place}/keyRings/dta/cryptoKeys/database"


def log_bucket(place: str) -> str:
    return f"logging.googleapis.com/projects/dtx-platform/locations/{place}/buckets/compliance"


def database(*, backups: Value = True, **backup: Value) -> Resource:
    return resource(DATABASE, region=HOME, settings={"backupConfiguration": {"enabled": backups, **backup}})


def replicated(*places: Value) -> Resource:
    rows: list[Any] = [{"location": place} for place in places]
    return resource(SECRET, replication={"userManaged": {"replicas": rows}})


def sink(destination: Value) -> Resource:
    return resource(SINK, destination=destination)


CASES: dict[str, Cases] = {
    "gcp-known-type": Cases(
        holds=[
            resource(BUCKET),
            resource(CRYPTO_KEY),
            resource(NETWORK),
            resource(MEMBER),
            resource("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"),
            resource("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"),
            resource("gcp:projects/iAMAuditConfig:IAMAuditConfig"),
            resource(SECRET),
            resource(ALERT),
        ],
        violated=[
            resource("gcp:spanner/instance:Instance"),
            resource("gcp:container/registry:Registry"),
            resource("gcp:compute/machineImage:MachineImage"),
            resource("gcp:compute/globalForwardingRule:GlobalForwardingRule"),
            resource("gcp:compute/securityPolicy:SecurityPolicy"),
            resource("gcp:compute/backendService:BackendService"),
        ],
        unknowable=[],
    ),
    "gcp-location": Cases(
        holds=[
            resource(BUCKET, location=HOME),
            resource(BUCKET, location="EUROPE-WEST3"),
            resource(CLUSTER, location="europe-west3-a"),
            resource(FIRESTORE, locationId=HOME),
            resource(DATABASE, region=HOME, provider=BELGIUM),
            resource(SUBNET),
            resource("gcp:gkehub/feature:Feature", location="global"),
            resource("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", location=HOME),
            resource(PROVIDER, provider=None, region=HOME),
        ],
        violated=[
            resource(BUCKET, location="europe-west1"),
            resource(BUCKET, location="EU"),
            resource(BUCKET, location="EUR4"),
            resource(BUCKET),
            resource(DATASET, location="EU"),
            resource(DATASET),
            resource(FIRESTORE, locationId="eur3"),
            resource(FIRESTORE, locationId="nam5"),
            resource(KEY_RING, location="global"),
            resource(KEY_RING, location="europe"),
            resource(LOG_BUCKET, location="global"),
            resource(DATABASE, region="europe-west4"),
            resource(CLUSTER, location="europe-west1-b"),
            resource(CLUSTER),
            resource(REDIS, provider=BELGIUM),
            resource(SUBNET, provider=UNPLACED),
            resource(SUBNET, provider=None),
            resource("gcp:compute/disk:Disk", provider=BELGIUM),
            resource("gcp:gkehub/feature:Feature", location="us-central1"),
            resource(PROVIDER, provider=None, region="europe-west1"),
            resource(PROVIDER, provider=None, zone="us-east1-b"),
            resource("gcp:spanner/backupSchedule:BackupSchedule", location="us-east1"),
        ],
        unknowable=[
            resource(BUCKET, location=UNKNOWN),
            resource(SUBNET, provider=LATER),
            resource(DATABASE, region=UNKNOWN),
        ],
    ),
    "gcp-named-places": Cases(
        holds=[
            resource(CLUSTER, location=HOME, nodeLocations=["europe-west3-a", "europe-west3-b", "europe-west3-c"]),
            resource(DATABASE, encryptionKeyName=key(HOME)),
            database(location=HOME),
            replicated(HOME),
            sink(log_bucket(HOME)),
            resource(REPOSITORY, cleanupPolicies=[], kmsKeyName=key(HOME)),
            resource("gcp:cloudrunv2/job:Job", template={"image": "europe-west3-docker.pkg.dev/dtx-platform/app/x"}),
            resource("gcp:projects/iAMMember:IAMMember", member=f"x/locations/{HOME}/y"),
            resource(
                "gcp:compute/address:Address",
                subnetwork="https://www.googleapis.com/compute/v1/projects/p/regions/europe-west3/subnetworks/s",
            ),
        ],
        violated=[
            resource(CLUSTER, location=HOME, nodeLocations=["europe-west3-a", "europe-west1-b"]),
            resource(NODE_POOL, location=HOME, nodeLocations=["us-central1-a"]),
            resource(DATABASE, encryptionKeyName=key("europe-west1")),
            resource(DATABASE, encryptionKeyName=key("global")),
            resource(DATABASE, encryptionKeyName=key("europe")),
            resource(DATABASE, settings={"locationPreference": {"zone": "europe-west4-a"}}),
            database(location="eu"),
            database(location="europe-west4"),
            replicated(HOME, "europe-west1"),
            sink(log_bucket("global")),
            sink(log_bucket("us-central1")),
            resource(BUCKET, customPlacementConfig={"dataLocations": ["europe-west3", "europe-west1"]}),
            resource(CRYPTO_KEY, keyRing="projects/dtx-platform/locations/eur4/keyRings/dta"),
            resource(TOPIC, messageStoragePolicy={"allowedPersistenceRegions": [HOME, "us-east1"]}),
            resource("gcp:cloudrunv2/job:Job", template={"image": "us-docker.pkg.dev/dtx-platform/app/x"}),
            resource("gcp:cloudrunv2/job:Job", template={"image": "eu.gcr.io/dtx-platform/x"}),
            resource("gcp:cloudrunv2/job:Job", template={"host": "us-east1-aiplatform.googleapis.com"}),
            resource("gcp:orgpolicy/policy:Policy", spec={"x": "zones/us-east1-b/disks/d"}),
            resource(
                "gcp:compute/address:Address",
                subnetwork="https://www.googleapis.com/compute/v1/projects/p/regions/us-east1/subnetworks/s",
            ),
            resource("gcp:compute/serviceAttachment:ServiceAttachment", natSubnets=["regions/us-east1/subnetworks/s"]),
        ],
        unknowable=[
            resource(DATABASE, encryptionKeyName=UNKNOWN),
            resource(CLUSTER, databaseEncryption={"keyName": UNKNOWN}, nodeLocations=UNKNOWN),
            database(location=UNKNOWN),
            resource(SECRET, replication=UNKNOWN),
            replicated(HOME, UNKNOWN),
        ],
    ),
    "gcp-copies": Cases(
        holds=[
            database(location=HOME),
            database(backups=False),
            resource(DATABASE, masterInstanceName="dta-postgres", settings={"tier": "db-custom-2-8192"}),
            replicated(HOME),
            resource(BUCKET, location=HOME),
            resource(TOPIC, messageStoragePolicy={"allowedPersistenceRegions": [HOME]}),
            resource("gcp:compute/resourcePolicy:ResourcePolicy", region=HOME),
        ],
        violated=[
            database(),
            resource(SECRET, replication={"auto": {}}),
            resource(SECRET),
            resource(TOPIC),
            resource("gcp:compute/snapshot:Snapshot", zone="europe-west3-a"),
            resource("gcp:compute/image:Image"),
            resource("gcp:compute/resourcePolicy:ResourcePolicy", snapshotSchedulePolicy={"schedule": {}}),
            resource(BUCKET, location=HOME, customPlacementConfig={"dataLocations": [HOME, "europe-west1"]}),
        ],
        unknowable=[
            database(location=UNKNOWN),
            database(backups=UNKNOWN),
            resource(SECRET, replication=UNKNOWN),
            resource(BUCKET, location=HOME, customPlacementConfig=UNKNOWN),
        ],
    ),
    "gcp-sinks": Cases(
        holds=[sink(log_bucket(HOME)), sink(log_bucket("us-east1"))],
        violated=[
            sink("storage.googleapis.com/somebodys-archive"),
            sink("logging.googleapis.com/projects/elsewhere"),
            resource(SINK),
        ],
        unknowable=[sink(UNKNOWN)],
    ),
}

#: Resources on which a rule has no opinion although it looks at their type.
UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "gcp-location": [
        resource(NETWORK, provider=BELGIUM),
        resource(CRYPTO_KEY, provider=BELGIUM),
        resource(PROVIDER, provider=None, project="dtx-data"),
    ],
    "gcp-named-places": [
        resource(BUCKET, location=HOME),
        resource(NODE_POOL, location=HOME, nodeConfig={"labels": {"region": "us-east1"}}),
        resource(ALERT, conditions=[{"filter": 'resource.labels.location = "us-east1"'}]),
        resource("gcp:dns/recordSet:RecordSet", managedZone="dtx-example"),
        resource("gcp:cloudscheduler/job:Job", timeZone="Europe/Berlin"),
        resource("gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig", selectedRegions=["EUROPE"]),
        resource("gcp:accesscontextmanager/accessLevel:AccessLevel", basic={"conditions": [{"regions": ["DE"]}]}),
        resource(
            "gcp:serviceaccount/iAMMember:IAMMember",
            member="principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/github/x",
        ),
        resource(BUCKET, name="dtx-platform-europe-west1-archive"),
    ],
}

CANARY = "us-east1"
SECRETS = [
    resource(BUCKET, location=Secret(CANARY)),
    resource(SECRET, replication=Secret({"userManaged": {"replicas": [{"location": CANARY}]}})),
    sink(Secret(f"storage.googleapis.com/{CANARY}")),
]
