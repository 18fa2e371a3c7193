from dataclasses import replace
from typing import Final

import pytest

from components.gcp.key_ring import Key, KeyRing, KeyRingArgs
from components.gcp.project import Project
from settings.dtx.system import DtxSettings
from settings.naming import Namer
from settings.stack import load_stack
from systems.scope import system_scope
from tests.components.conftest import dtx_world
from tests.components.strict_mocks import World, place
from tests.stack_files import as_pulumi_gives_it, stack_config

RING = "gcp:kms/keyRing:KeyRing"
KEY = "gcp:kms/cryptoKey:CryptoKey"
GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
AGENT = "gcp:projects/serviceIdentity:ServiceIdentity"
DAY_SECONDS: Final = 24 * 60 * 60


def small_ring() -> KeyRing:
    settings = load_stack(as_pulumi_gives_it(stack_config("prod")))
    s = settings.section(DtxSettings)
    scope = system_scope("dtx", settings, s)
    return KeyRing(
        "keys",
        KeyRingArgs(
            scope=replace(scope, names=Namer(prefix="", system="dta", environment="prod")),
            project=Project(project_id=s.project_id, number=s.project_number, region=s.region, zones=s.zones),
            keys=[Key(purpose="database", services=["sqladmin"])],
            **s.keys.args(),
        ),
    )


def users(world: World) -> dict[str, set[str]]:
    """Who encrypts with each key, by the key's purpose."""
    held: dict[str, set[str]] = {key["name"]: set() for key in world.of(KEY).values()}
    for grant in world.of(GRANT).values():
        assert grant["role"] == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
        held[grant["cryptoKeyId"].removeprefix("keys-").removesuffix("-id")].add(grant["member"])
    return held


def test_the_ring_stands_in_the_region_and_its_name_is_used_once(every_dtx: World) -> None:
    ring = every_dtx.one(RING, "keys-ring")
    assert (ring["location"], ring["name"]) == ("europe-west3", "dta-keys-1")


def test_everything_that_is_kept_has_a_key_of_its_own(every_dtx: World) -> None:
    assert set(users(every_dtx)) == {
        "cluster",
        "nodes",
        "database",
        "cache",
        "warehouse",
        "documents",
        "objects",
        "registry",
        "logs",
        "secrets",
        "backups",
        "pseudonyms",
    }


def test_a_key_is_used_by_the_agent_of_its_service_only(dtx_prod: World) -> None:
    agent = "serviceAccount:service-188125012288@{}.iam.gserviceaccount.com"
    held = users(dtx_prod)
    assert held["database"] == {agent.format("gcp-sa-cloud-sql")}
    assert held["nodes"] == {agent.format("compute-system")}
    assert held["objects"] == {"serviceAccount:storage-agent-of-dtx-platform"}
    assert held["backups"] == {
        "serviceAccount:storage-agent-of-dtx-platform",
        agent.format("gcp-sa-gkebackup"),
        agent.format("container-engine-robot"),
    }
    assert held["logs"] == {"serviceAccount:logging-agent-of-dtx-platform"}


def test_the_warehouses_key_is_used_from_the_warehouses_project(dtx_prod: World) -> None:
    assert users(dtx_prod)["warehouse"] == {"serviceAccount:bigquery-agent-of-dtx-data"}


def test_an_agent_is_made_once_however_many_keys_it_uses(every_dtx: World) -> None:
    made = [agent["service"] for agent in every_dtx.of(AGENT).values()]
    assert len(made) == len(set(made))
    assert "sqladmin.googleapis.com" in made


@pytest.mark.parametrize(
    ("stack", "protection", "undone_days", "deletion"),
    [("dev", "SOFTWARE", 7, "DELETE"), ("stage", "HSM", 14, "PREVENT"), ("prod", "HSM", 30, "PREVENT")],
)
def test_keys_are_renewed_and_their_destruction_can_be_undone(
    stack: str, protection: str, undone_days: int, deletion: str
) -> None:
    for name, key in dtx_world(stack).of(KEY).items():
        assert key["rotationPeriod"] == f"{90 * DAY_SECONDS}s"
        assert key["destroyScheduledDuration"] == f"{undone_days * DAY_SECONDS}s"
        assert key["versionTemplate"]["protectionLevel"] == protection
        assert name == "keys-logs" or key["deletionPolicy"] == deletion


def test_records_that_cannot_be_deleted_stay_readable_by_their_key(dtx_prod: World, dtx_dev: World) -> None:
    assert dtx_prod.one(KEY, "keys-logs")["deletionPolicy"] == "ABANDON"
    assert dtx_dev.one(KEY, "keys-logs")["deletionPolicy"] == "DELETE"


def test_a_keys_path_is_plain_text_and_says_its_region(dtx_prod: World) -> None:
    ring = dtx_prod.one(RING, "keys-ring")
    said: list[str] = []
    place(lambda: said.append(small_ring().path("database")))
    assert said == [
        f"projects/{ring['project']}/locations/{ring['location']}/keyRings/{ring['name']}/cryptoKeys/database"
    ]


def test_a_key_that_the_ring_has_not_is_refused_with_those_it_has() -> None:
    with pytest.raises(KeyError, match="the ring has no key for databse: database"):
        place(lambda: small_ring().path("databse"))
