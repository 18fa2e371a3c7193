"""What counts as personal: what says so, and what nobody says."""

import json
from typing import Any

import pytest

from policies.classification import classifications, is_personal, system_of
from policies.resource import UNKNOWN, Resource, Secret, Value
from tests.policies.building import resource
from tests.policies.gcp_residency_cases import BUCKET, CLUSTER, DATABASE, PROVIDER

DTX = "platform:system:Dtx"


def of_dtx(token: str = BUCKET, **properties: Any) -> Resource:
    return resource(token, parents=(DTX, "platform:gcp:Bucket"), **properties)


def test_only_the_classification_is_taken_from_the_configuration() -> None:
    config = {
        "platform:environment": "dev",
        "platform:systems": '["dtx"]',
        "platform:dtx": json.dumps({"data_classification": "internal", "slack": {"auth_token": "canary"}}),
        "platform:kyeol": json.dumps({"owner": "shop"}),
        "gcp:project": "elsewhere",
    }
    assert classifications(config) == {"dtx": "internal"}


@pytest.mark.parametrize(("said", "personal"), [("personal", True), ("internal", False), ("public", False)])
def test_the_settings_of_its_system_say_what_a_resource_without_a_label_holds(said: str, *, personal: bool) -> None:
    assert is_personal(of_dtx(), {"dtx": said, "kyeol": "personal"}) is personal


@pytest.mark.parametrize("configured", [{}, {"kyeol": "internal"}, {"dtx": "sensitive"}, {"dtx": ""}])
def test_what_nobody_says_or_what_is_no_classification_counts_as_personal(configured: dict[str, str]) -> None:
    assert is_personal(of_dtx(), configured)


@pytest.mark.parametrize("label", ["personal", "perosnal", UNKNOWN, Secret("personal")])
def test_a_label_makes_a_resource_personal_in_an_environment_that_is_not(label: Value) -> None:
    rows: dict[str, Value] = {"data-classification": label}
    for labelled in (
        of_dtx(labels=rows),
        of_dtx(DATABASE, settings={"userLabels": rows}),
        of_dtx(CLUSTER, resourceLabels=rows),
        of_dtx(tags=rows),
    ):
        assert is_personal(labelled, {"dtx": "internal"})


def test_labels_that_nobody_can_know_yet_count_as_personal() -> None:
    assert is_personal(of_dtx(labels=UNKNOWN), {"dtx": "internal"})


def test_a_label_cannot_take_back_what_the_settings_say() -> None:
    assert is_personal(of_dtx(labels={"data-classification": "internal"}), {"dtx": "personal"})
    assert not is_personal(of_dtx(labels={"data-classification": "internal"}), {"dtx": "internal"})


def test_a_provider_is_of_the_system_that_it_is_called_after() -> None:
    assert [system_of(resource(PROVIDER, called=name)) for name in ("dtx", "dtx-data")] == ["dtx", "dtx"]
    assert not is_personal(resource(PROVIDER, called="dtx-data"), {"dtx": "internal"})


def test_what_belongs_to_no_system_counts_as_personal() -> None:
    assert is_personal(resource(BUCKET, called="somebodys"), {"dtx": "internal"})
    assert is_personal(None, {"dtx": "internal"})
