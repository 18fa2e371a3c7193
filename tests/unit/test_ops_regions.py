"""`ops regions`: what a state holds, against the policy pack's residency rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ops import judging
from ops.__main__ import main
from ops.judging import Subject
from ops.places import CLOUDS
from ops.residency import NAMED, Residence, Verdict
from ops.state import State
from policies.exceptions import load_exceptions
from policies.lifecycle.support import DATE_VARIABLE
from policies.registry import RULES
from policies.residency import aws, azure
from tests.exported import FRANKFURT, dtx, export, provider, record, secret, urn
from tests.stack_files import ROOT

Records = dict[str, dict[str, Any]]
RULE_IDS = {rule.id for rule in RULES if rule.concern == "residency"}


def residences(records: Records, pending: tuple[dict[str, Any], ...] = ()) -> dict[str, Residence]:
    subject = Subject.of(State.read(export(records.values(), pending)), None)
    return {one.name: one for one in subject.judged().residences}


@pytest.fixture
def ops(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Runs `ops regions` on a state; gives its exit code and all that it said."""

    def run(state: bytes | Records | None, *arguments: str) -> tuple[int, str]:
        if state is not None:
            file = tmp_path / "state.json"
            file.write_bytes(state if isinstance(state, bytes) else export(state.values()))
            arguments = ("--state", str(file), *arguments)
        monkeypatch.setattr(sys, "argv", ["ops", "regions", *arguments])
        try:
            code = main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def settings(folder: Path, stack: str, classification: str) -> str:
    """A stack's file in which DTx' data is something else."""
    lines = (ROOT / f"Pulumi.{stack}.yaml").read_text().split("  platform:dtx:")
    before, after = lines[0], lines[1]
    kind = next(line for line in after.splitlines() if "data_classification" in line)
    file = folder / "Pulumi.changed.yaml"
    file.write_text(f"{before}  platform:dtx:{after.replace(kind, f'    data_classification: {classification}')}")
    return str(file)


def test_a_state_in_which_everything_is_in_its_region_passes_and_names_the_five(ops: Callable[..., Any]) -> None:
    code, said = ops(dtx())
    assert code == 0, said
    assert "Everything is where it has to be." in said
    for named in NAMED["dtx"]:
        assert named.called in said


def test_every_place_is_told_with_the_property_that_names_it_and_the_rule_that_judges_it() -> None:
    found = residences(dtx())
    told = {(one.property, one.place, one.rule) for one in found["postgres"].evidence}
    assert told == {
        ("region", FRANKFURT, "gcp-location"),
        ("encryptionKeyName", FRANKFURT, "gcp-named-places"),
        ("settings.backupConfiguration.location", FRANKFURT, "gcp-copies"),
    }
    assert found["files"].evidence[0].value == "EUROPE-WEST3"
    assert found["address"].evidence[0].property == "region of its provider"
    assert {one.rule for residence in found.values() for one in residence.evidence} <= RULE_IDS
    assert found["api"].verdict is Verdict.LISTED
    assert found["api"].reason


