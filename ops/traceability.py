"""`ops trace`: every figure of a design document, where it lives in the code, and what became of it in the state.

The tables in ops/traces/ name the figures. Each row says where the figure lives (a setting, or a file of the code) and
where it ends: a property in the exported state, or a document for people. What is found there must be what the row
says, the setting's own value must be in it, and a figure that differs from the document's has a decision record or a
sentence that tells how the two are the same. So the page cannot describe what is not there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any, Final, Self

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import BaseModel, ConfigDict, model_validator
from ruamel.yaml import YAML

from ops.stack_files import ROOT
from settings.model import Settings

TABLES: Final = Path(__file__).resolve().parent / "traces"
Found = str | int | float | bool | list[Any] | dict[str, Any]
#: A text that stands in any file: as words to look for it proves nothing.
BARE: Final = re.compile(r"true|false|[\d.,]+", re.IGNORECASE)


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Closed):
    """One figure of the document."""

    figure: str
    """What the document calls it."""
    seed: str | int | float | bool
    """The document's value, as it writes it."""
    setting: str | None = None
    """Where it lives: a path below the system's section, for example `application_nodes.max_nodes`."""
    code: str | None = None
    """Or a file of the code that states it."""
    stated: Found | None = None
    """What the setting is, or what the file says, where that is not (part of) what is found: another unit, say."""
    resource: str | None = None
    """Type and logical name of the resource it ends in; the chapter's where it says none."""
    path: str | None = None
    """JMESPath of the property in the resource's outputs."""
    document: str | None = None
    """Or the document for people that it ends in."""
    found: Found | None = None
    """The value there, where it is not written as in the document."""
    decision: str | None = None
    """The decision record behind another value."""
    reading: str | None = None
    """How a value that is written otherwise is the document's: `80 GB in MB`."""

    @model_validator(mode="after")
    def _lives_and_ends_once(self) -> Self:
        if (self.setting is None) == (self.code is None):
            raise ValueError(f"{self.figure}: either `setting` or `code` says where it lives")
        if (self.path is None) == (self.document is None):
            raise ValueError(f"{self.figure}: either `path` or `document` says where it ends")
        if self.code and (bare := _bare(self.expected if self.stated is None else self.stated)):
            raise ValueError(f"{self.figure}: {bare} stands in any file; `stated` quotes the code around it")
        if self.document and (bare := _bare(self.expected)):
            raise ValueError(f"{self.figure}: {bare} stands in any document; `found` quotes the sentence around it")
        return self

    @model_validator(mode="after")
    def _another_figure_has_a_reason(self) -> Self:
        there = {number for word in words(self.expected) for number in _numbers(word)}
        absent = [number for number in _numbers(shown(self.seed)) if number not in there]
        if absent and not (self.decision or self.reading):
            raise ValueError(
                f"{self.figure}: the document's {', '.join(absent)} is not in {shown(self.expected)}; a `decision` "
                "says why, or a `reading` how it is the same"
            )
        return self

    @property
    def expected(self) -> Found:
        """What is to be found."""
        return self.seed if self.found is None else self.found


class Chapter(_Closed):
    """A chapter of the document."""

    chapter: str
    resource: str | None = None
    """The resource of rows that name none."""
    rows: tuple[Row, ...]


class Table(_Closed):
    """A document."""

    title: str
    component: str
    """The system's type as a component: what stands below it is looked at, for others use the same names."""
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, kw_only=True)
class Traced:
    """A row, what was found for it, and what is wrong with it."""

    row: Row
    lives: str
    ends: str
    value: str
    mistakes: tuple[str, ...]


def table(system: str) -> Table:
    """Return a system's table."""
    return Table.model_validate(YAML(typ="safe").load((TABLES / f"{system}.yaml").read_text(encoding="utf-8")))


def trace(content: Table, section: Settings, state: Mapping[str, Any], root: Path = ROOT) -> dict[str, list[Traced]]:
    """Return every row by chapter, held against the settings and an exported state."""
    resources = {
        f"{one['type']} {one['urn'].rsplit('::', 1)[-1]}": one.get("outputs", {})
        for one in state["deployment"]["resources"]
        if content.component in one["urn"].split("::")[2].split("$")
    }
    return {
        chapter.chapter: [
            _traced(row, row.resource or chapter.resource, section, resources, root) for row in chapter.rows
        ]
        for chapter in content.chapters
    }


def _traced(
    row: Row, resource: str | None, section: Settings, resources: Mapping[str, Mapping[str, Any]], root: Path
) -> Traced:
    lives, mistakes = _where_it_lives(row, section, root)
    if row.document:
        ends, value, more = _in_document(row, row.document, root)
    else:
        ends, value, more = _in_state(row, str(resource), resources)
    if row.decision and not (root / "docs" / row.decision).exists():
        more.append(f"docs/{row.decision} does not exist")
    return Traced(row=row, lives=lives, ends=ends, value=value, mistakes=(*mistakes, *more))


