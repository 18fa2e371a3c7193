"""The residency report as a page, as Markdown and as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from ops.report.model import NO_EXCEPTIONS, Report

#: Where a long name may be broken, so that narrow columns hold it: after these, and before a capital.
_BREAKS: Final = re.compile(r"(?<=[./:_@-])(?=\w)|(?<=[a-z])(?=[A-Z])")


def html(report: Report) -> str:
    """Return one page that needs nothing but itself."""
    return _TEMPLATES.get_template("residency.html.j2").render(report=report, no_exceptions=NO_EXCEPTIONS)


def markdown(report: Report) -> str:
    """Return the report for a repository or a ticket."""
    return _TEMPLATES.get_template("residency.md.j2").render(report=report, no_exceptions=NO_EXCEPTIONS)


def as_json(report: Report) -> str:
    """Return the report for machines."""
    return json.dumps({"result": report.result, **asdict(report)}, indent=2, default=_plain, ensure_ascii=False) + "\n"


def broken(text: str) -> Markup:
    """Return a name, escaped, that may be broken where a reader would break it."""
    return Markup("<wbr>").join(_BREAKS.split(text))


def cell(text: str) -> str:
    """Return a text as a cell of a Markdown table holds it."""
    return re.sub(r"\s+", " ", text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def moment(time: datetime) -> str:
    """Return a time as the report writes it."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def _plain(value: Any) -> str:  # noqa: ANN401 - what `json` does not know
    if isinstance(value, date):  # and what is a date with a time
        return value.isoformat().replace("+00:00", "Z")
    raise TypeError(type(value).__name__)


# What goes to a browser is escaped, by its template's name. A value that is missing is an error, never a gap.
_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    undefined=StrictUndefined,
    autoescape=select_autoescape(enabled_extensions=("html.j2",)),
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"broken": broken, "cell": cell, "moment": moment}
