"""Annotated value types of Google Cloud: one validator each, whose message says what is allowed."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Network
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from settings.gcp import catalogue
from settings.types import Cidr, Matches, MaybeSealed, OneOf

#: The layout of a network is made for this size.
NETWORK_PREFIX_LENGTH: Final = 16


def _exists(minute: str) -> str:
    try:
        datetime.fromisoformat(minute)
    except ValueError:
        raise ValueError("a minute that the calendar has") from None
    return minute


ProjectId = Annotated[
    str,
    Matches(
        r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
        "a project id: 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    ),
]
ProjectNumber = Annotated[str, Matches(r"[1-9][0-9]{9,12}", "a project number: 10 to 13 digits, in quotes")]
GcpRegion = Annotated[str, OneOf(catalogue.GCP_ZONES, "a Google Cloud region")]

AlertChannelName = Annotated[
    str, Matches(r"[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?", "up to 32 lower-case letters, digits or -, the first a letter")
]
E164Number = Annotated[
    str, Matches(r"\+[1-9]\d{6,14}", 'a telephone number with + and country code, in quotes ("+4969...")')
]
SlackToken = Annotated[str, Matches(r"xox[a-z]-[\w-]{8,}", "a token of a Slack app (xoxb-...)"), MaybeSealed()]

#: Cloud SQL uses this network inside, and answers nobody who calls from it.
_CLOUD_SQL_INSIDE: Final = IPv4Network("172.17.0.0/16")


def _network_cidr(value: IPv4Network) -> IPv4Network:
    if value.prefixlen != NETWORK_PREFIX_LENGTH or not value.is_private or value == _CLOUD_SQL_INSIDE:
        raise ValueError(
            f"a private IPv4 network of /{NETWORK_PREFIX_LENGTH}, for the layout in settings/dtx/network.py, but not "
            f"{_CLOUD_SQL_INSIDE}: Cloud SQL uses that inside, and answers nobody who calls from it"
        )
    return value


NetworkCidr = Annotated[Cidr, AfterValidator(_network_cidr)]
NatLogs = Literal["ALL", "ERRORS_ONLY", "TRANSLATIONS_ONLY"]

MachineType = Annotated[str, OneOf(catalogue.MACHINE_TYPES, "a Compute Engine machine type")]
GkeMinor = Annotated[str, OneOf(catalogue.GKE_MINORS, "a Kubernetes minor of GKE, in quotes")]
GoogleGroup = Annotated[
    str,
    Matches(
        r"gke-security-groups@[a-z0-9.-]+\.[a-z]{2,}",
        "the Google group gke-security-groups@<domain>, whose name GKE prescribes",
    ),
]
UtcMinute = Annotated[
    str,
    Matches(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\dZ", "a minute in UTC, in quotes: 2026-12-18T00:00Z"),
    AfterValidator(_exists),
]
CronSchedule = Annotated[
    str,
    Matches(r"[\d*,/-]+( [\d*,/-]+){4}", "a schedule of five fields as cron spells it: 15 1 * * *"),
]

DatabaseTierName = Annotated[str, OneOf(catalogue.DATABASE_TIERS, "a tier of Cloud SQL")]
DatabaseMajor = Annotated[str, OneOf(catalogue.POSTGRES_MAJORS, "a PostgreSQL major of Cloud SQL, in quotes")]
CacheNode = Annotated[str, OneOf(catalogue.CACHE_NODES_WRITABLE_GB, "a node type of a Redis cluster")]
TimeOfDayUtc = Annotated[str, Matches(r"(?:[01]\d|2[0-3]):[0-5]\d", 'a time of day in UTC, in quotes ("01:00")')]
DatasetId = Annotated[str, Matches(r"[A-Za-z0-9_]{1,1024}", "letters, digits and _ (a BigQuery dataset)")]
WafRuleSet = Annotated[str, OneOf(catalogue.WAF_RULE_SETS, "a rule set of Cloud Armor")]
WafSignature = Annotated[
    str, Matches(r"[a-z0-9-]+-id\d{6}-[a-z]+", "the id of a signature, for example owasp-crs-v030301-id942260-sqli")
]
AccessPolicyNumber = Annotated[str, Matches(r"[1-9]\d{5,14}", "the number of an access policy: digits, in quotes")]
UserMember = Annotated[
    str, Matches(r"user:[^@\s]+@[^@\s]+", "user:name@domain: an access level knows no groups, so each by name")
]
ServiceAccountMember = Annotated[
    str,
    Matches(
        r"serviceAccount:[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com",
        "serviceAccount:name@project.iam.gserviceaccount.com",
    ),
]
