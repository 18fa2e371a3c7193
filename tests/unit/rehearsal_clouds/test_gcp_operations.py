"""Cloud Logging, Cloud Monitoring, Pub/Sub and what an organisation asks, as simulated."""

import json

import pytest

from tests.unit.rehearsal_clouds.gcp_world import REGION, refused
from tests.unit.rehearsal_clouds.provider_client import PROJECT

LOG_BUCKET, SINK = "logging/projectBucketConfig:ProjectBucketConfig", "logging/projectSink:ProjectSink"
VIEW, LINK = "logging/logView:LogView", "logging/linkedDataset:LinkedDataset"
EXCLUSION, METRIC = "logging/projectExclusion:ProjectExclusion", "logging/metric:Metric"
CHANNEL, POLICY = "monitoring/notificationChannel:NotificationChannel", "monitoring/alertPolicy:AlertPolicy"
DASHBOARD, CHECK = "monitoring/dashboard:Dashboard", "monitoring/uptimeCheckConfig:UptimeCheckConfig"
SERVICE, OBJECTIVE = "monitoring/customService:CustomService", "monitoring/slo:Slo"
TOPIC, SUBSCRIPTION, JOB = "pubsub/topic:Topic", "pubsub/subscription:Subscription", "cloudscheduler/job:Job"
BUDGET, CONTACT, FEED = (
    "billing/budget:Budget",
    "essentialcontacts/contact:Contact",
    "cloudasset/projectFeed:ProjectFeed",
)
HERE = f"projects/{PROJECT}/locations/{REGION}"
ACCOUNT = "012345-6789AB-CDEF01"


# --- log buckets -----------------------------------------------------------------------------------------------------


def log_bucket(**changes):
    return {"project": PROJECT, "location": REGION, "bucketId": "compliance", "retentionDays": 365, **changes}


@pytest.fixture
def logs(frankfurt):
    return frankfurt.make(LOG_BUCKET, "compliance", **log_bucket())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bucketId": "-logs"}, "Bucket ID must be 1 to 100 letters, digits, underscores, hyphens and periods"),
        ({"retentionDays": 3651}, "Retention days must be between 1 and 3650, got 3651"),
        ({"location": "europe-west33"}, "'locations/europe-west33'"),
        ({"location": "global", "cmekSettings": {"kmsKeyName": "k"}}, "CMEK is not supported for log buckets in the g"),
        ({"bucketId": "_Required"}, "Bucket _Required cannot be modified"),
        ({"indexConfigs": [{"fieldPath": "a", "type": "TEXT"}]}, "'TEXT' is not offered"),
    ],
)  # fmt: skip
def test_a_wrong_log_bucket_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{LOG_BUCKET}", "logs", log_bucket(**changes))


def test_a_log_bucket_gives_back_its_name_and_who_encrypts(frankfurt):
    key = frankfurt.key_for("cmek-p{number}@gcp-sa-logging")
    made = frankfurt.make(LOG_BUCKET, **log_bucket(cmekSettings={"kmsKeyName": key.id}))
    assert made["name"] == made.id == f"{HERE}/buckets/compliance"
    assert made["lifecycleState"] == "ACTIVE"
    assert made["cmekSettings"]["serviceAccountId"].endswith("@gcp-sa-logging.iam.gserviceaccount.com")
    assert made["cmekSettings"]["kmsKeyName"] == key.id


def test_a_log_bucket_is_made_once_and_googles_own_is_taken_over(frankfurt, logs):
    with refused(f"Error 409: Bucket {logs.id} already exists"):
        frankfurt.make(LOG_BUCKET, "second", **log_bucket())
    default = log_bucket(bucketId="_Default", location="global", retentionDays=30)
    frankfurt.make(LOG_BUCKET, "default", **default)
    frankfurt.make(LOG_BUCKET, "again", **default)


