"""A KMS key of one entity's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.aws.iam import Condition, Statement, policy_document
from components.base import Component, ComponentArgs
from settings import naming

#: What encrypting and decrypting takes.
USE: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


@dataclass(frozen=True, kw_only=True)
class ServiceUse:
    """An AWS service that uses the key on its own account, and what binds that use to this account."""

    #: Service principal, for example `logs.ap-northeast-1.amazonaws.com`.
    service: str
    #: Without a condition any customer of the service could have it use the key.
    condition: Condition


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs(ComponentArgs):
    """What the key is for and which AWS services may use it."""

    #: What is encrypted with it; the alias ends in this word.
    purpose: str
    #: Account that owns the key; its IAM policies decide who may use it.
    account_id: str
    services: Sequence[ServiceUse] = ()
    #: Other accounts whose IAM may let their own people encrypt and decrypt with it.
    user_account_ids: Sequence[str] = ()


def account_principals(account_ids: Sequence[str]) -> dict[str, list[str]]:
    """Return whole accounts as principals: each account's own IAM says who in it may."""
    return {"AWS": [f"arn:aws:iam::{account_id}:root" for account_id in account_ids]}


def key_policy(account_id: str, services: Sequence[ServiceUse], user_account_ids: Sequence[str]) -> str:
    """Return the key policy: the account's IAM decides, and services and other accounts may encrypt and decrypt."""
    account = Statement(
        sid="AccountDecides",
        actions=["kms:*"],
        resources=["*"],
        principals={"AWS": f"arn:aws:iam::{account_id}:root"},
    )
    uses = [
        Statement(
            sid=f"Service{index}",
            actions=USE,
            resources=["*"],
            principals={"Service": use.service},
            conditions=use.condition,
        )
        for index, use in enumerate(services)
    ]
    if not user_account_ids:
        return policy_document(account, *uses)
    users = Statement(sid="UserAccounts", actions=USE, resources=["*"], principals=account_principals(user_account_ids))
    return policy_document(account, *uses, users)


def observability_uses(account_id: str, region: str) -> tuple[ServiceUse, ...]:
    """Return the uses of a key for logs and alarms: log groups, and what CloudWatch and Budgets publish to topics."""
    return (
        ServiceUse(
            service=f"logs.{region}.amazonaws.com",
            condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account_id}:*"}},
        ),
        ServiceUse(
            service="cloudwatch.amazonaws.com",
            condition={"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": f"arn:aws:sns:{region}:{account_id}:*"}},
        ),
        ServiceUse(service="budgets.amazonaws.com", condition={"StringEquals": {"aws:SourceAccount": account_id}}),
    )


def audit_uses(account_id: str) -> tuple[ServiceUse, ...]:
    """Return the uses of a key for evidence: the trails and the configuration recorder of this account."""
    trails = f"arn:aws:cloudtrail:*:{account_id}:trail/*"
    return (
        ServiceUse(service="cloudtrail.amazonaws.com", condition={"ArnLike": {"aws:SourceArn": trails}}),
        ServiceUse(service="config.amazonaws.com", condition={"StringEquals": {"aws:SourceAccount": account_id}}),
    )


def media_uses(account_id: str) -> tuple[ServiceUse, ...]:
    """Return the uses of a key for media: the distributions of this account read it."""
    distributions = f"arn:aws:cloudfront::{account_id}:distribution/*"
    return (ServiceUse(service="cloudfront.amazonaws.com", condition={"ArnLike": {"aws:SourceArn": distributions}}),)


class EncryptionKey(Component[EncryptionKeyArgs], type="platform:aws:EncryptionKey"):
    """A symmetric KMS key that rotates every year, with an alias."""

    arn: pulumi.Output[str]

    def build(self, args: EncryptionKeyArgs) -> None:
        """Place the key and its alias."""
        alias = args.scope.names(naming.KMS_ALIAS, args.purpose)
        key = aws.kms.Key(
            f"{self.name}-key",
            description=f"{alias}: {args.purpose} data",
            enable_key_rotation=True,
            deletion_window_in_days=args.scope.environment.key_deletion_window_days,
            policy=key_policy(args.account_id, args.services, args.user_account_ids),
            tags=args.scope.tags.aws(alias),
            opts=self.stateful_child(),
        )
        aws.kms.Alias(f"{self.name}-alias", name=f"alias/{alias}", target_key_id=key.key_id, opts=self.child())
        self.arn = key.arn
