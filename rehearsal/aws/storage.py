"""S3: names that belong to the whole world, and what the parts of a bucket's configuration demand of each other."""

from collections.abc import Iterator
from typing import Any

from rehearsal import values
from rehearsal.aws.keys import as_list, statements
from rehearsal.aws.policies import is_public
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.values import mapping

BUCKET = "aws:s3/bucket:Bucket"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
_ACTIONS = (
    "abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration", "noncurrentVersionTransitions",
    "transitions",
)  # fmt: skip
_DAYS_BEFORE_INFREQUENT_ACCESS = 30
_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")


def bucket_is_not_ours_already(case: Case) -> Iterator[Problem]:
    """A name of one's own that is in use has words of its own; the names of others are refused as taken."""
    name = str(case.get("bucket"))
    other = case.find_anywhere(BUCKET, name)
    if other and other.scope.account == case.scope.account:
        text = "Your previous request to create the named bucket succeeded and you already own it."
        yield Problem("bucket", f"BucketAlreadyOwnedByYou: {text} [{name} in {other.scope.region}]")


def bucket_outputs(case: Case) -> dict[str, Any]:
    """Return the zone that S3 keeps the region's website names in."""
    return {"hostedZoneId": case.fact("s3.website_zones").get(case.constants["region"])}


def bucket_named(case: Case, name: str) -> Object | None:
    """Return a bucket of any account and region: services deliver to buckets elsewhere too."""
    return case.find_anywhere(BUCKET, name)


def bucket_policy_of(case: Case, name: str) -> str | None:
    """Return the text of a bucket's policy, None where it has none."""
    found = case.find_anywhere(BUCKET_POLICY, name)
    return found.outputs.get("policy") if found else None


def policy_is_about_the_bucket(case: Case) -> Iterator[Problem]:
    """A bucket's policy speaks of that bucket and its objects only."""
    bucket = case.target("bucket")
    arn = bucket.outputs["arn"] if bucket else None
    for statement in statements(case.get("policy")) if arn else ():
        for resource in as_list(statement.get("Resource")):
            if resource != arn and not str(resource).startswith(f"{arn}/"):
                yield Problem("policy", f"MalformedPolicy: Policy has invalid resource [{resource} is not of {arn}]")
                return


def policy_is_not_public(case: Case) -> Iterator[Problem]:
    """A bucket that blocks public policies takes none."""
    block = case.find(_ACCESS_BLOCK, str(case.get("bucket")))
    if block and block.outputs.get("blockPublicPolicy") and is_public(case.get("policy")):
        arn = f"arn:aws:s3:::{case.get('bucket')}"
        text = f"not authorized to perform: s3:PutBucketPolicy on resource: {arn} because public policies are prevented"
        yield Problem("policy", f"AccessDenied: {text} by the BlockPublicPolicy setting in S3 Block Public Access.")


def encryption_key_fits(case: Case) -> Iterator[Problem]:
    """A KMS key is for encryption by KMS."""
    for path, default in values.find(case.properties, "rules[*].applyServerSideEncryptionByDefault"):
        if mapping(default).get("kmsMasterKeyId") is not None and mapping(default).get("sseAlgorithm") == "AES256":
            text = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
            yield Problem(values.format_path(path), f"InvalidArgument: {text}")


def lifecycle_rules_act(case: Case) -> Iterator[Problem]:
    """Rules have ids of their own and do something, in an order that S3 can keep."""
    seen = set()
    for path, rule in values.find(case.properties, "rules[*]"):
        if not isinstance(rule, dict):
            continue
        at, name = values.format_path(path), rule.get("id")
        if name in seen:
            text = f"Rule ID must be unique. Found same ID for one or more rules [{name}]"
            yield Problem(at, f"InvalidArgument: {text}")
        seen.add(name)
        if not any(rule.get(action) for action in _ACTIONS):
            yield Problem(at, f"InvalidRequest: At least one action needs to be specified in a rule [{name}]")
        yield from _days(at, rule)


def _days(at: str, rule: dict[str, Any]) -> Iterator[Problem]:
    last = mapping(rule.get("expiration")).get("days")
    if isinstance(last, int) and last < 1:
        text = "'Days' for Expiration action must be a positive integer"
        yield Problem(f"{at}.expiration.days", f"InvalidArgument: {text}")
    for move in rule.get("transitions") or ():
        days, target = mapping(move).get("days"), mapping(move).get("storageClass")
        if not isinstance(days, int):
            continue
        if target in ("STANDARD_IA", "ONEZONE_IA") and days < _DAYS_BEFORE_INFREQUENT_ACCESS:
            text = f"'Days' in Transition action must be greater than or equal to 30 for storageClass '{target}'"
            yield Problem(f"{at}.transitions", f"InvalidArgument: {text}")
        if isinstance(last, int) and last <= days:
            text = "'Days' in the Expiration action must be greater than 'Days' in the Transition action"
            yield Problem(
                f"{at}.expiration.days", f"InvalidArgument: {text} [rule {rule.get('id')}: {last} and {days}]"
            )


def lock_needs_versions(case: Case) -> Iterator[Problem]:
    """Object lock protects versions."""
    bucket, versioning = case.target("bucket"), case.find(_VERSIONING, str(case.get("bucket")))
    enabled = versioning and values.get(versioning.outputs, "versioningConfiguration.status") == "Enabled"
    if bucket and not bucket.outputs.get("objectLockEnabled") and not enabled:
        text = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        yield Problem("bucket", f"InvalidBucketState: {text}")


def lock_has_one_period(case: Case) -> Iterator[Problem]:
    """The default retention is in days or in years."""
    retention = case.properties.get("rule")
    default = mapping(mapping(retention).get("defaultRetention"))
    if default and (default.get("days") is None) == (default.get("years") is None):
        text = "The XML you provided was not well-formed or did not validate against our published schema"
        yield Problem("rule.defaultRetention", f"MalformedXML: {text} [give days or years]")


def lock_is_for_ever(case: Case) -> Iterator[Problem]:
    """Versioning cannot be suspended under an object lock."""
    bucket = case.target("bucket")
    suspended = case.get("versioningConfiguration.status") in ("Suspended", "Disabled")
    if bucket and bucket.outputs.get("objectLockEnabled") and suspended:
        text = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
        yield Problem("versioningConfiguration.status", f"InvalidBucketState: {text}")


def cors_methods_are_known(case: Case) -> Iterator[Problem]:
    """CORS knows five methods."""
    for path, method in values.find(case.properties, "corsRules[*].allowedMethods[*]"):
        if isinstance(method, str) and method not in _METHODS:
            text = f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
            yield Problem(values.format_path(path), f"InvalidRequest: {text}")
