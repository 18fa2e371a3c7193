"""What every system on AWS says of its account and its resources."""

from __future__ import annotations

from settings.catalogue import AWS_ZONES
from settings.system import SystemSettings
from settings.types import AwsAccountId, AwsRegion, NamePrefix, TagValue


class AwsSystemSettings(SystemSettings):
    """Account, region, names and tags of a system on AWS."""

    account_id: AwsAccountId
    """The environment's AWS account; the provider refuses to work in any other."""
    region: AwsRegion = "ap-northeast-1"
    """Tokyo, by the KYEOL runbook."""
    prefix: NamePrefix = "jung-"
    """Beginning of every physical name, by the KYEOL runbook."""
    owner: TagValue = "commerce-platform"
    """Team that answers for the resources (tag `owner`)."""
    cost_centre: TagValue = "kyeol"
    """Where the cost goes (tag `cost-centre`)."""

    @property
    def zones(self) -> tuple[str, ...]:
        """Letters of the zones in use: all that the region offers to new accounts."""
        return AWS_ZONES[self.region]
