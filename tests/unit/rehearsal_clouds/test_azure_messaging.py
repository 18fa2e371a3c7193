"""What Service Bus refuses, in its own words."""

import re

import pytest

from tests.unit.rehearsal_clouds.provider_client import SUBSCRIPTION, Refused

NAMESPACE, RULES = "azure-native:servicebus:Namespace", "azure-native:servicebus:NamespaceNetworkRuleSet"
QUEUE, TOPIC = "azure-native:servicebus:Queue", "azure-native:servicebus:Topic"
SUBSCRIBER, RULE = "azure-native:servicebus:Subscription", "azure-native:servicebus:Rule"
DEFAULT = "azure-native:servicebus:DefaultRule"
PAIRING, NETWORK, SUBNET = (
    "azure-native:servicebus:DisasterRecoveryConfig",
    "azure-native:network:VirtualNetwork",
    "azure-native:network:Subnet",
)
IN_GROUP = {"resourceGroupName": "rg-shop"}
REPLICATED = {
    "maxReplicationLagDurationInSeconds": 300,
    "locations": [
        {"locationName": "koreacentral", "roleType": "Primary"},
        {"locationName": "koreasouth", "roleType": "Secondary"},
    ],
}

pytestmark = pytest.mark.usefixtures("group")


def refused(message):
    return pytest.raises(Refused, match=re.escape(message))


def namespace(**changes):
    """Return the inputs of a partitioned Premium namespace of four messaging units."""
    premium = {"sku": {"name": "Premium", "tier": "Premium", "capacity": 4}, "premiumMessagingPartitions": 4}
    return {**IN_GROUP, "namespaceName": "sb-shop", **premium, **changes}


def plain(name="sb-shop", **changes):
    """Return the inputs of a Premium namespace without partitions."""
    sku = {"name": "Premium", "tier": "Premium", "capacity": 1}
    return {**IN_GROUP, "namespaceName": name, "sku": sku, "premiumMessagingPartitions": 1, **changes}


def queue(**changes):
    return {**IN_GROUP, "namespaceName": "sb-shop", "queueName": "orders", "enablePartitioning": True, **changes}


def subscription(**changes):
    return {**IN_GROUP, "namespaceName": "sb-shop", "topicName": "trips", "subscriptionName": "audit", **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"namespaceName": "shop-sb"}, "InvalidNamespaceName: The namespace name 'shop-sb' must have 6 to 50 letters"),
        ({"namespaceName": "1-shop-bus"}, "begin with a letter"),
        ({"sku": {"name": "Premium", "tier": "Standard"}}, "The SKU name Premium and the tier Standard do not agree"),
        ({"sku": {"name": "Premium", "capacity": 3}}, "The capacity of Premium is one of 1, 2, 4, 8, 16, not 3"),
        ({"sku": {"name": "Standard", "capacity": 4}}, "capacity is only supported by the Premium SKU, not by Standar"),
        ({"premiumMessagingPartitions": 3}, "premiumMessagingPartitions 3 is not supported; allowed: 1, 2, 4"),
        ({"sku": {"name": "Premium", "capacity": 2}},
         "The capacity 2 must be a multiple of premiumMessagingPartitions 4"),
        ({"sku": {"name": "Standard"}}, "premiumMessagingPartitions is only supported by the Premium SKU, not by Stan"),
        ({"geoDataReplication": {**REPLICATED, "maxReplicationLagDurationInSeconds": 60}},
         "maxReplicationLagDurationInSeconds 60 must be 0 or between 300 and 86400"),
        ({"geoDataReplication": {"locations": REPLICATED["locations"][1:]}},
         "The locations are one Primary, which is the namespace's own, and at most one Secondary"),
        ({"location": "koreasouth", "geoDataReplication": REPLICATED}, "one Primary, which is the namespace's own"),
        ({"geoDataReplication": {"locations": [{"locationName": "koreacentral", "roleType": "Primary"},
                                               {"locationName": "Korea Central", "roleType": "Secondary"}]}},
         "Primary and Secondary must be different locations"),
        ({"geoDataReplication": {"locations": [{"locationName": "koreacentral", "roleType": "Primary"},
                                               {"locationName": "seoul", "roleType": "Secondary"}]}},
         "'seoul' is not a region"),
        ({"sku": {"name": "Standard"}, "premiumMessagingPartitions": 0, "geoDataReplication": REPLICATED},
         "geoDataReplication is only supported by the Premium SKU, not by Standard"),
        ({"location": "koreasouth", "zoneRedundant": True}, "Zone redundancy is not supported in location 'koreasouth"),
        ({"minimumTlsVersion": "TLS1_2"}, 'expected one of "1.0", "1.1", "1.2", "1.3", got "TLS1_2"'),
    ],
)  # fmt: skip
def test_a_wrong_namespace_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(NAMESPACE, "bus", namespace(**changes))


