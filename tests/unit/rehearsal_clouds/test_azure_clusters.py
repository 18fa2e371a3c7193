"""What AKS refuses, in its own words, what it makes, and how Kubernetes reaches it."""

import base64

import pytest
import yaml

from rehearsal.values import UNKNOWN
from tests.unit.rehearsal_clouds.azure_world import (
    CLUSTER,
    GATEWAY,
    GROUP,
    IDENTITY_OPERATOR,
    IN_GROUP,
    NETWORK_CONTRIBUTOR,
    ROLES,
    merged,
    refused,
)

WINDOW = "azure-native:containerservice:MaintenanceConfiguration"
ROLE = "azure-native:authorization:RoleAssignment"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kubernetesVersion": "1.29"},
         "K8sVersionNotSupported: Managed cluster aks is on version 1.29 which is not supported in this region."),
        ({"kubernetesVersion": "1.37"}, "[supported: 1.34, 1.35, 1.36]"),
        ({"pool": {"mode": "User"}}, "InvalidParameter: Must define at least one system pool."),
        ({"agentPoolProfiles": None}, "InvalidParameter: Required parameter agentPoolProfiles is missing (null)."),
        ({"pool": {"name": "systempool-1"}}, "The value of parameter agentPoolProfile.name is invalid: 'systempool-1'"),
        ({"pool": {"vmSize": "Standard_D4_v3s"}},
         "BadRequest: The VM size of Standard_D4_v3s is not allowed in your subscription in location 'koreacentral'."),
        ({"pool": {"vmSize": "Standard_D4_v3s"}}, 'Did you mean "Standard_D4s_v3"?'),
        ({"pool": {"availabilityZones": ["1", "4"]}}, "AvailabilityZoneNotSupported: The zone(s) '4' for resource"),
        ({"location": "koreasouth"}, "The supported zones for location 'koreasouth' are ''"),
        ({"pool": {"minCount": 6}}, "MinCountGreaterThanMaxCount: The value of parameter agentPoolProfile.minCount 6"),
        ({"pool": {"count": 9}}, "agentPoolProfile.count 9 must be between minCount 3 and maxCount 5."),
        ({"pool": {"maxCount": None}}, "minCount and maxCount are required when enableAutoScaling is true."),
        ({"pool": {"enableAutoScaling": False}}, "only allowed when enableAutoScaling is true"),
        ({"pool": {"minCount": 0}}, "A system pool must have at least one node."),
        ({"pool": {"maxPods": 300}}, "agentPoolProfile.maxPods 300 is not in the range 10 to 250."),
        ({"pool": {"maxCount": 2000}}, "A pool has at most 1000 nodes."),
        ({"pool": {"osDiskType": "Ephemeral", "osDiskSizeGB": 128}},
         "OS disk of Ephemeral VM with size greater than 100 GB is not allowed for VM size Standard_D4s_v3"),
        ({"pool": {"nodeTaints": ["application-workload=true"]}}, "InvalidNodeTaint: Taint 'application-workload"),
        ({"pool": {"nodeTaints": ["only=true:NoSchedule"]}}, "SystemPoolTaintNotAllowed: Taint 'only=true:NoSchedule'"),
        ({"pool": {"nodeLabels": {"kubernetes.azure.com/mode": "x"}}}, "NodeLabelReserved: The label kubernetes.azure"),
        ({"pool": {"nodeLabels": {"tier": "a b"}}}, "InvalidNodeLabel: The value 'a b' of label tier"),
        ({"networkProfile": {"networkPlugin": "kubenet"}}, "networkPluginMode overlay requires networkPlugin azure"),
        ({"networkProfile": {"networkPolicy": "cilium"}},
         "InvalidNetworkPolicyDataplane: Network policy cilium requires network dataplane cilium, not azure."),
        ({"networkProfile": {"networkDataplane": "cilium"}}, "Network policy azure requires network dataplane azure"),
        ({"networkProfile": {"networkPluginMode": None}}, "PodCidrNotSupported: podCidr is only allowed with"),
        ({"networkProfile": {"dnsServiceIP": "10.0.0.10"}}, "DnsServiceIpOutOfServiceCidr: DNS service IP '10.0.0.10'"),
        ({"networkProfile": {"dnsServiceIP": "172.16.0.1"}}, "InvalidDnsServiceIp: DNS service IP '172.16.0.1'"),
        ({"networkProfile": {"serviceCidr": "172.0.0.0/8"}}, "InvalidServiceCidrSize: The service CIDR 172.0.0.0/8"),
        ({"networkProfile": {"loadBalancerSku": "basic"}}, "basic ended on 2025-09-30"),
        ({"disableLocalAccounts": True}, "DisableLocalAccountsRequiresAAD: Disabling local accounts requires"),
        ({"aadProfile": {"enableAzureRBAC": True}}, "EnableAzureRBACRequiresManagedAAD"),
        ({"aadProfile": {"managed": True}, "enableRBAC": False}, "AADProfileRequiresRBAC"),
        ({"oidcIssuerProfile": None}, "OIDCIssuerRequired: Workload identity requires the OIDC issuer"),
        ({"identity": None}, "ServicePrincipalProfileOrIdentityRequired"),
        ({"identityProfile": {"kubeletidentity": {"clientId": "x"}}},
         "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster"),
        ({"apiServerAccessProfile": {"privateDNSZone": "none"}}, "PrivateDNSZoneNoneRequiresPublicFQDN"),
        ({"apiServerAccessProfile": {"authorizedIPRanges": ["1.2.3.4/32"]}},
         "AuthorizedIPRangesNotAllowedForPrivateCluster"),
        ({"apiServerAccessProfile": {"enablePrivateCluster": False, "privateDNSZone": "system"}},
         "PrivateDNSZoneNotAllowed"),
        ({"apiServerAccessProfile": {"privateDNSZone": f"{IN_GROUP}/Microsoft.Network/privateDnsZones/shop.example"}},
         "InvalidPrivateDNSZone: 'shop.example' is not of the form privatelink.koreacentral.azmk8s.io"),
        ({"apiServerAccessProfile": {
            "privateDNSZone": f"{IN_GROUP}/Microsoft.Network/privateDnsZones/privatelink.koreacentral.azmk8s.io"}},
         "CustomPrivateDNSZoneRequiresUserAssignedIdentity"),
        ({"serviceMeshProfile": {"mode": "Istio", "istio": {"revisions": ["asm-1-20"]}}},
         "ServiceMeshRevisionNotSupported: Revision asm-1-20 is not supported"),
        ({"serviceMeshProfile": {"mode": "Istio", "istio": {"revisions": ["asm-1-29", "asm-1-30", "asm-1-29"]}}},
         "ServiceMeshTooManyRevisions"),
        ({"supportPlan": "AKSLongTermSupport"}, "Support plan AKSLongTermSupport requires the SKU tier Premium"),
        ({"sku": {"tier": "Premium"}}, "SKU tier Premium requires the support plan AKSLongTermSupport"),
        ({"sku": {"tier": "Free"}, "metricsProfile": {"costAnalysis": {"enabled": True}}}, "CostAnalysisNotAllowed"),
        ({"sku": {"tier": "Paid"}}, 'sku.tier: expected one of "Premium", "Standard", "Free", got "Paid"'),
    ],
)  # fmt: skip
def test_a_preview_refuses_a_cluster_that_aks_would_not_make(azure, shop, changes, message):
    with refused(message):
        azure.preview(CLUSTER, "aks", shop.cluster_inputs(**changes))


