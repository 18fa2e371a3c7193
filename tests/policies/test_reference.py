"""The reference page says what the rules say."""

import subprocess
import sys
from pathlib import Path

import pytest

from policies import reference
from policies.controls import FRAMEWORKS, in_words
from policies.registry import RULES


def test_the_committed_page_is_current() -> None:
    assert reference.main(["--check"]) == 0


def test_a_stale_page_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    stale = tmp_path / "policies.md"
    stale.write_text("# Policies\n")
    monkeypatch.setattr(reference, "PAGE", stale)
    assert reference.main(["--check"]) == 1
    assert capsys.readouterr().err == f"{stale} is stale: run `make docs`\n"
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0


def test_the_page_tells_of_every_rule_its_controls_its_fix_and_its_source() -> None:
    text = reference.PAGE.read_text()
    for rule in RULES:
        assert f"### {rule.id}\n" in text
        assert f"- Fix: {rule.fix}\n" in text
        assert f"- Source: {rule.source}\n" in text
        assert f"- Controls: {in_words(rule.controls)}\n" in text


def test_the_page_lists_under_each_control_the_rules_that_serve_it() -> None:
    _, _, part = reference.PAGE.read_text().partition("\n## Controls\n")
    sections = dict(one.split("\n", 1) for one in part.partition("\n## ")[0].split("\n### ")[1:])
    for framework, edition in FRAMEWORKS.items():
        assert edition.title in sections[framework]
        rows = dict(line.strip("| ").split(" | ") for line in sections[framework].splitlines() if line.startswith("| "))
        for rule in RULES:
            for control in rule.controls.get(framework, ()):
                assert f"[{rule.id}](#{rule.id})" in rows[control]
    numbers = [line.split(" | ")[0] for line in sections["ISMS-P"].splitlines() if line.startswith("| 2")]
    assert numbers.index("| 2.9.3") < numbers.index("| 2.10.1")


def test_the_pack_imports_no_provider_sdk_and_nothing_of_ours_beside_itself() -> None:
    script = "import sys, policies.analyzer; print('\\n'.join(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    tops = {name.partition(".")[0] for name in loaded}
    assert not {name for name in tops if name.startswith("pulumi_")}
    assert not tops & {"settings", "components", "systems", "rehearsal", "ops", "pydantic", "typer", "ruamel"}
