"""TripGen's stack files under the rules about single resources, without an engine: the quick answer to a change.

Rules about the whole stack need references that only an engine knows (tests/rehearsal).
"""

import pytest
from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

from policies.registry import judge
from policies.resource import EnvironmentName, Resource, normalise
from policies.sizing import tripgen
from tests.components.conftest import tripgen_world
from tests.policies.building import KOREA


def placed(stack: EnvironmentName) -> list[Resource]:
    return [
        Resource(
            urn=f"urn:pulumi:{stack}::platform::{tripgen.SYSTEM}${one.type}::{one.name}",
            type=one.type,
            name=one.name,
            # As on the wire: the mocks hand out every number as a float.
            properties=normalise(json_format.ParseDict(dict(one.inputs), Struct())),
            environment=stack,
            provider=KOREA,
        )
        for one in tripgen_world(stack).placed
        if not one.type.startswith("pulumi:")
    ]


@pytest.mark.parametrize("stack", ["dev", "stage", "prod"])
def test_a_stack_file_gives_what_the_pack_asks_of_each_resource(stack: EnvironmentName) -> None:
    judged = [judgement for resource in placed(stack) for judgement in judge(resource)]
    assert {"azure-location", "tripgen-nodes", "tripgen-edge"} <= {one.rule.id for one in judged}
    assert [f"{one.rule.id}: {finding.found}" for one in judged for finding in one.findings] == []
