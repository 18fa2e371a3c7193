"""The root of TripGen's settings. What all its environments share is the default in its sections."""

from __future__ import annotations

from settings.azure.system import AzureSystemSettings
from settings.tripgen.network import NetworkSettings
from settings.types import TagValue


class TripgenSettings(AzureSystemSettings):
    """TripGen on Azure: one environment."""

    owner: TagValue = "travel-platform"
    """Team that answers for the resources (tag `owner`)."""
    cost_centre: TagValue = "tripgen"
    """Where the cost goes (tag `cost-centre`)."""
    network: NetworkSettings
    """The address plan."""
