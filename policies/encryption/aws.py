"""Encryption on AWS: keys of our own at rest, which change, and TLS on every way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.documents import document_of, statements
from policies.origins import Origins
from policies.requirement import load_requirements, unmet
from policies.residency.aws import PLACES, own_region
from policies.resource import UNKNOWN, Resource, Value, revealed, shown
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated

_TABLES: Final = load_requirements(Path(__file__).with_name("aws.toml"))
CUSTOMER_KEYS: Final = _TABLES["customer_keys"]
AT_REST: Final = _TABLES["at_rest"]
TLS: Final = _TABLES["tls"]
KEY_ROTATION: Final = _TABLES["key_rotation"]

LOG_GROUP: Final = "aws:cloudwatch/logGroup:LogGroup"
DATABASE: Final = "aws:rds/instance:Instance"
PARAMETER_GROUP: Final = "aws:rds/parameterGroup:ParameterGroup"
BUCKET: Final = "aws:s3/bucket:Bucket"
BUCKET_POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
KEY: Final = "aws:kms/key:Key"
#: What has no name before the update and so leaves open who encrypts: a key of ours that the same update makes. A
#: bucket's policy is open only where it lets in a distribution, by the ARN that CloudFront makes up.
ORIGINS: Final = Origins(
    {
        **{token: {one.path: frozenset({KEY}) for one in rows} for token, rows in CUSTOMER_KEYS.items()},
        BUCKET_POLICY: {"policy": frozenset({"aws:cloudfront/distribution:Distribution"})},
    }
)
#: The parameter without which PostgreSQL also talks to whoever asks in plain text.
TLS_PARAMETER: Final = "rds.force_ssl"
#: How the name of a key begins that AWS holds for everybody who names none.
AWS_OWN_KEY: Final = "alias/aws/"
#: What S3 keeps beside a bucket, each as a resource of its own, and what would be without it.
BUCKET_PARTS: Final = MappingProxyType(
    {
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "who writes an object would own it",
        BUCKET_POLICY: "plain HTTP would be answered",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "a policy could open it to everybody",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
            "objects would be encrypted with a key of S3's"
        ),
        "aws:s3/bucketVersioning:BucketVersioning": "what is overwritten would be gone",
    }
)


def _is_at_home(resource: Resource) -> bool:
    """Return whether a key of ours is at hand: they are all in the home region, and a key serves its own region only.

    The one thing elsewhere is the log of the web ACL before CloudFront, which AWS encrypts with a key of its own.
    """
    return revealed(own_region(resource)[1]) != PLACES.edge


def customer_keys(resource: Resource) -> Iterable[Finding]:
    """Require a key of ours wherever something is kept. One that is made just now has no name: `ORIGINS`."""
    for requirement in CUSTOMER_KEYS[resource.type]:
        for path, value in resource.every(requirement.path):
            plain = revealed(value)
            if plain in (None, "") or (isinstance(plain, str) and AWS_OWN_KEY in plain):
                yield violated(at_path(path, value), "a key of our own (EncryptionKey)")


def at_rest(resource: Resource) -> Iterable[Finding]:
    """Refuse what is written in plain text."""
    yield from unmet(resource, AT_REST)


def tls(resource: Resource) -> Iterable[Finding]:
    """Refuse plain text and old protocols."""
    yield from unmet(resource, TLS)
    if resource.type == PARAMETER_GROUP:
        yield from _forced(resource)
    elif resource.type == DATABASE and resource.at("parameterGroupName") is None:
        yield violated("no `parameterGroupName`", f"a parameter group of our own, which sets {TLS_PARAMETER}")


def _judges_tls(resource: Resource) -> bool:
    if resource.type != PARAMETER_GROUP:
        return True
    family = revealed(resource.at("family"))
    return not isinstance(family, str) or family.startswith("postgres")


def _forced(resource: Resource) -> Iterator[Finding]:
    """Require the parameter that refuses plain text; parameters stand in a list, by name."""
    allowed = f"{TLS_PARAMETER} is 1"
    parameters = revealed(resource.at("parameters"))
    if parameters is UNKNOWN:
        yield unknowable("parameters", allowed)
        return
    values: list[Value] = [
        resource.at(f"{path}.value")
        for path, _ in resource.every("parameters.*")
        if revealed(resource.at(f"{path}.name")) == TLS_PARAMETER
    ]
    if UNKNOWN in map(revealed, values):
        yield unknowable("parameters", allowed)
    elif "1" not in [str(revealed(value)) for value in values]:
        yield violated(f"{TLS_PARAMETER} is {shown(values[0] if values else None)}", allowed)


def key_rotation(resource: Resource) -> Iterable[Finding]:
    """Require keys that AWS changes each year."""
    yield from unmet(resource, KEY_ROTATION)


def _is_symmetric(resource: Resource) -> bool:
    """Return whether it is a key that AWS can change: those that sign and those of other material it cannot."""
    return revealed(resource.at("customerMasterKeySpec")) in (None, "SYMMETRIC_DEFAULT", UNKNOWN)


def bucket_tls(resource: Resource) -> Iterable[Finding]:
    """Require that a bucket's policy refuses everything that comes by plain HTTP."""
    for statement in statements(document_of(resource) or {}):
        condition = statement.condition.get("Bool", {}).get("aws:SecureTransport", [])
        if statement.denies and statement.of_everybody and "s3:*" in statement.actions and condition == ["false"]:
            return
    yield violated(
        "a policy that answers plain HTTP", 'a Deny of s3:* for everybody where aws:SecureTransport is "false"'
    )


def _is_known(resource: Resource) -> bool:
    """Return whether the policy can be read; where it cannot, `ORIGINS` says whether that may be."""
    return document_of(resource) is not None


