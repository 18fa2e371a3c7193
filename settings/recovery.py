"""What the recovery chapters of all systems share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A copy of data, who makes it and how often."""

    what: str
    every: str
    kept_days: int
    made_by: str
    note: str = ""
