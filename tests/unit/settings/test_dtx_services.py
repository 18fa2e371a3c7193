from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.stack_files import ROOT, stack_config
from tests.unit.settings.dtx_stacks import dtx, refusal, refusal_of

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copytree(ROOT / "config", tmp_path / "config")
    return tmp_path


def edited(project: Path, service: str, **changes: Any) -> Path:
    """The project with figures of a service of prod changed; `a__b` is b in a."""
    path = project / f"config/prod/services/dtx/{service}.yml"
    document = YAML(typ="safe").load(path.read_text())
    for name, value in changes.items():
        *sections, key = name.split("__")
        place = document
        for section in sections:
            place = place[section]
        place[key] = value
    with path.open("w") as file:
        YAML().dump(document, file)
    return project


def said(project: Path) -> str:
    return refusal_of(stack_config("prod"), project)


def test_productions_pods_are_the_infrastructures() -> None:
    scales = {n: (s.scaling.min_replicas, s.scaling.max_replicas) for n, s in dtx("prod").services.items()}
    assert scales == {"api-gateway": (2, 4), "user-service": (3, 6), "timemachine": (2, 4)}


@pytest.mark.parametrize("stack", ["dev", "stage", "prod"])
def test_the_environments_differ_in_figures_only(stack: str) -> None:
    assert {name: service.strategy for name, service in dtx(stack).services.items()} == {
        "api-gateway": "canary",
        "user-service": "blue-green",
        "timemachine": "rolling",
    }


@pytest.mark.parametrize(
    ("service", "changes", "expected"),
    [
        ("timemachine", {"strategy": "canary"}, "strategy canary with 0 canary_steps: a canary has some"),
        (
            "timemachine",
            {"canary_steps": [{"percent": 10, "watch_seconds": 60}]},
            "strategy rolling with 1 canary_steps: a canary has some, others none",
        ),
        (
            "api-gateway",
            {"canary_steps": [{"percent": 50, "watch_seconds": 60}, {"percent": 50, "watch_seconds": 60}]},
            "canary_steps of 50, 50 percent: each must be more than the one before",
        ),
        ("api-gateway", {"canary_steps": [{"percent": 100, "watch_seconds": 60}]}, "99 or less"),
        (
            "api-gateway",
            {
                "canary_steps": [{"percent": 50, "watch_seconds": 30}],
                "probes": {"liveness_seconds": 120, "startup_seconds": 60},
            },
            "watch_seconds 30 is less than the 40 s between two checks",
        ),
        (
            "user-service",
            {"scaling__metric": {"name": "sessions", "above": 5, "query": "sum(sessions)"}},
            "service user-service is scaled by sessions: the cluster has no KEDA",
        ),
    ],
)
def test_a_service_that_could_not_be_run_so_is_refused(
    project: Path, service: str, changes: dict[str, Any], expected: str
) -> None:
    assert expected in said(edited(project, service, **changes))


def test_a_largest_scale_counts_the_second_set_of_a_blue_green_service(project: Path) -> None:
    message = said(edited(project, "user-service", scaling__max_replicas=12))
    assert "the largest scale (every scaling.max_replicas) needs" in message
    assert "next version of user-service 12 x 1000m/1536Mi" in message
    assert "9 nodes (3 + 3 + 3 by zone)" in message


def test_a_smallest_scale_must_fit_what_is_left_when_a_zone_is_gone(project: Path) -> None:
    message = said(edited(project, "timemachine", scaling__min_replicas=4))
    assert "the smallest scale (every scaling.min_replicas) with the fullest of 3 zones lost needs" in message
    assert "3 nodes (2 + 1 by zone)" in message
    assert "1 of timemachine" in message


def test_monitoring_must_fit_its_own_nodes() -> None:
    small = {"machine_type": "e2-standard-2", "min_nodes": 3, "max_nodes": 3}
    message = refusal("cluster", monitoring_pool=small)
    assert "monitoring on its own pool needs" in message
    assert "elasticsearch" in message


def test_monitoring_that_shares_the_services_nodes_is_counted_with_them() -> None:
    config = stack_config("prod")
    cluster = config["platform:dtx"]["cluster"]
    del cluster["monitoring_pool"]
    cluster["services_pool"]["max_nodes"] = 6
    message = refusal_of(config)
    assert "with monitoring beside it needs" in message
    assert "prometheus" in message


@pytest.mark.parametrize(
    ("section", "changes", "expected"),
    [
        ("workloads", {"calls": {"api-gateway": ["billing"]}}, "workloads.calls: billing is none of api-gateway, "),
        ("data", {"users": {"cache": ["billing"]}}, "data.users.cache: billing is none of api-gateway, "),
        ("edge", {"service": "billing"}, "edge.service billing is none of api-gateway, "),
        ("cluster", {"rbac_group": None}, "workloads.teams names groups, but cluster.rbac_group is missing"),
    ],
)
def test_what_names_a_service_or_a_group_names_one_that_there_is(
    section: str, changes: dict[str, Any], expected: str
) -> None:
    assert expected in refusal(section, **changes)
