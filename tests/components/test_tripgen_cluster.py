import base64
import json
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from components.azure.cluster import ClusterNetwork, kubeconfig, network_profile
from components.azure.maintenance import window_hours
from components.azure.node_pool import NodePool, os_disk_type
from components.azure.role_assignment import BUILT_IN_ROLES
from tests.components.strict_mocks import KUBECONFIG, World

CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
MAINTENANCE = "azure-native:containerservice:MaintenanceConfiguration"
ROLE = "azure-native:authorization:RoleAssignment"
FEDERATION = "azure-native:managedidentity:FederatedIdentityCredential"
DIAGNOSTICS = "azure-native:monitor:DiagnosticSetting"
ROLE_NAMES = {guid: name for name, guid in BUILT_IN_ROLES.items()}


def cluster(world: World) -> Mapping[str, Any]:
    return world.one(CLUSTER, "cluster-cluster")


def roles_of(world: World, principal: str) -> set[tuple[str, str]]:
    return {
        (ROLE_NAMES[role["roleDefinitionId"].rpartition("/")[2]], role["scope"])
        for role in world.of(ROLE).values()
        if role["principalId"] == principal and role["roleDefinitionId"].rpartition("/")[2] in ROLE_NAMES
    }


def addresses(pod_networking: Any = "overlay") -> ClusterNetwork:
    return ClusterNetwork(
        pod_networking=pod_networking,
        pod_network=IPv4Network("10.244.0.0/16"),
        service_network=IPv4Network("172.20.0.0/16"),
        dns_service_address=IPv4Address("172.20.0.10"),
    )


def test_production_runs_the_designs_control_plane(tripgen_prod: World) -> None:
    made = cluster(tripgen_prod)
    assert made["resourceName"] == "aks-tripgen-prod"
    assert made["sku"] == {"name": "Base", "tier": "Standard"}
    assert made["kubernetesVersion"] == "1.35"
    assert made["metricsProfile"] == {"costAnalysis": {"enabled": True}}


def test_dev_pays_for_no_control_plane_and_so_has_no_cost_analysis(tripgen_dev: World) -> None:
    made = cluster(tripgen_dev)
    assert made["sku"]["tier"] == "Free"
    assert made["metricsProfile"] == {"costAnalysis": {"enabled": False}}


def test_the_api_server_has_no_public_side_at_all(every_tripgen: World) -> None:
    assert cluster(every_tripgen)["apiServerAccessProfile"] == {
        "enablePrivateCluster": True,
        "enablePrivateClusterPublicFQDN": False,
        "privateDNSZone": "system",
        "disableRunCommand": True,
    }


def test_people_come_in_by_entra_only(tripgen_prod: World) -> None:
    made = cluster(tripgen_prod)
    assert made["disableLocalAccounts"] is True
    assert made["enableRBAC"] is True
    assert made["aadProfile"] == {
        "managed": True,
        "enableAzureRBAC": True,
        "adminGroupObjectIDs": ["bbbbbbbb-0000-4000-8000-000000000003"],
        "tenantID": "aaaaaaaa-0000-4000-8000-000000000000",
    }


def test_pods_are_known_to_azure_by_workload_identity(every_tripgen: World) -> None:
    made = cluster(every_tripgen)
    assert made["oidcIssuerProfile"] == {"enabled": True}
    assert made["securityProfile"]["workloadIdentity"] == {"enabled": True}


def test_pods_have_a_network_of_their_own_and_leave_through_the_firewall(every_tripgen: World) -> None:
    network = cluster(every_tripgen)["networkProfile"]
    assert (network["networkPlugin"], network["networkPluginMode"]) == ("azure", "overlay")
    assert network["networkPolicy"] == "azure"
    assert network["outboundType"] == "userDefinedRouting"
    assert IPv4Address(network["dnsServiceIP"]) in IPv4Network(network["serviceCidr"])


def test_cilium_enforces_policies_in_its_own_data_plane() -> None:
    profile = network_profile(addresses(), "cilium")
    assert (profile["network_policy"], profile["network_dataplane"]) == ("cilium", "cilium")


def test_flat_pods_have_no_network_of_their_own() -> None:
    profile = network_profile(addresses("flat"), "azure")
    assert (profile["network_plugin_mode"], profile["pod_cidr"]) == (None, None)


