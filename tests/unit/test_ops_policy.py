"""`ops policy`: the whole pack on an exported state, and its reports."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ops import judging
from ops.__main__ import main
from policies.exceptions import load_exceptions
from policies.lifecycle.support import DATE_VARIABLE
from policies.registry import RULES
from tests.exported import FRANKFURT, export, provider, record, secret, urn
from tests.stack_files import ROOT

Records = dict[str, dict[str, Any]]
BUCKET = "gcp:storage/bucket:Bucket"
FILES = {
    "name": "dtx-platform-files",
    "location": "EUROPE-WEST3",
    "publicAccessPrevention": "enforced",
    "uniformBucketLevelAccess": True,
}
CANARY = "canary-7f3a9c"
SARIF = ROOT / "tests" / "unit" / "sarif-2.1.0-parts.schema.json"


def harmless() -> Records:
    """What no rule finds anything in."""
    return {"dtx": provider("gcp", region=FRANKFURT, project="dtx-platform")}


def bucket(**changed: Any) -> Records:
    return harmless() | {"files": record(BUCKET, "files", inputs=FILES, outputs={**FILES, **changed})}


@pytest.fixture
def ops(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Runs `ops policy` on a state; gives its exit code and all that it said."""

    def run(state: Records | bytes, *arguments: str) -> tuple[int, str]:
        file = tmp_path / "state.json"
        file.write_bytes(state if isinstance(state, bytes) else export(state.values()))
        monkeypatch.setattr(sys, "argv", ["ops", "policy", "--state", str(file), *arguments])
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


