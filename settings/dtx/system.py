"""The root of DTx' settings. What all its environments share is the default in its sections."""

from __future__ import annotations

from settings.dtx.compliance import ComplianceSettings
from settings.dtx.keys import KeysSettings
from settings.dtx.network import NetworkSettings
from settings.gcp.system import GcpSystemSettings
from settings.gcp.types import ProjectId, ProjectNumber
from settings.types import TagValue


class DtxSettings(GcpSystemSettings):
    """DTx on Google Cloud: one environment."""

    owner: TagValue = "dtx-platform"
    """Team that answers for the resources (label `owner`)."""
    cost_centre: TagValue = "dtx"
    """Where the cost goes (label `cost-centre`)."""
    data_project_id: ProjectId
    """The project of the warehouse: `dtx-data` in production, by the DTx infrastructure."""
    data_project_number: ProjectNumber
    """Its number."""
    keys: KeysSettings = KeysSettings()
    """Customer keys."""
    compliance: ComplianceSettings
    """Records, who is told, and of what."""
    network: NetworkSettings
    """The network and its address plan."""
