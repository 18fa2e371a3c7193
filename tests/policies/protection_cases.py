"""Cases of the rule about protection from the program itself."""

from dataclasses import replace
from typing import Any

from policies.resource import EnvironmentName, Resource
from tests.policies.building import Cases, resource
from tests.policies.gcp_residency_cases import DATABASE

ADDRESS = "gcp:compute/address:Address"
SERVER = "azure-native:dbforpostgresql:Server"
TABLE = "aws:rds/instance:Instance"
ZONE = "gcp:dns/managedZone:ManagedZone"


def held(token: str, environment: EnvironmentName, *, protect: bool, **properties: Any) -> Resource:
    return replace(resource(token, environment, **properties), protect=protect)


CASES: dict[str, Cases] = {
    "protect": Cases(
        holds=[
            held(DATABASE, "prod", protect=True),
            held(SERVER, "stage", protect=True),
            held(TABLE, "mgmt", protect=True),
        ],
        violated=[
            held(DATABASE, "prod", protect=False),
            held(SERVER, "stage", protect=False),
            held(TABLE, "mgmt", protect=False),
            held(ZONE, "prod", protect=False, visibility="public"),
            held(ZONE, "prod", protect=False),
            held(ADDRESS, "prod", protect=False, addressType="EXTERNAL"),
        ],
        unknowable=[],
    ),
}

UNCLAIMED: dict[str, list[Resource | list[Resource]]] = {
    "protect": [
        held(DATABASE, "dev", protect=False),
        held(ZONE, "prod", protect=False, visibility="private"),
        held(ADDRESS, "prod", protect=False, addressType="INTERNAL"),
        held("aws:s3/bucketPolicy:BucketPolicy", "prod", protect=False),
        resource(DATABASE, "prod"),
    ],
}
