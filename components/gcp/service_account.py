"""Service accounts of Google Cloud, and project roles: one grant each, never the project's whole policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp.projects import IAMMember
from pulumi_gcp.serviceaccount import Account

from components.base import AnyComponent, Component, ComponentArgs
from components.gcp.project import Project
from settings.gcp import naming


@dataclass(frozen=True, kw_only=True)
class ServiceAccountArgs(ComponentArgs):
    """Who it is and what it may do in its project."""

    project: Project
    #: The last part of its id: `nodes` in `dta-nodes`.
    account: str
    display_name: str
    #: Roles in the project, `roles/logging.logWriter`; none for one that is granted single resources only.
    roles: Sequence[str] = ()


class ServiceAccount(Component[ServiceAccountArgs], type="platform:gcp:ServiceAccount"):
    """A service account without keys: whoever is it, is so by where it runs or by a federated token."""

    email: pulumi.Output[str]
    #: As roles are granted: `serviceAccount:<e-mail>`.
    member: pulumi.Output[str]

    def build(self, args: ServiceAccountArgs) -> None:
        """Place the account and its roles."""
        account = Account(
            f"{self.name}-account",
            project=args.project.project_id,
            account_id=args.scope.names(naming.SERVICE_ACCOUNT, args.account),
            display_name=args.display_name,
            opts=self.child(),
        )
        #: `projects/P/serviceAccounts/<e-mail>`: what somebody is let act as.
        self.account_name = account.name
        self.email = account.email
        self.member = account.member
        #: What has to be granted before anybody acts as the account.
        self.roles: list[pulumi.Resource] = [
            place_project_role(self, role, project=args.project, member=account.member) for role in args.roles
        ]


def place_project_role(
    owner: AnyComponent,
    role: str,
    *,
    project: Project,
    member: pulumi.Input[str],
    holder: str = "",
) -> IAMMember:
    """Give a member a role in the project beside whoever has it already.

    `holder` tells members of one owner apart in logical names.
    """
    parts = [owner.name, holder, role.rpartition("/")[2]]
    return IAMMember(
        "-".join(part for part in parts if part),
        project=project.project_id,
        role=role,
        member=member,
        opts=owner.child(),
    )
