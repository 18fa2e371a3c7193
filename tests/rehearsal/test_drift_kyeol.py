"""What somebody changed behind Pulumi's back is named by `refresh --preview-only`, and `up` puts it right."""

import re

import pytest

from rehearsal.inventory import Object
from tests.rehearsal.harness import Rehearsal, Result
from tests.rehearsal.running import RunningStacks

pytestmark = [pytest.mark.engine, pytest.mark.systems("kyeol")]


def named(result: Result) -> set[tuple[str, str]]:
    """What the refresh printed: (logical name, the property it names or what became of the resource)."""
    lines = re.findall(r"^ [~-] +\S+ (\S+) (update|delete)\b(?: \[diff: ([^\]]*)\])?", result.stdout, re.MULTILINE)
    return {(name, diff or what) for name, what, diff in lines}


def one(rehearsal: Rehearsal, type_: str, name: str) -> Object:
    (found,) = [held for held in rehearsal.inventory.list(type=type_) if held.urn.endswith(f"::{name}")]
    return found


def test_drift_of_a_running_stack_is_named_and_put_right(running: RunningStacks) -> None:
    rehearsal = running.copy("dev")
    held = rehearsal.inventory.count()
    for type_, name, path, value in (
        ("aws:rds/instance:Instance", "postgres-instance", "instanceClass", "db.m5.large"),
        ("aws:eks/cluster:Cluster", "cluster-cluster", "vpcConfig.endpointPublicAccess", True),
        (
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "media-bucket-public-access-block",
            "blockPublicPolicy",
            False,
        ),
        ("aws:ec2/vpc:Vpc", "network-vpc", "tags.owner", "somebody-else"),
    ):
        rehearsal.inventory.edit(one(rehearsal, type_, name), path, value)
    gone = one(rehearsal, "aws:ecr/lifecyclePolicy:LifecyclePolicy", "registry-saleor-api-lifecycle")
    rehearsal.inventory.remove(gone)

    seen = rehearsal.refresh("dev", "--preview-only").ok()
    assert named(seen) == {
        ("postgres-instance", "~instanceClass"),
        ("cluster-cluster", "~vpcConfig"),
        ("media-bucket-public-access-block", "~blockPublicPolicy"),
        ("network-vpc", "~tags"),
        ("registry-saleor-api-lifecycle", "delete"),
    }
    assert (seen.changes["update"], seen.changes["delete"]) == (4, 1)
    assert rehearsal.inventory.count() == held - 1

    mended = rehearsal.up("dev", "--refresh").ok()
    assert (mended.changes["update"], mended.changes["create"]) == (4, 1)
    assert rehearsal.inventory.count() == held
    rehearsal.preview("dev", "--refresh", "--expect-no-changes").ok()
