"""What Log Analytics, Application Insights, Azure Monitor, Event Grid and budgets refuse, in their own words."""

import re

import pytest

from tests.unit.rehearsal_clouds.provider_client import SUBSCRIPTION, TENANT, Refused, without

WORKSPACE, TABLE = "azure-native:operationalinsights:Workspace", "azure-native:operationalinsights:Table"
TEMPLATE = "azure-native:resources:Deployment"
LINK, QUERY = "azure-native:operationalinsights:LinkedService", "azure-native:operationalinsights:Query"
SEARCH = "azure-native:operationalinsights:SavedSearch"
COMPONENT, WEB_TEST = "azure-native:applicationinsights:Component", "azure-native:applicationinsights:WebTest"
ACTIONS, METRIC = "azure-native:monitor:ActionGroup", "azure-native:monitor:MetricAlert"
LOG_ALERT, ACTIVITY = "azure-native:monitor:ScheduledQueryRule", "azure-native:monitor:ActivityLogAlert"
SETTING, COLLECTION = "azure-native:monitor:DiagnosticSetting", "azure-native:monitor:DataCollectionRule"
ASSOCIATION, SCALING = "azure-native:monitor:DataCollectionRuleAssociation", "azure-native:monitor:AutoscaleSetting"
METRICS, RECORDS = "azure-native:monitor:AzureMonitorWorkspace", "azure-native:alertsmanagement:PrometheusRuleGroup"
SUBSCRIPTION_SETTING = "azure-native:monitor:SubscriptionDiagnosticSetting"
EVENTS, LISTENER = "azure-native:eventgrid:SystemTopic", "azure-native:eventgrid:SystemTopicEventSubscription"
VAULT, BUDGET = "azure-native:keyvault:Vault", "azure-native:consumption:Budget"
IN_GROUP = {"resourceGroupName": "rg-shop"}
HERE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers"
PROVIDED = f"{HERE}/Microsoft.OperationalInsights/workspaces/log-shop"

pytestmark = pytest.mark.usefixtures("group")


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


def workspace(**changes):
    return {**IN_GROUP, "workspaceName": "log-shop", "sku": {"name": "PerGB2018"}, "retentionInDays": 90, **changes}


@pytest.fixture
def logs(azure, group):  # noqa: ARG001 -- it stands in the group
    return azure.create(WORKSPACE, "logs", **workspace())


@pytest.fixture
def vault(azure, group):  # noqa: ARG001 -- it stands in the group
    rules = {"tenantId": TENANT, "sku": {"family": "A", "name": "premium"}, "enableRbacAuthorization": True}
    return azure.create(VAULT, "vault", **IN_GROUP, vaultName="kv-shop", properties=rules)


# --- Log Analytics ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("logs")
def test_a_saved_search_is_replaced_and_not_changed(azure):
    said = {"workspaceName": "log-shop", "savedSearchId": "errors", "category": "shop", "displayName": "Errors"}
    made = azure.create(SEARCH, "errors", **IN_GROUP, **said, query="AppExceptions")
    with refused("Conflict: 'errors': Newer data exists in the Customer Configuration Store"):
        azure.update(made, query="AppTraces")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workspaceName": "log"}, "InvalidResourceName: The workspace name 'log' must have 4 to 63 letters"),
        ({"sku": {"name": "Standalone"}}, "The pricing tier 'Standalone' is not offered to new workspaces"),
        ({"retentionInDays": 29}, "'RetentionInDays' property doesn't match the SKU limits: 29 is not between 30 and"),
        ({"retentionInDays": 731}, "doesn't match the SKU limits: 731"),
        ({"workspaceCapping": {"dailyQuotaGb": 0}}, "dailyQuotaGb 0 must be -1 (no cap) or at least 0.023"),
        ({"sku": {"name": "CapacityReservation", "capacityReservationLevel": 150}}, "Level 150 is none of 100, 200"),
        ({"sku": {"name": "PerGB2018", "capacityReservationLevel": 100}}, "only for the pricing tier CapacityReservat"),
    ],
)  # fmt: skip
def test_a_wrong_workspace_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(WORKSPACE, "logs", workspace(**changes))


def test_a_workspace_gives_back_its_customer_id(logs):
    assert re.fullmatch(r"[0-9a-f-]{36}", logs["customerId"])
    assert logs["workspaceCapping"]["dailyQuotaGb"] == -1


