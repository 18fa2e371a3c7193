"""What is kept in case of a mistake (TripGen physical architecture, 5.3.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings


class BackupSettings(Settings):
    """The storage account of backups that no data service keeps by itself."""

    redundancy: Literal["ZRS", "GZRS", "RAGZRS"]
    """Copies in all zones; with `GZRS` in the paired region too, and with `RAGZRS` readable there at any time."""
    configuration_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days that a backup of the configuration is kept."""
    cache_export_hours: Annotated[int, Field(ge=1, le=24)] = 1
    """Hours between two exports of the cache."""
    cache_export_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days that an export of the cache is kept."""
    deleted_days: Annotated[int, Field(ge=1, le=365)] = 14
    """Days in which what was deleted can be brought back."""
