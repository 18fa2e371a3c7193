"""Mistakes in TripGen's observability and cost settings, and what is said about them."""

from __future__ import annotations

from typing import Any

import pytest

from settings.azure.logs import WHOLE_YEARS_DAYS
from settings.stack import load_stack, validate_stack
from tests.stack_files import as_pulumi_gives_it, stack_config
from tests.unit.settings.tripgen_stacks import refusal


def logs(**changes: Any) -> dict[str, Any]:
    return {**stack_config("prod")["platform:tripgen"]["observability"]["logs"], **changes}


def test_seven_years_of_365_days_are_refused_with_the_years_azure_keeps() -> None:
    said = refusal("observability", logs=logs(audit_days=2555))
    assert "given:   2555" in said
    assert "1095, 1460, 1826, 2191, 2556" in said


@pytest.mark.parametrize("days", [3, 731, 5000])
def test_a_retention_that_no_table_has_is_refused(days: int) -> None:
    assert "4 to 730 days, or whole years" in refusal("observability", logs=logs(system_days=days))


@pytest.mark.parametrize("days", [4, 730, *WHOLE_YEARS_DAYS])
def test_a_retention_that_tables_have_is_taken(days: int) -> None:
    config = stack_config("prod")
    config["platform:tripgen"]["observability"]["logs"] = logs(security_days=days)
    load_stack(as_pulumi_gives_it(config))


def test_a_window_that_azures_own_metrics_do_not_have_is_refused() -> None:
    alert = {"threshold": 99.9, "window_minutes": 10, "severity": 0, "channels": ["teams"]}
    said = refusal("observability", alerts={"availability_percent": alert})
    assert "window_minutes 10: Azure judges its own metrics over 1, 5, 15" in said


def test_a_window_that_log_queries_do_not_have_is_refused() -> None:
    alert = {"threshold": 0, "window_minutes": 7, "severity": 2}
    assert "window_minutes 7: Azure asks its logs every 5, 10" in refusal("observability", alerts={"log_cap": alert})


def test_a_prometheus_alert_takes_any_window() -> None:
    config = stack_config("prod")
    alert = {"threshold": 1, "window_minutes": 7, "severity": 0}
    config["platform:tripgen"]["observability"]["alerts"] = {"error_rate_percent": alert}
    load_stack(as_pulumi_gives_it(config))


def test_a_channel_nobody_knows_is_refused() -> None:
    alert = {"threshold": 1, "window_minutes": 5, "severity": 0, "channels": ["pager"]}
    assert "'pagerduty', 'teams', 'slack' or 'sms'" in refusal("observability", alerts={"error_rate_percent": alert})


def test_a_place_that_tests_do_not_come_from_is_refused() -> None:
    assert "a place that availability tests come from" in refusal(
        "observability", availability_test={"locations": ["koreacentral"]}
    )


def test_a_webhook_without_tls_is_refused() -> None:
    assert "an https address with a path" in refusal("observability", channels={"teams": {"url": "http://teams/x"}})


def test_a_webhook_may_stand_sealed_in_the_stack_file() -> None:
    config = stack_config("prod")
    config["platform:tripgen"]["observability"]["channels"]["teams"] = {"url": {"secure": "v1:sealed"}}
    validate_stack(config)


@pytest.mark.parametrize("url", [{"secure": 1}, {"secure": "v1:sealed", "open": "text"}, {}])
def test_what_is_no_sealed_text_is_refused(url: dict[str, Any]) -> None:
    assert "observability.channels.teams.url" in refusal("observability", channels={"teams": {"url": url}})


def test_a_target_above_the_budget_is_refused() -> None:
    assert "target_usd 6000 must not exceed monthly_usd 5600" in refusal("cost", target_usd=6000)


def test_components_that_cost_more_than_the_budget_are_refused() -> None:
    said = refusal("cost", components_usd={"aks-nodes": 5000, "postgresql": 900})
    assert "components_usd add up to 5900, more than monthly_usd 5600" in said


def test_a_budget_that_begins_within_a_month_is_refused() -> None:
    assert "a budget counts from the first day of a month" in refusal("cost", start="2026-12-15")
