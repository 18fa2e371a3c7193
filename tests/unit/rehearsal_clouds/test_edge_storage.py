"""Buckets and what configures them."""

import json
from typing import Any

import pytest

from rehearsal.values import UNKNOWN
from tests.unit.rehearsal_clouds.provider_client import ACCOUNT, Clouds, Engine, Refused, Thing
from tests.unit.rehearsal_clouds.test_edge_dns import OTHER_ACCOUNT

BUCKET = "aws:s3/bucket:Bucket"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
CORS = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"


@pytest.fixture
def bucket(aws: Engine) -> Thing:
    return aws.create(BUCKET, bucket="media")


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: Any, action: str, resource: str, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def test_a_bucket_tells_its_names(aws):
    bucket = aws.create(BUCKET, bucket="media")
    assert bucket.id == "media"
    assert bucket["arn"] == "arn:aws:s3:::media"
    assert bucket["bucketDomainName"] == "media.s3.amazonaws.com"
    assert bucket["bucketRegionalDomainName"] == "media.s3.ap-northeast-1.amazonaws.com"
    assert bucket["hostedZoneId"] == "Z2M4EHUR26P7ZW"


def test_a_buckets_names_are_unknown_before_it_exists(aws):
    seen = aws.preview(BUCKET, "b", {"bucket": "media"})
    assert {seen["arn"], seen["bucketRegionalDomainName"], seen["hostedZoneId"]} == {UNKNOWN}


def test_a_bucket_may_stand_in_another_region_than_its_provider(aws):
    bucket = aws.create(BUCKET, bucket="media", region="us-west-2")
    assert bucket["bucketRegionalDomainName"] == "media.s3.us-west-2.amazonaws.com"
    with pytest.raises(Refused, match=r"NoSuchBucket: .*it exists in \d+/us-west-2"):
        aws.create(OWNERSHIP, bucket="media", rule={"objectOwnership": "BucketOwnerEnforced"})


def test_a_bucket_without_a_name_gets_one(aws):
    assert aws.create(BUCKET, "Media")["bucket"].startswith("media-")


@pytest.mark.parametrize(
    "name", ["ab", "a" * 64, "Media", "me_dia", "-media", "media.", "me..dia", "10.0.0.1", "xn--media", "media-s3alias"]
)
def test_a_name_that_s3_would_refuse_is_refused(aws, name):
    with pytest.raises(Refused, match="InvalidBucketName: The specified bucket is not valid"):
        aws.create(BUCKET, bucket=name)


@pytest.mark.usefixtures("bucket")
def test_a_bucket_name_belongs_to_the_world(clouds: Clouds):
    with pytest.raises(Refused, match="BucketAlreadyExists: The requested bucket name is not available"):
        clouds.provider("aws", OTHER_ACCOUNT).create(BUCKET, bucket="media")


@pytest.mark.usefixtures("bucket")
def test_ones_own_bucket_is_refused_in_other_words(aws):
    with pytest.raises(Refused, match=r"BucketAlreadyOwnedByYou: .*\[media in ap-northeast-1\]"):
        aws.create(BUCKET, "again", bucket="media", region="us-east-1")


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        (POLICY, {"policy": policy(allow("*", "s3:*", "arn:aws:s3:::gone"))}),
        (ACCESS_BLOCK, {}),
        (VERSIONING, {"versioningConfiguration": {"status": "Enabled"}}),
        (ENCRYPTION, {"rules": [{"bucketKeyEnabled": True}]}),
        (OWNERSHIP, {"rule": {"objectOwnership": "BucketOwnerEnforced"}}),
        (LIFECYCLE, {"rules": [{"id": "a", "status": "Enabled", "expiration": {"days": 1}}]}),
        (LOGGING, {"targetBucket": "gone", "targetPrefix": ""}),
        (LOCK, {}),
        (CORS, {"corsRules": [{"allowedMethods": ["GET"], "allowedOrigins": ["*"]}]}),
    ],
)
def test_what_configures_a_bucket_needs_it(aws, type_, inputs):
    with pytest.raises(Refused, match="NoSuchBucket: The specified bucket does not exist: gone"):
        aws.create(type_, bucket="gone", **inputs)


