"""The command around ops/traceability.py."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops.pulumi import Pulumi
from ops.stack_files import ROOT, stack_settings
from ops.traceability import TABLES, mistakes, page, table, trace


def trace_figures(
    *,
    systems: Annotated[
        list[str] | None, typer.Argument(help="whose design is traced; default: all that have one")
    ] = None,
    stack: Annotated[str, typer.Option("--stack", "-s", help="the stack whose settings and state are read")] = "prod",
    state: Annotated[Path | None, typer.Option(help="an exported state; default: `pulumi stack export`")] = None,
    check: Annotated[bool, typer.Option(help="write nothing; fail when the page is not what would be written")] = False,
) -> None:
    """Write docs/generated/SYSTEM-traceability.md: every figure of the design, where it lives and what became of it."""
    exported = json.loads(state.read_text(encoding="utf-8")) if state else Pulumi(stack).export()
    settings = stack_settings(stack)
    out = Console(stderr=True, soft_wrap=True, highlight=False)
    failed = False
    for system in systems or sorted(path.stem for path in TABLES.glob("*.yaml")):
        content = table(system)
        traced = trace(content, getattr(settings, system), exported)
        target = ROOT / "docs" / "generated" / f"{system}-traceability.md"
        text = page(content.title, "make trace", traced)
        if wrong := mistakes(traced):
            told = "\n  ".join(wrong)
            out.print(f"{system}: {len(wrong)} figures are not where the table says:\n  {told}", markup=False)
            failed = True
        elif not check:
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != text:
            out.print(f"{target.relative_to(ROOT)} is not up to date: `make trace` writes it", markup=False)
            failed = True
    if failed:
        raise typer.Exit(1)
