from __future__ import annotations

import pytest

from components.gcp.log_sinks import remainder
from components.gcp.notification_channels import Mail, Recipient, Slack, TextMessage, is_placeholder
from systems.dtx_alerts import log_alerts, streams
from tests.components.strict_mocks import World

POLICY = "gcp:orgpolicy/policy:Policy"
AUDIT = "gcp:projects/iAMAuditConfig:IAMAuditConfig"
BUCKET = "gcp:logging/projectBucketConfig:ProjectBucketConfig"
SINK = "gcp:logging/projectSink:ProjectSink"
GRANT = "gcp:projects/iAMMember:IAMMember"
ALERT = "gcp:monitoring/alertPolicy:AlertPolicy"
CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"


def test_google_itself_refuses_resources_outside_of_the_region_in_both_projects(dtx_prod: World) -> None:
    policies = {placed["name"]: placed["spec"]["rules"] for placed in dtx_prod.of(POLICY).values()}
    allowed = [{"values": {"allowedValues": ["in:europe-west3-locations"]}}]
    assert policies["projects/dtx-platform/policies/gcp.resourceLocations"] == allowed
    assert policies["projects/dtx-data/policies/gcp.resourceLocations"] == allowed


def test_switched_constraints_are_on_in_both_projects(every_dtx: World) -> None:
    switched = [placed for placed in every_dtx.of(POLICY).values() if "enforce" in placed["spec"]["rules"][0]]
    assert {placed["spec"]["rules"][0]["enforce"] for placed in switched} == {"TRUE"}
    names = [placed["name"].rpartition("/")[2] for placed in switched]
    assert names.count("iam.disableServiceAccountKeyCreation") == names.count("sql.restrictPublicIp") == 2


def test_services_that_hold_data_take_keys_of_the_main_project_only(dtx_prod: World) -> None:
    rules = {placed["name"]: placed["spec"]["rules"][0] for placed in dtx_prod.of(POLICY).values()}
    denied = rules["projects/dtx-data/policies/gcp.restrictNonCmekServices"]["values"]["deniedValues"]
    assert {"bigquery.googleapis.com", "sqladmin.googleapis.com", "storage.googleapis.com"} <= set(denied)
    allowed = rules["projects/dtx-data/policies/gcp.restrictCmekCryptoKeyProjects"]["values"]["allowedValues"]
    assert allowed == ["projects/dtx-platform"]


def test_every_access_to_data_is_recorded_in_both_projects_and_nobody_is_exempted(every_dtx: World) -> None:
    configs = every_dtx.of(AUDIT)
    assert len(configs) == 2
    for config in configs.values():
        assert config["service"] == "allServices"
        assert config["auditLogConfigs"] == [
            {"logType": "ADMIN_READ"},
            {"logType": "DATA_READ"},
            {"logType": "DATA_WRITE"},
        ]


def test_logs_stand_in_the_region_under_the_key_for_logs(dtx_prod: World) -> None:
    buckets = dtx_prod.of(BUCKET)
    assert {bucket["bucketId"] for bucket in buckets.values()} == {"dta-operational", "dta-compliance"}
    for bucket in buckets.values():
        assert bucket["location"] == "europe-west3"
        assert bucket["cmekSettings"]["kmsKeyName"].endswith("/cryptoKeys/logs")
        assert "/locations/europe-west3/" in bucket["cmekSettings"]["kmsKeyName"]


def test_production_keeps_records_three_years_and_nobody_can_shorten_that(dtx_prod: World, dtx_dev: World) -> None:
    prod = dtx_prod.one(BUCKET, "compliance-logs-bucket")
    assert (prod["retentionDays"], prod["locked"]) == (1095, True)
    assert dtx_prod.one(BUCKET, "operational-logs-bucket")["locked"] is False
    assert dtx_dev.one(BUCKET, "compliance-logs-bucket")["locked"] is False


