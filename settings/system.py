"""What every system says of its names and its tags, whatever its cloud."""

from __future__ import annotations

from settings.model import Settings
from settings.types import DataClassification, NamePrefix, TagValue


class SystemSettings(Settings):
    """Names and tags of a system."""

    prefix: NamePrefix = ""
    """Beginning of every physical name, empty for none."""
    owner: TagValue
    """Team that answers for the resources (tag `owner`)."""
    cost_centre: TagValue
    """Where the cost goes (tag `cost-centre`)."""
    data_classification: DataClassification
    """What the environment's data is (tag `data-classification`)."""