def test_a_log_bucket_moves_by_replacement_and_a_drifted_retention_shows(clouds, google, logs):
    assert google.diff(logs, log_bucket(location="global")).replaces == ["location"]
    clouds.inventory.edit(clouds.inventory.get("gcp", logs.id), "retentionDays", 1)
    found = google.read(logs)
    assert found["retentionDays"] == 1
    assert google.diff(found, log_bucket()).detailedDiff


def test_a_locked_log_bucket_keeps_its_time_and_stays(frankfurt, google):
    made = frankfurt.make(LOG_BUCKET, **log_bucket(locked=True))
    with refused("Bucket compliance is locked: its retention of 365 days cannot be changed"):
        google.update(made, retentionDays=400)
    with refused("Bucket compliance is locked: its retention of 365 days cannot be changed"):
        google.update(made, locked=False)
    with refused("Bucket compliance is locked and not empty: it cannot be deleted"):
        google.delete(made)


def test_a_locked_log_bucket_is_left_behind_where_that_is_asked_for(clouds, frankfurt, google):
    made = frankfurt.make(LOG_BUCKET, **log_bucket(locked=True, deletionPolicy="ABANDON"))
    google.delete(made)
    assert clouds.inventory.get("gcp", made.id).id == made.id


def test_what_a_log_bucket_cannot_lose(frankfurt, google):
    key = frankfurt.key_for("cmek-p{number}@gcp-sa-logging")
    made = frankfurt.make(LOG_BUCKET, **log_bucket(cmekSettings={"kmsKeyName": key.id}, enableAnalytics=True))
    with refused("CMEK settings of a log bucket cannot be disabled"):
        google.update(made, cmekSettings=None)
    with refused("Log Analytics cannot be disabled once it is enabled"):
        google.update(made, enableAnalytics=False)


def test_a_view_is_of_a_bucket_and_simple(frankfurt, google, logs):
    inputs = {"name": "audit", "bucket": logs.id, "filter": 'SOURCE("projects/p") AND LOG_ID("audit")'}
    with refused("View filters are restricted to a logical AND of SOURCE, LOG_ID and resource.type"):
        google.preview(f"gcp:{VIEW}", "it", {**inputs, "filter": "severity >= ERROR"})
    with refused("Bucket `nobody` does not exist"):
        frankfurt.make(VIEW, **{**inputs, "bucket": "nobody", "location": REGION, "parent": f"projects/{PROJECT}"})
    made = frankfurt.make(VIEW, **inputs)
    assert made.id == f"{logs.id}/views/audit"
    assert (made["parent"], made["location"]) == (f"projects/{PROJECT}", REGION)


def test_logs_are_linked_where_they_are_analysed(frankfurt, google, logs):
    with refused("Log Analytics is not enabled for bucket"):
        frankfurt.make(LINK, bucket=logs.id, linkId="audit")
    google.update(logs, enableAnalytics=True)
    assert frankfurt.make(LINK, bucket=logs.id, linkId="audit")["lifecycleState"] == "ACTIVE"


# --- sinks, exclusions, metrics --------------------------------------------------------------------------------------


def sink(**changes):
    destination = f"logging.googleapis.com/{HERE}/buckets/compliance"
    return {
        "name": "audit",
        "destination": destination,
        "filter": 'log_id("cloudaudit.googleapis.com/activity")',
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "audit/1"}, "Sink names must be 1 to 100 letters, digits, underscores, hyphens and periods"),
        ({"name": "_Required"}, "Sink _Required cannot be modified"),
        ({"destination": "gs://logs"}, "Invalid destination gs://logs: The destination must have a valid form"),
        ({"bigqueryOptions": {"usePartitionedTables": True}}, "bigqueryOptions can only be set for a BigQuery destina"),
        ({"bigqueryOptions": {"usePartitionedTables": True}, "uniqueWriterIdentity": False,
          "destination": "bigquery.googleapis.com/projects/p/datasets/d"}, "bigqueryOptions need a unique writer iden"),
        ({"filter": 'log_id("a'}, 'Unparseable filter: syntax error: unterminated string literal, a closing " is miss'),
        ({"filter": "(severity = ERROR"}, "Unparseable filter: syntax error: '(' is never closed"),
        ({"filter": "severity = ERROR)"}, "Unparseable filter: syntax error: token ')' is not expected here"),
        ({"filter": "a" * 20001}, "A filter may have at most 20000 characters"),
        ({"exclusions": [{"name": "a", "filter": "b"}] * 2}, "Duplicate exclusion name a in sink audit"),
        ({"exclusions": [{"name": "a", "filter": "(b"}]}, "exclusions[0].filter: Error 400: Unparseable filter"),
        ({"customWriterIdentity": "serviceAccount:a@b.iam.gserviceaccount.com",
          "destination": f"logging.googleapis.com/projects/{PROJECT}"}, "A custom writer identity is only for destina"),
    ],
)  # fmt: skip
def test_a_wrong_sink_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{SINK}", "audit", sink(**changes))


