"""Whether users can reach the system: asked from outside, over the name that they use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pulumi_gcp.monitoring import UptimeCheckConfig

from components.base import Component, ComponentArgs
from components.gcp.project import Project

#: Places that ask: Google wants three, and has one in Europe. They ask for health and are told nothing else.
ASKED_FROM: Final = ("EUROPE", "USA_IOWA", "USA_VIRGINIA")
PERIOD: Final = "60s"
TIMEOUT: Final = "10s"
HTTPS_PORT: Final = 443


@dataclass(frozen=True, kw_only=True)
class UptimeCheckArgs(ComponentArgs):
    """The project whose metric it is, and what is asked."""

    project: Project
    host: str
    path: str


class UptimeCheck(Component[UptimeCheckArgs], type="platform:gcp:UptimeCheck"):
    """A request a minute from each place, certificate included; alerts count the places that get no answer."""

    def build(self, args: UptimeCheckArgs) -> None:
        """Place the check."""
        UptimeCheckConfig(
            f"{self.name}-check",
            project=args.project.project_id,
            display_name=f"{args.host}{args.path}",
            monitored_resource={
                "type": "uptime_url",
                "labels": {"project_id": args.project.project_id, "host": args.host},
            },
            http_check={
                "path": args.path,
                "port": HTTPS_PORT,
                "use_ssl": True,
                "validate_ssl": True,
                "request_method": "GET",
            },
            content_matchers=[{"content": '"UP"', "matcher": "CONTAINS_STRING"}],
            checker_type="STATIC_IP_CHECKERS",
            selected_regions=list(ASKED_FROM),
            period=PERIOD,
            timeout=TIMEOUT,
            log_check_failures=True,
            user_labels=args.scope.tags.gcp(),
            opts=self.child(),
        )
