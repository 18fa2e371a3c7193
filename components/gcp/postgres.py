"""PostgreSQL on Cloud SQL (DTx infrastructure, components: database; docs/adr/0042)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_gcp.sql import Database, DatabaseInstance, DatabaseInstanceSettingsArgs, User

from components.base import AnyComponent, Component, ComponentArgs
from components.gcp.deletion import deletion_policy
from components.gcp.key_ring import KeyRing
from components.gcp.network import Network
from components.gcp.project import Project
from components.gcp.service_account import ServiceAccount, place_project_role
from settings.gcp import naming
from settings.gcp.catalogue import DATABASE_TIERS

#: Where the connectors call; PostgreSQL's own 5432 wants a client certificate, and there is none but theirs.
PORT: Final = 3307
#: Cloud SQL counts from Monday.
WEEKDAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
#: May connect, and may be somebody in the database.
CONNECT_ROLES: Final = ("roles/cloudsql.client", "roles/cloudsql.instanceUser")
#: How PostgreSQL knows a service account: without this end of its address.
ACCOUNT_SUFFIX: Final = ".gserviceaccount.com"
#: What changes without us: a failover swaps the zones, and the disk grows.
CHANGED_BY_GOOGLE: Final = ("settings.locationPreference", "settings.diskSize")


@dataclass(frozen=True, kw_only=True)
class PostgresArgs(ComponentArgs):
    """The instances' size, their copies and backups, and who administers them."""

    project: Project
    network: Network
    keys: KeyRing
    major: str
    #: Machine of all instances; it decides the edition.
    tier: str
    storage_gb: int
    max_storage_gb: int
    #: A standby in a second zone.
    high_availability: bool
    #: Read-only copies, in the zones after the primary's.
    replicas: int
    #: `HH:MM` in UTC.
    backup_start: str
    #: Days back to which the database can be restored, to any point in time.
    recovery_days: int
    maintenance_day: str
    #: In UTC.
    maintenance_hour: int
    database: str
    #: Google groups.
    administrators: Sequence[str]
    #: Classes of statements that pgAudit records.
    audited: Sequence[str]


def database_flags(audited: Sequence[str]) -> dict[str, str]:
    """Return what every instance is told, by the flag's name: identities instead of passwords, and records of access.

    pgAudit writes statements without their parameters: records are kept longer than the data that these may hold. So
    errors are terse: in its details PostgreSQL quotes the row or the key that it refused.
    """
    return {
        "cloudsql.iam_authentication": "on",
        "cloudsql.enable_pgaudit": "on",
        "pgaudit.log": ",".join(audited),
        "pgaudit.log_parameter": "off",
        "log_error_verbosity": "terse",
        "log_connections": "on",
        "log_disconnections": "on",
        "log_lock_waits": "on",
    }


def account_user(email: str) -> str:
    """Return the PostgreSQL user of a service account."""
    return email.removesuffix(ACCOUNT_SUFFIX)