def table(**changes):
    return {**IN_GROUP, "workspaceName": "log-shop", "tableName": "ContainerLogV2", **changes}


COLUMNS = {"name": "Orders_CL", "columns": [{"name": "TimeGenerated", "type": "dateTime"}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"totalRetentionInDays": 2555},
         "totalRetentionInDays 2555 must be between 4 and 730, or one of 1095, 1460, 1826, 2191, 2556"),
        ({"totalRetentionInDays": 4384}, "[nearest: 4383]"),
        ({"retentionInDays": 3}, "retentionInDays 3 must be between 4 and 730"),
        ({"retentionInDays": 90, "totalRetentionInDays": 60}, "totalRetentionInDays 60 is shorter than retentionInDay"),
        ({"plan": "Basic", "retentionInDays": 60}, "retentionInDays cannot be set for a table with the Basic plan: it"),
        ({"plan": "Basic", "tableName": "Perf"}, "The table 'Perf' does not support the Basic plan"),
        ({"tableName": "Orders_CL"}, "The custom table 'Orders_CL' needs a schema"),
        ({"tableName": "Orders_CL", "schema": {"columns": [{"name": "At", "type": "string"}]}},
         "The custom table 'Orders_CL' needs a column TimeGenerated of type dateTime"),
        ({"tableName": "Sales_CL", "schema": COLUMNS}, "The schema's name 'Orders_CL' must be the table's name 'Sales"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(TABLE, "table", table(**changes))


@pytest.mark.usefixtures("logs")
def test_a_table_is_kept_as_its_workspace_unless_it_says_more(azure):
    made = azure.create(TABLE, "table", **table(tableName="Orders_CL", schema=COLUMNS, totalRetentionInDays=2556))
    kept = [made[name] for name in ("retentionInDays", "totalRetentionInDays", "archiveRetentionInDays")]
    assert kept == [90, 2556, 2466]
    assert (made["retentionInDaysAsDefault"], made["totalRetentionInDaysAsDefault"]) == (True, False)


@pytest.mark.usefixtures("logs")
def test_azures_own_tables_are_there_already(azure):
    with refused("ContainerLogV2' [Azure's tables come with the workspace]"):
        azure.create(TABLE, "table", **table(totalRetentionInDays=180))


def template(*resources):
    return {**IN_GROUP, "deploymentName": "tables", "properties": {
        "mode": "Incremental", "template": {"$schema": "s", "contentVersion": "1.0.0.0", "resources": list(resources)},
    }}  # fmt: skip


def kept(days):
    kind = {"type": "Microsoft.OperationalInsights/workspaces/tables", "apiVersion": "2023-09-01"}
    return {**kind, "name": "log-shop/AKSAudit", "properties": {"totalRetentionInDays": days}}


def test_tables_in_a_template_are_kept_as_tables_are(azure):
    with refused("totalRetentionInDays 2555 must be between 4 and 730, or one of 1095"):
        azure.preview(TEMPLATE, "tables", template(kept(2555)))
    with refused("Parent resource 'log-shop' not found."):
        azure.create(TEMPLATE, "tables", **template(kept(2556)))
    azure.create(WORKSPACE, "logs", **workspace())
    assert azure.create(TEMPLATE, "tables", **template(kept(2556))).id.endswith("/deployments/tables")


def test_what_is_linked_and_asked_is_complete(azure):
    with refused("A linked service has exactly one of resourceId and writeAccessResourceId"):
        azure.preview(LINK, "link", {**IN_GROUP, "workspaceName": "log-shop", "linkedServiceName": "Automation"})
    inputs = {**IN_GROUP, "queryPackName": "queries", "displayName": "Errors", "body": "AppTraces | count"}
    with refused("The id of a query in a pack is a GUID, not 'errors'"):
        azure.preview(QUERY, "errors", {**inputs, "id": "errors"})


# --- Application Insights --------------------------------------------------------------------------------------------


def component(**changes):
    inputs = {"resourceName": "appi-shop", "kind": "web", "workspaceResourceId": PROVIDED, "samplingPercentage": 5}
    return {**IN_GROUP, **inputs, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workspaceResourceId": None}, "Classic Application Insights resources can no longer be created"),
        ({"ingestionMode": "ApplicationInsights"}, "ingestionMode ApplicationInsights does not go with workspaceResou"),
        ({"samplingPercentage": 0}, "SamplingPercentage 0 must be greater than 0 and at most 100"),
        ({"samplingPercentage": 101}, "SamplingPercentage 101 must be greater than 0 and at most 100"),
        ({"retentionInDays": 100}, "RetentionInDays 100 is none of 30, 60, 90, 120"),
    ],
)  # fmt: skip
def test_a_wrong_component_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(COMPONENT, "app", component(**changes))


