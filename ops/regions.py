"""`ops regions`: the region verification of the DTx infrastructure (deployment, 4), for every system on every cloud."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.judging import Subject, exported
from ops.places import Evidence
from ops.residency import Judged, Residence, Verdict
from ops.state import State

_WIDTH: Final = 200  # of what is written where no terminal says its own
_BAD: Final = "bold red"
_STYLES: Final[Mapping[Verdict, str]] = {Verdict.INSIDE: "green", Verdict.LISTED: "green"}


def regions(
    *,
    state: Annotated[Path | None, typer.Option(help="what `pulumi stack export` wrote; - for standard input")] = None,
    stack: Annotated[str | None, typer.Option("--stack", "-s", help="or the stack, to ask `pulumi` for it")] = None,
    config_file: Annotated[Path | None, typer.Option(help="the stack's settings, if not Pulumi.<stack>.yaml")] = None,
    system: Annotated[str | None, typer.Option(help="only this system, for example dtx")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="fail also where the environment only advises")] = False,
    every: Annotated[bool, typer.Option("--all", help="list every resource, not only what is wrong")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for machines: every resource with its evidence")] = False,
) -> None:
    """Check that everything a stack holds is in its region: resources, replicas, backups, keys, logs.

    Exit code 0: nothing is out of place that the environment forbids. 1: something is. 2: it could not be checked.
    """
    subject = Subject.of(State.read(exported(state, stack)), config_file)
    judged = subject.judged(system)
    refused = judged.wrong if strict else judged.refused
    if as_json:
        sys.stdout.write(json.dumps(document(subject, judged, refused), indent=2) + "\n")
    else:
        show(_console(), subject, judged, refused, every=every)
    if refused:
        raise typer.Exit(1)


def document(subject: Subject, judged: Judged, refused: Sequence[Residence]) -> dict[str, Any]:
    """Return everything as JSON; a property that is a secret was never in it."""
    return {
        "stack": subject.state.stack,
        "environment": subject.environment,
        "state_sha256": subject.state.digest,
        "data_classification": dict(subject.classifications),
        "passed": not refused,
        "counts": judged.counts,
        "named": [
            {"label": named.label, "called": named.called, **asdict(found)}
            for rows in judged.named.values()
            for named, found in rows
        ],
        "resources": [{**asdict(one), "places": one.places} for one in judged.residences],
    }


def _console() -> Console:
    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=_WIDTH)


def show(
    console: Console, subject: Subject, judged: Judged, refused: Sequence[Residence], *, every: bool = False
) -> None:
    """Print the tables and the headline."""
    for system, rows in judged.named.items():
        called = (replace(found, name=f"{named.label} {named.called}") for named, found in rows)
        console.print(_table(f"Named by the document of {system}", called))
    listed = judged.residences if every else [one for one in judged.residences if not one.verdict.holds]
    if listed:
        console.print(_table("Every resource" if every else "Not where it has to be", listed))
    console.print(_summary(judged))
    for one in judged.wrong:
        console.print(Text(f"{one.verdict.value}: {one.system or 'the stack'}: {one.type} {one.name}", style=_BAD))
        for problem in one.problems:
            console.print(
                Text(f"  {problem.rule} ({problem.level}): {problem.found}\n  Fix: {problem.fix}"), soft_wrap=True
            )
            if problem.excepted:
                console.print(Text(f"  EXCEPTED {problem.excepted}"), soft_wrap=True)
    console.print(Text(headline(subject, judged, refused), style="bold"), soft_wrap=True)


def headline(subject: Subject, judged: Judged, refused: Sequence[Residence]) -> str:
    """Return in a sentence or two what came out."""
    counts = ", ".join(f"{number} {verdict}" for verdict, number in judged.counts.items() if number)
    said = f"{subject.state.stack}: {len(judged.residences)} resources checked: {counts or 'none'}."
    if not judged.wrong:
        return f"{said} Everything is where it has to be."
    if not refused:
        excepted = any(problem.excepted for one in judged.wrong for problem in one.problems)
        why = "only advises, or an exception waives it" if excepted else "only advises"
        return f"{said} {subject.environment} {why}: nothing of it is refused (--strict refuses)."
    return f"{said} {len(refused)} of them must not be so in {subject.environment}: do not deploy."


def _table(title: str, residences: Iterable[Residence]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in ("resource", "type", "system", "places found", "expected", "verdict"):
        table.add_column(column, overflow="fold")
    for one in residences:
        found = "\n".join(f"{evidence.place}  {evidence.property}" for evidence in _one_a_place(one)) or "-"
        cells = (one.name, one.type, one.system or "-", found, one.expected or "-")
        table.add_row(*map(Text, cells), Text(one.verdict.value, style=_STYLES.get(one.verdict, _BAD)))
    return table


def _one_a_place(residence: Residence) -> Iterable[Evidence]:
    """Return the first property that names each place; the rest stands in the JSON and in the report."""
    first: dict[str, Evidence] = {}
    for one in residence.evidence:
        first.setdefault(one.place, one)
    return first.values()


def _summary(judged: Judged) -> Table:
    table = Table(title="Resources by system", title_justify="left", title_style="bold")
    table.add_column("system")
    table.add_column("expected", overflow="fold")
    verdicts = [verdict for verdict in Verdict if verdict is not Verdict.MISSING]
    for verdict in verdicts:
        table.add_column(verdict.value, justify="right")
    rows: dict[tuple[str, str], Counter[Verdict]] = {}
    for one in judged.residences:
        rows.setdefault((one.system or "-", one.expected or "-"), Counter())[one.verdict] += 1
    for (system, expected), counts in sorted(rows.items()):
        table.add_row(system, expected, *(str(counts[verdict]) for verdict in verdicts))
    return table
