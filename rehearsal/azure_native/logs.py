"""What Log Analytics and Application Insights refuse beyond a property's form."""

from collections.abc import Iterator
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import Value, get

_NO_CAP, _DEFAULT = -1, -1  # how the service writes "none" and "as the workspace has it"
_BASIC_DAYS = 30  # what a table with another plan than Analytics is searched through
_TIME = ("TimeGenerated", "dateTime")
_TABLE = "microsoft.operationalinsights/workspaces/tables"
_OWN_TABLES = ("_CL", "_SRCH", "_RST")  # custom logs, results of searches, restored logs


# --- workspaces ------------------------------------------------------------------------------------------------------


def daily_cap_is_possible(case: Case) -> Iterator[Problem]:
    """A day's cap is absent, or large enough to measure."""
    cap, least = case.get("workspaceCapping.dailyQuotaGb"), case.fact("logs.smallest_daily_cap_gb")
    if isinstance(cap, int | float) and cap != _NO_CAP and cap < least:
        words = f"dailyQuotaGb {cap:g} must be -1 (no cap) or at least {least}"
        yield Problem("workspaceCapping.dailyQuotaGb", f"InvalidParameter: {words}")


def reservation_is_of_its_tier(case: Case) -> Iterator[Problem]:
    """A commitment belongs to the tier that has one, and comes in steps."""
    tier, level, steps = (
        case.get("sku.name"),
        case.get("sku.capacityReservationLevel"),
        case.fact("logs.reservation_gb"),
    )
    if tier == "CapacityReservation" and level not in steps and not case.is_unknown("sku"):
        words = f"capacityReservationLevel {level} is none of {', '.join(map(str, steps))} GB a day"
        yield Problem("sku.capacityReservationLevel", f"InvalidParameter: {words}")
    if tier not in (None, "CapacityReservation", "LACluster") and level is not None:
        words = f"capacityReservationLevel is only for the pricing tier CapacityReservation, not for {tier}"
        yield Problem("sku.capacityReservationLevel", f"InvalidParameter: {words}")


def retention_is_offered(case: Case) -> Iterator[Problem]:
    """A table is kept for days up to two years, then for whole years, and never shorter than it can be queried."""
    yield from retention_problems(case, case.get("retentionInDays"), case.get("totalRetentionInDays"))


def retention_problems(case: Case, shown: Value, total: Value, at: str = "") -> Iterator[Problem]:
    """Judge what a table says of its retention, wherever it says it."""
    limits, years = case.fact("logs.retention_days"), case.fact("logs.total_retention_days")
    low, high = limits["min"], limits["max"]
    if shown not in (None, _DEFAULT) and not low <= shown <= high:
        words = f"retentionInDays {shown} must be between {low} and {high}"
        yield Problem(f"{at}retentionInDays", f"InvalidParameter: {words}")
    if total in (None, _DEFAULT):
        return
    if not low <= total <= high and total not in years:
        near = min(years, key=lambda year: abs(year - total))
        words = f"totalRetentionInDays {total} must be between {low} and {high}, or one of {', '.join(map(str, years))}"
        yield Problem(f"{at}totalRetentionInDays", f"InvalidParameter: {words} [nearest: {near}]")
    elif shown not in (None, _DEFAULT) and total < shown:
        words = f"totalRetentionInDays {total} is shorter than retentionInDays {shown}"
        yield Problem(f"{at}totalRetentionInDays", f"InvalidParameter: {words}")


def built_in_tables_exist(case: Case) -> Iterator[Problem]:
    """A workspace has Azure's own tables from the start: only one's own can be made."""
    if not str(case.get("tableName")).endswith(_OWN_TABLES):
        words = f"cannot create already existing resource '{arm.own_path(case)}'"
        yield Problem("tableName", f"{words} [Azure's tables come with the workspace]")


def plan_suits_the_table(case: Case) -> Iterator[Problem]:
    """A cheaper plan has its own fixed days, and not every table has it."""
    plan, name = case.get("plan"), case.get("tableName")
    if plan in (None, "Analytics"):
        return
    if case.get("retentionInDays") not in (None, _DEFAULT):
        words = f"retentionInDays cannot be set for a table with the {plan} plan: it is {_BASIC_DAYS} days"
        yield Problem("retentionInDays", f"InvalidParameter: {words}")
    if name in case.fact("logs.only_analytics"):
        yield Problem("plan", f"InvalidParameter: The table '{name}' does not support the {plan} plan")


def custom_tables_have_columns(case: Case) -> Iterator[Problem]:
    """A table of one's own ends in _CL, and has the moment of each line among its columns."""
    name, columns = str(case.get("tableName")), case.get("schema.columns")
    if not name.endswith("_CL"):
        return
    if case.properties.get("schema") is None:
        yield Problem("schema", f"InvalidParameter: The custom table '{name}' needs a schema")
        return
    known = [(column.get("name"), column.get("type")) for column in columns or ()]
    if _TIME not in known and not case.is_unknown("schema"):
        words = f"The custom table '{name}' needs a column {_TIME[0]} of type {_TIME[1]}"
        yield Problem("schema.columns", f"InvalidParameter: {words}")
    title = case.get("schema.name")
    if title is not None and title != name:
        words = f"The schema's name '{title}' must be the table's name '{name}'"
        yield Problem("schema.name", f"InvalidParameter: {words}")