def test_a_locked_bucket_is_let_go_of_and_any_other_is_protected_as_data_are(dtx_prod: World, dtx_dev: World) -> None:
    assert dtx_prod.one(BUCKET, "compliance-logs-bucket")["deletionPolicy"] == "ABANDON"
    assert dtx_prod.one(BUCKET, "operational-logs-bucket")["deletionPolicy"] == "PREVENT"
    assert {bucket["deletionPolicy"] for bucket in dtx_dev.of(BUCKET).values()} == {"DELETE"}


@pytest.mark.parametrize("stream", ["region-changes", "data-access", "violations"])
def test_each_kind_of_record_goes_to_the_bucket_for_compliance(every_dtx: World, stream: str) -> None:
    sinks = [placed for name, placed in every_dtx.of(SINK).items() if name.endswith(stream)]
    assert len(sinks) == 2
    assert {sink["destination"].rpartition("/")[2] for sink in sinks} == {"dta-compliance"}
    assert {sink["name"] for sink in sinks} == {f"dta-{stream}"}


def test_googles_default_sink_writes_to_the_region_instead_of_a_global_bucket(dtx_prod: World) -> None:
    sinks = [placed for placed in dtx_prod.of(SINK).values() if placed["name"] == "_Default"]
    assert {sink["project"] for sink in sinks} == {"dtx-platform", "dtx-data"}
    for sink in sinks:
        assert sink["destination"] == (
            "logging.googleapis.com/projects/dtx-platform/locations/europe-west3/buckets/dta-operational"
        )


def test_nothing_is_kept_twice() -> None:
    kept = streams("europe-west3")
    for log_filter in kept.values():
        assert f"NOT ({log_filter})" in remainder(kept)


def test_a_record_of_another_region_is_a_region_change_and_one_of_ours_is_not() -> None:
    log_filter = streams("europe-west3")["region-changes"]
    assert '"^(europe-west3(-[a-z])?|global)$"' in log_filter
    assert "NOT protoPayload.resourceLocation.currentLocations=~" in log_filter


def test_the_data_projects_writer_may_write_to_the_two_buckets_and_nothing_else(dtx_prod: World) -> None:
    grants = {name: placed for name, placed in dtx_prod.of(GRANT).items() if name.startswith("data-sinks-")}
    assert len(grants) == 2
    for grant in grants.values():
        assert (grant["project"], grant["role"]) == ("dtx-platform", "roles/logging.bucketWriter")
        assert grant["condition"]["expression"].startswith('resource.name.endsWith("europe-west3/buckets/dta-')


def test_production_is_told_by_mail_slack_and_text_message(dtx_prod: World) -> None:
    kinds = {placed["type"] for placed in dtx_prod.of(CHANNEL).values()}
    assert kinds == {"email", "slack", "sms"}
    slack = dtx_prod.one(CHANNEL, "channels-team-slack")
    assert "auth_token" not in slack["labels"]
    assert slack["sensitiveLabels"]["value"]["authToken"]


@pytest.mark.parametrize(
    ("recipient", "placeholder"),
    [
        (Mail(address="alerts@dtx.invalid"), True),
        (Mail(address="alerts@example.com"), False),
        (Slack(channel="#dtx-alerts", auth_token="xoxb-not-set-yet"), True),
        (Slack(channel="#dtx-alerts", auth_token="xoxb-1234567890"), False),
        (TextMessage(number="+4930000000001"), False),
    ],
)
def test_a_recipient_that_can_never_be_reached_is_known_as_a_placeholder(
    recipient: Recipient, *, placeholder: bool
) -> None:
    assert is_placeholder(recipient) is placeholder


def told(alert: object) -> set[str]:
    assert isinstance(alert, dict)
    return {name.removeprefix("name-of-channels-") for name in alert["notificationChannels"]}


def test_what_concerns_the_region_is_told_to_everybody_at_once(dtx_prod: World) -> None:
    everybody = {"team-mail", "team-slack", "on-call", "lead", "data-protection"}
    for name in ("alerts-region-change", "alerts-violation", "alerts-key-destroyed"):
        alert = dtx_prod.one(ALERT, name)
        assert told(alert) == everybody
        assert alert["alertStrategy"]["notificationRateLimit"] == {"period": "300s"}
        assert "conditionMatchedLog" in alert["conditions"][0]


