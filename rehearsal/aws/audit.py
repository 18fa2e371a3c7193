"""CloudTrail and Config: who may write where, and what must stand before what."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.aws.policies import role_may, service_may
from rehearsal.aws.storage import bucket_named, bucket_policy_of
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.inventory import Object

RECORDER = "aws:cfg/recorder:Recorder"
RECORDER_STATUS = "aws:cfg/recorderStatus:RecorderStatus"
CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
_TRAILS, _CONFIG = "cloudtrail.amazonaws.com", "config.amazonaws.com"
_TRAILS_PER_REGION = 5
_OWNERSHIP = {"s3:x-amz-acl": "bucket-owner-full-control"}


def _request(case: Case, source_arn: str) -> dict[str, str]:
    """Return the condition keys of a request that a service makes for something of this account, over TLS."""
    return {"aws:securetransport": "true", "aws:sourceaccount": case.scope.account, "aws:sourcearn": source_arn}


def _log_place(bucket: str, prefix: str | None, account: str, folder: str = "") -> str:
    return f"arn:aws:s3:::{bucket}/{f'{prefix}/' if prefix else ''}AWSLogs/{account}/{folder}probe"


# --- CloudTrail -----------------------------------------------------------------------------------------------------


def bucket_takes_trails(case: Case) -> Iterator[Problem]:
    """The bucket exists, and its policy lets this trail look and write before it starts."""
    name = str(case.get("s3BucketName"))
    if bucket_named(case, name) is None:
        yield Problem("s3BucketName", f"S3BucketDoesNotExistException: S3 bucket {name} does not exist!")
        return
    policy, request = bucket_policy_of(case, name), _request(case, _trail_arn(case))
    place = _log_place(name, case.get("s3KeyPrefix"), case.scope.account)
    looks = service_may(policy, _TRAILS, "s3:GetBucketAcl", f"arn:aws:s3:::{name}", request)
    if not looks or not service_may(policy, _TRAILS, "s3:PutObject", place, {**request, **_OWNERSHIP}):
        text = f"Incorrect S3 bucket policy is detected for bucket: {name}"
        lacks = "s3:PutObject on AWSLogs" if looks else "s3:GetBucketAcl"
        yield Problem("s3BucketName", f"InsufficientS3BucketPolicyException: {text} [{_TRAILS} lacks {lacks}]")


def _trail_arn(case: Case) -> str:
    return f"arn:aws:cloudtrail:{case.constants['region']}:{case.scope.account}:trail/{case.get('name')}"


def key_takes_trails(case: Case) -> Iterator[Problem]:
    """So does the key's: CloudTrail looks at the key first, and encrypts in the name of the trail."""
    key, arn = case.target("kmsKeyId"), _trail_arn(case)
    looks = _request(case, arn)
    encrypts = {**looks, "kms:encryptioncontext:aws:cloudtrail:arn": arn}
    if key and not (
        _key_lets(key, _TRAILS, "DescribeKey", looks) and _key_lets(key, _TRAILS, "GenerateDataKey", encrypts)
    ):
        bucket = case.get("s3BucketName")
        text = f"Insufficient permissions to access S3 bucket {bucket} or KMS key {case.get('kmsKeyId')}."
        yield Problem("kmsKeyId", f"InsufficientEncryptionPolicyException: {text}")


def _key_lets(key: Object, service: str, action: str, request: Mapping[str, str]) -> bool:
    return service_may(key.outputs.get("policy"), service, f"kms:{action}", key.outputs["arn"], request)


def trails_fit(case: Case) -> Iterator[Problem]:
    """A region takes five trails."""
    if len(case.standing(case.type)) >= _TRAILS_PER_REGION:
        text = f"User: {case.scope.account} already has {_TRAILS_PER_REGION} trails in {case.constants['region']}."
        yield Problem("", f"MaximumNumberOfTrailsExceededException: {text}")


def trail_is_consistent(case: Case) -> Iterator[Problem]:
    """A trail of all regions sees global services; logs to CloudWatch need a role."""
    if case.get("isMultiRegionTrail") and case.get("includeGlobalServiceEvents") is False:
        text = "Multi-Region trail must include global service events."
        yield Problem("includeGlobalServiceEvents", f"InvalidParameterCombinationException: {text}")
    if ("cloudWatchLogsGroupArn" in case.properties) != ("cloudWatchLogsRoleArn" in case.properties):
        text = "You must specify both the CloudWatch Logs log group ARN and the role ARN."
        yield Problem("cloudWatchLogsRoleArn", f"InvalidCloudWatchLogsRoleArnException: {text}")


