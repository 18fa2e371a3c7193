"""Saved queries: what the team asks its logs again and again (design, 8.2.1), in today's tables (docs/adr/0032)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_azure_native.operationalinsights import SavedSearch

from components.azure.log_workspace import LogWorkspace
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class SavedQuery:
    """A query with the name that people find it by."""

    name: str
    title: str
    query: str


ERROR_ANALYSIS: Final = SavedQuery(
    name="error-analysis",
    title="Errors by node and container",
    query="""\
ContainerLogV2
| where LogMessage contains "ERROR"
| summarize count() by Computer, ContainerName, bin(TimeGenerated, 5m)
| order by TimeGenerated desc
""",
)
#: Linux nodes report nanoseconds of processor time; "% Processor Time" is a counter of virtual machines' agents.
PERFORMANCE_ANALYSIS: Final = SavedQuery(
    name="performance-analysis",
    title="Processor time by node, in percent",
    query="""\
let capacity = Perf
| where ObjectName == "K8SNode" and CounterName == "cpuCapacityNanoCores"
| summarize Capacity = max(CounterValue) by Computer;
Perf
| where ObjectName == "K8SNode" and CounterName == "cpuUsageNanoCores"
| join kind=inner capacity on Computer
| summarize avg(100.0 * CounterValue / Capacity) by Computer, bin(TimeGenerated, 5m)
""",
)
#: The design asks for Windows' events 4625 (failed sign-in), 4648 (sign-in with somebody else's credentials) and 4719
#: (audit policy changed). No machine here runs Windows: the same three questions, where their answers are.
SECURITY_ANALYSIS: Final = SavedQuery(
    name="security-analysis",
    title="Failed sign-ins, impersonation, changed auditing",
    query="""\
union
  (Syslog
   | where Facility in ("auth", "authpriv") and SyslogMessage has_any ("Failed password", "authentication failure")
   | project Event = "failed sign-in", Account = extract(@"(?:for|user=)\\s*(\\S+)", 1, SyslogMessage), Computer),
  (AKSAuditAdmin
   | where toint(ResponseStatus.code) in (401, 403)
   | project Event = "failed sign-in", Account = tostring(User.username), Computer = "kubernetes"),
  (AKSAuditAdmin
   | where isnotempty(ImpersonatedUser)
   | project Event = "impersonation", Account = tostring(User.username), Computer = "kubernetes"),
  (AzureActivity
   | where OperationNameValue has "MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS"
   | project Event = "auditing changed", Account = Caller, Computer = "azure")
| summarize count() by Event, Account, Computer
""",
)
QUERIES: Final = (ERROR_ANALYSIS, PERFORMANCE_ANALYSIS, SECURITY_ANALYSIS)


@dataclass(frozen=True, kw_only=True)
class SavedQueriesArgs(ComponentArgs):
    """Where the queries are found: in the workspace, under the system's name."""

    group: ResourceGroup
    workspace: LogWorkspace
    queries: Sequence[SavedQuery] = QUERIES


class SavedQueries(Component[SavedQueriesArgs], type="platform:azure:SavedQueries"):
    """The team's queries, in one category of the workspace."""

    def build(self, args: SavedQueriesArgs) -> None:
        """Place the queries."""
        for query in args.queries:
            SavedSearch(
                f"{self.name}-{query.name}",
                saved_search_id=query.name,
                resource_group_name=args.group.group_name,
                workspace_name=args.workspace.workspace_name,
                category=args.scope.names.system,
                display_name=query.title,
                query=query.query,
                version=2,
                # Azure overwrites one only for whoever names its etag, which the provider cannot.
                opts=self.child(replace_on_changes=["*"], delete_before_replace=True),
            )
