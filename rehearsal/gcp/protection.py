"""What is protected from being destroyed: by the provider's own settings, and by the cloud's."""

from collections.abc import Iterator

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase


def refused(case: GcpCase) -> Iterator[Problem]:
    """Say what keeps a resource from being destroyed."""
    kind = case.type.rpartition(":")[2]
    if case.get("deletionPolicy") == "PREVENT":
        words = f"cannot destroy {kind} {case.id} without setting deletion_policy to DELETE or ABANDON first"
        yield Problem("deletionPolicy", f"{words} and running `pulumi up`")
    if case.get("deletionProtection") is True:
        words = (
            f"Cannot destroy {kind} {case.id} because deletion_protection is set to true. Set it to false to proceed"
        )
        yield Problem("deletionProtection", f"{words} with its deletion.")
    if (
        case.get("deletionProtectionEnabled") is True
        or case.get("settings.deletionProtectionEnabled") is True
        or case.get("deleteProtectionState") == "DELETE_PROTECTION_ENABLED"
    ):
        words = f"Error 400: {case.id} is protected against deletion. Disable its deletion protection first."
        yield Problem("", f"{words}, failedPrecondition")