@pytest.fixture
def nodes(shop):
    return shop.subnet("nodes", "10.1.1.0/24")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"networkProfile": {"serviceCidr": "10.1.0.0/20", "dnsServiceIP": "10.1.0.10"}},
         "The specified service CIDR 10.1.0.0/20 is conflicted with an existing subnet CIDR 10.1.1.0/24"),
        ({"networkProfile": {"podCidr": "10.1.64.0/18"}}, "PodCidrOverlapVirtualNetwork: The pod CIDR 10.1.64.0/18"),
        ({"networkProfile": {"podCidr": "172.16.64.0/18"}}, "ServiceCidrOverlapPodCidr: The service CIDR"),
        ({"networkProfile": {"podCidr": "10.244.0.0/22"}},
         "InsufficientPodCidr: The pod CIDR 10.244.0.0/22 has room for 4 nodes of a /24 each; the pools may have 6."),
        ({"networkProfile": {"networkPluginMode": None, "podCidr": None}, "pool": {"maxCount": 8}},
         "InsufficientSubnetSize: Pre-allocated IPs 279 exceeds IPs available 251 in Subnet Cidr 10.1.1.0/24"),
    ],
)  # fmt: skip
def test_a_cluster_whose_addresses_do_not_fit_is_refused(shop, nodes, changes, message):  # noqa: ARG001
    with refused(message):
        shop.cluster(**changes)


