"""Runbooks whose figures come from the settings."""

import re
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


def test_a_subscription_is_told_of_every_resource_provider_before_the_first_up() -> None:
    used = set()
    for source in (runbooks.ROOT / "components" / "azure").glob("*.py"):
        used |= set(re.findall(r"^from pulumi_azure_native\.(\w+) import", source.read_text(), re.MULTILINE))
    text = (runbooks.RUNBOOKS / "tripgen.md").read_text()
    (listed,) = re.findall(r"for provider in ([\w\s\\]+); do\n  az provider register", text)
    registered = {name.lower() for name in re.findall(r"\w+", listed)}
    # What the provider calls otherwise than Azure; the resource manager itself needs no registration.
    otherwise = {
        "applicationinsights": "insights",
        "frontdoor": "network",
        "privatedns": "network",
        "redisenterprise": "cache",
    }
    needed = {otherwise.get(module, module) for module in used - {"authorization", "resources"}}
    assert needed <= registered, f"not registered: {', '.join(sorted(needed - registered))}"
    assert {"monitor", "insights", "policyinsights", "compute"} <= registered


def test_dtx_deployer_is_given_a_role_for_every_service_of_google_that_the_program_uses() -> None:
    used = set()
    for source in (runbooks.ROOT / "components" / "gcp").glob("*.py"):
        used |= set(re.findall(r"^from pulumi_gcp\.(\w+) import", source.read_text(), re.MULTILINE))
    # The module, where its roles are called otherwise.
    otherwise = {
        "accesscontextmanager": "accesscontextmanager.policyAdmin",
        "bigquery": "bigquery.dataOwner",
        "firestore": "datastore",
        "iam": "iam.workloadIdentityPoolAdmin",
        "kms": "cloudkms",
        "networkconnectivity": "compute.networkAdmin",
        "projects": "resourcemanager.projectIamAdmin",
        "serviceaccount": "iam.serviceAccountAdmin",
        "servicenetworking": "compute.networkAdmin",
        "sql": "cloudsql",
    }
    text = (runbooks.RUNBOOKS / "dtx.md").read_text()
    loops = re.findall(r"for role in ([\w.\s\\]+); do", text)
    granted = {role for loop in loops for role in re.findall(r"[\w.]+", loop)}
    assert len(loops) == 3
    without = {
        module
        for module in used
        if not any(f"{role}.".startswith(f"{otherwise.get(module, module)}.") for role in granted)
    }
    assert without == set()
