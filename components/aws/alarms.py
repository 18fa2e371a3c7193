"""CloudWatch alarms: one topic per system, rules as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.aws.encryption_key import EncryptionKey
from components.aws.iam import Statement, policy_document
from components.base import AnyComponent, Component, ComponentArgs
from settings import naming


@dataclass(frozen=True, kw_only=True)
class AlarmRule:
    """When a metric rings."""

    metric: str
    comparison: Literal["GreaterThanThreshold", "LessThanThreshold"]
    threshold: float
    #: What it means and what to do, for whoever is woken.
    meaning: str
    #: Minutes in a row that must be over the threshold.
    minutes: int = 5
    statistic: Literal["Average", "Maximum", "Minimum", "Sum"] = "Average"


@dataclass(frozen=True, kw_only=True)
class AlarmTopicArgs(ComponentArgs):
    """Who hears of alarms."""

    account_id: str
    key: EncryptionKey
    email: str | None


def topic_policy(topic_arn: str, account_id: str) -> str:
    """Return the topic's policy: alarms and budgets of this account may publish."""
    return policy_document(
        Statement(
            sid="AlarmsAndBudgetsOfThisAccount",
            actions=["sns:Publish"],
            resources=[topic_arn],
            principals={"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]},
            conditions={"StringEquals": {"aws:SourceAccount": account_id}},
        )
    )


class AlarmTopic(Component[AlarmTopicArgs], type="platform:aws:AlarmTopic"):
    """An encrypted SNS topic that alarms publish to."""

    arn: pulumi.Output[str]

    def build(self, args: AlarmTopicArgs) -> None:
        """Place the topic, its policy and the subscription."""
        name = args.scope.names(naming.SNS_TOPIC, "alarms")
        topic = aws.sns.Topic(
            f"{self.name}-topic",
            name=name,
            kms_master_key_id=args.key.arn,
            tags=args.scope.tags.aws(name),
            opts=self.child(),
        )
        aws.sns.TopicPolicy(
            f"{self.name}-policy",
            arn=topic.arn,
            policy=topic.arn.apply(lambda arn: topic_policy(arn, args.account_id)),
            opts=self.child(),
        )
        if args.email:
            aws.sns.TopicSubscription(
                f"{self.name}-email", topic=topic.arn, protocol="email", endpoint=args.email, opts=self.child()
            )
        self.arn = topic.arn


def place_alarms(
    owner: AnyComponent,
    label: str,
    *,
    namespace: str,
    dimensions: Mapping[str, pulumi.Input[str]],
    rules: Sequence[AlarmRule],
    topic: AlarmTopic,
) -> None:
    """Place one alarm per rule on what `dimensions` select; `label` names it."""
    for rule in rules:
        name = owner.scope.names(naming.CLOUDWATCH_ALARM, label, rule.metric)
        aws.cloudwatch.MetricAlarm(
            f"{label}-{rule.metric}",
            name=name,
            namespace=namespace,
            metric_name=rule.metric,
            dimensions=dimensions,
            comparison_operator=rule.comparison,
            threshold=rule.threshold,
            statistic=rule.statistic,
            period=60,
            evaluation_periods=rule.minutes,
            alarm_description=rule.meaning,
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
            tags=owner.scope.tags.aws(name),
            opts=owner.child(),
        )