def test_a_component_needs_its_workspace_and_gives_back_how_it_is_reached(azure):
    with refused(f"Workspace '{PROVIDED}' could not be found."):
        azure.create(COMPONENT, "app", **component())
    azure.create(WORKSPACE, "logs", **workspace())
    made = azure.create(COMPONENT, "app", **component())
    assert made["connectionString"].startswith(f"InstrumentationKey={made['instrumentationKey']};IngestionEndpoint=")
    assert made["connectionString"].endswith(f"ApplicationId={made['appId']}")


@pytest.mark.usefixtures("logs")
def test_a_web_test_says_what_it_asks_and_where_it_belongs(azure):
    app = azure.create(COMPONENT, "app", **component())
    inputs = {
        **IN_GROUP, "webTestName": "up", "webTestKind": "standard", "syntheticMonitorId": "up", "frequency": 300,
        "locations": [{"location": "apac-hk-hkn-azr"}], "request": {"requestUrl": "https://shop.example"},
        "tags": {f"hidden-link:{app.id}": "Resource"},
    }  # fmt: skip
    for changes, message in (
        ({"request": {}}, "A standard web test needs request.requestUrl"),
        ({"tags": {}}, "A web test is linked to its component by a tag hidden-link:"),
        ({"frequency": 60}, "A web test runs every 300, 600 or 900 seconds, not every 60"),
    ):
        with refused(message):
            azure.preview(WEB_TEST, "up", {**inputs, **changes})
    assert azure.create(WEB_TEST, "up", **inputs).id


# --- alerts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"groupShortName": "on-call-people"}, "The short name 'on-call-people' must have 1 to 12 characters"),
        ({"emailReceivers": [{"name": "a", "emailAddress": "team"}]}, "InvalidEmail: 'team' is not an email address"),
        ({"smsReceivers": [{"name": "a", "countryCode": "+82", "phoneNumber": "1012345678"}]}, "'+82' is not a countr"),
        ({"smsReceivers": [{"name": "a", "countryCode": "82", "phoneNumber": "phone"}]}, "'phone' is not a phone numb"),
        ({"webhookReceivers": [{"name": "a", "serviceUri": "teams"}]}, "the address of a webhook is no URL"),
        ({"webhookReceivers": [{"name": "a", "serviceUri": "https://h/", "useAadAuth": True}]},
         "The webhook receiver 'a' uses Microsoft Entra authentication and needs an objectId"),
        ({"emailReceivers": [{"name": "A", "emailAddress": "a@b.kr"}],
          "webhookReceivers": [{"name": "a", "serviceUri": "https://h/"}]},
         "DuplicateReceiverName: The receiver name 'a' is used more than once"),
        ({"armRoleReceivers": [{"name": "a", "roleId": "Owner"}]}, "'Owner' is not the GUID of a role"),
    ],
)  # fmt: skip
def test_a_wrong_action_group_is_refused_in_preview(azure, changes, message):
    inputs = {
        **IN_GROUP,
        "actionGroupName": "ag-shop",
        "location": "Global",
        "groupShortName": "on-call",
        "enabled": True,
    }
    with refused(message):
        azure.preview(ACTIONS, "who", {**inputs, **changes})


SINGLE = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria"


def condition(**changes):
    inputs = {
        "name": "latency", "criterionType": "StaticThresholdCriterion", "metricName": "ServiceApiLatency",
        "operator": "GreaterThan", "threshold": 1000, "timeAggregation": "Average",
    }  # fmt: skip
    return {**inputs, **changes}


