"""TripGen's chapter 8 (and what other chapters ask of monitoring) as components place it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from components.azure.action_groups import MailTarget, PhoneTarget, WebhookTarget, is_placeholder
from components.azure.alerts import iso_minutes
from components.azure.log_workspace import TABLES
from settings.stack import load_stack
from settings.tripgen.observability import CUSTOM_METRICS, ApplicationSettings
from settings.tripgen.system import TripgenSettings
from systems.tripgen_telemetry import telemetry_variables
from tests.components.strict_mocks import World, outputs
from tests.stack_files import as_pulumi_gives_it, stack_config

WORKSPACE = "logs-workspace-id"


def only(world: World, token: str) -> Mapping[str, Any]:
    (inputs,) = world.of(token).values()
    return inputs


def retention(world: World) -> dict[str, tuple[int, int]]:
    """Return interactive and total days by table."""
    template = only(world, "azure-native:resources:Deployment")["properties"]["template"]
    return {
        table["name"].partition("/")[2]: (
            table["properties"]["retentionInDays"],
            table["properties"]["totalRetentionInDays"],
        )
        for table in template["resources"]
    }


def prometheus_alerts(world: World) -> dict[str, Mapping[str, Any]]:
    group = world.one("azure-native:alertsmanagement:PrometheusRuleGroup", "prometheus-rules-alerts")
    return {rule["alert"]: rule for rule in group["rules"]}


def channels(actions: list[Mapping[str, str]]) -> list[str]:
    return [action["actionGroupId"].removeprefix("alerts-").removesuffix("-id") for action in actions]


def test_the_workspace_is_the_designs(tripgen_prod: World) -> None:
    workspace = only(tripgen_prod, "azure-native:operationalinsights:Workspace")
    assert (
        workspace["workspaceName"],
        workspace["retentionInDays"],
        workspace["workspaceCapping"],
        workspace["location"],
    ) == ("law-tripgen-prod", 90, {"dailyQuotaGb": 10}, "koreacentral")


def test_nobody_writes_logs_with_a_key(every_tripgen: World) -> None:
    assert only(every_tripgen, "azure-native:operationalinsights:Workspace")["features"]["disableLocalAuth"]
    assert only(every_tripgen, "azure-native:applicationinsights:Component")["disableLocalAuth"]


@pytest.mark.parametrize(
    ("table", "total_days"),
    [
        ("ContainerLogV2", 90),
        ("AppRequests", 90),
        ("KubeEvents", 180),
        ("Perf", 180),
        ("AZFWIdpsSignature", 365),
        ("Syslog", 365),
        ("AzureActivity", 2556),
        ("AKSAuditAdmin", 2556),
    ],
)
def test_each_kind_of_log_is_kept_as_long_as_the_design_says(tripgen_prod: World, table: str, total_days: int) -> None:
    assert retention(tripgen_prod)[table] == (90, total_days)


def test_every_table_is_of_one_kind_only() -> None:
    tables = [table for kind in TABLES.values() for table in kind]
    assert len(tables) == len(set(tables))


def test_interactive_retention_never_exceeds_the_total(every_tripgen: World) -> None:
    assert all(interactive <= total for interactive, total in retention(every_tripgen).values())


def test_dev_keeps_less(tripgen_dev: World) -> None:
    assert only(tripgen_dev, "azure-native:operationalinsights:Workspace")["workspaceCapping"] == {"dailyQuotaGb": 1}
    assert retention(tripgen_dev)["ContainerLogV2"] == (30, 30)


def test_application_insights_samples_into_the_workspace(tripgen_prod: World) -> None:
    insights = only(tripgen_prod, "azure-native:applicationinsights:Component")
    assert (insights["resourceName"], insights["samplingPercentage"], insights["workspaceResourceId"]) == (
        "appi-tripgen-prod",
        5,
        WORKSPACE,
    )


def test_only_the_services_may_send_telemetry(tripgen_prod: World) -> None:
    role = tripgen_prod.one("azure-native:authorization:RoleAssignment", "application-insights-sender")
    assert role["scope"] == "application-insights-insights-id"
    assert role["principalId"] == "principal-of-services-identity"


def test_the_agent_of_a_service_signs_in_and_records_its_calls() -> None:
    def variables() -> Mapping[str, Any]:
        told = telemetry_variables(ApplicationSettings(), connection_string="here", client_id="someone")
        return {name: value for name, value in told.items() if name.startswith("APPLICATIONINSIGHTS")}

    assert outputs(variables) == {
        "APPLICATIONINSIGHTS_CONNECTION_STRING": "here",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "Authorization=AAD;ClientId=someone",
        "APPLICATIONINSIGHTS_INSTRUMENTATION_AZURE_SDK_ENABLED": "true",
        "APPLICATIONINSIGHTS_INSTRUMENTATION_JDBC_ENABLED": "true",
        "APPLICATIONINSIGHTS_INSTRUMENTATION_REDIS_ENABLED": "true",
    }


def test_container_insights_collects_what_the_design_lists(every_tripgen: World) -> None:
    rule = every_tripgen.one("azure-native:monitor:DataCollectionRule", "container-insights-rule")
    (extension,) = rule["dataSources"]["extensions"]
    settings = extension["extensionSettings"]["dataCollectionSettings"]
    assert extension["extensionName"] == "ContainerInsights"
    assert settings == {"interval": "1m", "namespaceFilteringMode": "Off", "enableContainerLogV2": True}
    assert {"Microsoft-ContainerLogV2", "Microsoft-KubeEvents", "Microsoft-Perf", "Microsoft-InsightsMetrics"} <= set(
        extension["streams"]
    )
    (flow,) = rule["dataFlows"]
    (destination,) = rule["destinations"]["logAnalytics"]
    assert flow["destinations"] == [destination["name"]]
    assert destination["workspaceResourceId"] == WORKSPACE


def test_the_agents_find_their_rules_by_the_names_they_look_for(every_tripgen: World) -> None:
    associations = every_tripgen.of("azure-native:monitor:DataCollectionRuleAssociation")
    assert {inputs["associationName"] for inputs in associations.values()} == {
        "ContainerInsightsExtension",
        "configurationAccessEndpoint",
        "prometheus",
    }
    assert {inputs["resourceUri"] for inputs in associations.values()} == {"cluster-cluster-id"}


def test_prometheus_metrics_go_to_the_metrics_workspace(every_tripgen: World) -> None:
    rule = every_tripgen.one("azure-native:monitor:DataCollectionRule", "cluster-metrics-rule")
    (account,) = rule["destinations"]["monitoringAccounts"]
    (flow,) = rule["dataFlows"]
    assert account["accountResourceId"] == "metrics-workspace-id"
    assert flow == {"streams": ["Microsoft-PrometheusMetrics"], "destinations": [account["name"]]}
    assert rule["dataCollectionEndpointId"] == "cluster-metrics-endpoint-id"


#: The design's table (8.1.2) but for availability: threshold, window, severity, channels, what else is done.
DESIGN = {
    "High Error Rate": ("1", "5m", 0, ["pagerduty", "teams"], "none"),
    "AI Response Time Exceeded": ("5", "2m", 0, ["teams", "slack"], "none"),
    "Pod Crash Loop": ("5", "10m", 0, ["teams"], "autoscale"),
    "High CPU Usage": ("80", "10m", 2, [], "autoscale"),
    "High Memory Usage": ("85", "5m", 2, ["teams"], "none"),
    "Database Connection Pool Exhausted": ("80", "5m", 2, ["teams"], "scale-database"),
}


@pytest.mark.parametrize("title", DESIGN)
def test_an_alert_of_the_design_has_its_figures(tripgen_prod: World, title: str) -> None:
    rule = prometheus_alerts(tripgen_prod)[title]
    (window,) = set(re.findall(r"\[(\w+)\]", rule["expression"]))
    assert (
        rule["expression"].rpartition(" > ")[2],
        window,
        rule["severity"],
        channels(rule["actions"]),
        rule["labels"]["remedy"],
    ) == DESIGN[title]


def test_prometheus_has_no_other_alerts(every_tripgen: World) -> None:
    assert list(prometheus_alerts(every_tripgen)) == [*DESIGN]


def test_service_unavailable_is_judged_by_requests_from_outside(tripgen_prod: World) -> None:
    alert = tripgen_prod.one("azure-native:monitor:MetricAlert", "tripgen-service-unavailable")
    (criterion,) = alert["criteria"]["allOf"]
    assert (criterion["metricName"], criterion["operator"], criterion["threshold"]) == (
        "availabilityResults/availabilityPercentage",
        "LessThan",
        99.9,
    )
    assert (alert["windowSize"], alert["evaluationFrequency"], alert["severity"]) == ("PT5M", "PT1M", 0)
    assert alert["scopes"] == ["application-insights-insights-id"]
    assert channels(alert["actions"]) == ["pagerduty", "teams", "sms"]


def test_the_availability_test_asks_for_health_through_the_edge(every_tripgen: World) -> None:
    test = only(every_tripgen, "azure-native:applicationinsights:WebTest")
    assert test["request"]["requestUrl"].startswith("https://")
    assert test["request"]["requestUrl"].endswith("/actuator/health")
    assert test["validationRules"]["expectedHttpStatusCode"] == 200
    assert len(test["locations"]) == 5
    assert test["frequency"] == 300


def test_front_door_passes_on_what_the_availability_test_asks_for(every_tripgen: World) -> None:
    routed = {
        pattern
        for route in every_tripgen.of("azure-native:cdn:Route").values()
        for pattern in route.get("patternsToMatch", [])
    }
    assert "/actuator/health" in routed


def test_the_test_belongs_to_its_application_insights_by_the_tag_azure_looks_for(tripgen_prod: World) -> None:
    tags = only(tripgen_prod, "azure-native:applicationinsights:WebTest")["tags"]
    (link,) = [tag for tag in tags if tag.startswith("hidden-link:")]
    assert link.endswith(
        "/subscriptions/33333333-0000-4000-8000-000000000000/resourceGroups/rg-tripgen-prod"
        "/providers/microsoft.insights/components/appi-tripgen-prod"
    )
    assert tags["system"] == "tripgen"


def figures(alert: Mapping[str, Any]) -> tuple[Any, ...]:
    (criterion,) = alert["criteria"]["allOf"]
    return criterion["metricName"], criterion["operator"], criterion["threshold"], alert["windowSize"]


def test_dead_letters_are_told_of_by_queue_and_topic(tripgen_prod: World) -> None:
    alert = tripgen_prod.one("azure-native:monitor:MetricAlert", "tripgen-dead-letters")
    assert figures(alert) == ("DeadletteredMessages", "GreaterThan", 0, "PT5M")
    assert alert["criteria"]["allOf"][0]["dimensions"] == [
        {"name": "EntityName", "operator": "Include", "values": ["*"]}
    ]
    (namespace,) = tripgen_prod.of("azure-native:servicebus:Namespace")
    assert alert["scopes"] == [f"{namespace}-id"]
    assert channels(alert["actions"]) == ["teams"]


def test_every_replica_is_watched_for_falling_five_minutes_behind(tripgen_prod: World) -> None:
    alerts = {
        name: alert
        for name, alert in tripgen_prod.of("azure-native:monitor:MetricAlert").items()
        if name.startswith("tripgen-lag-of-")
    }
    assert [*alerts] == ["tripgen-lag-of-replica-1", "tripgen-lag-of-replica-2"]
    for alert in alerts.values():
        assert figures(alert) == ("physical_replication_delay_in_seconds", "GreaterThan", 300, "PT5M")
        assert channels(alert["actions"]) == ["teams"]
    replicas = {
        f"{name}-id"
        for name, server in tripgen_prod.of("azure-native:dbforpostgresql:Server").items()
        if server.get("createMode") == "Replica"
    }
    assert {alert["scopes"][0] for alert in alerts.values()} == replicas


def test_lost_logs_are_told_of(tripgen_prod: World) -> None:
    alert = only(tripgen_prod, "azure-native:monitor:ScheduledQueryRule")
    (condition,) = alert["criteria"]["allOf"]
    assert "OverQuota" in condition["query"]
    assert (condition["operator"], condition["threshold"], alert["windowSize"]) == ("GreaterThan", 0, "PT1H")
    assert alert["actions"]["actionGroups"] == ["alerts-teams-id"]


def test_each_channel_of_production_is_an_action_group(tripgen_prod: World) -> None:
    groups = tripgen_prod.of("azure-native:monitor:ActionGroup")
    receivers = {
        inputs["groupShortName"]: [key for key in inputs if key.endswith("Receivers")] for inputs in groups.values()
    }
    assert receivers == {
        "pagerduty": ["webhookReceivers"],
        "teams": ["webhookReceivers"],
        "slack": ["emailReceivers"],
        "sms": ["smsReceivers"],
    }


def test_dev_tells_nobody(tripgen_dev: World) -> None:
    assert tripgen_dev.of("azure-native:monitor:ActionGroup") == {}
    assert all(rule["actions"] == [] for rule in prometheus_alerts(tripgen_dev).values())


def test_addresses_nobody_has_are_known_as_such() -> None:
    assert is_placeholder(WebhookTarget(url="https://teams.invalid/x"))
    assert is_placeholder(MailTarget(address="team@slack.invalid"))
    assert not is_placeholder(WebhookTarget(url="https://events.pagerduty.com/integration/x/enqueue"))
    assert not is_placeholder(MailTarget(address="team@invalid.example"))
    assert not is_placeholder(PhoneTarget(country_code="82", number="1000000000"))


@pytest.mark.parametrize(
    ("minutes", "spelling"), [(1, "PT1M"), (15, "PT15M"), (60, "PT1H"), (90, "PT90M"), (1440, "P1D")]
)
def test_windows_are_spelt_as_azure_spells_them(minutes: int, spelling: str) -> None:
    assert iso_minutes(minutes) == spelling


def test_custom_metrics_have_the_designs_names() -> None:
    names = {
        kind: [metric.name for metric in CUSTOM_METRICS if metric.kind == kind] for kind in ("business", "technical")
    }
    assert names == {
        "business": [
            "trip_generation_success_rate",
            "user_satisfaction_score",
            "ai_response_time",
            "location_search_accuracy",
        ],
        "technical": [
            "database_connection_pool",
            "cache_hit_ratio",
            "message_queue_depth",
            "external_api_latency",
        ],
    }


def test_a_metric_that_no_service_tells_by_name_is_recorded_under_it(every_tripgen: World) -> None:
    group = every_tripgen.one("azure-native:alertsmanagement:PrometheusRuleGroup", "prometheus-rules-recordings")
    assert {rule["record"] for rule in group["rules"]} == {
        metric.name for metric in CUSTOM_METRICS if metric.expression
    }


@pytest.mark.parametrize(
    ("query", "table", "ended"),
    [
        ("error-analysis", "ContainerLogV2", "ContainerLog\n"),
        ("performance-analysis", "Perf", "% Processor Time"),
        ("security-analysis", "AKSAuditAdmin", "SecurityEvent"),
    ],
)
def test_the_designs_queries_are_saved_in_todays_tables(
    tripgen_prod: World, query: str, table: str, ended: str
) -> None:
    search = tripgen_prod.one("azure-native:operationalinsights:SavedSearch", f"queries-{query}")
    assert table in search["query"]
    assert ended not in search["query"]
    assert search["workspaceName"] == "law-tripgen-prod"


def test_the_activity_log_is_kept(every_tripgen: World) -> None:
    setting = only(every_tripgen, "azure-native:monitor:SubscriptionDiagnosticSetting")
    assert setting["workspaceId"] == WORKSPACE
    assert {"Administrative", "Security", "Policy"} <= {log["category"] for log in setting["logs"]}


def test_the_budget_speaks_at_the_target_and_before_it_is_spent(tripgen_prod: World) -> None:
    budget = only(tripgen_prod, "azure-native:consumption:Budget")
    assert (budget["amount"], budget["timeGrain"], budget["timePeriod"]["startDate"]) == (
        5600,
        "Monthly",
        "2026-12-01T00:00:00Z",
    )
    assert {
        name: (notification["threshold"], notification["thresholdType"])
        for name, notification in budget["notifications"].items()
    } == {
        "target": (75, "Actual"),  # 4,200 of 5,600
        "spent-80": (80, "Actual"),
        "spent-100": (100, "Actual"),
        "forecast": (100, "Forecasted"),
    }


def test_thresholds_have_the_two_decimals_that_azure_takes(every_tripgen: World) -> None:
    notifications = only(every_tripgen, "azure-native:consumption:Budget")["notifications"]
    thresholds = [notification["threshold"] for notification in notifications.values()]
    assert thresholds == [round(threshold, 2) for threshold in thresholds]


def test_the_budget_counts_what_stands_outside_the_resource_group_too(tripgen_prod: World) -> None:
    budget = only(tripgen_prod, "azure-native:consumption:Budget")
    assert budget["scope"] == "/subscriptions/33333333-0000-4000-8000-000000000000"
    assert budget["filter"] == {"tags": {"name": "system", "operator": "In", "values": ["tripgen"]}}


def test_a_budget_without_channels_tells_the_subscriptions_owners(tripgen_dev: World) -> None:
    budget = only(tripgen_dev, "azure-native:consumption:Budget")
    assert all(
        notification["contactRoles"] == ["Owner"] and notification["contactGroups"] == []
        for notification in budget["notifications"].values()
    )


def test_the_designs_cost_table_leaves_a_hundred_dollars_unassigned() -> None:
    cost = load_stack(as_pulumi_gives_it(stack_config("prod"))).section(TripgenSettings).cost
    assert (cost.monthly_usd, cost.target_usd, cost.unassigned_usd) == (5600, 4200, 100)
