"""The platform tags: one object, rendered in each cloud's own spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MANAGED_BY: Final = "pulumi"
LABEL_PREFIX: Final = "platform"


@dataclass(frozen=True, kw_only=True)
class PlatformTags:
    """What every taggable resource carries. Values fit the tightest cloud (a Google Cloud label)."""

    system: str
    environment: str
    owner: str
    cost_centre: str
    data_classification: str

    def gcp(self) -> dict[str, str]:
        """Return Google Cloud labels."""
        return {
            "system": self.system,
            "environment": self.environment,
            "owner": self.owner,
            "cost-centre": self.cost_centre,
            "data-classification": self.data_classification,
            "managed-by": MANAGED_BY,
        }

    def azure(self) -> dict[str, str]:
        """Return Azure tags: the same."""
        return self.gcp()

    def aws(self, name: str | None = None) -> dict[str, str]:
        """Return AWS tags: the same, and `name` adds the `Name` tag that the consoles show."""
        return self.azure() if name is None else {"Name": name, **self.azure()}

    def kubernetes(self) -> dict[str, str]:
        """Return Kubernetes labels: the recommended ones where they exist, ours under a prefix."""
        return {
            "app.kubernetes.io/managed-by": MANAGED_BY,
            "app.kubernetes.io/part-of": self.system,
            f"{LABEL_PREFIX}/environment": self.environment,
            f"{LABEL_PREFIX}/owner": self.owner,
            f"{LABEL_PREFIX}/cost-centre": self.cost_centre,
            f"{LABEL_PREFIX}/data-classification": self.data_classification,
        }
