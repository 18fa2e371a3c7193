"""DTx' controls: what Google refuses and records, how long that is kept, who is told (monitoring 2 and 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from components.base import Component, ComponentArgs
from components.gcp.alert_policies import AlertPolicies, AlertPoliciesArgs, Escalation, FigureAlert
from components.gcp.audit_logs import AuditLogs, AuditLogsArgs
from components.gcp.key_ring import KeyRing
from components.gcp.log_bucket import LogBucket, LogBucketArgs
from components.gcp.log_sinks import LogSinks, LogSinksArgs
from components.gcp.notification_channels import NotificationChannels, NotificationChannelsArgs
from components.gcp.organization_policies import OrganizationPolicies, OrganizationPoliciesArgs
from components.gcp.project import Project
from settings.dtx.compliance import ComplianceSettings, LogSettings
from systems import dtx_alerts

#: Constraints of the organisation policy service that are simply on (security, 1 to 4).
ENFORCED: Final = (
    "compute.requireOsLogin",
    "compute.requireShieldedVm",
    "iam.automaticIamGrantsForDefaultServiceAccounts",
    "iam.disableServiceAccountKeyCreation",
    "iam.disableServiceAccountKeyUpload",
    "sql.restrictAuthorizedNetworks",
    "sql.restrictPublicIp",
    "storage.publicAccessPrevention",
    "storage.uniformBucketLevelAccess",
)
#: Services that make nothing without a customer's key (security, 3): those whose resources hold data here.
KEYED_SERVICES: Final = (
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "container.googleapis.com",
    "firestore.googleapis.com",
    "logging.googleapis.com",
    "redis.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
)


@dataclass(frozen=True, kw_only=True)
class ControlsArgs(ComponentArgs):
    """The projects that hold data, the first of which has the keys and the logs."""

    project: Project
    data_project_id: str
    keys: KeyRing
    logs: LogSettings


class Controls(Component[ControlsArgs], type="platform:system:DtxControls"):
    """What is refused and what is recorded in both projects. It stands before anything that holds data."""

    def build(self, args: ControlsArgs) -> None:
        """Place policies, audit settings, buckets and sinks."""
        operational = self._place_bucket(
            args, "operational", "Logs of services, cluster and stores", args.logs.operational_days, locked=False
        )
        compliance = self._place_bucket(
            args,
            "compliance",
            "Who changed, read, or was refused what",
            args.logs.compliance_days,
            locked=args.logs.locked,
        )
        for name, project_id in (("main", args.project.project_id), ("data", args.data_project_id)):
            OrganizationPolicies(
                f"{name}-policies",
                OrganizationPoliciesArgs(
                    scope=self.scope,
                    project_id=project_id,
                    region=args.project.region,
                    enforced=ENFORCED,
                    allowed={"gcp.restrictCmekCryptoKeyProjects": [f"projects/{args.project.project_id}"]},
                    denied={"gcp.restrictNonCmekServices": KEYED_SERVICES},
                ),
                self.child(),
            )
            AuditLogs(f"{name}-audit", AuditLogsArgs(scope=self.scope, project_id=project_id), self.child())
            LogSinks(
                f"{name}-sinks",
                LogSinksArgs(
                    scope=self.scope,
                    project_id=project_id,
                    compliance=compliance,
                    streams=dtx_alerts.streams(args.project.region),
                    operational=operational,
                ),
                self.child(),
            )

    def _place_bucket(
        self, args: ControlsArgs, purpose: str, description: str, days: int, *, locked: bool
    ) -> LogBucket:
        return LogBucket(
            f"{purpose}-logs",
            LogBucketArgs(
                scope=self.scope,
                project=args.project,
                purpose=purpose,
                description=description,
                retention_days=days,
                locked=locked,
                key_path=args.keys.path("logs"),
                key_ready=args.keys.ready("logs"),
            ),
            self.child(),
        )


@dataclass(frozen=True, kw_only=True)
class AlertsArgs(ComponentArgs):
    """The projects, the first of which has all that figures are about, and the settings."""

    project: Project
    data_project_id: str
    settings: ComplianceSettings


class Alerts(Component[AlertsArgs], type="platform:system:DtxAlerts"):
    """Who is told: by severity, with a next level; of what concerns the region everybody, at once (monitoring 3)."""

    def build(self, args: AlertsArgs) -> None:
        """Place channels and policies: a project's own records are matched in that project and nowhere else."""
        figures = list(dtx_alerts.figure_alerts(args.settings.alerts))
        self._place(args, "", args.project.project_id, figures)
        self._place(args, "data-", args.data_project_id, [])

    def _place(self, args: AlertsArgs, label: str, project_id: str, figures: Sequence[FigureAlert]) -> None:
        s = args.settings
        channels = NotificationChannels(
            f"{label}channels",
            NotificationChannelsArgs(
                scope=self.scope,
                project_id=project_id,
                recipients={name: dtx_alerts.recipient(channel) for name, channel in s.channels.items()},
            ),
            self.child(),
        )
        AlertPolicies(
            f"{label}alerts",
            AlertPoliciesArgs(
                scope=self.scope,
                project_id=project_id,
                figures=figures,
                logs=list(dtx_alerts.log_alerts(args.project.region)),
                channels=channels,
                routes=s.routes,
                escalation=Escalation(**s.escalation.args()) if s.escalation else None,
            ),
            self.child(),
        )
