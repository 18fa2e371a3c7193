"""How what is in the vault stays young (TripGen physical architecture, 7.4.1; docs/adr/0026).

Azure reports or refuses what would live too long, and tells people a month before something ends. No values pass by
here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
from pulumi_azure_native.authorization import PolicyAssignment
from pulumi_azure_native.eventgrid import (
    EventSubscriptionFilterArgs,
    MonitorAlertEventSubscriptionDestinationArgs,
    StringInAdvancedFilterArgs,
    SystemTopic,
    SystemTopicEventSubscription,
)

from components.azure.key_vault import KeyVault
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

ObjectKind = Literal["Secret", "Certificate"]
#: Built-in definitions of Azure Policy, "Secrets / Certificates should have the specified maximum validity period".
SECRETS_POLICY: Final = "342e8053-e12e-4c44-be01-c3c2f318400f"
CERTIFICATES_POLICY: Final = "0a075868-4c26-42ef-914c-5bc007359560"
#: Policies count a certificate's life in months.
DAYS_PER_MONTH: Final = 30
#: What people should act on within the month, but that wakes nobody.
SEVERITY: Final = "Sev2"


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """Things of one kind that must be new after so many days."""

    label: str
    kind: ObjectKind
    names: Sequence[str]
    days: int

    @property
    def events(self) -> list[str]:
        """What the vault tells: a month before the end, and at the end."""
        return [f"Microsoft.KeyVault.{self.kind}NearExpiry", f"Microsoft.KeyVault.{self.kind}Expired"]

    @property
    def advice(self) -> str:
        """What the alert says."""
        return f"Renew it in the vault, valid for {self.days} days, then let its users read the new version."


@dataclass(frozen=True, kw_only=True)
class KeyVaultRotationArgs(ComponentArgs):
    """The vault, what in it is renewed when, and which action groups hear of it."""

    group: ResourceGroup
    vault: KeyVault
    renewals: Sequence[Renewal]
    action_group_ids: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A rule of Azure Policy on how long things in the vault may live."""

    label: str
    definition: str
    parameter: str
    most: int
    effect: Literal["Audit", "Deny"]


def limits(renewals: Sequence[Renewal]) -> tuple[Limit, ...]:
    """Return the rules that follow: Azure's know kinds, not names, so that the longest life of a kind counts.

    Secrets that live too long are reported, not refused: a certificate has a secret behind it that lives as long as it
    does, and a refused renewal is an outage.
    """

    def longest(kind: ObjectKind) -> int:
        return max(renewal.days for renewal in renewals if renewal.kind == kind)

    return (
        Limit(
            label="secret-validity",
            definition=SECRETS_POLICY,
            parameter="maximumValidityInDays",
            most=longest("Secret"),
            effect="Audit",
        ),
        Limit(
            label="certificate-validity",
            definition=CERTIFICATES_POLICY,
            parameter="maximumValidityInMonths",
            most=longest("Certificate") // DAYS_PER_MONTH,
            effect="Deny",
        ),
    )


class KeyVaultRotation(Component[KeyVaultRotationArgs], type="platform:azure:KeyVaultRotation"):
    """Rules on what lives too long, and alerts on what ends soon."""

    def build(self, args: KeyVaultRotationArgs) -> None:
        """Place the rules, the vault's events and who hears of them."""
        for limit in limits(args.renewals):
            PolicyAssignment(
                f"{self.name}-{limit.label}",
                policy_assignment_name=args.scope.names(naming.POLICY_ASSIGNMENT, limit.label),
                display_name=f"{args.scope.names.system}: {limit.label}",
                policy_definition_id=f"/providers/Microsoft.Authorization/policyDefinitions/{limit.definition}",
                scope=args.group.group_id,
                parameters={limit.parameter: {"value": limit.most}, "effect": {"value": limit.effect}},
                opts=self.child(),
            )
        topic = SystemTopic(
            f"{self.name}-topic",
            system_topic_name=args.scope.names(naming.SYSTEM_TOPIC, "vault"),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            source=args.vault.vault_id,
            topic_type="Microsoft.KeyVault.vaults",
            tags=args.scope.tags.azure(),
            opts=self.child(),
        )
        for renewal in args.renewals:
            SystemTopicEventSubscription(
                f"{self.name}-{renewal.label}",
                event_subscription_name=renewal.label,
                system_topic_name=topic.name,
                resource_group_name=args.group.group_name,
                # The only form that alerts take.
                event_delivery_schema="CloudEventSchemaV1_0",
                filter=EventSubscriptionFilterArgs(
                    included_event_types=renewal.events,
                    advanced_filters=[
                        StringInAdvancedFilterArgs(
                            operator_type="StringIn", key="data.ObjectName", values=list(renewal.names)
                        )
                    ],
                ),
                destination=MonitorAlertEventSubscriptionDestinationArgs(
                    endpoint_type="MonitorAlert",
                    severity=SEVERITY,
                    description=renewal.advice,
                    action_groups=list(args.action_group_ids),
                ),
                opts=self.child(),
            )
