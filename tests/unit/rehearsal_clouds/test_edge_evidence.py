"""CloudTrail, Config and budgets: what must stand, and be allowed, before they start."""

import json
from typing import Any

import pytest

from rehearsal.aws.policies import is_public, role_may, service_may
from tests.unit.rehearsal_clouds.provider_client import ACCOUNT, Engine, Refused, Thing, trust
from tests.unit.rehearsal_clouds.test_edge_storage import BUCKET, POLICY, allow, policy

TRAIL = "aws:cloudtrail/trail:Trail"
RECORDER = "aws:cfg/recorder:Recorder"
CHANNEL = "aws:cfg/deliveryChannel:DeliveryChannel"
STATUS = "aws:cfg/recorderStatus:RecorderStatus"
RULE = "aws:cfg/rule:Rule"
BUDGET = "aws:budgets/budget:Budget"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
KEY = "aws:kms/key:Key"

LOGS, LOGGED = "arn:aws:s3:::logs", f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/*"
OWNED = {"s3:x-amz-acl": "bucket-owner-full-control"}
TRAIL_ARN = f"arn:aws:cloudtrail:ap-northeast-1:{ACCOUNT}:trail/audit"
FOR_TRAILS = (
    allow({"Service": "cloudtrail.amazonaws.com"}, "s3:GetBucketAcl", LOGS, StringEquals={"aws:SourceArn": TRAIL_ARN}),
    allow({"Service": "cloudtrail.amazonaws.com"}, "s3:PutObject", LOGGED, StringEquals={
        "aws:SourceArn": TRAIL_ARN, **OWNED,
    }),
)  # fmt: skip
FOR_CONFIG = allow(
    {"Service": "config.amazonaws.com"}, "s3:PutObject", f"arn:aws:s3:::logs/AWSLogs/{ACCOUNT}/Config/*",
    StringEquals={"AWS:SourceAccount": ACCOUNT, **OWNED},
)  # fmt: skip


@pytest.fixture
def bucket(aws: Engine) -> Thing:
    return aws.create(BUCKET, bucket="logs")


def let(aws: Engine, *statements: dict[str, Any]) -> Thing:
    return aws.create(POLICY, bucket="logs", policy=policy(*statements))


def key_for(aws: Engine, **service: Any) -> Thing:
    owner = allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*", "*")
    return aws.create(KEY, policy=policy(owner, *([allow(**service)] if service else [])))


# --- CloudTrail -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bucket")
def test_a_trail_writes_into_a_bucket_that_lets_it(aws):
    let(aws, *FOR_TRAILS)
    trail = aws.create(TRAIL, name="audit", s3BucketName="logs")
    assert trail["arn"] == TRAIL_ARN
    assert trail["homeRegion"] == "ap-northeast-1"


def test_a_trail_needs_a_bucket(aws):
    with pytest.raises(Refused, match="S3BucketDoesNotExistException: S3 bucket logs does not exist!"):
        aws.create(TRAIL, name="audit", s3BucketName="logs")


@pytest.mark.parametrize(
    ("statements", "lacking"),
    [
        ([], "s3:GetBucketAcl"),
        (FOR_TRAILS[:1], "s3:PutObject on AWSLogs"),
        (FOR_TRAILS[1:], "s3:GetBucketAcl"),
        ([*FOR_TRAILS, {**FOR_TRAILS[1], "Effect": "Deny"}], "s3:PutObject on AWSLogs"),
    ],
)
@pytest.mark.usefixtures("bucket")
def test_a_bucket_policy_that_shuts_a_trail_out_is_found(aws, statements, lacking):
    if statements:
        let(aws, *statements)
    with pytest.raises(Refused, match=rf"Incorrect S3 bucket policy is detected for bucket: logs .* lacks {lacking}"):
        aws.create(TRAIL, name="audit", s3BucketName="logs")


@pytest.mark.usefixtures("bucket")
def test_a_bucket_policy_for_another_trail_does_not_serve(aws):
    let(aws, *FOR_TRAILS)
    with pytest.raises(Refused, match="InsufficientS3BucketPolicyException"):
        aws.create(TRAIL, name="other", s3BucketName="logs")


@pytest.mark.usefixtures("bucket")
def test_a_bucket_policy_without_objects_under_the_prefix_does_not_serve(aws):
    let(aws, *FOR_TRAILS)
    with pytest.raises(Refused, match="InsufficientS3BucketPolicyException"):
        aws.create(TRAIL, name="audit", s3BucketName="logs", s3KeyPrefix="trails")


TRAILS = f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"
ENCRYPTING = {"kms:EncryptionContext:aws:cloudtrail:arn": TRAILS}
BY_A_TRAIL = {"aws:SourceArn": TRAILS}


def for_trail(action: str, condition: dict[str, str]) -> dict[str, Any]:
    return allow({"Service": "cloudtrail.amazonaws.com"}, action, "*", ArnLike=condition)


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("statements", "serves"),
    [
        ([for_trail("kms:*", BY_A_TRAIL)], True),
        ([for_trail("kms:GenerateDataKey*", ENCRYPTING), for_trail("kms:DescribeKey", BY_A_TRAIL)], True),
        ([for_trail("kms:*", ENCRYPTING)], False),  # who looks at a key has no encryption context
        ([for_trail("kms:DescribeKey", BY_A_TRAIL)], False),
        ([], False),
    ],
)
def test_the_key_lets_the_trail_look_and_encrypt(aws, statements, serves):
    let(aws, *FOR_TRAILS)
    owner = allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*", "*")
    key = aws.create(KEY, policy=policy(owner, *statements))
    if serves:
        aws.create(TRAIL, name="audit", s3BucketName="logs", kmsKeyId=key["arn"])
    else:
        with pytest.raises(Refused, match="InsufficientEncryptionPolicyException: Insufficient permissions to acc"):
            aws.create(TRAIL, name="audit", s3BucketName="logs", kmsKeyId=key["arn"])


@pytest.mark.parametrize(
    ("inputs", "refusal"),
    [
        ({"name": "no spaces"}, "InvalidTrailNameException"),
        ({"isMultiRegionTrail": True, "includeGlobalServiceEvents": False}, "must include global service events"),
        (
            {"cloudWatchLogsGroupArn": "arn:aws:logs:r:123456789012:log-group:g:*"},
            "InvalidCloudWatchLogsRoleArnException",
        ),
        ({"kmsKeyId": f"arn:aws:kms:ap-northeast-1:{ACCOUNT}:key/none"}, "KmsKeyNotFoundException"),
    ],
)
@pytest.mark.usefixtures("bucket")
def test_a_trail_that_cloudtrail_would_refuse_is_refused(aws, inputs, refusal):
    let(aws, *FOR_TRAILS)
    with pytest.raises(Refused, match=refusal):
        aws.create(TRAIL, **{"name": "audit", "s3BucketName": "logs", **inputs})


@pytest.mark.usefixtures("bucket")
def test_trails_have_names_of_their_own_and_are_five_a_region(aws):
    statements = [{key: item for key, item in statement.items() if key != "Condition"} for statement in FOR_TRAILS]
    let(aws, *statements)
    for number in range(4):
        aws.create(TRAIL, f"trail-{number}", name=f"trail-{number}", s3BucketName="logs")
    with pytest.raises(Refused, match="TrailAlreadyExistsException: Trail trail-0 already exists"):
        aws.create(TRAIL, "same", name="trail-0", s3BucketName="logs")
    aws.create(TRAIL, "fifth", name="fifth", s3BucketName="logs")
    with pytest.raises(Refused, match=rf"MaximumNumberOfTrailsExceededException: User: {ACCOUNT} already has 5 trails"):
        aws.create(TRAIL, "sixth", name="sixth", s3BucketName="logs")


# --- Config ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def recorder(aws: Engine) -> Thing:
    aws.create(BUCKET, bucket="logs")
    role = aws.create(ROLE, name="config", assumeRolePolicy=trust("config.amazonaws.com"))
    return aws.create(RECORDER, name="audit", roleArn=role["arn"])


@pytest.mark.usefixtures("recorder")
def test_a_recorder_runs_once_it_can_deliver(aws):
    let(aws, FOR_CONFIG)
    with pytest.raises(
        Refused, match="NoAvailableDeliveryChannelException: Delivery channel is not available to start"
    ):
        aws.create(STATUS, name="audit", isEnabled=True)
    channel = aws.create(CHANNEL, name="audit", s3BucketName="logs")
    running = aws.create(STATUS, name="audit", isEnabled=True)
    with pytest.raises(
        Refused, match=r"LastDeliveryChannelDeleteFailedException: .*'audit', because there is a running"
    ):
        aws.delete(channel)
    aws.delete(running)
    aws.delete(channel)


def test_one_recorder_and_one_channel_a_region(aws, recorder):
    let(aws, FOR_CONFIG)
    aws.create(CHANNEL, "first", name="audit", s3BucketName="logs")
    with pytest.raises(
        Refused, match=r"MaxNumberOfConfigurationRecordersExceededException: .*'second' because the maximum"
    ):
        aws.create(RECORDER, "second", name="second", roleArn=recorder["roleArn"])
    with pytest.raises(Refused, match=r"MaxNumberOfDeliveryChannelsExceededException: .*'second' because the maximum"):
        aws.create(CHANNEL, "second", name="second", s3BucketName="logs")
    aws.create(RECORDER, "virginia", name="audit", roleArn=recorder["roleArn"], region="us-east-1")


@pytest.mark.usefixtures("bucket")
def test_channels_and_rules_come_after_the_recorder(aws):
    let(aws, FOR_CONFIG)
    with pytest.raises(
        Refused, match=r"NoAvailableConfigurationRecorderException: .*not available to put delivery channel"
    ):
        aws.create(CHANNEL, name="audit", s3BucketName="logs")
    with pytest.raises(Refused, match=r"NoAvailableConfigurationRecorderException: .*not available to put config rule"):
        aws.create(RULE, name="r", source={"owner": "AWS", "sourceIdentifier": "CLOUD_TRAIL_ENABLED"})


@pytest.mark.usefixtures("recorder")
def test_config_needs_a_bucket_it_may_write_to(aws):
    with pytest.raises(Refused, match="NoSuchBucketException: Cannot find a S3 bucket with an input bucket name: gone"):
        aws.create(CHANNEL, name="audit", s3BucketName="gone")
    refusal = r"Insufficient delivery policy to s3 bucket: logs, unable to write to bucket.*prefix is 'null'"
    with pytest.raises(Refused, match=refusal):
        aws.create(CHANNEL, name="audit", s3BucketName="logs")
    let(aws, {**FOR_CONFIG, "Condition": {"StringEquals": {"AWS:SourceAccount": "444455556666"}}})
    with pytest.raises(Refused, match=refusal):
        aws.create(CHANNEL, name="audit", s3BucketName="logs")


@pytest.mark.usefixtures("recorder")
def test_config_may_write_as_its_role(aws):
    statement = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{LOGS}/*"}
    aws.create(ROLE_POLICY, name="deliver", role="config", policy=policy(statement))
    aws.create(CHANNEL, name="audit", s3BucketName="logs")


@pytest.mark.usefixtures("recorder")
def test_config_needs_a_key_it_may_use(aws):
    let(aws, FOR_CONFIG)
    shut = key_for(aws)
    with pytest.raises(Refused, match=rf"InsufficientDeliveryPolicyException: .*provided kms key is '{shut['arn']}'"):
        aws.create(CHANNEL, name="audit", s3BucketName="logs", s3KmsKeyArn=shut["arn"])
    ours = key_for(
        aws, principal={"Service": "config.amazonaws.com"}, action="kms:GenerateDataKey*", resource="*",
        StringEquals={"aws:SourceAccount": ACCOUNT},
    )  # fmt: skip
    aws.create(CHANNEL, name="audit", s3BucketName="logs", s3KmsKeyArn=ours["arn"])


def test_a_recorder_names_a_role_and_a_status_its_recorder(aws):
    with pytest.raises(Refused, match=r"InvalidRoleException: The role .* does not exist"):
        aws.create(RECORDER, name="audit", roleArn=f"arn:aws:iam::{ACCOUNT}:role/none")
    with pytest.raises(Refused, match=r"NoSuchConfigurationRecorderException: .*specified name 'audit'"):
        aws.create(STATUS, name="audit", isEnabled=False)


@pytest.mark.parametrize(
    "group",
    [
        {"allSupported": False, "includeGlobalResourceTypes": True},
        {"allSupported": True, "resourceTypes": ["AWS::S3::Bucket"]},
    ],
)
def test_a_recording_group_is_all_or_a_list(aws, group):
    with pytest.raises(Refused, match="InvalidRecordingGroupException: The recording group provided is not valid"):
        aws.check(RECORDER, "r", {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "recordingGroup": group})


@pytest.mark.usefixtures("recorder")
def test_a_managed_rule_is_known_by_its_identifier(aws):
    rule = aws.create(RULE, name="trail", source={"owner": "AWS", "sourceIdentifier": "CLOUD_TRAIL_ENABLED"})
    assert rule["arn"].startswith(f"arn:aws:config:ap-northeast-1:{ACCOUNT}:config-rule/config-rule-")
    with pytest.raises(
        Refused, match=r'The sourceIdentifier CLOUDTRAIL_ENABLED is invalid.*Did you mean "CLOUD_TRAIL_EN'
    ):
        aws.create(RULE, "typo", name="typo", source={"owner": "AWS", "sourceIdentifier": "CLOUDTRAIL_ENABLED"})


# --- budgets --------------------------------------------------------------------------------------------------------


def budget(aws: Engine, *notifications: dict[str, Any], **more: Any) -> Thing:
    given = {"name": "monthly", "budgetType": "COST", "timeUnit": "MONTHLY", "limitAmount": "500", "limitUnit": "USD"}
    return aws.create(BUDGET, **{**given, "notifications": list(notifications), **more})


def notification(**more: Any) -> dict[str, Any]:
    topic = f"arn:aws:sns:ap-northeast-1:{ACCOUNT}:alarms"
    return {
        "comparisonOperator": "GREATER_THAN", "threshold": 80, "thresholdType": "PERCENTAGE",
        "notificationType": "ACTUAL", "subscriberSnsTopicArns": [topic], **more,
    }  # fmt: skip


def test_a_budget_belongs_to_its_account(aws):
    made = budget(aws, notification(), notification(notificationType="FORECASTED"))
    assert made["arn"] == f"arn:aws:budgets::{ACCOUNT}:budget/monthly"
    assert made["accountId"] == ACCOUNT
    with pytest.raises(Refused, match="DuplicateRecordException: Error creating budget: monthly - the budget already"):
        budget(aws)


@pytest.mark.parametrize(
    ("notifications", "change", "refusal"),
    [
        ([notification(subscriberSnsTopicArns=None)], {}, "Notification must have at least one subscriber"),
        (
            [notification(subscriberSnsTopicArns=["arn:aws:sns:r:123456789012:a"] * 2)],
            {},
            "exceeded the notification or",
        ),
        ([notification(threshold=0)], {}, "the threshold 0 must be greater than 0"),
        ([notification(), notification()], {}, "DuplicateRecordException: the notification already exists"),
        ([notification(notificationType="FORECASTED")], {"timeUnit": "DAILY"}, "not supported for DAILY budgets"),
        ([notification(notificationType="GUESSED")], {}, "'GUESSED' is not offered"),
        ([], {"limitAmount": None}, "exactly one of limitAmount, plannedLimits, autoAdjustData is needed, got none"),
        ([], {"limitUnit": None}, "all of `limit_amount,limit_unit` must be specified"),
        ([], {"limitAmount": "much"}, "limitAmount much must be a number"),
        ([], {"name": "a:b"}, "the budget name a:b must not contain"),
    ],
)
def test_a_budget_that_aws_would_refuse_is_refused(aws, notifications, change, refusal):
    with pytest.raises(Refused, match=refusal):
        budget(aws, *notifications, **change)


# --- policy documents -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "lets"),
    [
        ({}, True),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"StringEquals": {"AWS:sourceaccount": ["1", ACCOUNT]}}, True),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": "1"}}, True),
        ({"StringLike": {"aws:SourceAccount": "1111*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:x:*"}}, False),
        ({"ArnLikeIfExists": {"aws:SourceArn": "arn:aws:x:*"}}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}, "Bool": {"aws:SecureTransport": "false"}}, False),
        ({"NoSuchOperator": {"aws:SourceAccount": ACCOUNT}}, False),
    ],
)
def test_a_statement_holds_when_all_its_conditions_do(condition, lets):
    document = policy(allow({"Service": "s.amazonaws.com"}, "s3:Put*", "arn:aws:s3:::b/*", **condition))
    request = {"aws:sourceaccount": ACCOUNT, "aws:securetransport": "true"}
    assert service_may(document, "s.amazonaws.com", "s3:PutObject", "arn:aws:s3:::b/k", request) is lets


@pytest.mark.parametrize(
    ("service", "action", "resource"),
    [
        ("other.amazonaws.com", "s3:PutObject", "arn:aws:s3:::b/k"),
        ("s.amazonaws.com", "s3:GetObject", "arn:aws:s3:::b/k"),
        ("s.amazonaws.com", "s3:PutObject", "arn:aws:s3:::b"),
    ],
)
def test_a_statement_speaks_of_its_principal_action_and_resource_only(service, action, resource):
    document = policy(allow({"Service": "s.amazonaws.com"}, "s3:Put*", "arn:aws:s3:::b/*"))
    assert not service_may(document, service, action, resource, {})


def test_a_role_may_what_its_policies_together_allow_and_none_denies():
    allowing = policy({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    denying = policy({"Effect": "Deny", "Action": "s3:Put*", "Resource": "*"})
    assert role_may([allowing], "s3:PutObject", "arn:aws:s3:::b/k", {})
    assert not role_may([allowing, denying], "s3:PutObject", "arn:aws:s3:::b/k", {})
    assert not role_may([], "s3:PutObject", "arn:aws:s3:::b/k", {})


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        (allow("*", "s3:GetObject", "*"), True),
        (allow({"AWS": "*"}, "s3:GetObject", "*"), True),
        (allow({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "s3:GetObject", "*"), False),
        (allow("*", "s3:GetObject", "*", StringEquals={"aws:PrincipalAccount": ACCOUNT}), False),
        ({**allow("*", "s3:GetObject", "*"), "Effect": "Deny"}, False),
    ],
)
def test_a_policy_is_public_when_it_lets_anybody_in(statement, public):
    assert is_public(json.loads(policy(statement))) is public
