"""What only the engine knows of TripGen: protection, parents, providers and secrets, as they stand in the state."""

import pytest

from tests.rehearsal.running import RunningStacks
from tests.rehearsal.test_kyeol_state import clouds

pytestmark = [pytest.mark.engine, pytest.mark.systems("tripgen")]

#: Types whose objects hold data, or whose loss makes data unreadable.
STATEFUL = {
    "azure-native:containerregistry:Registry",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:dbforpostgresql:Server",
    "azure-native:keyvault:Vault",
    "azure-native:operationalinsights:Workspace",
    "azure-native:redisenterprise:RedisEnterprise",
    "azure-native:servicebus:Namespace",
    "azure-native:storage:StorageAccount",
}


@pytest.mark.parametrize(("stack", "protected"), [("dev", False), ("prod", True)])
def test_state_says_what_the_design_promises(running: RunningStacks, stack: str, protected: bool) -> None:
    resources = running.copy(stack).resources(stack)
    assert {r["type"] for r in clouds(resources)} >= STATEFUL
    for resource in clouds(resources):
        name = resource["urn"]
        if resource["type"] in STATEFUL:
            assert bool(resource.get("protect")) == bool(resource.get("retainOnDelete")) == protected, name
        assert "::default" not in resource["provider"], name
        assert "platform:" in resource["parent"].split("::")[-2], name
    for component in (r for r in resources if r["type"].startswith("platform:azure:")):
        assert component["parent"].split("::")[-2].startswith("platform:system:Tripgen"), component["urn"]


def test_the_subscription_and_the_tenant_are_pinned_on_the_provider(running: RunningStacks) -> None:
    resources = running.copy("dev").resources("dev")
    (provider,) = [r for r in resources if r["type"] == "pulumi:providers:azure-native"]
    assert provider["inputs"]["subscriptionId"] == "11111111-0000-4000-8000-000000000000"
    assert provider["inputs"]["tenantId"] == "aaaaaaaa-0000-4000-8000-000000000000"
    assert provider["inputs"]["location"] == "koreacentral"
