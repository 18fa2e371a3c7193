"""What every system on Google Cloud says of its project and its resources."""

from __future__ import annotations

from settings.gcp.catalogue import GCP_ZONES
from settings.gcp.types import GcpRegion, ProjectId, ProjectNumber
from settings.system import SystemSettings


class GcpSystemSettings(SystemSettings):
    """Project, region, names and tags of a system on Google Cloud."""

    project_id: ProjectId
    """The environment's project."""
    project_number: ProjectNumber
    """Its number, which the names of Google's own service accounts are made of."""
    region: GcpRegion = "europe-west3"
    """Where everything runs and is kept: Frankfurt, by the DTx infrastructure (DiGA, GDPR). A developer may choose
    another for an environment without personal data; the policy pack judges that."""

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of the region by their full names: europe-west3-a, -b and -c in Frankfurt."""
        return tuple(f"{self.region}-{letter}" for letter in GCP_ZONES[self.region])
