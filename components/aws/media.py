"""The shop's media: uploaded by the application, read through CloudFront."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.aws.bucket import PrivateBucket, PrivateBucketArgs
from components.aws.cluster import EksCluster
from components.aws.encryption_key import EncryptionKey
from components.aws.iam import Statement, policy_document
from components.aws.workload_role import WorkloadRole, WorkloadRoleArgs
from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class MediaArgs(ComponentArgs):
    """Where media lies and which pods write it."""

    account_id: str
    key: EncryptionKey
    cluster: EksCluster
    #: Namespace and service account of the pods that upload.
    namespace: str
    service_account: str


def writer_policy(bucket_arn: str, key_arn: str) -> Sequence[Statement]:
    """Return what uploading, replacing and deleting media takes."""
    return [
        Statement(sid="FindMedia", actions=["s3:ListBucket"], resources=[bucket_arn]),
        Statement(
            sid="ChangeMedia",
            actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resources=[f"{bucket_arn}/*"],
        ),
        Statement(sid="EncryptMedia", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key_arn]),
    ]


class Media(Component[MediaArgs], type="platform:aws:Media"):
    """A private bucket and the role of the pods that fill it; whoever serves it places its policy."""

    writer_role_arn: pulumi.Output[str]

    def build(self, args: MediaArgs) -> None:
        """Place the bucket and the role."""
        self.bucket = PrivateBucket(
            f"{self.name}-bucket",
            PrivateBucketArgs(
                scope=args.scope,
                purpose="media",
                account_id=args.account_id,
                key=args.key,
                noncurrent_days=args.scope.environment.backup_retention_days,
            ),
            self.child(),
        )
        role = WorkloadRole(
            f"{self.name}-writer",
            WorkloadRoleArgs(
                scope=args.scope,
                cluster=args.cluster,
                namespace=args.namespace,
                service_account=args.service_account,
                policy=args.key.arn.apply(lambda key_arn: policy_document(*writer_policy(self.bucket.arn, key_arn))),
            ),
            self.child(),
        )
        self.writer_role_arn = role.arn