@pytest.mark.parametrize(
    "destination",
    [
        f"logging.googleapis.com/{HERE}/buckets/compliance",
        "storage.googleapis.com/nobody",
        f"bigquery.googleapis.com/projects/{PROJECT}/datasets/nobody",
        f"pubsub.googleapis.com/projects/{PROJECT}/topics/nobody",
    ],
)
def test_a_sinks_destination_stands(frankfurt, destination):
    with refused(f"The destination of sink audit, {destination}, does not exist"):
        frankfurt.make(SINK, **sink(destination=destination))


def test_a_sink_gives_back_who_writes(frankfurt, logs):  # noqa: ARG001 -- its destination
    made = frankfurt.make(SINK, **sink())
    assert made["writerIdentity"].startswith("serviceAccount:service-1")
    shared = frankfurt.make(SINK, "shared", **sink(name="shared", uniqueWriterIdentity=False))
    assert shared["writerIdentity"] == "serviceAccount:cloud-logs@system.gserviceaccount.com"
    with refused("A sink without a unique writer identity must have its destination in its own project"):
        elsewhere = "logging.googleapis.com/projects/dtx-other"
        frankfurt.make(SINK, "else", **sink(name="else", uniqueWriterIdentity=False, destination=elsewhere))


def test_a_sink_is_made_once_and_googles_own_is_taken_over(frankfurt, logs):  # noqa: ARG001 -- its destination
    frankfurt.make(SINK, **sink())
    with refused(f"Error 409: Sink projects/{PROJECT}/sinks/audit already exists"):
        frankfurt.make(SINK, "second", **sink())
    frankfurt.make(SINK, "default", **sink(name="_Default"))


def test_an_exclusion_has_a_filter_that_closes(google):
    with refused("Unparseable filter: syntax error: '[' is never closed"):
        google.preview(f"gcp:{EXCLUSION}", "it", {"name": "noise", "filter": "a = [b"})


def metric(**changes):
    described = {"metricKind": "DELTA", "valueType": "INT64", "labels": [{"key": "caller"}]}
    extracted = {"caller": "EXTRACT(protoPayload.authenticationInfo.principalEmail)"}
    return {"name": "region-changes", "filter": "severity = NOTICE", "metricDescriptor": described,
            "labelExtractors": extracted, **changes}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "/changes"}, "Invalid metric name /changes"),
        ({"metricDescriptor": {"metricKind": "GAUGE", "valueType": "INT64"}}, "Log-based metrics must be of kind DELT"),
        ({"metricDescriptor": {"metricKind": "DELTA", "valueType": "BOOL"}}, "must have the value type INT64 or DISTR"),
        ({"metricDescriptor": {"metricKind": "DELTA", "valueType": "DISTRIBUTION"}},
         "A value extractor is required for a DISTRIBUTION metric"),
        ({"valueExtractor": "EXTRACT(a)"}, "A value extractor is only for a DISTRIBUTION metric"),
        ({"bucketOptions": {"explicitBuckets": {"bounds": [1]}}}, "Bucket options are only for a DISTRIBUTION metric"),
        ({"labelExtractors": {}}, "Label caller has no extractor"),
        ({"labelExtractors": {"caller": "EXTRACT(a)", "who": "EXTRACT(a)"}}, "Label extractor who has no label"),
        ({"labelExtractors": {"caller": "a.b"}}, "Invalid extractor 'a.b': EXTRACT(field) or REGEXP_EXTRACT(field, re"),
        ({"filter": '"'}, "unterminated string literal"),
    ],
)  # fmt: skip
def test_a_wrong_metric_is_refused_in_preview(google, changes, message):
    with refused(message):
        google.preview(f"gcp:{METRIC}", "it", metric(**changes))