def _tables_of_template(case: Case) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place and the text of each table that a deployment's template sets."""
    resources = get(case.properties, "properties.template.resources")
    for index, item in enumerate(resources if isinstance(resources, list) else ()):
        if isinstance(item, dict) and str(item.get("type")).lower() == _TABLE:
            yield f"properties.template.resources[{index}].properties.", item


def templates_keep_what_tables_can(case: Case) -> Iterator[Problem]:
    """A table in a template is kept as long as tables are."""
    for path, item in _tables_of_template(case):
        shown, total = (get(item, f"properties.{name}") for name in ("retentionInDays", "totalRetentionInDays"))
        for problem in retention_problems(case, shown, total, path):
            yield Problem(problem.path, f"{problem.reason} [table {item.get('name')}]")


def tables_of_templates_have_a_workspace(case: Case) -> Iterator[Problem]:
    """The workspace of a table stands in the group the template is deployed to."""
    group = arm.own_path(case).partition("/providers/")[0]
    for name in sorted({str(item.get("name")).partition("/")[0] for _, item in _tables_of_template(case)}):
        if arm.find(case, f"{group}/providers/Microsoft.OperationalInsights/workspaces/{name}") is None:
            words = f"Can not perform requested operation on nested resource. Parent resource '{name}' not found."
            yield Problem("properties.template", f"ParentResourceNotFound: {words}")


def table_outputs(case: Case) -> dict[str, Any]:
    """Return how long a table is kept, where it says nothing itself."""
    workspace = arm.parent(case)
    kept = workspace.outputs.get("retentionInDays", _BASIC_DAYS) if workspace else _BASIC_DAYS
    own, total = case.get("retentionInDays"), case.get("totalRetentionInDays")
    shown = _BASIC_DAYS if case.get("plan") != "Analytics" else kept if own in (None, _DEFAULT) else own
    whole = shown if total in (None, _DEFAULT) else total
    return {
        "retentionInDays": shown,
        "totalRetentionInDays": whole,
        "archiveRetentionInDays": whole - shown,
        "retentionInDaysAsDefault": own in (None, _DEFAULT),
        "totalRetentionInDaysAsDefault": total in (None, _DEFAULT),
    }


def saved_search_is_overwritten_by_its_etag(case: Case) -> Iterator[Problem]:
    """A saved search changes only for whoever names its etag, and the provider has no input for one."""
    words = "Newer data exists in the Customer Configuration Store. [a change needs the etag: replace the saved search]"
    yield Problem("query", f"Conflict: '{case.get('savedSearchId')}': {words}")


def linked_service_has_one_resource(case: Case) -> Iterator[Problem]:
    """A link reads from one resource, or writes to one."""
    given = [name for name in ("resourceId", "writeAccessResourceId") if case.properties.get(name) is not None]
    if len(given) != 1:
        words = "A linked service has exactly one of resourceId and writeAccessResourceId"
        yield Problem("resourceId", f"InvalidParameter: {words}")


# --- Application Insights --------------------------------------------------------------------------------------------


def component_has_a_workspace(case: Case) -> Iterator[Problem]:
    """Components keep their data in a workspace; the classic ones ended on 2024-02-29."""
    if case.properties.get("workspaceResourceId") is None:
        words = "Classic Application Insights resources can no longer be created: give workspaceResourceId"
        yield Problem("workspaceResourceId", f"BadRequest: {words}")
    elif case.get("ingestionMode") not in (None, "LogAnalytics"):
        words = f"ingestionMode {case.get('ingestionMode')} does not go with workspaceResourceId; it is LogAnalytics"
        yield Problem("ingestionMode", f"BadRequest: {words}")


def web_test_is_complete(case: Case) -> Iterator[Problem]:
    """A web test says what it asks and is linked to its component by a tag."""
    kind = case.get("webTestKind") or case.get("kind")
    if kind == "standard" and get(case.properties, "request.requestUrl") is None:
        yield Problem("request.requestUrl", "BadRequest: A standard web test needs request.requestUrl")
    if kind in ("ping", "multistep") and get(case.properties, "configuration.webTest") is None:
        yield Problem("configuration.webTest", f"BadRequest: A {kind} web test needs configuration.webTest")
    tags = case.properties.get("tags") or {}
    if not case.is_unknown("tags") and not any(name.lower().startswith("hidden-link:") for name in tags):
        words = "A web test is linked to its component by a tag hidden-link:<id of the component> = Resource"
        yield Problem("tags", f"BadRequest: {words}")
