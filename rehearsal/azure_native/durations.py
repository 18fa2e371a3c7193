"""Lengths of time as Azure writes them: ISO 8601, `PT5M`, `P14D`."""

import re
from collections.abc import Iterator

from rehearsal.case import Case
from rehearsal.errors import Problem

_FORM = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_SECONDS = (86400, 3600, 60, 1)


def seconds(text: object) -> float | None:
    """Return the length in seconds; None for what is not written in this form."""
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None or not any(found.groups()):
        return None
    return sum(float(part) * unit for part, unit in zip(found.groups(), _SECONDS, strict=True) if part)


def within(
    case: Case, path: str, code: str, shortest: str | None = None, longest: str | None = None
) -> Iterator[Problem]:
    """Refuse a property that is no length of time, or one outside its limits (`PT5M`, `P7D`)."""
    given = case.get(path)
    if not isinstance(given, str):
        return
    length, low, high = seconds(given), seconds(shortest), seconds(longest)
    if length is None:
        yield Problem(path, f"{code}: {path} '{given}' is not a duration in ISO 8601 form, like PT5M or P14D")
    elif low is not None and length < low:
        yield Problem(path, f"{code}: {path} '{given}' is shorter than {shortest}")
    elif high is not None and length > high:
        yield Problem(path, f"{code}: {path} '{given}' is longer than {longest}")
