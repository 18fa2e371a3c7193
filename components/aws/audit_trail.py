"""Evidence for ISMS-P: who did what (CloudTrail), and how things were configured (AWS Config)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.bucket import PrivateBucket, PrivateBucketArgs, place_bucket_policy
from components.aws.encryption_key import EncryptionKey
from components.aws.iam import Statement, policy_document, service_trust
from components.base import Component, ComponentArgs
from settings import naming

CONFIG_POLICY_ARN: Final = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"
#: AWS managed Config rules, each the proof of one control: encryption, no public access, logging, key hygiene.
CONFIG_RULES: Final = (
    "CLOUD_TRAIL_ENABLED",
    "CMK_BACKING_KEY_ROTATION_ENABLED",
    "ENCRYPTED_VOLUMES",
    "IAM_ROOT_ACCESS_KEY_CHECK",
    "IAM_USER_NO_POLICIES_CHECK",
    "RDS_INSTANCE_PUBLIC_ACCESS_CHECK",
    "RDS_STORAGE_ENCRYPTED",
    "S3_BUCKET_PUBLIC_READ_PROHIBITED",
    "S3_BUCKET_SSL_REQUESTS_ONLY",
    "VPC_FLOW_LOGS_ENABLED",
)


@dataclass(frozen=True, kw_only=True)
class AuditTrailArgs(ComponentArgs):
    """Where the evidence goes."""

    account_id: str
    region: str
    key: EncryptionKey


def delivery_statements(bucket_arn: str, trail_arn: str, account_id: str) -> list[Statement]:
    """Return what lets CloudTrail and Config of this account write into the bucket."""
    of_trail = {"aws:SourceArn": trail_arn}
    of_account = {"AWS:SourceAccount": account_id}
    delivered = {"s3:x-amz-acl": "bucket-owner-full-control"}
    return [
        Statement(
            sid="TrailLooks",
            actions=["s3:GetBucketAcl"],
            resources=[bucket_arn],
            principals={"Service": "cloudtrail.amazonaws.com"},
            conditions={"StringEquals": of_trail},
        ),
        Statement(
            sid="TrailWrites",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/AWSLogs/{account_id}/*"],
            principals={"Service": "cloudtrail.amazonaws.com"},
            conditions={"StringEquals": {**of_trail, **delivered}},
        ),
        Statement(
            sid="ConfigLooks",
            actions=["s3:GetBucketAcl", "s3:ListBucket"],
            resources=[bucket_arn],
            principals={"Service": "config.amazonaws.com"},
            conditions={"StringEquals": of_account},
        ),
        Statement(
            sid="ConfigWrites",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/AWSLogs/{account_id}/Config/*"],
            principals={"Service": "config.amazonaws.com"},
            conditions={"StringEquals": {**of_account, **delivered}},
        ),
    ]


def recorder_policy(bucket_arn: str, key_arn: str, account_id: str) -> str:
    """Return what the configuration recorder's role adds to AWS's own policy: delivering into the bucket."""
    return policy_document(
        Statement(sid="LookAtTheBucket", actions=["s3:GetBucketAcl", "s3:ListBucket"], resources=[bucket_arn]),
        Statement(
            sid="DeliverConfiguration",
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/AWSLogs/{account_id}/Config/*"],
        ),
        Statement(sid="EncryptConfiguration", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key_arn]),
    )


class AuditTrail(Component[AuditTrailArgs], type="platform:aws:AuditTrail"):
    """A trail with validated log files and a configuration recorder, both into one encrypted bucket."""

    bucket_name: pulumi.Output[str]

    def build(self, args: AuditTrailArgs) -> None:
        """Place the bucket, the trail, the recorder and its rules."""
        names, tags, profile = args.scope.names, args.scope.tags, args.scope.environment
        trail_name = names(naming.CLOUDTRAIL, "audit")
        bucket = PrivateBucket(
            f"{self.name}-evidence",
            PrivateBucketArgs(
                scope=args.scope,
                purpose="audit",
                account_id=args.account_id,
                key=args.key,
                noncurrent_days=profile.log_retention_days,
                expire_days=profile.log_retention_days,
            ),
            self.child(),
        )
        trail_arn = f"arn:aws:cloudtrail:{args.region}:{args.account_id}:trail/{trail_name}"
        policy = place_bucket_policy(self, bucket, delivery_statements(bucket.arn, trail_arn, args.account_id))
        aws.cloudtrail.Trail(
            f"{self.name}-trail",
            name=trail_name,
            s3_bucket_name=bucket.bucket_name,
            kms_key_id=args.key.arn,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            tags=tags.aws(trail_name),
            opts=self.child(depends_on=[policy]),
        )
        self._configuration_recorder(args, bucket, policy)
        self.bucket_name = bucket.bucket_name

    def _configuration_recorder(self, args: AuditTrailArgs, bucket: PrivateBucket, policy: aws.s3.BucketPolicy) -> None:
        names, tags = self.scope.names, self.scope.tags
        role_name = names(naming.IAM_ROLE, "config")
        role = aws.iam.Role(
            f"{self.name}-config-role",
            name=role_name,
            assume_role_policy=service_trust("config.amazonaws.com"),
            tags=tags.aws(role_name),
            opts=self.child(),
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{self.name}-config-policy", role=role.name, policy_arn=CONFIG_POLICY_ARN, opts=self.child()
        )
        delivery = aws.iam.RolePolicy(
            f"{self.name}-config-delivery",
            role=role.name,
            policy=args.key.arn.apply(lambda key_arn: recorder_policy(bucket.arn, key_arn, args.account_id)),
            opts=self.child(),
        )
        name = names(naming.CONFIG_RECORDER, "audit")
        recorder = aws.cfg.Recorder(
            f"{self.name}-recorder",
            name=name,
            role_arn=role.arn,
            recording_group={"all_supported": True, "include_global_resource_types": True},
            opts=self.child(depends_on=[attachment, delivery]),
        )
        channel = aws.cfg.DeliveryChannel(
            f"{self.name}-delivery",
            name=name,
            s3_bucket_name=bucket.bucket_name,
            s3_kms_key_arn=args.key.arn,
            opts=self.child(depends_on=[recorder, policy]),
        )
        # A recorder starts only when it has somewhere to deliver to.
        running = aws.cfg.RecorderStatus(
            f"{self.name}-recording", name=recorder.name, is_enabled=True, opts=self.child(depends_on=[channel])
        )
        for rule in CONFIG_RULES:
            rule_name = names(naming.CONFIG_RULE, rule.lower().replace("_", "-"))
            aws.cfg.Rule(
                f"{self.name}-{rule}",
                name=rule_name,
                source={"owner": "AWS", "source_identifier": rule},
                tags=tags.aws(rule_name),
                opts=self.child(depends_on=[running]),
            )
