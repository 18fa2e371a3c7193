"""Buckets (DTx infrastructure, components: Cloud Storage). How long their objects stay: settings/dtx/retention.py."""

from __future__ import annotations

from settings.model import Settings


class StorageSettings(Settings):
    """What buckets have in common."""

    locked: bool = False
    """Nobody, Google included, can shorten how long backups of the configuration are kept, or remove one before. This
    cannot be taken back, and the bucket can only be deleted once it is empty."""
