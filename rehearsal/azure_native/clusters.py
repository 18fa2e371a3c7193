"""What AKS refuses of clusters, and what it makes with one."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import yaml

from rehearsal.azure_native import arm
from rehearsal.azure_native.node_pools import minor, number, running
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.templates import noise
from rehearsal.values import mapping

ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment"
_HELP = (
    "Please use [az aks get-versions] command to get the supported version list in this region. For more information, "
    "please check https://aka.ms/supported-version-list"
)
_MANAGERS = ("Owner", "Contributor")


# --- by its inputs alone --------------------------------------------------------------------------------------------


def version_is_supported(case: Case) -> Iterator[Problem]:
    """A cluster runs a minor that is supported now; what it ran before may stay until it is upgraded."""
    version, minors = case.get("kubernetesVersion"), mapping(case.fact("aks.minors"))
    if version is None or minor(version) in minors:
        return
    words = (
        f"Managed cluster {case.get('resourceName')} is on version {version} which is not supported in this region. "
    )
    yield Problem("kubernetesVersion", f"K8sVersionNotSupported: {words}{_HELP} [supported: {', '.join(minors)}]")


def tier_and_plan_agree(case: Case) -> Iterator[Problem]:
    """Long-term support is the tier Premium's; costs by namespace are not the tier Free's."""
    tier, plan = case.get("sku.tier"), case.get("supportPlan")
    if plan == "AKSLongTermSupport" and tier != "Premium":
        words = f"Support plan AKSLongTermSupport requires the SKU tier Premium, not {tier}."
        yield Problem("supportPlan", f"SupportPlanNotAllowed: {words}")
    if tier == "Premium" and plan != "AKSLongTermSupport":
        yield Problem(
            "supportPlan", "SupportPlanNotAllowed: SKU tier Premium requires the support plan AKSLongTermSupport."
        )
    if tier == "Free" and case.get("metricsProfile.costAnalysis.enabled"):
        yield Problem(
            "metricsProfile", "CostAnalysisNotAllowed: Cost analysis requires the SKU tier Standard or Premium."
        )


def access_is_consistent(case: Case) -> Iterator[Problem]:
    """Who switches local accounts off signs in by Entra; workload identity needs the cluster's issuer."""
    entra = case.get("aadProfile.managed")
    if case.get("disableLocalAccounts") and not entra:
        words = "Disabling local accounts requires Microsoft Entra integration (aadProfile.managed)."
        yield Problem("disableLocalAccounts", f"DisableLocalAccountsRequiresAAD: {words}")
    if case.get("aadProfile.enableAzureRBAC") and not entra:
        words = "Azure RBAC for Kubernetes authorization requires aadProfile.managed."
        yield Problem("aadProfile", f"EnableAzureRBACRequiresManagedAAD: {words}")
    if case.get("enableRBAC") is False and case.properties.get("aadProfile"):
        yield Problem("enableRBAC", "AADProfileRequiresRBAC: Microsoft Entra integration requires Kubernetes RBAC.")
    if case.get("securityProfile.workloadIdentity.enabled") and not case.get("oidcIssuerProfile.enabled"):
        words = "Workload identity requires the OIDC issuer: enable oidcIssuerProfile."
        yield Problem("securityProfile.workloadIdentity", f"OIDCIssuerRequired: {words}")
    if case.properties.get("identity") is None and case.properties.get("servicePrincipalProfile") is None:
        words = "Either a managed identity or a service principal is required."
        yield Problem("identity", f"ServicePrincipalProfileOrIdentityRequired: {words}")
    custom, own = case.properties.get("identityProfile"), case.get("identity.type")
    if custom and own is not None and own != "UserAssigned":
        words = "A kubelet identity of one's own requires a user-assigned identity of the cluster."
        yield Problem("identityProfile", f"CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster: {words}")


