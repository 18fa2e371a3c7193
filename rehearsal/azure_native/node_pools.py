"""What Azure refuses of node pools, as part of a cluster or on their own; and what runs on them."""

import re
from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.inventory import Object
from rehearsal.values import UNKNOWN, Value, mapping

CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
Pool = Mapping[str, Any]
_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
_TAINT = re.compile(r"([a-zA-Z0-9./_-]+)=([a-zA-Z0-9._-]*):(NoSchedule|PreferNoSchedule|NoExecute)")
_LABEL_VALUE = re.compile(r"([a-zA-Z0-9]([\w.-]{0,61}[a-zA-Z0-9])?)?")
_SYSTEM_TAINT = "CriticalAddonsOnly=true"
_PODS = (10, 250)
_MOST_NODES = 1000
_SYSTEM_VCPU, _SYSTEM_MEMORY_GIB = 2, 4
_MINORS_BEHIND = 3
_DEFAULT_PODS, _DEFAULT_PODS_OVERLAY = 30, 250
_FIXED = (
    "vmSize",
    "availabilityZones",
    "osDiskSizeGB",
    "osDiskType",
    "maxPods",
    "vnetSubnetID",
    "podSubnetID",
    "osType",
)


def minor(version: Value) -> str:
    """Return `1.35` for `1.35.6`."""
    return ".".join(str(version).split(".")[:2])


def number(version: Value) -> int:
    """Return 35 for `1.35.6`, 0 for what is no version."""
    match = re.match(r"1\.(\d+)", str(version))
    return int(match.group(1)) if match else 0


def most_nodes(pool: Pool) -> int:
    """Return how many nodes a pool may have at once: its maximum, and those an upgrade adds."""
    nodes = int((pool.get("maxCount") if pool.get("enableAutoScaling") else None) or pool.get("count") or 1)
    surge = str(mapping(pool.get("upgradeSettings")).get("maxSurge") or "10%")
    extra = ceil(nodes * int(surge[:-1]) / 100) if surge.endswith("%") else int(surge)
    return nodes + max(extra, 1)


def pods_a_node(pool: Pool, *, overlay: bool) -> int:
    """Return how many pods a node of a pool takes."""
    return int(pool.get("maxPods") or (_DEFAULT_PODS_OVERLAY if overlay else _DEFAULT_PODS))


def pools(cluster: Object) -> list[Pool]:
    """Return the pools that are part of a cluster's own body."""
    return [mapping(pool) for pool in cluster.outputs.get("agentPoolProfiles") or ()]


def every_pool(case: Case) -> list[Pool]:
    """Return the pools of the cluster this resource is, or is part of, this one as it will be."""
    if case.type == CLUSTER:
        others = arm.below(case, POOL, arm.own_path(case))
        return [*(case.get("agentPoolProfiles") or ()), *(other.outputs for other in others)]
    cluster = arm.parent(case)
    return [*(pools(cluster) if cluster else ()), *(other.outputs for other in arm.siblings(case)), case.properties]


# --- by its inputs alone --------------------------------------------------------------------------------------------


def a_system_pool_runs(case: Case) -> Iterator[Problem]:
    """A cluster has nodes for its own pods."""
    given = case.get("agentPoolProfiles")
    if given is None and not case.is_unknown("agentPoolProfiles"):
        yield Problem("agentPoolProfiles", "InvalidParameter: Required parameter agentPoolProfiles is missing (null).")
    elif given and not any(pool.get("mode") in ("System", UNKNOWN) for pool in given):
        yield Problem("agentPoolProfiles", "InvalidParameter: Must define at least one system pool.")


def pools_are_valid(case: Case) -> Iterator[Problem]:
    """The pools of a cluster's own body are valid, and differ in name."""
    given = [pool for pool in case.get("agentPoolProfiles") or () if isinstance(pool, dict)]
    names = [pool.get("name") for pool in given]
    for index, pool in enumerate(given):
        yield from _valid(case, pool, f"agentPoolProfiles[{index}]", str(pool.get("name")))
        if pool.get("name") in names[:index]:
            words = f"Agent pool profile names must be unique; {pool.get('name')} is given twice."
            yield Problem(f"agentPoolProfiles[{index}].name", f"InvalidParameter: {words}")


def pool_is_valid(case: Case) -> Iterator[Problem]:
    """A pool on its own is valid."""
    yield from _valid(case, case.properties, "", str(case.get("agentPoolName")))


