"""What Azure offers and this platform allows: the figures that settings are checked against.

A size that is missing here is refused before anything is registered. Add a row to allow one.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class VmSize:
    """Hardware of a virtual machine as a node sees it. An ephemeral OS disk must fit into the host's cache."""

    vcpus: int
    memory_gib: int
    cache_gib: int


#: Availability zones of each allowed region. Korea South has none, and a subscription must ask for access to it.
AZURE_ZONES: Final = MappingProxyType({"koreacentral": ("1", "2", "3"), "koreasouth": ()})

#: Sizes of cluster nodes (Azure's tables of the Dsv3 and Dsv5 series).
VM_SIZES: Final = MappingProxyType(
    {
        "Standard_D2s_v3": VmSize(vcpus=2, memory_gib=8, cache_gib=50),
        "Standard_D4s_v3": VmSize(vcpus=4, memory_gib=16, cache_gib=100),
        "Standard_D8s_v3": VmSize(vcpus=8, memory_gib=32, cache_gib=200),
        "Standard_D16s_v3": VmSize(vcpus=16, memory_gib=64, cache_gib=400),
    }
)

#: Kubernetes minors of AKS from the TripGen design's 1.29 on. AKS creates no cluster of one whose support has ended;
#: settings have no clock, so the policy pack judges that (policies/lifecycle).
AKS_MINORS: Final = ("1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36")

#: Engines of network policies on Linux nodes.
NETWORK_POLICY_ENGINES: Final = ("azure", "cilium")

#: Revisions of the Istio add-on, and the Kubernetes minors that each runs on.
ISTIO_REVISIONS: Final = MappingProxyType(
    {
        # Nothing before: those inject a container with NET_ADMIN, which restricted namespaces refuse (hard-facts.md).
        "asm-1-30": ("1.32", "1.33", "1.34", "1.35", "1.36"),
    }
)


@dataclass(frozen=True, kw_only=True)
class DatabaseSize:
    """Hardware of a PostgreSQL flexible server. Burstable ones have no standby and no replicas."""

    tier: str
    vcores: int
    memory_gib: int


@dataclass(frozen=True, kw_only=True)
class CacheSize:
    """A size of Azure Managed Redis: its memory, and the primary shards that Azure divides it into."""

    memory_gb: float
    shards: int


#: Region that Azure keeps the geo-redundant copies of a region in.
PAIRED_REGIONS: Final = MappingProxyType({"koreacentral": "koreasouth", "koreasouth": "koreacentral"})

#: Sizes of PostgreSQL flexible servers (compute page of the service's documents, 2026-01). Both Korean regions offer
#: them; generation 6 is offered in neither.
DATABASE_SIZES: Final = MappingProxyType(
    {
        "Standard_B2s": DatabaseSize(tier="Burstable", vcores=2, memory_gib=4),
        "Standard_D2s_v3": DatabaseSize(tier="GeneralPurpose", vcores=2, memory_gib=8),
        "Standard_D4s_v3": DatabaseSize(tier="GeneralPurpose", vcores=4, memory_gib=16),
        "Standard_D8s_v3": DatabaseSize(tier="GeneralPurpose", vcores=8, memory_gib=32),
        "Standard_D16s_v3": DatabaseSize(tier="GeneralPurpose", vcores=16, memory_gib=64),
    }
)
#: Premium SSDs of a server by their size in GB, with the performance tier that each comes with.
DATABASE_DISKS: Final = MappingProxyType(
    {32: "P4", 64: "P6", 128: "P10", 256: "P15", 512: "P20", 1024: "P30", 2048: "P40", 4096: "P50"}
)
#: PostgreSQL majors that a new server may have. 14 and older are closed.
DATABASE_MAJORS: Final = ("15", "16", "17", "18")
#: Replicas that one server may have, wherever they are.
DATABASE_REPLICAS: Final = 5
#: Sizes of Azure Managed Redis (architecture page of its documents, shard table, 2026-03).
CACHE_SIZES: Final = MappingProxyType(
    {
        "Balanced_B3": CacheSize(memory_gb=3, shards=2),
        "Balanced_B5": CacheSize(memory_gb=6, shards=2),
        "Balanced_B50": CacheSize(memory_gb=60, shards=12),
        "MemoryOptimized_M10": CacheSize(memory_gb=12, shards=2),
        "MemoryOptimized_M20": CacheSize(memory_gb=24, shards=2),
        "MemoryOptimized_M50": CacheSize(memory_gb=60, shards=6),
        "MemoryOptimized_M100": CacheSize(memory_gb=120, shards=12),
    }
)
#: Messaging units of a Premium namespace, and the partitions that divide them (Service Bus documents, 2026-02).
MESSAGING_UNITS: Final = (1, 2, 4, 8, 16)
MESSAGING_PARTITIONS: Final = (1, 2, 4)
#: Gigabytes that a queue or topic of a Premium namespace may hold.
QUEUE_SIZES_GB: Final = (1, 2, 3, 4, 5, 10, 20, 40, 80)

#: Managed rule sets that a new policy of an Application Gateway takes (type and version).
GATEWAY_RULE_SETS: Final = ("OWASP 3.2", "Microsoft_DefaultRuleSet 2.1", "Microsoft_DefaultRuleSet 2.2")

#: The group UnknownBots of Microsoft_BotManagerRuleSet 1.1.
UNKNOWN_BOT_RULES: Final = MappingProxyType(
    {
        "Bot300100": "unspecified identity",
        "Bot300200": "tools and frameworks for web crawling and attacks",
        "Bot300300": "general-purpose HTTP clients and SDKs",
        "Bot300400": "service agents",
        "Bot300500": "site health monitoring services",
        "Bot300600": "unknown bots detected by threat intelligence",
        "Bot300700": "other bots",
    }
)
#: Those that get a challenge unless settings say otherwise. Not SDKs, service agents and monitors: mobile applications
#: and probes are among them, and none of them runs JavaScript.
CHALLENGED_BOT_RULES: Final = ("Bot300100", "Bot300200", "Bot300600", "Bot300700")

#: Places that Application Insights sends its availability tests from (Azure Monitor documents, availability).
WEB_TEST_LOCATIONS: Final = MappingProxyType(
    {
        "apac-hk-hkn-azr": "East Asia",
        "apac-jp-kaw-edge": "Japan East",
        "apac-sg-sin-azr": "Southeast Asia",
        "emea-au-syd-edge": "Australia East",
        "emea-ch-zrh-edge": "France South",
        "emea-fr-pra-edge": "France Central",
        "emea-gb-db3-azr": "North Europe",
        "emea-nl-ams-azr": "West Europe",
        "emea-ru-msa-edge": "UK South",
        "emea-se-sto-edge": "UK West",
        "latam-br-gru-edge": "Brazil South",
        "us-ca-sjc-azr": "West US",
        "us-fl-mia-edge": "Central US",
        "us-il-ch1-azr": "North Central US",
        "us-tx-sn1-azr": "South Central US",
        "us-va-ash-azr": "East US",
    }
)
