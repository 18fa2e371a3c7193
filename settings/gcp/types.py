"""Annotated value types of Google Cloud: one validator each, whose message says what is allowed."""

from __future__ import annotations

from typing import Annotated

from settings.gcp import catalogue
from settings.types import Matches, OneOf

ProjectId = Annotated[
    str,
    Matches(
        r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
        "a project id: 6 to 30 lower-case letters, digits and hyphens, a letter first, no hyphen last",
    ),
]
ProjectNumber = Annotated[str, Matches(r"[1-9][0-9]{9,12}", "a project number: 10 to 13 digits, in quotes")]
GcpRegion = Annotated[str, OneOf(catalogue.GCP_ZONES, "a Google Cloud region")]