def _valid(case: Case, pool: Pool, at: str, name: str) -> Iterator[Problem]:
    prefix = f"{at}." if at else ""
    if not _NAME.fullmatch(name):
        words = f"'{name}' must begin with a lower-case letter and have at most 12 lower-case letters and digits"
        yield Problem(
            f"{prefix}name", f"InvalidParameter: The value of parameter agentPoolProfile.name is invalid: {words}"
        )
    yield from _size(case, pool, prefix)
    yield from _scale(pool, prefix)
    yield from _taints(pool, prefix)
    for key, value in mapping(pool.get("nodeLabels")).items():
        if "kubernetes.azure.com/" in key or "kubernetes.io/" in key:
            words = f"The label {key} has a reserved prefix"
            yield Problem(f"{prefix}nodeLabels", f"NodeLabelReserved: {words}")
        elif isinstance(value, str) and not _LABEL_VALUE.fullmatch(value):
            words = f"The value '{value}' of label {key} must have at most 63 letters, digits, -, _ and ."
            yield Problem(f"{prefix}nodeLabels", f"InvalidNodeLabel: {words}")


def _size(case: Case, pool: Pool, prefix: str) -> Iterator[Problem]:
    size, sizes = pool.get("vmSize"), mapping(case.fact("aks.vm_sizes"))
    if not isinstance(size, str):
        return
    if size not in sizes:
        words = f"The VM size of {size} is not allowed in your subscription in location '{arm.location(case)}'."
        yield Problem(f"{prefix}vmSize", f"BadRequest: {words}{suggestion(size, sizes)}")
        return
    known, disk = sizes[size], pool.get("osDiskSizeGB")
    small = known["vcpu"] < _SYSTEM_VCPU or known["memory_gib"] < _SYSTEM_MEMORY_GIB
    if pool.get("mode") == "System" and small:
        words = f"The VM SKU {size} is too small for a system pool: at least 2 vCPU and 4 GB are needed."
        yield Problem(f"{prefix}vmSize", f"SystemPoolSkuTooLow: {words}")
    if pool.get("osDiskType") == "Ephemeral" and isinstance(disk, int) and disk > known["cache_gib"]:
        words = (
            f"OS disk of Ephemeral VM with size greater than {known['cache_gib']} GB is not allowed for VM size {size} "
            "when the DiffDiskPlacement is CacheDisk."
        )
        yield Problem(f"{prefix}osDiskSizeGB", f"InvalidParameter: {words}")


def _scale(pool: Pool, prefix: str) -> Iterator[Problem]:
    count, low, high = (pool.get(name) for name in ("count", "minCount", "maxCount"))
    numbers = [value for value in (count, low, high) if isinstance(value, int)]
    if any(value > _MOST_NODES for value in numbers):
        yield Problem(f"{prefix}count", f"InvalidParameter: A pool has at most {_MOST_NODES} nodes.")
    if pool.get("enableAutoScaling") is True:
        if low is None or high is None:
            words = "minCount and maxCount are required when enableAutoScaling is true."
            yield Problem(f"{prefix}minCount", f"InvalidParameter: {words}")
        elif isinstance(low, int) and isinstance(high, int) and low > high:
            words = f"The value of parameter agentPoolProfile.minCount {low} must not be greater than maxCount {high}."
            yield Problem(f"{prefix}maxCount", f"MinCountGreaterThanMaxCount: {words}")
        elif isinstance(count, int) and len(numbers) == len((count, low, high)) and not low <= count <= high:
            words = (
                f"The value of parameter agentPoolProfile.count {count} must be between minCount {low} and maxCount "
                f"{high}."
            )
            yield Problem(f"{prefix}count", f"InvalidParameter: {words}")
    elif (low is not None or high is not None) and pool.get("enableAutoScaling") is not UNKNOWN:
        words = "minCount and maxCount are only allowed when enableAutoScaling is true."
        yield Problem(f"{prefix}minCount", f"InvalidParameter: {words}")
    if pool.get("mode") == "System" and 0 in (count, low):
        yield Problem(f"{prefix}count", "InvalidParameter: A system pool must have at least one node.")
    pods = pool.get("maxPods")
    if isinstance(pods, int) and not _PODS[0] <= pods <= _PODS[1]:
        words = f"The value of parameter agentPoolProfile.maxPods {pods} is not in the range {_PODS[0]} to {_PODS[1]}."
        yield Problem(f"{prefix}maxPods", f"InvalidParameter: {words}")