def test_a_metric_of_logs_stands_by_its_name(frankfurt):
    made = frankfurt.make(METRIC, **metric())
    assert made.id == f"projects/{PROJECT}/metrics/region-changes"
    assert made["metricDescriptor"]["unit"] == "1"


# --- channels --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"type": "fax"}, "has an invalid value of \"fax\": no such notification channel type"),
        ({"type": "email"}, "notification_channel.labels['email_address']\" is required for the type \"email\""),
        ({"type": "email", "labels": {"email_adress": "a@b.c"}}, 'Did you mean "email_address"?'),
        ({"type": "email", "labels": {"email_address": "oncall"}}, '"oncall" is not an e-mail address'),
        ({"type": "sms", "labels": {"number": "0151 123"}}, '"0151 123" is not a telephone number with + and its coun'),
        ({"type": "slack", "labels": {"channel_name": "#oncall"}}, "labels['auth_token']\" is required for the type"),
        ({"type": "slack", "labels": {"channel_name": "#a", "auth_token": "x"}, "sensitiveLabels": {"authToken": "y"}},
         "auth_token cannot be set in both labels and sensitive_labels"),
        ({"type": "pubsub", "labels": {"topic": "t"}, "displayName": "n" * 513}, "above the maximum of 512 characters"),
    ],
)  # fmt: skip
def test_a_wrong_channel_is_refused_in_preview(google, inputs, message):
    with refused(message):
        google.preview(f"gcp:{CHANNEL}", "it", inputs)


@pytest.fixture
def channel(frankfurt):
    return frankfurt.make(CHANNEL, "mail", type="email", labels={"email_address": "oncall@example.com"})


def test_a_channel_gives_back_its_name(frankfurt, channel):
    assert channel["name"] == channel.id
    assert channel.id.startswith(f"projects/{PROJECT}/notificationChannels/")
    frankfurt.make(CHANNEL, "slack", type="slack", labels={"channel_name": "#a"}, sensitiveLabels={"authToken": "x"})
    with refused(f"The topic projects/{PROJECT}/topics/nobody does not exist"):
        frankfurt.make(CHANNEL, "topic", type="pubsub", labels={"topic": f"projects/{PROJECT}/topics/nobody"})


# --- alert policies --------------------------------------------------------------------------------------------------

THRESHOLD = {
    "filter": 'metric.type="cloudsql.googleapis.com/database/cpu/utilization" AND resource.type="cloudsql_database"',
    "comparison": "COMPARISON_GT", "duration": "300s", "thresholdValue": 0.8,
    "aggregations": [{"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_MEAN"}],
}  # fmt: skip


def policy(*conditions, **changes):
    given = conditions or [{"displayName": "cpu", "conditionThreshold": THRESHOLD}]
    return {
        "displayName": "Database is busy",
        "combiner": "OR",
        "severity": "WARNING",
        "conditions": list(given),
        **changes,
    }


def threshold(**changes):
    return {"displayName": "cpu", "conditionThreshold": {**THRESHOLD, **changes}}


def match(text='severity = "ERROR"'):
    return {"displayName": "entry", "conditionMatchedLog": {"filter": text}}


