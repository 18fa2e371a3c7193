"""Cases of the rule about tags and labels."""

from policies.resource import UNKNOWN, Resource, Secret, Value
from tests.policies.azure_cases import VAULT
from tests.policies.building import Cases, resource
from tests.policies.gcp_residency_cases import BUCKET, CLUSTER, DATABASE

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"
TOPIC = "aws:sns/topic:Topic"
KYEOL = "platform:system:Kyeol"


def tags(environment: Value = "dev", **changes: Value) -> dict[str, Value]:
    """All tags; `changes` by their names with `_`, None leaves one out."""
    rows: dict[str, Value] = {
        "system": "kyeol",
        "environment": environment,
        "owner": "commerce-platform",
        "cost-centre": "kyeol",
        "data-classification": "internal",
        "managed-by": "pulumi",
    }
    rows |= {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in rows.items() if value is not None}


def labels(**changes: Value) -> dict[str, Value]:
    rows = tags(**changes)
    names = {"system": "app.kubernetes.io/part-of", "managed-by": "app.kubernetes.io/managed-by"}
    return {names.get(name, f"platform/{name}"): value for name, value in rows.items()}


def topic(**changes: Value) -> Resource:
    return resource(TOPIC, parents=(KYEOL,), tags={**tags(), "Name": "alarms", **changes})


CASES: dict[str, Cases] = {
    "tags": Cases(
        holds=[
            topic(),
            resource(TOPIC, tags=tags(system="somebodys")),
            resource(TOPIC, tags=tags(data_classification="personal")),
            resource(VAULT, tags=tags(owner=UNKNOWN)),
            resource(BUCKET, "prod", labels=tags("prod")),
            resource(CLUSTER, resourceLabels=tags()),
            resource(DATABASE, settings={"userLabels": tags()}),
            resource(CHANNEL, labels={"email_address": "oncall@dtx.example"}, userLabels=tags()),
            resource(CONFIG_MAP, metadata={"labels": {"app": "grafana", **labels()}}),
        ],
        violated=[
            resource(TOPIC),
            resource(TOPIC, tags={}),
            *(resource(TOPIC, tags=tags(**{name.replace("-", "_"): None})) for name in tags()),
            resource(TOPIC, tags=tags(owner="")),
            resource(TOPIC, tags=tags("prod")),
            resource(TOPIC, tags=tags(managed_by="hand")),
            resource(TOPIC, tags=tags(data_classification="secret")),
            resource(TOPIC, tags=tags(environment=Secret("prod"))),
            topic(system="tripgen"),
            resource(DATABASE, settings={}),
            resource(CHANNEL, labels=tags()),
            resource(CONFIG_MAP, metadata={}),
            resource(CONFIG_MAP, metadata={"labels": tags()}),
        ],
        unknowable=[
            resource(TOPIC, tags=UNKNOWN),
            resource(TOPIC, tags=tags(environment=UNKNOWN)),
            resource(CONFIG_MAP, metadata=UNKNOWN),
        ],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "tags": [
        resource("aws:s3/bucketPolicy:BucketPolicy"),
        resource("aws:autoscaling/group:Group", tags=[{"key": "system", "value": "kyeol", "propagateAtLaunch": True}]),
        resource("azure-native:operationalinsights:SavedSearch", tags=[{"name": "group", "value": "errors"}]),
        resource("kubernetes:helm.sh/v3:Release", name="argo-rollouts"),
        resource("kubernetes:yaml/v2:ConfigGroup"),
    ],
}