def _taints(pool: Pool, prefix: str) -> Iterator[Problem]:
    for taint in pool.get("nodeTaints") or ():
        match = _TAINT.fullmatch(taint) if isinstance(taint, str) else None
        if isinstance(taint, str) and match is None:
            words = (
                f"Taint '{taint}' is not of the form key=value:Effect with NoSchedule, PreferNoSchedule or NoExecute."
            )
            yield Problem(f"{prefix}nodeTaints", f"InvalidNodeTaint: {words}")
        elif match and pool.get("mode") == "System":
            hard = match.group(3) != "PreferNoSchedule"
            if hard and not taint.startswith(f"{_SYSTEM_TAINT}:"):
                words = f"Taint '{taint}' is not allowed on a system pool: only {_SYSTEM_TAINT} keeps pods off it."
                yield Problem(f"{prefix}nodeTaints", f"SystemPoolTaintNotAllowed: {words}")


# --- by what stands -------------------------------------------------------------------------------------------------


def pool_fits_the_cluster(case: Case) -> Iterator[Problem]:
    """Nodes are never newer than their control plane, and at most three minors behind."""
    cluster, version = arm.parent(case), case.get("orchestratorVersion")
    runs = cluster.outputs.get("kubernetesVersion") if cluster else None
    if version is None or runs is None:
        return
    behind = number(runs) - number(version)
    if not 0 <= behind <= _MINORS_BEHIND:
        words = (
            f"Node pool version {version} and control plane version {runs} are incompatible. Minor version of node "
            f"pool version {number(version)} is {'bigger than' if behind < 0 else 'too far behind'} control plane "
            f"version {number(runs)}."
        )
        yield Problem("orchestratorVersion", f"NodePoolMcVersionIncompatible: {words}")


def name_is_free(case: Case) -> Iterator[Problem]:
    """A pool of the cluster's own body has its name for itself."""
    cluster = arm.parent(case)
    if cluster and case.get("agentPoolName") in [pool.get("name") for pool in pools(cluster)]:
        yield Problem("agentPoolName", f"cannot create already existing resource '{arm.own_path(case)}'")


def pool_keeps_its_form(case: Case) -> Iterator[Problem]:
    """Size, zones, disk and subnet of nodes are for life: another form is another pool."""
    yield from _kept(case.old.outputs if case.old else {}, case.properties, "")


def pools_keep_their_form(case: Case) -> Iterator[Problem]:
    """So they are for the pools of the cluster's own body."""
    standing = {pool.get("name"): pool for pool in (pools(case.old) if case.old else ())}
    for index, pool in enumerate(case.get("agentPoolProfiles") or ()):
        yield from _kept(standing.get(pool.get("name"), {}), pool, f"agentPoolProfiles[{index}].")


def _kept(old: Pool, new: Pool, prefix: str) -> Iterator[Problem]:
    for name in _FIXED:
        if old.get(name) is not None and new.get(name) is not None and old[name] != new[name]:
            words = f"Changing property 'properties.{name}' is not allowed."
            yield Problem(prefix + name, f"PropertyChangeNotAllowed: {words}")


def what_a_pool_runs(case: Case) -> dict[str, Any]:
    """Give back the version, image and sizes that nodes start with."""
    cluster = arm.parent(case)
    version = case.get("orchestratorVersion") or (cluster.outputs.get("currentKubernetesVersion") if cluster else None)
    overlay = mapping(cluster.outputs.get("networkProfile")).get("networkPluginMode") == "overlay" if cluster else False
    return running(case, case.properties, version, overlay=overlay)


def running(case: Case, pool: Pool, version: Value, *, overlay: bool) -> dict[str, Any]:
    """Return what AKS adds to a pool."""
    known = mapping(case.fact("aks.minors")).get(minor(version), {})
    return {
        "orchestratorVersion": version, "currentOrchestratorVersion": known.get("patch", version),
        "nodeImageVersion": "AKSUbuntu-2404gen2containerd-202611.10.0",
        "maxPods": pods_a_node(pool, overlay=overlay), "powerState": {"code": "Running"},
        "provisioningState": "Succeeded",
    }  # fmt: skip
