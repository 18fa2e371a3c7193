"""`ops recover`: settles what a killed run, or a create without an answer, left open between state and cloud."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer
from rich.console import Console

from ops import recovery
from ops.evidence import made_by_stack
from ops.pulumi import Deployment, Pulumi
from ops.recovery import Answers, Record, Settlement

_DOES = {"adopt": "goes into the state as {id}", "drop": "is forgotten", "look": "is read", "ask": "stays open"}


class AnswerError(Exception):
    """An answer names nothing that is open, or cannot be read."""


def recover(
    *,
    stack: Annotated[str | None, typer.Option("--stack", "-s", help="the stack; default: the selected one")] = None,
    config_file: Annotated[str | None, typer.Option(help="the stack's settings, as pulumi takes them")] = None,
    cwd: Annotated[str | None, typer.Option("--cwd", "-C", help="the project's folder")] = None,
    made: Annotated[list[str] | None, typer.Option(help="NAME=ID or URN=ID of an object that is in the cloud")] = None,
    absent: Annotated[list[str] | None, typer.Option(help="NAME or URN of one that is not")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask before the state is changed")] = False,
) -> None:
    """Settle what an interrupted run left: nothing exists twice and nothing is lost.

    In the rehearsal the inventory tells which creates happened. On a real cloud you look, and answer for each with
    --made or --absent; until then nothing is changed.
    """
    out = Console(soft_wrap=True, highlight=False, emoji=False)
    pulumi = Pulumi(stack, config_file, cwd)
    before = pulumi.export()
    settlements = _decide(pulumi, before, made or [], absent or [])
    if not settlements:
        out.print("Nothing is open: every operation of this stack is known to its state.")
        return
    _show(out, settlements)
    if open_ := [one for one in settlements if one.action == "ask"]:
        out.print(_questions(pulumi.stack_name(), open_), markup=False)
        raise typer.Exit(1)
    if not yes:
        typer.confirm("Write this into the state?", abort=True)
    after = recovery.settled(before, settlements)
    pulumi.import_(after)
    if urns := recovery.to_read(after, settlements):
        pulumi.refresh(urns)
    out.print("Settled. `up` now makes only what is missing.")


def _decide(pulumi: Pulumi, state: Deployment, made: Sequence[str], absent: Sequence[str]) -> list[Settlement]:
    project = recovery.project_of(state)
    held = made_by_stack(project, pulumi.stack_name()) if project else None
    loose = recovery.loose_ids(state, held) if held else {}
    under_way = [one["resource"] for one in recovery.pending(state)]
    spoken_of = {_reference(one) for one in made}
    # The program says how a lost object is declared; it is asked only when there is something it could tell.
    unknown = spoken_of - {name for record in under_way for name in _names(record)}
    declared = pulumi.declared() if loose or unknown else []
    answers = _answers(made, absent, [*under_way, *declared])
    return [*recovery.settle(state, held, answers), *recovery.settle_lost(declared, loose, answers)]


def _answers(made: Sequence[str], absent: Sequence[str], records: Sequence[Record]) -> Answers:
    given: dict[str, str | None] = {}
    for answer in made:
        reference, _, id_ = answer.rpartition("=")
        if not reference or not id_:
            raise AnswerError(f"--made {answer}: write NAME=ID, with the id that `pulumi import` would take")
        given[_urn(reference, records)] = id_
    given |= {_urn(reference, records): None for reference in absent}
    return Answers(given)


def _urn(reference: str, records: Iterable[Record]) -> str:
    found = {record["urn"] for record in records if reference in _names(record)}
    if len(found) == 1:
        return found.pop()
    if found:
        raise AnswerError(
            f"{reference} names {len(found)} resources; write the URN of one:\n" + "\n".join(sorted(found))
        )
    raise AnswerError(f"{reference} names nothing that is open in this stack")


def _reference(answer: str) -> str:
    return answer.rpartition("=")[0]


def _names(record: Record) -> tuple[str, str]:
    return record["urn"], record["urn"].rsplit("::", 1)[-1]


def _show(out: Console, settlements: Iterable[Settlement]) -> None:
    for one in settlements:
        does = _DOES[one.action].format(id=one.id)
        out.print(f"{one.operation} {one.record['type']} {one.name}: {one.why}; {does}", markup=False)


def _questions(stack: str, settlements: Iterable[Settlement]) -> str:
    command = f"python -m ops recover --stack {stack}"
    lines = ["", "Nothing was changed. Look into the account for each, then answer all of them in one command:"]
    for one in settlements:
        lines += [
            f"  {one.record['type']} {one.name}",
            f"    is there:      {command} --made '{one.name}=ID'   (the id that `pulumi import` takes for this type)",
            f"    is not there:  {command} --absent '{one.name}'",
        ]
    return "\n".join(lines)