LIMITED = {"alertStrategy": {"notificationRateLimit": {"period": "300s"}}}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (policy(combiner="ANY"), "'ANY' is not offered. Did you mean"),
        (policy(severity="FATAL"), "'FATAL' is not offered. Offered: CRITICAL, ERROR, WARNING"),
        ({**policy(), "conditions": []}, "Field alert_policy.conditions must have 1 to 6 conditions"),
        (policy(*[threshold()] * 7), "Field alert_policy.conditions must have 1 to 6 conditions"),
        (policy({"displayName": "none"}), "conditions[0] must have exactly one condition, got 0"),
        (policy({**threshold(), **match()}), "conditions[0] must have exactly one condition, got 2"),
        (policy(threshold(comparison="COMPARISON_GE")), "only COMPARISON_GT and COMPARISON_LT are supported"),
        (policy(threshold(duration="90s")), 'had an invalid value of "90s": must be a multiple of 60 seconds'),
        (policy(threshold(duration="5m")), "'5m' is not a duration in seconds like 300s"),
        (policy(threshold(filter='metric.type="a"')), "must specify a restriction on the resource type (resource.type"),
        (policy(threshold(filter='resource.type="a"')), "The supplied filter must specify a metric type"),
        (policy(threshold(filter=None)), "a filter must be specified"),
        (policy(threshold(filter='metric.type="a" AND (resource.type="b"')), "The supplied filter does not parse: '('"),
        (policy(threshold(filter=f'metric.type="{"a" * 2048}" resource.type="b"')), "A filter may not exceed 2048 cha"),
        (policy(threshold(aggregations=[{"perSeriesAligner": "ALIGN_MEAN"}])), "An alignment period must be specified"),
        (policy(threshold(aggregations=[{"alignmentPeriod": "30s", "perSeriesAligner": "ALIGN_MEAN"}])),
         "The alignment period must be at least 60 seconds, got 30s"),
        (policy(threshold(aggregations=[{"alignmentPeriod": "60s", "crossSeriesReducer": "REDUCE_SUM"}])),
         "A per-series aligner must be specified for the reducer REDUCE_SUM"),
        (policy(threshold(aggregations=[{"alignmentPeriod": "60s", "perSeriesAligner": "ALIGN_AVG"}])), "'ALIGN_AVG'"),
        (policy({"displayName": "silent", "conditionAbsent": {"filter": THRESHOLD["filter"], "duration": "60s"}}),
         "Duration of an absence must be between 120s and 84600s, got 60s"),
        (policy({"displayName": "q", "conditionPrometheusQueryLanguage": {"query": " "}}), "The query must not be emp"),
        (policy(match(), threshold(), **LIMITED), "A policy with a log match condition cannot have any other conditio"),
        (policy(match()), "notification_rate_limit is required for a log match condition"),
        (policy(match("a = (b"), **LIMITED), "Unparseable filter: syntax error: '(' is never closed"),
        (policy(**LIMITED), "A notification rate limit is only for policies with a log match condition"),
        (policy(alertStrategy={"autoClose": "600s"}), "auto_close must be between 1800s and 604800s, got 600s"),
        (policy(alertStrategy={"autoClose": "1h"}), "'1h' is not a duration in seconds like 3600s"),
        (policy(documentation={"content": "x" * 8193}), "may not exceed 8192 characters"),
        (policy(documentation={"content": "x", "mimeType": "text/plain"}), "'text/plain' is not offered"),
        (policy(notificationChannels=["c"] * 17), "A policy can have at most 16 notification channels"),
        (policy(notificationChannels=["c"],
                alertStrategy={"notificationChannelStrategies": [{"notificationChannelNames": ["d"]}]}),
         "Notification channel d is not a channel of the policy"),
        (policy(alertStrategy={"notificationChannelStrategies": [{"renotifyInterval": "90s"}]}),
         "renotify_interval must be a multiple of 60 seconds, got 90s"),
        (policy(userLabels={"Team": "a"}), "Label key 'Team' violates format constraints"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_refused_in_preview(google, inputs, message):
    with refused(message):
        google.preview(f"gcp:{POLICY}", "it", inputs)


def test_a_policy_tells_channels_that_stand_and_they_stay(frankfurt, google, channel):
    with refused(f"Error 404: Cannot find notification channel projects/{PROJECT}/notificationChannels/1"):
        frankfurt.make(POLICY, **policy(notificationChannels=[f"projects/{PROJECT}/notificationChannels/1"]))
    made = frankfurt.make(POLICY, **policy(notificationChannels=[channel["name"]]))
    assert made["name"] == made.id
    assert made["creationRecords"]
    with refused("it is used by alerting policies (Database is busy)"):
        google.delete(channel)
    google.delete(made)
    google.delete(channel)


def test_a_forced_channel_goes(frankfurt, google, channel):
    frankfurt.make(POLICY, **policy(notificationChannels=[channel["name"]]))
    google.delete(google.update(channel, forceDelete=True))


def test_a_switched_off_policy_shows(clouds, frankfurt, google):
    made = frankfurt.make(POLICY, **policy())
    clouds.inventory.edit(clouds.inventory.get("gcp", made.id), "enabled", False)  # noqa: FBT003 -- the drifted value
    found = google.read(made)
    assert found["enabled"] is False
    assert google.diff(found, policy()).detailedDiff


# --- dashboards, checks, objectives ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "contains an invalid JSON"),
        ("{}", "a dashboard needs a display name"),
        (json.dumps({"displayName": "a", "gridLayout": {}, "mosaicLayout": {}}), "can have one layout, got gridLayout"),
    ],
)
def test_a_wrong_dashboard_is_refused_in_preview(google, text, message):
    with refused(message):
        google.preview(f"gcp:{DASHBOARD}", "it", {"dashboardJson": text})


