"""What Google Cloud offers and this platform allows: the figures that settings are checked against.

A value that is missing here is refused before anything is registered. Add a row to allow one.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

_MOST: Final = ("a", "b", "c")

#: Letters of the zones of every region (Google's list of regions and zones). All of them, because developers choose
#: freely where no personal data is (DTx infrastructure, environments); where a region is allowed is the policy pack's.
GCP_ZONES: Final = MappingProxyType(
    {
        "africa-south1": _MOST,
        "asia-east1": _MOST,
        "asia-east2": _MOST,
        "asia-northeast1": _MOST,
        "asia-northeast2": _MOST,
        "asia-northeast3": _MOST,
        "asia-south1": _MOST,
        "asia-south2": _MOST,
        "asia-southeast1": _MOST,
        "asia-southeast2": _MOST,
        "australia-southeast1": _MOST,
        "australia-southeast2": _MOST,
        "europe-central2": _MOST,
        "europe-north1": _MOST,
        "europe-north2": _MOST,
        "europe-southwest1": _MOST,
        "europe-west1": ("b", "c", "d"),
        "europe-west2": _MOST,
        "europe-west3": _MOST,
        "europe-west4": _MOST,
        "europe-west6": _MOST,
        "europe-west8": _MOST,
        "europe-west9": _MOST,
        "europe-west10": _MOST,
        "europe-west12": _MOST,
        "me-central1": _MOST,
        "me-central2": _MOST,
        "me-west1": _MOST,
        "northamerica-northeast1": _MOST,
        "northamerica-northeast2": _MOST,
        "northamerica-south1": _MOST,
        "southamerica-east1": _MOST,
        "southamerica-west1": _MOST,
        "us-central1": ("a", "b", "c", "f"),
        "us-east1": ("b", "c", "d"),
        "us-east4": _MOST,
        "us-east5": _MOST,
        "us-south1": _MOST,
        "us-west1": _MOST,
        "us-west2": _MOST,
        "us-west3": _MOST,
        "us-west4": _MOST,
    }
)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Hardware of a virtual machine as a node sees it."""

    vcpus: int
    memory_gib: int


#: Machine types of cluster nodes that all zones of Frankfurt have (Compute Engine, machine types and zones).
MACHINE_TYPES: Final = MappingProxyType(
    {
        "e2-standard-2": Machine(vcpus=2, memory_gib=8),
        "e2-standard-4": Machine(vcpus=4, memory_gib=16),
        "e2-standard-8": Machine(vcpus=8, memory_gib=32),
        "e2-highmem-4": Machine(vcpus=4, memory_gib=32),
        "e2-highmem-8": Machine(vcpus=8, memory_gib=64),
        "n2-standard-4": Machine(vcpus=4, memory_gib=16),
        "n2-standard-8": Machine(vcpus=8, memory_gib=32),
        "n2-standard-16": Machine(vcpus=16, memory_gib=64),
        "n2-highmem-4": Machine(vcpus=4, memory_gib=32),
        "n2-highmem-8": Machine(vcpus=8, memory_gib=64),
    }
)

#: Kubernetes minors of GKE. It creates no cluster of one whose support has ended; settings have no clock, so the policy
#: pack judges that.
GKE_MINORS: Final = ("1.34", "1.35", "1.36")


@dataclass(frozen=True, kw_only=True)
class DatabaseTier:
    """A machine of Cloud SQL for PostgreSQL, and the edition that offers it."""

    edition: Literal["ENTERPRISE", "ENTERPRISE_PLUS"]
    vcpus: int
    memory_gib: float


#: Tiers of Cloud SQL (Cloud SQL documents, machine series): `db-custom-<vCPUs>-<MiB>` is Enterprise's own scheme.
DATABASE_TIERS: Final = MappingProxyType(
    {
        "db-custom-1-3840": DatabaseTier(edition="ENTERPRISE", vcpus=1, memory_gib=3.75),
        "db-custom-2-7680": DatabaseTier(edition="ENTERPRISE", vcpus=2, memory_gib=7.5),
        "db-custom-4-15360": DatabaseTier(edition="ENTERPRISE", vcpus=4, memory_gib=15),
        "db-perf-optimized-N-2": DatabaseTier(edition="ENTERPRISE_PLUS", vcpus=2, memory_gib=16),
        "db-perf-optimized-N-4": DatabaseTier(edition="ENTERPRISE_PLUS", vcpus=4, memory_gib=32),
        "db-perf-optimized-N-8": DatabaseTier(edition="ENTERPRISE_PLUS", vcpus=8, memory_gib=64),
        "db-perf-optimized-N-16": DatabaseTier(edition="ENTERPRISE_PLUS", vcpus=16, memory_gib=128),
    }
)
#: Days back to which an edition can restore to any point in time.
DATABASE_RECOVERY_DAYS: Final = MappingProxyType({"ENTERPRISE": 7, "ENTERPRISE_PLUS": 35})
#: Majors of PostgreSQL on Cloud SQL whose support by the community lasts beyond 2027.
POSTGRES_MAJORS: Final = ("16", "17", "18")

#: Nodes of a Redis cluster: GB that keys can take of each (Memorystore documents, cluster and node specification).
CACHE_NODES_WRITABLE_GB: Final = MappingProxyType(
    {
        "REDIS_SHARED_CORE_NANO": 1.12,
        "REDIS_STANDARD_SMALL": 5.2,
        "REDIS_HIGHMEM_MEDIUM": 10.4,
        "REDIS_STANDARD_LARGE": 20.8,
        "REDIS_HIGHMEM_XLARGE": 46.4,
    }
)

#: Rule sets of Cloud Armor (its documents, preconfigured WAF rules), and the highest sensitivity that each knows.
WAF_RULE_SETS: Final = MappingProxyType(
    {
        "sqli-v33-stable": 4,
        "xss-v33-stable": 2,
        "lfi-v33-stable": 1,
        "rfi-v33-stable": 2,
        "rce-v33-stable": 3,
        "methodenforcement-v33-stable": 1,
        "scannerdetection-v33-stable": 2,
        "protocolattack-v33-stable": 3,
        "php-v33-stable": 3,
        "sessionfixation-v33-stable": 1,
        "java-v33-stable": 3,
        "nodejs-v33-stable": 1,
        "cve-canary": 3,
        "json-sqli-canary": 2,
    }
)
#: Where the GDPR applies (EU and EEA), and Switzerland, whose law the Commission holds to be as good.
GDPR_COUNTRIES: Final = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU"),
    *("MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO", "CH"),
)
