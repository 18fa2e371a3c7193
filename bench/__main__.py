"""`make bench`: a no-op preview with policies beside its bare twin, and how its cost grows."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markdown import Markdown

from bench.measure import CommandFailedError, Series
from bench.policies import costs, table
from bench.world import PACK, ROOT, World, own_world, twin_world
from ops.state import State

STACKS: Final = ("dev", "stage", "prod", "mgmt")
GROWTH_STACK: Final = "dev"
#: The stack on which each policy object is measured: it has of everything.
OBJECTS_STACK: Final = "prod"
REPORT: Final = ROOT / "docs" / "performance.md"
MARK: Final = "<!-- figures: everything below is written by `make bench` -->\n"

#: What docs/performance.md promises.
MAX_RATIO: Final = 1.25
MAX_MS_PER_RESOURCE: Final = 10
MAX_POLICY_SHARE: Final = 0.25
MAX_POLICY_MS_PER_RESOURCE: Final = 2

console = Console(stderr=True)


def verdict(figure: float, limit: float) -> str:
    """Say whether a figure keeps its promise."""
    return "met" if figure <= limit else "missed"


def rounds(own: World, twin: World, stack: str, count: int) -> tuple[Series, Series, Series]:
    """Measure ours, ours without the pack and the twin in turns, so that what else the machine does falls on all."""
    own_runs, without_runs, twin_runs = [], [], []
    for _ in range(count):
        own_runs.append(own.preview(stack, *PACK))
        without_runs.append(own.preview(stack))
        twin_runs.append(twin.preview(stack))
    return Series(own_runs), Series(without_runs), Series(twin_runs)


def compare_stacks(folder: Path, count: int) -> list[str]:
    """Return the tables of the four stacks: beside their twins, with policies and without, each policy object alone."""
    more = f"more, at most {MAX_POLICY_SHARE:.0%} | ms a resource, the pack's start among them"
    policy_rows = [
        f"| stack | resources | with policies, s | without, s | {more} |",
        "|---|---|---|---|---|---|",
    ]
    object_rows: list[str] = []
    rows = [
        f"| stack | resources | ours, s | spread | twin, s | spread | ratio, at most {MAX_RATIO} | MiB | twin, MiB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    own = own_world(folder)
    for stack in STACKS:
        console.print(f"{stack}: up, then {count} rounds of three previews")
        own.up(stack)
        resources = own.resources(stack)
        twin = twin_world(folder, stack, resources)
        twin.up(stack)
        ours, without, bare = rounds(own, twin, stack, count)
        ratio = ours.seconds / bare.seconds
        policy_rows.append(policies_row(stack, len(resources), ours.seconds, without.seconds))
        if stack == OBJECTS_STACK:
            judged = State.read(own.exported(stack)).everything(OBJECTS_STACK)
            object_rows = table(costs(judged), stack, len(judged))
        rows.append(
            f"| {stack} | {len(resources)} | {ours.seconds:.2f} | {ours.spread} | {bare.seconds:.2f} | {bare.spread} "
            f"| **{ratio:.2f}** {verdict(ratio, MAX_RATIO)} | {ours.peak_mib:.0f} | {bare.peak_mib:.0f} |"
        )
    return [*rows, "", *policy_rows, "", *object_rows]


def policies_row(stack: str, resources: int, with_pack: float, without: float) -> str:
    """Return the row that says what the pack adds to a preview, in seconds each."""
    share = with_pack / without - 1
    milliseconds = (with_pack - without) / resources * 1000
    return (
        f"| {stack} | {resources} | {with_pack:.2f} | {without:.2f} "
        f"| **{share:.0%}** {verdict(share, MAX_POLICY_SHARE)} | {milliseconds:.1f} |"
    )


def growth(folder: Path, sizes: list[int], count: int) -> list[str]:
    """Return the table of growth: what one more resource costs between one size and the next, beside the twin."""
    ours = f"ours, s | ms per further resource (at most {MAX_MS_PER_RESOURCE})"
    policies = f"of it the policies, ms (at most {MAX_POLICY_MS_PER_RESOURCE})"
    rows = [
        f"| resources | {ours} | {policies} | peak, MiB | twin, s | ms per further resource |",
        "|---|---|---|---|---|---|---|",
    ]
    before: Size | None = None
    for number in sizes:
        console.print(f"growth: {number} repositories, up, then {count} rounds of three previews")
        grown = folder / f"growth-{number}"
        own = own_world(grown)
        own.repeat_repositories(GROWTH_STACK, number)
        own.up(GROWTH_STACK)
        resources = own.resources(GROWTH_STACK)
        twin = twin_world(grown, GROWTH_STACK, resources)
        twin.up(GROWTH_STACK)
        size = Size(len(resources), *rounds(own, twin, GROWTH_STACK, count))
        rows.append(growth_row(before, size))
        before = size
    return rows


@dataclass(frozen=True)
class Size:
    """A stack of one size: ours, ours without the pack, the twin."""

    resources: int
    ours: Series
    without: Series
    twin: Series


def growth_row(before: Size | None, size: Size) -> str:
    """Return the row of one size; what a further resource costs is told from the second on."""

    def further(seconds: Callable[[Size], float]) -> float | None:
        if before is None:
            return None
        return (seconds(size) - seconds(before)) / (size.resources - before.resources) * 1000

    ours = further(lambda one: one.ours.seconds)
    policies = further(lambda one: one.ours.seconds - one.without.seconds)
    twin = further(lambda one: one.twin.seconds)
    cells = (
        f"{size.resources}",
        f"{size.ours.seconds:.2f}",
        judged(ours, MAX_MS_PER_RESOURCE),
        judged(policies, MAX_POLICY_MS_PER_RESOURCE),
        f"{size.ours.peak_mib:.0f}",
        f"{size.twin.seconds:.2f}",
        "" if twin is None else f"{twin:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def judged(figure: float | None, limit: float) -> str:
    """Return a figure beside its limit, nothing where there is none."""
    return "" if figure is None else f"**{figure:.1f}** {verdict(figure, limit)}"


def main(
    pair_count: Annotated[int, typer.Option("--pairs", help="Rounds of previews per stack.")] = 5,
    sizes: Annotated[str, typer.Option(help="Repositories per step of the growth table.")] = "3,600,2400",
    repeats: Annotated[int, typer.Option(help="Previews per step of the growth table.")] = 3,
) -> None:
    """Measure, print the tables and write them into docs/performance.md."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        stacks = compare_stacks(folder, pair_count)
        grown = growth(folder, [int(size) for size in sizes.split(",")], repeats)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, medians of {pair_count} rounds"
    figures = "\n".join([f"Measured on {machine}.", "", *stacks, "", *grown, ""])
    Console().print(Markdown(figures))
    head = REPORT.read_text(encoding="utf-8").split(MARK)[0]
    REPORT.write_text(f"{head}{MARK}\n{figures}", encoding="utf-8")


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    try:
        app()
    except CommandFailedError as error:
        console.print(f"bench: {error}", markup=False, highlight=False)
        sys.exit(1)
