"""Name rules of Google Cloud's services.

A name does not say the environment, because its project does: the DTx infrastructure calls a cluster `dta-cluster`.
Names of buckets are unique in the whole world, and begin with their project's.
"""

from __future__ import annotations

import re
from typing import Final

from settings.naming import NameRule

#: RFC 1035, as Compute Engine, Cloud SQL, Redis and service networking ask.
_LABEL: Final = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
#: Key rings and keys can never be deleted, so that a name is used once.
KEY_RING: Final = NameRule(max_length=63, pattern=re.compile(r"[A-Za-z0-9_-]+"), environment=False)
CLUSTER: Final = NameRule(max_length=40, pattern=_LABEL, environment=False)
#: At least six characters: the system's own name before the part sees to it.
SERVICE_ACCOUNT: Final = NameRule(max_length=30, pattern=re.compile(r"[a-z][a-z0-9-]{4,}[a-z0-9]"), environment=False)
LOG_BUCKET: Final = NameRule(max_length=100, pattern=re.compile(r"[A-Za-z0-9_.-]+"), environment=False)
LOG_SINK: Final = NameRule(max_length=100, pattern=re.compile(r"[A-Za-z0-9_.-]+"), environment=False)
#: Networks, subnets, addresses, firewalls and the parts of load balancers.
COMPUTE: Final = NameRule(max_length=63, pattern=_LABEL, environment=False)
SERVICE_CONNECTION_POLICY: Final = NameRule(max_length=63, pattern=_LABEL, environment=False)
NODE_POOL: Final = NameRule(max_length=40, pattern=_LABEL, environment=False)
ARTIFACT_REPOSITORY: Final = NameRule(max_length=63, pattern=_LABEL, environment=False)
#: Four characters at least; Google keeps `gcp-` to itself.
WORKLOAD_IDENTITY_POOL: Final = NameRule(max_length=32, pattern=re.compile(r"(?!gcp-)[a-z0-9-]{4,}"), environment=False)
BACKUP_PLAN: Final = NameRule(max_length=61, pattern=_LABEL, environment=False)
DNS_ZONE: Final = NameRule(max_length=63, pattern=_LABEL, environment=False)
CERTIFICATE: Final = NameRule(max_length=64, pattern=re.compile(r"[A-Za-z][A-Za-z0-9_-]*"), environment=False)
#: Part of a perimeter's and an access level's resource name; an access policy serves several environments.
ACCESS_NAME: Final = NameRule(max_length=50, pattern=re.compile(r"[A-Za-z][A-Za-z0-9_]*"), separator="_")
#: Together with the project's name, Cloud SQL takes 98 characters.
DATABASE: Final = NameRule(max_length=63, pattern=_LABEL, environment=False)
CACHE: Final = NameRule(max_length=63, pattern=_LABEL, environment=False)
BUCKET: Final = NameRule(max_length=63, pattern=re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"), environment=False)
