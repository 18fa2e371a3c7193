"""Runbooks whose figures come from the settings."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from ops import runbooks


def test_every_rendered_runbook_is_what_the_settings_say_today() -> None:
    rendered = runbooks.render()
    assert len(rendered) > 2
    for path, text in rendered.items():
        assert path.read_text() == text, f"{path.name} is not up to date: `make docs` writes it"


def test_a_figure_that_the_settings_do_not_have_stops_the_rendering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wrong.md.j2").write_text("{{ s.maintenance.begin }}")
    monkeypatch.setattr(runbooks, "TEMPLATES", tmp_path)
    with pytest.raises(UndefinedError, match="begin"):
        runbooks.render()