def test_pods_have_addresses_apart_from_peered_networks(shop, nodes):  # noqa: ARG001
    hub = shop.network("hub", "10.244.0.0/24")
    shop.make("network:VirtualNetworkPeering", "peer", virtualNetworkName="vnet-shop", virtualNetworkPeeringName="hub",
              remoteVirtualNetwork={"id": hub.id})  # fmt: skip
    with refused("PodCidrOverlapVirtualNetwork"):
        shop.cluster()


def test_nodes_do_not_stand_in_a_reserved_subnet(shop):
    shop.subnet("nodes", "10.1.1.0/24", delegations=[{"name": "a", "serviceName": "Microsoft.Web/serverFarms"}])
    with refused("SubnetIsDelegated: Subnet"):
        shop.cluster()


def test_a_cluster_stands_in_its_networks_region(shop, nodes):  # noqa: ARG001
    with refused("VnetRegionMismatch: Virtual network"):
        shop.cluster(location="japaneast")


# --- the way out ----------------------------------------------------------------------------------------------------

OUT = {"networkProfile": {"outboundType": "userDefinedRouting"}}


@pytest.mark.parametrize(
    ("hop", "message"),
    [
        ("", "ExistingRouteTableNotAssociatedWithSubnet: An existing route table has not been associated with subnet"),
        (None, "RouteTableMissingDefaultRoute: Default route 0.0.0.0/0 missing from route table"),
        (
            "Internet",
            "RouteTableInvalidNextHop: Default route 0.0.0.0/0 has a next hop of Internet but only next hops of",
        ),
    ],
)
def test_who_routes_by_itself_has_a_route(shop, hop, message):
    table = {} if hop == "" else {"routeTable": {"id": shop.routes(hop).id}}
    shop.subnet("nodes", "10.1.1.0/24", **table)
    with refused(message):
        shop.cluster(**OUT)


def test_the_clusters_identity_has_its_rights_before_the_cluster(shop):
    table = shop.routes()
    shop.subnet("nodes", "10.1.1.0/24", routeTable={"id": table.id})
    own, kubelet = shop.identity("aks"), shop.identity("kubelet")
    profile = {"resourceId": kubelet.id, "clientId": kubelet["clientId"], "objectId": kubelet["principalId"]}
    changes = {
        **OUT, "identity": {"type": "UserAssigned", "userAssignedIdentities": [own.id]},
        "identityProfile": {"kubeletidentity": profile},
    }  # fmt: skip
    with refused("must be granted 'Managed Identity Operator' role to assign kubelet identity."):
        shop.cluster(**changes)
    shop.role("kubelet", own, IDENTITY_OPERATOR, kubelet.id)
    with refused(f"CustomRouteTableMissingPermission: The cluster using user-assigned managed identity must be granted"
                 f" read/write permission to routetable {table.id}."):  # fmt: skip
        shop.cluster(**changes)
    shop.role("routes", own, NETWORK_CONTRIBUTOR, table.id)
    assert shop.cluster(**changes)["identityProfile"]["kubeletidentity"] == profile


# --- the gateway ----------------------------------------------------------------------------------------------------


def ingress(gateway):
    config = {"applicationGatewayId": gateway.id}
    return {"addonProfiles": {"ingressApplicationGateway": {"enabled": True, "config": config}}}


