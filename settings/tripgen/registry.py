"""The image registry and who fills it (TripGen physical architecture, 9)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.azure.types import AzureRegion
from settings.model import Settings
from settings.types import AllowListCidr, GitHubRepository, Unique


class ImageRegistrySettings(Settings):
    """Azure Container Registry, Premium in every environment: no other tier has private endpoints or replicas."""

    github_repository: GitHubRepository
    """GitHub repository whose workflows push images, from a GitHub environment of the environment's name.

    `owner/name`; repositories made or renamed since 2026-07-15 are spelt `owner@owner-id/name@repository-id`.
    """
    replicas: Annotated[tuple[AzureRegion, ...], Unique()] = ()
    """Regions that hold a copy: Korea South where there is a recovery region (10.1.1)."""
    push_cidrs: Annotated[tuple[AllowListCidr, ...], Unique()] = ()
    """Allow-list of the public endpoint: the fixed addresses of build runners that stand outside the network. Empty:
    there is no public endpoint, and runners stand inside (docs/adr/0022)."""
    untagged_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days until an untagged image goes."""
