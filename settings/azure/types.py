"""Annotated value types of Azure: one validator each, whose message says what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Annotated, Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from settings.azure import catalogue
from settings.types import Cidr, Matches, MaybeSealed, OneOf


@dataclass(frozen=True)
class PrivateNetwork:
    """A private network whose prefix length lies in a range, the largest network first."""

    largest: int
    smallest: int
    why: str

    def check(self, value: IPv4Network) -> IPv4Network:
        """Return the network, or refuse it with the sizes allowed."""
        if not (self.largest <= value.prefixlen <= self.smallest and value.is_private):
            raise ValueError(f"a private IPv4 network of /{self.largest} to /{self.smallest}: {self.why}")
        return value

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))


@dataclass(frozen=True)
class OneOfNumbers:
    """A whole number out of a list in settings/azure/catalogue.py."""

    values: tuple[int, ...]
    what: str

    def check(self, value: int) -> int:
        """Return the number, or refuse it with the list."""
        if value not in self.values:
            raise ValueError(f"{self.what}: {', '.join(map(str, self.values))} (settings/azure/catalogue.py)")
        return value

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "enum": list(self.values)}


Guid = Annotated[
    str,
    Matches(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "a lower-case GUID, for example 00000000-1111-2222-3333-444444444444",
    ),
]

AzureRegion = Annotated[str, OneOf(catalogue.AZURE_ZONES, "an allowed Azure region")]
SpokeCidr = Annotated[Cidr, PrivateNetwork(16, 16, "the layout of the spoke's subnets is made for that size")]
GatewaySubnetCidr = Annotated[
    Cidr, PrivateNetwork(24, 26, "AGIC refuses a larger gateway subnet beside an overlay, and scaling wants room")
]
HubCidr = Annotated[Cidr, PrivateNetwork(22, 26, "the firewall's /26 must fit, and a hub holds nothing else yet")]
PodCidr = Annotated[Cidr, PrivateNetwork(8, 24, "every node of an overlay takes a /24 of it")]
ServiceNetworkCidr = Annotated[Cidr, PrivateNetwork(13, 28, "AKS takes a service network smaller than /12")]
VmSizeName = Annotated[str, OneOf(catalogue.VM_SIZES, "a size of cluster nodes")]
AksMinor = Annotated[str, OneOf(catalogue.AKS_MINORS, "a Kubernetes minor of AKS, in quotes")]
NetworkPolicyEngine = Annotated[str, OneOf(catalogue.NETWORK_POLICY_ENGINES, "an engine of network policies")]
IstioRevision = Annotated[str, OneOf(catalogue.ISTIO_REVISIONS, "a revision of the Istio add-on")]
DatabaseSizeName = Annotated[str, OneOf(catalogue.DATABASE_SIZES, "a size of PostgreSQL flexible servers")]
DatabaseMajor = Annotated[str, OneOf(catalogue.DATABASE_MAJORS, "a PostgreSQL major version, in quotes")]
DatabaseStorageGb = Annotated[int, OneOfNumbers(tuple(catalogue.DATABASE_DISKS), "GB of a server's disk")]
CacheSizeName = Annotated[str, OneOf(catalogue.CACHE_SIZES, "a size of Azure Managed Redis")]
MessagingUnits = Annotated[int, OneOfNumbers(catalogue.MESSAGING_UNITS, "messaging units")]
MessagingPartitions = Annotated[int, OneOfNumbers(catalogue.MESSAGING_PARTITIONS, "partitions of a namespace")]
QueueSizeGb = Annotated[int, OneOfNumbers(catalogue.QUEUE_SIZES_GB, "GB of a queue or topic")]
UtcOffset = Annotated[str, Matches(r"[+-](?:0\d|1[0-4]):[0-5]\d", "an offset from UTC, for example +09:00")]
TimeOfDay = Annotated[str, Matches(r"(?:[01]\d|2[0-3]):[0-5]\d", "a time of day, for example 02:00")]

FirewallTier = Literal["Standard", "Premium"]
IdpsMode = Literal["Off", "Alert", "Deny"]
GatewaySources = Literal["AzureFrontDoor.Backend", "Internet"]
GatewayRuleSet = Annotated[str, OneOf(catalogue.GATEWAY_RULE_SETS, "a managed rule set of the gateway")]
BotRuleId = Annotated[str, OneOf(catalogue.UNKNOWN_BOT_RULES, "a rule of the group UnknownBots in Bot Manager 1.1")]
HttpPath = Annotated[
    str, Matches(r"/[A-Za-z0-9._~/-]*\*?", "a path that begins with / and may end in *, for example /static/*")
]
VaultObjectName = Annotated[
    str, Matches(r"[A-Za-z0-9-]{1,127}", "1 to 127 letters, digits and hyphens: a name in a key vault")
]

AlertChannelName = Literal["pagerduty", "teams", "slack", "sms"]
WebTestLocation = Annotated[str, OneOf(catalogue.WEB_TEST_LOCATIONS, "a place that availability tests come from")]
WebhookUrl = Annotated[str, Matches(r"https://[^\s/]+/\S*", "an https address with a path"), MaybeSealed()]
CountryCallingCode = Annotated[str, Matches(r"[1-9]\d{0,2}", 'a country code without the plus, in quotes ("82")')]
PhoneNumber = Annotated[str, Matches(r"[1-9]\d{5,14}", "a telephone number: digits without country code, in quotes")]
