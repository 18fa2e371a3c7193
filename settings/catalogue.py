"""What AWS offers and this platform allows: the figures that settings are checked against.

A size that is missing here is refused before anything is registered. Add a row to allow one. The hardware figures
come from the EC2, RDS and ElastiCache instance tables; the capacity checks in `settings/capacity.py` use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Ec2InstanceType:
    """Hardware of an EC2 instance type as the kubelet and the VPC CNI see it."""

    memory_mib: int
    network_interfaces: int
    ipv4_per_interface: int


#: Availability zones of each allowed region that a new account can use (ap-northeast-1b is closed to new accounts).
AWS_ZONES: Final = MappingProxyType({"ap-northeast-1": ("a", "c", "d")})

EC2_INSTANCE_TYPES: Final = MappingProxyType(
    {
        "t3.medium": Ec2InstanceType(memory_mib=4096, network_interfaces=3, ipv4_per_interface=6),
        "t3.large": Ec2InstanceType(memory_mib=8192, network_interfaces=3, ipv4_per_interface=12),
        "t3.xlarge": Ec2InstanceType(memory_mib=16384, network_interfaces=4, ipv4_per_interface=15),
        "m7i.large": Ec2InstanceType(memory_mib=8192, network_interfaces=3, ipv4_per_interface=10),
        "m7i.xlarge": Ec2InstanceType(memory_mib=16384, network_interfaces=4, ipv4_per_interface=15),
    }
)

#: RDS instance classes and the memory of each in MiB (alarm thresholds are fractions of it).
RDS_INSTANCE_CLASS_MEMORY_MIB: Final = MappingProxyType(
    {
        "db.t3.small": 2048,
        "db.t3.medium": 4096,
        "db.t3.large": 8192,
        "db.t4g.medium": 4096,
        "db.m7g.large": 8192,
        "db.m7g.xlarge": 16384,
    }
)

#: ElastiCache node types for Valkey.
CACHE_NODE_TYPES: Final = (
    "cache.t3.micro",
    "cache.t3.small",
    "cache.t3.medium",
    "cache.t4g.small",
    "cache.t4g.medium",
    "cache.m7g.large",
)

#: Kubernetes minors that EKS supports without extended-support fees beyond the end of 2026.
KUBERNETES_MINORS: Final = ("1.35", "1.36")

#: RDS PostgreSQL majors with at least a year of standard support left.
POSTGRES_MAJORS: Final = ("16", "17", "18")

#: Valkey versions of ElastiCache.
VALKEY_VERSIONS: Final = ("7.2", "8.0", "8.1")
