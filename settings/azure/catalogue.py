"""What Azure offers and this platform allows: the figures that settings are checked against.

A size that is missing here is refused before anything is registered. Add a row to allow one.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

#: Availability zones of each allowed region. Korea South has none, and a subscription must ask for access to it.
AZURE_ZONES: Final = MappingProxyType({"koreacentral": ("1", "2", "3"), "koreasouth": ()})