def metric_alert(*conditions, kind=SINGLE, **changes):
    inputs = {
        "ruleName": "slow", "location": "global", "enabled": True, "severity": 2, "evaluationFrequency": "PT1M",
        "windowSize": "PT5M", "scopes": [f"{HERE}/Microsoft.KeyVault/vaults/kv-shop"],
        "criteria": {"odataType": kind, "allOf": list(conditions) or [condition()]},
    }  # fmt: skip
    return {**IN_GROUP, **inputs, **changes}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (metric_alert(windowSize="PT2M"), "windowSize 'PT2M' is not supported; supported: PT1M, PT5M, PT15M"),
        (metric_alert(evaluationFrequency="PT2M"), "evaluationFrequency 'PT2M' is not supported; supported: PT1M"),
        (metric_alert(evaluationFrequency="PT15M"), "windowSize PT5M must not be shorter than evaluationFrequency PT1"),
        (metric_alert(severity=5), "Severity 5 must be between 0 and 4"),
        (metric_alert(location="eastus"), "resource type 'Microsoft.Insights/metricAlerts'"),
        (metric_alert(scopes=[]), "A metric alert needs at least one scope"),
        (metric_alert(scopes=["/subscriptions/a", "/subscriptions/b"]), "watch one scope, not 2"),
        (metric_alert(kind="Single"), "'Single' is not a type of metric criteria"),
        (metric_alert(*[condition(name=str(index)) for index in range(6)]), "A metric alert has 1 to 5 conditions"),
        (metric_alert(condition(), condition()), "The conditions of a metric alert need names of their own"),
        (metric_alert(condition(metricName="Latency")), "Couldn't find a metric named Latency. Make sure the name is"),
        (metric_alert(condition(criterionType="Static")), "'Static' is neither StaticThresholdCriterion nor Dynamic"),
        (metric_alert(without(condition(), "threshold")), "threshold"),
    ],
)  # fmt: skip
def test_a_wrong_metric_alert_is_refused_in_preview(azure, inputs, message):
    with refused(message):
        azure.preview(METRIC, "slow", inputs)


def test_an_alert_watches_and_tells_what_exists(azure):
    with refused("ResourceNotFound: The scope '/subscriptions/"):
        azure.create(METRIC, "slow", **metric_alert())
    azure.create(WORKSPACE, "logs", **workspace())
    nobody = [{"actionGroupId": f"{HERE}/microsoft.insights/actionGroups/none"}]
    usage = [condition(metricName="AverageUsage")]
    with refused("The action group '/subscriptions/"):
        azure.create(METRIC, "use", **metric_alert(*usage, scopes=[PROVIDED], actions=nobody))


def test_an_alert_does_not_keep_what_it_watches(azure, vault):
    azure.create(METRIC, "slow", **metric_alert())
    azure.delete(vault)
    assert azure.read(vault) is None


def log_alert(condition_changes=None, **changes):
    asked = {
        "query": "AppExceptions", "operator": "GreaterThan", "threshold": 5, "timeAggregation": "Count",
        "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
    }  # fmt: skip
    inputs = {
        "ruleName": "errors", "severity": 1, "evaluationFrequency": "PT5M", "windowSize": "PT5M", "scopes": [PROVIDED],
        "criteria": {"allOf": [{**asked, **(condition_changes or {})}]},
    }  # fmt: skip
    return {**IN_GROUP, **inputs, **changes}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (log_alert(evaluationFrequency="PT2M"), "evaluationFrequency 'PT2M' is not supported; supported: PT1M, PT5M,"),
        (log_alert(windowSize="PT2M"), "windowSize 'PT2M' is not supported"),
        (log_alert(evaluationFrequency="PT10M"), "windowSize PT5M must not be shorter than evaluationFrequency PT10M"),
        (log_alert({"operator": "gt"}), "The operator 'gt' is none of Equals, GreaterThan"),
        (log_alert({"timeAggregation": "Average"}), "metricMeasureColumn is required for timeAggregation Average"),
        (log_alert({"query": None}), "The condition of a LogAlert needs query"),
        (log_alert({"failingPeriods": {"numberOfEvaluationPeriods": 7}}), "numberOfEvaluationPeriods 7 must be betwee"),
        (log_alert({"failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 2}}),
         "minFailingPeriodsToAlert 2 must not exceed numberOfEvaluationPeriods 1"),
        (log_alert({"failingPeriods": {"numberOfEvaluationPeriods": 3}}, windowSize="P1D"),
         "windowSize P1D times 3 evaluation periods exceeds P2D"),
        (log_alert(autoMitigate=True, muteActionsDuration="PT10M"), "cannot be set when autoMitigate is true"),
        (without(log_alert(), "severity"), "A rule of kind LogAlert needs severity"),
        (log_alert(criteria={"allOf": []}), "A rule of kind LogAlert has exactly one condition"),
    ],
)  # fmt: skip
def test_a_wrong_log_alert_is_refused_in_preview(azure, inputs, message):
    with refused(message):
        azure.preview(LOG_ALERT, "errors", inputs)


