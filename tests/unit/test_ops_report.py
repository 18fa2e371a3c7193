"""`ops report residency`: the report as data, as a page, as Markdown and as JSON."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops import judging
from ops.__main__ import main
from ops.judging import Subject
from ops.report.command import rules_digest, source
from ops.report.model import Report, Source, report
from ops.report.render import as_json, html, markdown
from ops.residency import Verdict
from ops.state import State
from policies.exceptions import load_exceptions
from policies.levels import load_levels
from policies.lifecycle.support import DATE_VARIABLE
from policies.registry import RULES
from tests.exported import FRANKFURT, dtx, export, provider, record, secret

SOURCE = Source(
    made=datetime(2026, 11, 21, 10, 0, tzinfo=UTC), commit="c" * 40, rules_sha256="f" * 64, rules_version="1.0.0"
)
RENDERERS = {"html": html, "markdown": markdown, "json": as_json}


def report_of(records: Mapping[str, Mapping[str, Any]], system: str | None = None) -> Report:
    subject = Subject.of(State.read(export(records.values())), None)
    return report(subject, subject.judged(system), load_levels(RULES), SOURCE, system or "")


def with_kyeol() -> dict[str, dict[str, Any]]:
    records = dtx()
    records["aws"] = provider("aws", region="ap-northeast-1")
    records["vpc"] = record("aws:ec2/vpc:Vpc", "vpc", system="Kyeol", inputs={"cidrBlock": "10.0.0.0/16"})
    records["role"] = record("aws:iam/role:Role", "role", system="Kyeol", inputs={"name": "deployer"})
    return records


@pytest.mark.parametrize("kind", RENDERERS)
def test_every_form_tells_what_it_was_made_from_and_what_came_out(kind: str) -> None:
    made = report_of(with_kyeol())
    text = RENDERERS[kind](made)
    digest = hashlib.sha256(export(with_kyeol().values())).hexdigest()
    for part in (digest, "c" * 40, "f" * 64, "1.0.0", "2026-11-21", "2026-11-21T09:00:00.5Z", "prod", "personal"):
        assert part in text, part
    assert f"All {made.resources} resources are where they have to be." in text


@pytest.mark.parametrize("kind", RENDERERS)
def test_every_form_holds_every_resource_with_its_evidence_and_the_rule(kind: str) -> None:
    records = with_kyeol()
    text = RENDERERS[kind](report_of(records)).replace("<wbr>", "")
    for name in records.keys() - {"aws"}:  # a provider of AWS is judged with every resource that is made with it
        assert name in text
    for part in ("settings.backupConfiguration.location", "gcp-copies", "nodeLocations.2", f"{FRANKFURT}-c"):
        assert part in text, part


@pytest.mark.parametrize("kind", RENDERERS)
def test_every_form_says_so_where_nothing_is_excepted(kind: str) -> None:
    text = RENDERERS[kind](report_of(dtx()))
    if kind == "json":
        assert json.loads(text)["exceptions"] == []
    else:
        assert "No rule on residency is excepted in this stack: every one was applied in full." in text


def argued(folder: Path, stack: str, resource: str) -> Path:
    """An exceptions file in which a bucket of a stack is waived, beside a rule that is not about residency."""
    entry = """