@pytest.fixture
def reports(ops: Callable[..., Any], tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Runs `ops policy` and gives every report that it writes, and what it said, by its form."""

    def write(state: Records) -> dict[str, str]:
        files = {form: tmp_path / f"report.{form}" for form in ("json", "sarif", "markdown")}
        _, said = ops(state, *(part for form, file in files.items() for part in (f"--{form}", str(file))))
        return {"said": said} | {form: file.read_text() for form, file in files.items()}

    return write


@pytest.fixture
def except_public_access(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Puts an exception for the bucket into the pack that `ops` reads."""

    def write(last_day: str) -> None:
        file = tmp_path / "exceptions.toml"
        file.write_text(f"""
[[exception]]
rule = "gcp-public-access"
stack = "prod"
resource = "{urn(BUCKET, "files")}"
reason = "The pages of the study | until it ends"
owner = "study@dtx.example"
ticket = "DTX-4"
starts = 2026-11-01
expires = {last_day}
""")
        monkeypatch.setattr(judging, "load_exceptions", lambda rules: load_exceptions(rules, file))
        monkeypatch.setenv(DATE_VARIABLE, "2026-11-21")

    return write


def found(report: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {one["rule"]: one for one in json.loads(report["json"])["findings"]}


def test_a_state_in_which_every_rule_holds_passes(ops: Callable[..., Any]) -> None:
    code, said = ops(harmless())
    assert code == 0, said
    assert said.startswith("prod: 1 resources under ")
    assert said.endswith(" rules: every rule holds.\n")


def test_what_a_cloud_answers_is_judged_and_not_what_was_asked_for(
    ops: Callable[..., Any], reports: Callable[..., Any]
) -> None:
    assert "gcp-public-access" not in found(reports(bucket()))
    opened = found(reports(bucket(publicAccessPrevention="inherited")))["gcp-public-access"]
    assert opened["level"] == "mandatory"
    assert opened["found"] == "`publicAccessPrevention` is inherited"
    assert opened["urn"] == urn(BUCKET, "files")
    code, said = ops(bucket(publicAccessPrevention="inherited"))
    assert code == 1
    assert f"mandatory: gcp-public-access: files ({BUCKET})" in said
    assert "Fix: " in said
    assert "prod must not be so." in said


@pytest.mark.parametrize(("stack", "becomes", "code"), [("dev", "advisory", 0), ("prod", "mandatory", 1)])
def test_what_an_environment_only_advises_is_told_and_ends_nothing(
    stack: str, becomes: str, code: int, ops: Callable[..., Any]
) -> None:
    project = "dtx-platform-dev" if stack == "dev" else "dtx-platform"
    state = {
        "dtx": provider("gcp", stack=stack, region=FRANKFURT, project=project),
        "router": record("gcp:compute/router:Router", "router", stack=stack, inputs={"region": "europe-west1"}),
    }
    done, said = ops(state)
    assert done == code, said
    assert f"{becomes}: gcp-location: router (gcp:compute/router:Router)" in said
    assert ("dev refuses nothing of it." in said) == (stack == "dev")


@pytest.mark.parametrize("protected", [True, False])
def test_whether_pulumi_protects_a_resource_is_read_from_the_state(
    reports: Callable[..., Any], *, protected: bool
) -> None:
    state = bucket()
    state["files"]["protect"] = protected
    assert ("protect" in found(reports(state))) is not protected


def test_rules_about_the_stack_read_what_the_program_said_and_not_what_a_cloud_added(
    reports: Callable[..., Any],
) -> None:
    metadata = {"name": "app", "namespace": "shop"}
    deployment = {"metadata": metadata, "spec": {"template": {"spec": {"containers": []}}}}
    scaler = {
        "metadata": metadata,
        "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "app"}, "minReplicas": 2, "maxReplicas": 4},
    }
    chosen = {**deployment, "spec": {**deployment["spec"], "replicas": 3}}
    state = harmless() | {
        "app": record("kubernetes:apps/v1:Deployment", "app", inputs=deployment, outputs=chosen),
        "scaler": record("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "scaler", inputs=scaler),
    }
    assert "kubernetes-autoscaler" not in found(reports(state))
    state["app"] = record("kubernetes:apps/v1:Deployment", "app", inputs=chosen)
    assert found(reports(state))["kubernetes-autoscaler"]["found"] == "`spec.replicas` is 3"


def test_components_are_judged_too(reports: Callable[..., Any]) -> None:
    system = {
        "urn": "urn:pulumi:prod::platform::platform:system:Dtx::dtx",
        "type": "platform:system:Dtx",
        "custom": False,
    }
    assert "dtx-each-row" in found(reports(harmless() | {"system": system}))


def test_what_is_excepted_ends_nothing_and_stands_in_every_report(
    reports: Callable[..., Any], except_public_access: Callable[[str], None]
) -> None:
    except_public_access("2026-12-24")
    made = reports(bucket(publicAccessPrevention="inherited"))
    one = found(made)["gcp-public-access"]
    assert (one["level"], one["exception"]["ticket"]) == ("advisory", "DTX-4")
    assert one["exception"]["expires"] == "2026-12-24"
    assert "exceptions" not in found(made)
    assert (
        "EXCEPTED until 2026-12-24: The pages of the study | until it ends (DTX-4, study@dtx.example)" in made["said"]
    )
    assert "## Excepted" in made["markdown"]
    assert "The pages of the study \\| until it ends" in made["markdown"]
    suppressed = [one for one in results(made) if "suppressions" in one]
    assert {one["ruleId"] for one in suppressed} == {"gcp-public-access"}
    assert "DTX-4" in suppressed[0]["suppressions"][0]["justification"]


def test_an_exception_that_is_over_is_refused_on_the_stack_itself(
    reports: Callable[..., Any], except_public_access: Callable[[str], None]
) -> None:
    except_public_access("2026-11-20")
    made = found(reports(bucket(publicAccessPrevention="inherited")))
    assert made["gcp-public-access"]["level"] == "mandatory"
    assert made["exceptions"]["level"] == "mandatory"
    assert made["exceptions"]["type"] == "pulumi:pulumi:Stack"
    assert "expired on 2026-11-20" in made["exceptions"]["found"]


def results(made: dict[str, str]) -> list[dict[str, Any]]:
    return json.loads(made["sarif"])["runs"][0]["results"]


def test_sarif_is_of_its_published_shape_and_each_result_names_its_rule(
    reports: Callable[..., Any], except_public_access: Callable[[str], None]
) -> None:
    except_public_access("2026-12-24")
    made = reports(bucket(publicAccessPrevention="inherited", location="US"))
    document = json.loads(made["sarif"])
    jsonschema.Draft7Validator(json.loads(SARIF.read_text())).validate(document)
    rules = document["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*(rule.id for rule in RULES), "exceptions"]
    for result in results(made):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    levels = {result["ruleId"]: result["level"] for result in results(made)}
    assert (levels["gcp-location"], levels["gcp-public-access"]) == ("error", "note")
    prints = [result["partialFingerprints"]["finding/v1"] for result in results(made)]
    assert len(set(prints)) == len(prints)


def test_markdown_tells_the_result_first_and_each_finding_with_its_measure(reports: Callable[..., Any]) -> None:
    text = reports(bucket(location="US"))["markdown"]
    assert text.startswith("# Policies: prod\n\n**Refused.** prod: ")
    assert "| gcp-location | critical | files |" in text or "| gcp-location | high | files |" in text
    assert "`location` is US" in text


def test_no_report_holds_a_secret(reports: Callable[..., Any]) -> None:
    hidden = secret(CANARY)
    state = harmless() | {
        "files": record(
            BUCKET,
            "files",
            inputs={"location": hidden, "labels": {"data-classification": hidden}, "encryption": hidden},
        ),
        "postgres": record(
            "gcp:sql/databaseInstance:DatabaseInstance",
            "postgres",
            inputs={"rootPassword": hidden, "settings": {"tier": hidden}, "databaseVersion": hidden, "region": hidden},
        ),
        "vault": record("azure-native:keyvault:Vault", "vault", system="Tripgen", inputs={"properties": hidden}),
        "user": record("gcp:sql/user:User", "user", inputs={"password": hidden, "type": hidden}),
        "pod": record(
            "kubernetes:apps/v1:Deployment",
            "pod",
            inputs={"metadata": {"name": hidden, "annotations": {"token": hidden}}, "spec": hidden},
        ),
    }
    made = reports(state)
    assert {"gcp-location", "gcp-keyless"} <= set(found(made))
    for form, text in made.items():
        assert CANARY not in text, form


def test_what_is_sealed_in_the_state_is_said_not_to_be_known(reports: Callable[..., Any]) -> None:
    sealed = found(reports(bucket(location=secret("", sealed=True))))["gcp-location"]
    assert (sealed["answer"], sealed["level"]) == ("cannot be known", "mandatory")
    assert sealed["found"].startswith("the state does not tell, or holds it sealed: ")


UNUSABLE: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{", "this is no JSON"),
    "nothing in it": (export([]), "the state holds no resource"),
    "of no stack": (export([provider("gcp", stack="elsewhere")]), "Pulumi.elsewhere.yaml is not there"),
    "interrupted": (
        export(harmless().values(), pending=[record(BUCKET, "files")]),
        "an operation was interrupted, and nobody knows what is there",
    ),
}


@pytest.mark.parametrize("state", UNUSABLE)
def test_what_cannot_be_judged_is_no_success(state: str, ops: Callable[..., Any]) -> None:
    given, said = UNUSABLE[state]
    code, text = ops(given)
    assert code == 2
    assert said in text


def test_a_day_that_is_none_and_a_report_that_cannot_be_written_are_told(
    ops: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, text = ops(harmless(), "--sarif", "/nowhere/report.sarif")
    assert (code, "cannot be written" in text) == (2, True)
    monkeypatch.setenv(DATE_VARIABLE, "tomorrow")
    code, text = ops(harmless())
    assert (code, "POLICY_DATE is 'tomorrow'" in text) == (2, True)


def test_a_mistake_in_the_exceptions_keeps_it_from_judging(
    ops: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text("[[exception]]\n")
    monkeypatch.setattr(judging, "load_exceptions", lambda rules: load_exceptions(rules, file))
    code, text = ops(harmless())
    assert (code, "exception 1: rule has to be a text" in text) == (2, True)


def test_settings_of_no_environment_that_is_known_cannot_judge(ops: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.qa.yaml"
    file.write_text("config:\n  platform:environment: qa\n")
    code, said = ops(harmless(), "--config-file", str(file))
    assert code == 2
    assert "platform:environment is 'qa'; it must be one of dev, stage, prod, mgmt" in " ".join(said.split())
    assert file.name in said