def test_a_namespace_gives_back_its_endpoint_and_is_alone_in_the_world(azure):
    made = azure.create(NAMESPACE, "bus", **namespace(geoDataReplication=REPLICATED))
    assert made["serviceBusEndpoint"] == "https://sb-shop.servicebus.windows.net:443/"
    assert (made["status"], made["zoneRedundant"]) == ("Active", True)
    with refused("NamespaceUnavailable: The specified namespace name 'SB-SHOP' is not available"):
        azure.create(NAMESPACE, "again", **namespace(namespaceName="SB-SHOP"))


def test_premium_is_not_left_in_place(azure):
    made = azure.create(NAMESPACE, "bus", **plain())
    with refused("A namespace cannot be changed from Premium to Standard in place"):
        azure.update(made, sku={"name": "Standard"}, premiumMessagingPartitions=0)


@pytest.mark.parametrize("kind", [QUEUE, TOPIC])
def test_entities_are_partitioned_as_their_namespace_is(azure, kind):
    name = {"queueName": "orders"} if kind == QUEUE else {"topicName": "trips"}
    azure.create(NAMESPACE, "bus", **namespace())
    with refused("Non-partitioned entities are not allowed in partitioned namespace. The property EnablePartitioning"):
        azure.create(kind, "one", **IN_GROUP, namespaceName="sb-shop", **name)
    azure.create(NAMESPACE, "flat", **plain("sb-flat"))
    with refused("The property EnablePartitioning must be set to false. SubCode=40000"):
        azure.create(kind, "two", **IN_GROUP, namespaceName="sb-flat", **name, enablePartitioning=True)
    assert azure.create(kind, "three", **IN_GROUP, namespaceName="sb-shop", **name, enablePartitioning=True).id


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"maxSizeInMegabytes": 80000}, "The specified value '80000' is not valid for MaxSizeInMegabytes; allowed: 10"),
        ({"lockDuration": "PT6M"}, "BadRequest: lockDuration 'PT6M' is longer than PT5M"),
        ({"lockDuration": "5m"}, "lockDuration '5m' is not a duration in ISO 8601 form, like PT5M or P14D"),
        ({"autoDeleteOnIdle": "PT1M"}, "autoDeleteOnIdle 'PT1M' is shorter than PT5M"),
        ({"autoDeleteOnIdle": "14"}, "autoDeleteOnIdle '14' is not a duration in ISO 8601 form"),
        ({"duplicateDetectionHistoryTimeWindow": "P8D"}, "duplicateDetectionHistoryTimeWindow 'P8D' is longer than P7"),
        ({"maxDeliveryCount": 0}, "MaxDeliveryCount 0 must be between 1 and 2000. SubCode=40000"),
        ({"requiresSession": True, "forwardTo": "other"}, "Auto forwarding is not supported for entities that require"),
        ({"queueName": "-orders"}, "The queue name '-orders' must have at most 260 letters"),
    ],
)  # fmt: skip
def test_a_wrong_queue_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(QUEUE, "orders", queue(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"enableExpress": True}, "Express entities are not supported by the Premium SKU. SubCode=40000"),
        ({"maxMessageSizeInKilobytes": 2048}, "can only be set in a Premium namespace that is not partitioned"),
        ({"forwardTo": "archive"}, "The entity 'archive' of forwardTo does not exist in the namespace"),
    ],
)  # fmt: skip
def test_a_queue_that_its_namespace_cannot_hold_is_refused(azure, changes, message):
    azure.create(NAMESPACE, "bus", **namespace())
    with refused(message):
        azure.create(QUEUE, "orders", **queue(**changes))