TARGET = {"type": "uptime_url", "labels": {"project_id": PROJECT, "host": "dtx.example.com"}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"httpCheck": None}, "one of `http_check,synthetic_monitor,tcp_check` must be specified, got none"),
        ({"tcpCheck": {"port": 1}}, "must be specified, got httpCheck, tcpCheck"),
        ({"monitoredResource": None}, "one of `monitored_resource,resource_group,synthetic_monitor` must be specified"),
        ({"timeout": "90s"}, "The timeout must be between 1s and 60s, got 90s"),
        ({"period": "120s"}, 'expected period to be one of ["60s" "300s" "600s" "900s"], got 120s'),
        ({"selectedRegions": ["EUROPE"]}, "At least 3 regions must be selected, got EUROPE"),
        ({"selectedRegions": ["MOON"] * 3}, "'MOON' is not offered"),
    ],
)
def test_a_wrong_uptime_check_is_refused_in_preview(google, changes, message):
    inputs = {"displayName": "api", "timeout": "10s", "httpCheck": {"useSsl": True}, "monitoredResource": TARGET}
    with refused(message):
        google.preview(f"gcp:{CHECK}", "it", {**inputs, **changes})


def test_an_uptime_check_gives_back_what_metrics_call_it(frankfurt):
    made = frankfurt.make(CHECK, displayName="api", timeout="10s", httpCheck={}, monitoredResource=TARGET)
    assert made["name"] == f"projects/{PROJECT}/uptimeCheckConfigs/{made['uptimeCheckId']}"