def bucket_parts(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require each part of a bucket that S3 keeps apart. Whose part it is, a preview knows by its reference."""
    parts = {
        (one.type, urn) for one in resources if one.type in BUCKET_PARTS for urn in one.references.get("bucket", ())
    }
    for bucket in resources:
        for part, without in BUCKET_PARTS.items():
            if bucket.type == BUCKET and (part, bucket.urn) not in parts:
                name = part.rpartition(":")[2]
                yield violated(
                    f"a bucket without a {name}: {without}", f"a {name} of the bucket (PrivateBucket)", bucket.urn
                )


def _has_a_bucket(resources: Sequence[Resource]) -> bool:
    return any(resource.type == BUCKET for resource in resources)


_REST: Final = "ISMS-P 2.7.1 use of encryption, 2.7.2 management of encryption keys"
_TRANSIT: Final = "ISMS-P 2.7.1 use of encryption, 2.10.5 secure transfer of information"
_SOURCE: Final = "KYEOL runbook, 2.2 (ISMS-P) and 3 (RDS, Valkey)"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="aws-customer-keys",
        concern="encryption",
        title="Whatever keeps data in Tokyo is encrypted with a KMS key of ours",
        severity="high",
        protects=_REST,
        controls={
            "ISMS-P": ("2.7.1", "2.7.2"),
            "CIS AWS": ("3.5",),
            "checkov": (
                "CKV_AWS_26",
                "CKV_AWS_35",
                "CKV_AWS_136",
                "CKV_AWS_145",
                "CKV_AWS_149",
                "CKV_AWS_158",
                "CKV_AWS_191",
                "CKV_AWS_354",
            ),
        },
        fix="Give the resource the ARN of an EncryptionKey; without one it takes a key that AWS holds",
        source=_SOURCE,
        types=tuple(sorted(CUSTOMER_KEYS)),
        fail_closed=True,
        claims=_is_at_home,
        judge=customer_keys,
    ),
    ResourceRule(
        id="aws-at-rest",
        concern="encryption",
        title="Databases, caches, buckets, images, disks and Kubernetes' secrets are encrypted",
        severity="high",
        protects=_REST,
        controls={
            "ISMS-P": ("2.7.1", "2.7.2"),
            "CIS AWS": ("2.2.1", "2.3.1"),
            "checkov": ("CKV_AWS_16", "CKV_AWS_29", "CKV_AWS_58", "CKV_AWS_145"),
        },
        fix="Set the property named above",
        source=_SOURCE,
        types=tuple(sorted(AT_REST)),
        fail_closed=True,
        judge=at_rest,
    ),
    ResourceRule(
        id="aws-tls",
        concern="encryption",
        title="CloudFront, its origin, PostgreSQL and Valkey take nothing but TLS 1.2 and newer",
        severity="high",
        protects=_TRANSIT,
        controls={"ISMS-P": ("2.7.1", "2.10.5"), "checkov": ("CKV_AWS_30", "CKV_AWS_34")},
        fix=f"Set the property named above; PostgreSQL takes a parameter group with {TLS_PARAMETER}",
        source=_SOURCE,
        types=tuple(sorted({*TLS, DATABASE, PARAMETER_GROUP})),
        fail_closed=True,
        claims=_judges_tls,
        judge=tls,
    ),
    ResourceRule(
        id="aws-key-rotation",
        concern="encryption",
        title="KMS keys get a new version each year",
        severity="medium",
        protects="ISMS-P 2.7.2 management of encryption keys",
        controls={"ISMS-P": ("2.7.2",), "CIS AWS": ("3.6",), "checkov": ("CKV_AWS_7",)},
        fix="Set `enableKeyRotation`; what older versions encrypted stays readable",
        source=_SOURCE,
        types=tuple(sorted(KEY_ROTATION)),
        fail_closed=True,
        claims=_is_symmetric,
        judge=key_rotation,
    ),
    ResourceRule(
        id="aws-bucket-tls",
        concern="encryption",
        title="Buckets answer nobody who comes by plain HTTP",
        severity="high",
        protects=_TRANSIT,
        controls={"ISMS-P": ("2.7.1", "2.10.5"), "CIS AWS": ("2.1.1",)},
        fix="Place the policy with place_bucket_policy, which begins with that refusal",
        source=_SOURCE,
        types=(BUCKET_POLICY,),
        fail_closed=True,
        claims=_is_known,
        judge=bucket_tls,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="aws-bucket-parts",
        concern="encryption",
        title="Each bucket is told how it is encrypted, closed, versioned and owned",
        severity="high",
        protects=_REST,
        controls={
            "ISMS-P": ("2.7.1", "2.7.2"),
            "CIS AWS": ("2.1.1", "2.1.4"),
            "checkov": ("CKV_AWS_21", "CKV_AWS_145", "CKV2_AWS_6"),
        },
        fix="Place buckets by PrivateBucket, which has them all",
        source=_SOURCE,
        types=(BUCKET, *BUCKET_PARTS),
        fail_closed=True,
        claims=_has_a_bucket,
        judge=bucket_parts,
    ),
    StackRule(
        id="aws-unknown-encryption",
        concern="encryption",
        title="A key that has no name yet is one of ours, and a bucket policy is known but for CloudFront's ARN",
        severity="high",
        protects=_REST,
        controls={"ISMS-P": ("2.7.1", "2.7.2")},
        fix="Give the property the output of an EncryptionKey itself, or a text that a preview knows",
        source=_SOURCE,
        types=ORIGINS.types,
        fail_closed=True,
        claims=ORIGINS.concern,
        judge=ORIGINS.unknown,
    ),
)
