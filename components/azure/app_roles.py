"""The roles of an application registration, as its tenant's owners enter them (TripGen physical architecture, 7.2.1).

Registrations live in the Entra directory, which the Azure provider does not serve: the stack says what to register.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

_ROLES: Final = UUID("0d9a3b0f-3a4e-4a55-9c42-6f6a0c1f7a52")


def app_role_manifest(registration: str, roles: Sequence[str]) -> list[dict[str, Any]]:
    """Return the roles as `az ad app create --app-roles` reads them. An id belongs to its role for ever."""
    return [
        {
            "id": str(uuid5(_ROLES, f"{registration}/{role}")),
            "value": role,
            "displayName": role,
            "description": f"{role} of {registration}",
            "allowedMemberTypes": ["User", "Application"],
            "isEnabled": True,
        }
        for role in roles
    ]
