"""Annotated value types: one validator each, whose message says what is allowed.

Every validator is pure and offline, so the same text comes from `pulumi preview`, `make lint` and an editor's schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from ipaddress import IPv4Network
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from settings import catalogue

DataClassification = Literal["public", "internal", "personal"]
NatMode = Literal["single", "per-zone"]

VPC_PREFIX_LENGTH: Final = 16
ALARM_EMAIL_PATTERN: Final = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


def _matches(pattern: str, allowed: str) -> Callable[[str], str]:
    """Return a validator that accepts strings which match `pattern` from end to end."""
    compiled = re.compile(pattern)

    def validate(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(allowed)
        return value

    return validate


def _one_of(values: Collection[str], what: str) -> Callable[[str], str]:
    """Return a validator that accepts the listed strings."""
    allowed = f"{what}: {', '.join(values)} (settings/catalogue.py)"

    def validate(value: str) -> str:
        if value not in values:
            raise ValueError(allowed)
        return value

    return validate


def _private_vpc_network(value: IPv4Network) -> IPv4Network:
    if value.prefixlen != VPC_PREFIX_LENGTH or not value.is_private:
        msg = f"a private IPv4 network of /{VPC_PREFIX_LENGTH}, as the subnet layout in settings/network.py expects"
        raise ValueError(msg)
    return value


def _private_service_network(value: IPv4Network) -> IPv4Network:
    if not value.is_private or not 12 <= value.prefixlen <= 24:  # noqa: PLR2004 - the EKS limits themselves
        msg = "a private IPv4 network between /12 and /24, as EKS demands of the Kubernetes service network"
        raise ValueError(msg)
    return value


AwsAccountId = Annotated[
    str,
    AfterValidator(_matches(r"\d{12}", 'an AWS account id: twelve digits, in quotes ("111111111111")')),
    Field(examples=["111111111111"], json_schema_extra={"pattern": r"^\d{12}$"}),
]
AwsRegion = Annotated[
    str,
    AfterValidator(_one_of(tuple(catalogue.AWS_ZONES), "an allowed AWS region")),
    Field(json_schema_extra={"enum": list(catalogue.AWS_ZONES)}),
]
ZoneLetter = Annotated[
    str,
    AfterValidator(_matches(r"[a-z]", "the letter of an availability zone, for example a")),
    Field(json_schema_extra={"pattern": "^[a-z]$"}),
]
VpcCidr = Annotated[
    IPv4Network,
    AfterValidator(_private_vpc_network),
    Field(description="A VPC's address range, a private /16"),
]
ServiceCidr = Annotated[IPv4Network, AfterValidator(_private_service_network)]
Ec2InstanceTypeName = Annotated[
    str,
    AfterValidator(_one_of(tuple(catalogue.EC2_INSTANCE_TYPES), "an EC2 instance type")),
    Field(json_schema_extra={"enum": list(catalogue.EC2_INSTANCE_TYPES)}),
]
RdsInstanceClass = Annotated[
    str,
    AfterValidator(_one_of(tuple(catalogue.RDS_INSTANCE_CLASS_MEMORY_MIB), "an RDS instance class")),
    Field(json_schema_extra={"enum": list(catalogue.RDS_INSTANCE_CLASS_MEMORY_MIB)}),
]
CacheNodeType = Annotated[
    str,
    AfterValidator(_one_of(catalogue.CACHE_NODE_TYPES, "an ElastiCache node type")),
    Field(json_schema_extra={"enum": list(catalogue.CACHE_NODE_TYPES)}),
]
KubernetesMinor = Annotated[
    str,
    AfterValidator(_one_of(catalogue.KUBERNETES_MINORS, 'a Kubernetes minor, in quotes ("1.35")')),
    Field(json_schema_extra={"enum": list(catalogue.KUBERNETES_MINORS)}),
]
PostgresMajor = Annotated[
    str,
    AfterValidator(_one_of(catalogue.POSTGRES_MAJORS, 'a PostgreSQL major version, in quotes ("17")')),
    Field(json_schema_extra={"enum": list(catalogue.POSTGRES_MAJORS)}),
]
ValkeyVersion = Annotated[
    str,
    AfterValidator(_one_of(catalogue.VALKEY_VERSIONS, 'a Valkey version, in quotes ("8.0")')),
    Field(json_schema_extra={"enum": list(catalogue.VALKEY_VERSIONS)}),
]
AddonVersion = Annotated[
    str,
    AfterValidator(_matches(r"v\d+\.\d+\.\d+-eksbuild\.\d+", "an EKS add-on version such as v1.22.4-eksbuild.3")),
    Field(json_schema_extra={"pattern": r"^v\d+\.\d+\.\d+-eksbuild\.\d+$"}),
]
NamePrefix = Annotated[
    str,
    AfterValidator(
        _matches(r"[a-z][a-z0-9]{0,9}-", "2 to 11 lower-case letters or digits that end in a hyphen: jung-")
    ),
    Field(json_schema_extra={"pattern": "^[a-z][a-z0-9]{0,9}-$"}),
]
TagValue = Annotated[
    str,
    AfterValidator(
        _matches(
            r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?",
            "up to 63 lower-case letters, digits, - or _ (a label on every cloud)",
        )
    ),
    Field(json_schema_extra={"pattern": "^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"}),
]
DnsName = Annotated[
    str,
    AfterValidator(
        _matches(
            r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}",
            "a lower-case DNS name without a dot at its end, for example mgz-g2-u3.shop",
        )
    ),
]
HostedZoneId = Annotated[
    str,
    AfterValidator(_matches(r"Z[A-Z0-9]{1,31}", "a Route 53 hosted zone id, for example Z0123456789ABCDEFGHIJ")),
    Field(json_schema_extra={"pattern": "^Z[A-Z0-9]{1,31}$"}),
]
IamPrincipalArn = Annotated[
    str,
    AfterValidator(
        _matches(
            r"arn:aws:iam::\d{12}:(?:role|user)/[\w+=,.@/-]{1,512}",
            "the ARN of an IAM role or user, for example arn:aws:iam::111111111111:role/platform-admin",
        )
    ),
]
EcrRepositoryName = Annotated[
    str,
    AfterValidator(
        _matches(
            r"(?=.{2,200}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*",
            "2 to 200 lower-case letters and digits, separated by . _ - or /",
        )
    ),
]
EmailAddress = Annotated[
    str,
    AfterValidator(_matches(ALARM_EMAIL_PATTERN.strip("^$"), "an e-mail address")),
    Field(json_schema_extra={"format": "email"}),
]
