"""One edited figure of TripGen shows exactly what it changes; what does not fit changes nothing at all."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.rehearsal.harness import Rehearsal
from tests.rehearsal.running import RunningStacks

pytestmark = [pytest.mark.engine, pytest.mark.systems("tripgen")]

Edit = Callable[[Rehearsal], None]


def setting(path: str, value: Any) -> Edit:
    return lambda rehearsal: rehearsal.edit_stack("stage", f"platform:tripgen.{path}", value)


def service(name: str, path: str, value: Any) -> Edit:
    return lambda rehearsal: rehearsal.edit_service("stage", f"tripgen/{name}", path, value)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        pytest.param(setting("application_nodes.max_nodes", 7), ["update cluster-application-pool"], id="nodes"),
        pytest.param(setting("edge.gateway.max_capacity", 5), ["update gateway-gateway"], id="gateway"),
        pytest.param(setting("postgres.backup_retention_days", 20), ["update postgres-primary"], id="backups"),
        pytest.param(setting("observability.logs.daily_cap_gb", 3), ["update logs-workspace"], id="logs"),
        pytest.param(
            service("trip-service", "scaling.max_replicas", 5), ["update trip-service-autoscaling"], id="most pods"
        ),
        pytest.param(service("ai-service", "requests.cpu", "1500m"), ["update ai-service-rollout"], id="requests"),
    ],
)
def test_an_edited_figure_shows_exactly_its_own_change(running: RunningStacks, edit: Edit, expected: list[str]) -> None:
    stage = running.copy("stage")
    edit(stage)
    steps = {
        f"{step.op} {step.name}"
        for step in stage.preview("stage").ok().steps
        if step.op in {"create", "update", "replace"}
    }
    assert sorted(steps) == expected


def test_an_autoscaling_maximum_that_no_longer_fits_the_nodes_is_refused_with_the_sum(rehearsal: Rehearsal) -> None:
    rehearsal.edit_service("prod", "tripgen/ai-service", "scaling.max_replicas", 80)
    for command in ("preview", "up"):
        result = getattr(rehearsal, command)("prod").refused(
            "1 mistake in the settings, nothing was registered:",
            "the largest scale (every scaling.max_replicas) needs ai-service 80 x 2100m/4224Mi + ",
            " = 364500m/731520Mi, but 20 nodes (7 + 7 + 6 by zone) have 20 x ",
        )
        assert "Traceback" not in result.text
        assert {step.type for step in result.all_steps} <= {"pulumi:pulumi:Stack"}
    assert rehearsal.inventory.count() == 0


def test_mistakes_in_service_files_and_in_the_stack_file_are_told_together(rehearsal: Rehearsal) -> None:
    rehearsal.edit_service("prod", "tripgen/trip-service", "limits.memory", "4Gb")
    rehearsal.edit_service("prod", "tripgen/user-service", "min_available", 3)
    rehearsal.edit_stack("prod", "platform:tripgen.system_nodes.vm_size", "Standard_D4s_v9")
    result = rehearsal.up("prod").refused(
        "3 mistakes in the settings, nothing was registered:",
        "trip-service.yml",
        "user-service.yml",
        "platform:tripgen.system_nodes.vm_size",
        "Standard_D4s_v9",
        "blocks every drain at the minimum",
    )
    assert "Traceback" not in result.text
    assert rehearsal.inventory.count() == 0
