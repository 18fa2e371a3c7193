"""Data-access audit logs: who read or wrote what, for every service of a project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi_gcp.projects import IAMAuditConfig

from components.base import Component, ComponentArgs

#: Changes of settings are recorded always; these three are off until somebody asks for them.
LOG_TYPES: Final = ("ADMIN_READ", "DATA_READ", "DATA_WRITE")


@dataclass(frozen=True, kw_only=True)
class AuditLogsArgs(ComponentArgs):
    """The project."""

    project_id: str


class AuditLogs(Component[AuditLogsArgs], type="platform:gcp:AuditLogs"):
    """All three kinds of access, of all services, by everybody: nobody is exempted."""

    def build(self, args: AuditLogsArgs) -> None:
        """Switch them on."""
        IAMAuditConfig(
            f"{self.name}-config",
            project=args.project_id,
            service="allServices",
            audit_log_configs=[{"log_type": log_type} for log_type in LOG_TYPES],
            opts=self.child(),
        )
