"""What is tried again inside the same `up` when a cloud answers a create, an update or a delete with an error.

One error hook serves every child. It asks for another try only where nothing can be done twice: an error after which an
object may or may not exist is the operator's to settle (docs/runbooks/recovery.md).
"""

from __future__ import annotations

import asyncio
import os
import random
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import pulumi

TRIES: Final = 5
"""Calls in all, the first one included. The engine itself would stop after 100."""
FIRST_WAIT_S: Final = 2.0
LONGEST_WAIT_S: Final = 60.0
FIRST_WAIT_VARIABLE: Final = "PLATFORM_RETRY_FIRST_WAIT_S"
"""Environment variable with another first wait, in seconds: longer where an account's limits are known to be tight."""
_HOOK: Final = "platform-retry"

#: The cloud refused to look at the call, or was not reached: nothing was done, whatever was asked.
_NOTHING_DONE: Final = re.compile(
    r"throttl|too ?many ?requests|RequestLimitExceeded|rate ?(?:limit)? ?exceeded|SlowDown|PriorRequestNotComplete"
    r"|(?:status ?code|status|error)[ :=]+(?:429|503)\b|ServiceUnavailable"
    r"|connection refused|no such host|TLS handshake timeout",
    re.IGNORECASE,
)
#: No answer, or none that tells whether it was done. An update or a delete can be repeated, a create cannot.
_UNKNOWN_IF_DONE: Final = re.compile(
    r"(?:status ?code|status|error)[ :=]+(?:500|502|504)\b|InternalFailure|InternalError|InternalServerError"
    r"|Internal error occurred|deadline exceeded|awaiting headers|RequestTimeout|i/o timeout|did not complete within"
    r"|connection reset|unexpected EOF",
    re.IGNORECASE,
)
#: How the engine words a partial create: the object exists and the state knows it, another create would make a second.
#: Providers built on Terraform word a plain failure alike ("1 error occurred: * creating EC2 VPC: ..."), but name a
#: partial one by its URN.
_PARTIAL: Final = re.compile(r"\d+ errors? occurred:\s+\* (?!creating (?!urn:))")


def is_retryable(operation: str, error: str) -> bool:
    """Tell whether a failed `create`, `update` or `delete` may be tried again without a second object coming of it."""
    if operation == "create":
        return bool(_NOTHING_DONE.search(error)) and not _PARTIAL.match(error)
    return bool(_NOTHING_DONE.search(error) or _UNKNOWN_IF_DONE.search(error))


def may_have_been_made(operation: str, error: str) -> bool:
    """Tell whether an object may exist although its create failed, unknown to the state."""
    return (
        operation == "create"
        and not _PARTIAL.match(error)
        and not _NOTHING_DONE.search(error)
        and bool(_UNKNOWN_IF_DONE.search(error))
    )


def wait_s(failures: int, first_wait_s: float, jitter: Callable[[], float] = random.random) -> float:
    """Return the seconds before the next try: doubled each time, and half of it random so that tries spread out."""
    longest = min(first_wait_s * 2 ** (failures - 1), LONGEST_WAIT_S)
    return longest * (0.5 + jitter() / 2)


def first_wait_s() -> float:
    """Return the first wait; a value that is no number of seconds is refused."""
    given = os.environ.get(FIRST_WAIT_VARIABLE, str(FIRST_WAIT_S))
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_WAIT_S:
        raise pulumi.RunError(f"{FIRST_WAIT_VARIABLE}={given}: a number of seconds from 0 to {LONGEST_WAIT_S:g}")
    return seconds


async def _on_error(args: pulumi.ErrorHookArgs) -> bool:
    failures, error = len(args.errors), args.errors[0]
    if is_retryable(args.failed_operation, error) and failures < TRIES:
        await asyncio.sleep(wait_s(failures, first_wait_s()))
        return True
    if may_have_been_made(args.failed_operation, error):
        pulumi.log.warn(
            f"{args.name}: the cloud may have made this {args.type} before it failed to answer, and the state does not "
            "know it. Look before the next `up`: docs/runbooks/recovery.md"
        )
    return False


def retries() -> pulumi.ResourceHookBinding:
    """Return the binding for a child's options."""
    return _binding_of(asyncio.get_event_loop())


@lru_cache(maxsize=1)
def _binding_of(_run: asyncio.AbstractEventLoop) -> pulumi.ResourceHookBinding:
    """Register the hook once per run of a program: a test process has many, each with an event loop of its own."""
    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(_HOOK, _on_error)])
