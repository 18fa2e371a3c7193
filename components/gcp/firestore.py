"""Documents: Firestore in native mode (DTx infrastructure, components: big data; docs/adr/0044)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_gcp.firestore import BackupSchedule, Database

from components.base import AnyComponent, Component, ComponentArgs
from components.gcp.deletion import deletion_policy
from components.gcp.key_ring import DAY_SECONDS, KeyRing
from components.gcp.project import Project
from components.gcp.service_account import ServiceAccount, place_project_role

#: The one that clients take who name none, and its name in every project.
DATABASE: Final = "(default)"
USER_ROLE: Final = "roles/datastore.user"


@dataclass(frozen=True, kw_only=True)
class FirestoreArgs(ComponentArgs):
    """Where the documents are, and how long their daily backups stay."""

    project: Project
    keys: KeyRing
    backup_days: int


class Firestore(Component[FirestoreArgs], type="platform:gcp:Firestore"):
    """The project's database of documents, in one region. Place, mode and key are fixed when it is made."""

    def build(self, args: FirestoreArgs) -> None:
        """Place the database and its backups, which Firestore keeps in the database's region under its key."""
        self.project = args.project
        protected = args.scope.environment.protect_data
        database = Database(
            f"{self.name}-database",
            project=args.project.project_id,
            location_id=args.project.region,
            name=DATABASE,
            type="FIRESTORE_NATIVE",
            cmek_config={"kms_key_name": args.keys.path("documents")},
            point_in_time_recovery_enablement="POINT_IN_TIME_RECOVERY_ENABLED",
            app_engine_integration_mode="DISABLED",
            delete_protection_state="DELETE_PROTECTION_ENABLED" if protected else "DELETE_PROTECTION_DISABLED",
            # Left out, the provider would leave the database behind: ABANDON.
            deletion_policy=deletion_policy(args.scope),
            opts=self.stateful_child(depends_on=args.keys.ready("documents")),
        )
        BackupSchedule(
            f"{self.name}-daily-backup",
            project=args.project.project_id,
            database=database.name,
            daily_recurrence={},
            retention=f"{args.backup_days * DAY_SECONDS}s",
            opts=self.child(),
        )

    def admit(self, owner: AnyComponent, holder: str, account: ServiceAccount) -> list[pulumi.Resource]:
        """Let a service account read and write documents."""
        return [place_project_role(owner, USER_ROLE, project=self.project, member=account.member, holder=holder)]
