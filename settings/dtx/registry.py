"""The image registry and who fills it (DTx infrastructure, deployment: pipeline)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from settings.model import Settings, rule
from settings.types import GitHubRepository


class ImageRegistrySettings(Settings):
    """Artifact Registry: one repository of images, in the region."""

    github_repository: GitHubRepository
    """GitHub repository whose workflows push images, from a GitHub environment of the environment's name.

    `owner/name`; repositories made or renamed since 2026-07-15 are spelt `owner@owner-id/name@repository-id`.
    """
    untagged_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days until an image without a tag goes."""
    tagged_days: Annotated[int, Field(ge=30, le=3650)] = 365
    """Days until one with a tag goes."""
    kept_versions: Annotated[int, Field(ge=5, le=200)] = 20
    """Newest versions of each image that stay however old they are: what runs, and what it can go back to."""

    @rule
    def _untagged_go_first(self) -> Iterator[str]:
        if self.untagged_days > self.tagged_days:
            yield f"untagged_days {self.untagged_days} must not exceed tagged_days {self.tagged_days}"
