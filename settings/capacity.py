"""How many pods nodes carry: the arithmetic of the kubelet, of the VPC CNI, of AKS and GKE, and of the scheduler."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
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

MILLIS_PER_CPU: Final = 1000
MIB_PER_GIB: Final = 1024
#: Processor time in thousandths of a core that AKS keeps on a node of so many cores (AKS documents, node resource
#: reservations).
AKS_RESERVED_CPU_MILLIS: Final = {1: 60, 2: 100, 4: 140, 8: 180, 16: 260, 32: 420, 64: 740}
#: Memory that AKS keeps: for each pod that may run, for itself, and the threshold under which the kubelet evicts. The
#: part for pods is never more than a quarter of the node (AKS 1.29 and later, same page).
AKS_RESERVED_MIB_PER_POD: Final = 20
AKS_RESERVED_MIB_BASE: Final = 50
AKS_EVICTION_MIB: Final = 100
#: Processor time that GKE keeps, in thousandths of each core: of the first, the second, the next two, and every other
#: one (GKE documents, plan node sizes).
GKE_RESERVED_CPU_MILLIS: Final = ((1, 60.0), (1, 10.0), (2, 5.0), (None, 2.5))
#: Shares of the memory that GKE keeps: of the first 4 GiB, the next 4, the next 8, the next 112, and all beyond; and
#: the threshold under which the kubelet evicts (same page).
GKE_RESERVED_MEMORY: Final = ((4, 0.25), (4, 0.20), (8, 0.10), (112, 0.06), (None, 0.02))
GKE_EVICTION_MIB: Final = 100
#: What firmware and kernel keep before the node reports its memory: 2.3 % on a D4s_v3, rounded up.
KERNEL_SHARE: Final = 0.025
#: Skew between zones that the workloads' spread constraint allows.
ZONE_SKEW: Final = 1


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


@dataclass(frozen=True, kw_only=True)
class Amount:
    """Processor time in thousandths of a core, and memory in MiB."""

    cpu_millis: int
    memory_mib: int

    def __add__(self, other: Amount) -> Amount:
        return Amount(cpu_millis=self.cpu_millis + other.cpu_millis, memory_mib=self.memory_mib + other.memory_mib)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(cpu_millis=self.cpu_millis - other.cpu_millis, memory_mib=self.memory_mib - other.memory_mib)

    def __mul__(self, times: int) -> Amount:
        return Amount(cpu_millis=self.cpu_millis * times, memory_mib=self.memory_mib * times)

    def __str__(self) -> str:
        return f"{self.cpu_millis}m/{self.memory_mib}Mi"

    def fits(self, room: Amount) -> bool:
        """Tell whether this much fits into the room, in both kinds."""
        return self.cpu_millis <= room.cpu_millis and self.memory_mib <= room.memory_mib


NOTHING: Final = Amount(cpu_millis=0, memory_mib=0)


@dataclass(frozen=True, kw_only=True)
class PodGroup:
    """Equal pods of which no two may share a node: a service at one scale, or its next version beside it."""

    name: str
    pods: int
    each: Amount

    @property
    def total(self) -> Amount:
        """What all of them request."""
        return self.each * self.pods


def cpu_millis(quantity: str) -> int:
    """Return a quantity of processor time (`500m`, `2`) in thousandths of a core."""
    return int(quantity.removesuffix("m")) if quantity.endswith("m") else int(quantity) * MILLIS_PER_CPU


def memory_mib(quantity: str) -> int:
    """Return a quantity of memory (`512Mi`, `4Gi`) in MiB."""
    return int(quantity[:-2]) * (MIB_PER_GIB if quantity.endswith("Gi") else 1)


def aks_allocatable(*, vcpus: int, memory_gib: int, max_pods: int) -> Amount:
    """Return what an AKS node of so many cores and GiB offers to pods, daemon sets included."""
    reported_mib = int(memory_gib * MIB_PER_GIB * (1 - KERNEL_SHARE))
    reserved_mib = min(AKS_RESERVED_MIB_PER_POD * max_pods + AKS_RESERVED_MIB_BASE, reported_mib // 4)
    return Amount(
        cpu_millis=vcpus * MILLIS_PER_CPU - AKS_RESERVED_CPU_MILLIS[vcpus],
        memory_mib=reported_mib - reserved_mib - AKS_EVICTION_MIB,
    )


def _by_steps(quantity: int, steps: Sequence[tuple[int | None, float]]) -> float:
    """Return the sum of what each step takes of its own part of the quantity; the last step has no end."""
    taken = 0.0
    for size, share in steps:
        part = quantity if size is None else min(quantity, size)
        taken, quantity = taken + part * share, quantity - part
    return taken


def gke_allocatable(*, vcpus: int, memory_gib: int) -> Amount:
    """Return what a GKE node of so many cores and GiB offers to pods, up to 110 of them, daemon sets included."""
    reported_mib = int(memory_gib * MIB_PER_GIB * (1 - KERNEL_SHARE))
    reserved_mib = ceil(_by_steps(memory_gib, GKE_RESERVED_MEMORY) * MIB_PER_GIB)
    return Amount(
        cpu_millis=vcpus * MILLIS_PER_CPU - ceil(_by_steps(vcpus, GKE_RESERVED_CPU_MILLIS)),
        memory_mib=reported_mib - reserved_mib - GKE_EVICTION_MIB,
    )


def nodes_by_zone(nodes: int, zones: int) -> tuple[int, ...]:
    """Return how many nodes stand in each zone when they are spread evenly, the fullest zone first."""
    return tuple(nodes // zones + (zone < nodes % zones) for zone in range(zones))


def unplaced(groups: Iterable[PodGroup], zones: Sequence[int], room: Amount) -> dict[str, int]:
    """Return how many pods of which group find no node among so many nodes of a room in each zone.

    Pods are placed as the scheduler is told to: no two of a group on one node, groups spread over zones within the
    allowed skew, the freest node first; the largest pods before the small ones. Whatever this finds a place for has
    one; a perfect packing might hold slightly more.
    """
    free = [(zone, room) for zone, count in enumerate(zones) for _ in range(count)]
    missing: dict[str, int] = {}
    for group in sorted(groups, key=lambda each: (-each.each.cpu_millis, -each.each.memory_mib, each.name)):
        taken: set[int] = set()
        in_zone = [0 if count else None for count in zones]
        for placed in range(group.pods):
            fewest = min((pods for pods in in_zone if pods is not None), default=0)
            candidates = [
                (in_zone[zone] or 0, -left.cpu_millis, -left.memory_mib, index)
                for index, (zone, left) in enumerate(free)
                if index not in taken and group.each.fits(left) and (in_zone[zone] or 0) - fewest < ZONE_SKEW
            ]
            if not candidates:
                missing[group.name] = group.pods - placed
                break
            index = min(candidates)[-1]
            zone, left = free[index]
            free[index] = (zone, left - group.each)
            taken.add(index)
            in_zone[zone] = (in_zone[zone] or 0) + 1
    return missing


def shortage(what: str, groups: Sequence[PodGroup], zones: Sequence[int], room: Amount) -> str | None:
    """Say that the pods do not fit the nodes, with the sum of what they request; None if they do."""
    missing = unplaced(groups, zones, room)
    if not missing:
        return None
    addends = " + ".join(f"{group.name} {group.pods} x {group.each}" for group in groups)
    nodes = sum(zones)
    left_over = ", ".join(f"{count} of {name}" for name, count in missing.items())
    return (
        f"{what} needs {addends} = {sum((group.total for group in groups), NOTHING)}, but {nodes} nodes "
        f"({' + '.join(map(str, zones))} by zone) have {nodes} x {room} = {room * nodes}; without a node (one pod of a "
        f"service a node, zones within {ZONE_SKEW} of each other): {left_over}"
    )
