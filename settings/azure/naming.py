"""Name rules of Azure's services: abbreviations of the Cloud Adoption Framework, limits of the resource manager.

A name without an abbreviation is one that people read as part of a host: `tripgen-prod.postgres.database.azure.com`.
"""

from __future__ import annotations

import re
from typing import Final

from settings.naming import NameRule

RESOURCE_GROUP: Final = NameRule(max_length=90, pattern=re.compile(r"[\w.()-]*[\w()-]"), abbreviation="rg")
#: Named as the TripGen design names them (`tripgen-services`): the resource group says the environment.
MANAGED_IDENTITY: Final = NameRule(
    max_length=128, pattern=re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}"), environment=False
)
