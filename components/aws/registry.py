"""Image repositories on ECR."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.encryption_key import EncryptionKey
from components.base import Component, ComponentArgs
from settings import naming


@dataclass(frozen=True, kw_only=True)
class RegistryArgs(ComponentArgs):
    """Which repositories there are and how long images stay."""

    account_id: str
    region: str
    repositories: Sequence[str]
    #: Tagged images kept per repository.
    keep_images: int
    #: Days until an untagged image expires.
    untagged_days: int
    key: EncryptionKey


def lifecycle_policy(keep_images: int, untagged_days: int) -> str:
    """Return the lifecycle policy: untagged images go by age, tagged ones by count."""
    rules = [
        {
            "rulePriority": 1,
            "description": f"Untagged images expire after {untagged_days} days",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": untagged_days,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": f"The newest {keep_images} images stay",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep_images},
            "action": {"type": "expire"},
        },
    ]
    return json.dumps({"rules": rules}, sort_keys=True)


class Registry(Component[RegistryArgs], type="platform:aws:Registry"):
    """ECR repositories with immutable tags, scanned on push, encrypted with their own key."""

    repository_urls: pulumi.Output[dict[str, str]]

    def build(self, args: RegistryArgs) -> None:
        """Place the repositories and their lifecycle policies."""
        prefix = args.scope.names(naming.ECR_REPOSITORY)
        repositories: dict[str, aws.ecr.Repository] = {}
        for short_name in args.repositories:
            name = f"{prefix}/{short_name}"
            repository = aws.ecr.Repository(
                f"{self.name}-{short_name}",
                name=name,
                image_tag_mutability="IMMUTABLE",
                image_scanning_configuration={"scan_on_push": True},
                encryption_configurations=[{"encryption_type": "KMS", "kms_key": args.key.arn}],
                force_delete=not args.scope.environment.protect_data,
                tags=args.scope.tags.aws(name),
                opts=self.stateful_child(),
            )
            aws.ecr.LifecyclePolicy(
                f"{self.name}-{short_name}-lifecycle",
                repository=repository.name,
                policy=lifecycle_policy(args.keep_images, args.untagged_days),
                opts=self.child(),
            )
            repositories[short_name] = repository
        self.repository_urls = pulumi.Output.all(**{name: r.repository_url for name, r in repositories.items()})
        #: Pattern of every repository's ARN, those of the future included: the prefix is this environment's own.
        self.repositories_arn = f"arn:aws:ecr:{args.region}:{args.account_id}:repository/{prefix}/*"
