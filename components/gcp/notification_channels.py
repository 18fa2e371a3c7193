"""Notification channels: how Cloud Monitoring reaches somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pulumi
from pulumi_gcp.monitoring import NotificationChannel

from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail address."""

    address: str


@dataclass(frozen=True, kw_only=True)
class Slack:
    """A channel in Slack and the token of Google's app there."""

    channel: str
    auth_token: str


@dataclass(frozen=True, kw_only=True)
class TextMessage:
    """A telephone, with + and country code."""

    number: str


Recipient: TypeAlias = Mail | Slack | TextMessage


def channel_arguments(recipient: Recipient) -> dict[str, Any]:
    """Return type and labels of a channel. A token is a secret: it stands apart, sealed in the state."""
    match recipient:
        case Mail(address=address):
            return {"type": "email", "labels": {"email_address": address}}
        case Slack(channel=channel, auth_token=token):
            sealed = {"auth_token": pulumi.Output.secret(token)}
            return {"type": "slack", "labels": {"channel_name": channel}, "sensitive_labels": sealed}
        case TextMessage(number=number):
            return {"type": "sms", "labels": {"number": number}}


def is_placeholder(recipient: Recipient) -> bool:
    """Return whether a recipient can never be reached: a reserved domain, or a token that nobody has set."""
    match recipient:
        case Mail(address=address):
            return address.endswith(".invalid")
        case Slack(auth_token=token):
            return "not-set" in token
        case TextMessage():
            return False


@dataclass(frozen=True, kw_only=True)
class NotificationChannelsArgs(ComponentArgs):
    """The project and the recipients by name."""

    project_id: str
    recipients: Mapping[str, Recipient]


class NotificationChannels(Component[NotificationChannelsArgs], type="platform:gcp:NotificationChannels"):
    """One channel a recipient; alert policies name them."""

    #: Names of the channels in Google's spelling, by ours.
    channel_names: pulumi.Output[Mapping[str, str]]

    def build(self, args: NotificationChannelsArgs) -> None:
        """Place the channels."""
        for name, recipient in args.recipients.items():
            if is_placeholder(recipient):
                words = f"alerts of {args.project_id} by {name} reach nobody: its address is a placeholder"
                pulumi.log.warn(words, resource=self)
        self._channels = {
            name: NotificationChannel(
                f"{self.name}-{name}",
                project=args.project_id,
                display_name=f"{args.scope.tags.system} {args.scope.tags.environment}: {name}",
                user_labels=args.scope.tags.gcp(),
                opts=self.child(),
                **channel_arguments(recipient),
            )
            for name, recipient in args.recipients.items()
        }
        self.channel_names = pulumi.Output.all(**{name: channel.name for name, channel in self._channels.items()})

    def of(self, names: Sequence[str]) -> list[pulumi.Output[str]]:
        """Return the channels of these names."""
        return [self._channels[name].name for name in names]

    @property
    def everybody(self) -> list[pulumi.Output[str]]:
        """Every channel there is."""
        return [channel.name for channel in self._channels.values()]