def test_addons_are_bound_to_what_the_program_placed(every_tripgen: World) -> None:
    addons = cluster(every_tripgen)["addonProfiles"]
    assert all(addon["enabled"] for addon in addons.values())
    assert addons["ingressApplicationGateway"]["config"] == {"applicationGatewayId": "gateway-gateway-id"}
    assert addons["azureKeyvaultSecretsProvider"]["config"]["enableSecretRotation"] == "true"
    assert addons["omsagent"]["config"]["logAnalyticsWorkspaceResourceID"].endswith("-workspace-id")
    assert set(addons) == {"ingressApplicationGateway", "azureKeyvaultSecretsProvider", "azurepolicy", "omsagent"}


def test_mesh_metrics_and_event_driven_scaling_come_with_the_cluster(every_tripgen: World) -> None:
    made = cluster(every_tripgen)
    assert made["serviceMeshProfile"]["istio"]["revisions"] == ["asm-1-30"]
    assert made["azureMonitorProfile"] == {"metrics": {"enabled": True}}
    assert made["workloadAutoScalerProfile"] == {"keda": {"enabled": True}}


def test_the_system_pool_is_the_designs_and_takes_critical_addons_only(tripgen_prod: World) -> None:
    (pool,) = cluster(tripgen_prod)["agentPoolProfiles"]
    assert (pool["vmSize"], pool["count"], pool["minCount"], pool["maxCount"]) == ("Standard_D4s_v3", 3, 3, 5)
    assert pool["availabilityZones"] == ["1", "2", "3"]
    assert pool["mode"] == "System"
    assert pool["nodeTaints"] == ["CriticalAddonsOnly=true:NoSchedule"]


def test_the_application_pool_is_the_designs_with_its_taint(tripgen_prod: World) -> None:
    pool = tripgen_prod.one(POOL, "cluster-application-pool")
    assert (pool["vmSize"], pool["count"], pool["minCount"], pool["maxCount"]) == ("Standard_D8s_v3", 6, 6, 20)
    assert pool["availabilityZones"] == ["1", "2", "3"]
    assert pool["nodeTaints"] == ["application-workload=true:NoSchedule"]
    assert pool["nodeLabels"] == {"application-workload": "true"}


def test_nodes_are_private_encrypted_at_their_host_and_keep_nothing(every_tripgen: World) -> None:
    pools = [*cluster(every_tripgen)["agentPoolProfiles"], *every_tripgen.of(POOL).values()]
    assert len(pools) == 2
    for pool in pools:
        assert pool["enableEncryptionAtHost"] is True
        assert pool["enableNodePublicIP"] is False
        assert pool["osDiskType"] == "Ephemeral"
        assert pool["vnetSubnetID"] == "network-aks-id"
        assert pool["enableAutoScaling"] is True


def test_pools_run_the_control_planes_minor(every_tripgen: World) -> None:
    made = cluster(every_tripgen)
    pools = [*made["agentPoolProfiles"], *every_tripgen.of(POOL).values()]
    assert {pool["orchestratorVersion"] for pool in pools} == {made["kubernetesVersion"]}


@pytest.mark.parametrize(("disk_gib", "kind"), [(100, "Ephemeral"), (101, "Managed")])
def test_an_os_disk_is_ephemeral_where_the_hosts_cache_holds_it(disk_gib: int, kind: str) -> None:
    assert os_disk_type("Standard_D4s_v3", disk_gib) == kind


@pytest.mark.parametrize(("size", "name"), [("Standard_D8s_v3", "appd8sv3"), ("Standard_E96ads_v5", "appe96adsv5")])
def test_a_pools_name_carries_its_size_and_is_legal(size: str, name: str) -> None:
    pool = NodePool(
        purpose="app",
        vm_size=size,
        min_nodes=1,
        max_nodes=1,
        zones=["1"],
        os_disk_gib=64,
        max_pods=30,
        surge_percent=33,
    )
    assert pool.pool_name == name
    assert len(name) <= 12


