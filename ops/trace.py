"""The command around ops/traceability.py."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops.pulumi import Pulumi
from ops.stack_files import ROOT, stack_settings
from ops.traceability import mistakes, page, table, trace


def trace_figures(
    *,
    system: Annotated[str, typer.Argument(help="the system whose design is traced")] = "tripgen",
    stack: Annotated[str, typer.Option("--stack", "-s", help="the stack whose settings and state are read")] = "prod",
    state: Annotated[Path | None, typer.Option(help="an exported state; default: `pulumi stack export`")] = None,
    check: Annotated[bool, typer.Option(help="write nothing; fail when the page is not what would be written")] = False,
) -> None:
    """Write docs/generated/SYSTEM-traceability.md: every figure of the design, where it lives and what became of it."""
    exported = json.loads(state.read_text(encoding="utf-8")) if state else Pulumi(stack).export()
    content = table(system)
    traced = trace(content, getattr(stack_settings(stack), system), exported)
    out = Console(stderr=True, soft_wrap=True, highlight=False)
    if wrong := mistakes(traced):
        out.print(f"{len(wrong)} figures are not where the table says:\n  " + "\n  ".join(wrong), markup=False)
        raise typer.Exit(1)
    target = ROOT / "docs" / "generated" / f"{system}-traceability.md"
    text = page(content.title, "make trace", traced)
    if not check:
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    elif not target.exists() or target.read_text(encoding="utf-8") != text:
        out.print(f"{target.relative_to(ROOT)} is not up to date: `make trace` writes it", markup=False)
        raise typer.Exit(1)
