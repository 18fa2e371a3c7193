"""DTx' stack files under the rules about single resources, without an engine: the quick answer to a change.

Rules about the whole stack need references that only an engine knows (tests/rehearsal).
"""

import pytest
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

from policies.registry import judge
from policies.resource import EnvironmentName, Resource, normalise
from policies.sizing import dtx
from tests.components.conftest import dtx_world
from tests.policies.building import FRANKFURT

#: Rules that have nothing to look at in some environments, and why.
ELSEWHERE = {
    "gcp-deletion-protection": {"stage", "prod"},
}
RESIDENCY = {"gcp-known-type", "gcp-location", "gcp-named-places", "gcp-copies", "gcp-sinks"}
OTHERS = {
    "gcp-public-access",
    "gcp-open-firewall",
    "gcp-web-firewall",
    "gcp-network-policies",
    "gcp-customer-keys",
    "gcp-key-rotation",
    "gcp-tls",
    "gcp-keyless",
    "gcp-public-members",
    "gcp-basic-roles",
    "gcp-zones",
    "gcp-backups",
    "gcp-deletion-protection",
    "gcp-support-ended",
    "gcp-support-ending",
    "dtx-nodes",
    "dtx-postgres",
    "dtx-cache",
    "dtx-stores",
    "dtx-services",
}


def placed(stack: EnvironmentName) -> list[Resource]:
    return [
        Resource(
            urn=f"urn:pulumi:{stack}::platform::{dtx.SYSTEM}${one.type}::{one.name}",
            type=one.type,
            name=one.name,
            # As on the wire: the mocks hand out every number as a float.
            properties=normalise(json_format.ParseDict(dict(one.inputs), Struct())),
            environment=stack,
            provider=FRANKFURT,
        )
        for one in dtx_world(stack).placed
        if not one.type.startswith("pulumi:")
    ]


@pytest.mark.parametrize("stack", ["dev", "stage", "prod"])
def test_a_stack_file_gives_what_the_pack_asks_of_each_resource(stack: EnvironmentName) -> None:
    judged = [judgement for resource in placed(stack) for judgement in judge(resource)]
    concerned = {rule for rule in RESIDENCY | OTHERS if stack in ELSEWHERE.get(rule, {stack})}
    assert concerned <= {one.rule.id for one in judged}
    assert [f"{one.rule.id}: {finding.found}" for one in judged for finding in one.findings] == []
