"""Locks: Azure's own refusal to delete what holds data, whoever asks (docs/runbooks/protection.md)."""

from __future__ import annotations

import pulumi
from pulumi_azure_native.authorization import ManagementLockByScope

from components.base import AnyComponent


def place_deletion_lock(owner: AnyComponent, name: str, *, resource_id: pulumi.Input[str]) -> None:
    """Lock a resource against deletion on behalf of its owner, where the environment protects its data.

    The lock holds for everything in the resource too: a queue, an administrator, a role given there. Reading and
    writing what is stored is no business of locks.
    """
    if owner.scope.environment.protect_data:
        ManagementLockByScope(
            f"{owner.name}-{name}-lock",
            lock_name="holds-data",
            level="CanNotDelete",
            notes="Protected by the platform: docs/runbooks/protection.md says how this is lifted.",
            scope=resource_id,
            opts=owner.child(),
        )
