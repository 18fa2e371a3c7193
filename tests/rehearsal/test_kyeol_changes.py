"""One edited figure shows exactly what it changes; wrong settings change nothing at all."""

from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.harness import Rehearsal
from tests.rehearsal.running import RunningStacks

pytestmark = [pytest.mark.engine, pytest.mark.systems("kyeol")]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("nodes.max_nodes", 6, ["update nodes-group"]),
        ("cache.node_type", "cache.t3.medium", ["update valkey-replication-group"]),
        (
            "cache.replicas",
            2,
            [
                "create valkey-003-DatabaseMemoryUsagePercentage",
                "create valkey-003-EngineCPUUtilization",
                "create valkey-003-Evictions",
                "create valkey-003-ReplicationLag",
                "update valkey-replication-group",
            ],
        ),
        ("postgres.multi_az", False, ["update postgres-instance"]),
        ("postgres.max_storage_gib", 400, ["update postgres-instance"]),
        (
            "postgres.instance_class",
            "db.t3.large",
            ["update postgres-DatabaseConnections", "update postgres-FreeableMemory", "update postgres-instance"],
        ),
        ("nodes.instance_type", "t3.large", ["replace nodes-group"]),
        ("nodes.max_pods", 40, ["update nodes-group", "update nodes-launch-template"]),
        ("edge.rate_limit_per_5_minutes", 5000, ["update viewer-acl"]),
        ("monthly_budget_usd", 1200, ["update budget-budget"]),
        (
            "registry.repositories",
            ["saleor-api", "saleor-dashboard", "saleor-storefront", "saleor-worker"],
            [
                "create registry-saleor-worker",
                "create registry-saleor-worker-lifecycle",
            ],
        ),
    ],
)
def test_an_edited_figure_shows_exactly_its_own_change(
    running: RunningStacks, path: str, value: Any, expected: list[str]
) -> None:
    stage = running.copy("stage")
    stage.edit_stack("stage", f"platform:kyeol.{path}", value)
    steps = {
        f"{step.op} {step.name}"
        for step in stage.preview("stage").ok().steps
        if step.op in {"create", "update", "replace"}
    }
    assert sorted(steps) == expected


def test_wrong_settings_are_all_listed_and_nothing_is_registered(rehearsal: Rehearsal) -> None:
    for path, value in (
        ("platform:environment", "qa"),
        ("platform:kyeol.network.cidr", "10.20.0.0/33"),
        ("platform:kyeol.nodes.instance_type", "t9.huge"),
        ("platform:kyeol.postgres.multi_az", "yes"),
        ("platform:kyeol.cach", {}),
    ):
        rehearsal.edit_stack("dev", path, value)
    for command in ("preview", "up"):
        result = getattr(rehearsal, command)("dev").refused(
            "5 mistakes in the settings, nothing was registered:",
            "platform:environment",
            "platform:kyeol.network.cidr",
            "platform:kyeol.nodes.instance_type",
            "platform:kyeol.postgres.multi_az",
            "platform:kyeol.cach",
        )
        assert "Traceback" not in result.text
        assert {step.type for step in result.all_steps} <= {"pulumi:pulumi:Stack"}
    assert rehearsal.inventory.count() == 0


def test_a_missing_section_and_overlapping_networks_end_before_any_resource(rehearsal: Rehearsal) -> None:
    rehearsal.edit_stack("dev", "platform:kyeol.network.cidr", "10.23.0.0/16")
    result = rehearsal.up("dev").refused(
        "network.cidr 10.23.0.0/16 overlaps cluster.private_access_cidrs[0] 10.23.0.0/16"
    )
    assert "Traceback" not in result.text
    text = rehearsal.settings_file("dev").read_text()
    rehearsal.settings_file("dev").write_text(text.split("  platform:kyeol:")[0])
    result = rehearsal.up("dev").refused("platform:kyeol is missing")
    assert "Traceback" not in result.text
    assert rehearsal.inventory.count() == 0


def test_a_resource_whose_provider_was_forgotten_is_refused(rehearsal: Rehearsal) -> None:
    program = Path(rehearsal.project, "__main__.py")
    program.write_text(program.read_text() + '\nimport pulumi_aws\n\npulumi_aws.s3.Bucket("stray")\n')
    rehearsal.preview("dev").refused("Default provider for 'aws' disabled")
