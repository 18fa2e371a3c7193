"""The AWS provider: explicit, pinned to one account and one region."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws


def aws_provider(name: str, *, account_id: str, region: str) -> aws.Provider:
    """Return the provider of a system; credentials of another account are refused before anything happens."""
    return aws.Provider(name, region=region, allowed_account_ids=[account_id], opts=pulumi.ResourceOptions())
