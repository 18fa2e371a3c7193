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
#: One pattern for all of Microsoft.Network: subnets, security groups, route tables, addresses, firewalls, gateways.
_NETWORK_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*\w")
VIRTUAL_NETWORK: Final = NameRule(max_length=64, pattern=_NETWORK_NAME, abbreviation="vnet")
SUBNET: Final = NameRule(max_length=80, pattern=_NETWORK_NAME, abbreviation="snet")
PEERING: Final = NameRule(max_length=80, pattern=_NETWORK_NAME, abbreviation="peer")
NETWORK_SECURITY_GROUP: Final = NameRule(max_length=80, pattern=_NETWORK_NAME, abbreviation="nsg")
ROUTE_TABLE: Final = NameRule(max_length=80, pattern=_NETWORK_NAME, abbreviation="rt")
PUBLIC_IP: Final = NameRule(max_length=80, pattern=_NETWORK_NAME, abbreviation="pip")
FIREWALL: Final = NameRule(max_length=56, pattern=_NETWORK_NAME, abbreviation="afw")
FIREWALL_POLICY: Final = NameRule(max_length=80, pattern=_NETWORK_NAME, abbreviation="afwp")
PRIVATE_ENDPOINT: Final = NameRule(max_length=64, pattern=_NETWORK_NAME, abbreviation="pep")
APPLICATION_GATEWAY: Final = NameRule(max_length=80, pattern=_NETWORK_NAME, abbreviation="agw")
#: The web application firewalls' policies: the gateway's, and Front Door's, which takes letters and digits only.
WEB_POLICY: Final = NameRule(max_length=80, pattern=_NETWORK_NAME, abbreviation="waf")
FRONT_DOOR_WEB_POLICY: Final = NameRule(
    max_length=128, pattern=re.compile(r"[A-Za-z][A-Za-z0-9]*"), abbreviation="fdfp", separator=""
)
_CDN_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]")
FRONT_DOOR: Final = NameRule(max_length=90, pattern=_CDN_NAME, abbreviation="afd")
FRONT_DOOR_ENDPOINT: Final = NameRule(max_length=46, pattern=_CDN_NAME, abbreviation="fde")
#: Part of the host `tripgenprod.azurecr.io`.
CONTAINER_REGISTRY: Final = NameRule(max_length=50, pattern=re.compile(r"[a-z0-9]{5,50}"), separator="")
KUBERNETES_CLUSTER: Final = NameRule(
    max_length=63, pattern=re.compile(r"[A-Za-z0-9](?:[\w-]*[A-Za-z0-9])?"), abbreviation="aks"
)
#: First label of the API server's host.
KUBERNETES_DNS_PREFIX: Final = NameRule(max_length=54, pattern=re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"))
LOG_WORKSPACE: Final = NameRule(
    max_length=63, pattern=re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]"), abbreviation="law"
)
DEPLOYMENT: Final = NameRule(max_length=64, pattern=re.compile(r"[\w.()-]+"))
APPLICATION_INSIGHTS: Final = NameRule(
    max_length=260, pattern=re.compile(r"[^%&\\?/]*[^%&\\?/. ]"), abbreviation="appi"
)
MONITOR_WORKSPACE: Final = NameRule(
    max_length=44, pattern=re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{2,42}[A-Za-z0-9]"), abbreviation="amw"
)
DATA_COLLECTION_ENDPOINT: Final = NameRule(
    max_length=44, pattern=re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,42}[A-Za-z0-9]"), abbreviation="dce"
)
DATA_COLLECTION_RULE: Final = NameRule(max_length=64, pattern=re.compile(r"[A-Za-z0-9][\w.-]*\w"), abbreviation="dcr")
ACTION_GROUP: Final = NameRule(
    max_length=260, pattern=re.compile(r"[^:<>+/&%\\?|]*[^:<>+/&%\\?|. ]"), abbreviation="ag"
)
ALERT_RULE: Final = NameRule(max_length=260, pattern=re.compile(r"[\w.()-]*[\w()-]"), abbreviation="ar")
PROMETHEUS_RULE_GROUP: Final = NameRule(max_length=260, pattern=re.compile(r"[\w.()-]*[\w()-]"), abbreviation="prg")
WEB_TEST: Final = NameRule(max_length=64, pattern=re.compile(r"[\w.-]+"), abbreviation="wt")
COST_BUDGET: Final = NameRule(max_length=63, pattern=re.compile(r"[\w-]+"), abbreviation="bdg")
#: First label of `tripgen-prod.postgres.database.azure.com`; its virtual endpoints are named by the same rule.
DATABASE_SERVER: Final = NameRule(max_length=63, pattern=re.compile(r"[a-z0-9](?:[a-z0-9]|-(?!-|$)){2,62}"))
#: First label of `tripgen-prod.koreacentral.redis.azure.net`.
CACHE: Final = NameRule(max_length=60, pattern=re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"))
#: First label of `sb-tripgen-prod.servicebus.windows.net`.
SERVICE_BUS: Final = NameRule(
    max_length=50, pattern=re.compile(r"[A-Za-z][A-Za-z0-9-]{4,48}[A-Za-z0-9](?<!-sb)(?<!-mgmt)"), abbreviation="sb"
)
#: Letters and digits only; unique in all of Azure.
STORAGE_ACCOUNT: Final = NameRule(max_length=24, pattern=re.compile(r"[a-z0-9]{3,24}"), abbreviation="st", separator="")
WORKFLOW: Final = NameRule(max_length=80, pattern=re.compile(r"[\w.()-]+"), abbreviation="logic")
#: Of a role that this platform defines; unique in the tenant.
ROLE: Final = NameRule(max_length=512, pattern=re.compile(r"[\w-]+"))
SYSTEM_TOPIC: Final = NameRule(max_length=128, pattern=re.compile(r"[A-Za-z0-9-]{3,128}"), abbreviation="egst")
POLICY_ASSIGNMENT: Final = NameRule(max_length=64, pattern=re.compile(r"[\w.-]+"), abbreviation="policy")
#: First label of the vault's host; unique in all of Azure.
KEY_VAULT: Final = NameRule(
    max_length=24, pattern=re.compile(r"[A-Za-z](?:[A-Za-z0-9]|-(?!-|$)){2,23}"), abbreviation="kv"
)
