from typing import Any

import pytest

from settings.dtx.recovery import OBJECTIVES, PLATFORM, PRIORITY, backups
from settings.dtx.retention import RetentionSettings
from settings.dtx.system import DtxSettings
from settings.gcp.catalogue import CACHE_NODES_WRITABLE_GB, DATABASE_RECOVERY_DAYS, DATABASE_TIERS
from settings.stack import SettingsError, load_stack
from tests.stack_files import as_pulumi_gives_it, stack_config


def dtx(stack: str) -> DtxSettings:
    return load_stack(as_pulumi_gives_it(stack_config(stack))).section(DtxSettings)


def refusal(*path: str, **changes: Any) -> str:
    """What is said of prod with one of its sections changed."""
    config = stack_config("prod")
    section = config["platform:dtx"]
    for name in path:
        section = section.setdefault(name, {})
    section.update(changes)
    with pytest.raises(SettingsError) as caught:
        load_stack(as_pulumi_gives_it(config))
    return str(caught.value)


def test_production_is_as_the_infrastructure_says() -> None:
    s = dtx("prod")
    assert (s.data.postgres.replicas, s.retention.database_days) == (2, 30)
    assert (s.data.cache.shards, s.data.cache.replicas, s.data.cache.eviction) == (3, 1, "allkeys-lru")
    assert CACHE_NODES_WRITABLE_GB[s.data.cache.node_type] >= 16
    assert (s.data_project_id, s.data.warehouse.dataset) == ("dtx-data", "de")


def test_the_figures_of_backups_and_cache_come_from_the_defaults_and_are_said_once() -> None:
    section = stack_config("prod")["platform:dtx"]
    assert "retention" not in section
    assert set(section["data"]["cache"]) == {"node_type"}


def test_thirty_days_back_need_enterprise_plus() -> None:
    said = refusal("data", "postgres", tier="db-custom-2-7680")
    assert (
        "retention.database_days 30: data.postgres.tier db-custom-2-7680 is ENTERPRISE, which goes back 7 days" in said
    )
    assert "ENTERPRISE_PLUS goes back 35" in said


def test_every_edition_of_a_tier_says_how_far_it_goes_back() -> None:
    assert {tier.edition for tier in DATABASE_TIERS.values()} == set(DATABASE_RECOVERY_DAYS)


def test_an_unknown_tier_is_refused_with_those_there_are() -> None:
    assert "a tier of Cloud SQL: db-custom-1-3840" in refusal("data", "postgres", tier="db-f1-micro")


def test_storage_that_cannot_grow_is_refused() -> None:
    assert "max_storage_gb 100 is less than storage_gb 200" in refusal("data", "postgres", max_storage_gb=100)


def test_a_database_without_administrators_is_refused() -> None:
    assert "data.postgres.administrators" in refusal("data", "postgres", administrators=[])


def test_a_cache_node_of_sixteen_gigabytes_is_refused_because_there_is_none() -> None:
    assert "a node type of a Redis cluster: REDIS_SHARED_CORE_NANO" in refusal("data", "cache", node_type="16GB")


def test_a_store_that_there_is_not_is_refused() -> None:
    assert "platform:dtx.data.users" in refusal("data", users={"mysql": ["user-service"]})


def test_another_evictions_name_is_refused() -> None:
    assert "platform:dtx.data.cache.eviction" in refusal("data", "cache", eviction="lru")


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, 31),
        ({"database_days": 7, "document_days": 7, "export_days": 7}, 14),
        ({"document_days": 60}, 60),
        ({"overwritten_days": 30, "deleted_days": 30}, 60),
        ({"export_days": 40}, 47),
        # Nothing but the warehouse keeps copies for longer than these.
        ({"database_days": 1, "document_days": 1, "overwritten_days": 1, "export_days": 1}, 14),
    ],
)
def test_what_was_erased_is_gone_when_the_longest_copy_is(changes: dict[str, int], days: int) -> None:
    assert RetentionSettings(**changes).erasure_days == days


def test_soft_deletion_shorter_than_cloud_storage_takes_is_refused() -> None:
    assert "platform:dtx.retention.deleted_days" in refusal("retention", deleted_days=1)


def test_the_database_meets_the_objectives_by_what_google_promises() -> None:
    assert PLATFORM.log_upload_minutes <= OBJECTIVES.rpo_minutes == 5
    assert PLATFORM.failover_seconds < 60 * OBJECTIVES.rto_minutes == 3600


def test_the_table_of_copies_says_what_the_settings_ask_for() -> None:
    kept = {copy.what: (copy.every, copy.kept_days) for copy in backups(dtx("prod"))}
    assert kept["PostgreSQL, full"] == ("day", 31)
    assert kept["PostgreSQL, write-ahead log"] == ("5 minutes", 30)
    assert kept["Firestore, full"] == ("day", 30)
    assert kept["logs"][1] == dtx("prod").compliance.logs.compliance_days


def test_keys_come_first_and_what_no_user_waits_for_comes_last() -> None:
    assert (PRIORITY[0].what, PRIORITY[-1].what) == ("keys", "warehouse")
