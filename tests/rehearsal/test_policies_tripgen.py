"""What the pack says to careless changes of TripGen, through the real engine."""

import pytest

from tests.rehearsal.harness import Rehearsal
from tests.rehearsal.judging import replace_in, violation
from tests.rehearsal.running import PACK

pytestmark = [pytest.mark.engine, pytest.mark.systems("tripgen")]


def test_logs_outside_korea_are_refused(rehearsal: Rehearsal) -> None:
    component = rehearsal.project / "components" / "azure" / "log_workspace.py"
    replace_in(component, "location=args.group.location,", 'location="japaneast",')
    found = violation(rehearsal.preview("dev", *PACK), "azure-location", "logs-workspace")
    assert "Found: `location` is japaneast" in found.message
    assert "Allowed: koreacentral, koreasouth; global only for the types listed" in found.message


def test_a_registry_with_a_public_side_is_refused(rehearsal: Rehearsal) -> None:
    rehearsal.edit_stack("dev", "platform:tripgen.registry.push_cidrs", ["203.0.113.10/32"])
    found = violation(rehearsal.preview("dev", *PACK), "azure-public-access", "registry-registry")
    assert "Found: `publicNetworkAccess` is Enabled" in found.message


def test_as_many_nodes_in_dev_as_in_prod_are_refused(rehearsal: Rehearsal) -> None:
    rehearsal.edit_stack("dev", "platform:tripgen.application_nodes.max_nodes", 20)
    found = violation(rehearsal.preview("dev", *PACK), "tripgen-nodes", "cluster-application-pool")
    assert "Found: `maxCount` is 20" in found.message
    assert (
        "Allowed: application node pool in dev: 1 with vmSize Standard_D8s_v3, minCount 2, maxCount 3" in found.message
    )