[[exception]]
rule = "{}"
stack = "{}"
resource = "{}"
reason = "A partner's <b> test | of the copy"
owner = "data@dtx.example"
ticket = "DTX-9"
starts = 2026-11-01
expires = 2026-12-24
"""
    file = folder / "exceptions.toml"
    file.write_text(entry.format("gcp-location", stack, resource) + entry.format("gcp-keyless", stack, resource))
    return file


@pytest.fixture
def excepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Report]:
    """The report of a stack of which a bucket is elsewhere and excepted."""

    def of(stack: str) -> Report:
        records = dtx(stack)
        records["files"]["outputs"] = {"location": "US"}
        file = argued(tmp_path, stack, records["files"]["urn"])
        monkeypatch.setattr(judging, "load_exceptions", lambda rules: load_exceptions(rules, file))
        monkeypatch.setenv(DATE_VARIABLE, "2026-11-21")
        return report_of(records)

    return of


@pytest.mark.parametrize("kind", RENDERERS)
def test_every_form_tells_what_is_excepted_why_until_when_and_by_whom(
    kind: str, excepted: Callable[[str], Report]
) -> None:
    made = excepted("dev")
    (one,) = made.exceptions
    assert (one.rule, one.used, one.standing) == ("gcp-location", ("files",), "in force")
    assert made.refused == ()
    text = RENDERERS[kind](made).replace("<wbr>", "")
    for part in ("DTX-9", "data@dtx.example", "2026-12-24", "in force"):
        assert part in text, part
    assert "<b>" not in text or kind == "json"
    assert "gcp-keyless" not in text
    assert "permitted, or excepted (section 5)" in text


def test_in_prod_an_exception_from_residency_is_refused_and_waives_nothing(excepted: Callable[[str], Report]) -> None:
    made = excepted("prod")
    (one,) = made.exceptions
    assert one.used == ()
    assert "refused: the exception from gcp-location" in one.standing
    assert "waives residency in prod" in one.standing
    assert [residence.name for residence in made.refused] == ["files"]


def test_the_same_state_makes_the_same_report() -> None:
    assert html(report_of(with_kyeol())) == html(report_of(with_kyeol()))


def test_what_may_be_in_no_region_is_listed_once_with_the_reason() -> None:
    made = report_of(with_kyeol())
    listed = {(one.system, kind): (one.reason, names) for one in made.listed for kind, names in one.types.items()}
    assert listed["kyeol", "aws:iam/role:Role"] == (
        "identities and rights; AWS keeps them for all regions at once",
        ("role",),
    )
    assert listed["dtx", "gcp:projects/service:Service"][1] == ("api",)


def test_a_report_of_one_system_holds_neither_the_others_resources_nor_their_rules() -> None:
    made = report_of(with_kyeol(), "kyeol")
    assert [system.name for system in made.systems] == ["kyeol"]
    assert made.named == ()
    assert {rule.id.partition("-")[0] for rule in made.rules} == {"known", "aws"}
    assert "dta-cluster" not in html(made)


def test_a_deviation_comes_first_with_what_was_found_and_what_to_do() -> None:
    records = dtx()
    records["files"]["outputs"] = {"location": "EU"}
    made = report_of(records)
    assert [one.name for one in made.refused] == ["files"]
    assert made.systems[0].residences[0].name == "files"
    text = markdown(made)
    assert text.index("Not compliant") < text.index("## 3. Deviations") < text.index("`location` is EU")
    assert "1 resource is not in a permitted place, or not there, which prod forbids." in text
    # The table of deviations names the measure.
    assert "Give the resource the project's region as a literal" in text


def test_where_the_environment_only_advises_the_report_says_so() -> None:
    records = dtx("dev")
    records["files"]["outputs"] = {"location": "EUROPE-WEST1"}
    made = report_of(records)
    assert made.refused == ()
    assert "1 resource is elsewhere; dev permits that" in made.result
    assert "Permitted, with remarks" in html(made)
    assert {rule.level for rule in made.rules if rule.id == "gcp-location"} == {
        "advisory, with personal data mandatory"
    }


def test_a_named_resource_that_is_not_there_stands_among_the_deviations() -> None:
    records = dtx()
    del records["redis"]
    made = report_of(records)
    (redis,) = [one for one in made.named if one.label == "redis"]
    assert redis.residence.verdict is Verdict.MISSING
    assert [one.name for one in made.wrong] == ["dta-redis"]
    assert made.counts["not found"] == 1


@pytest.mark.parametrize("kind", RENDERERS)
def test_no_secret_is_in_any_form(kind: str) -> None:
    records = dtx()
    records["files"]["outputs"] = {"location": secret("hidden-place-1"), "name": secret("hidden-name")}
    text = RENDERERS[kind](report_of(records))
    assert "files" in text
    assert "hidden" not in text


def test_a_name_that_is_markup_is_text_in_the_page_and_keeps_the_tables_of_markdown_whole() -> None:
    records = dtx()
    hostile = "</td><script>alert(1)</script> | cell"
    records["files"]["inputs"]["location"] = hostile
    records["files"]["urn"] = records["files"]["urn"].replace("::files", f"::{hostile}")
    made = report_of(records)
    page = html(made)
    assert "<script" not in page
    assert page.count("</td>") == page.count("<td")
    rows = [line for line in markdown(made).splitlines() if "alert(1)" in line]
    assert rows
    assert all("<script" not in row and row.count(" \\| cell") for row in rows)


def test_the_page_is_one_file_that_refers_to_nothing_else() -> None:
    page = html(report_of(dtx()))
    assert "default-src 'none'" in page
    assert not re.findall(r"""(?:src|href|action)=["'](?!#)""", page)
    assert "url(" not in page
    assert "@import" not in page


