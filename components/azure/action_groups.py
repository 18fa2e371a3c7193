"""Action groups: who is told of alerts, one group a channel (design, 8.1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pulumi
from pulumi_azure_native.monitor import ActionGroup

from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming


@dataclass(frozen=True, kw_only=True)
class WebhookTarget:
    """An address that alerts are posted to, in Azure's common alert schema."""

    url: str


@dataclass(frozen=True, kw_only=True)
class MailTarget:
    """A mail address."""

    address: str


@dataclass(frozen=True, kw_only=True)
class PhoneTarget:
    """A telephone that gets text messages."""

    country_code: str
    number: str


Target: TypeAlias = WebhookTarget | MailTarget | PhoneTarget


def is_placeholder(target: Target) -> bool:
    """Return whether a target is one that can never be reached: the top-level domain that is reserved for that."""
    match target:
        case WebhookTarget(url=url):
            return (urlsplit(url).hostname or "").endswith(".invalid")
        case MailTarget(address=address):
            return address.endswith(".invalid")
        case PhoneTarget():
            return False


def receivers(name: str, target: Target) -> dict[str, Any]:
    """Return the one receiver of a channel, as the arguments of an action group. Addresses of webhooks are secrets."""
    match target:
        case WebhookTarget(url=url):
            receiver = {"name": name, "service_uri": pulumi.Output.secret(url), "use_common_alert_schema": True}
            return {"webhook_receivers": [receiver]}
        case MailTarget(address=address):
            return {
                "email_receivers": [{"name": name, "email_address": address, "use_common_alert_schema": True}],
            }
        case PhoneTarget(country_code=country_code, number=number):
            return {"sms_receivers": [{"name": name, "country_code": country_code, "phone_number": number}]}


@dataclass(frozen=True, kw_only=True)
class ActionGroupsArgs(ComponentArgs):
    """The channels that the environment has, by name: at most 12 letters, which open every text message."""

    group: ResourceGroup
    targets: Mapping[str, Target]


class ActionGroups(Component[ActionGroupsArgs], type="platform:azure:ActionGroups"):
    """One action group a channel, so that an alert names the channels it goes to and no group repeats another."""

    #: Ids of the groups by channel.
    group_ids: pulumi.Output[Mapping[str, str]]

    def build(self, args: ActionGroupsArgs) -> None:
        """Place the groups. Action groups are in no region: they work when one is down."""
        self.ids: dict[str, pulumi.Output[str]] = {}
        for channel, target in args.targets.items():
            if is_placeholder(target):
                pulumi.log.warn(f"alerts by {channel} reach nobody: its address is a placeholder", resource=self)
            group = ActionGroup(
                f"{self.name}-{channel}",
                action_group_name=args.scope.names(naming.ACTION_GROUP, channel),
                group_short_name=channel,
                resource_group_name=args.group.group_name,
                location="Global",
                enabled=True,
                **receivers(channel, target),
                tags=args.scope.tags.azure(),
                opts=self.child(),
            )
            self.ids[channel] = group.id
        self.group_ids = pulumi.Output.all(**self.ids)

    def of(self, channels: Sequence[str]) -> list[pulumi.Output[str]]:
        """Return the groups of those channels that the environment has."""
        return [self.ids[channel] for channel in channels if channel in self.ids]
