"""The key vault: what it holds, and how often that is renewed (TripGen physical architecture, 7.4).

The program knows names and ages, never values: those are set by their owners (docs/adr/0026).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from pydantic import Field

from settings.azure.types import AlertChannelName, VaultObjectName
from settings.model import Settings, rule
from settings.types import Unique

#: Key Vault tells of what expires so many days before (Event Grid, Key Vault event schema).
NOTICE_DAYS: Final = 30
VaultNames = Annotated[tuple[VaultObjectName, ...], Field(min_length=1), Unique()]
Days = Annotated[int, Field(ge=NOTICE_DAYS + 1, le=825)]


class RotationSettings(Settings):
    """Days until things in the vault must be new."""

    secrets_days: Days = 90
    """Secrets and keys."""
    api_keys_days: Days = 180
    """Keys of other companies' APIs, which people must ask for."""
    certificates_days: Days = 365
    """Certificates."""
    channels: Annotated[tuple[AlertChannelName, ...], Unique()] = ("teams",)
    """Who is told a month before something expires, and when it has."""


class VaultSettings(Settings):
    """The vault's contents by name. Azure takes no underscores, so that the design's names have hyphens here."""

    soft_delete_days: Annotated[int, Field(ge=7, le=90)] = 90
    """Days in which what was deleted can be brought back, and a deleted vault's name is taken; fixed at creation."""
    purge_protection: bool = True
    """Nobody, not even an owner, ends those days early; cannot be taken back. Without it a removed environment can be
    made again at once: `az keyvault purge` frees the name."""
    secrets: VaultNames = ("jwt-signing-key", "encryption-keys", "database-passwords")
    """Secrets of our own."""
    api_keys: VaultNames = ("openai-api-key", "external-api-keys")
    """Secrets of other companies' APIs."""
    certificates: VaultNames = ("ssl-wildcard-cert", "client-certificates")
    """Certificates."""
    keys: VaultNames = ("data-encryption",)
    """Keys in hardware that the services encrypt and decrypt with; the vault renews them by itself."""
    rotation: RotationSettings = RotationSettings()
    """How often all this is renewed."""

    def secrets_by_days(self) -> Mapping[str, int]:
        """Return after how many days each secret must be new, by its name."""
        return {
            **dict.fromkeys(self.secrets, self.rotation.secrets_days),
            **dict.fromkeys(self.api_keys, self.rotation.api_keys_days),
        }

    @rule
    def _secrets_are_of_one_kind(self) -> Iterator[str]:
        if both := sorted({*self.secrets} & {*self.api_keys}):
            yield f"secrets and api_keys are renewed at different ages; on both lists: {', '.join(both)}"
