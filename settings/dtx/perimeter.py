"""The perimeter around both projects (DTx infrastructure, security: data movement between regions, regional access)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.gcp.types import AccessPolicyNumber, ServiceAccountMember, UserMember
from settings.model import Settings
from settings.types import CountryCode, Unique


class PerimeterSettings(Settings):
    """A perimeter of VPC Service Controls, in an access policy that the organisation made before (docs/adr/0036)."""

    access_policy: AccessPolicyNumber
    """Number of the access policy: the organisation's, or one scoped to the folder of both projects."""
    enforced: bool = False
    """Violations are refused. Otherwise they are only written down: begin so, and read what would have failed."""
    operators: Annotated[tuple[UserMember, ...], Field(min_length=1), Unique()]
    """People who may call Google's services of the projects from outside."""
    operator_countries: Annotated[tuple[CountryCode, ...], Field(min_length=1), Unique()] = ("DE",)
    """Countries from which they may."""
    deployers: Annotated[tuple[ServiceAccountMember, ...], Unique()] = ()
    """Accounts of pipelines, which may call from wherever their runners stand."""
