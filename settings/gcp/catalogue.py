"""What Google Cloud offers and this platform allows: the figures that settings are checked against.

A value that is missing here is refused before anything is registered. Add a row to allow one.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

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
