"""What a simulated cloud says when it refuses."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import grpc


class CloudError(Exception):
    """A refusal in the cloud's own words: `Code: what is wrong`."""

    def __init__(self, message: str, code: grpc.StatusCode = grpc.StatusCode.FAILED_PRECONDITION) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Problem:
    """What is wrong with one property (empty: with the whole resource): its path and a sentence."""

    path: str
    reason: str


def suggestion(given: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "x"?`, or nothing when no known name is near."""
    lowered = {name.lower().replace("_", ""): name for name in known}
    near = difflib.get_close_matches(given.lower().replace("_", ""), lowered, n=1, cutoff=0.6)
    return f' Did you mean "{lowered[near[0]]}"?' if near else ""