@pytest.mark.parametrize(
    ("type_", "inputs", "refusal"),
    [
        (VERSIONING, {"versioningConfiguration": {"status": "On"}}, "'On' is not offered"),
        (OWNERSHIP, {"rule": {"objectOwnership": "Nobody"}}, "'Nobody' is not offered"),
        (LOGGING, {"targetBucket": "gone", "targetPrefix": ""}, "InvalidTargetBucketForLogging: .*gone"),
        (CORS, {"corsRules": [{"allowedMethods": ["LOOK"], "allowedOrigins": ["*"]}]}, "Unsupported method is LOOK"),
        (LOCK, {"rule": {"defaultRetention": {"mode": "GOVERNANCE"}}}, "MalformedXML: .*give days or years"),
        (LOCK, {}, "InvalidBucketState: Versioning must be 'Enabled' on the bucket"),
        (POLICY, {"policy": "{"}, "contains an invalid JSON"),
        (POLICY, {"policy": policy(allow("*", "s3:*", "arn:aws:s3:::other/*"))}, "MalformedPolicy: .*invalid resource"),
    ],
)
def test_a_configuration_that_s3_would_refuse_is_refused(aws, bucket, type_, inputs, refusal):
    with pytest.raises(Refused, match=refusal):
        aws.create(type_, bucket=bucket.id, **inputs)


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        ({}, "InvalidRequest: At least one action needs to be specified in a rule"),
        ({"expiration": {"days": 0}}, "'Days' for Expiration action must be a positive integer"),
        (
            {"transitions": [{"days": 29, "storageClass": "STANDARD_IA"}]},
            "greater than or equal to 30 for storageClass",
        ),
        (
            {"expiration": {"days": 90}, "transitions": [{"days": 90, "storageClass": "GLACIER"}]},
            "'Days' in the Expiration action must be greater than 'Days' in the Transition action",
        ),
    ],
)
def test_a_lifecycle_rule_that_s3_would_refuse_is_refused(aws, bucket, rule, refusal):
    with pytest.raises(Refused, match=refusal):
        aws.create(LIFECYCLE, bucket=bucket.id, rules=[{"id": "a", "status": "Enabled", **rule}])


def test_lifecycle_rules_have_ids_of_their_own(aws, bucket):
    rule = {"id": "a", "status": "Enabled", "expiration": {"days": 30}}
    with pytest.raises(Refused, match="Rule ID must be unique"):
        aws.create(LIFECYCLE, bucket=bucket.id, rules=[rule, rule])


def test_a_kms_key_is_for_encryption_by_kms(aws, bucket):
    key = aws.create("aws:kms/key:Key")
    for algorithm, fits in (("aws:kms", True), ("AES256", False)):
        rules = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, "kmsMasterKeyId": key["arn"]}}]
        if fits:
            aws.create(ENCRYPTION, "good", bucket=bucket.id, rules=rules)
        else:
            with pytest.raises(Refused, match="a KMSMasterKeyID is not applicable"):
                aws.create(ENCRYPTION, "bad", bucket=bucket.id, rules=rules)


def test_an_object_lock_protects_versions(aws, bucket):
    aws.create(VERSIONING, bucket=bucket.id, versioningConfiguration={"status": "Enabled"})
    aws.create(LOCK, bucket=bucket.id, rule={"defaultRetention": {"mode": "COMPLIANCE", "days": 30}})


def test_versioning_stays_on_under_an_object_lock(aws):
    aws.create(BUCKET, bucket="evidence", objectLockEnabled=True)
    with pytest.raises(Refused, match="InvalidBucketState: An Object Lock configuration is present"):
        aws.create(VERSIONING, bucket="evidence", versioningConfiguration={"status": "Suspended"})


def test_a_bucket_that_blocks_public_policies_takes_none(aws, bucket):
    aws.create(ACCESS_BLOCK, bucket=bucket.id, blockPublicPolicy=True)
    reading = ("s3:GetObject", "arn:aws:s3:::media/*")
    with pytest.raises(Refused, match=r"AccessDenied: .*prevented by the BlockPublicPolicy setting"):
        aws.create(POLICY, bucket=bucket.id, policy=policy(allow("*", *reading)))
    bound = allow("*", *reading, StringEquals={"aws:PrincipalAccount": ACCOUNT})
    aws.create(POLICY, bucket=bucket.id, policy=policy(bound))
