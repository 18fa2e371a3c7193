from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from settings.schema import SERVICE_MODELINE, service_file_schema
from settings.services import ServiceSettings, read_services
from settings.stack import SettingsError, load_stack
from tests.stack_files import ROOT, as_pulumi_gives_it, stack_config

FILES = sorted((ROOT / "config").glob("*/services/*/*.yml"))
SCHEMA = Draft202012Validator(service_file_schema())

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


def file_of(project: Path, service: str) -> Path:
    return project / f"config/prod/services/tripgen/{service}.yml"


def edit(project: Path, service: str, change: Edit) -> None:
    path = file_of(project, service)
    document = YAML(typ="safe").load(path.read_text())
    change(document)
    with path.open("w") as file:
        YAML().dump(document, file)


def services(project: Path, stack: str = "prod") -> dict[str, ServiceSettings]:
    tripgen = load_stack(as_pulumi_gives_it(stack_config(stack)), project).tripgen
    assert tripgen is not None
    return dict(tripgen.services)


def refusal(project: Path, config: dict[str, Any] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load_stack(as_pulumi_gives_it(config or stack_config("prod")), project)
    return str(caught.value)


#: TripGen physical architecture 3.3.1 and 3.2.1: requests, limits, disruption budget.
RESOURCES = {
    "user-service": ("500m", "1Gi", "2000m", "2Gi", 2),
    "trip-service": ("1000m", "2Gi", "4000m", "4Gi", 3),
    "ai-service": ("2000m", "4Gi", "8000m", "8Gi", 2),
    "location-service": ("500m", "1Gi", "2000m", "2Gi", 2),
}
#: 3.3.2: minimum, maximum, CPU, memory, the service's own metric.
AUTOSCALING = {
    "user-service": (3, 10, 70, 80, "requests_per_second", 100),
    "trip-service": (3, 15, 70, 80, "active_connections", 50),
    "ai-service": (2, 8, 80, 85, "queue_length", 10),
    "location-service": (2, 10, 70, 80, "search_requests", 200),
}
#: Services whose smallest scale equals their disruption budget in the design; one pod more lets a node be drained.
RAISED = {"trip-service", "ai-service", "location-service"}


def test_the_production_files_say_what_the_designs_tables_say() -> None:
    assert {
        name: (each.requests.cpu, each.requests.memory, each.limits.cpu, each.limits.memory, each.min_available)
        for name, each in services(ROOT).items()
    } == RESOURCES


def test_autoscaling_is_the_designs_but_for_one_pod_where_its_budget_blocks_every_drain() -> None:
    given = {name: (each.scaling, each.scaling.metric) for name, each in services(ROOT).items() if each.scaling.metric}
    assert {
        name: (
            scale.min_replicas - (name in RAISED),
            scale.max_replicas,
            scale.cpu_percent,
            scale.memory_percent,
            metric.name,
            metric.above,
        )
        for name, (scale, metric) in given.items()
    } == AUTOSCALING
    assert {name for name, row in AUTOSCALING.items() if row[0] <= RESOURCES[name][-1]} == RAISED


def test_health_restart_scale_down_and_rollback_are_the_designs() -> None:
    for each in services(ROOT).values():
        probes = each.probes
        assert (probes.path, probes.liveness_failures, probes.liveness_seconds) == ("/actuator/health", 3, 30)
        assert (each.scaling.scale_down_seconds, each.rollback_seconds, each.strategy) == (300, 180, "blue-green")


def test_the_designs_service_accounts_read_through_the_role_it_names() -> None:
    given = services(ROOT)
    assert {name for name, each in given.items() if each.cluster_roles == ("application-reader",)} == {
        "user-service",
        "trip-service",
    }
    assert given["user-service"].service_account == "user-service-sa"
    assert given["trip-service"].service_account == "trip-service-sa"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_an_editor_finds_the_schema_of_a_service_file_and_nothing_wrong_in_it(path: Path) -> None:
    text = path.read_text()
    assert text.splitlines()[0] == SERVICE_MODELINE
    assert (path.parent / SERVICE_MODELINE.partition("=")[2]).resolve() == ROOT / "schemas/service.schema.json"
    assert list(SCHEMA.iter_errors(YAML(typ="safe").load(text))) == []


@pytest.mark.parametrize("stack", ["dev", "stage"])
def test_the_smaller_environments_run_the_same_services(stack: str) -> None:
    assert services(ROOT, stack).keys() == services(ROOT).keys()


def given(*keys: str, value: object) -> Edit:
    def change(document: dict[str, Any]) -> None:
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "where", "allowed"),
    [
        (given("image", value="trip-service:latest"), " image", "never `latest`"),
        (given("image", value="trip-service"), " image", "with a tag or a digest"),
        (given("image", value="trip-service:1.4.2@sha256:0123"), " image", "with a tag or a digest"),
        (given("image", value=f"trip-service:latest@sha256:{'0' * 64}"), " image", "never `latest`"),
        (given("requests", "cpu", value=1), " requests.cpu", "a text, in quotes"),
        (given("requests", "memory", value="2GB"), " requests.memory", "memory in Mi or Gi"),
        (given("requests", "memory", value="8Gi"), "", "must not exceed limits (4000m, 4Gi)"),
        (given("scaling", "cpu_percent", value=0), " scaling.cpu_percent", "1 or more"),
        (given("scaling", "min_replicas", value=16), " scaling", "min_replicas 16 must not exceed max_replicas 15"),
        (given("scaling", "metric", "queue", value="q"), " scaling.metric", "needs one source"),
        (given("min_available", value=4), "", "blocks every drain at the minimum"),
        (given("routes", value=["/api/trips/"]), " routes.0", "a path that begins with /"),
        (given("rollback_seconds", value=90), "", "must be less than rollback_seconds 90"),
        (given("probes", value={"liveness_seconds": 31}), " probes", "must be a multiple of liveness_failures 3"),
        (given("replicas", value=3), " replicas", "no such setting"),
    ],
)
def test_a_wrong_figure_is_refused_with_its_file_and_what_is_allowed(
    project: Path, change: Edit, where: str, allowed: str
) -> None:
    edit(project, "trip-service", change)
    message = refusal(project)
    assert f"\n  config/prod/services/tripgen/trip-service.yml{where}\n" in message
    assert allowed in message


