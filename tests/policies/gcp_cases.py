"""Cases of the rules about Google Cloud, places and sizes apart."""

from typing import Any

from policies.resource import UNKNOWN, Resource, Secret, Value
from tests.policies.building import Cases, resource
from tests.policies.gcp_residency_cases import (
    BUCKET,
    CLUSTER,
    CRYPTO_KEY,
    DATABASE,
    DATASET,
    FIRESTORE,
    HOME,
    LOG_BUCKET,
    MEMBER,
    NETWORK,
    NODE_POOL,
    REDIS,
    REPOSITORY,
    SECRET,
    key,
)

AUDIT = "gcp:projects/iAMAuditConfig:IAMAuditConfig"
BACKEND = "gcp:compute/regionBackendService:RegionBackendService"
BACKUP_PLAN = "gcp:gkebackup/backupPlan:BackupPlan"
BINDING = "gcp:bigquery/datasetIamBinding:DatasetIamBinding"
FIREWALL = "gcp:compute/firewall:Firewall"
HTTP_PROXY = "gcp:compute/regionTargetHttpProxy:RegionTargetHttpProxy"
HTTPS_PROXY = "gcp:compute/regionTargetHttpsProxy:RegionTargetHttpsProxy"
INSTANCE = "gcp:compute/instance:Instance"
POLICY = "gcp:orgpolicy/policy:Policy"
POLICY_ROW = "gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule"
POLICY_ROWS = "gcp:compute/regionNetworkFirewallPolicyWithRules:RegionNetworkFirewallPolicyWithRules"
PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
SCHEDULE = "gcp:firestore/backupSchedule:BackupSchedule"
SERVICE = "gcp:projects/service:Service"
SSL_POLICY = "gcp:compute/regionSslPolicy:RegionSslPolicy"
SYSTEM = "platform:system:Dtx"
URL_MAP = "gcp:compute/regionUrlMap:RegionUrlMap"
USER = "gcp:sql/user:User"
WEB_FIREWALL = "gcp:compute/regionSecurityPolicy:RegionSecurityPolicy"

KEY = key(HOME)
ZONES = ["europe-west3-a", "europe-west3-b", "europe-west3-c"]


def secret(*keys: Value) -> Resource:
    rows: list[Any] = [{"customerManagedEncryption": {"kmsKeyName": one}} for one in keys]
    return resource(SECRET, replication={"userManaged": {"replicas": rows}})


def url_map(called: str, **properties: Any) -> Resource:
    return resource(URL_MAP, called=called, **properties)


REDIRECT = url_map("redirect", defaultUrlRedirect={"httpsRedirect": True})
SERVING = url_map("serving", defaultService=UNKNOWN)
BOTH = url_map("both", defaultUrlRedirect={"httpsRedirect": True}, pathMatchers=[{"name": "api"}])


def http(used: Resource | None) -> Resource:
    return resource(HTTP_PROXY, references={"urlMap": [used]} if used else {}, urlMap=UNKNOWN)


def sql(ip: Value = None, **settings: Any) -> Resource:
    closed = {"ipv4Enabled": False, "privateNetwork": "projects/dtx-platform/global/networks/dta"}
    return resource(DATABASE, settings={"ipConfiguration": closed if ip is None else ip, **settings})


def cluster(**changes: Any) -> Resource:
    properties: dict[str, Any] = {
        "privateClusterConfig": {"enablePrivateNodes": True},
        "controlPlaneEndpointsConfig": {"ipEndpointsConfig": {"enabled": False}},
        **changes,
    }
    return resource(CLUSTER, **properties)


def bucket(prevention: Value = "enforced", *, uniform: Value = True) -> Resource:
    return resource(BUCKET, publicAccessPrevention=prevention, uniformBucketLevelAccess=uniform)


def classic(**changes: Any) -> Resource:
    properties: dict[str, Any] = {"allows": [{"protocol": "tcp", "ports": ["443"]}], **changes}
    return resource(FIREWALL, **properties)


def row(*ranges: Value, direction: Value = "INGRESS", action: Value = "allow", **more: Any) -> dict[str, Any]:
    match = {"srcIpRanges": list(ranges), **more} if ranges else more
    return {"direction": direction, "action": action, "match": match}