def test_the_json_can_be_read_by_a_machine() -> None:
    document = json.loads(as_json(report_of(with_kyeol())))
    assert document["source"]["made"] == "2026-11-21T10:00:00Z"
    assert document["systems"][0]["name"] == "dtx"
    assert document["named"][0]["residence"]["evidence"][0]["place"] == FRANKFURT
    assert document["counts"] == {"in region": 10, "listed": 2, "outside": 0, "unknown": 0, "not found": 0}


def test_the_rules_digest_changes_with_every_rule_and_every_list(tmp_path: Path) -> None:
    (tmp_path / "rule.py").write_text("A = 1\n")
    first = rules_digest(tmp_path)
    (tmp_path / "list.toml").write_text('home = "europe-west3"\n')
    second = rules_digest(tmp_path)
    (tmp_path / "list.toml").rename(tmp_path / "other.toml")
    assert len({first, second, rules_digest(tmp_path)}) == 3
    (tmp_path / "rule.pyc").write_text("compiled")
    assert rules_digest(tmp_path) == rules_digest(tmp_path)


def test_the_commit_tells_of_changes_that_are_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"rev-parse": "a" * 40, "status": ""}
    monkeypatch.setattr("ops.report.command._git", lambda *words: answers[words[0]])
    assert source(SOURCE.made).commit == "a" * 40
    answers["status"] = " M policies/levels.toml"
    assert source(SOURCE.made).commit == f"{'a' * 40}, with changes that are not committed"


@pytest.fixture
def ops(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runs `ops report residency`; gives its exit code and all that it said."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ops", "report", "residency", *map(str, arguments)])
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_the_command_writes_the_forms_that_it_is_asked_for(ops: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_bytes(export(dtx().values()))
    files = {f"--{kind}": tmp_path / f"report.{kind}" for kind in RENDERERS}
    words = [word for pair in files.items() for word in pair]
    code, said = ops("--state", state, "--time", "2026-11-21T10:00:00", *words)
    assert code == 0, said
    assert "All 10 resources are where they have to be." in said
    assert files["--html"].read_text().startswith("<!doctype html>")
    assert files["--markdown"].read_text().startswith("# Data residency: prod\n")
    written = json.loads(files["--json"].read_text())
    made = report_of(dtx())
    assert written == json.loads(as_json(replace(made, source=replace(source(SOURCE.made)))))


def test_the_command_says_what_keeps_it_from_writing(ops: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_bytes(export(dtx().values()))
    assert ops("--state", state) == (
        2,
        "ops: say what to write: --html FILE, --markdown FILE, --json FILE, or several of them\n",
    )
    code, said = ops("--state", state, "--html", tmp_path / "no" / "folder.html")
    assert code == 2
    assert "cannot be written" in said
    code, said = ops("--state", state, "--system", "nothing", "--html", tmp_path / "report.html")
    assert code == 2
    assert "nothing is no system" in said
