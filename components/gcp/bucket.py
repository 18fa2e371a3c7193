"""Buckets of Cloud Storage (DTx infrastructure, components: Cloud Storage; docs/adr/0044)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import pulumi
from pulumi_gcp.storage import Bucket as StorageBucket
from pulumi_gcp.storage import BucketIAMMember, BucketLifecycleRuleArgsDict, BucketRetentionPolicyArgsDict

from components.base import AnyComponent, Component, ComponentArgs
from components.gcp.deletion import deletion_policy
from components.gcp.key_ring import DAY_SECONDS, KeyRing
from components.gcp.project import Project
from settings.gcp import naming

#: Reads, writes and deletes objects, and changes nothing of the bucket.
USER_ROLE: Final = "roles/storage.objectUser"
#: Parts of an upload that nobody finished are paid for until they go.
UNFINISHED_UPLOAD_DAYS: Final = 7


@dataclass(frozen=True, kw_only=True)
class BucketArgs(ComponentArgs):
    """What the bucket holds, under which key, and how long."""

    project: Project
    #: Last part of its name.
    purpose: str
    keys: KeyRing
    #: Purpose of the key.
    key: str
    #: Days in which Cloud Storage can bring back what was removed for good; 7 or more.
    deleted_days: int
    #: Days until a version goes that was overwritten or deleted; none where no versions are kept.
    overwritten_days: int | None = None
    #: Days until an object goes; none means never.
    expire_days: int | None = None
    #: Objects can be neither changed nor removed before they expire; and nobody can take that back if it is locked.
    immutable: bool = False
    locked: bool = False


def lifecycle_rules(overwritten_days: int | None, expire_days: int | None) -> list[BucketLifecycleRuleArgsDict]:
    """Return when objects and versions go by themselves."""
    rules: list[BucketLifecycleRuleArgsDict] = [
        {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": UNFINISHED_UPLOAD_DAYS}}
    ]
    if expire_days is not None:
        rules.append({"action": {"type": "Delete"}, "condition": {"age": expire_days, "with_state": "LIVE"}})
    if overwritten_days is not None:
        rules.append({"action": {"type": "Delete"}, "condition": {"days_since_noncurrent_time": overwritten_days}})
    return rules


class Bucket(Component[BucketArgs], type="platform:gcp:Bucket"):
    """A bucket of one region, of class Standard, closed to the public, governed by IAM alone."""

    bucket_name: pulumi.Output[str]

    def build(self, args: BucketArgs) -> None:
        """Place the bucket."""
        project = args.project
        # Names of buckets are unique in the whole world, as those of projects are.
        names = replace(args.scope.names, prefix="", system=project.project_id)
        kept: BucketRetentionPolicyArgsDict | None = None
        if args.expire_days is not None and args.immutable:
            kept = {"retention_period": str(args.expire_days * DAY_SECONDS), "is_locked": args.locked}
        bucket = StorageBucket(
            f"{self.name}-bucket",
            project=project.project_id,
            location=project.region,
            name=names(naming.BUCKET, args.purpose),
            storage_class="STANDARD",
            uniform_bucket_level_access=True,
            public_access_prevention="enforced",
            encryption={"default_kms_key_name": args.keys.path(args.key)},
            # An object that cannot be changed has no versions, and Cloud Storage takes one or the other.
            versioning={"enabled": args.overwritten_days is not None},
            soft_delete_policy={"retention_duration_seconds": args.deleted_days * DAY_SECONDS},
            retention_policy=kept,
            lifecycle_rules=lifecycle_rules(args.overwritten_days, args.expire_days),
            force_destroy=not args.scope.environment.protect_data,
            deletion_policy=deletion_policy(args.scope),
            labels=args.scope.tags.gcp(),
            opts=self.stateful_child(depends_on=args.keys.ready(args.key)),
        )
        self.bucket_name = bucket.name

    def admit(self, owner: AnyComponent, holder: str, member: pulumi.Input[str]) -> list[pulumi.Resource]:
        """Let a member read, write and delete objects."""
        return [
            BucketIAMMember(
                f"{owner.name}-{self.name}-{holder}",
                bucket=self.bucket_name,
                role=USER_ROLE,
                member=member,
                opts=owner.child(),
            )
        ]