def rows(*given: Value) -> Resource:
    return resource(POLICY_ROWS, rules=list(given))


def backend(scheme: Value, **policy: Any) -> Resource:
    return resource(BACKEND, loadBalancingScheme=scheme, **policy)


def armor(*expressions: Value, preview: Value = False, kind: Value = "CLOUD_ARMOR") -> Resource:
    rules: list[Any] = [{"preview": preview, "match": {"expr": {"expression": one}}} for one in expressions]
    return resource(WEB_FIREWALL, type=kind, rules=rules)


INJECTION = "evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 2})"


def flags(**given: Value) -> Resource:
    listed: list[Any] = [{"name": name.replace("__", "."), "value": value} for name, value in given.items()]
    return resource(DATABASE, settings={"databaseFlags": listed})


def identified(pool: Value = "dtx-platform.svc.id.goog", **more: Any) -> Resource:
    return resource(CLUSTER, workloadIdentityConfig={"workloadPool": pool}, **more)


def nodes(mode: Value) -> Resource:
    config = {"workloadMetadataConfig": {"mode": mode}, "serviceAccount": UNKNOWN}
    return resource(NODE_POOL, nodeConfig=config)


def audit(project: str, *kinds: Value, exempted: list[Value] | None = None) -> Resource:
    configs: list[Any] = [{"logType": kind, "exemptedMembers": exempted} for kind in kinds]
    return resource(AUDIT, called=project, project=project, service="allServices", auditLogConfigs=configs)


def dtx(*more: Resource) -> list[Resource]:
    """A stack of two projects in which something is switched on."""
    services = [resource(SERVICE, called=one, project=one, service="x.googleapis.com") for one in ("one", "two")]
    return [resource(SYSTEM, provider=None), *services, *more]


ALL = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")


def constraint(project: str, *values: Value, **more: Any) -> Resource:
    spec = {"rules": [{"values": {"allowedValues": list(values)}}], **more}
    name = f"projects/{project}/policies/gcp.resourceLocations"
    return resource(POLICY, called=project, parent=f"projects/{project}", name=name, spec=spec)


ONLY = "in:europe-west3-locations"


def prod_database(availability: Value = "REGIONAL", **more: Any) -> Resource:
    return resource(DATABASE, "prod", settings={"availabilityType": availability}, **more)


def backups(days: Value = 30, copies: Value = 31, **more: Any) -> Resource:
    configuration = {
        "enabled": True,
        "pointInTimeRecoveryEnabled": True,
        "transactionLogRetentionDays": days,
        "backupRetentionSettings": {"retainedBackups": copies},
        **more,
    }
    return resource(DATABASE, "prod", settings={"backupConfiguration": configuration, "retainBackupsOnDelete": True})


def plan(days: Value) -> Resource:
    return resource(
        BACKUP_PLAN,
        "prod",
        backupSchedule={"cronSchedule": "15 1 * * *"},
        retentionPolicy={"backupRetainDays": days},
        backupConfig={"allNamespaces": True},
    )


def protected(environment: Any, *, program: Value = True, cloud: Value = True) -> Resource:
    settings = {"deletionProtectionEnabled": cloud}
    return resource(DATABASE, environment, deletionProtection=program, settings=settings)


