"""PostgreSQL on RDS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.alarms import AlarmRule, AlarmTopic, place_alarms
from components.aws.encryption_key import EncryptionKey
from components.aws.network import Network
from components.aws.security_group import place_ingress_from_group, place_security_group
from components.base import Component, ComponentArgs
from settings import naming
from settings.catalogue import RDS_INSTANCE_CLASS_MEMORY_MIB

PORT: Final = 5432
LOG_EXPORTS: Final = ("postgresql", "upgrade")
#: 02:00-03:00 and, on Sundays, 03:30-04:30 in Tokyo; RDS takes UTC and refuses windows that overlap.
BACKUP_WINDOW_UTC: Final = "17:00-18:00"
MAINTENANCE_WINDOW_UTC: Final = "sat:18:30-sat:19:30"
MIB: Final = 1024 * 1024
GIB: Final = 1024 * MIB


@dataclass(frozen=True, kw_only=True)
class PostgresArgs(ComponentArgs):
    """Size and place of the database."""

    network: Network
    #: Security group whose members may connect: the cluster's.
    client_security_group_id: pulumi.Input[str]
    key: EncryptionKey
    #: Key of the log groups.
    log_key: EncryptionKey
    alarms: AlarmTopic
    #: Name of the first database and of the master user.
    database_name: str
    instance_class: str
    #: A synchronous standby in a second zone.
    multi_az: bool
    #: PostgreSQL major.
    engine_version: str
    storage_gib: int
    max_storage_gib: int


def alarm_rules(instance_class: str, storage_gib: int) -> tuple[AlarmRule, ...]:
    """Return the alarms of an instance: thresholds follow its memory and storage."""
    memory_mib = RDS_INSTANCE_CLASS_MEMORY_MIB[instance_class]
    return (
        AlarmRule(
            metric="CPUUtilization",
            comparison="GreaterThanThreshold",
            threshold=80,
            minutes=15,
            meaning="CPU over 80 % for 15 minutes: find the query in Performance Insights, or take a larger class",
        ),
        AlarmRule(
            metric="FreeableMemory",
            comparison="LessThanThreshold",
            threshold=memory_mib * MIB // 10,
            minutes=10,
            meaning="Less than a tenth of the memory is free: look for connections and sorts, or take a larger class",
        ),
        AlarmRule(
            metric="FreeStorageSpace",
            comparison="LessThanThreshold",
            threshold=storage_gib * GIB // 10,
            meaning="Less than a tenth of the initial storage is free: autoscaling is at its limit or lags",
        ),
        # RDS allows memory / 9531392 connections by default.
        AlarmRule(
            metric="DatabaseConnections",
            comparison="GreaterThanThreshold",
            threshold=memory_mib * MIB // 9531392 * 8 // 10,
            meaning="80 % of the connections are in use: a pool leaks, or needs PgBouncer",
        ),
    )


class Postgres(Component[PostgresArgs], type="platform:aws:Postgres"):
    """PostgreSQL on RDS: private, encrypted with its own key, TLS forced, password held by Secrets Manager."""

    endpoint: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    identifier: pulumi.Output[str]

    def build(self, args: PostgresArgs) -> None:
        """Place the subnet group, the parameter group, the security group, the instance and its alarms."""
        tags, profile = args.scope.tags, args.scope.environment
        identifier = args.scope.names(naming.RDS_IDENTIFIER, "postgres")
        subnet_group = aws.rds.SubnetGroup(
            f"{self.name}-subnet-group",
            name=identifier,
            subnet_ids=args.network.data_subnet_ids,
            tags=tags.aws(identifier),
            opts=self.child(),
        )
        parameter_group = aws.rds.ParameterGroup(
            f"{self.name}-parameter-group",
            # The family is part of the name: a new major needs a new group beside the old one.
            name=f"{identifier}-{args.engine_version}",
            family=f"postgres{args.engine_version}",
            parameters=[
                {"name": "rds.force_ssl", "value": "1", "apply_method": "immediate"},
                {"name": "log_min_duration_statement", "value": "1000", "apply_method": "immediate"},
                {"name": "log_connections", "value": "1", "apply_method": "immediate"},
            ],
            tags=tags.aws(identifier),
            opts=self.child(),
        )
        security_group = place_security_group(self, "postgres", args.network.vpc_id, "PostgreSQL from the cluster")
        place_ingress_from_group(
            self, security_group, args.client_security_group_id, PORT, "PostgreSQL from the nodes of the cluster"
        )
        log_groups = [
            # RDS would make these by itself, unencrypted and kept for ever.
            aws.cloudwatch.LogGroup(
                f"{self.name}-{log}-log-group",
                name=f"/aws/rds/instance/{identifier}/{log}",
                retention_in_days=profile.log_retention_days,
                kms_key_id=args.log_key.arn,
                tags=tags.aws(identifier),
                opts=self.child(),
            )
            for log in LOG_EXPORTS
        ]
        instance = aws.rds.Instance(
            f"{self.name}-instance",
            identifier=identifier,
            engine="postgres",
            engine_version=args.engine_version,
            engine_lifecycle_support="open-source-rds-extended-support-disabled",
            auto_minor_version_upgrade=True,
            # A new major is a setting; where data is protected it waits for the maintenance window.
            allow_major_version_upgrade=True,
            apply_immediately=not profile.protect_data,
            instance_class=args.instance_class,
            multi_az=args.multi_az,
            allocated_storage=args.storage_gib,
            max_allocated_storage=args.max_storage_gib,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=args.key.arn,
            db_name=args.database_name,
            username=args.database_name,
            manage_master_user_password=True,
            master_user_secret_kms_key_id=args.key.arn,
            db_subnet_group_name=subnet_group.name,
            parameter_group_name=parameter_group.name,
            vpc_security_group_ids=[security_group.id],
            publicly_accessible=False,
            ca_cert_identifier="rds-ca-rsa2048-g1",
            backup_retention_period=profile.backup_retention_days,
            backup_window=BACKUP_WINDOW_UTC,
            maintenance_window=MAINTENANCE_WINDOW_UTC,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not profile.protect_data,
            deletion_protection=profile.protect_data,
            skip_final_snapshot=not profile.protect_data,
            final_snapshot_identifier=f"{identifier}-final" if profile.protect_data else None,
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.key.arn,
            performance_insights_retention_period=7,
            tags=tags.aws(identifier),
            opts=self.stateful_child(depends_on=log_groups),
        )
        place_alarms(
            self,
            self.name,
            namespace="AWS/RDS",
            dimensions={"DBInstanceIdentifier": instance.identifier},
            rules=alarm_rules(args.instance_class, args.storage_gib),
            topic=args.alarms,
        )
        self.identifier = instance.identifier
        self.endpoint = instance.endpoint
        self.secret_arn = instance.master_user_secrets[0].secret_arn
