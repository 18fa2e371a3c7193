"""What EKS refuses: versions, zones, roles, access modes, and nodes that could not join; and what it computes."""

import base64
import re
from collections.abc import Iterator
from ipaddress import IPv4Network, ip_network
from typing import Any

import yaml

from rehearsal import values
from rehearsal.aws.identity import attached_policies, trusts
from rehearsal.aws.network import vpc_of
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.templates import noise
from rehearsal.values import Value

ADDON = "aws:eks/addon:Addon"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
ACCESS_ENTRY = "aws:eks/accessEntry:AccessEntry"
_MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
_PRIVATE = [IPv4Network(item) for item in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_LARGEST_SERVICE_PREFIX, _SMALLEST_SERVICE_PREFIX = 12, 24
_ZONES_NEEDED = 2
_MINORS_BEHIND = 3  # Kubernetes' own skew policy for kubelets and kube-proxy


def _minor(version: Value) -> int:
    match = re.match(r"v?1\.(\d+)", str(version))
    return int(match.group(1)) if match else 0


# --- cluster --------------------------------------------------------------------------------------------------------


def endpoint_is_reachable(case: Case) -> Iterator[Problem]:
    """Someone must reach the API: publicly, privately, or both ways."""
    if case.get("vpcConfig.endpointPublicAccess") is False and case.get("vpcConfig.endpointPrivateAccess") is False:
        text = "Private and public endpoint access cannot both be false"
        yield Problem("vpcConfig", f"InvalidParameterException: {text}")


def service_network_is_private(case: Case) -> Iterator[Problem]:
    """The service network is a private one of /24 to /12."""
    text = case.get("kubernetesNetworkConfig.serviceIpv4Cidr")
    if text is None:
        return
    network = ip_network(text)
    inside = isinstance(network, IPv4Network) and any(network.subnet_of(around) for around in _PRIVATE)
    if not inside or not _LARGEST_SERVICE_PREFIX <= network.prefixlen <= _SMALLEST_SERVICE_PREFIX:
        words = (
            f"The service CIDR {text} must be a /24 to /12 network within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
        )
        yield Problem("kubernetesNetworkConfig.serviceIpv4Cidr", f"InvalidParameterException: {words}")


def service_network_is_apart(case: Case) -> Iterator[Problem]:
    """The service network does not overlap the VPC's."""
    text = case.get("kubernetesNetworkConfig.serviceIpv4Cidr")
    subnets = case.targets("vpcConfig.subnetIds[*]")
    vpc = case.find("aws:ec2/vpc:Vpc", str(vpc_of(subnets[0]))) if subnets and text else None
    if vpc and ip_network(text).overlaps(ip_network(vpc.outputs["cidrBlock"])):
        words = f"The serviceIpv4Cidr {text} overlaps with the VPC CIDR {vpc.outputs['cidrBlock']}"
        yield Problem("kubernetesNetworkConfig.serviceIpv4Cidr", f"InvalidParameterException: {words}")


def role_trusts_eks(case: Case) -> Iterator[Problem]:
    """EKS can assume the cluster's role."""
    role = case.target("roleArn")
    if role and not trusts(role, "eks.amazonaws.com"):
        why = "could not be assumed because it does not exist or the trusted entity is not correct"
        yield Problem("roleArn", f"InvalidParameterException: Role with arn: {case.get('roleArn')}, {why}")


def control_plane_spans_zones(case: Case) -> Iterator[Problem]:
    """The subnets are of one VPC and at least two zones; so are the groups."""
    subnets = case.targets("vpcConfig.subnetIds[*]")
    if len({subnet.outputs.get("availabilityZone") for subnet in subnets}) < _ZONES_NEEDED:
        text = "Subnets specified must be in at least two different AZs"
        yield Problem("vpcConfig.subnetIds", f"InvalidParameterException: {text}")
    homes = {vpc_of(subnet) for subnet in subnets}
    if len(homes) > 1:
        text = "Subnets specified must belong to the same VPC"
        yield Problem("vpcConfig.subnetIds", f"InvalidParameterException: {text}")
    for group in case.targets("vpcConfig.securityGroupIds[*]"):
        if vpc_of(group) not in homes:
            text = f"Security group(s) [{group.id}] are not in the same VPC as the subnets."
            yield Problem("vpcConfig.securityGroupIds", f"InvalidParameterException: {text}")


def version_goes_up_by_one(case: Case) -> Iterator[Problem]:
    """A control plane goes up one minor at a time, never down."""
    old, new = case.before("version"), case.get("version")
    if new is not None and _minor(new) - _minor(old) not in (0, 1):
        text = f"Unsupported Kubernetes minor version update from {old} to {new}"
        yield Problem("version", f"InvalidParameterException: {text}")


def authentication_mode_widens(case: Case) -> Iterator[Problem]:
    """From the config map to the API there is no way back."""
    old, new = case.before("accessConfig.authenticationMode"), case.get("accessConfig.authenticationMode")
    if old in _MODES and new in _MODES and _MODES.index(new) < _MODES.index(old):
        text = f"Unsupported authentication mode update from {old} to {new}"
        yield Problem("accessConfig.authenticationMode", f"InvalidParameterException: {text}")


def cluster_is_not_protected(case: Case) -> Iterator[Problem]:
    """A protected cluster stays."""
    if case.get("deletionProtection"):
        text = f"Cannot delete the cluster {case.id} because deletion protection is enabled"
        yield Problem("", f"InvalidRequestException: {text}")


def certificate_and_service_network(case: Case) -> dict[str, Any]:
    """Give the cluster a certificate authority (text of the right form, of no key) and its service network."""
    seed = str(case.seed())
    body = base64.b64encode("".join(noise(f"{seed}|ca{index}", "alnum:48") for index in range(16)).encode()).decode()
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    pem = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
    subnets = case.targets("vpcConfig.subnetIds[*]")
    around = ip_network(subnets[0].outputs["cidrBlock"]) if subnets else ip_network("192.168.0.0/16")
    default = "172.20.0.0/16" if around.overlaps(ip_network("10.0.0.0/8")) else "10.100.0.0/16"
    return {
        "certificateAuthority": {"data": base64.b64encode(pem.encode()).decode()},
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": case.get("kubernetesNetworkConfig.serviceIpv4Cidr") or default},
    }


# --- node groups ----------------------------------------------------------------------------------------------------


def scaling_is_ordered(case: Case) -> Iterator[Problem]:
    """minSize <= desiredSize <= maxSize."""
    low, want, high = (case.get(f"scalingConfig.{name}") for name in ("minSize", "desiredSize", "maxSize"))
    if low is not None and want is not None and low > want:
        text = f"Minimum capacity {low} can't be greater than desired size {want}"
        yield Problem("scalingConfig.minSize", f"InvalidParameterException: {text}")
    if want is not None and high is not None and want > high:
        text = f"desired capacity {want} can't be greater than max size {high}"
        yield Problem("scalingConfig.desiredSize", f"InvalidParameterException: {text}")


def instances_fit_the_image(case: Case) -> Iterator[Problem]:
    """The image's processor is the instances'."""
    wanted = case.fact("eks.ami_types").get(case.get("amiType", "AL2023_x86_64_STANDARD"), "any")
    known = case.fact("ec2.instance_types")
    wrong = [name for name in case.all("instanceTypes[*]") if known[name]["architecture"] != wanted]
    if wrong and wanted != "any":
        text = f"[{', '.join(wrong)}] is not a valid instance type for requested amiType {case.get('amiType')}"
        yield Problem("instanceTypes", f"InvalidParameterException: {text}")


def nodes_stay_in_cluster_vpc(case: Case) -> Iterator[Problem]:
    """Nodes stand in the cluster's VPC."""
    cluster = case.target("clusterName")
    for subnet in case.targets("subnetIds[*]"):
        if cluster and vpc_of(subnet) != vpc_of(cluster):
            text = f"Subnet {subnet.id} does not belong to the VPC of cluster {cluster.id}"
            yield Problem("subnetIds", f"InvalidParameterException: {text}")


def node_role_is_ready(case: Case) -> Iterator[Problem]:
    """EC2 can assume the role, and it may register nodes before the first one starts."""
    role = case.target("nodeRoleArn")
    if role and not trusts(role, "ec2.amazonaws.com"):
        text = "Following required service principals [ec2.amazonaws.com] were not found in the trust relationships of"
        yield Problem("nodeRoleArn", f"InvalidParameterException: {text} nodeRole {case.get('nodeRoleArn')}")
    elif role and not attached_policies(case, role) & set(case.fact("eks.node_policies")):
        why = f"the role {role.id} has no AmazonEKSWorkerNodePolicy when the nodes start: depend on its attachment"
        yield Problem("nodeRoleArn", f"NodeCreationFailure: Instances failed to join the kubernetes cluster [{why}]")


def nodes_can_join(case: Case) -> Iterator[Problem]:
    """Nodes become ready only with a network plugin."""
    cluster = case.target("clusterName")
    if cluster and cluster.outputs.get("bootstrapSelfManagedAddons") is False:
        addons = {item.outputs["addonName"] for item in case.inventory.referrers(cluster.key, type=ADDON)}
        if "vpc-cni" not in addons:
            why = "bootstrapSelfManagedAddons is off and the add-on vpc-cni is not there yet: depend on it"
            yield Problem("clusterName", f"NodeCreationFailure: Unhealthy nodes in the kubernetes cluster [{why}]")


def template_leaves_room(case: Case) -> Iterator[Problem]:
    """A launch template and its node group do not say the same thing twice, and some things only EKS says."""
    template = case.target("launchTemplate.id")
    if template is None:
        return
    said = template.outputs
    if said.get("instanceType") and case.properties.get("instanceTypes"):
        text = "You cannot specify an instance type in both the launch template and the node group"
        yield Problem("instanceTypes", f"InvalidParameterException: {text}")
    if case.properties.get("diskSize") is not None:
        text = "Disk size must be specified within the launch template."
        yield Problem("diskSize", f"InvalidRequestException: {text}")
    for forbidden in ("iamInstanceProfile", "hibernationOptions"):
        if said.get(forbidden):
            text = f"The launch template {template.id} must not set {forbidden}"
            yield Problem("launchTemplate", f"InvalidRequestException: {text}")
    latest = said.get("latestVersion")
    version = case.get("launchTemplate.version")
    if version not in (None, "$Latest", "$Default") and str(version).isdigit() and int(version) > int(latest or 0):
        text = f"Launch template {template.id} has no version {version}; the latest is {latest}"
        yield Problem("launchTemplate.version", f"InvalidRequestException: {text}")


def node_version_follows_cluster(case: Case) -> Iterator[Problem]:
    """Nodes are never newer than their control plane, and at most three minors behind."""
    cluster, version = case.target("clusterName"), case.get("version")
    if cluster and version is not None:
        runs = cluster.outputs["version"]
        if not 0 <= _minor(runs) - _minor(version) <= _MINORS_BEHIND:
            text = f"Requested Nodegroup Kubernetes version {version} is not valid for cluster version {runs}"
            yield Problem("version", f"InvalidParameterException: {text}")


def node_size(case: Case) -> dict[str, Any]:
    """Give back instance types and disk size where neither the group nor its template says them."""
    template = case.target("launchTemplate.id")
    of_template = template.outputs.get("instanceType") if template else None
    types = case.properties.get("instanceTypes") or ([] if of_template else ["t3.medium"])
    return {"instanceTypes": types, **({} if template else {"diskSize": case.get("diskSize", 20)})}


# --- add-ons --------------------------------------------------------------------------------------------------------


def addon_configuration(case: Case) -> Iterator[Problem]:
    """The configuration is JSON or YAML text of an object; environment values are strings."""
    text = case.get("configurationValues")
    if not text:
        return
    try:
        opened = yaml.safe_load(text)
    except yaml.YAMLError:
        opened = None
    intro = "InvalidParameterException: ConfigurationValue provided in request is not supported: "
    if not isinstance(opened, dict):
        yield Problem("configurationValues", f"{intro}it is neither a JSON nor a YAML object")
        return
    for path, value in values.find(opened, "env.*") if isinstance(opened.get("env"), dict) else ():
        if not isinstance(value, str):
            where = ".".join(map(str, path))
            kind = "boolean" if isinstance(value, bool) else type(value).__name__.replace("int", "integer")
            words = f"Json schema validation failed with error: [$.{where}: {kind} found, string expected]"
            yield Problem("configurationValues", intro + words)


def addon_fits_the_cluster(case: Case) -> Iterator[Problem]:
    """kube-proxy follows the cluster's minor; which builds of an add-on are offered is not known here."""
    cluster, version = case.target("clusterName"), case.get("addonVersion")
    facts = case.fact("eks.addons").get(case.get("addonName"), {})
    if cluster and version and facts.get("follows"):
        behind = _minor(cluster.outputs["version"]) - _minor(version)
        if not 0 <= behind <= _MINORS_BEHIND:
            text = f"Addon version {version} is not supported for Kubernetes version {cluster.outputs['version']}"
            yield Problem("addonVersion", f"InvalidParameterException: {text}")


def addon_has_nodes(case: Case) -> Iterator[Problem]:
    """An add-on whose pods need nodes never becomes active without them."""
    cluster = case.target("clusterName")
    facts = case.fact("eks.addons").get(case.get("addonName"), {})
    if cluster and facts.get("nodes") and not case.inventory.referrers(cluster.key, type=NODE_GROUP):
        name = f"{cluster.id}:{case.get('addonName')}"
        text = f"waiting for EKS Add-On ({name}) create: timeout while waiting for state to become 'ACTIVE'"
        yield Problem("clusterName", f"{text} (last state: 'DEGRADED') [no node group runs its pods: depend on one]")


# --- access ---------------------------------------------------------------------------------------------------------


def entry_type_allows_groups(case: Case) -> Iterator[Problem]:
    """Only STANDARD entries take groups or a user name."""
    kind = case.get("type")
    if kind != "STANDARD" and (case.properties.get("kubernetesGroups") or case.properties.get("userName")):
        text = f"An access entry of type {kind} takes neither kubernetesGroups nor userName"
        yield Problem("kubernetesGroups", f"InvalidParameterException: {text}")


def cluster_takes_entries(case: Case) -> Iterator[Problem]:
    """The cluster authenticates by the API, and a node group's role has its entry already."""
    cluster = case.target("clusterName")
    if cluster and cluster.outputs["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        text = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]"
        yield Problem("clusterName", f"InvalidRequestException: {text} to perform this operation.")
    for group in case.inventory.referrers(cluster.key, type=NODE_GROUP) if cluster else ():
        if group.outputs.get("nodeRoleArn") == case.get("principalArn"):
            text = "The specified access entry resource is already in use on this cluster."
            yield Problem("principalArn", f"ResourceInUseException: {text} [node group {group.id} made it]")


def scope_is_complete(case: Case) -> Iterator[Problem]:
    """Namespaces are named for the scope `namespace`, and only for it."""
    kind, named = case.get("accessScope.type"), bool(values.get(case.properties, "accessScope.namespaces"))
    if kind is not None and (kind == "namespace") != named:
        text = f"accessScope of type {kind} {'needs' if kind == 'namespace' else 'takes no'} namespaces"
        yield Problem("accessScope", f"InvalidParameterException: {text}")


def entry_takes_policies(case: Case) -> Iterator[Problem]:
    """Policies go to an existing STANDARD entry."""
    entry = case.find(ACCESS_ENTRY, f"{case.get('clusterName')}:{case.get('principalArn')}")
    if entry is None:
        text = "The specified principalArn could not be found. You can view your available access entries with"
        yield Problem("principalArn", f"ResourceNotFoundException: {text} 'aws eks list-access-entries'.")
    elif entry.outputs.get("type") != "STANDARD":
        text = f"Access policies cannot be associated with an access entry of type {entry.outputs.get('type')}"
        yield Problem("principalArn", f"InvalidRequestException: {text}")


def role_trusts_pods(case: Case) -> Iterator[Problem]:
    """Pods get a role that lets EKS hand it out."""
    role = case.target("roleArn")
    if role and not trusts(role, "pods.eks.amazonaws.com"):
        text = f"Trust policy of role {role.id} must allow pods.eks.amazonaws.com to assume it"
        yield Problem("roleArn", f"InvalidParameterException: {text}")
