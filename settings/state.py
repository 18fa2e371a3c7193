"""Settings of the bootstrap: where Pulumi keeps the state of all other stacks (KYEOL runbook, chapter 5, step 1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.aws import AwsSystemSettings
from settings.types import AwsAccountId


class StateSettings(AwsSystemSettings):
    """The state's bucket and keys."""

    user_account_ids: tuple[AwsAccountId, ...]
    """Accounts whose stacks keep their state here; each account's own IAM says who in it may."""
    noncurrent_days: Annotated[int, Field(ge=30, le=3650)] = 365
    """Days that a former version of a state file can be brought back."""
