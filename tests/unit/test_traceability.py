"""The traceability page tells only what is there."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from ops import trace as command
from ops.__main__ import app
from ops.traceability import Row, Table, mistakes, page, trace
from settings.tripgen.data import CacheStrategySettings
from settings.tripgen.maintenance import MaintenanceSettings

STATE: dict[str, Any] = {
    "deployment": {
        "resources": [
            {
                "type": "a:b:Pool",
                "urn": "urn:pulumi:prod::platform::a:system:Other$a:b:Pool::nodes",
                "outputs": {"count": 9, "elsewhere": True},
            },
            {
                "type": "a:b:Pool",
                "urn": "urn:pulumi:prod::platform::a:system:Ours$a:b:Pool::nodes",
                "outputs": {
                    "count": 2.0,
                    "begins": "PT2H",
                    "window": ["Sunday", "02:00"],
                    "rules": [{"name": "HTTPS", "port": "443"}],
                },
            },
            {
                "type": "a:b:Pool",
                "urn": "urn:pulumi:prod::platform::a:system:Other$a:b:Part$a:b:Pool::nodes",
                "outputs": {"count": 8},
            },
        ]
    }
}
OURS = {"title": "A design", "component": "a:system:Ours"}


def write_project(root: Path) -> None:
    (root / "code.py").write_text("count = 4_000\n")
    (root / "book.md").write_text("an answer\nwithin 1 hour\n")


def traced_mistakes(tmp_path: Path, **row: Any) -> list[str]:
    chapter = {"chapter": "3", "resource": "a:b:Pool nodes", "rows": [{"figure": "it", **row}]}
    table = Table.model_validate({**OURS, "chapters": [chapter]})
    return mistakes(trace(table, MaintenanceSettings(), STATE, tmp_path))


@pytest.mark.parametrize(
    "row",
    [
        {"seed": 2, "setting": "hours", "path": "count"},
        {"seed": "two", "setting": "hours", "path": "count", "found": 2},
        {"seed": "2 hours", "setting": "hours", "path": "begins", "found": "PT2H"},
        {"seed": "Sunday 02:00", "setting": "start", "path": "window", "found": ["Sunday", "02:00"]},
        {"seed": "120 minutes", "setting": "hours", "path": "count", "found": 2, "reading": "2 x 60"},
        {"seed": 443, "setting": "hours", "stated": 2, "path": "rules[?name=='HTTPS'].port | [0]"},
        {"seed": 2, "code": "code.py", "stated": "count = 4_000", "path": "count"},
        {"seed": "within 1 hour", "code": "code.py", "stated": "count = 4000", "document": "book.md"},
    ],
)
def test_a_row_whose_value_is_found_is_right(tmp_path: Path, row: dict[str, Any]) -> None:
    write_project(tmp_path)
    assert traced_mistakes(tmp_path, **row) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"seed": 4, "setting": "hours", "stated": 2, "path": "count"}, "count is 2, not 4"),
        ({"seed": 2, "setting": "hours", "path": "counts"}, "counts is , not 2"),
        ({"seed": 2, "setting": "hours", "path": "count["}, "count[ cannot be asked for"),
        ({"seed": 2, "setting": "hors", "path": "count"}, "there is no setting hors"),
        ({"seed": 2, "setting": "hours", "resource": "a:b:Pool other", "path": "count"}, "the state holds no a:b:Pool"),
        ({"seed": 2, "code": "gone.py", "stated": "count = 2", "path": "count"}, "gone.py does not exist"),
        ({"seed": 2, "code": "code.py", "stated": "count = 2", "path": "count"}, "code.py does not say count = 2"),
        (
            {"seed": "15 minutes", "code": "code.py", "stated": "count", "document": "book.md"},
            "does not say 15 minutes",
        ),
        ({"seed": 2, "setting": "hours", "path": "count", "decision": "adr/9.md"}, "docs/adr/9.md does not exist"),
    ],
)
def test_a_row_that_describes_what_is_not_there_is_a_mistake(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    write_project(tmp_path)
    (found,) = traced_mistakes(tmp_path, **row)
    assert found.startswith("3, it: ")
    assert words in found


def test_a_resource_of_another_system_that_is_called_the_same_is_not_looked_at(tmp_path: Path) -> None:
    row = {"seed": 2, "setting": "hours", "path": "elsewhere", "found": True, "stated": 2, "reading": "2 of them"}
    assert traced_mistakes(tmp_path, **row) == ["3, it: a:b:Pool nodes elsewhere is , not true"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"seed": 2, "setting": "notice_hours", "path": "count"}, "notice_hours is 48, which is not in 2"),
        ({"seed": 2, "setting": "notice_hours", "stated": 24, "path": "count"}, "notice_hours is 48, not 24"),
        ({"seed": "PT2H", "setting": "day", "path": "begins"}, "day is Sunday, which is not in PT2H"),
    ],
)
def test_a_setting_that_is_not_what_is_found_is_a_mistake(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    (found,) = traced_mistakes(tmp_path, **row)
    assert words in found


@pytest.mark.parametrize("found", ["PT20H", "PT12H", "2.5 hours", "1.2 hours"])
def test_a_number_is_no_part_of_a_longer_one(tmp_path: Path, found: str) -> None:
    row = {"seed": "two", "setting": "hours", "path": "begins", "found": found}
    assert any("hours is 2, which is not in" in mistake for mistake in traced_mistakes(tmp_path, **row))


def test_a_section_of_settings_is_no_figure(tmp_path: Path) -> None:
    chapter = {
        "chapter": "5",
        "resource": "a:b:Pool nodes",
        "rows": [{"figure": "it", "seed": 2, "path": "count", "setting": "local"}],
    }
    table = Table.model_validate({**OURS, "chapters": [chapter]})
    assert mistakes(trace(table, CacheStrategySettings(), STATE, tmp_path)) == [
        "5, it: local is no figure: LocalCacheSettings"
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"seed": "3 nodes", "setting": "a", "path": "b", "found": 4}, "the document's 3 is not in 4"),
        ({"seed": "80,000 MB", "setting": "a", "path": "b", "found": 80}, "the document's 80000 is not in 80"),
        ({"seed": "yes", "code": "a.py", "path": "b", "found": True}, "true stands in any file"),
        ({"seed": "5 s", "setting": "a", "document": "b.md", "found": 5}, "5 stands in any document"),
    ],
)
def test_a_row_that_proves_nothing_is_refused(row: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Row(figure="it", **row)


def test_another_figure_is_taken_with_its_decision() -> None:
    row = Row(figure="it", seed="3 nodes", setting="a", path="b", found=4, decision="adr/1.md")
    assert row.expected == 4


@pytest.mark.parametrize("row", [{"setting": "a"}, {"path": "a"}, {"setting": "a", "code": "b", "path": "c"}])
def test_a_row_says_once_where_it_lives_and_once_where_it_ends(row: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either"):
        Row(figure="it", seed=1, **row)


def test_the_page_has_a_line_for_every_row(tmp_path: Path) -> None:
    rows = [
        {"figure": "a | b", "seed": "x", "found": 2, "setting": "hours", "path": "count"},
        {"figure": "c", "seed": 2, "setting": "notice_hours", "stated": 48, "path": "count", "reading": "2 days"},
        {"figure": "d", "seed": 3, "found": 2, "setting": "hours", "path": "count", "decision": "adr/0016-a-b.md"},
    ]
    table = Table.model_validate({**OURS, "chapters": [{"chapter": "3.1", "resource": "a:b:Pool nodes", "rows": rows}]})
    text = page("A design", "make trace", trace(table, MaintenanceSettings(), STATE, tmp_path))
    assert "| a \\| b | x | `hours` | `a:b:Pool nodes` `count` | 2 |  |" in text
    assert "| c | 2 | `notice_hours` = 48 | `a:b:Pool nodes` `count` | 2 | 2 days |" in text
    assert "| 2 | [0016](../adr/0016-a-b.md) |" in text
    assert "3 rows" in text


@pytest.mark.parametrize(("named", "told"), [([], ["dtx", "tripgen"]), (["dtx"], ["dtx"])])
def test_the_command_traces_every_system_that_has_a_table_and_writes_nothing_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: list[str], told: list[str]
) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    empty = tmp_path / "state.json"
    empty.write_text(json.dumps({"deployment": {"resources": []}}))
    done = CliRunner().invoke(app, ["trace", *named, "--state", str(empty)])
    assert done.exit_code == 1
    assert [line.split(":")[0] for line in done.output.splitlines() if "are not where the table says" in line] == told
    assert not (tmp_path / "docs").exists()
