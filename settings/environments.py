"""One frozen profile per environment: what protection and retention mean there. The environment is data.

Sizes, replicas and versions are not here but in the stack files, because the seeds give them per system.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

EnvironmentName = Literal["dev", "stage", "prod", "mgmt"]
Protection = Literal["profile", "lifted"]


@dataclass(frozen=True, kw_only=True)
class EnvironmentProfile:
    """What an environment promises for the data and the logs in it."""

    name: EnvironmentName
    #: Stateful resources refuse deletion: Pulumi's `protect` and `retain_on_delete`, and the cloud's own protection.
    protect_data: bool
    #: Days that automatic database and cache backups are kept (RDS and ElastiCache accept 1 to 35).
    backup_retention_days: int
    #: Days that logs are kept, one of the values CloudWatch accepts. ISMS-P asks for a year of access logs.
    log_retention_days: int
    #: Days in which the deletion of a KMS key can be undone (7 to 30).
    key_deletion_window_days: int


ENVIRONMENTS: Final[dict[EnvironmentName, EnvironmentProfile]] = {
    "dev": EnvironmentProfile(
        name="dev",
        protect_data=False,
        backup_retention_days=1,
        log_retention_days=14,
        key_deletion_window_days=7,
    ),
    "stage": EnvironmentProfile(
        name="stage",
        protect_data=True,
        backup_retention_days=7,
        log_retention_days=90,
        key_deletion_window_days=14,
    ),
    "prod": EnvironmentProfile(
        name="prod",
        protect_data=True,
        backup_retention_days=35,
        log_retention_days=365,
        key_deletion_window_days=30,
    ),
    "mgmt": EnvironmentProfile(
        name="mgmt",
        protect_data=True,
        backup_retention_days=7,
        log_retention_days=365,
        key_deletion_window_days=30,
    ),
}


def environment_profile(name: EnvironmentName, protection: Protection) -> EnvironmentProfile:
    """Return the profile of an environment; `lifted` takes its protection away so that a stack can be destroyed."""
    profile = ENVIRONMENTS[name]
    return replace(profile, protect_data=False) if protection == "lifted" else profile