@pytest.mark.usefixtures("logs")
def test_operators_of_log_alerts_are_azures_not_the_sdks(azure):
    assert azure.create(LOG_ALERT, "errors", **log_alert()).id.endswith("/scheduledQueryRules/errors")


def test_an_activity_alert_has_a_category(azure):
    scopes = [f"/subscriptions/{SUBSCRIPTION}"]
    inputs = {**IN_GROUP, "activityLogAlertName": "health", "location": "Global", "scopes": scopes, "actions": {}}
    only = {"allOf": [{"field": "level", "equals": "Error"}]}
    with refused("must have a leaf with the field 'category'"):
        azure.preview(ACTIVITY, "health", {**inputs, "condition": only})
    with refused("not available for resource type 'Microsoft.Insights/activityLogAlerts'"):
        kept = {"allOf": [{"field": "category", "equals": "ServiceHealth"}]}
        azure.preview(ACTIVITY, "health", {**inputs, "location": "koreacentral", "condition": kept})


def profile(minimum="1", default="2", maximum="3", **rule):
    trigger = {
        "metricName": "Cpu", "metricResourceUri": PROVIDED, "operator": "GreaterThan", "statistic": "Average",
        "threshold": 80, "timeAggregation": "Average", "timeGrain": "PT1M", "timeWindow": rule.get("window", "PT10M"),
    }  # fmt: skip
    action = {"cooldown": rule.get("cooldown", "PT5M"), "direction": "Increase", "type": "ChangeCount", "value": "1"}
    capacity = {"minimum": minimum, "default": default, "maximum": maximum}
    return {"name": "load", "capacity": capacity, "rules": [{"metricTrigger": trigger, "scaleAction": action}]}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (profile(default="4"), "minimum 1, default 4 and maximum 3 are not in this order"),
        (profile(minimum="few"), "minimum, default and maximum are whole numbers, not few, 2, 3"),
        (profile(window="PT1M"), "timeWindow 'PT1M' is shorter than PT5M"),
        (profile(cooldown="P8D"), "cooldown 'P8D' is longer than P7D"),
    ],
)
def test_a_wrong_autoscale_setting_is_refused_in_preview(azure, given, message):
    with refused(message):
        azure.preview(SCALING, "scale", {**IN_GROUP, "autoscaleSettingName": "scale", "profiles": [given]})


# --- Prometheus ------------------------------------------------------------------------------------------------------


def rule_group(*rules, **changes):
    scope = f"{HERE}/Microsoft.Monitor/accounts/amw-shop"
    return {**IN_GROUP, "ruleGroupName": "shop", "interval": "PT1M", "rules": list(rules), "scopes": [scope], **changes}


RECORD, ALERT = {"record": "a:b", "expression": "sum(b)"}, {"alert": "Down", "expression": "up == 0", "severity": 1}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (rule_group(), "A rule group has 1 to 20 rules"),
        (rule_group({**RECORD, **ALERT}), "A Prometheus rule has exactly one of record and alert"),
        (rule_group({**RECORD, "severity": 1}), "A recording rule has no for, no severity and no actions"),
        (rule_group({**ALERT, "severity": 5}), "Severity 5 must be between 0 and 4"),
        (rule_group({**ALERT, "for": "5m"}), "'5m' is not a duration in ISO 8601 form"),
        (rule_group(RECORD, interval="PT30M"), "interval 'PT30M' is longer than PT15M"),
        (rule_group(RECORD, scopes=[PROVIDED]), "are one Azure Monitor workspace and at most one cluster"),
    ],
)
def test_a_wrong_rule_group_is_refused_in_preview(azure, inputs, message):
    with refused(message):
        azure.preview(RECORDS, "rules", inputs)


def test_a_rule_group_is_beside_its_workspace(azure):
    made = azure.create(METRICS, "metrics", **IN_GROUP, azureMonitorWorkspaceName="amw-shop")
    assert made["metrics"]["prometheusQueryEndpoint"].startswith("https://amw-shop-")
    with refused("The rule group must be in the location of its workspace: koreacentral, not japaneast"):
        azure.create(RECORDS, "rules", **rule_group(RECORD, location="japaneast"))
    assert azure.create(RECORDS, "rules", **rule_group(RECORD, ALERT)).id


# --- diagnostic settings ---------------------------------------------------------------------------------------------

ALL_LOGS = [{"categoryGroup": "allLogs", "enabled": True}]