def test_each_project_tells_of_its_own_records_by_channels_of_its_own(every_dtx: World) -> None:
    matched: dict[str, set[str]] = {}
    for alert in every_dtx.of(ALERT).values():
        if "conditionMatchedLog" in alert["conditions"][0]:
            matched.setdefault(alert["project"], set()).add(alert["conditions"][0]["conditionMatchedLog"]["filter"])
    filters = {entry.filter for entry in log_alerts("europe-west3")}
    assert list(matched.values()) == [filters, filters]


def test_what_concerns_the_warehouse_is_told_to_everybody_at_once(dtx_prod: World) -> None:
    told_by = dtx_prod.one(ALERT, "data-alerts-violation")["notificationChannels"]
    assert {name.removeprefix("name-of-data-channels-") for name in told_by} == {
        *("team-mail", "team-slack", "on-call", "lead", "data-protection"),
    }


def test_severity_decides_who_is_told(dtx_prod: World) -> None:
    assert told(dtx_prod.one(ALERT, "alerts-replica-lag")) == {"team-mail", "team-slack", "on-call"}
    assert told(dtx_prod.one(ALERT, "alerts-database-disk")) == {"team-mail", "team-slack"}
    assert told(dtx_prod.one(ALERT, "alerts-latency")) == {"team-mail"}


def test_the_next_level_hears_of_a_critical_matter_that_lasts_and_is_reminded(dtx_prod: World) -> None:
    first = dtx_prod.one(ALERT, "alerts-replica-lag")["conditions"][0]["conditionThreshold"]
    alert = dtx_prod.one(ALERT, "alerts-replica-lag-escalation")
    later = alert["conditions"][0]["conditionThreshold"]
    assert (first["duration"], later["duration"]) == ("300s", "2100s")
    assert {**first, "duration": ""} == {**later, "duration": ""}
    assert told(alert) == {"lead"}
    assert alert["alertStrategy"]["notificationChannelStrategies"][0]["renotifyInterval"] == "3600s"
    assert "alerts-latency-escalation" not in dtx_prod.of(ALERT)


def test_development_wakes_nobody_and_still_shows_what_is_wrong(dtx_dev: World) -> None:
    assert not dtx_dev.of(CHANNEL)
    assert {len(alert["notificationChannels"]) for alert in dtx_dev.of(ALERT).values()} == {0}
    assert not [name for name in dtx_dev.of(ALERT) if name.endswith("-escalation")]


def test_a_cluster_that_tells_nothing_is_told_of_from_outside(dtx_prod: World) -> None:
    (condition,) = dtx_prod.one(ALERT, "alerts-cluster-away")["conditions"]
    assert condition["conditionAbsent"]["duration"] == "300s"
    assert told(dtx_prod.one(ALERT, "alerts-cluster-away")) == {"team-mail", "team-slack", "on-call"}


def test_the_replicas_may_lack_what_may_be_lost(dtx_prod: World) -> None:
    condition = dtx_prod.one(ALERT, "alerts-replica-lag")["conditions"][0]["conditionThreshold"]
    assert (condition["thresholdValue"], condition["comparison"]) == (300, "COMPARISON_GT")


def test_a_database_that_is_down_is_a_number_below_one(dtx_prod: World) -> None:
    condition = dtx_prod.one(ALERT, "alerts-database-down")["conditions"][0]["conditionThreshold"]
    assert (condition["comparison"], condition["thresholdValue"]) == ("COMPARISON_LT", 1)
    assert condition["aggregations"][0]["perSeriesAligner"] == "ALIGN_MIN"


def test_percentages_of_the_settings_are_shares_to_google(dtx_prod: World) -> None:
    condition = dtx_prod.one(ALERT, "alerts-errors")["conditions"][0]["conditionThreshold"]
    assert condition["thresholdValue"] == pytest.approx(0.05)
    assert "response_code_class" in condition["filter"]
    assert "response_code_class" not in condition["denominatorFilter"]
