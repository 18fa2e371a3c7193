"""Mistakes in DTx' monitoring settings, what is said about them, and what its pods request."""

from __future__ import annotations

from typing import Any

import pytest

from settings.dtx.monitoring import MonitoringSettings
from settings.dtx.system import DtxSettings
from settings.stack import SettingsError, load_stack
from tests.stack_files import as_pulumi_gives_it, stack_config


def monitoring(stack: str) -> MonitoringSettings:
    return load_stack(as_pulumi_gives_it(stack_config(stack))).section(DtxSettings).monitoring


def refusal(**changes: Any) -> str:
    """What is said of prod with parts of its monitoring changed; `logs__kibana` is a part of a part."""
    config = stack_config("prod")
    for path, value in changes.items():
        section = config["platform:dtx"]["monitoring"]
        *parents, last = path.split("__")
        for parent in parents:
            section = section.setdefault(parent, {})
        section[last] = value
    with pytest.raises(SettingsError) as caught:
        load_stack(as_pulumi_gives_it(config))
    return str(caught.value)


def test_a_violation_that_waits_is_refused() -> None:
    route = {"channels": ["email"], "wait_seconds": 30, "repeat_minutes": 15}
    assert "violation.wait_seconds 30 must be 0" in refusal(routes={"violation": route})


def test_a_severity_that_reaches_nobody_is_refused() -> None:
    route = {"channels": ["sms"], "wait_seconds": 60, "repeat_minutes": 60}
    said = refusal(routes={"warning": route}, channels={"slack": "#dtx-alerts"})
    assert "routes.warning.channels sms: channels has none of these, only slack" in said


def test_an_environment_without_channels_is_taken() -> None:
    assert monitoring("dev").channels.present == ()


def test_a_channel_that_nobody_knows_is_refused() -> None:
    route = {"channels": ["pager"], "wait_seconds": 0, "repeat_minutes": 60}
    assert "'email', 'slack' or 'sms'" in refusal(routes={"critical": route})


def test_two_elasticsearch_nodes_are_refused() -> None:
    assert "of two nodes none may be lost" in refusal(logs__elasticsearch__replicas=2)


def test_a_second_grafana_is_refused() -> None:
    size = {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}}
    assert "grafana.replicas 2: 1" in refusal(metrics__grafana={"replicas": 2, **size})


def test_requests_beyond_the_limits_are_refused() -> None:
    assert "must not exceed limits" in refusal(metrics__prometheus__requests={"cpu": "500m", "memory": "8Gi"})


def test_a_personal_field_with_two_fates_is_refused() -> None:
    assert "user.id: in one of replaced, removed and shortened only" in refusal(logs__personal={"removed": ["user.id"]})


def test_a_mail_server_on_the_port_that_google_blocks_is_refused() -> None:
    mail = {"to": "a@dtx.invalid", "sender": "b@dtx.invalid", "host": "smtp.dtx.invalid", "username": "b@dtx.invalid"}
    assert "465 or 587" in refusal(channels__email={**mail, "port": 25})


def test_an_older_elastic_stack_is_refused() -> None:
    assert "a version 9 of the Elastic Stack" in refusal(logs__version="8.19.0")


def test_what_all_pods_request_is_the_sum_over_replicas() -> None:
    s = monitoring("prod")
    total, largest = s.amount()
    elasticsearch, prometheus = s.logs.elasticsearch, s.metrics.prometheus
    assert largest.memory_mib == elasticsearch.requests.amount.memory_mib == 6 * 1024
    assert total.memory_mib > 3 * 6 * 1024 + 2 * 4 * 1024
    one_less = prometheus.model_copy(update={"replicas": prometheus.replicas - 1})
    metrics = s.metrics.model_copy(update={"prometheus": one_less})
    smaller, _ = s.model_copy(update={"metrics": metrics}).amount()
    assert total - smaller == prometheus.requests.amount


def test_measurements_go_before_the_volume_is_full() -> None:
    prometheus = monitoring("prod").metrics.prometheus
    assert 0.8 < prometheus.retention_mib / (prometheus.storage_gib * 1024) < 0.9