def setting(target, **changes):
    inputs = {"name": "all", "resourceUri": target.id, "workspaceId": PROVIDED, "logs": ALL_LOGS}
    return {**inputs, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workspaceId": None}, "At least one data sink needs to be specified."),
        ({"logs": []}, "At least one log or metric category must be enabled."),
        ({"logs": [{"category": "AuditEvents", "enabled": True}]},
         "Category 'AuditEvents' is not supported for 'Microsoft.KeyVault/vaults'. Did you mean \"AuditEvent\"?"),
        ({"logs": [{"categoryGroup": "everything", "enabled": True}]}, "Category group 'everything' is not supported"),
        ({"logs": [*ALL_LOGS, {"category": "AuditEvent", "enabled": True}]}, "cannot be used in the same diagnostic s"),
        ({"logs": [{"enabled": True}]}, "A log has exactly one of category and categoryGroup"),
        ({"metrics": [{"category": "Capacity", "enabled": True}]}, "Category 'Capacity' is not supported for 'Microso"),
        ({"logs": [{**ALL_LOGS[0], "retentionPolicy": {"enabled": True, "days": 30}}]},
         "Diagnostic settings does not support retention for new diagnostic settings."),
        ({"resourceUri": f"{HERE}/Microsoft.Network/routeTables/rt"},
         "The resource type 'microsoft.network/routetables' does not support diagnostic settings."),
    ],
)  # fmt: skip
def test_a_wrong_diagnostic_setting_is_refused_in_preview(azure, vault, changes, message):
    with refused(message):
        azure.preview(SETTING, "all", setting(vault, **changes))


def test_a_setting_needs_its_workspace_and_its_resource(azure, vault):
    with refused("InvalidDiagnosticSetting: The Log Analytics workspace '/subscriptions/"):
        azure.create(SETTING, "all", **setting(vault))
    azure.create(WORKSPACE, "logs", **workspace())
    made = azure.create(SETTING, "all", **setting(vault))
    assert made.id == f"{vault.id}/providers/Microsoft.Insights/diagnosticSettings/all"
    with refused("of the diagnostic setting could not be found."):
        azure.create(SETTING, "none", **setting(vault, resourceUri=f"{vault.id}-none"))


@pytest.mark.usefixtures("logs")
def test_a_sink_takes_a_category_once(azure, vault):
    azure.create(SETTING, "all", **setting(vault))
    with refused("is already used in diagnostic setting 'all' for category 'allLogs'. Data sinks can't be reused in"):
        azure.create(SETTING, "again", **setting(vault, name="again"))
    for index in range(4):
        other = azure.create(WORKSPACE, f"logs{index}", **workspace(workspaceName=f"log-{index}"))
        azure.create(SETTING, f"s{index}", **setting(vault, name=f"s{index}", workspaceId=other.id))
    last = azure.create(WORKSPACE, "last", **workspace(workspaceName="log-last"))
    with refused("A resource has at most 5 diagnostic settings"):
        azure.create(SETTING, "last", **setting(vault, name="last", workspaceId=last.id))


@pytest.mark.usefixtures("logs")
def test_blobs_have_settings_of_their_own(azure):
    account = azure.create(
        "azure-native:storage:StorageAccount", "store", **IN_GROUP, accountName="stshop", kind="StorageV2",
        sku={"name": "Standard_LRS"},
    )  # fmt: skip
    with refused("Category group 'allLogs' is not supported for 'Microsoft.Storage/storageAccounts'."):
        azure.create(SETTING, "account", **setting(account))
    assert azure.create(SETTING, "blobs", **setting(account, resourceUri=f"{account.id}/blobServices/default")).id


def test_the_activity_log_has_its_own_categories(azure):
    with refused("Category 'AuditEvent' is not supported."):
        logs = [{"category": "AuditEvent", "enabled": True}]
        azure.preview(SUBSCRIPTION_SETTING, "activity", {"name": "activity", "workspaceId": PROVIDED, "logs": logs})


# --- data collection -------------------------------------------------------------------------------------------------


def collection(**changes):
    source = {"name": "insights", "extensionName": "ContainerInsights", "streams": ["Microsoft-ContainerLogV2"]}
    inputs = {
        "dataCollectionRuleName": "dcr-shop", "kind": "Linux",
        "dataSources": {"extensions": [source]},
        "destinations": {"logAnalytics": [{"name": "logs", "workspaceResourceId": PROVIDED}]},
        "dataFlows": [{"streams": ["Microsoft-ContainerLogV2"], "destinations": ["logs"]}],
    }  # fmt: skip
    return {**IN_GROUP, **inputs, **changes}


