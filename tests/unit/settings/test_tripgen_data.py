import pytest

from settings.azure import catalogue
from settings.stack import load_stack
from settings.tripgen.data import CacheStrategySettings
from settings.tripgen.recovery import OBJECTIVES, PLATFORM, backups
from settings.tripgen.system import TripgenSettings
from settings.tripgen.vault import VaultSettings
from tests.stack_files import as_pulumi_gives_it, stack_config
from tests.unit.settings.tripgen_stacks import refusal, refusal_of, tripgen


def replica(size: str = "Standard_D8s_v3", region: str = "koreasouth") -> dict[str, str]:
    return {"size": size, "region": region}


def test_the_designs_own_replicas_are_refused_because_they_are_smaller_than_their_primary() -> None:
    said = refusal("postgres", replicas={"replica-1": replica("Standard_D4s_v3")})
    assert "replicas.replica-1.size Standard_D4s_v3 is smaller than the primary's Standard_D8s_v3" in said
    assert "8 vCores or more" in said


def test_a_larger_replica_keeps_up_but_is_no_heir() -> None:
    said = refusal("postgres", replicas={"replica-1": replica("Standard_D16s_v3")})
    assert "is smaller" not in said
    assert "promoted_replica replica-1 has size Standard_D16s_v3" in said


def test_a_replica_of_another_tier_is_refused_whatever_its_cores() -> None:
    said = refusal("postgres", size="Standard_B2s", high_availability="Disabled", pool=None)
    assert "replicas.replica-1.size Standard_D8s_v3 is smaller than the primary's Standard_B2s" in said


def test_burstable_servers_have_no_standby_replicas_or_pool() -> None:
    said = refusal("postgres", size="Standard_B2s")
    assert "size Standard_B2s is Burstable, which has no high_availability, replicas, pool" in said


def test_a_server_has_five_replicas_at_most() -> None:
    many = {f"replica-{number}": replica() for number in range(1, 7)}
    assert "replicas: 6 of them, and a server has 5 at most" in refusal("postgres", replicas=many)


def test_replicas_need_an_heir() -> None:
    assert "promoted_replica: one of replicas must be named" in refusal("postgres", promoted_replica=None)
    assert "promoted_replica replica-9 is none of replicas: replica-1, replica-2" in refusal(
        "postgres", promoted_replica="replica-9"
    )


def test_the_heir_stands_where_the_primary_does_not() -> None:
    assert "promoted_replica replica-2 stands in koreacentral" in refusal("postgres", promoted_replica="replica-2")


def test_a_server_without_replicas_needs_no_heir() -> None:
    assert tripgen("dev").postgres.promoted_replica is None


def test_replicas_stay_in_the_two_regions_of_the_design() -> None:
    # Both allowed regions are the stack's own two; a stack that turns them round has another primary.
    config = stack_config("prod")
    config["platform:tripgen"]["recovery_region"] = "koreacentral"
    said = refusal_of(config)
    assert "postgres.replicas.replica-1.region koreasouth: one of koreacentral, koreacentral" in said
    assert "postgres.geo_backup copies to koreasouth, where Azure pairs koreacentral" in said
    assert "backup.redundancy RAGZRS copies to koreasouth" in said


def test_a_region_without_zones_has_no_standby() -> None:
    config = stack_config("stage")
    config["platform:tripgen"]["region"] = "koreasouth"
    assert "postgres.high_availability ZoneRedundant: koreasouth has no zones, so Disabled" in refusal_of(config)


def test_copies_need_a_network_of_their_own() -> None:
    config = stack_config("prod")
    del config["platform:tripgen"]["network"]["recovery"]
    assert (
        "network.recovery is missing, where the private endpoints of postgres.replicas.replica-1, "
        "messaging.replication_lag_seconds stand"
    ) in refusal_of(config)


@pytest.mark.parametrize("days", [6, 36])
def test_backups_are_kept_from_a_week_to_thirty_five_days(days: int) -> None:
    said = refusal("postgres", backup_retention_days=days)
    assert ("allowed: 7 or more" if days < 7 else "allowed: 35 or less") in said


def test_a_disk_that_azure_does_not_sell_is_refused_with_the_list() -> None:
    assert "GB of a server's disk: 32, 64, 128, 256, 512, 1024, 2048, 4096" in refusal("postgres", storage_gb=500)


def test_versions_that_are_closed_are_refused() -> None:
    assert "a PostgreSQL major version, in quotes: 15, 16, 17, 18" in refusal("postgres", major="14")


def test_the_designs_cache_has_six_shards() -> None:
    assert catalogue.CACHE_SIZES[tripgen("prod").cache.size].shards == 6


