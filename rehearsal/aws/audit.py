"""CloudTrail and Config: who may write where, and what must stand before what."""

from collections.abc import Iterator

from rehearsal.aws.keys import allows, allows_service, principals, statements
from rehearsal.case import Case
from rehearsal.errors import Problem

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
RECORDER = "aws:cfg/recorder:Recorder"
RECORDER_STATUS = "aws:cfg/recorderStatus:RecorderStatus"
CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel"


def _bucket_lets(case: Case, service: str) -> bool:
    policy = case.find(BUCKET_POLICY, str(case.get("s3BucketName")))
    return policy is not None and any(
        allows(statement, "s3:PutObject") and service in principals(statement, "Service")
        for statement in statements(policy.outputs.get("policy"))
    )


def bucket_takes_trails(case: Case) -> Iterator[Problem]:
    """The bucket's policy lets CloudTrail write before the trail starts."""
    if case.target("s3BucketName") and not _bucket_lets(case, "cloudtrail.amazonaws.com"):
        text = f"Incorrect S3 bucket policy is detected for bucket: {case.get('s3BucketName')}"
        yield Problem("s3BucketName", f"InsufficientS3BucketPolicyException: {text}")


def key_takes_trails(case: Case) -> Iterator[Problem]:
    """So does the key's."""
    key = case.target("kmsKeyId")
    if key and not allows_service(key, "cloudtrail.amazonaws.com", "kms:GenerateDataKey"):
        text = f"Insufficient permissions to access S3 bucket {case.get('s3BucketName')} or KMS key {case.get('kmsKeyId')}."
        yield Problem("kmsKeyId", f"InsufficientEncryptionPolicyException: {text}")


def bucket_takes_configuration(case: Case) -> Iterator[Problem]:
    """Config writes to a bucket that lets it."""
    if case.target("s3BucketName") and not _bucket_lets(case, "config.amazonaws.com"):
        text = f"Insufficient delivery policy to s3 bucket: {case.get('s3BucketName')}, unable to write to bucket"
        yield Problem("s3BucketName", f"InsufficientDeliveryPolicyException: {text}")


def recorder_exists(case: Case) -> Iterator[Problem]:
    """Channels and rules come after the recorder."""
    if not case.standing(RECORDER):
        what = "delivery channel" if case.type == CHANNEL else "config rule"
        text = f"Configuration recorder is not available to put {what}."
        yield Problem("", f"NoAvailableConfigurationRecorderException: {text}")


def channel_exists(case: Case) -> Iterator[Problem]:
    """A recorder starts once it has somewhere to write."""
    if case.get("isEnabled") and not case.standing(CHANNEL):
        text = "Delivery channel is not available to start configuration recorder."
        yield Problem("isEnabled", f"NoAvailableDeliveryChannelException: {text}")


def recorder_has_stopped(case: Case) -> Iterator[Problem]:
    """The last channel stays while the recorder runs."""
    if any(status.outputs.get("isEnabled") for status in case.standing(RECORDER_STATUS)):
        text = f"Failed to delete last specified delivery channel with name '{case.id}', because there is a running configuration recorder."
        yield Problem("", f"LastDeliveryChannelDeleteFailedException: {text}")


def global_types_need_all_types(case: Case) -> Iterator[Problem]:
    """Global resource types are recorded with all others, or not at all."""
    if case.get("recordingGroup.includeGlobalResourceTypes") and case.get("recordingGroup.allSupported") is False:
        text = "includeGlobalResourceTypes needs allSupported"
        yield Problem("recordingGroup", f"InvalidRecordingGroupException: {text}")


def managed_rule_is_named(case: Case) -> Iterator[Problem]:
    """A rule of AWS's own says which, in capitals."""
    name = case.get("source.sourceIdentifier")
    if case.get("source.owner") == "AWS" and isinstance(name, str) and not name.replace("_", "").isupper():
        text = f"The sourceIdentifier {name} is invalid. Please refer to the documentation for a list of valid sourceIdentifiers"
        yield Problem(
            "source.sourceIdentifier", f"InvalidParameterValueException: {text} that can be used when AWS is the Owner."
        )
