from tests.components.strict_mocks import World

NAMESPACE = "azure-native:servicebus:Namespace"
QUEUE = "azure-native:servicebus:Queue"
TOPIC = "azure-native:servicebus:Topic"
SUBSCRIPTION = "azure-native:servicebus:Subscription"
FILTER = "azure-native:servicebus:DefaultRule"
ENDPOINT = "azure-native:network:PrivateEndpoint"
ZONE_GROUP = "azure-native:network:PrivateDnsZoneGroup"


def test_the_namespace_is_the_designs(tripgen_prod: World) -> None:
    namespace = tripgen_prod.one(NAMESPACE, "messaging-namespace")
    assert namespace["namespaceName"] == "sb-tripgen-prod"
    assert namespace["sku"] == {"name": "Premium", "tier": "Premium", "capacity": 4}
    assert namespace["premiumMessagingPartitions"] == 4


def test_messages_are_copied_to_korea_south(tripgen_prod: World) -> None:
    assert tripgen_prod.one(NAMESPACE, "messaging-namespace")["geoDataReplication"] == {
        "maxReplicationLagDurationInSeconds": 300,
        "locations": [
            {"locationName": "koreacentral", "roleType": "Primary"},
            {"locationName": "koreasouth", "roleType": "Secondary"},
        ],
    }


def test_each_region_has_an_endpoint_and_a_zone_of_its_own(tripgen_prod: World) -> None:
    places = {
        name: endpoint["subnet"]["id"]
        for name, endpoint in tripgen_prod.of(ENDPOINT).items()
        if endpoint["privateLinkServiceConnections"][0]["groupIds"] == ["namespace"]
    }
    assert places == {
        "messaging-link-endpoint": "network-endpoints-id",
        "messaging-link-copy-endpoint": "recovery-network-endpoints-id",
    }
    zones = {
        tripgen_prod.one(ZONE_GROUP, f"messaging-link{suffix}-zone-group")["privateDnsZoneConfigs"][0][
            "privateDnsZoneId"
        ]
        for suffix in ("", "-copy")
    }
    assert len(zones) == 2


def test_dev_copies_nothing(tripgen_dev: World) -> None:
    assert "geoDataReplication" not in tripgen_dev.one(NAMESPACE, "messaging-namespace")
    assert "messaging-link-copy-endpoint" not in tripgen_dev.of(ENDPOINT)


def test_nobody_has_a_key_and_nobody_comes_from_the_internet(every_tripgen: World) -> None:
    namespace = every_tripgen.one(NAMESPACE, "messaging-namespace")
    assert namespace["disableLocalAuth"] is True
    assert namespace["publicNetworkAccess"] == "Disabled"
    assert namespace["minimumTlsVersion"] == "1.2"


def test_queues_and_topics_are_partitioned_as_their_namespace_is(every_tripgen: World) -> None:
    partitioned = every_tripgen.one(NAMESPACE, "messaging-namespace")["premiumMessagingPartitions"] > 1
    entities = [*every_tripgen.of(QUEUE).values(), *every_tripgen.of(TOPIC).values()]
    assert {entity["enablePartitioning"] for entity in entities} == {partitioned}


def test_queues_are_the_designs(every_tripgen: World) -> None:
    queues = {queue["queueName"]: queue for queue in every_tripgen.of(QUEUE).values()}
    assert set(queues) == {"ai_schedule_generation", "location_search", "notification"}
    assert {queue["maxSizeInMegabytes"] for queue in queues.values()} == {81920}
    assert {name: queue["requiresDuplicateDetection"] for name, queue in queues.items()} == {
        "ai_schedule_generation": True,
        "location_search": False,
        "notification": True,
    }
    ai = queues["ai_schedule_generation"]
    assert (ai["requiresSession"], ai["deadLetteringOnMessageExpiration"], ai["maxDeliveryCount"]) == (True, True, 3)
    assert {name: queue.get("autoDeleteOnIdle") for name, queue in queues.items()} == {
        "ai_schedule_generation": None,
        "location_search": "P14D",
        "notification": None,
    }


def test_the_topic_has_a_subscription_for_each_purpose_with_its_own_filter(every_tripgen: World) -> None:
    (topic,) = every_tripgen.of(TOPIC).values()
    assert (topic["topicName"], topic["maxSizeInMegabytes"], topic["requiresDuplicateDetection"]) == (
        "trip_events",
        81920,
        True,
    )
    filters = {
        rule["subscriptionName"]: rule["sqlFilter"]["sqlExpression"] for rule in every_tripgen.of(FILTER).values()
    }
    assert filters == {
        "audit_subscription": "1 = 1",
        "monitoring_subscription": "event_kind IN ('error', 'status')",
        "analytics_subscription": "event_kind = 'completed'",
    }
    assert {s["subscriptionName"] for s in every_tripgen.of(SUBSCRIPTION).values()} == set(filters)