def test_an_objective_is_of_a_service_over_one_period(frankfurt, google):
    sli = {"requestBasedSli": {"goodTotalRatio": {"goodServiceFilter": "a", "totalServiceFilter": "b"}}}
    with refused("one of `calendar_period,rolling_period_days` must be specified, got none"):
        google.preview(f"gcp:{OBJECTIVE}", "it", {"service": "api", "goal": 0.99, **sli})
    with refused("one of `basic_sli,request_based_sli,windows_based_sli` must be specified, got none"):
        google.preview(f"gcp:{OBJECTIVE}", "it", {"service": "api", "goal": 0.99, "rollingPeriodDays": 28})
    with refused("The goal must be greater than 0 and at most 0.9999, got 1"):
        google.preview(f"gcp:{OBJECTIVE}", "it", {"service": "api", "goal": 1, "rollingPeriodDays": 28, **sli})
    inputs = {"service": "api", "sloId": "ready", "goal": 0.99, "rollingPeriodDays": 28, **sli}
    with refused("Error 404: Service api not found"):
        frankfurt.make(OBJECTIVE, **inputs)
    frankfurt.make(SERVICE, serviceId="api")
    assert frankfurt.make(OBJECTIVE, **inputs)["name"].endswith("/services/api/serviceLevelObjectives/ready")


# --- messages and jobs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (TOPIC, {"name": "goog-events"}, "Invalid resource name given (name=goog-events)"),
        (TOPIC, {"name": "events", "messageStoragePolicy": {"allowedPersistenceRegions": ["europe-west33"]}},
         'Invalid region in the message storage policy: europe-west33. Did you mean "europe-west3"?'),
        (TOPIC, {"name": "events", "messageRetentionDuration": "60s"}, "must be between 600s and 2678400s, got 60s"),
        (SUBSCRIPTION, {"name": "pull", "topic": "t", "ackDeadlineSeconds": 5}, "must be between 10 and 600 seconds,"),
        (SUBSCRIPTION, {"name": "pull", "topic": "t", "pushConfig": {"pushEndpoint": "https://a"},
                        "bigqueryConfig": {"table": "t"}}, "Only one of pushConfig, bigqueryConfig and cloudStorageCo"),
        (JOB, {"schedule": "* * * * *"}, "must be specified, got none"),
        (JOB, {"schedule": "61 * * * *", "httpTarget": {"uri": "https://a"}}, "Schedule or time zone is invalid: '61"),
        (JOB, {"schedule": "* * *", "httpTarget": {"uri": "https://a"}}, "[five fields of cron: minute, hour, day, mo"),
        (JOB, {"attemptDeadline": "5s", "httpTarget": {"uri": "https://a"}}, "must be between 15s and 1800s, got 5s"),
    ],
)  # fmt: skip
def test_wrong_messaging_is_refused_in_preview(google, token, inputs, message):
    with refused(message):
        google.preview(f"gcp:{token}", "it", inputs)


@pytest.mark.parametrize("schedule", ["*/5 2 * * mon-fri", "0 0,12 1 jan *", "every 12 hours"])
def test_schedules_are_cron_or_words(google, schedule):
    google.preview(f"gcp:{JOB}", "it", {"schedule": schedule, "httpTarget": {"uri": "https://a"}})


def test_who_needs_a_topic_is_told_that_it_is_not_there(frankfurt):
    frankfurt.switch_on("cloudscheduler")
    frankfurt.switch_on("cloudasset")
    gone = f"projects/{PROJECT}/topics/events"
    with refused("Error 404: Resource not found (resource=events)"):
        frankfurt.make(SUBSCRIPTION, name="pull", topic="events")
    with refused(f"Error 404: Resource not found (resource={gone})"):
        frankfurt.make(JOB, schedule="* * * * *", pubsubTarget={"topicName": gone, "data": "eA=="})
    feed = {"feedId": "all", "assetTypes": ["sqladmin.googleapis.com/Instance"],
            "feedOutputConfig": {"pubsubDestination": {"topic": gone}}}  # fmt: skip
    with refused(f"The topic {gone} does not exist or cannot be published to"):
        frankfurt.make(FEED, **feed)
    topic = frankfurt.make(TOPIC, name="events", messageStoragePolicy={"allowedPersistenceRegions": [REGION]})
    assert topic.id == gone
    frankfurt.make(SUBSCRIPTION, name="pull", topic="events")
    frankfurt.make(JOB, schedule="* * * * *", pubsubTarget={"topicName": gone, "data": "eA=="})
    assert frankfurt.make(FEED, **feed)["name"] == f"projects/{PROJECT}/feeds/all"