KEY_ELSEWHERE = "projects/dtx-platform/locations/europe-west1/keyRings/r/cryptoKeys/k"
#: The ways out of the region: which resource, which property, and by which rule it is found.
WAYS_OUT = {
    "a resource's location": ("cluster", {"location": "europe-west4"}, "gcp-location"),
    "its provider's region": ("dtx", {"region": "europe-west4"}, "gcp-location"),
    "a zone": ("cluster", {"nodeLocations": [f"{FRANKFURT}-a", "europe-west1-b"]}, "gcp-named-places"),
    "a replica": ("redis", {"crossClusterReplicationConfig": {"location": "us-east1"}}, "gcp-named-places"),
    "a backup's location": (
        "postgres",
        {"settings": {"backupConfiguration": {"enabled": True, "location": "eu"}}},
        "gcp-named-places",
    ),
    "no backup location": ("postgres", {"settings": {"backupConfiguration": {"enabled": True}}}, "gcp-copies"),
    "a key": ("postgres", {"encryptionKeyName": KEY_ELSEWHERE}, "gcp-named-places"),
    "a log bucket": ("logs", {"location": "global"}, "gcp-location"),
    "a dual-region": ("files", {"location": "EUR4"}, "gcp-location"),
    "a multi-region": ("warehouse", {"location": "EU"}, "gcp-location"),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_whatever_leaves_the_region_is_outside_and_ends_a_gate_of_prod(way: str, ops: Callable[..., Any]) -> None:
    name, changed, rule = WAYS_OUT[way]
    records = dtx()
    records[name]["outputs"] = records[name]["inputs"] = {**records[name]["inputs"], **changed}
    found = residences(records)[name]
    assert found.verdict is Verdict.OUTSIDE
    assert rule in {problem.rule for problem in found.problems}
    code, said = ops(records)
    assert code == 1, said
    assert rule in said
    assert "do not deploy" in said


def test_where_state_and_cloud_differ_after_a_refresh_the_cloud_is_believed(ops: Callable[..., Any]) -> None:
    records = dtx()
    records["files"]["outputs"] = {**records["files"]["inputs"], "location": "US"}
    assert ops(records)[0] == 1


@pytest.mark.parametrize(
    ("data", "strict", "code"),
    [
        ("dev internal", (), 0),
        ("dev internal", ("--strict",), 1),
        ("dev personal", (), 1),
        ("stage internal", (), 0),
        ("stage personal", (), 1),
        ("prod personal", (), 1),
        ("prod internal", (), 1),
    ],
)
def test_how_strictly_a_region_counts_is_the_environments_and_the_datas(
    data: str, strict: tuple[str, ...], code: int, ops: Callable[..., Any], tmp_path: Path
) -> None:
    stack, classification = data.split()
    records = dtx(stack)
    records["files"]["outputs"] = {"location": "EUROPE-WEST1"}
    done, said = ops(records, "--config-file", settings(tmp_path, stack, classification), *strict)
    assert done == code, said
    assert ("advises" in said) == (code == 0)


def test_what_is_excepted_is_told_and_ends_no_gate(
    ops: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records = dtx("dev")
    records["files"]["outputs"] = {"location": "EUROPE-WEST1"}
    file = tmp_path / "exceptions.toml"
    file.write_text(f"""
[[exception]]
rule = "gcp-location"
stack = "dev"
resource = "{records["files"]["urn"]}"
reason = "A test of the copy"
owner = "data@dtx.example"
ticket = "DTX-9"
starts = 2026-11-01
expires = 2026-12-24
""")
    monkeypatch.setattr(judging, "load_exceptions", lambda rules: load_exceptions(rules, file))
    personal = ("--config-file", settings(tmp_path, "dev", "personal"))
    monkeypatch.setenv(DATE_VARIABLE, "2026-12-24")
    code, said = ops(records, *personal)
    assert code == 0, said
    assert "EXCEPTED until 2026-12-24: A test of the copy (DTX-9, data@dtx.example)" in said
    assert "an exception waives it: nothing of it is refused" in said
    monkeypatch.setenv(DATE_VARIABLE, "2026-12-25")
    assert ops(records, *personal)[0] == 1


@pytest.mark.parametrize("missing", ["cluster", "postgres", "redis", "warehouse", "documents"])
def test_one_of_the_five_that_is_not_there_fails_by_its_name(missing: str, ops: Callable[..., Any]) -> None:
    records = dtx()
    del records[missing]
    code, said = ops(records)
    assert code == 1
    assert said.count("not found: dtx") == 1


def test_another_resource_of_the_same_type_is_not_the_one_that_is_named(ops: Callable[..., Any]) -> None:
    records = dtx()
    records["warehouse"]["inputs"]["datasetId"] = "us_reports"
    code, said = ops(records)
    assert code == 1
    assert "no gcp:bigquery/dataset:Dataset that is called de" in said


def test_in_a_stack_that_is_not_to_run_dtx_nothing_of_it_is_missed() -> None:
    records = {"aws": provider("aws", stack="mgmt", region="ap-northeast-1")}
    records["vpc"] = record("aws:ec2/vpc:Vpc", "vpc", system="Kyeol", stack="mgmt", inputs={"cidrBlock": "10.0.0.0/16"})
    subject = Subject.of(State.read(export(records.values())), None)
    judged = subject.judged()
    assert judged.named == {}
    assert judged.wrong == ()


def test_what_no_rule_can_place_is_unknown_and_fails(ops: Callable[..., Any]) -> None:
    for token in ("digitalocean:index/droplet:Droplet", "gcp:spanner/instance:Instance", "aws:gamelift/fleet:Fleet"):
        records = {**dtx(), "stranger": record(token, "stranger", inputs={"region": FRANKFURT})}
        found = residences(records)["stranger"]
        assert found.problems, token
        if not token.startswith("aws:"):  # its region is wrong besides
            assert found.verdict is Verdict.UNKNOWN, token
        assert ops(records)[0] == 1, token


def test_objects_are_where_their_cluster_is() -> None:
    records = dtx()
    token = "pulumi:providers:kubernetes"
    cluster = records["cluster"]["urn"]
    records["access"] = record(token, "access", provider="", propertyDependencies={"kubeconfig": [cluster]})
    records["settings"] = record("kubernetes:core/v1:ConfigMap", "settings", provider=records["access"]["urn"])
    found = residences(records)["settings"]
    assert found.verdict is Verdict.INSIDE
    assert found.places == (FRANKFURT,)
    assert found.evidence[0].property == "location of cluster (gcp:container/cluster:Cluster)"
    records["cluster"]["outputs"] = {"location": "europe-west1"}
    assert residences(records)["settings"].verdict is Verdict.OUTSIDE
    del records["cluster"]
    found = residences(records)["settings"]
    assert found.verdict is Verdict.UNKNOWN
    assert "it runs in nothing of this state that has a place" in found.problems[0].found


def test_a_part_is_where_the_whole_is_and_without_it_unknown() -> None:
    records = dtx()
    depends = {"propertyDependencies": {"instance": [records["postgres"]["urn"]]}}
    records["users"] = record("gcp:sql/user:User", "users", inputs={"instance": "dta-postgres"}, **depends)
    assert residences(records)["users"].places == (FRANKFURT,)
    records["users"]["propertyDependencies"] = {}
    assert residences(records)["users"].verdict is Verdict.UNKNOWN


def test_what_an_update_has_still_to_delete_is_still_there(ops: Callable[..., Any]) -> None:
    records = dtx()
    old = record("gcp:storage/bucket:Bucket", "files", inputs={"location": "EU"}, delete=True)
    code, said = ops(export([*records.values(), old]))
    assert code == 1
    assert "files" in said


def test_what_an_interrupted_run_may_have_made_is_unknown_until_it_is_settled() -> None:
    started = record("gcp:storage/bucket:Bucket", "begun", inputs={"location": FRANKFURT})
    found = residences(dtx(), (started,))["begun"]
    assert found.verdict is Verdict.UNKNOWN
    assert "ops recover" in found.problems[0].fix


def test_a_sealed_place_is_unknown_and_an_opened_secret_is_judged_and_never_printed(ops: Callable[..., Any]) -> None:
    records = dtx()
    records["files"]["outputs"] = {"location": secret(FRANKFURT, sealed=True)}
    assert residences(records)["files"].verdict is Verdict.UNKNOWN
    records["files"]["outputs"] = {"location": secret("hidden-place-1"), "name": secret("hidden-name")}
    for arguments in ((), ("--json",), ("--all",)):
        code, said = ops(records, *arguments)
        assert code == 1
        assert "files" in said
        assert "hidden" not in said


def test_of_a_value_in_which_a_key_could_stand_only_the_place_is_printed(ops: Callable[..., Any]) -> None:
    records = dtx()
    hosts = "key=abc123;https://koreacentral.monitor.azure.com/"
    records["azure"] = provider("azure-native", location="koreacentral")
    records["insights"] = record(
        "azure-native:applicationinsights:Component",
        "insights",
        system="Tripgen",
        inputs={"location": "koreacentral", "connectionString": hosts},
    )
    evidence = {one.property: one.value for one in residences(records)["insights"].evidence}
    assert evidence == {"location": "koreacentral", "connectionString": "koreacentral"}
    assert "abc123" not in ops(records, "--json")[1]


def test_the_json_holds_every_resource_with_its_evidence(ops: Callable[..., Any]) -> None:
    code, said = ops(dtx(), "--json")
    document = json.loads(said)
    assert (code, document["passed"], document["environment"]) == (0, True, "prod")
    assert {one["name"] for one in document["resources"]} == set(dtx())
    assert [one["label"] for one in document["named"]] == ["gke", "sql", "redis", "bigquery", "firestore"]
    assert document["resources"][1]["evidence"][0] == {
        "rule": "gcp-location",
        "property": "location",
        "value": FRANKFURT,
        "place": FRANKFURT,
    }


def test_one_system_can_be_asked_for(ops: Callable[..., Any]) -> None:
    records = dtx()
    records["aws"] = provider("aws", region="us-west-2")
    records["vpc"] = record("aws:ec2/vpc:Vpc", "vpc", system="Kyeol", inputs={"cidrBlock": "10.0.0.0/16"})
    assert ops(records)[0] == 1
    assert ops(records, "--system", "dtx")[0] == 0
    assert ops(records, "--system", "kyeol")[0] == 1


@pytest.mark.parametrize(
    ("state", "arguments", "said"),
    [
        (b"{", (), "this is no JSON"),
        (b"[]", (), "this is no exported state"),
        (b'{"deployment": {}}', (), "the state holds no resource"),
        (export(dtx("elsewhere").values()), (), "Pulumi.elsewhere.yaml is not there"),
        (
            export(dtx().values()),
            ("--system", "dta"),
            "dta is no system of the stack prod; it runs dtx, kyeol, tripgen",
        ),
        (export(dtx().values()), ("--stack", "prod"), "not both"),
        (None, ("--state", "no-such-file.json"), "no-such-file.json cannot be read"),
    ],
)
def test_what_cannot_be_checked_ends_with_a_sentence_and_code_2(
    state: bytes | None, arguments: tuple[str, ...], said: str, ops: Callable[..., Any]
) -> None:
    code, text = ops(state, *arguments)
    assert code == 2
    assert said in text
    assert "Traceback" not in text


def test_a_stack_is_asked_of_pulumi_by_its_name(ops: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def run(_: object, *words: str) -> str:
        asked.append(words)
        return export(dtx().values()).decode()

    monkeypatch.setattr("ops.pulumi.Pulumi._run", run)
    assert ops(None, "--stack", "prod")[0] == 0
    assert asked == [("stack", "export")]


def test_every_global_type_of_every_cloud_has_its_reason() -> None:
    services = {token.split(":")[1].partition("/")[0] for token in aws.PLACES.global_types}
    assert services == set(aws.PLACES.global_reasons)
    assert {token.split(":")[1] for token in azure.PLACES.global_types} == set(azure.PLACES.global_reasons)
    assert set(CLOUDS) == {"aws", "azure-native", "gcp"}


def test_the_urn_of_a_test_state_is_as_pulumi_writes_it() -> None:
    assert urn("gcp:storage/bucket:Bucket", "files") == (
        "urn:pulumi:prod::platform::platform:system:Dtx$gcp:storage/bucket:Bucket::files"
    )
