"""`ops policy`: the whole policy pack on an exported state, without an engine and without a cloud."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from ops.judging import Subject, exported
from ops.policy_reports import KINDS, Kind, Report, in_words, json_document, markdown, sarif
from ops.report.command import rules_digest
from ops.state import State, StateError

_STYLES: Final[Mapping[Kind, str]] = {"mandatory": "bold red", "advisory": "yellow", "excepted": "cyan"}


def policy(
    *,
    state: Annotated[Path | None, typer.Option(help="what `pulumi stack export` wrote; - for standard input")] = None,
    stack: Annotated[str | None, typer.Option("--stack", "-s", help="or the stack, to ask `pulumi` for it")] = None,
    config_file: Annotated[Path | None, typer.Option(help="the stack's settings, if not Pulumi.<stack>.yaml")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="write every finding as JSON")] = None,
    sarif_file: Annotated[Path | None, typer.Option("--sarif", help="write SARIF 2.1.0, for code scanning")] = None,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="write Markdown, for a ticket")] = None,
) -> None:
    """Judge everything that a stack holds by every rule of the policy pack; after `refresh`, what the clouds hold.

    Exit code 0: nothing that is mandatory is violated. 1: something is. 2: it could not be judged.
    """
    made = report(Subject.of(State.read(exported(state, stack)), config_file))
    forms = ((json_file, json_document), (sarif_file, sarif), (markdown_file, markdown))
    for file, rendered in forms:
        if file:
            try:
                file.write_text(rendered(made), encoding="utf-8")
            except OSError as error:
                raise StateError(f"{file} cannot be written: {error.strerror}") from None
    show(Console(highlight=False, emoji=False, soft_wrap=True), made)
    if made.refused:
        raise typer.Exit(1)


def report(subject: Subject) -> Report:
    """Return what the pack says of a state."""
    return Report(
        stack=subject.state.stack,
        environment=subject.environment,
        day=subject.enforcement.day,
        state_sha256=subject.state.digest,
        state_written=subject.state.written,
        rules_sha256=rules_digest(),
        resources=len(subject.state.records),
        outcomes=subject.outcomes(),
    )


def show(console: Console, made: Report) -> None:
    """Print what was found, and the headline."""
    for kind in KINDS:
        for outcome in made.of(kind):
            first, *rest = in_words(outcome)
            console.print(Text(f"{kind}: {first}", style=_STYLES[kind]))
            console.print(Text("\n".join(f"  {line}" for line in rest)))
    console.print(Text(made.headline, style="bold"))
