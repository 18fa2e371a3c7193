"""Service Bus (TripGen physical architecture, 6; docs/adr/0025)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_azure_native.servicebus import (
    DefaultRule,
    FilterType,
    Namespace,
    SkuName,
    SkuTier,
    Subscription,
)
from pulumi_azure_native.servicebus import Queue as AzureQueue
from pulumi_azure_native.servicebus import Topic as AzureTopic

from components.azure.deletion_lock import place_deletion_lock
from components.azure.diagnostics import place_diagnostics
from components.azure.log_workspace import LogWorkspace
from components.azure.private_dns_zone import EndpointNetwork
from components.azure.private_link import PrivateLink, PrivateLinkArgs
from components.azure.resource_group import ResourceGroup
from components.base import Component, ComponentArgs
from settings.azure import naming

DNS_ZONE: Final = "privatelink.servicebus.windows.net"
MB_PER_GB: Final = 1024


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue's size and what it does with messages."""

    max_size_gb: int
    duplicate_detection: bool
    sessions: bool
    dead_letter_expired: bool
    max_deliveries: int
    #: Days without use after which Azure deletes the queue; None: never.
    delete_after_idle_days: int | None


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which of a topic's messages a subscription gets, and how often each is tried."""

    sql: str
    max_deliveries: int


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic's size, and its subscriptions by name."""

    max_size_gb: int
    duplicate_detection: bool
    subscriptions: Mapping[str, Filter]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The region that messages are copied to, with a network there, and how far the copy may be behind (0: never)."""

    group: ResourceGroup
    network: EndpointNetwork
    lag_seconds: int


@dataclass(frozen=True, kw_only=True)
class ServiceBusArgs(ComponentArgs):
    """How large the namespace is, what is in it, and where its copy stands."""

    group: ResourceGroup
    network: EndpointNetwork
    #: Messaging units: 1, 2, 4, 8 or 16.
    units: int
    #: Brokers that every queue and topic is spread over: 1, 2 or 4.
    partitions: int
    copy: Copy | None
    queues: Mapping[str, Queue]
    topics: Mapping[str, Topic]
    workspace: LogWorkspace


class ServiceBus(Component[ServiceBusArgs], type="platform:azure:ServiceBus"):
    """A Premium namespace without keys, reached by private endpoints only, whose messages are copied to a region."""

    namespace_id: pulumi.Output[str]
    namespace_name: pulumi.Output[str]
    #: Where clients connect, by AMQP over TLS.
    host: pulumi.Output[str]

    def build(self, args: ServiceBusArgs) -> None:
        """Place the namespace with its private endpoints, then queues, topics and subscriptions."""
        self.args = args
        self.namespace = self._namespace()
        self._links()
        place_deletion_lock(self, "namespace", resource_id=self.namespace.id)
        place_diagnostics(self, "namespace", resource_id=self.namespace.id, workspace=args.workspace)
        for name, queue in args.queues.items():
            self._queue(name, queue)
        for name, topic in args.topics.items():
            self._topic(name, topic)
        self.namespace_id = self.namespace.id
        self.namespace_name = self.namespace.name
        self.host = pulumi.Output.concat(self.namespace.name, ".servicebus.windows.net")

    def _namespace(self) -> Namespace:
        args = self.args
        copied: dict[str, Any] = {}
        if args.copy:
            copied["geo_data_replication"] = {
                "max_replication_lag_duration_in_seconds": args.copy.lag_seconds,
                "locations": [
                    {"location_name": args.group.location, "role_type": "Primary"},
                    {"location_name": args.copy.group.location, "role_type": "Secondary"},
                ],
            }
        return Namespace(
            f"{self.name}-namespace",
            namespace_name=args.scope.names(naming.SERVICE_BUS),
            resource_group_name=args.group.group_name,
            location=args.group.location,
            sku={"name": SkuName.PREMIUM, "tier": SkuTier.PREMIUM, "capacity": args.units},
            premium_messaging_partitions=args.partitions,
            disable_local_auth=True,
            minimum_tls_version="1.2",
            public_network_access="Disabled",
            tags=args.scope.tags.azure(),
            **copied,
            opts=self.stateful_child(),
        )

    def _links(self) -> None:
        """Place an endpoint in each region. Both answer to one name, so that each network asks a zone of its own."""
        args = self.args
        places = {"": (args.group, args.network)}
        if args.copy:
            places["-copy"] = (args.copy.group, args.copy.network)
        for suffix, (group, network) in places.items():
            PrivateLink(
                f"{self.name}-link{suffix}",
                PrivateLinkArgs(
                    scope=args.scope,
                    group=group,
                    network=network,
                    dns_zone=DNS_ZONE,
                    sub_resource="namespace",
                    target_id=self.namespace.id,
                ),
                self.child(),
            )

    def _queue(self, name: str, queue: Queue) -> None:
        idle = queue.delete_after_idle_days
        AzureQueue(
            f"{self.name}-{name}",
            queue_name=name,
            namespace_name=self.namespace.name,
            resource_group_name=self.args.group.group_name,
            max_size_in_megabytes=queue.max_size_gb * MB_PER_GB,
            # An entity must agree with its namespace.
            enable_partitioning=self.args.partitions > 1,
            requires_duplicate_detection=queue.duplicate_detection,
            requires_session=queue.sessions,
            dead_lettering_on_message_expiration=queue.dead_letter_expired,
            max_delivery_count=queue.max_deliveries,
            auto_delete_on_idle=f"P{idle}D" if idle else None,
            opts=self.stateful_child(),
        )

    def _topic(self, name: str, topic: Topic) -> None:
        parent = AzureTopic(
            f"{self.name}-{name}",
            topic_name=name,
            namespace_name=self.namespace.name,
            resource_group_name=self.args.group.group_name,
            max_size_in_megabytes=topic.max_size_gb * MB_PER_GB,
            enable_partitioning=self.args.partitions > 1,
            requires_duplicate_detection=topic.duplicate_detection,
            opts=self.stateful_child(),
        )
        for subscription_name, wanted in topic.subscriptions.items():
            subscription = Subscription(
                f"{self.name}-{name}-{subscription_name}",
                subscription_name=subscription_name,
                topic_name=parent.name,
                namespace_name=self.namespace.name,
                resource_group_name=self.args.group.group_name,
                max_delivery_count=wanted.max_deliveries,
                dead_lettering_on_filter_evaluation_exceptions=True,
                opts=self.stateful_child(),
            )
            # Every subscription is born with a rule that takes all: it is this one that says what is wanted.
            DefaultRule(
                f"{self.name}-{name}-{subscription_name}-filter",
                subscription_name=subscription.name,
                topic_name=parent.name,
                namespace_name=self.namespace.name,
                resource_group_name=self.args.group.group_name,
                filter_type=FilterType.SQL_FILTER,
                sql_filter={"sql_expression": wanted.sql},
                opts=self.child(),
            )
