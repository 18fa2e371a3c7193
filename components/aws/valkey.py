"""Valkey on ElastiCache."""

from __future__ import annotations

from collections.abc import Callable
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

PORT: Final = 6379
#: 02:00-03:00 and, on Sundays, 03:30-04:30 in Tokyo; ElastiCache takes UTC and refuses windows that overlap.
SNAPSHOT_WINDOW_UTC: Final = "17:00-18:00"
MAINTENANCE_WINDOW_UTC: Final = "sat:18:30-sat:19:30"

ALARM_RULES: Final = (
    AlarmRule(
        metric="EngineCPUUtilization",
        comparison="GreaterThanThreshold",
        threshold=80,
        minutes=10,
        meaning="The engine's one thread is over 80 % busy: look at the slow log, or take a larger node type",
    ),
    AlarmRule(
        metric="DatabaseMemoryUsagePercentage",
        comparison="GreaterThanThreshold",
        threshold=80,
        meaning="80 % of the memory is in use: keys will be evicted soon",
    ),
    AlarmRule(
        metric="Evictions",
        comparison="GreaterThanThreshold",
        threshold=0,
        statistic="Sum",
        meaning="Keys are evicted: sessions and carts may be lost, take a larger node type",
    ),
)
REPLICATION_ALARM_RULES: Final = (
    AlarmRule(
        metric="ReplicationLag",
        comparison="GreaterThanThreshold",
        threshold=5,
        statistic="Maximum",
        meaning="A replica is more than five seconds behind: a failover now would lose writes",
    ),
)


@dataclass(frozen=True, kw_only=True)
class ValkeyArgs(ComponentArgs):
    """Size and place of the cache."""

    network: Network
    #: Security group whose members may connect: the cluster's.
    client_security_group_id: pulumi.Input[str]
    key: EncryptionKey
    #: Key of the log group.
    log_key: EncryptionKey
    alarms: AlarmTopic
    node_type: str
    #: Replicas beside the primary; with one or more, failover is automatic and across zones.
    replicas: int
    #: Valkey version, major.minor.
    engine_version: str


class Valkey(Component[ValkeyArgs], type="platform:aws:Valkey"):
    """Valkey on ElastiCache: private, encrypted with its own key, TLS required."""

    primary_endpoint: pulumi.Output[str]
    replication_group_id: pulumi.Output[str]

    def build(self, args: ValkeyArgs) -> None:
        """Place the subnet group, the parameter group, the security group, the replication group and its alarms."""
        tags, profile = args.scope.tags, args.scope.environment
        name = args.scope.names(naming.ELASTICACHE_REPLICATION_GROUP, "valkey")
        subnet_group = aws.elasticache.SubnetGroup(
            f"{self.name}-subnet-group",
            name=name,
            subnet_ids=args.network.data_subnet_ids,
            tags=tags.aws(name),
            opts=self.child(),
        )
        major = args.engine_version.partition(".")[0]
        parameter_group = aws.elasticache.ParameterGroup(
            f"{self.name}-parameter-group",
            # The family is part of the name: a new major needs a new group beside the old one.
            name=f"{name}-{major}",
            family=f"valkey{major}",
            parameters=[{"name": "maxmemory-policy", "value": "volatile-lru"}],
            tags=tags.aws(name),
            opts=self.child(),
        )
        security_group = place_security_group(self, "valkey", args.network.vpc_id, "Valkey from the cluster")
        place_ingress_from_group(
            self, security_group, args.client_security_group_id, PORT, "Valkey from the nodes of the cluster"
        )
        log_group = aws.cloudwatch.LogGroup(
            f"{self.name}-log-group",
            name=f"/aws/elasticache/{name}",
            retention_in_days=profile.log_retention_days,
            kms_key_id=args.log_key.arn,
            tags=tags.aws(name),
            opts=self.child(),
        )
        # A ReplicationGroup even for a single node: elasticache.Cluster has TLS for Memcached only.
        group = aws.elasticache.ReplicationGroup(
            f"{self.name}-replication-group",
            replication_group_id=name,
            description=f"Valkey of {args.scope.names.system} in {profile.name}",
            engine="valkey",
            engine_version=args.engine_version,
            auto_minor_version_upgrade=True,
            # Where data is protected, changes wait for the maintenance window.
            apply_immediately=not profile.protect_data,
            node_type=args.node_type,
            num_cache_clusters=1 + args.replicas,
            automatic_failover_enabled=args.replicas > 0,
            multi_az_enabled=args.replicas > 0,
            port=PORT,
            subnet_group_name=subnet_group.name,
            parameter_group_name=parameter_group.name,
            security_group_ids=[security_group.id],
            at_rest_encryption_enabled=True,
            kms_key_id=args.key.arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            snapshot_retention_limit=profile.backup_retention_days,
            snapshot_window=SNAPSHOT_WINDOW_UTC,
            maintenance_window=MAINTENANCE_WINDOW_UTC,
            final_snapshot_identifier=f"{name}-final" if profile.protect_data else None,
            log_delivery_configurations=[
                {
                    "log_type": log_type,
                    "destination": log_group.name,
                    "destination_type": "cloudwatch-logs",
                    "log_format": "json",
                }
                for log_type in ("slow-log", "engine-log")
            ],
            tags=tags.aws(name),
            opts=self.stateful_child(),
        )
        # ElastiCache measures nodes, not groups; it numbers a group's nodes from 001.
        for number in range(1, 2 + args.replicas):
            place_alarms(
                self,
                f"{self.name}-{number:03d}",
                namespace="AWS/ElastiCache",
                dimensions={"CacheClusterId": group.replication_group_id.apply(_node_id(number))},
                rules=ALARM_RULES + (REPLICATION_ALARM_RULES if args.replicas else ()),
                topic=args.alarms,
            )
        self.replication_group_id = group.replication_group_id
        self.primary_endpoint = group.primary_endpoint_address


def _node_id(number: int) -> Callable[[str], str]:
    """Return what makes a node's id out of its group's."""
    return lambda group_id: f"{group_id}-{number:03d}"
