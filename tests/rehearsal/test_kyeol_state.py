"""What only the engine knows: protection, parents, providers and secrets, as they stand in the state."""

import json
from typing import Any

import pytest

from tests.rehearsal.running import RunningStacks

pytestmark = [pytest.mark.engine, pytest.mark.systems("kyeol")]

#: Types whose objects hold data, or whose loss makes data unreadable.
STATEFUL = {
    "aws:kms/key:Key",
    "aws:rds/instance:Instance",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:ecr/repository:Repository",
    "aws:eks/cluster:Cluster",
    "aws:s3/bucket:Bucket",
    "aws:secretsmanager/secret:Secret",
    "aws:route53/zone:Zone",
}
CONTAINERS = ("pulumi:", "platform:")


def clouds(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [resource for resource in resources if not resource["type"].startswith(CONTAINERS)]


@pytest.mark.parametrize(("stack", "protected"), [("dev", False), ("prod", True)])
def test_state_says_what_the_design_promises(running: RunningStacks, stack: str, protected: bool) -> None:
    resources = running.copy(stack).resources(stack)
    assert {r["type"] for r in clouds(resources)} >= STATEFUL
    for resource in clouds(resources):
        name = resource["urn"]
        stateful = resource["type"] in STATEFUL
        assert bool(resource.get("protect")) == bool(resource.get("retainOnDelete")) == (stateful and protected), name
        assert "::default" not in resource["provider"], name
        assert "platform:" in resource["parent"].split("::")[-2], name
    types = {resource["type"] for resource in resources}
    assert types >= {"platform:system:Kyeol", "platform:aws:Network", "platform:kubernetes:Namespace"}
    for component in (r for r in resources if r["type"].startswith("platform:aws:")):
        assert component["parent"].split("::")[-2].startswith("platform:system:Kyeol"), component["urn"]


def test_components_register_their_declared_outputs(running: RunningStacks) -> None:
    resources = running.copy("mgmt").resources("mgmt")
    outputs = {r["urn"].rsplit("::", 1)[-1]: r.get("outputs", {}) for r in resources}
    assert set(outputs["network"]) == {"vpc_id", "public_subnet_ids", "private_subnet_ids", "data_subnet_ids"}
    assert outputs["kyeol"]["outputs"]["version"] == 1


def test_the_account_and_the_region_are_pinned_on_the_provider(running: RunningStacks) -> None:
    resources = running.copy("mgmt").resources("mgmt")
    (provider,) = [r for r in resources if r["type"] == "pulumi:providers:aws"]
    assert provider["inputs"]["region"] == "ap-northeast-1"
    assert json.loads(provider["inputs"]["allowedAccountIds"]) == ["444444444444"]
