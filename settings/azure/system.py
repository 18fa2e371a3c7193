"""What every system on Azure says of its subscription and its resources."""

from __future__ import annotations

from settings.azure.catalogue import AZURE_ZONES
from settings.azure.types import AzureRegion, Guid
from settings.system import SystemSettings


class AzureSystemSettings(SystemSettings):
    """Subscription, tenant, regions, names and tags of a system on Azure."""

    subscription_id: Guid
    """The environment's subscription."""
    tenant_id: Guid
    """The Entra tenant that the subscription trusts."""
    region: AzureRegion = "koreacentral"
    """Where everything runs: Korea Central, by the TripGen design, 3.2.1."""
    recovery_region: AzureRegion = "koreasouth"
    """Where copies stand: Korea South, by the TripGen design, 10.1.1."""

    @property
    def zones(self) -> tuple[str, ...]:
        """The availability zones of the region: 1, 2 and 3 in Korea Central (TripGen design, 3.2.1)."""
        return AZURE_ZONES[self.region]