def test_an_overlay_is_served_by_a_gateway_of_its_own_network(shop, azure, nodes):  # noqa: ARG001
    shop.network("hub", "10.9.0.0/16")
    subnet = shop.subnet("gateway", "10.9.1.0/24", vnet="vnet-hub")
    inputs = shop.gateway_inputs(subnet, shop.address("gateway"))
    inputs["frontendIPConfigurations"][1]["privateIPAddress"] = "10.9.1.10"
    gateway = azure.create(GATEWAY, "agw", **inputs)
    with refused("With CNI Overlay they must be in the same virtual network."):
        shop.cluster(**ingress(gateway))


def test_the_gateway_of_an_overlay_stands_in_a_small_subnet(shop, azure, nodes):  # noqa: ARG001
    subnet = shop.subnet("gateway", "10.1.8.0/22")
    inputs = shop.gateway_inputs(subnet, shop.address("gateway"))
    inputs["frontendIPConfigurations"][1]["privateIPAddress"] = "10.1.8.10"
    gateway = azure.create(GATEWAY, "agw", **inputs)
    with refused("must be a /24 or smaller with CNI Overlay."):
        shop.cluster(**ingress(gateway))


def test_a_missing_gateway_is_refused(shop, nodes):
    with refused("IngressApplicationGatewayNotFound: The application gateway"):
        nodes.id = f"{IN_GROUP}/Microsoft.Network/applicationGateways/none"
        shop.cluster(**ingress(nodes))


def test_the_ingress_addon_has_an_identity_that_takes_roles(shop, azure, nodes):  # noqa: ARG001
    gateway = azure.create(GATEWAY, "agw", **shop.gateway_inputs(*shop.gateway_site()))
    cluster = shop.cluster(**ingress(gateway))
    principal = cluster["addonProfiles"]["ingressApplicationGateway"]["identity"]["objectId"]
    given = {"scope": gateway.id, "roleDefinitionId": NETWORK_CONTRIBUTOR, "principalType": "ServicePrincipal"}
    azure.create(ROLE, "ingress", **given, principalId=principal)
    with refused("RoleAssignmentExists: The role assignment already exists."):
        azure.create(ROLE, "again", **given, principalId=principal)
    with refused("PrincipalNotFound: Principal 00000000111122223333444444444444 does not exist in the directory"):
        azure.create(ROLE, "nobody", **given, principalId="00000000-1111-2222-3333-444444444444")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"roleDefinitionId": f"{ROLES}/00000000-0000-4000-8000-000000000000"},
         "RoleDefinitionDoesNotExist: The specified role definition with ID '00000000000040008000000000000000'"),
        ({"roleDefinitionId": "Reader"}, "InvalidRoleDefinitionId: The role definition ID 'Reader' is not valid."),
        ({"principalId": "me"}, "InvalidPrincipalId: A valid principal ID must be provided for role assignment"),
        ({"roleAssignmentName": "reader"}, "InvalidRoleAssignmentId: The role assignment ID 'reader' is not valid."),
    ],
)  # fmt: skip
def test_a_role_of_nobody_or_nothing_is_refused(azure, change, message):
    principal = "00000000-1111-2222-3333-444444444444"
    given = {"scope": IN_GROUP, "roleDefinitionId": NETWORK_CONTRIBUTOR, "principalId": principal}
    with refused(message):
        azure.preview(ROLE, "role", {**given, **change})


# --- pools and windows ----------------------------------------------------------------------------------------------


def pool(shop, **changes):
    given = {
        "resourceName": "aks", "agentPoolName": "apps", "vmSize": "Standard_D8s_v3", "enableAutoScaling": True,
        "count": 6, "minCount": 6, "maxCount": 20, "vnetSubnetID": f"{shop.vnet.id}/subnets/nodes",
        "nodeTaints": ["application-workload=true:NoSchedule"],
    }  # fmt: skip
    return shop.make("containerservice:AgentPool", "apps", **merged(given, changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"orchestratorVersion": "1.36"}, "NodePoolMcVersionIncompatible: Node pool version 1.36 and control plane"),
        ({"agentPoolName": "system"}, "cannot create already existing resource"),
        ({"maxCount": 300}, "InsufficientSubnetSize: Pre-allocated IPs 336 exceeds IPs available 251"),
        ({"vmSize": "Standard_D8s_v9"}, "BadRequest: The VM size of Standard_D8s_v9 is not allowed"),
        ({"resourceName": "none"}, "ParentResourceNotFound: Failed to perform 'write' on resource(s) of type"),
    ],
)
def test_a_pool_that_does_not_fit_its_cluster_is_refused(shop, nodes, changes, message):  # noqa: ARG001
    shop.cluster()
    with refused(message):
        pool(shop, **changes)