def test_lower_tiers_hold_less(azure):
    azure.create(NAMESPACE, "bus", **IN_GROUP, namespaceName="sb-shop", sku={"name": "Basic"})
    with refused("MaxSizeInMegabytes 81920 is only offered by the Premium SKU; Basic has 5120. SubCode=40000"):
        azure.create(QUEUE, "orders", **queue(maxSizeInMegabytes=81920))
    with refused("sessions are not supported by the Basic SKU. SubCode=40000"):
        azure.create(QUEUE, "orders", **queue(requiresSession=True))
    with refused("Topics are not supported by the Basic SKU. SubCode=40000"):
        azure.create(TOPIC, "trips", **IN_GROUP, namespaceName="sb-shop", topicName="trips")


def test_a_message_is_at_most_100_megabytes(azure):
    azure.create(NAMESPACE, "bus", **plain())
    with refused("MaxMessageSizeInKilobytes 102401 must be between 1024 and 102400"):
        azure.create(QUEUE, "orders", **queue(enablePartitioning=False, maxMessageSizeInKilobytes=102401))


def test_what_is_fixed_at_creation_replaces_the_queue(azure):
    azure.create(NAMESPACE, "bus", **namespace())
    made = azure.create(QUEUE, "orders", **queue())
    assert list(azure.diff(made, queue(requiresSession=True)).replaces) == ["requiresSession"]
    assert not azure.diff(made, queue(maxDeliveryCount=3)).replaces


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"filterType": "SqlFilter"}, "A rule of filterType SqlFilter needs sqlFilter. SubCode=40000"),
        ({"sqlFilter": {"sqlExpression": "kind = 'audit'"}}, "A rule with a filter needs its filterType"),
        ({"filterType": "CorrelationFilter", "correlationFilter": {}}, "compares at least one property. SubCode=40000"),
        ({"filterType": "SqlFilter", "sqlFilter": {"sqlExpression": "x" * 1025}}, "A SQL filter has 1 to 1024 charact"),
        ({"ruleName": "r" * 51}, "must have at most 50 letters"),
    ],
)  # fmt: skip
def test_a_wrong_filter_is_refused_in_preview(azure, changes, message):
    with refused(message):
        azure.preview(RULE, "rule", subscription(**{"ruleName": "audit", **changes}))


def test_the_rule_that_comes_with_a_subscription_can_be_narrowed(azure):
    azure.create(NAMESPACE, "bus", **namespace())
    below = {**IN_GROUP, "namespaceName": "sb-shop", "topicName": "trips"}
    azure.create(TOPIC, "trips", **below, enablePartitioning=True)
    azure.create(SUBSCRIBER, "audit", **subscription())
    inputs = {**below, "subscriptionName": "audit", "filterType": "SqlFilter"}
    made = azure.create(DEFAULT, "rule", **inputs, sqlFilter={"sqlExpression": "kind = 'audit'"})
    assert made["name"] == "$Default"
    with refused("A rule of filterType SqlFilter needs sqlFilter. SubCode=40000"):
        azure.preview(DEFAULT, "rule", inputs)


def test_subscriptions_stand_below_their_topic(azure):
    azure.create(NAMESPACE, "bus", **namespace())
    with refused("ParentResourceNotFound"):
        azure.create(SUBSCRIBER, "audit", **subscription())
    with refused("The subscription name "):
        azure.preview(SUBSCRIBER, "audit", subscription(subscriptionName="s" * 51))


# --- networks and pairs ----------------------------------------------------------------------------------------------


