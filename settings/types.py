"""Annotated value types: one validator each, whose message says what is allowed.

Every validator is pure and offline, so the same text comes from `pulumi preview`, `make lint` and an editor's schema.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidatorFunctionWrapHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from settings import catalogue

DataClassification = Literal["public", "internal", "personal"]
NatMode = Literal["single", "per-zone"]

#: The subnet layout in settings/network.py is made for a VPC of this size.
VPC_PREFIX_LENGTH: Final = 16
#: EKS takes service networks between these prefix lengths.
SERVICE_PREFIX_LENGTHS: Final = range(12, 25)
#: The largest network anybody owns; halves of the internet would pass as an allow-list otherwise.
ALLOW_LIST_PREFIX_LENGTH: Final = 8


@dataclass(frozen=True)
class Matches:
    """A text that matches a pattern from end to end."""

    pattern: str
    allowed: str

    def check(self, value: str) -> str:
        """Return the value, or refuse it with what is allowed."""
        if not re.fullmatch(self.pattern, value):
            raise ValueError(self.allowed)
        return value

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class OneOf:
    """A text out of a list in settings/catalogue.py."""

    values: Collection[str]
    what: str

    def check(self, value: str) -> str:
        """Return the value, or refuse it with the list."""
        if value not in self.values:
            raise ValueError(f"{self.what}: {', '.join(self.values)} (settings/catalogue.py)")
        return value

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "enum": list(self.values)}


@dataclass(frozen=True)
class Unique:
    """A list in which nothing stands twice: the second of two equal names would be a resource registered twice."""

    def check(self, values: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
        """Return the entries, or refuse them with those that are repeated."""
        repeated = [str(value) for value, count in Counter(values).items() if count > 1]
        if repeated:
            raise ValueError(f"every entry once; repeated: {', '.join(repeated)}")
        return values

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "uniqueItems": True}


@dataclass(frozen=True)
class MaybeSealed:
    """A text that may stand sealed in the stack file, as `pulumi config set --secret` leaves it: `{secure: v1:...}`.

    The engine opens it before the program sees it. Whoever reads the file itself cannot, and leaves it unchecked.
    """

    def check(self, value: object, check_text: ValidatorFunctionWrapHandler) -> object:
        """Return a sealed text as it is; anything else is a text to be checked."""
        sealed = value.get("secure") if isinstance(value, dict) and len(value) == 1 else None
        return sealed if isinstance(sealed, str) else check_text(value)

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        sealed = {
            "type": "object",
            "properties": {"secure": {"type": "string"}},
            "required": ["secure"],
            "additionalProperties": False,
        }
        return {"anyOf": [handler(schema), sealed]}


def _ipv4_network(value: object) -> object:
    try:
        IPv4Network(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("an IPv4 network such as 10.20.0.0/16, with no host bits set") from None
    return value


def _private_vpc_network(value: IPv4Network) -> IPv4Network:
    if value.prefixlen != VPC_PREFIX_LENGTH or not value.is_private:
        raise ValueError(
            f"a private IPv4 network of /{VPC_PREFIX_LENGTH}, for the subnet layout in settings/network.py"
        )
    return value


def _private_service_network(value: IPv4Network) -> IPv4Network:
    if value.prefixlen not in SERVICE_PREFIX_LENGTHS or not value.is_private:
        raise ValueError("a private IPv4 network between /12 and /24, as EKS demands of the service network")
    return value


def _allow_list_entry(value: IPv4Network) -> IPv4Network:
    if value.prefixlen < ALLOW_LIST_PREFIX_LENGTH:
        raise ValueError(
            f"{value} is no allow-list: networks of /{ALLOW_LIST_PREFIX_LENGTH} or smaller, or an empty list "
            "for no public endpoint"
        )
    return value


Cidr = Annotated[IPv4Network, BeforeValidator(_ipv4_network)]
VpcCidr = Annotated[Cidr, AfterValidator(_private_vpc_network)]
ServiceCidr = Annotated[Cidr, AfterValidator(_private_service_network)]
AllowListCidr = Annotated[Cidr, AfterValidator(_allow_list_entry)]

AwsAccountId = Annotated[str, Matches(r"\d{12}", 'an AWS account id: twelve digits, in quotes ("111111111111")')]
AwsRegion = Annotated[str, OneOf(catalogue.AWS_ZONES, "an allowed AWS region")]
ZoneLetter = Annotated[str, Matches(r"[a-z]", "the letter of an availability zone, for example a")]
IamPrincipalArn = Annotated[
    str,
    Matches(
        r"arn:aws:iam::\d{12}:(?:role|user)/[\w+=,.@/-]{1,512}",
        "the ARN of an IAM role or user, for example arn:aws:iam::111111111111:role/platform-admin",
    ),
]

Ec2InstanceTypeName = Annotated[str, OneOf(catalogue.EC2_INSTANCE_TYPES, "an EC2 instance type")]
RdsInstanceClass = Annotated[str, OneOf(catalogue.RDS_INSTANCE_CLASS_MEMORY_MIB, "an RDS instance class")]
CacheNodeType = Annotated[str, OneOf(catalogue.CACHE_NODE_TYPES, "an ElastiCache node type")]
KubernetesMinor = Annotated[str, OneOf(catalogue.KUBERNETES_MINORS, "a Kubernetes minor, in quotes")]
PostgresMajor = Annotated[str, OneOf(catalogue.POSTGRES_MAJORS, "a PostgreSQL major version, in quotes")]
ValkeyVersion = Annotated[str, OneOf(catalogue.VALKEY_VERSIONS, "a Valkey version, in quotes")]
AddonVersion = Annotated[
    str, Matches(r"v\d+\.\d+\.\d+-eksbuild\.\d+", "an EKS add-on version, for example v1.22.4-eksbuild.3")
]
EcrRepositoryName = Annotated[
    str,
    Matches(
        r"(?=.{2,200}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*",
        "2 to 200 lower-case letters and digits, separated by . _ - or /",
    ),
]

NamePrefix = Annotated[
    str,
    Matches(
        r"(?:[a-z][a-z0-9]{0,9}-)?",
        "2 to 11 lower-case letters or digits that end in a hyphen, for example jung-, or nothing",
    ),
]
TagValue = Annotated[
    str,
    Matches(
        r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?",
        "up to 63 lower-case letters, digits, - or _ (legal as a label on every cloud)",
    ),
]
DnsName = Annotated[
    str,
    Matches(
        r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
        "a lower-case DNS name without a dot at its end, for example mgz-g2-u3.shop",
    ),
]
CountryCode = Annotated[str, Matches(r"[A-Z]{2}", "a country's two capital letters (ISO 3166-1), for example KP")]
GitHubRepository = Annotated[
    str,
    Matches(
        r"[A-Za-z0-9-]{1,39}(?:@\d+)?/[\w.-]{1,100}(?:@\d+)?",
        "a GitHub repository: owner/name, or owner@owner-id/name@repository-id",
    ),
]
EmailAddress = Annotated[str, Matches(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address")]

CpuQuantity = Annotated[
    str,
    Matches(r"[1-9]\d{0,5}m|[1-9]\d{0,2}", "processor time: thousandths of a core (500m) or whole cores, in quotes"),
]
MemoryQuantity = Annotated[str, Matches(r"[1-9]\d{0,5}(?:Mi|Gi)", "memory in Mi or Gi, for example 512Mi")]
ImageReference = Annotated[
    str,
    Matches(
        r"[a-z0-9]+(?:[._/-][a-z0-9]+)*(?::(?!latest)[\w][\w.-]{0,127}(?:@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})",
        "a repository of the environment's registry with a tag or a digest or both, for example trip-service:1.4.2 or "
        "trip-service:1.4.2@sha256:...; never `latest`, which says nothing",
    ),
]
#: Beside the service stands its preview, whose name is eight letters longer.
ServiceName = Annotated[
    str,
    Matches(
        r"[a-z](?:[a-z0-9-]{0,53}[a-z0-9])?",
        "up to 55 lower-case letters, digits or -, the first a letter (a DNS name)",
    ),
]
KubernetesName = Annotated[
    str, Matches(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", "up to 63 lower-case letters, digits or -")
]
MetricName = Annotated[
    str, Matches(r"[a-z][a-z0-9_]{0,62}", "lower-case letters, digits and _, for example queue_length")
]
UrlPath = Annotated[str, Matches(r"(?:/[A-Za-z0-9._~-]+)+", "a path that begins with / and does not end with it")]
EnvironmentVariable = Annotated[
    str, Matches(r"[A-Z_][A-Z0-9_]{0,127}", "the name of an environment variable: upper-case letters, digits and _")
]
