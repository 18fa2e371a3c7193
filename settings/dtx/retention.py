"""How long each kind of data is kept, and when what was erased is gone from everywhere (DTx infrastructure, security:
deletion and retention; components: database, kept 30 days).

GDPR, article 5(1)(e): no longer than its purpose needs. Logs have their own times (compliance.logs).
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from settings.model import Settings

#: BigQuery reads tables as they were for up to 7 days, and Google can restore them for 7 more (time travel, fail-safe).
LONGEST_WAREHOUSE_COPY_DAYS: Final = 14


class RetentionSettings(Settings):
    """Days per kind of data."""

    database_days: Annotated[int, Field(ge=1, le=35)] = 30
    """Days back to which the database can be restored, to any point in time; so long are its backups and logs kept."""
    document_days: Annotated[int, Field(ge=1, le=98)] = 30
    """Days that daily backups of the documents are kept. Any minute of the last seven days can be read beside them."""
    overwritten_days: Annotated[int, Field(ge=1, le=365)] = 7
    """Days until a version of an object goes that was overwritten or deleted."""
    deleted_days: Annotated[int, Field(ge=7, le=90)] = 7
    """Days in which Cloud Storage can bring back what was removed for good: 7 is the least it takes."""
    export_days: Annotated[int, Field(ge=1, le=365)] = 14
    """Days that an export of the database stays, which people make before something that could go wrong."""
    configuration_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days that backups of the configuration are kept, and cannot be removed: there is no personal data in them."""
    warehouse_days: Annotated[int, Field(ge=1, le=3650)] = 1095
    """Days until a day's partition of a warehouse table goes. Tables say by their partitions what is how old; one that
    has none is kept until somebody deletes it."""

    @property
    def erasure_days(self) -> int:
        """Days after a person's data was erased (GDPR, article 17) until it is in no copy of it any more.

        Cloud SQL keeps one backup more than days; what leaves a bucket or a table can be brought back for a while.
        """
        return max(
            self.database_days + 1,
            self.document_days,
            self.overwritten_days + self.deleted_days,
            self.export_days + self.deleted_days,
            LONGEST_WAREHOUSE_COPY_DAYS,
        )