def flow(*streams, to="logs"):
    return {"dataFlows": [{"streams": list(streams), "destinations": [to]}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (flow("Microsoft-ContainerLogV2", to="log"), "the destination 'log' of a data flow is not declared. Did you m"),
        (flow("Microsoft-Syslog"), "the stream 'Microsoft-Syslog' of a data flow comes from no data source."),
        (flow("Custom-Orders"), "the stream 'Custom-Orders' of a data flow is not declared in streamDeclarations"),
        (flow("ContainerLogV2"), "'ContainerLogV2' is no stream; streams are named Microsoft-... or Custom-..."),
        (flow(), "a data flow needs streams and destinations"),
        ({"dataFlows": []}, "at least one data flow is required"),
        ({"destinations": {"logAnalytics": [{"name": "logs", "workspaceResourceId": PROVIDED}] * 2}},
         "the name 'logs' is used more than once in destinations"),
        ({"destinations": {"monitoringAccounts": [{"name": "logs", "accountResourceId": PROVIDED}]}},
         "the stream 'Microsoft-ContainerLogV2' can only be sent to a Log Analytics workspace"),
        ({**flow("Microsoft-PrometheusMetrics"),
          "dataSources": {"prometheusForwarder": [{"name": "p", "streams": ["Microsoft-PrometheusMetrics"]}]}},
         "the stream 'Microsoft-PrometheusMetrics' can only be sent to Azure Monitor workspaces"),
        ({**flow("Microsoft-Event"),
          "dataSources": {"windowsEventLogs": [{"name": "w", "streams": ["Microsoft-Event"]}]}},
         "the data source windowsEventLogs is not supported by rules of kind Linux"),
    ],
)  # fmt: skip
def test_a_wrong_collection_rule_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(COLLECTION, "rule", collection(**changes))


def test_a_collection_rule_is_beside_its_workspace_and_stays_while_associated(azure, vault):
    with refused("the workspace '/subscriptions/"):
        azure.create(COLLECTION, "rule", **collection())
    azure.create(WORKSPACE, "logs", **workspace())
    with refused("the rule must be where its workspace is: in koreacentral, not in japaneast"):
        azure.create(COLLECTION, "rule", **collection(location="japaneast"))
    rule = azure.create(COLLECTION, "rule", **collection())
    assert rule["immutableId"].startswith("dcr-")
    joined = {"resourceUri": vault.id, "associationName": "insights", "dataCollectionRuleId": rule.id}
    azure.create(ASSOCIATION, "one", **joined)
    with refused("Conflict: The data collection rule 'dcr-shop' has associations and cannot be deleted."):
        azure.delete(rule)
    with refused("The resource is associated with the data collection rule already."):
        azure.create(ASSOCIATION, "two", **{**joined, "associationName": "again"})


def test_an_association_has_one_end(azure, vault):
    inputs = {"resourceUri": vault.id, "associationName": "insights"}
    with refused("exactly one of dataCollectionRuleId and dataCollectionEndpointId"):
        azure.preview(ASSOCIATION, "one", inputs)
    with refused("is named configurationAccessEndpoint"):
        azure.preview(ASSOCIATION, "one", {**inputs, "dataCollectionEndpointId": "e"})


# --- events and budgets ----------------------------------------------------------------------------------------------


def topic(source, **changes):
    return {
        **IN_GROUP,
        "systemTopicName": "egst-shop",
        "topicType": "Microsoft.KeyVault.vaults",
        "source": source,
        **changes,
    }


def test_a_topic_tells_of_one_source_beside_it(azure, vault):
    with refused("The source of a topic of type Microsoft.KeyVault.vaults is a microsoft.keyvault/vaults, not a Micro"):
        azure.preview(EVENTS, "topic", topic(PROVIDED))
    with refused("The topic type 'Microsoft.KeyVault' is not supported"):
        azure.preview(EVENTS, "topic", topic(vault.id, topicType="Microsoft.KeyVault"))
    with refused("The system topic must be in the location of its source: koreacentral, not japaneast"):
        azure.create(EVENTS, "topic", **topic(vault.id, location="japaneast"))
    azure.create(EVENTS, "topic", **topic(vault.id))
    with refused("Only one system topic is allowed per source."):
        azure.create(EVENTS, "again", **topic(vault.id, systemTopicName="egst-two"))