CASES: dict[str, Cases] = {
    "gcp-location-constraint": Cases(
        holds=[dtx(constraint("one", ONLY), constraint("two", ONLY))],
        violated=[
            dtx(constraint("one", ONLY)),
            dtx(),
            dtx(constraint("one", ONLY), constraint("two", "in:eu-locations")),
            dtx(constraint("one", ONLY), constraint("two", ONLY, "in:us-locations")),
            dtx(constraint("one", ONLY), constraint("two", ONLY, rules=[{"allowAll": "TRUE"}])),
            dtx(constraint("one", ONLY), constraint("two")),
        ],
        unknowable=[dtx(constraint("one", ONLY), constraint("two", UNKNOWN))],
    ),
    "gcp-public-access": Cases(
        holds=[
            sql(),
            cluster(),
            bucket(),
            resource(NODE_POOL, networkConfig={"enablePrivateNodes": True}),
            resource(NETWORK, autoCreateSubnetworks=False),
            resource(INSTANCE, networkInterfaces=[{"network": "dta"}]),
        ],
        violated=[
            sql({"ipv4Enabled": True, "privateNetwork": "dta"}),
            sql({"ipv4Enabled": False}),
            sql({"ipv4Enabled": False, "privateNetwork": "dta", "authorizedNetworks": [{"value": "0.0.0.0/0"}]}),
            resource(DATABASE),
            cluster(privateClusterConfig={"enablePrivateNodes": False}),
            cluster(controlPlaneEndpointsConfig={"ipEndpointsConfig": {"enabled": True}}),
            resource(CLUSTER),
            bucket("inherited"),
            bucket(uniform=False),
            resource(BUCKET),
            resource(NODE_POOL),
            resource(NETWORK),
            resource(INSTANCE, networkInterfaces=[{"accessConfigs": [{"natIp": "203.0.113.1"}]}]),
        ],
        unknowable=[sql(UNKNOWN), bucket(UNKNOWN), cluster(privateClusterConfig=UNKNOWN)],
    ),
    "gcp-open-firewall": Cases(
        holds=[
            classic(sourceRanges=["10.42.0.0/22"]),
            classic(sourceRanges=["35.191.0.0/16", "130.211.0.0/22"]),
            classic(sourceTags=["nodes"]),
            classic(direction="EGRESS"),
            classic(disabled=True),
            resource(FIREWALL, denies=[{"protocol": "all"}], sourceRanges=["0.0.0.0/0"]),
            rows(row("10.42.0.0/22"), row("0.0.0.0/0", action="deny"), row("0.0.0.0/0", direction="EGRESS")),
            rows(row("35.235.240.0/20"), row(srcSecureTags=[{"name": "tagValues/1"}])),
            rows({**row("0.0.0.0/0"), "disabled": True}),
            resource(POLICY_ROW, **row("10.42.128.0/17")),
        ],
        violated=[
            classic(sourceRanges=["0.0.0.0/0"]),
            classic(sourceRanges=["10.42.0.0/22", "203.0.113.0/24"]),
            classic(sourceRanges=["::/0"]),
            classic(direction="INGRESS"),
            rows(row("10.42.0.0/22"), row("0.0.0.0/0")),
            rows(row()),
            rows(row("0.0.0.0/0", action="goto_next")),
            rows(row("10.42.0.0/22", srcRegionCodes=["DE"])),
            rows(row(srcThreatIntelligences=["iplist-search-engines-crawlers"])),
            resource(POLICY_ROW, **row("203.0.113.0/24")),
        ],
        unknowable=[
            classic(sourceRanges=UNKNOWN),
            classic(sourceRanges=["10.42.0.0/22", UNKNOWN]),
            classic(direction=UNKNOWN),
            rows(row("0.0.0.0/0", direction=UNKNOWN)),
            rows(row("0.0.0.0/0", action=UNKNOWN)),
            resource(POLICY_ROWS, rules=UNKNOWN),
        ],
    ),
    "gcp-web-firewall": Cases(
        holds=[
            backend("EXTERNAL_MANAGED", securityPolicy=UNKNOWN),
            backend("EXTERNAL", securityPolicy="web"),
            armor("!'[DE]'.contains(origin.region_code)", INJECTION),
        ],
        violated=[
            backend("EXTERNAL_MANAGED"),
            backend("EXTERNAL"),
            backend(UNKNOWN),
            armor(INJECTION, preview=True),
            armor("!'[DE]'.contains(origin.region_code)"),
            armor(),
            armor(INJECTION, kind="CLOUD_ARMOR_NETWORK"),
        ],
        unknowable=[armor(UNKNOWN), armor(INJECTION, preview=UNKNOWN), armor(INJECTION, kind=UNKNOWN)],
    ),
    "gcp-network-policies": Cases(
        holds=[resource(CLUSTER, datapathProvider="ADVANCED_DATAPATH")],
        violated=[resource(CLUSTER), resource(CLUSTER, datapathProvider="LEGACY_DATAPATH")],
        unknowable=[resource(CLUSTER, datapathProvider=UNKNOWN)],
    ),
    "gcp-customer-keys": Cases(
        holds=[
            resource(DATABASE, encryptionKeyName=KEY),
            resource(REDIS, kmsKey=KEY),
            resource(DATASET, defaultEncryptionConfiguration={"kmsKeyName": KEY}),
            resource(FIRESTORE, cmekConfig={"kmsKeyName": KEY}),
            resource(BUCKET, encryption={"defaultKmsKeyName": KEY}),
            resource(CLUSTER, databaseEncryption={"state": "ENCRYPTED", "keyName": KEY}),
            resource(NODE_POOL, nodeConfig={"bootDiskKmsKey": KEY}),
            resource(REPOSITORY, kmsKeyName=KEY),
            resource(LOG_BUCKET, cmekSettings={"kmsKeyName": KEY}),
            resource(BACKUP_PLAN, backupConfig={"encryptionKey": {"gcpKmsEncryptionKey": KEY}}),
            secret(KEY),
        ],
        violated=[
            resource(DATABASE),
            resource(REDIS, kmsKey=""),
            resource(DATASET),
            resource(FIRESTORE),
            resource(BUCKET),
            resource(CLUSTER, databaseEncryption={"state": "DECRYPTED"}),
            resource(CLUSTER),
            resource(NODE_POOL, nodeConfig={"diskSizeGb": 100}),
            resource(REPOSITORY),
            resource(LOG_BUCKET),
            resource(BACKUP_PLAN),
            secret(KEY, None),
        ],
        unknowable=[resource(DATABASE, encryptionKeyName=UNKNOWN), resource(BUCKET, encryption=UNKNOWN)],
    ),
    "gcp-key-rotation": Cases(
        holds=[
            resource(CRYPTO_KEY, rotationPeriod="7776000s"),
            resource(CRYPTO_KEY, purpose="ENCRYPT_DECRYPT", rotationPeriod="86400.5s"),
        ],
        violated=[
            resource(CRYPTO_KEY),
            resource(CRYPTO_KEY, rotationPeriod="7776001s"),
            resource(CRYPTO_KEY, rotationPeriod="soon"),
        ],
        unknowable=[resource(CRYPTO_KEY, rotationPeriod=UNKNOWN)],
    ),
    "gcp-tls": Cases(
        holds=[
            resource(SSL_POLICY, minTlsVersion="TLS_1_2", profile="RESTRICTED"),
            resource(HTTPS_PROXY, sslPolicy=UNKNOWN),
            resource(REDIS, transitEncryptionMode="TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION"),
            resource(CLUSTER, inTransitEncryptionConfig="IN_TRANSIT_ENCRYPTION_INTER_NODE_TRANSPARENT"),
            sql({"sslMode": "ENCRYPTED_ONLY"}),
            sql({"sslMode": "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"}),
        ],
        violated=[
            resource(SSL_POLICY, minTlsVersion="TLS_1_0", profile="RESTRICTED"),
            resource(SSL_POLICY, minTlsVersion="TLS_1_2", profile="COMPATIBLE"),
            resource(SSL_POLICY),
            resource(HTTPS_PROXY),
            resource(REDIS),
            resource(REDIS, transitEncryptionMode="TRANSIT_ENCRYPTION_MODE_DISABLED"),
            resource(CLUSTER),
            sql({"sslMode": "ALLOW_UNENCRYPTED_AND_ENCRYPTED"}),
            sql(),
        ],
        unknowable=[resource(SSL_POLICY, minTlsVersion=UNKNOWN, profile="MODERN"), sql(UNKNOWN)],
    ),
    "gcp-https-only": Cases(
        holds=[[http(REDIRECT), REDIRECT, SERVING]],
        violated=[[http(SERVING), REDIRECT, SERVING], [http(BOTH), BOTH], [http(None), REDIRECT]],
        unknowable=[],
    ),
    "gcp-keyless": Cases(
        holds=[
            identified(),
            identified(enableLegacyAbac=False),
            nodes("GKE_METADATA"),
            resource(PROVIDER, attributeCondition="assertion.sub == 'repo:dtx/dtx-services:environment:prod'"),
            resource(REDIS, authorizationMode="AUTH_MODE_IAM_AUTH"),
            resource(USER, type="CLOUD_IAM_GROUP"),
            flags(cloudsql__iam_authentication="on", log_connections="on"),
        ],
        violated=[
            resource(CLUSTER),
            identified(enableLegacyAbac=True),
            nodes("GCE_METADATA"),
            resource(NODE_POOL, nodeConfig={"workloadMetadataConfig": {"mode": "GKE_METADATA"}}),
            resource(PROVIDER),
            resource(REDIS, authorizationMode="AUTH_MODE_DISABLED"),
            resource(REDIS),
            resource(USER, type="BUILT_IN"),
            resource(USER),
            resource(USER, type="CLOUD_IAM_USER", password=Secret("hidden")),
            flags(cloudsql__iam_authentication="off"),
            flags(log_connections="on"),
            resource(DATABASE),
            resource("gcp:serviceaccount/key:Key"),
            resource("gcp:storage/hmacKey:HmacKey"),
            resource("gcp:projects/apiKey:ApiKey"),
            resource("gcp:projects/iAMPolicy:IAMPolicy"),
        ],
        unknowable=[
            identified(UNKNOWN),
            nodes(UNKNOWN),
            resource(USER, type=UNKNOWN),
            resource(DATABASE, settings={"databaseFlags": UNKNOWN}),
        ],
    ),
    "gcp-public-members": Cases(
        holds=[
            resource(MEMBER, member="group:dtx@dtx.example", role="roles/viewer"),
            resource(MEMBER, member=UNKNOWN, role="roles/viewer"),
            resource(BINDING, members=["group:dtx@dtx.example"]),
            resource(BINDING, members=[]),
            resource(DATASET, accesses=[{"specialGroup": "projectOwners"}]),
        ],
        violated=[
            resource(MEMBER, member="allUsers"),
            resource(MEMBER, member="allAuthenticatedUsers"),
            resource("gcp:storage/bucketIAMMember:BucketIAMMember", member="allUsers"),
            resource(BINDING, members=["group:dtx@dtx.example", "allUsers"]),
            resource(DATASET, accesses=[{"iamMember": "allUsers"}]),
            resource(DATASET, accesses=[{"specialGroup": "allAuthenticatedUsers"}]),
            resource("gcp:bigquery/datasetAccess:DatasetAccess", specialGroup="allAuthenticatedUsers"),
        ],
        unknowable=[
            resource(DATASET, accesses=UNKNOWN),
            resource("gcp:bigquery/datasetAccess:DatasetAccess", specialGroup=UNKNOWN),
        ],
    ),
    "gcp-basic-roles": Cases(
        holds=[resource(MEMBER, role="roles/cloudsql.client"), resource(MEMBER, role="projects/dtx/roles/reader")],
        violated=[
            resource(MEMBER, role="roles/owner"),
            resource(MEMBER, role="roles/editor"),
            resource("gcp:projects/iAMBinding:IAMBinding", role="roles/editor"),
        ],
        unknowable=[resource(MEMBER, role=UNKNOWN)],
    ),
    "gcp-audit-logs": Cases(
        holds=[dtx(audit("one", *ALL), audit("two", *ALL))],
        violated=[
            dtx(audit("one", *ALL)),
            dtx(audit("one", *ALL), audit("two", "ADMIN_READ", "DATA_READ")),
            dtx(audit("one", *ALL), audit("two", *ALL, exempted=["user:somebody@dtx.example"])),
            dtx(),
        ],
        unknowable=[],
    ),
    "gcp-zones": Cases(
        holds=[
            resource(CLUSTER, "prod", location=HOME, nodeLocations=[*ZONES]),
            resource(NODE_POOL, "prod", nodeLocations=[*ZONES]),
            prod_database(),
            resource(REDIS, "prod", replicaCount=1, zoneDistributionConfig={"mode": "MULTI_ZONE"}),
            resource(DATABASE, "stage", settings={"availabilityType": "REGIONAL"}),
            resource(DATABASE, "dev", settings={"availabilityType": "ZONAL"}),
        ],
        violated=[
            resource(CLUSTER, "prod", location="europe-west3-a", nodeLocations=[*ZONES]),
            resource(CLUSTER, "prod", location=HOME, nodeLocations=ZONES[:2]),
            resource(NODE_POOL, "prod", nodeLocations=ZONES[:1]),
            resource(NODE_POOL, "prod", nodeLocations=[*ZONES], upgradeSettings={"maxUnavailable": 1}),
            prod_database("ZONAL"),
            resource(REDIS, "prod", replicaCount=0),
            resource(REDIS, "prod", replicaCount=1, zoneDistributionConfig={"mode": "SINGLE_ZONE"}),
            resource(DATABASE, "dev", settings={"availabilityType": "REGIONAL"}),
            resource(REDIS, "dev", replicaCount=1),
        ],
        unknowable=[prod_database(UNKNOWN), resource(NODE_POOL, "prod", nodeLocations=UNKNOWN)],
    ),
    "gcp-backups": Cases(
        holds=[
            backups(),
            resource(FIRESTORE, "prod", pointInTimeRecoveryEnablement="POINT_IN_TIME_RECOVERY_ENABLED"),
            resource(SCHEDULE, "prod", retention="2592000s"),
            plan(30),
        ],
        violated=[
            backups(enabled=False),
            backups(days=7),
            backups(copies=30),
            backups(pointInTimeRecoveryEnabled=False),
            resource(DATABASE, "prod"),
            resource(FIRESTORE, "prod"),
            resource(SCHEDULE, "prod", retention="604800s"),
            plan(7),
        ],
        unknowable=[backups(days=UNKNOWN), plan(UNKNOWN)],
    ),
    "gcp-deletion-protection": Cases(
        holds=[
            protected("prod"),
            protected("stage"),
            resource(DATABASE, "prod", settings={"deletionProtectionEnabled": True}),
            resource(CLUSTER, "prod", deletionProtection=True),
            resource(REDIS, "prod", deletionProtectionEnabled=True),
            resource(BUCKET, "prod", deletionPolicy="PREVENT", forceDestroy=False),
            resource(DATASET, "prod", deletionPolicy="PREVENT"),
            resource(CRYPTO_KEY, "prod", deletionPolicy="PREVENT"),
            resource(CRYPTO_KEY, "prod", deletionPolicy="ABANDON"),
            resource(FIRESTORE, "stage", deleteProtectionState="DELETE_PROTECTION_ENABLED"),
        ],
        violated=[
            protected("prod", program=False),
            protected("stage", cloud=False),
            resource(CLUSTER, "prod", deletionProtection=False),
            resource(REDIS, "stage", deletionProtectionEnabled=False),
            resource(BUCKET, "prod", deletionPolicy="PREVENT", forceDestroy=True),
            resource(DATASET, "prod", deletionPolicy="DELETE"),
            resource(CRYPTO_KEY, "stage"),
            resource(CRYPTO_KEY, "prod", deletionPolicy="DELETE"),
            resource(FIRESTORE, "prod"),
        ],
        unknowable=[protected("prod", cloud=UNKNOWN)],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "gcp-location-constraint": [[constraint("one", "in:us-locations")], []],
    "gcp-audit-logs": [[audit("one", "DATA_READ")], []],
    "gcp-web-firewall": [backend("INTERNAL_MANAGED"), backend(None)],
    "gcp-key-rotation": [resource(CRYPTO_KEY, purpose="ASYMMETRIC_SIGN")],
    "gcp-https-only": [[SERVING], []],
    "gcp-public-members": [resource(BUCKET)],
    "gcp-basic-roles": [resource(BUCKET, role="roles/owner")],
    "gcp-zones": [resource(CLUSTER, "dev"), prod_database("ZONAL", masterInstanceName=UNKNOWN)],
    "gcp-backups": [resource(DATABASE, "prod", masterInstanceName="dta-postgres"), resource(BACKUP_PLAN)],
    "gcp-deletion-protection": [protected("dev", program=False, cloud=False)],
}
