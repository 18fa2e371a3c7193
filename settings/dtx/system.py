"""The root of DTx' settings. What all its environments share is the default in its sections."""

from __future__ import annotations

from collections.abc import Iterator

from settings.dtx.cluster import ClusterSettings
from settings.dtx.compliance import ComplianceSettings
from settings.dtx.data import DataSettings
from settings.dtx.keys import KeysSettings
from settings.dtx.monitoring import MonitoringSettings
from settings.dtx.network import NetworkSettings
from settings.dtx.retention import RetentionSettings
from settings.dtx.storage import StorageSettings
from settings.dtx.registry import ImageRegistrySettings
from settings.gcp.catalogue import DATABASE_RECOVERY_DAYS
from settings.gcp.system import GcpSystemSettings
from settings.gcp.types import ProjectId, ProjectNumber
from settings.model import rule
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
    registry: ImageRegistrySettings
    """The image registry."""
    cluster: ClusterSettings
    """The cluster and its nodes."""
    monitoring: MonitoringSettings
    """Metrics, logs and alerts inside the cluster."""
    data: DataSettings
    """Database, cache and warehouse, and who uses them."""
    storage: StorageSettings = StorageSettings()
    """Buckets."""
    retention: RetentionSettings = RetentionSettings()
    """How long what is kept."""

    @rule
    def _database_can_go_back_so_far(self) -> Iterator[str]:
        edition, days = self.data.postgres.edition, self.retention.database_days
        if days > DATABASE_RECOVERY_DAYS[edition]:
            yield (
                f"retention.database_days {days}: data.postgres.tier {self.data.postgres.tier} is {edition}, which goes "
                f"back {DATABASE_RECOVERY_DAYS[edition]} days; ENTERPRISE_PLUS goes back "
                f"{DATABASE_RECOVERY_DAYS['ENTERPRISE_PLUS']}"
            )