def private_zone_is_valid(case: Case) -> Iterator[Problem]:
    """Somebody must answer the API server's name: AKS's own zone, one's own, or the public DNS."""
    path = "apiServerAccessProfile"
    private, zone = case.get(f"{path}.enablePrivateCluster"), case.get(f"{path}.privateDNSZone")
    if not private:
        if zone is not None:
            words = "privateDNSZone is only allowed for private clusters."
            yield Problem(f"{path}.privateDNSZone", f"PrivateDNSZoneNotAllowed: {words}")
        return
    if case.get(f"{path}.authorizedIPRanges"):
        words = "Authorized IP ranges are not allowed for private clusters."
        yield Problem(f"{path}.authorizedIPRanges", f"AuthorizedIPRangesNotAllowedForPrivateCluster: {words}")
    if zone == "none" and case.get(f"{path}.enablePrivateClusterPublicFQDN") is False:
        words = "privateDNSZone none requires enablePrivateClusterPublicFQDN."
        yield Problem(f"{path}.privateDNSZone", f"PrivateDNSZoneNoneRequiresPublicFQDN: {words}")
    if isinstance(zone, str) and zone not in ("system", "none"):
        name, place = zone.rpartition("/")[2], arm.location(case)
        if not re.fullmatch(rf"([a-zA-Z0-9-]{{1,32}}\.)?(privatelink|private)\.{place}\.azmk8s\.io", name):
            words = (
                f"'{name}' is not of the form privatelink.{place}.azmk8s.io or <subzone>.privatelink.{place}.azmk8s.io."
            )
            yield Problem(f"{path}.privateDNSZone", f"InvalidPrivateDNSZone: {words}")
        if case.get("identity.type") not in (None, "UserAssigned"):
            words = "A private DNS zone of one's own requires a user-assigned identity."
            yield Problem(f"{path}.privateDNSZone", f"CustomPrivateDNSZoneRequiresUserAssignedIdentity: {words}")


def mesh_fits_the_version(case: Case) -> Iterator[Problem]:
    """A revision of the Istio add-on runs on the minors it was made for; two at most run during an upgrade."""
    revisions, known = case.get("serviceMeshProfile.istio.revisions") or [], mapping(case.fact("aks.mesh_revisions"))
    for revision in revisions:
        newest = known.get(revision)
        version = case.get("kubernetesVersion")
        if newest is None:
            words = f"Revision {revision} is not supported by the service mesh add-on. [offered: {', '.join(known)}]"
            yield Problem("serviceMeshProfile", f"ServiceMeshRevisionNotSupported: {words}")
        elif version is not None and number(version) > number(newest):
            words = f"Revision {revision} is not compatible with Kubernetes version {version}."
            yield Problem("serviceMeshProfile", f"ServiceMeshRevisionIncompatible: {words}")
    if len(revisions) > 2:  # noqa: PLR2004 -- the old one and the new one
        yield Problem("serviceMeshProfile", "ServiceMeshTooManyRevisions: At most two revisions are allowed.")


def one_schedule(case: Case) -> Iterator[Problem]:
    """A window recurs in one way; a configuration has a window."""
    window = case.get("maintenanceWindow")
    if window is None:
        if not case.get("timeInWeek") and not case.is_unknown("maintenanceWindow"):
            yield Problem(
                "maintenanceWindow", "InvalidParameter: Required parameter maintenanceWindow is missing (null)."
            )
        return
    given = [name for name, value in mapping(window.get("schedule")).items() if value is not None]
    if len(given) != 1:
        words = f"One and only one of daily, weekly, absoluteMonthly and relativeMonthly is allowed, not {len(given)}."
        yield Problem("maintenanceWindow.schedule", f"InvalidParameter: {words}")
    if case.get("configName") == "aksManagedAutoUpgradeSchedule" and "daily" in given:
        words = "A daily schedule is only allowed for aksManagedNodeOSUpgradeSchedule."
        yield Problem("maintenanceWindow.schedule", f"InvalidParameter: {words}")


# --- by what stands -------------------------------------------------------------------------------------------------


