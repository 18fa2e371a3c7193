"""The simulated Azure: subscriptions, locations, and what the resource manager gives back for every type."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc

from rehearsal.case import Case
from rehearsal.catalogue import Catalogue
from rehearsal.cloud import Provider, Values
from rehearsal.declared import DeclaredCloud
from rehearsal.errors import CloudError
from rehearsal.inventory import Inventory
from rehearsal.sdk_schema import ResourceSchema, Sdk

DEFAULT_SUBSCRIPTION = "00000000-0000-4000-8000-000000000000"


class AzureNativeCloud(DeclaredCloud):
    """The resource manager: one subscription a provider; a resource's location is a property, not part of its id."""

    package = "azure-native"

    def __init__(self, inventory: Inventory) -> None:
        super().__init__(inventory, Sdk("azure-native"), Catalogue(Path(__file__).parent, "rehearsal.azure_native"))

    def configure(self, config: Values) -> Provider:
        """The subscription is the provider's: nobody signs in to a simulated cloud."""
        opened = self.read_config(config)
        return Provider(str(opened.get("subscriptionId") or DEFAULT_SUBSCRIPTION), opened.get("location") or "", opened)

    def config_replaces(self, name: str) -> bool:
        """Another subscription holds none of the old objects."""
        return name == "subscriptionId"

    def region_of(self, provider: Provider, inputs: Mapping[str, Any]) -> str:  # noqa: ARG002 - the contract's
        """Ids and names know no location: everything of a subscription stands in one place."""
        return "global"

    def constants(self, provider: Provider, region: str) -> dict[str, str]:  # noqa: ARG002 - the contract's
        """Name what ids and host names are made of."""
        return {
            "account": provider.account,
            "region": provider.region,
            "tenant": str(provider.config.get("tenantId") or DEFAULT_SUBSCRIPTION),
            "now": "2026-01-01T00:00:00Z",
        }

    def common_outputs(self, provider: Provider, schema: ResourceSchema, case: Case) -> Values:  # noqa: ARG002
        """Give back the name a resource was given and the location it went to."""
        outputs: Values = {}
        named = next((key for key in schema.inputs if key.endswith("Name") and key != "resourceGroupName"), None)
        if "name" in schema.computed and named:
            outputs["name"] = case.properties.get(named)
        if "provisioningState" in schema.computed:
            outputs["provisioningState"] = "Succeeded"
        return outputs

    def invoke(self, provider: Provider, token: str, args: Mapping[str, Any]) -> Values:  # noqa: ARG002
        """Refuse every data source: the program asks none."""
        raise CloudError(f"the rehearsal does not answer {token}", grpc.StatusCode.UNIMPLEMENTED)
