"""`./rehearse faults add|list|clear`: faults on demand without writing the file by hand."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from rehearsal import faults
from rehearsal.faults import KINDS, Fault, FaultsError, Kind, Operation, When, faults_file


def command(home: Path) -> typer.Typer:
    """Return the command line for the faults of one home."""
    app = typer.Typer(
        name="rehearse faults",
        help="Faults on demand in the simulated clouds.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    path = faults_file(home)

    @app.command()
    def add(
        fault: Annotated[Kind, typer.Argument(help="; ".join(f"{kind}: {text}" for kind, text in KINDS.items()))],
        *,
        operation: Annotated[Operation, typer.Option(help="the operation it meets")] = "create",
        type: Annotated[str, typer.Option(help="pattern of resource types, such as 'aws:ec2/*'")] = "*",  # noqa: A002
        name: Annotated[str, typer.Option(help="pattern of logical names")] = "*",
        times: Annotated[int, typer.Option(min=1, help="how often it happens")] = 1,
        when: Annotated[When, typer.Option(help="before or after the cloud did what it was asked")] = "before",
        seconds: Annotated[float, typer.Option(min=0, help="how long a slow one takes")] = 0,
    ) -> None:
        """Ask for one more fault."""
        faults.add(
            path, Fault(fault=fault, operation=operation, type=type, name=name, times=times, when=when, seconds=seconds)
        )

    @app.command("list")
    def list_() -> None:
        """Show the faults and how often each has happened."""
        table = Table("fault", "operation", "type", "name", "when", "happened", box=None)
        for one in faults.read(path):
            table.add_row(one.fault, one.operation, one.type, one.name, one.when, f"{one.fired} of {one.times}")
        Console().print(table)

    @app.command()
    def clear() -> None:
        """Ask for none any more."""
        faults.clear(path)

    return app


def run(home: Path, arguments: list[str]) -> int:
    """Run the command line and give its exit code."""
    try:
        command(home)(arguments, prog_name="rehearse faults", standalone_mode=True)
    except FaultsError as error:
        Console(stderr=True).print(f"rehearse: {error}", markup=False, highlight=False, soft_wrap=True)
        return 1
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0
