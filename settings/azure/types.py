"""Annotated value types of Azure: one validator each, whose message says what is allowed."""

from __future__ import annotations

from typing import Annotated

from settings.azure import catalogue
from settings.types import Matches, OneOf

Guid = Annotated[
    str,
    Matches(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "a lower-case GUID, for example 00000000-1111-2222-3333-444444444444",
    ),
]
AzureRegion = Annotated[str, OneOf(catalogue.AZURE_ZONES, "an allowed Azure region")]