def version_goes_up_by_one(case: Case) -> Iterator[Problem]:
    """A control plane goes up one minor at a time, never down."""
    old, new = case.before("kubernetesVersion"), case.get("kubernetesVersion")
    if old is not None and new is not None and number(new) - number(old) not in (0, 1):
        verb = "Downgrading" if number(new) < number(old) else "Upgrading"
        words = f"{verb} Kubernetes version {old} to {new} is not allowed. See https://aka.ms/aks-version-rules"
        yield Problem("kubernetesVersion", f"OperationNotAllowed: {words}")


def issuer_stays(case: Case) -> Iterator[Problem]:
    """Who trusts a cluster's issuer can rely on it."""
    if case.before("oidcIssuerProfile.enabled") and case.get("oidcIssuerProfile.enabled") is not True:
        yield Problem("oidcIssuerProfile", "OIDCIssuerFeatureCannotBeDisabled: OIDC issuer feature cannot be disabled.")


def identities_may_act(case: Case) -> Iterator[Problem]:
    """The cluster's own identity has its rights before the cluster: over the nodes' identity, its routes, its zone."""
    for path in case.all("identity.userAssignedIdentities[*]"):
        identity = arm.find(case, path)
        if identity is None:
            continue
        kubelet = case.get("identityProfile.kubeletidentity.resourceId")
        if kubelet and not _may(case, identity, kubelet, "Managed Identity Operator"):
            words = (
                "The cluster using user-assigned managed identity must be granted 'Managed Identity Operator' role to"
            )
            yield Problem(
                "identityProfile", f"CustomKubeletIdentityMissingPermissionError: {words} assign kubelet identity."
            )
        if case.get("networkProfile.outboundType") == "userDefinedRouting":
            subnet = arm.at(case, "agentPoolProfiles[0].vnetSubnetID")
            table = mapping(subnet.outputs.get("routeTable")).get("id") if subnet else None
            if table and not _may(case, identity, table, "Network Contributor"):
                words = (
                    "The cluster using user-assigned managed identity must be granted read/write permission to "
                    f"routetable {table}."
                )
                yield Problem("identity", f"CustomRouteTableMissingPermission: {words}")
        zone = str(case.get("apiServerAccessProfile.privateDNSZone"))
        if zone.startswith("/") and not _may(case, identity, zone, "Private DNS Zone Contributor"):
            words = f"The cluster using user-assigned managed identity must be granted permission to {zone}."
            yield Problem("identity", f"CustomPrivateDNSZoneMissingPermissionError: {words}")


def _may(case: Case, identity: Object, scope: str, role: str) -> bool:
    """Tell whether an identity has a role on a resource, or on something that contains it."""
    names = mapping(case.fact("roles.built_in"))
    for assignment in case.standing(ROLE_ASSIGNMENT):
        given = assignment.outputs
        if given.get("principalId") == identity.outputs.get("principalId"):
            known = names.get(str(given.get("roleDefinitionId")).rpartition("/")[2])
            inside = f"{scope}/".lower().startswith(f"{assignment.id.rpartition('/providers/')[0]}/".lower())
            if inside and known in (role, *_MANAGERS):
                return True
    return False


# --- what comes with a cluster --------------------------------------------------------------------------------------


