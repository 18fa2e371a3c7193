"""Who is known to Entra, and as what (TripGen physical architecture, 7.2.1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.model import Settings
from settings.types import Matches, Unique

AppRole = Annotated[str, Matches(r"[A-Za-z][A-Za-z0-9._-]{0,119}", "a name without spaces, for example ServiceAccount")]
AppRegistrationName = Annotated[str, Matches(r"[a-z][a-z0-9-]{0,119}", "lower-case letters, digits and hyphens")]


class IdentitySettings(Settings):
    """The application's registration in the tenant. Its owners make it, from what the stack says (docs/adr/0022)."""

    app_registration: AppRegistrationName = "tripgen-api"
    """Name of the registration."""
    app_roles: Annotated[tuple[AppRole, ...], Field(min_length=1), Unique()] = ("User", "Admin", "ServiceAccount")
    """Roles that tokens for the API may carry."""
