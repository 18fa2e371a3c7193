import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from settings.schema import MODELINE, SCHEMA_FILE, main, stack_file_schema
from tests.stack_files import ROOT, stack_config

#: All of them: systems' environments, the bootstrap, and what later issues add.
STACK_FILES = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
SCHEMA = Draft202012Validator(stack_file_schema())
DEV = (ROOT / "Pulumi.dev.yaml").read_text()

Check = Callable[[str], tuple[int, str]]


def findings(config: dict[str, Any]) -> list[str]:
    return [
        "/".join(map(str, error.absolute_path)) or error.message for error in SCHEMA.iter_errors({"config": config})
    ]


@pytest.mark.parametrize("stack", STACK_FILES)
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


@pytest.mark.parametrize("stack", STACK_FILES)
def test_a_stack_file_names_the_schema_in_its_first_line(stack: str) -> None:
    assert (ROOT / f"Pulumi.{stack}.yaml").read_text().splitlines()[0] == MODELINE


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Return the check of one stack file in a folder whose schema is current: exit code and what is said."""
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0

    def run(text: str) -> tuple[int, str]:
        Path("Pulumi.qa.yaml").write_text(text)
        return main(["--check"]), capsys.readouterr().err

    return run


def test_the_check_accepts_the_projects_own_stack_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert {"bootstrap", "dev", "stage", "prod", "mgmt"} <= set(STACK_FILES)
    assert main(["--check"]) == 0


def test_the_check_refuses_a_stale_schema(check: Check) -> None:
    SCHEMA_FILE.write_text("{}")
    code, message = check(DEV)
    assert (code, message) == (1, "schemas/stack.schema.json is stale: run `make docs`\n")


def test_the_check_refuses_a_stack_file_without_its_first_line(check: Check) -> None:
    assert check(DEV) == (0, "")
    code, message = check("\n" + DEV)
    assert code == 1
    assert message.startswith("Pulumi.qa.yaml: the first line must be")


def test_the_check_says_of_wrong_settings_what_a_preview_says(check: Check) -> None:
    code, message = check(DEV.replace("t3.medium, min_nodes: 2", "t3.medium, min_nodes: 6"))
    assert code == 1
    assert message.startswith("Pulumi.qa.yaml: 1 mistake in the settings, nothing was registered:\n")
    assert "  platform:kyeol.nodes\n    allowed: min_nodes 6 must not exceed max_nodes 2" in message


@pytest.mark.parametrize(
    ("text", "reason"), [("[]\n", "2 mistakes in the settings"), ("config: {\n", "line 3"), ("", "2 mistakes")]
)
def test_the_check_names_a_file_that_is_no_stack_file(check: Check, text: str, reason: str) -> None:
    code, message = check(f"{MODELINE}\n{text}")
    assert code == 1
    assert message.startswith("Pulumi.qa.yaml: ")
    assert reason in message