def test_a_pool_stays_in_its_clusters_network(shop, nodes):  # noqa: ARG001
    shop.cluster()
    shop.network("other", "10.9.0.0/16")
    away = shop.subnet("nodes", "10.9.1.0/24", vnet="vnet-other")
    with refused("AgentPoolsUseDifferentVnets"):
        pool(shop, vnetSubnetID=away.id)


def test_nodes_keep_their_form(shop, azure, nodes):  # noqa: ARG001
    cluster = shop.cluster()
    apps = pool(shop)
    with refused("PropertyChangeNotAllowed: Changing property 'properties.vmSize' is not allowed."):
        azure.update(apps, vmSize="Standard_D4s_v3")
    bigger = merged(cluster.inputs["agentPoolProfiles"][0], {"vmSize": "Standard_D8s_v3"})
    with refused("PropertyChangeNotAllowed"):
        azure.update(cluster, agentPoolProfiles=[bigger])
    assert azure.update(apps, maxCount=10)["maxCount"] == 10


def test_a_subnet_with_nodes_stays(shop, azure, nodes):
    shop.cluster()
    with refused("InUseSubnetCannotBeDeleted: Subnet nodes is in use"):
        azure.delete(nodes)


def test_a_control_plane_goes_up_one_minor_at_a_time(shop, azure, nodes):  # noqa: ARG001
    cluster = shop.cluster(kubernetesVersion="1.34")
    with refused("OperationNotAllowed: Upgrading Kubernetes version 1.34 to 1.36 is not allowed."):
        azure.update(cluster, kubernetesVersion="1.36")
    newer = azure.update(cluster, kubernetesVersion="1.35")
    assert newer["currentKubernetesVersion"] == "1.35.6"
    with refused("Downgrading Kubernetes version 1.35 to 1.34"):
        azure.update(newer, kubernetesVersion="1.34")


def test_the_issuer_cannot_be_switched_off(shop, azure, nodes):  # noqa: ARG001
    cluster = shop.cluster()
    with refused("OIDCIssuerFeatureCannotBeDisabled"):
        azure.update(cluster, oidcIssuerProfile={"enabled": False}, securityProfile={})


WEEKLY = {"schedule": {"weekly": {"dayOfWeek": "Sunday", "intervalWeeks": 1}}, "startTime": "02:00", "durationHours": 4}


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("sundays", {}, "InvalidParameter: 'sundays' is not the name of a maintenance configuration"),
        ("default", {"durationHours": 2}, "maintenanceWindow.durationHours is invalid: 2 is not in the range 4 to 24"),
        ("default", {"startTime": "2:00"}, "'2:00' is not a time like 02:00"),
        ("default", {"utcOffset": "KST"}, "'KST' is not an offset like +09:00"),
        ("default", {"schedule": {"weekly": None}}, "One and only one of daily, weekly, absoluteMonthly and relative"),
        ("aksManagedAutoUpgradeSchedule", {"schedule": {"weekly": None, "daily": {"intervalDays": 1}}},
         "A daily schedule is only allowed for aksManagedNodeOSUpgradeSchedule."),
        ("default", {"schedule": {"weekly": {"dayOfWeek": "sunday"}}}, 'got "sunday". Did you mean "Sunday"?'),
    ],
)  # fmt: skip
def test_a_window_that_is_none_is_refused(azure, name, changes, message):
    window = merged(WEEKLY, changes)
    with refused(message):
        azure.preview(WINDOW, "it", {
            "resourceGroupName": GROUP, "resourceName": "aks", "configName": name, "maintenanceWindow": window,
        })  # fmt: skip


