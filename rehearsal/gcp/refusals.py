"""The form Google's refusals have."""

import re

from rehearsal.errors import Problem
from rehearsal.values import Value

_SECONDS = re.compile(r"(\d+)(?:\.\d{1,9})?s")


def invalid(path: str, words: str, reason: str = "badRequest") -> Problem:
    """Refuse a request for what it says."""
    return Problem(path, f"Error 400: {words}., {reason}")


def not_found(path: str, words: str) -> Problem:
    """Refuse a request that names what does not stand."""
    return Problem(path, f"Error 404: {words}., notFound")


def seconds(duration: Value) -> int | None:
    """Read a duration as Google writes it, `86400s`; None for anything else."""
    found = _SECONDS.fullmatch(duration) if isinstance(duration, str) else None
    return int(found.group(1)) if found else None


def is_duration(value: Value) -> bool:
    """Tell whether text is a duration; what is not known yet is taken for one."""
    return value is None or not isinstance(value, str) or _SECONDS.fullmatch(value) is not None
