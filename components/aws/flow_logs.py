"""Flow logs of a VPC: who talked to whom, for investigations and ISMS-P."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi_aws as aws

from components.aws.encryption_key import EncryptionKey
from components.aws.iam import Statement, policy_document, service_trust
from components.aws.network import Network
from components.base import Component, ComponentArgs
from settings import naming


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs(ComponentArgs):
    """Which VPC is watched and what encrypts its log."""

    network: Network
    log_key: EncryptionKey


def delivery_policy(log_group_arn: str) -> str:
    """Return what the flow log service may do: write into this group."""
    return policy_document(
        Statement(
            sid="WriteFlowLogs",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[log_group_arn, f"{log_group_arn}:*"],
        )
    )


class FlowLogs(Component[FlowLogsArgs], type="platform:aws:FlowLogs"):
    """All traffic of a VPC, accepted and rejected, into an encrypted CloudWatch log group."""

    def build(self, args: FlowLogsArgs) -> None:
        """Place the log group, the role that writes to it, and the flow log."""
        names, tags = args.scope.names, args.scope.tags
        group_name = names(naming.LOG_GROUP, "vpc-flow-logs")
        group = aws.cloudwatch.LogGroup(
            f"{self.name}-log-group",
            name=group_name,
            retention_in_days=args.scope.environment.log_retention_days,
            kms_key_id=args.log_key.arn,
            tags=tags.aws(group_name),
            opts=self.child(),
        )
        role_name = names(naming.IAM_ROLE, "flow-logs")
        role = aws.iam.Role(
            f"{self.name}-role",
            name=role_name,
            assume_role_policy=service_trust("vpc-flow-logs.amazonaws.com"),
            tags=tags.aws(role_name),
            opts=self.child(),
        )
        policy = aws.iam.RolePolicy(
            f"{self.name}-policy", role=role.name, policy=group.arn.apply(delivery_policy), opts=self.child()
        )
        aws.ec2.FlowLog(
            f"{self.name}-log",
            vpc_id=args.network.vpc_id,
            traffic_type="ALL",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=60,
            tags=tags.aws(group_name),
            opts=self.child(depends_on=[policy]),
        )
