"""What ends: each value of a property that ends, on the day after its last and in the weeks before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from policies.lifecycle.support import SUPPORT
from policies.resource import UNKNOWN, Resource
from tests.policies.mutation import Mutant, said


def _ending(resource: Resource, days: int) -> Iterator[Mutant]:
    """Return mutants that say what ends, judged so many days after its last day."""
    for support in SUPPORT:
        if resource.type not in support.types:
            continue
        paths = [(path, value) for name in support.paths for path, value in resource.every(name)]
        for path, _ in [one for one in paths if one[1] is not None] or paths[:1]:
            yield said(resource, path, UNKNOWN)
            for value, end in support.ends.items():
                mutant = said(resource, path, value)
                yield replace(mutant, what=f"{mutant.what}, {days} days after its end", day=_day(end, days))


def _day(end: date, days: int) -> str:
    return str(end + timedelta(days=days))


def ended(resource: Resource) -> Iterator[Mutant]:
    yield from _ending(resource, 1)


def ending(resource: Resource) -> Iterator[Mutant]:
    yield from _ending(resource, -30)


MUTATIONS = {f"{cloud}-support-ended": ended for cloud in ("aws", "azure", "gcp")} | {
    f"{cloud}-support-ending": ending for cloud in ("aws", "azure", "gcp")
}