# --- Config ---------------------------------------------------------------------------------------------------------


def recording_group_is_consistent(case: Case) -> Iterator[Problem]:
    """All types, or a list of them; global ones come with all."""
    group, listed = "recordingGroup", case.get("recordingGroup.resourceTypes")
    if case.get(f"{group}.includeGlobalResourceTypes") and case.get(f"{group}.allSupported") is False:
        text = "includeGlobalResourceTypes needs allSupported"
        yield Problem(group, f"InvalidRecordingGroupException: The recording group provided is not valid. [{text}]")
    if listed and case.get(f"{group}.allSupported") is not False:
        text = "resourceTypes needs allSupported to be false"
        yield Problem(group, f"InvalidRecordingGroupException: The recording group provided is not valid. [{text}]")


def recorder_exists(case: Case) -> Iterator[Problem]:
    """Channels and rules come after the recorder."""
    if not case.standing(RECORDER):
        what = "delivery channel" if case.type == CHANNEL else "config rule"
        text = f"Configuration recorder is not available to put {what}."
        yield Problem("", f"NoAvailableConfigurationRecorderException: {text}")


def bucket_takes_configuration(case: Case) -> Iterator[Problem]:
    """Config writes as the recorder's role, and where the role may not, as itself."""
    name, prefix, key = str(case.get("s3BucketName")), case.get("s3KeyPrefix"), case.get("s3KmsKeyArn")
    if bucket_named(case, name) is None:
        yield Problem(
            "s3BucketName", f"NoSuchBucketException: Cannot find a S3 bucket with an input bucket name: {name}"
        )
        return
    documents, request = _recorder_policies(case), _request(case, f"arn:aws:config:{_place(case)}")
    place = _log_place(name, prefix, case.scope.account, "Config/")
    writes = role_may(documents, "s3:PutObject", place, {**request, **_OWNERSHIP}) or service_may(
        bucket_policy_of(case, name), _CONFIG, "s3:PutObject", place, {**request, **_OWNERSHIP}
    )
    owner = case.target("s3KmsKeyArn")
    encrypts = (
        owner is None
        or _key_lets(owner, _CONFIG, "GenerateDataKey", request)
        or role_may(documents, "kms:GenerateDataKey", owner.outputs["arn"], request)
    )
    if not writes or not encrypts:
        text = f"Insufficient delivery policy to s3 bucket: {name}, unable to write to bucket"
        text = f"{text}, provided s3 key prefix is '{prefix or 'null'}', provided kms key is '{key or 'null'}'."
        yield Problem("s3BucketName", f"InsufficientDeliveryPolicyException: {text}")


def _place(case: Case) -> str:
    return f"{case.constants['region']}:{case.scope.account}:*"


def _recorder_policies(case: Case) -> list[Any]:
    roles = [case.find(ROLE, str(recorder.outputs.get("roleArn")), "arn") for recorder in case.standing(RECORDER)]
    return [
        policy.outputs.get("policy")
        for role in roles
        if role
        for policy in case.inventory.referrers(role.key, type=ROLE_POLICY)
    ]


def channel_exists(case: Case) -> Iterator[Problem]:
    """A recorder starts once it has somewhere to write."""
    if case.get("isEnabled") and not case.standing(CHANNEL):
        text = "Delivery channel is not available to start configuration recorder."
        yield Problem("isEnabled", f"NoAvailableDeliveryChannelException: {text}")


def recorder_has_stopped(case: Case) -> Iterator[Problem]:
    """The last channel stays while the recorder runs."""
    if any(status.outputs.get("isEnabled") for status in case.standing(RECORDER_STATUS)):
        text = f"Failed to delete last specified delivery channel with name '{case.id}'"
        reason = "because there is a running configuration recorder."
        yield Problem("", f"LastDeliveryChannelDeleteFailedException: {text}, {reason}")


def managed_rule_is_known(case: Case) -> Iterator[Problem]:
    """AWS's own rules are known by identifier."""
    name, known = case.get("source.sourceIdentifier"), case.fact("cfg.managed_rules")
    if case.get("source.owner") == "AWS" and isinstance(name, str) and name not in known:
        text = f"The sourceIdentifier {name} is invalid. Please refer to the documentation for a list of valid"
        hint = "(a real one that is missing: add it to rehearsal/aws/facts/cfg.yaml)"
        text = f"{text} sourceIdentifiers that can be used when AWS is the Owner.{suggestion(name, known)} {hint}"
        yield Problem("source.sourceIdentifier", f"InvalidParameterValueException: {text}")