class Postgres(Component[PostgresArgs], type="platform:gcp:Postgres"):
    """A primary, its standby and its replicas in one region, without public addresses and without passwords.

    Who connects shows a certificate, and only Google's connectors get one, for an identity that may have it.
    """

    #: The account by which the primary writes exports into a bucket.
    service_account: pulumi.Output[str]

    def build(self, args: PostgresArgs) -> None:
        """Place the primary, its database and administrators, and the replicas."""
        self.args = args
        name = args.scope.names(naming.DATABASE, "postgres")
        primary = self._primary(name)
        self._primary_name = primary.name
        Database(
            f"{self.name}-database",
            project=args.project.project_id,
            instance=primary.name,
            name=args.database,
            charset="UTF8",
            collation="en_US.UTF8",
            deletion_policy=deletion_policy(args.scope),
            opts=self.stateful_child(),
        )
        replicas = [self._replica(name, number) for number in range(1, args.replicas + 1)]
        for group in args.administrators:
            self._administrator(group)
        #: As connectors are told: `<project>:<region>:<instance>`, in plain text.
        self.connection_name = self._connection(name)
        #: Where to read what may be a moment old; the primary itself where there is no replica.
        self.reader_connection_names = [self._connection(replica) for replica in replicas] or [self.connection_name]
        self.service_account = primary.service_account_email_address

    def admit(self, owner: AnyComponent, holder: str, account: ServiceAccount) -> list[pulumi.Resource]:
        """Let a service account connect: it is a user without rights until an administrator grants it some in SQL."""
        user = self._user(owner, holder, account.email.apply(account_user), "CLOUD_IAM_SERVICE_ACCOUNT")
        return [user, *self._may_connect(owner, holder, account.member)]

    def _settings(self, zone: str, **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - the instance's own keywords
        args, edition = self.args, DATABASE_TIERS[self.args.tier].edition
        return {
            "tier": args.tier,
            # PostgreSQL 16 and later would take Enterprise Plus, and refuse the smaller tiers.
            "edition": edition,
            "data_cache_config": {"data_cache_enabled": True} if edition == "ENTERPRISE_PLUS" else None,
            "disk_type": "PD_SSD",
            "disk_size": args.storage_gb,
            "disk_autoresize": True,
            "disk_autoresize_limit": args.max_storage_gb,
            "ip_configuration": {
                "ipv4_enabled": False,
                "private_network": args.network.network_path,
                "ssl_mode": "TRUSTED_CLIENT_CERTIFICATE_REQUIRED",
            },
            "connector_enforcement": "REQUIRED",
            # SQL over Google's public interface would go round the private network.
            "data_api_access": "DISALLOW_DATA_API",
            "location_preference": {"zone": zone},
            "database_flags": [
                {"name": flag, "value": value} for flag, value in sorted(database_flags(args.audited).items())
            ],
            "insights_config": {
                "query_insights_enabled": True,
                "record_application_tags": True,
                "record_client_address": False,
            },
            "deletion_protection_enabled": args.scope.environment.protect_data,
            "user_labels": args.scope.tags.gcp(),
            **settings,
        }

    def _instance(
        self, label: str, name: str, settings: Mapping[str, Any], primary_name: pulumi.Output[str] | None = None
    ) -> DatabaseInstance:
        args = self.args
        return DatabaseInstance(
            f"{self.name}-{label}",
            project=args.project.project_id,
            region=args.project.region,
            name=name,
            database_version=f"POSTGRES_{args.major}",
            master_instance_name=primary_name,
            encryption_key_name=args.keys.path("database"),
            settings=DatabaseInstanceSettingsArgs(**settings),
            deletion_protection=args.scope.environment.protect_data,
            deletion_policy=deletion_policy(args.scope),
            opts=self.stateful_child(
                depends_on=[*args.network.private_services_ready, *args.keys.ready("database")],
                ignore_changes=[*CHANGED_BY_GOOGLE],
            ),
        )

    def _primary(self, name: str) -> DatabaseInstance:
        args, protected = self.args, self.args.scope.environment.protect_data
        first, second = args.project.zones[:2]
        standby = {"secondary_zone": second} if args.high_availability else {}
        settings = self._settings(
            first,
            availability_type="REGIONAL" if args.high_availability else "ZONAL",
            backup_configuration={
                "enabled": True,
                "start_time": args.backup_start,
                # Left out, backups go to the multi-region that holds the region: `eu`.
                "location": args.project.region,
                "point_in_time_recovery_enabled": True,
                "transaction_log_retention_days": args.recovery_days,
                # The first of the days needs the backup before it.
                "backup_retention_settings": {"retained_backups": args.recovery_days + 1, "retention_unit": "COUNT"},
            },
            maintenance_window={
                "day": WEEKDAYS.index(args.maintenance_day) + 1,
                "hour": args.maintenance_hour,
                "update_track": "stable",
            },
            retain_backups_on_delete=protected,
            final_backup_config={"enabled": True, "retention_days": args.recovery_days} if protected else None,
        )
        settings["location_preference"].update(standby)
        return self._instance("primary", name, settings)

    def _replica(self, primary_name: str, number: int) -> str:
        """Place a replica and return its name; it takes backups, window and users from its primary."""
        args = self.args
        name = f"{primary_name}-replica-{number}"
        zone = args.project.zones[number % len(args.project.zones)]
        self._instance(f"replica-{number}", name, self._settings(zone, availability_type="ZONAL"), self._primary_name)
        return name

    def _administrator(self, group: str) -> None:
        holder = group.partition("@")[0]
        self._user(self, holder, group, "CLOUD_IAM_GROUP", database_roles=["cloudsqlsuperuser"])
        self._may_connect(self, holder, f"group:{group}")

    def _user(
        self, owner: AnyComponent, holder: str, user: pulumi.Input[str], kind: str, database_roles: Sequence[str] = ()
    ) -> User:
        return User(
            f"{owner.name}-{holder}-user",
            project=self.args.project.project_id,
            instance=self._primary_name,
            name=user,
            type=kind,
            database_roles=list(database_roles) or None,
            # PostgreSQL keeps a user that owns something. Without its roles in the project nobody can be it any more.
            deletion_policy="ABANDON",
            opts=owner.child(),
        )

    def _may_connect(self, owner: AnyComponent, holder: str, member: pulumi.Input[str]) -> list[pulumi.Resource]:
        return [
            place_project_role(owner, role, project=self.args.project, member=member, holder=holder)
            for role in CONNECT_ROLES
        ]

    def _connection(self, name: str) -> str:
        return f"{self.args.project.project_id}:{self.args.project.region}:{name}"
