"""Cases of the rules about support, on the day that tests/conftest.py gives: 2026-11-21."""

from typing import Any

from policies.resource import UNKNOWN, Resource, Value
from tests.policies.azure_cases import AGENT_POOL, CLUSTER, GATEWAY, GATEWAY_POLICY, REGISTRY, SERVER
from tests.policies.building import Cases, resource
from tests.policies.gcp_residency_cases import CLUSTER as GKE_CLUSTER
from tests.policies.gcp_residency_cases import DATABASE, NODE_POOL

CACHE = "azure-native:redis:Redis"


def cluster(version: Value, *, pool: Value = "1.36", **changes: Any) -> Resource:
    return resource(CLUSTER, kubernetesVersion=version, agentPoolProfiles=[{"orchestratorVersion": pool, **changes}])


def rule_sets(*versions: str) -> Resource:
    rows: list[Value] = [{"ruleSetType": "OWASP", "ruleSetVersion": version} for version in versions]
    return resource(GATEWAY_POLICY, managedRules={"managedRuleSets": rows})


EKS_CLUSTER = "aws:eks/cluster:Cluster"
RDS_INSTANCE = "aws:rds/instance:Instance"
ELASTICACHE = "aws:elasticache/replicationGroup:ReplicationGroup"

CASES: dict[str, Cases] = {
    "aws-support-ended": Cases(
        holds=[
            resource(EKS_CLUSTER, version="1.35"),
            resource(EKS_CLUSTER, version="1.34"),
            resource("aws:eks/nodeGroup:NodeGroup"),
            resource(RDS_INSTANCE, engineVersion="17"),
            resource(RDS_INSTANCE, engineVersion="14.20"),
            resource(ELASTICACHE, engineVersion="8.0"),
        ],
        violated=[
            resource(EKS_CLUSTER, version="1.33"),
            resource("aws:eks/nodeGroup:NodeGroup", version="1.33"),
            resource(RDS_INSTANCE, engineVersion="13.22"),
            resource(ELASTICACHE, engineVersion="5.0.6"),
        ],
        unknowable=[resource(EKS_CLUSTER, version=UNKNOWN), resource(ELASTICACHE, engineVersion=UNKNOWN)],
    ),
    "aws-support-ending": Cases(
        holds=[resource(EKS_CLUSTER, version="1.35"), resource(RDS_INSTANCE, engineVersion="17")],
        violated=[resource(EKS_CLUSTER, version="1.34")],
        unknowable=[resource(RDS_INSTANCE, engineVersion=UNKNOWN)],
    ),
    "azure-support-ended": Cases(
        holds=[
            cluster("1.35"),
            cluster("1.34"),
            cluster("1.34.2", pool="1.34.2"),
            resource(AGENT_POOL, orchestratorVersion="1.35", osSKU="Ubuntu"),
            resource(SERVER, version="17"),
            rule_sets("3.2", "2.1"),
        ],
        violated=[
            cluster("1.33"),
            cluster("1.33.7"),
            cluster("1.36", pool="1.30"),
            resource(AGENT_POOL, orchestratorVersion="1.29"),
            resource(SERVER, version="14"),
        ],
        unknowable=[cluster(UNKNOWN), resource(SERVER, version=UNKNOWN)],
    ),
    "azure-support-ending": Cases(
        holds=[
            cluster("1.35"),
            cluster("1.33"),
            resource(CLUSTER, kubernetesVersion="1.35", networkProfile={"networkPolicy": "azure"}),
            resource(CACHE, sku={"name": "Premium"}),
            resource(GATEWAY, webApplicationFirewallConfiguration={"enabled": False}),
            resource(REGISTRY, policies={"trustPolicy": {"status": "enabled"}}),
        ],
        violated=[cluster("1.34"), cluster("1.35", pool="1.34.2")],
        unknowable=[cluster(UNKNOWN)],
    ),
    "gcp-support-ended": Cases(
        holds=[
            resource(GKE_CLUSTER, minMasterVersion="1.35"),
            resource(NODE_POOL, version="1.36.2-gke.1000"),
            resource(GKE_CLUSTER),
            resource(DATABASE, databaseVersion="POSTGRES_14"),
            resource(DATABASE, databaseVersion="POSTGRES_18"),
        ],
        violated=[
            resource(GKE_CLUSTER, minMasterVersion="1.34"),
            resource(NODE_POOL, version="1.34.1-gke.1"),
            resource(DATABASE, databaseVersion="POSTGRES_13"),
        ],
        unknowable=[resource(GKE_CLUSTER, minMasterVersion=UNKNOWN), resource(DATABASE, databaseVersion=UNKNOWN)],
    ),
    "gcp-support-ending": Cases(
        holds=[
            resource(GKE_CLUSTER, minMasterVersion="1.35"),
            resource(GKE_CLUSTER, minMasterVersion="1.34"),
            resource(DATABASE, databaseVersion="POSTGRES_17"),
        ],
        violated=[resource(DATABASE, databaseVersion="POSTGRES_14")],
        unknowable=[resource(GKE_CLUSTER, minMasterVersion=UNKNOWN)],
    ),
}
UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {}
