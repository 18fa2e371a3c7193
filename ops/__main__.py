"""`python -m ops COMMAND`: the operators' command line. It takes stacks and their settings as `pulumi` does."""

import sys

import typer
from rich.console import Console

from ops.evidence import EvidenceError
from ops.policy import policy
from ops.pulumi import PulumiError
from ops.recover import AnswerError, recover
from ops.regions import regions
from ops.report.command import app as report
from ops.state import StateError
from ops.trace import trace_figures
from policies.exceptions import ExceptionsError
from policies.levels import LevelsError
from settings.stack import SettingsError

app = typer.Typer(
    name="ops",
    help="What operators run on a stack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(policy)
app.command()(recover)
app.command()(regions)
app.add_typer(report, name="report")
app.command("trace")(trace_figures)


@app.callback()
def _commands() -> None:
    """What operators run on a stack."""


def main() -> int:
    """Run the command; what the user can mend is told in plain words."""
    try:
        app(prog_name="ops")
    except (AnswerError, EvidenceError, ExceptionsError, LevelsError, PulumiError, SettingsError, StateError) as error:
        Console(stderr=True).print(f"ops: {error}", markup=False, highlight=False, soft_wrap=True)
        return 2  # it could not do its work; 1 is said by a command that could, and found something wrong
    return 0


if __name__ == "__main__":
    sys.exit(main())
