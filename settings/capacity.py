"""How many pods a node can carry: the arithmetic of the kubelet and of the VPC CNI."""

from __future__ import annotations

from typing import Final

from settings.catalogue import Ec2InstanceType

#: Amazon's advice for nodes below 30 vCPUs, however many addresses there are.
ADVISED_MAX_PODS: Final = 110
ADDRESSES_PER_PREFIX: Final = 16
#: The kubelet on AL2023 sets 11 MiB aside per pod and 255 MiB for itself (amazon-eks-ami, nodeadm).
RESERVED_MIB_PER_POD: Final = 11
RESERVED_MIB_BASE: Final = 255
#: Beyond a quarter of the memory reserved, a small node has too little left for the pods themselves.
MAX_RESERVED_SHARE: Final = 0.25


def reserved_memory_mib(max_pods: int) -> int:
    """Return the memory in MiB that the kubelet keeps from pods."""
    return RESERVED_MIB_PER_POD * max_pods + RESERVED_MIB_BASE


def max_pods_limit(instance: Ec2InstanceType) -> int:
    """Return the highest sensible `maxPods`: bounded by addresses (prefix delegation), advice and memory."""
    slots = instance.network_interfaces * (instance.ipv4_per_interface - 1)
    by_addresses = slots * ADDRESSES_PER_PREFIX + 2
    reservable_mib = instance.memory_mib * MAX_RESERVED_SHARE
    bound = min(by_addresses, ADVISED_MAX_PODS)
    return max((pods for pods in range(bound + 1) if reserved_memory_mib(pods) <= reservable_mib), default=0)