def test_azure_works_on_the_cluster_in_the_window_only_and_has_its_four_hours(every_tripgen: World) -> None:
    windows = every_tripgen.of(MAINTENANCE)
    assert {w["configName"] for w in windows.values()} == {
        "default",
        "aksManagedAutoUpgradeSchedule",
        "aksManagedNodeOSUpgradeSchedule",
    }
    for window in windows.values():
        assert window["maintenanceWindow"] == {
            "schedule": {"weekly": {"dayOfWeek": "Sunday", "intervalWeeks": 1}},
            "startTime": "02:00",
            "utcOffset": "+09:00",
            "durationHours": 4,
        }


@pytest.mark.parametrize(("given", "taken"), [(1, 4), (2, 4), (4, 4), (6, 6)])
def test_a_window_is_never_shorter_than_aks_accepts(given: int, taken: int) -> None:
    assert window_hours(given) == taken


def test_upgrades_stay_on_the_pinned_minor(every_tripgen: World) -> None:
    assert cluster(every_tripgen)["autoUpgradeProfile"] == {
        "upgradeChannel": "patch",
        "nodeOSUpgradeChannel": "NodeImage",
    }


def test_the_autoscaler_takes_one_node_at_a_time_with_the_designs_pause(every_tripgen: World) -> None:
    scaler = cluster(every_tripgen)["autoScalerProfile"]
    assert (scaler["maxEmptyBulkDelete"], scaler["scaleDownDelayAfterDelete"]) == ("1", "5m")


def test_nodes_may_pull_images_and_nothing_else(every_tripgen: World) -> None:
    assert roles_of(every_tripgen, "principal-of-cluster-kubelet-identity") == {("AcrPull", "registry-registry-id")}


def test_the_control_plane_may_change_its_subnet_and_its_routes_and_hand_out_the_nodes_identity(
    every_tripgen: World,
) -> None:
    assert roles_of(every_tripgen, "principal-of-cluster-cluster-identity") == {
        ("Network Contributor", "network-aks-id"),
        ("Network Contributor", "network-routes-id"),
        ("Managed Identity Operator", "cluster-kubelet-identity-id"),
    }


def test_the_control_plane_may_link_its_zone_to_the_network_and_do_nothing_else_to_it(every_tripgen: World) -> None:
    role = every_tripgen.one(ROLE, "cluster-link-zone")
    assert role["principalId"] == "principal-of-cluster-cluster-identity"
    assert (role["scope"], role["roleDefinitionId"]) == ("network-vnet-id", "cluster-link-zone-role-id")
    definition = every_tripgen.one("azure-native:authorization:RoleDefinition", "cluster-link-zone-role")
    assert definition["permissions"] == [{"actions": ["Microsoft.Network/virtualNetworks/join/action"]}]


def test_the_ingress_controller_may_change_its_gateway_and_what_that_is_bound_to(every_tripgen: World) -> None:
    assert roles_of(every_tripgen, "ingress-of-cluster-cluster") == {
        ("Network Contributor", "gateway-gateway-id"),
        ("Network Contributor", "network-gateway-id"),
        ("Network Contributor", "network-gateway-link-id"),
        ("Network Contributor", "gateway-address-id"),
        ("Network Contributor", "gateway-web-policy-id"),
        ("Managed Identity Operator", "gateway-identity-identity-id"),
        ("Reader", "resource-group-group-id"),
    }


def test_the_control_plane_logs_every_change_but_not_every_read(every_tripgen: World) -> None:
    logs = every_tripgen.one(DIAGNOSTICS, "cluster-control-plane-diagnostics")["logs"]
    categories = {log["category"] for log in logs}
    assert "kube-audit-admin" in categories
    assert "kube-audit" not in categories


def test_the_kubeconfig_signs_in_as_whoever_runs_pulumi_and_holds_no_secret() -> None:
    config = json.loads(kubeconfig(base64.b64encode(KUBECONFIG.encode()).decode()))
    (user,) = config["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["args"][:3] == ["get-token", "--login", "azurecli"]
    assert config["clusters"][0]["cluster"]["server"] == "https://aks.private:443"


def test_the_kubeconfig_drops_a_certificate_that_aks_might_add() -> None:
    given = KUBECONFIG.replace("{exec: {", "{client-key-data: U0VDUkVU, exec: {")
    assert "U0VDUkVU" not in kubeconfig(base64.b64encode(given.encode()).decode())