def test_mistakes_in_services_and_stack_file_are_told_at_once(project: Path) -> None:
    edit(project, "trip-service", given("image", value="trip-service"))
    edit(project, "ai-service", given("min_available", value=9))
    file_of(project, "user-service").write_text("image: {")
    (project / "config/prod/services/tripgen/Location.yaml").write_text("")
    config = stack_config("prod")
    config["platform:tripgen"]["region"] = "westeurope"
    message = refusal(project, config)
    for part in (
        "5 mistakes in the settings, nothing was registered:",
        "  config/prod/services/tripgen/trip-service.yml image\n",
        "  config/prod/services/tripgen/ai-service.yml\n",
        "  config/prod/services/tripgen/user-service.yml\n",
        "  config/prod/services/tripgen/Location.yaml\n",
        "  platform:tripgen.region\n",
    ):
        assert part in message


def test_a_file_without_settings_is_told_as_one(project: Path) -> None:
    file_of(project, "ai-service").write_text("")
    assert "  config/prod/services/tripgen/ai-service.yml\n" in refusal(project)


def test_a_system_without_service_files_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path)
    assert "2 mistakes in" in message
    for system in ("dtx", "tripgen"):
        assert f"  config/prod/services/{system}/\n    given:   {{}}\n    allowed: at least 1 entry" in message


def test_services_in_the_stack_file_are_refused_with_where_they_belong() -> None:
    config = stack_config("prod")
    config["platform:tripgen"]["services"] = {}
    assert "platform:tripgen.services\n    allowed: services stand in config/prod/services/tripgen/" in refusal(
        ROOT, config
    )


def test_an_unknown_environment_is_no_reason_to_look_for_its_services() -> None:
    config = stack_config("prod")
    config["platform:environment"] = "../prod"
    assert "platform:environment" in refusal(ROOT, config)


def test_a_largest_scale_that_the_nodes_cannot_hold_is_refused_with_the_sum(project: Path) -> None:
    edit(project, "ai-service", given("scaling", "max_replicas", value=60))
    message = refusal(project)
    assert "1 mistake in" in message
    assert "the largest scale (every scaling.max_replicas) needs" in message
    assert "ai-service 60 x 2100m/4224Mi" in message
    # user 10 x 600m, trip 15 x 1100m, ai 2 x 60 x 2100m (the next version beside the running one), location 10 x 600m
    assert f"= {10 * 600 + 15 * 1100 + 120 * 2100 + 10 * 600}m/" in message
    assert "20 nodes (7 + 7 + 6 by zone)" in message


def test_a_smallest_scale_must_fit_what_is_left_when_a_zone_is_gone(project: Path) -> None:
    edit(project, "trip-service", given("scaling", "min_replicas", value=5))
    message = refusal(project)
    assert "the smallest scale (every scaling.min_replicas) with the fullest of 3 zones lost needs" in message
    assert "4 nodes (2 + 2 by zone)" in message
    assert "1 of trip-service" in message


def test_a_folder_that_is_not_there_holds_no_services(tmp_path: Path) -> None:
    assert read_services(tmp_path / "nowhere") == ({}, {})


def test_a_counted_queue_must_be_one_of_the_environments(project: Path) -> None:
    edit(project, "ai-service", given("scaling", "metric", "queue", value="nowhere"))
    message = refusal(project)
    assert "ai-service is scaled by the queue nowhere, which is none of messaging.queues: ai_schedule" in message


def test_the_service_that_answers_for_all_must_be_one_of_them() -> None:
    config = stack_config("prod")
    config["platform:tripgen"]["workloads"]["health_service"] = "cart"
    assert "workloads.health_service cart is none of ai-service, " in refusal(ROOT, config)
