"""Whatever leaves the region is refused in prod and where data is personal, and told in dev."""

from pathlib import Path

import pytest

from tests.rehearsal.harness import Result, copy_of_this_project
from tests.rehearsal.running import PACK

pytestmark = [pytest.mark.engine, pytest.mark.systems("dtx")]

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


@pytest.mark.parametrize(("stack", "data"), [("prod", "personal"), ("dev", "internal"), ("dev", "personal")])
def test_everything_that_is_moved_out_of_the_region_is_named(tmp_path: Path, stack: str, data: str) -> None:
    result = moved(tmp_path, stack, data)
    here = {name: rule for name, rule in MOVES.items() if (stack, name) != ("dev", "postgres-replica-1")}  # none there
    found = {(one.urn.rsplit("::", 1)[-1], one.policy): one for one in result.violations}
    missed = {name: rule for name, rule in here.items() if (name, rule) not in found}
    assert not missed, f"not named: {missed}\n{result}"
    named = [found[name, rule] for name, rule in here.items()]
    assert {one.enforcement for one in named} == {"mandatory" if data == "personal" else "advisory"}
    assert all("europe-west3" in one.message.partition("Allowed:")[2] for one in named)
    if data == "personal":
        result.refused("gcp-location")
    else:
        assert {one.enforcement for one in result.ok().violations} == {"advisory"}