# --- budgets, contacts, feeds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (BUDGET, {"billingAccount": "1234", "amount": {"lastPeriodAmount": True}}, "1234 is not a billing account lik"),
        (BUDGET, {"billingAccount": ACCOUNT, "amount": {}}, "specified_amount` must be specified, got none"),
        (BUDGET, {"billingAccount": ACCOUNT, "amount": {"lastPeriodAmount": True},
                  "budgetFilter": {"calendarPeriod": "MONTH", "customPeriod": {
                      "startDate": {"year": 2026, "month": 1, "day": 1}}}}, "has a calendar period or a custom one, n"),
        (BUDGET, {"billingAccount": ACCOUNT, "amount": {"lastPeriodAmount": True},
                  "thresholdRules": [{"thresholdPercent": 1.0, "spendBasis": "FORECASTED_SPEND"}],
                  "budgetFilter": {"customPeriod": {"startDate": {"year": 2026, "month": 1, "day": 1}}}},
         "A custom period has no forecast"),
        (BUDGET, {"billingAccount": ACCOUNT, "amount": {"lastPeriodAmount": True}, "budgetFilter": {"projects": ["p"]}},
         "A project of a budget is written projects/NUMBER, not p"),
        (CONTACT, {"parent": PROJECT, "email": "a@b.cd", "languageTag": "de",
                   "notificationCategorySubscriptions": ["ALL"]},
         f"{PROJECT} is not projects/, folders/ or organizations/ with an id"),
        (CONTACT, {"parent": f"projects/{PROJECT}", "email": "a", "languageTag": "de",
                   "notificationCategorySubscriptions": ["ALL"]}, "Invalid email address a"),
        (CONTACT, {"parent": f"projects/{PROJECT}", "email": "a@b.cd", "languageTag": "de",
                   "notificationCategorySubscriptions": ["NEWS"]}, "'NEWS' is not offered"),
        (FEED, {"feedId": "all", "feedOutputConfig": {"pubsubDestination": {"topic": "t"}}},
         "Either or both of asset_names and asset_types must be specified"),
        (FEED, {"feedId": "all", "assetTypes": ["Instance"], "feedOutputConfig": {"pubsubDestination": {"topic": "t"}}},
         "Instance is not an asset type like compute.googleapis.com/Disk"),
    ],
)  # fmt: skip
def test_a_wrong_wish_of_the_organisation_is_refused_in_preview(google, token, inputs, message):
    with refused(message):
        google.preview(f"gcp:{token}", "it", inputs)


def test_an_address_is_a_contact_once(frankfurt):
    frankfurt.switch_on("essentialcontacts")
    inputs = {"parent": f"projects/{PROJECT}", "email": "privacy@example.com", "languageTag": "de",
              "notificationCategorySubscriptions": ["SECURITY", "LEGAL"]}  # fmt: skip
    assert frankfurt.make(CONTACT, **inputs)["name"].startswith(f"projects/{PROJECT}/contacts/")
    with refused(f"Error 409: The contact privacy@example.com already exists in projects/{PROJECT}"):
        frankfurt.make(CONTACT, "second", **inputs)


def test_a_budget_tells_channels_that_stand(frankfurt, channel):
    inputs = {"billingAccount": ACCOUNT, "amount": {"specifiedAmount": {"currencyCode": "EUR", "units": "1000"}}}
    told = {"allUpdatesRule": {"monitoringNotificationChannels": [channel["name"]]}}
    assert frankfurt.make(BUDGET, **inputs, **told)["name"].startswith(f"billingAccounts/{ACCOUNT}/budgets/")
    gone = f"projects/{PROJECT}/notificationChannels/1"
    with refused(f"Error 404: Cannot find notification channel {gone}"):
        frankfurt.make(BUDGET, "second", **inputs, allUpdatesRule={"monitoringNotificationChannels": [gone]})
