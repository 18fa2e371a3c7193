"""The runbooks whose figures come from the settings: rendered, never retyped (`python -m ops.runbooks [--check]`).

A template `docs/runbooks/templates/<name>.md.j2` becomes `docs/runbooks/<name>.md`, with PROD's settings.
"""

import sys
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ops.stack_files import ROOT, stack_settings
from settings.dtx import recovery as dtx_recovery
from settings.tripgen import operations, recovery

RUNBOOKS: Final = ROOT / "docs" / "runbooks"
TEMPLATES: Final = RUNBOOKS / "templates"


def render() -> dict[Path, str]:
    """Return every rendered runbook by the file it belongs in."""
    # Markdown for people, not HTML: nothing is escaped. A figure that is missing is an error, never a gap.
    jinja = Environment(  # noqa: S701
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    prod = stack_settings("prod")
    figures = {
        "s": prod.tripgen,
        "operations": operations,
        "recovery": recovery,
        "dtx": prod.dtx,
        "dtx_recovery": dtx_recovery,
    }
    return {
        RUNBOOKS / template.removesuffix(".j2"): jinja.get_template(template).render(figures) + "\n"
        for template in jinja.list_templates(extensions=["j2"])
    }


def main() -> int:
    """Write the runbooks; with `--check` only tell whether they are what would be written."""
    stale = {
        path: text for path, text in render().items() if not path.exists() or path.read_text(encoding="utf-8") != text
    }
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not up to date: `make docs` writes it", file=sys.stderr)
        return 1 if stale else 0
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
