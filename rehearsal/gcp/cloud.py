"""The simulated Google Cloud: projects, regions, labels, and the data sources a program asks first."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc

from rehearsal.case import Case
from rehearsal.catalogue import Catalogue
from rehearsal.cloud import Provider, Values
from rehearsal.declared import DeclaredCloud
from rehearsal.errors import CloudError, Problem, suggestion
from rehearsal.inventory import Inventory
from rehearsal.sdk_schema import ResourceSchema, Sdk
from rehearsal.values import UNKNOWN, mapping

DEFAULT_PROJECT = "rehearsal-project"
#: One inventory for all projects: names carry the project, and what stands in one refers to what stands in another.
EVERYWHERE = "google"
_PROVISIONED = {"goog-pulumi-provisioned": "true"}


class GcpCloud(DeclaredCloud):
    """One inventory for all projects and places: Google's ids say both."""

    package = "gcp"

    def __init__(self, inventory: Inventory) -> None:
        super().__init__(inventory, Sdk("gcp"), Catalogue(Path(__file__).parent, "rehearsal.gcp"))

    def check_config(self, config: Values) -> list[Problem]:
        """Refuse a region that does not exist."""
        problems = super().check_config(config)
        region = self.read_config(config).get("region")
        if isinstance(region, str) and region not in self._regions:
            problems.append(Problem("region", f"unknown region {region!r}.{suggestion(region, self._regions)}"))
        return problems

    def configure(self, config: Values) -> Provider:
        """Keep the provider's project for what names none: nobody signs in to a simulated cloud."""
        opened = self.read_config(config)
        return Provider(EVERYWHERE, opened.get("region") or "", opened)

    def config_replaces(self, name: str) -> bool:
        """Another project holds none of the old objects."""
        return name == "project"

    def region_of(self, provider: Provider, inputs: Mapping[str, Any]) -> str:  # noqa: ARG002 - the contract's
        """Names carry the place: everything of a project stands in one table."""
        return "global"

    def constants(self, provider: Provider, region: str) -> dict[str, str]:
        """Name what ids and self links are made of; `project` and `region` where a resource names none."""
        return {
            "account": provider.account,
            "project": str(provider.config.get("project") or DEFAULT_PROJECT),
            "region": provider.region or region,
            "now": "2026-01-01T00:00:00Z",
        }

    @property
    def _regions(self) -> Mapping[str, Any]:
        return self.catalogue.fact("regions.regions")

    def common_outputs(self, provider: Provider, schema: ResourceSchema, case: Case) -> Values:
        """Give back the project and region a resource went to, and its labels with the provider's own."""
        outputs: Values = {}
        if "project" in schema.inputs and case.properties.get("project") is None:
            outputs["project"] = case.constants["project"]
        if "region" in schema.inputs and case.properties.get("region") is None:
            outputs["region"] = case.constants["region"]
        if "effectiveLabels" in schema.computed:
            given = case.properties.get("labels")
            inherited = mapping(provider.config.get("defaultLabels"))
            known = given is not UNKNOWN
            outputs["pulumiLabels"] = {**inherited, **mapping(given)} if known else UNKNOWN
            outputs["effectiveLabels"] = {**inherited, **mapping(given), **_PROVISIONED} if known else UNKNOWN
        return outputs

    def invoke(self, provider: Provider, token: str, args: Mapping[str, Any]) -> Values:  # noqa: ARG002 - the contract's
        """Answer no data source yet."""
        raise CloudError(f"the rehearsal does not answer {token}", grpc.StatusCode.UNIMPLEMENTED)
