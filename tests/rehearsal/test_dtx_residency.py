"""Whatever leaves the region is refused in prod and where data is personal, and told in dev."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.rehearsal.harness import Result, Violation, copy_of_this_project
from tests.rehearsal.running import PACK

pytestmark = [pytest.mark.engine, pytest.mark.systems("dtx"), pytest.mark.xdist_group("dtx-residency")]

Previews = Callable[[str, str], Result]
#: The name of what is moved, and the rule that finds it.
MOVES = {
    "objects-bucket": "gcp-location",  # the resource itself
    "exports-bucket": "gcp-location",  # to a pair of regions
    "dtx-data": "gcp-location",  # the provider
    "postgres-replica-1": "gcp-location",
    "postgres-primary": "gcp-named-places",  # its backups
    "redis-cluster": "gcp-named-places",  # its key
    "operational-logs-bucket": "gcp-location",
}
#: A careless change to each of them at once, as a transformation in the program.
PROGRAM = """
import pulumi


def _move(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    props = args.props
    match args.name:
        case "objects-bucket":
            props["location"] = "europe-west1"
        case "exports-bucket":
            props["location"] = "EUR4"
        case "dtx-data":
            props["region"] = "us-central1"
        case "postgres-replica-1":
            props["region"] = "europe-west1"
        case "postgres-primary":
            props["settings"].backup_configuration = {**props["settings"].backup_configuration, "location": "eu"}
        case "redis-cluster":
            props["kms_key"] = props["kms_key"].replace("europe-west3", "europe-west1")
        case "operational-logs-bucket":
            key = props["cmek_settings"]["kms_key_name"].replace("europe-west3", "europe-west1")
            props |= {"location": "europe-west1", "cmek_settings": {"kms_key_name": key}}
    return pulumi.ResourceTransformationResult(props, args.opts)


pulumi.runtime.register_stack_transformation(_move)
"""


def moved(folder: Path, stack: str, data: str) -> Result:
    rehearsal = copy_of_this_project(folder)
    rehearsal.keep_systems(("dtx",))
    rehearsal.edit_stack(stack, "platform:dtx.data_classification", data)
    program = rehearsal.project / "__main__.py"
    before, main, after = program.read_text().rpartition("\nmain()\n")
    program.write_text(f"{before}{PROGRAM}{main}{after}")
    result = rehearsal.preview(stack, *PACK)
    rehearsal.close()
    return result


@pytest.fixture(scope="module")
def previews(tmp_path_factory: pytest.TempPathFactory) -> Previews:
    """The preview of a stack with data of a class, made once for all tests here."""

    @cache
    def preview(stack: str, data: str) -> Result:
        return moved(tmp_path_factory.mktemp(f"{stack}-{data}"), stack, data)

    return preview


def residency(result: Result, name: str) -> list[Violation]:
    return [one for one in result.violations if one.urn.endswith(f"::{name}") and one.policy.startswith("gcp-")]


@pytest.mark.parametrize(
    ("stack", "data", "name"),
    [
        (stack, data, name)
        for stack, data in (("prod", "personal"), ("dev", "internal"), ("dev", "personal"))
        for name in MOVES
        if (stack, name) != ("dev", "postgres-replica-1")  # dev has none
    ],
)
def test_what_is_moved_out_of_the_region_is_named(previews: Previews, stack: str, data: str, name: str) -> None:
    found = {one.policy: one for one in residency(previews(stack, data), name)}
    rule = MOVES[name]
    assert rule in found, f"{name}: {sorted(found)}"
    assert found[rule].enforcement == ("mandatory" if data == "personal" else "advisory")
    assert "europe-west3" in found[rule].message.partition("Allowed:")[2]


def test_prod_and_personal_data_are_refused_and_a_free_environment_is_told(previews: Previews) -> None:
    previews("prod", "personal").refused("gcp-location")
    previews("dev", "personal").refused("gcp-location")
    assert {one.enforcement for one in previews("dev", "internal").violations} == {"advisory"}
    previews("dev", "internal").ok()