# --- Kubernetes -----------------------------------------------------------------------------------------------------


def credentials(azure):
    answer = azure.invoke(
        "azure-native:containerservice:listManagedClusterUserCredentials", resourceGroupName=GROUP, resourceName="aks"
    )
    return base64.b64decode(answer["kubeconfigs"][0]["value"]).decode()


def test_a_cluster_says_how_it_is_reached(shop, azure, nodes):  # noqa: ARG001
    cluster = shop.cluster()
    config = yaml.safe_load(credentials(azure))
    server = config["clusters"][0]["cluster"]
    assert server["server"] == f"https://{cluster['privateFQDN']}:443"
    assert base64.b64decode(server["certificate-authority-data"]).startswith(b"-----BEGIN CERTIFICATE-----")
    assert config["users"][0]["user"]["exec"]["command"] == "kubelogin"
    assert cluster["privateFQDN"].endswith(".privatelink.koreacentral.azmk8s.io")
    assert cluster["oidcIssuerProfile"]["issuerURL"].startswith("https://koreacentral.oic.prod-aks.azure.com/")
    assert cluster["nodeResourceGroup"] == "MC_rg-shop_aks_koreacentral"
    assert azure.preview(CLUSTER, "aks", cluster.inputs).get("fqdn") != cluster.outputs.get("privateFQDN")


def test_a_preview_knows_no_issuer_and_no_principals(shop, azure):
    planned = azure.preview(
        CLUSTER,
        "aks",
        shop.cluster_inputs(
            oidcIssuerProfile={"enabled": True},
            addonProfiles={"omsagent": {"enabled": True}},
            identity={"type": "UserAssigned", "userAssignedIdentities": [UNKNOWN]},
        ),
    )
    assert planned["identity"]["userAssignedIdentities"] is UNKNOWN
    assert planned["oidcIssuerProfile"] == {"enabled": True, "issuerURL": UNKNOWN}
    assert planned["addonProfiles"] == {"omsagent": {"enabled": True, "identity": UNKNOWN}}


def test_credentials_of_a_missing_cluster_are_refused(azure, group):  # noqa: ARG001
    with refused(
        "ResourceNotFound: The Resource 'Microsoft.ContainerService/managedClusters/aks' under resource group"
    ):
        credentials(azure)


#: A field of pods that is called otherwise from one minor to the next.
GROUP_OF_PODS = {
    "1.35": {"workloadRef": {"name": "shop", "podGroup": "web"}},
    "1.36": {"schedulingGroup": {"podGroupName": "web"}},
}


@pytest.mark.usefixtures("nodes")
@pytest.mark.parametrize(("version", "other"), [("1.35", "1.36"), ("1.36", "1.35")])
def test_an_object_is_checked_with_the_schema_of_its_clusters_own_version(shop, azure, clouds, version, other):
    shop.cluster(kubernetesVersion=version)
    kubernetes = clouds.provider("kubernetes", {"kubeconfig": credentials(azure)})

    def preview(field):
        spec = {"containers": [{"name": "shop", "image": "shop:1"}], **field}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "shop"}, "spec": spec}
        kubernetes.preview("kubernetes:core/v1:Pod", "shop", pod)

    preview(GROUP_OF_PODS[version])
    (field,) = GROUP_OF_PODS[other]
    with refused(f"'{field}' was unexpected"):
        preview(GROUP_OF_PODS[other])


@pytest.mark.parametrize("private", [True, False])
def test_what_runs_in_a_cluster_ends_with_it(shop, azure, clouds, nodes, private):  # noqa: ARG001
    access = {"enablePrivateCluster": private, "enablePrivateClusterPublicFQDN": None}
    cluster = shop.cluster(apiServerAccessProfile=access)
    kubernetes = clouds.provider("kubernetes", {"kubeconfig": credentials(azure)})
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    made = kubernetes.create("kubernetes:core/v1:Namespace", "shop", **space)
    assert clouds.inventory.count("kubernetes") == 1
    azure.delete(cluster)
    assert clouds.inventory.count("kubernetes") == 0
    with refused("[the simulated Azure holds no AKS cluster with this endpoint]"):
        kubernetes.delete(made)