def what_aks_makes(case: Case) -> dict[str, Any]:
    """Name the API server, the issuer, the nodes' group, and the identities of nodes and add-ons."""
    seed, place, name = str(case.seed()), arm.location(case), str(case.get("resourceName"))
    version = case.get("kubernetesVersion") or max(mapping(case.fact("aks.minors")), key=number)
    nodes = case.get("nodeResourceGroup") or f"MC_{case.get('resourceGroupName')}_{name}_{place}"
    overlay = case.get("networkProfile.networkPluginMode") == "overlay"
    kubelet = case.get("identityProfile") or {"kubeletidentity": _identity(case, f"{name}-agentpool", nodes)}
    answer: dict[str, Any] = {
        "kubernetesVersion": version, "nodeResourceGroup": nodes, "identityProfile": kubelet,
        "currentKubernetesVersion": mapping(case.fact("aks.minors")).get(minor(version), {}).get("patch", version),
        "agentPoolProfiles": [
            {**running(case, pool, pool.get("orchestratorVersion") or version, overlay=overlay), **pool}
            for pool in case.get("agentPoolProfiles") or ()
        ],
        **_hosts(case, seed, place),
    }  # fmt: skip
    answer["addonProfiles"] = {
        addon: {"identity": _identity(case, f"{addon.lower()}-{name}", nodes), **profile}
        if profile["enabled"]
        else profile
        for addon, profile in mapping(case.get("addonProfiles")).items()
    }
    if case.get("oidcIssuerProfile.enabled"):
        issuer = f"https://{place}.oic.prod-aks.azure.com/{case.constants['tenant']}/{noise(f'{seed}|issuer', 'uuid')}/"
        answer["oidcIssuerProfile"] = {"enabled": True, "issuerURL": issuer}
    return answer


def _hosts(case: Case, seed: str, place: str) -> dict[str, str]:
    profile = mapping(case.get("apiServerAccessProfile"))
    private, zone = profile.get("enablePrivateCluster"), str(profile.get("privateDNSZone") or "system")
    prefix = case.get("dnsPrefix") or case.get("fqdnSubdomain") or case.get("resourceName")
    stem = f"{prefix}-{noise(f'{seed}|dns', 'alnum:8')}"
    hosts = {"azurePortalFQDN": f"{stem}.portal.hcp.{place}.azmk8s.io"}
    if not private or profile.get("enablePrivateClusterPublicFQDN", True):
        hosts["fqdn"] = f"{stem}.hcp.{place}.azmk8s.io"
    if private and zone.startswith("/"):
        hosts["privateFQDN"] = f"{stem}.{zone.rpartition('/')[2]}"
    elif private and zone == "system":
        hosts["privateFQDN"] = f"{stem}.{noise(f'{seed}|zone', 'uuid')}.privatelink.{place}.azmk8s.io"
    return hosts


def _identity(case: Case, name: str, group: str) -> dict[str, str]:
    path = f"/subscriptions/{case.scope.account}/resourcegroups/{group}/providers/Microsoft.ManagedIdentity"
    seed = f"{case.seed()}|{name}"
    return {
        "resourceId": f"{path}/userAssignedIdentities/{name}",
        "clientId": noise(f"{seed}|client", "uuid"),
        "objectId": noise(f"{seed}|object", "uuid"),
    }


def kubeconfig(cluster: Object, tenant: str) -> str:
    """Return the kubeconfig of a user as AKS gives it: the private name if there is one, and a sign-in by kubelogin."""
    host = cluster.outputs.get("privateFQDN") or cluster.outputs.get("fqdn")
    name, user = cluster.name, f"clusterUser_{cluster.id.split('/')[4]}_{cluster.name}"
    body = "".join(noise(f"{cluster.urn}|{cluster.generation}|ca{index}", "alnum:48") for index in range(16))
    encoded = base64.b64encode(body.encode()).decode()
    lines = "\n".join(encoded[start : start + 64] for start in range(0, len(encoded), 64))
    authority = base64.b64encode(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n".encode()).decode()
    arguments = [
        "get-token", "--environment", "AzurePublicCloud", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630",
        "--client-id", "80faf920-1908-4b52-b5ef-a8e7bedfc67a", "--tenant-id", tenant, "--login", "devicecode",
    ]  # fmt: skip
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "preferences": {},
        "clusters": [
            {"name": name, "cluster": {"certificate-authority-data": authority, "server": f"https://{host}:443"}}
        ],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
        "current-context": name,
        "users": [{"name": user, "user": {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1beta1", "command": "kubelogin", "args": arguments,
            "env": None, "provideClusterInfo": False,
        }}}],
    }  # fmt: skip
    return yaml.safe_dump(config)