def test_an_event_subscription_asks_for_what_the_topic_tells(azure, vault):
    azure.create(EVENTS, "topic", **topic(vault.id))
    inputs = {**IN_GROUP, "systemTopicName": "egst-shop", "eventSubscriptionName": "rotate"}
    hook = {"destination": {"endpointType": "WebHook", "endpointUrl": "https://rotate.example/hook"}}
    with refused("exactly one of destination and deliveryWithResourceIdentity"):
        azure.preview(LISTENER, "rotate", inputs)
    with refused("A webhook's endpointUrl must be an https URL"):
        plain = {"endpointType": "WebHook", "endpointUrl": "http://rotate.example"}
        azure.preview(LISTENER, "rotate", {**inputs, "destination": plain})
    with refused("The destination of type ServiceBusQueue is a microsoft.servicebus/namespaces/queues, not a Microsof"):
        queue = {"endpointType": "ServiceBusQueue", "resourceId": PROVIDED}
        azure.preview(LISTENER, "rotate", {**inputs, "destination": queue})
    with refused("Events become alerts in the schema CloudEventSchemaV1_0 only, not in EventGridSchema"):
        alert = {"endpointType": "MonitorAlert", "severity": "Sev2"}
        azure.preview(LISTENER, "rotate", {**inputs, "destination": alert})
    with refused("maxDeliveryAttempts 31 must be between 1 and 30"):
        azure.preview(LISTENER, "rotate", {**inputs, **hook, "retryPolicy": {"maxDeliveryAttempts": 31}})
    wrong = {"includedEventTypes": ["Microsoft.KeyVault.SecretExpires"]}
    with refused('is not one of topic type Microsoft.KeyVault.vaults. Did you mean "Microsoft.KeyVault.SecretExpired'):
        azure.create(LISTENER, "rotate", **inputs, **hook, filter=wrong)
    identity = {"identity": {"type": "SystemAssigned"}, "destination": hook["destination"]}
    with refused("The system topic 'egst-shop' has no identity of type SystemAssigned"):
        azure.create(LISTENER, "rotate", **inputs, deliveryWithResourceIdentity=identity)


def budget(**changes):
    inputs = {
        "budgetName": "monthly", "scope": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop", "amount": 5600,
        "category": "Cost", "timeGrain": "Monthly", "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
        "notifications": {"high": {"enabled": True, "operator": "GreaterThan", "threshold": 80,
                                   "contactEmails": ["team@shop.kr"]}},
    }  # fmt: skip
    return {**inputs, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": 0}, "The amount 0 of a budget must be greater than 0"),
        ({"timePeriod": {"startDate": "2026-11-15T00:00:00Z"}}, "must be the first of a month, on or after 2017-06-01"),
        ({"timePeriod": {"startDate": "soon"}}, "startDate 'soon' is not a date like 2026-11-01T00:00:00Z"),
        ({"timePeriod": {"startDate": "2026-11-01", "endDate": "2026-11-01"}}, "must come after the start date 2026-1"),
        ({"notifications": {"n": {"enabled": True, "operator": "GreaterThan", "threshold": 80, "contactEmails": []}}},
         "The notification 'n' needs an email address, an action group or a role"),
        ({"notifications": {"n": {"enabled": True, "operator": "GreaterThan", "threshold": 1001,
                                  "contactEmails": ["a@b.kr"]}}}, "must be between 0 and 1000 percent"),
        ({"scope": "rg-shop"}, "The scope 'rg-shop' is no subscription, resource group or management group"),
    ],
)  # fmt: skip
def test_a_wrong_budget_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(BUDGET, "budget", budget(**changes))


def test_a_budgets_threshold_has_two_decimal_places(azure):
    told = budget()["notifications"]["high"]
    azure.preview(BUDGET, "budget", budget(notifications={"high": {**told, "threshold": 71.43}}))
    with refused("The threshold 71.42857142857143 of a notification has at most 2 decimal places"):
        azure.preview(BUDGET, "budget", budget(notifications={"high": {**told, "threshold": 71.42857142857143}}))


def test_a_budget_keeps_its_start(azure):
    made = azure.create(BUDGET, "budget", **budget())
    with refused("The start date of a budget cannot be changed from 2026-11-01 to 2026-12-01"):
        azure.update(made, timePeriod={"startDate": "2026-12-01T00:00:00Z"})
