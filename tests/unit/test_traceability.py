"""The traceability page tells only what is there."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ops.traceability import Row, Table, mistakes, page, trace
from settings.tripgen.maintenance import MaintenanceSettings

STATE: dict[str, Any] = {
    "deployment": {
        "resources": [
            {
                "type": "a:b:Pool",
                "urn": "urn:pulumi:prod::platform::a:b:Pool::nodes",
                "outputs": {"count": 3.0, "zones": ["1", "2"], "rules": [{"name": "HTTPS", "port": "443"}]},
            }
        ]
    }
}


def traced_mistakes(tmp_path: Path, **row: Any) -> list[str]:
    chapter = {"chapter": "3", "resource": "a:b:Pool nodes", "rows": [{"figure": "it", **row}]}
    table = Table.model_validate({"title": "A design", "chapters": [chapter]})
    return mistakes(trace(table, MaintenanceSettings(), STATE, tmp_path))


@pytest.mark.parametrize(
    "row",
    [
        {"seed": 3, "setting": "hours", "path": "count"},
        {"seed": "three", "setting": "hours", "path": "count", "found": 3},
        {"seed": "1, 2", "setting": "hours", "path": "zones", "found": ["1", "2"]},
        {"seed": 443, "setting": "start", "path": "rules[?name=='HTTPS'].port | [0]"},
    ],
)
def test_a_row_whose_value_is_in_the_state_is_right(tmp_path: Path, row: dict[str, Any]) -> None:
    assert traced_mistakes(tmp_path, **row) == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"seed": 4, "setting": "hours", "path": "count"}, "count is 3, not 4"),
        ({"seed": 3, "setting": "hours", "path": "counts"}, "counts is , not 3"),
        ({"seed": 3, "setting": "hors", "path": "count"}, "there is no setting hors"),
        ({"seed": 3, "setting": "hours", "resource": "a:b:Pool other", "path": "count"}, "the state holds no a:b:Pool"),
        ({"seed": 3, "code": "gone.py", "path": "count"}, "gone.py does not exist"),
        ({"seed": 3, "code": "code.py", "path": "count"}, "code.py does not say 3"),
        ({"seed": "15 minutes", "setting": "hours", "document": "book.md"}, "book.md does not say 15 minutes"),
        ({"seed": 3, "setting": "hours", "path": "count", "decision": "adr/9.md"}, "docs/adr/9.md does not exist"),
    ],
)
def test_a_row_that_describes_what_is_not_there_is_a_mistake(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    (tmp_path / "code.py").write_text("count = 4\n")
    (tmp_path / "book.md").write_text("an answer within 1 hour\n")
    (found,) = traced_mistakes(tmp_path, **row)
    assert found.startswith("3, it: ")
    assert words in found


@pytest.mark.parametrize("row", [{"setting": "a"}, {"path": "a"}, {"setting": "a", "code": "b", "path": "c"}])
def test_a_row_says_once_where_it_lives_and_once_where_it_ends(row: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="either"):
        Row(figure="it", seed=1, **row)


def test_the_page_has_a_line_for_every_row(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("limit = 1_000\n")
    rows = [{"figure": "a | b", "seed": "x", "found": 3, "setting": "hours", "path": "count"}]
    table = Table.model_validate(
        {"title": "A design", "chapters": [{"chapter": "3.1", "resource": "a:b:Pool nodes", "rows": rows}]}
    )
    text = page("A design", "make trace", trace(table, MaintenanceSettings(), STATE, tmp_path))
    assert "| a \\| b | x | `hours` | `a:b:Pool nodes` `count` | 3 |  |" in text
    assert "1 rows" in text
