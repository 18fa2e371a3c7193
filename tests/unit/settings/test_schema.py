import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from settings.schema import MODELINE, SCHEMA_FILE, main, stack_file_schema
from tests.stack_files import ROOT, STACKS, stack_config

SCHEMA = Draft202012Validator(stack_file_schema())


def findings(config: dict[str, Any]) -> list[str]:
    return [
        "/".join(map(str, error.absolute_path)) or error.message for error in SCHEMA.iter_errors({"config": config})
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_an_editor_finds_nothing_in_a_stack_file_of_the_project(stack: str) -> None:
    assert findings(stack_config(stack)) == []


def test_an_editor_marks_an_unknown_size_and_a_misspelt_key() -> None:
    config = stack_config("dev")
    config["platform:kyeol"]["nodes"]["instance_type"] = "t9.huge"
    assert findings(config)
    config = stack_config("dev")
    config["platform:kyeoll"] = {}
    assert findings(config)


def test_the_committed_schema_is_current() -> None:
    assert json.loads((ROOT / SCHEMA_FILE).read_text()) == stack_file_schema()


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_file_names_the_schema_in_its_first_line(stack: str) -> None:
    assert (ROOT / f"Pulumi.{stack}.yaml").read_text().splitlines()[0] == MODELINE


def test_the_check_refuses_a_stale_schema_and_a_stack_file_without_its_first_line(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.qa.yaml").write_text("config: {}\n")
    assert main(["--check"]) == 1
    message = capsys.readouterr().err
    assert "schemas/stack.schema.json is stale: run `make docs`" in message
    assert "Pulumi.qa.yaml: the first line must be" in message
    assert main([]) == 0
    (tmp_path / "Pulumi.qa.yaml").write_text(MODELINE + "\nconfig: {}\n")
    assert main(["--check"]) == 0
