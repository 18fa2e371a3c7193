"""Runbooks whose figures come from the settings."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from ops import runbooks
from systems.dtx import DATA_SERVICES


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


def dtx_deployers_roles() -> list[list[str]]:
    """The roles that the runbook gives whoever deploys: in DTx' project, the warehouse's, the organisation."""
    text = (runbooks.RUNBOOKS / "dtx.md").read_text()
    return [re.findall(r"[\w.]+", loop) for loop in re.findall(r"for role in ([\w.\s\\]+); do", text)]


def not_covered(wanted: Iterable[str], granted: list[str]) -> set[str]:
    return {name for name in wanted if not any(f"{role}.".startswith(f"{name}.") for role in granted)}


def test_dtx_deployer_is_given_a_role_for_every_service_of_google_that_the_program_uses() -> None:
    used = set()
    for source in (runbooks.ROOT / "components" / "gcp").glob("*.py"):
        used |= set(re.findall(r"^from pulumi_gcp\.(\w+) import", source.read_text(), re.MULTILINE))
    # The module, where its roles are called otherwise.
    otherwise = {
        "firestore": "datastore",
        "iam": "iam.workloadIdentityPoolAdmin",
        "kms": "cloudkms",
        "networkconnectivity": "compute.networkAdmin",
        "projects": "resourcemanager.projectIamAdmin",
        "serviceaccount": "iam.serviceAccountAdmin",
        "servicenetworking": "compute.networkAdmin",
        "sql": "cloudsql",
    }
    granted = [role for roles in dtx_deployers_roles() for role in roles]
    assert not_covered({otherwise.get(module, module) for module in used}, granted) == set()


def test_dtx_deployer_is_given_a_role_for_every_service_that_is_switched_on_for_the_warehouse() -> None:
    _, data, organisation = dtx_deployers_roles()
    services = {api.removesuffix(".googleapis.com") for api in DATA_SERVICES}
    wanted = {"resourcemanager" if service == "cloudresourcemanager" else service for service in services}
    assert not_covered(wanted, [*data, *organisation]) == set()