def test_a_cache_with_both_kinds_of_persistence_cannot_be_asked_for() -> None:
    assert "'aof-1s', 'rdb-1h', 'rdb-6h' or 'rdb-12h'" in refusal("cache", persistence="aof+rdb")


def test_the_cache_strategy_is_the_designs() -> None:
    told = CacheStrategySettings().variables()
    assert {name: value for name, value in told.items() if "_KEY" not in name} == {
        "CACHE_LOCAL_TTL": "5m",
        "CACHE_LOCAL_MAX_ENTRIES": "5000",
        "CACHE_LOCAL_EVICTION": "LRU",
        "CACHE_SHARED_TTL": "60m",
        "CACHE_USER_SESSION_TTL": "30m",
        "CACHE_LOCATION_DATA_TTL": "240m",
        "CACHE_AI_RESULTS_TTL": "120m",
        "CACHE_STATIC_CONTENT_TTL": "1440m",
    }
    assert told["CACHE_LOCATION_DATA_KEY"] == "location:{lat}:{lng}:{radius}"


def test_partitions_must_share_the_units() -> None:
    assert "units 1 cannot be shared by partitions 4: a multiple of it" in refusal("messaging", units=1)


@pytest.mark.parametrize("lag", [1, 299])
def test_a_lag_that_is_not_offered_is_refused(lag: int) -> None:
    assert f"replication_lag_seconds {lag} is not offered: 0, or 300 to 86400" in refusal(
        "messaging", replication_lag_seconds=lag
    )


@pytest.mark.parametrize("lag", [0, 300, 86_400])
def test_a_lag_that_is_offered_is_taken(lag: int) -> None:
    config = stack_config("prod")
    config["platform:tripgen"]["messaging"]["replication_lag_seconds"] = lag
    assert load_stack(as_pulumi_gives_it(config)).section(TripgenSettings).messaging.replication_lag_seconds == lag


def test_more_queues_than_the_units_hold_are_refused_with_the_sum() -> None:
    queues = {f"queue_{number}": {} for number in range(13)} | {"ai_schedule_generation": {}}
    said = refusal("messaging", units=1, partitions=1, queues=queues)
    assert "queues and topics may hold 1200 GB, and 1 units hold 1 x 1024 = 1024 GB" in said


def test_a_queue_and_a_topic_of_one_name_are_refused() -> None:
    queues = {"trip_events": {}, "ai_schedule_generation": {}}
    assert "on both sides: trip_events" in refusal("messaging", queues=queues)


def test_a_size_between_those_of_service_bus_is_refused() -> None:
    assert "GB of a queue or topic: 1, 2, 3, 4, 5, 10, 20, 40, 80" in refusal(
        "messaging", queues={"ai_schedule_generation": {"max_size_gb": 60}}
    )


def test_a_service_cannot_be_scaled_by_a_queue_that_is_not_there() -> None:
    assert "service ai-service is scaled by the queue ai_schedule_generation, which is none of" in refusal(
        "messaging", queues={"notification": {}}
    )


def test_the_designs_ages_are_the_vaults() -> None:
    vault = VaultSettings()
    assert vault.secrets_by_days() == {
        "jwt-signing-key": 90,
        "encryption-keys": 90,
        "database-passwords": 90,
        "openai-api-key": 180,
        "external-api-keys": 180,
    }
    assert vault.rotation.certificates_days == 365


def test_a_secret_has_one_age() -> None:
    assert "on both lists: openai-api-key" in refusal("vault", secrets=["openai-api-key"])


def test_an_age_within_the_notice_is_refused() -> None:
    assert "allowed: 31 or more" in refusal("vault", rotation={"secrets_days": 30})


def test_the_gateways_certificate_is_one_of_the_vaults() -> None:
    assert "edge.gateway.certificate ssl-wildcard-cert is none of vault.certificates: other" in refusal(
        "vault", certificates=["other"]
    )


def test_what_azure_promises_meets_the_objective_only_by_the_replica() -> None:
    assert PLATFORM.geo_backup_rpo_minutes > OBJECTIVES.rpo_minutes >= OBJECTIVES.replication_lag_minutes
    assert OBJECTIVES.rpo_minutes >= PLATFORM.restore_rpo_minutes


def test_the_table_of_backups_says_what_the_settings_ask_for() -> None:
    s = tripgen("prod")
    kept = {backup.what: (backup.every, backup.kept_days) for backup in backups(s.postgres, s.backup)}
    assert kept["PostgreSQL, full"] == ("day", 35)
    assert kept["PostgreSQL, copy in the paired region"] == ("day", 35)
    assert kept["cache, export"] == ("hour", 7)
    assert kept["configuration"] == ("day", 90)
    dev = tripgen("dev")
    assert "PostgreSQL, copy in the paired region" not in {b.what for b in backups(dev.postgres, dev.backup)}
