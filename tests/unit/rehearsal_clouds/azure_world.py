"""Small worlds on Azure that tests start from."""

import re
from typing import Any

import pytest

from tests.unit.rehearsal_clouds.provider_client import SUBSCRIPTION, Engine, Refused, Thing, Values

GROUP = "rg-shop"
IN_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers"
ROLES = "/providers/Microsoft.Authorization/roleDefinitions"
NETWORK_CONTRIBUTOR = f"{ROLES}/4d97b98b-1d4f-4787-a291-c67834d212e7"
IDENTITY_OPERATOR = f"{ROLES}/f1a07417-d97a-45cb-824c-7a7467783830"


def refused(message: str) -> Any:
    return pytest.raises(Refused, match=re.escape(message))


def merged(inputs: Any, changes: Any) -> Any:
    """Lay changes over inputs, map by map; None takes a property away."""
    if not isinstance(inputs, dict) or not isinstance(changes, dict):
        return changes
    both = {**inputs, **{key: merged(inputs.get(key), item) for key, item in changes.items()}}
    return {key: item for key, item in both.items() if item is not None}


class Shop:
    """The network 10.1.0.0/16 of the group rg-shop, and what is asked for in it."""

    def __init__(self, azure: Engine) -> None:
        self.azure = azure
        self.vnet = self.network("shop", "10.1.0.0/16", "10.0.1.0/24")

    def make(self, kind: str, label: str, /, **inputs: Any) -> Thing:
        return self.azure.create(f"azure-native:{kind}", label, **{"resourceGroupName": GROUP, **inputs})

    def network(self, label: str, *prefixes: str, **inputs: Any) -> Thing:
        space = {"addressPrefixes": list(prefixes)}
        return self.make(
            "network:VirtualNetwork", label, virtualNetworkName=f"vnet-{label}", addressSpace=space, **inputs
        )

    def subnet(self, label: str, prefix: str, /, vnet: str = "vnet-shop", **inputs: Any) -> Thing:
        return self.make(
            "network:Subnet",
            f"{vnet}-{label}",
            virtualNetworkName=vnet,
            subnetName=label,
            addressPrefix=prefix,
            **inputs,
        )

    def address(self, label: str, **inputs: Any) -> Thing:
        given: Values = {"sku": {"name": "Standard"}, "publicIPAllocationMethod": "Static", "zones": ["1", "2", "3"]}
        return self.make("network:PublicIPAddress", label, publicIpAddressName=f"pip-{label}", **{**given, **inputs})

    def identity(self, label: str) -> Thing:
        return self.make("managedidentity:UserAssignedIdentity", label, resourceName=f"id-{label}")

    def role(self, label: str, identity: Thing, role: str, scope: str) -> Thing:
        return self.azure.create(
            "azure-native:authorization:RoleAssignment", label, scope=scope, roleDefinitionId=role,
            principalId=identity["principalId"], principalType="ServicePrincipal",
        )  # fmt: skip

    def routes(self, hop: str | None = "VirtualAppliance") -> Thing:
        to = {"nextHopIpAddress": "10.0.0.4"} if hop == "VirtualAppliance" else {}
        route = {"name": "all", "addressPrefix": "0.0.0.0/0", "nextHopType": hop, **to}
        return self.make("network:RouteTable", "routes", routeTableName="rt-nodes", routes=[route] if hop else [])

    # --- gateways ----------------------------------------------------------------------------------------------------

    def gateway_inputs(self, subnet: Thing | None = None, address: Thing | None = None) -> Values:
        own = f"{IN_GROUP}/Microsoft.Network/applicationGateways/agw"
        home = subnet.id if subnet else f"{self.vnet.id}/subnets/gateway"
        public = address.id if address else f"{IN_GROUP}/Microsoft.Network/publicIPAddresses/pip-gateway"
        return {
            "resourceGroupName": GROUP,
            "applicationGatewayName": "agw",
            "sku": {"name": "Standard_v2", "tier": "Standard_v2"},
            "zones": ["1", "2", "3"],
            "autoscaleConfiguration": {"minCapacity": 3, "maxCapacity": 10},
            "gatewayIPConfigurations": [{"name": "home", "subnet": {"id": home}}],
            "frontendIPConfigurations": [
                {"name": "public", "publicIPAddress": {"id": public}},
                {
                    "name": "private",
                    "subnet": {"id": home},
                    "privateIPAddress": "10.0.1.10",
                    "privateIPAllocationMethod": "Static",
                },
            ],
            "frontendPorts": [{"name": "http", "port": 80}],
            "backendAddressPools": [{"name": "pods"}],
            "backendHttpSettingsCollection": [{"name": "plain", "port": 8080, "protocol": "Http"}],
            "httpListeners": [
                {
                    "name": "in",
                    "protocol": "Http",
                    "frontendIPConfiguration": {"id": f"{own}/frontendIPConfigurations/private"},
                    "frontendPort": {"id": f"{own}/frontendPorts/http"},
                }
            ],
            "requestRoutingRules": [
                {
                    "name": "all",
                    "priority": 100,
                    "ruleType": "Basic",
                    "httpListener": {"id": f"{own}/httpListeners/in"},
                    "backendAddressPool": {"id": f"{own}/backendAddressPools/pods"},
                    "backendHttpSettings": {"id": f"{own}/backendHttpSettingsCollection/plain"},
                }
            ],
        }

    def gateway_site(self) -> tuple[Thing, Thing]:
        delegation = {"name": "gateway", "serviceName": "Microsoft.Network/applicationGateways"}
        return self.subnet("gateway", "10.0.1.0/24", delegations=[delegation]), self.address("gateway")

    # --- clusters ----------------------------------------------------------------------------------------------------

    def cluster_inputs(self, **changes: Any) -> Values:
        pool = {
            "name": "system",
            "mode": "System",
            "vmSize": "Standard_D4s_v3",
            "enableAutoScaling": True,
            "count": 3,
            "minCount": 3,
            "maxCount": 5,
            "availabilityZones": ["1", "2", "3"],
            "vnetSubnetID": f"{self.vnet.id}/subnets/nodes",
        }
        inputs: Values = {
            "resourceGroupName": GROUP,
            "resourceName": "aks",
            "dnsPrefix": "shop",
            "kubernetesVersion": "1.35",
            "sku": {"name": "Base", "tier": "Standard"},
            "identity": {"type": "SystemAssigned"},
            "agentPoolProfiles": [pool],
            "networkProfile": {
                "networkPlugin": "azure",
                "networkPluginMode": "overlay",
                "networkPolicy": "azure",
                "podCidr": "10.244.0.0/16",
                "serviceCidr": "172.16.0.0/16",
                "dnsServiceIP": "172.16.0.10",
            },
            "apiServerAccessProfile": {"enablePrivateCluster": True, "enablePrivateClusterPublicFQDN": False},
            "oidcIssuerProfile": {"enabled": True},
            "securityProfile": {"workloadIdentity": {"enabled": True}},
        }
        profile = changes.pop("pool", {})
        inputs["agentPoolProfiles"] = [merged(pool, profile)]
        return merged(inputs, changes)

    def cluster(self, **changes: Any) -> Thing:
        return self.azure.create(CLUSTER, "aks", **self.cluster_inputs(**changes))


CLUSTER = "azure-native:containerservice:ManagedCluster"
GATEWAY = "azure-native:network:ApplicationGateway"
