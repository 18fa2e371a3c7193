"""What Azure would refuse to change or delete, and what the engine is therefore told to do instead."""

import pytest

from tests.rehearsal.running import RunningStacks

pytestmark = [pytest.mark.engine, pytest.mark.systems("tripgen")]


def test_keys_go_with_their_vault_which_nobody_reaches_from_outside(running: RunningStacks) -> None:
    resources = running.copy("dev").resources("dev")
    (vault,) = [r["urn"] for r in resources if r["type"] == "azure-native:keyvault:Vault"]
    keys = [r for r in resources if r["type"] == "azure-native:keyvault:Key"]
    assert keys
    assert {key.get("deletedWith") for key in keys} == {vault}


def test_saved_queries_are_replaced_when_they_change(running: RunningStacks) -> None:
    resources = running.copy("dev").resources("dev")
    searches = [r for r in resources if r["type"] == "azure-native:operationalinsights:SavedSearch"]
    assert searches
    assert all(search.get("replaceOnChanges") == ["*"] for search in searches)
