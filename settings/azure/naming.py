"""Name rules of Azure's services: abbreviations of the Cloud Adoption Framework, limits of the resource manager.

A name without an abbreviation is one that people read as part of a host: `tripgen-prod.postgres.database.azure.com`.
"""

from __future__ import annotations

import re
from typing import Final

from settings.naming import NameRule

RESOURCE_GROUP: Final = NameRule(max_length=90, pattern=re.compile(r"[\w.()-]*[\w()-]"), abbreviation="rg")
