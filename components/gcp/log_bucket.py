"""A bucket of Cloud Logging: in the region, under our own key, for a stated time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_gcp.logging import ProjectBucketConfig

from components.base import Component, ComponentArgs
from components.gcp.deletion import deletion_policy
from components.gcp.project import Project
from settings.gcp import naming


@dataclass(frozen=True, kw_only=True)
class LogBucketArgs(ComponentArgs):
    """Where it stands, what it holds, for how long, and the key it is encrypted with."""

    project: Project
    purpose: str
    description: str
    retention_days: int
    #: Nobody can shorten the time any more, or delete the bucket before it is empty: it outlives its stack.
    locked: bool
    key_path: str
    key_ready: Sequence[pulumi.Resource]


class LogBucket(Component[LogBucketArgs], type="platform:gcp:LogBucket"):
    """A place for logs. Google's own buckets of a project are in `global`, and only an organisation can change that."""

    def build(self, args: LogBucketArgs) -> None:
        """Place the bucket."""
        project = args.project
        self.project_id = project.project_id
        #: Its id, and how a sink names it.
        self.bucket_id = args.scope.names(naming.LOG_BUCKET, args.purpose)
        self.path = f"projects/{project.project_id}/locations/{project.region}/buckets/{self.bucket_id}"
        self.destination = f"logging.googleapis.com/{self.path}"
        self.bucket = ProjectBucketConfig(
            f"{self.name}-bucket",
            project=project.project_id,
            location=project.region,
            bucket_id=self.bucket_id,
            description=args.description,
            retention_days=args.retention_days,
            locked=args.locked,
            # Google deletes a locked bucket only when it is empty, which takes as long as its records are kept.
            deletion_policy="ABANDON" if args.locked else deletion_policy(args.scope),
            cmek_settings={"kms_key_name": args.key_path},
            opts=self.stateful_child(depends_on=list(args.key_ready)),
        )