def test_network_rules_need_premium_and_a_service_endpoint(azure):
    azure.create(NAMESPACE, "plain", **IN_GROUP, namespaceName="sb-plain", sku={"name": "Standard"})
    with refused("Network rules are only supported by the Premium SKU, not by Standard"):
        azure.create(RULES, "plain", **IN_GROUP, namespaceName="sb-plain", defaultAction="Deny")
    azure.create(NAMESPACE, "bus", **namespace())
    space = {"addressPrefixes": ["10.1.0.0/16"]}
    azure.create(NETWORK, **IN_GROUP, virtualNetworkName="vnet", addressSpace=space)
    subnet = azure.create(SUBNET, **IN_GROUP, virtualNetworkName="vnet", subnetName="app", addressPrefix="10.1.1.0/24")
    rules = [{"subnet": {"id": subnet.id}}]
    with refused("The subnet 'app' has no service endpoint Microsoft.ServiceBus"):
        azure.create(RULES, "rules", **IN_GROUP, namespaceName="sb-shop", virtualNetworkRules=rules)
    with refused("SubnetNotFound: The subnet "):
        missing = [{"subnet": {"id": f"{subnet.id}-none"}}]
        azure.create(RULES, "rules", **IN_GROUP, namespaceName="sb-shop", virtualNetworkRules=missing)


def test_private_endpoints_are_premiums(azure):
    made = azure.create(NAMESPACE, "plain", **IN_GROUP, namespaceName="sb-plain", sku={"name": "Standard"})
    azure.create(NETWORK, **IN_GROUP, virtualNetworkName="vnet", addressSpace={"addressPrefixes": ["10.1.0.0/16"]})
    subnet = azure.create(SUBNET, **IN_GROUP, virtualNetworkName="vnet", subnetName="pe", addressPrefix="10.1.4.0/24")
    connection = {"name": "link", "privateLinkServiceId": made.id, "groupIds": ["namespace"]}
    inputs = {"privateEndpointName": "pe", "subnet": {"id": subnet.id}, "privateLinkServiceConnections": [connection]}
    with refused("Microsoft.ServiceBus/namespaces need the SKU Premium; 'sb-plain' is Standard"):
        azure.create("azure-native:network:PrivateEndpoint", "pe", **IN_GROUP, **inputs)


def pair(azure, *, first=None, second=None):
    """Make both namespaces and return the inputs of their pairing."""
    azure.create(NAMESPACE, "first", **(first or plain()))
    other = azure.create(NAMESPACE, "second", **{**plain("sb-south", location="koreasouth"), **(second or {})})
    return {**IN_GROUP, "namespaceName": "sb-shop", "alias": "sb-alias", "partnerNamespace": other.id}


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (namespace(), {}, "4 and 1 messaging partitions do not pair: both namespaces must be partitioned alike"),
        (plain(geoDataReplication=REPLICATED), {},
         "Geo-Replication and Geo-Disaster Recovery exclude each other: 'sb-shop' is replicated"),
        (plain(), {"location": "koreacentral"}, "Both namespaces are in koreacentral: pair two regions"),
        (plain(), {"sku": {"name": "Standard"}, "premiumMessagingPartitions": 0},
         "Pairing is only supported by the Premium SKU; 'sb-south' is not"),
    ],
)  # fmt: skip
def test_namespaces_that_do_not_pair_are_refused(azure, first, second, message):
    inputs = pair(azure, first=first, second=second)
    with refused(message):
        azure.create(PAIRING, "pair", **inputs)


def test_a_secondary_is_empty(azure):
    inputs = pair(azure)
    azure.create(QUEUE, "orders", **queue(namespaceName="sb-south", enablePartitioning=False))
    with refused("The secondary namespace 'sb-south' must be empty; it holds orders"):
        azure.create(PAIRING, "pair", **inputs)


def test_a_paired_namespace_stays_and_is_not_replicated(azure):
    inputs = pair(azure)
    made = azure.create(PAIRING, "pair", **inputs)
    assert made["role"] == "Primary"
    second = azure.import_(NAMESPACE, inputs["partnerNamespace"])
    with refused("The namespace 'sb-south' cannot be deleted while the pairing 'sb-alias' stands; break the pairing"):
        azure.delete(second)
    first = azure.import_(NAMESPACE, second.id.replace("sb-south", "sb-shop"))
    with refused("exclude each other: 'sb-alias' is a pairing"):
        azure.update(first, geoDataReplication=REPLICATED)


def test_a_pairing_needs_its_partner(azure):
    azure.create(NAMESPACE, "first", **plain())
    missing = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.ServiceBus/namespaces/none"
    with refused("The partner namespace '/subscriptions/"):
        azure.create(PAIRING, "pair", **IN_GROUP, namespaceName="sb-shop", alias="sb-alias", partnerNamespace=missing)
