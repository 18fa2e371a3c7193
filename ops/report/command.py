"""`ops report residency`: what a person hands to an auditor."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from ruamel.yaml import YAML

from ops.judging import Subject, exported
from ops.report.model import Source, report
from ops.report.render import as_json, html, markdown
from ops.stack_files import ROOT
from ops.state import State, StateError
from policies.levels import load_levels
from policies.registry import RULES

PACK: Final = ROOT / "policies"
app = typer.Typer(help="Reports for people who were not there.", no_args_is_help=True)


@app.callback()
def _reports() -> None:
    """Reports for people who were not there."""


@app.command()
def residency(
    *,
    state: Annotated[Path | None, typer.Option(help="what `pulumi stack export` wrote; - for standard input")] = None,
    stack: Annotated[str | None, typer.Option("--stack", "-s", help="or the stack, to ask `pulumi` for it")] = None,
    config_file: Annotated[Path | None, typer.Option(help="the stack's settings, if not Pulumi.<stack>.yaml")] = None,
    system: Annotated[str | None, typer.Option(help="only this system, for example dtx")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="write one self-contained page")] = None,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="write Markdown")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="write JSON")] = None,
    time: Annotated[datetime | None, typer.Option(help="when it is made, in UTC; default: now")] = None,
) -> None:
    """Write where everything that a stack holds is, with the evidence.

    It is written whatever it says: `ops regions` is what ends a deployment.
    """
    forms = ((html_file, html), (markdown_file, markdown), (json_file, as_json))
    wanted = {file: rendered for file, rendered in forms if file}
    if not wanted:
        raise StateError("say what to write: --html FILE, --markdown FILE, --json FILE, or several of them")
    subject = Subject.of(State.read(exported(state, stack)), config_file)
    moment = (time or datetime.now(UTC)).replace(tzinfo=UTC)
    made = report(subject, subject.judged(system), load_levels(RULES), source(moment), system or "")
    for file, rendered in wanted.items():
        try:
            file.write_text(rendered(made), encoding="utf-8")
        except OSError as error:
            raise StateError(f"{file} cannot be written: {error.strerror}") from None
    out = Console(soft_wrap=True, highlight=False, emoji=False)
    out.print(f"{made.stack}: {made.result} Written: {', '.join(map(str, wanted))}", markup=False)


def source(made: datetime) -> Source:
    """Return what a report of this moment is made from."""
    version = YAML(typ="safe").load((PACK / "PulumiPolicy.yaml").read_text(encoding="utf-8"))["version"]
    return Source(made=made, commit=_commit(), rules_sha256=rules_digest(), rules_version=version)


def rules_digest(pack: Path = PACK) -> str:
    """Return the SHA-256 of the policy pack: of every rule and list, with its path, in the order of the paths."""
    digest = hashlib.sha256()
    for file in sorted(one for suffix in ("py", "toml", "yaml") for one in pack.rglob(f"*.{suffix}")):
        digest.update(f"{file.relative_to(pack).as_posix()}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _commit() -> str:
    try:
        commit = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return "not known: this is no Git checkout"
    return f"{commit}, with changes that are not committed" if changed else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
