"""Which errors may be tried again. The texts are the clouds' own, as their providers hand them to the engine."""

import asyncio

import pulumi
import pytest

from components import retry
from components.retry import TRIES, first_wait_s, is_retryable, may_have_been_made, wait_s

NOTHING_DONE = [
    (
        "creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 503, RequestID: 1, "
        "api error RequestLimitExceeded: Request limit exceeded."
    ),
    "operation error Route 53: ChangeResourceRecordSets, StatusCode: 400, api error Throttling: Rate exceeded",
    "operation error ECS: RegisterTaskDefinition, StatusCode: 400, api error ThrottlingException: Rate exceeded",
    "operation error Lambda: CreateFunction, StatusCode: 429, TooManyRequestsException: Rate Exceeded.",
    "operation error S3: PutBucketPolicy, https response error StatusCode: 503, api error SlowDown: reduce your rate",
    'Code="TooManyRequests" Message="The request is being throttled." Status=429',
    'googleapi: Error 429: Quota exceeded for quota metric "Queries" and limit "Queries per minute", rateLimitExceeded',
    "the server has received too many requests and has asked us to try again later (post pods)",
    "Post https://10.0.0.1:6443/api/v1/namespaces: dial tcp 10.0.0.1:6443: connect: connection refused",
    "request send failed, Post https://kms.ap-northeast-1.amazonaws.com/: dial tcp: lookup kms: no such host",
]
UNKNOWN_IF_DONE = [
    "operation error KMS: CreateKey, https response error StatusCode: 500, api error InternalFailure: internal error",
    (
        "request send failed, Post https://ec2.amazonaws.com/: context deadline exceeded (Client.Timeout exceeded "
        "while awaiting headers)"
    ),
    "read tcp 10.0.0.2:3921->52.1.1.1:443: read: connection reset by peer",
    "Internal error occurred: etcdserver: request timed out",
    "googleapi: Error 502: Bad Gateway",
]
REFUSED = [
    (
        "operation error EC2: CreateVpc, https response error StatusCode: 400, api error VpcLimitExceeded: The maximum "
        "number of VPCs has been reached."
    ),
    "operation error IAM: CreateRole, StatusCode: 409, api error EntityAlreadyExists: Role with name x already exists.",
    "operation error KMS: CreateKey, StatusCode: 400, api error LimitExceededException: the quota is used up",
    "operation error EKS: CreateCluster, StatusCode: 403, api error AccessDeniedException: not authorized",
    "googleapi: Error 403: Quota 'CPUS' exceeded. Limit: 24.0 in region europe-west3., quotaExceeded",
    'pods "x" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=500, limited: pods=500',
    "operation error EC2: DeleteVpc, StatusCode: 400, api error DependencyViolation: vpc-503 has dependencies",
]


@pytest.mark.parametrize("error", NOTHING_DONE)
def test_what_the_cloud_did_not_look_at_is_tried_again_whatever_was_asked(error: str) -> None:
    assert all(is_retryable(operation, error) for operation in ("create", "update", "delete"))
    assert not may_have_been_made("create", error)


@pytest.mark.parametrize("error", UNKNOWN_IF_DONE)
def test_without_an_answer_only_what_can_be_repeated_is_tried_again(error: str) -> None:
    assert not is_retryable("create", error)
    assert may_have_been_made("create", error)
    assert is_retryable("update", error)
    assert is_retryable("delete", error)
    assert not may_have_been_made("delete", error)


@pytest.mark.parametrize("error", REFUSED)
def test_a_refusal_is_never_tried_again(error: str) -> None:
    assert not any(is_retryable(operation, error) for operation in ("create", "update", "delete"))
    assert not may_have_been_made("create", error)


@pytest.mark.parametrize(
    "reason",
    [
        "waiting for it to become ready: ThrottlingException: Rate exceeded",
        "creating urn:pulumi:dev::p::aws:ec2/vpc:Vpc::v: 1 error occurred:\n\t* waiting: Throttling: Rate exceeded",
        "1 error occurred:\n\t* creating tags: context deadline exceeded",
    ],
)
def test_a_partial_create_is_never_made_a_second_time(reason: str) -> None:
    error = f"1 error occurred:\n\t* {reason}\n\n"
    assert not is_retryable("create", error)
    assert not may_have_been_made("create", error)


def test_a_plain_failure_of_a_provider_built_on_terraform_is_told_from_a_partial_one() -> None:
    error = "1 error occurred:\n\t* creating EC2 VPC: operation error EC2: CreateVpc, "
    assert is_retryable("create", f"{error}StatusCode: 503, api error RequestLimitExceeded: Request limit exceeded.")
    assert may_have_been_made("create", f"{error}StatusCode: 500, api error InternalError: An internal error")


def test_waits_double_up_to_a_minute_and_half_of_each_is_random() -> None:
    assert [wait_s(failures, 2, lambda: 1.0) for failures in (1, 2, 3, 4)] == [2, 4, 8, 16]
    assert wait_s(1, 2, lambda: 0.0) == 1
    assert wait_s(20, 2, lambda: 1.0) == 60


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(retry.asyncio, "sleep", sleep)
    return slept


def asked(operation: str, *errors: str) -> bool:
    args = pulumi.ErrorHookArgs("urn", "", "key", "aws:kms/key:Key", failed_operation=operation, errors=list(errors))
    loop = asyncio.new_event_loop()  # not `asyncio.run`, which would take the loop away that Pulumi's mocks use
    try:
        return loop.run_until_complete(retry._on_error(args))
    finally:
        loop.close()


def test_the_hook_gives_up_after_five_calls(waits: list[float]) -> None:
    throttled = [NOTHING_DONE[2]] * TRIES
    assert [asked("create", *throttled[:failures]) for failures in range(1, TRIES + 1)] == [True] * 4 + [False]
    assert len(waits) == 4


def test_the_hook_looks_at_the_latest_error_and_does_not_wait_for_a_refusal(waits: list[float]) -> None:
    assert not asked("create", REFUSED[1], NOTHING_DONE[2])
    assert waits == []


def test_the_first_wait_can_be_set_and_a_wrong_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert first_wait_s() == 2
    monkeypatch.setenv(retry.FIRST_WAIT_VARIABLE, "0.5")
    assert first_wait_s() == 0.5
    for wrong in ("soon", "-1", "61", "nan"):
        monkeypatch.setenv(retry.FIRST_WAIT_VARIABLE, wrong)
        with pytest.raises(pulumi.RunError, match="a number of seconds from 0 to 60"):
            first_wait_s()
