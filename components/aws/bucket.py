"""Private S3 buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.encryption_key import EncryptionKey
from components.aws.iam import Statement, policy_document
from components.base import AnyComponent, Component, ComponentArgs
from settings import naming


@dataclass(frozen=True, kw_only=True)
class PrivateBucketArgs(ComponentArgs):
    """What the bucket is for and how long old versions stay."""

    #: What the bucket holds; part of its name.
    purpose: str
    #: Bucket names are global: the account's id makes ours unique.
    account_id: str
    key: EncryptionKey
    #: Days that a replaced or deleted version can be brought back.
    noncurrent_days: int
    #: Days until an object expires; none means never.
    expire_days: int | None = None


def bucket_policy(bucket_arn: str, statements: Sequence[Statement]) -> str:
    """Return a bucket policy: what the caller allows, and nothing without TLS."""
    everything = [bucket_arn, f"{bucket_arn}/*"]
    tls_only = Statement(
        sid="TlsOnly",
        effect="Deny",
        actions=["s3:*"],
        resources=everything,
        principals={"AWS": "*"},
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )
    return policy_document(tls_only, *statements)


class PrivateBucket(Component[PrivateBucketArgs], type="platform:aws:PrivateBucket"):
    """A versioned bucket, encrypted with its own key, closed to the public, without ACLs.

    Whoever places the bucket places its policy too (`place_bucket_policy`): it may name what only comes later. Its
    ARN is plain text, so that a preview can read that policy.
    """

    bucket_name: pulumi.Output[str]
    regional_domain_name: pulumi.Output[str]

    def build(self, args: PrivateBucketArgs) -> None:
        """Place the bucket and everything that keeps it private."""
        name = args.scope.names(naming.S3_BUCKET, args.purpose, args.account_id)
        bucket = aws.s3.Bucket(
            f"{self.name}-bucket",
            bucket=name,
            force_destroy=not args.scope.environment.protect_data,
            tags=args.scope.tags.aws(name),
            opts=self.stateful_child(),
        )
        versioning = aws.s3.BucketVersioning(
            f"{self.name}-versioning",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self.child(),
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{self.name}-encryption",
            bucket=bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": args.key.arn,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=self.child(),
        )
        self.public_access_block = aws.s3.BucketPublicAccessBlock(
            f"{self.name}-public-access-block",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self.child(),
        )
        aws.s3.BucketOwnershipControls(
            f"{self.name}-ownership",
            bucket=bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self.child(),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{self.name}-lifecycle",
            bucket=bucket.bucket,
            rules=[
                {
                    "id": "old-versions",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": args.noncurrent_days},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                    "expiration": {"days": args.expire_days} if args.expire_days else None,
                }
            ],
            # S3 refuses rules for old versions while versioning is not on yet.
            opts=self.child(depends_on=[versioning]),
        )
        self.bucket_name = bucket.bucket
        self.arn = f"arn:aws:s3:::{name}"
        self.regional_domain_name = bucket.bucket_regional_domain_name


def place_bucket_policy(
    owner: AnyComponent, bucket: PrivateBucket, statements: pulumi.Input[Sequence[Statement]]
) -> aws.s3.BucketPolicy:
    """Place a bucket's policy; it waits for the public access block, which S3 changes one at a time with it."""
    return aws.s3.BucketPolicy(
        f"{bucket.name}-policy",
        bucket=bucket.bucket_name,
        policy=pulumi.Output.from_input(statements).apply(lambda known: bucket_policy(bucket.arn, known)),
        opts=owner.child(depends_on=[bucket.public_access_block]),
    )
