"""Queues and topics (TripGen physical architecture, 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import Field

from settings.azure.types import MessagingPartitions, MessagingUnits, QueueSizeGb
from settings.model import Settings, rule
from settings.types import Matches

EntityName = Annotated[
    str, Matches(r"[a-z](?:[a-z0-9_]{0,48}[a-z0-9])?", "up to 50 lower-case letters, digits and _ between them")
]
SqlExpression = Annotated[str, Field(min_length=1, max_length=1024)]
DeliveryCount = Annotated[int, Field(ge=1, le=2000)]
#: Geo-replication is synchronous, or may lag between five minutes and a day.
SHORTEST_LAG_SECONDS: Final = 300
LONGEST_LAG_SECONDS: Final = 86_400
#: What a messaging unit holds of all queues and topics together.
GB_PER_UNIT: Final = 1024


class QueueSettings(Settings):
    """A queue. Partitioning is the namespace's."""

    max_size_gb: QueueSizeGb = 80
    """Gigabytes that it may hold: 80 by the design."""
    duplicate_detection: bool = False
    """A message sent twice within ten minutes is taken once; fixed at creation."""
    sessions: bool = False
    """Messages of one session are handled in order by one receiver; fixed at creation."""
    dead_letter_expired: bool = False
    """Messages whose time is over go to the dead letters instead of being dropped."""
    max_deliveries: DeliveryCount = 10
    """Attempts after which a message goes to the dead letters."""
    delete_after_idle_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """Days without use after which Azure deletes the queue; the next refresh and `up` make it again."""


class SubscriptionSettings(Settings):
    """Who gets a copy of a topic's messages, and of which."""

    filter: SqlExpression
    """SQL over the messages' application properties; `1 = 1` takes all."""
    max_deliveries: DeliveryCount = 10
    """Attempts after which a message goes to the dead letters."""


class TopicSettings(Settings):
    """A topic."""

    max_size_gb: QueueSizeGb = 80
    """Gigabytes that it may hold: 80 by the design."""
    duplicate_detection: bool = False
    """A message sent twice within ten minutes is taken once; fixed at creation."""
    subscriptions: Annotated[Mapping[EntityName, SubscriptionSettings], Field(min_length=1)]
    """Subscriptions by name."""


class MessagingSettings(Settings):
    """The Service Bus namespace, Premium in every environment: no other tier has private endpoints."""

    units: MessagingUnits
    """Messaging units: 4 by the design (6.1.1)."""
    partitions: MessagingPartitions
    """Brokers that every queue and topic is spread over; 1 means that none is. Fixed at creation."""
    replication_lag_seconds: Annotated[int, Field(ge=0, le=LONGEST_LAG_SECONDS)] | None = None
    """How far the copy in the recovery region may be behind, 0 for never; none: there is no copy."""
    queues: Mapping[EntityName, QueueSettings] = {
        "ai_schedule_generation": QueueSettings(
            duplicate_detection=True, sessions=True, dead_letter_expired=True, max_deliveries=3
        ),
        "location_search": QueueSettings(delete_after_idle_days=14),
        "notification": QueueSettings(duplicate_detection=True),
    }
    """Queues by name (6.1.2)."""
    topics: Mapping[EntityName, TopicSettings] = {
        "trip_events": TopicSettings(
            duplicate_detection=True,
            subscriptions={
                "audit_subscription": SubscriptionSettings(filter="1 = 1"),
                "monitoring_subscription": SubscriptionSettings(filter="event_kind IN ('error', 'status')"),
                "analytics_subscription": SubscriptionSettings(filter="event_kind = 'completed'"),
            },
        )
    }
    """Topics by name (6.1.2). Senders set the application property `event_kind`."""

    @rule
    def _partitions_share_the_units(self) -> Iterator[str]:
        if self.units % self.partitions:
            yield f"units {self.units} cannot be shared by partitions {self.partitions}: a multiple of it"

    @rule
    def _lag_is_offered(self) -> Iterator[str]:
        lag = self.replication_lag_seconds
        if lag is not None and 0 < lag < SHORTEST_LAG_SECONDS:
            yield f"replication_lag_seconds {lag} is not offered: 0, or {SHORTEST_LAG_SECONDS} to {LONGEST_LAG_SECONDS}"

    @rule
    def _entities_fit_the_namespace(self) -> Iterator[str]:
        sizes = [entity.max_size_gb for entity in (*self.queues.values(), *self.topics.values())]
        if sum(sizes) > self.units * GB_PER_UNIT:
            yield (
                f"queues and topics may hold {sum(sizes)} GB, and {self.units} units hold "
                f"{self.units} x {GB_PER_UNIT} = {self.units * GB_PER_UNIT} GB"
            )

    @rule
    def _names_differ(self) -> Iterator[str]:
        if both := sorted(self.queues.keys() & self.topics.keys()):
            yield f"queues and topics share the namespace's names; on both sides: {', '.join(both)}"
