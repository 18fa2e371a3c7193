"""The bootstrap: a bucket for Pulumi's state and a key for its secrets, as a small stack of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.aws.bucket import PrivateBucket, PrivateBucketArgs, place_bucket_policy
from components.aws.encryption_key import EncryptionKey, EncryptionKeyArgs, account_principals
from components.aws.iam import Statement
from components.aws.provider import aws_provider
from components.base import Component, ComponentArgs
from settings.stack import StackSettings
from settings.state import StateSettings
from systems.scope import system_scope

SYSTEM: Final = "state"
OUTPUTS_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class StateArgs(ComponentArgs):
    """The system's settings."""

    settings: StateSettings


def state_users(bucket_arn: str, account_ids: Sequence[str]) -> list[Statement]:
    """Return what lets other accounts' deployments keep their state in the bucket."""
    users = account_principals(account_ids)
    return [
        Statement(sid="FindState", actions=["s3:ListBucket"], resources=[bucket_arn], principals=users),
        Statement(
            sid="KeepState",
            actions=["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            resources=[f"{bucket_arn}/*"],
            principals=users,
        ),
    ]


class State(Component[StateArgs], type="platform:system:State"):
    """What `pulumi login` and `pulumi stack init --secrets-provider` are given."""

    outputs: pulumi.Output[Mapping[str, object]]

    def build(self, args: StateArgs) -> None:
        """Place the keys and the bucket."""
        s = args.settings
        bucket = PrivateBucket(
            "bucket",
            PrivateBucketArgs(
                scope=args.scope,
                purpose="pulumi",
                account_id=s.account_id,
                key=self.key("pulumi-state", s),
                noncurrent_days=s.noncurrent_days,
            ),
            self.child(),
        )
        place_bucket_policy(self, bucket, state_users(bucket.arn, s.user_account_ids))
        secrets_key = self.key("pulumi-secrets", s)
        self.outputs = pulumi.Output.all(
            version=OUTPUTS_VERSION,
            backend_url=pulumi.Output.concat("s3://", bucket.bucket_name, "?region=", s.region, "&awssdk=v2"),
            secrets_provider=pulumi.Output.concat("awskms://", secrets_key.arn, "?region=", s.region, "&awssdk=v2"),
        )

    def key(self, purpose: str, s: StateSettings) -> EncryptionKey:
        """Return a KMS key of its own for one purpose."""
        return EncryptionKey(
            f"{purpose}-key",
            EncryptionKeyArgs(
                scope=self.scope, purpose=purpose, account_id=s.account_id, user_account_ids=s.user_account_ids
            ),
            self.child(),
        )


def build(stack: StackSettings) -> pulumi.Output[Mapping[str, object]]:
    """Place the state's bucket and keys as the stack's settings describe them."""
    s = stack.section(StateSettings)
    provider = aws_provider(SYSTEM, account_id=s.account_id, region=s.region)
    args = StateArgs(scope=system_scope(SYSTEM, stack, s), settings=s)
    return State(SYSTEM, args, pulumi.ResourceOptions(providers=[provider])).outputs