def _where_it_lives(row: Row, section: Settings, root: Path) -> tuple[str, list[str]]:
    if row.setting:
        return _in_settings(row, row.setting, section)
    path = root / str(row.code)
    if not path.exists():
        return f"`{row.code}`", [f"{row.code} does not exist"]
    text = path.read_text(encoding="utf-8").replace("_", "")
    said = words(row.expected if row.stated is None else row.stated)
    absent = [word for word in said if word.replace("_", "") not in text]
    return f"[{row.code}](../../{row.code})", [f"{row.code} does not say {', '.join(absent)}"] if absent else []


def _in_settings(row: Row, setting: str, section: Settings) -> tuple[str, list[str]]:
    lives = f"`{setting}`"
    try:
        value = plain(at(section, setting))
    except (AttributeError, KeyError, IndexError) as error:
        return lives, [f"there is no setting {setting} ({error})"]
    except TypeError as error:
        return lives, [f"{setting} is no figure: {error}"]
    if row.stated is not None:
        wrong = shown(value) != shown(row.stated)
        return f"{lives} = {shown(value)}", [f"{setting} is {shown(value)}, not {shown(row.stated)}"] if wrong else []
    known, parts = [*words(row.expected)], [*words(value)]
    absent = [part for part in parts if not any(_says(word, part) for word in known)]
    if absent or not parts:
        return lives, [f"{setting} is {shown(value)}, which is not in {shown(row.expected)}: `stated` says it"]
    return lives, []


def _in_state(row: Row, resource: str, resources: Mapping[str, Mapping[str, Any]]) -> tuple[str, str, list[str]]:
    ends = f"`{resource}` `{row.path}`"
    if resource not in resources:
        return ends, "", [f"the state holds no {resource}"]
    try:
        value = jmespath.search(str(row.path), resources[resource])
    except JMESPathError as error:
        return ends, "", [f"{row.path} cannot be asked for: {error}"]
    if shown(value) == shown(row.expected):
        return ends, shown(value), []
    return ends, shown(value), [f"{resource} {row.path} is {shown(value)}, not {shown(row.expected)}"]


def _in_document(row: Row, document: str, root: Path) -> tuple[str, str, list[str]]:
    path = root / document
    text = " ".join(path.read_text(encoding="utf-8").split()) if path.exists() else ""
    absent = [word for word in words(row.expected) if word not in text]
    ends = f"[{document}](../../{document})"
    return ends, "; ".join(words(row.expected)), [f"{document} does not say {word}" for word in absent]


def at(section: object, path: str) -> object:
    """Return the value at a path of settings: fields, keys and places in lists."""
    value = section
    for step in path.split("."):
        if isinstance(value, Mapping):
            value = value[step]
        elif isinstance(value, Sequence) and not isinstance(value, str):
            value = value[int(step)]
        else:
            value = getattr(value, step)
    return value


def plain(value: object) -> Found | None:
    """Return a setting as the state would hold it; a section is refused: a row is about a figure in it."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, IPv4Address | IPv4Network | date):
        return str(value)
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(type(value).__name__)


def words(value: object) -> Iterator[str]:
    """Yield the texts that a value consists of."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from words(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from words(item)
    else:
        yield shown(value)


def _says(text: str, part: str) -> bool:
    """Whether a text holds a number or a word, not merely digits or letters of a longer one."""
    if re.fullmatch(r"\d+(\.\d+)?", part):
        return re.search(rf"(?<![\d.]){re.escape(part)}(?!\.?\d)", text) is not None
    return re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", text) is not None


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)*", re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text))


def _bare(value: object) -> str | None:
    return next((word for word in words(value) if BARE.fullmatch(word)), None)


def shown(value: object) -> str:
    """Return a value as the page writes it: a whole number without its point, a list in brackets."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def mistakes(traced: Mapping[str, Sequence[Traced]]) -> list[str]:
    """Return what is wrong, row by row."""
    return [
        f"{chapter}, {one.row.figure}: {mistake}"
        for chapter, rows in traced.items()
        for one in rows
        for mistake in one.mistakes
    ]


_INTRODUCTION: Final = """\
Written by `{command}` from the settings and the state of a rehearsed PROD; a test holds it against both. {count} rows.
A setting stands in `Pulumi.prod.yaml` below its system, in `config/prod/services/` or, where it is the same in
every environment, as a default in `settings/`; its value follows where that is written otherwise than what is found.
Where another value stands than the design's, the decision says why; the last column also tells how a value that is
written otherwise is the same."""


def page(title: str, command: str, traced: Mapping[str, Sequence[Traced]]) -> str:
    """Return the page."""
    count = sum(len(rows) for rows in traced.values())
    lines = [
        f"# {title}: where every figure went",
        "",
        _INTRODUCTION.format(command=command, count=count),
    ]
    for chapter, rows in traced.items():
        lines += [
            "",
            f"## {chapter}",
            "",
            "| figure | design | lives in | ends in | found | decision, or how it is the same |",
            "|---|---|---|---|---|---|",
        ]
        for one in rows:
            decision = f"[{Path(one.row.decision).stem[:4]}](../{one.row.decision})" if one.row.decision else ""
            why = "; ".join(filter(None, (decision, one.row.reading)))
            cells = (one.row.figure, shown(one.row.seed), one.lives, one.ends, one.value, why)
            lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")
