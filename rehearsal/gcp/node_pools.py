"""What GKE refuses of a node pool: bounds, upgrades, pods without addresses; and what it computes."""

from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.clusters import CLUSTER, minor
from rehearsal.gcp.network import SUBNET, network_of, secondary_range
from rehearsal.gcp.paths import GcpCase, last, region_of
from rehearsal.gcp.refusals import invalid
from rehearsal.inventory import Object
from rehearsal.templates import noise
from rehearsal.values import Value, mapping

NODE_POOL = "gcp:container/nodePool:NodePool"
_DEFAULT_PODS, _ADDRESS_BITS = 110, 32
_RESERVED_LABELS = ("kubernetes.io/", "k8s.io/", "cloud.google.com/")


def bounds_are_ordered(case: GcpCase) -> Iterator[Problem]:
    """A pool counts nodes of each zone or of all together, and min <= max."""
    given = mapping(case.get("autoscaling"))
    each, total = ("minNodeCount", "maxNodeCount"), ("totalMinNodeCount", "totalMaxNodeCount")
    if any(given.get(it) for it in each) and any(given.get(it) for it in total):
        words = (
            "Limits of each zone (min/max_node_count) and of all zones (total_min/max_node_count) exclude each other"
        )
        yield invalid("autoscaling", words)
    for low, high in (each, total):
        least, most = given.get(low), given.get(high)
        if least is not None and not isinstance(most, int) and low in given and not case.is_unknown("autoscaling"):
            yield invalid("autoscaling", f"{low} is set without {high}")
        elif isinstance(least, int) and isinstance(most, int) and least > most:
            yield invalid("autoscaling", f"minimum node count {least} cannot be greater than the maximum {most}")
    if given and case.properties.get("nodeCount") is not None:
        yield Problem("nodeCount", '"node_count": conflicts with autoscaling: the autoscaler sets it')
    first, most = case.get("initialNodeCount"), given.get("maxNodeCount")
    if isinstance(first, int) and isinstance(most, int) and first > most:
        yield invalid("initialNodeCount", f"initial node count {first} is greater than the maximum {most} of a zone")


def upgrades_move_on(case: GcpCase) -> Iterator[Problem]:
    """An upgrade adds a node or takes one away: with neither it stands still."""
    given = mapping(case.get("upgradeSettings"))
    if given.get("strategy") == "SURGE":
        more, fewer = given.get("maxSurge"), given.get("maxUnavailable")
        if more == 0 and not fewer and not case.is_unknown("upgradeSettings"):
            yield invalid("upgradeSettings", "One of max_surge and max_unavailable must be greater than 0")
    if given.get("strategy") == "BLUE_GREEN" and (given.get("maxSurge") or given.get("maxUnavailable")):
        yield invalid("upgradeSettings", "max_surge and max_unavailable are for the SURGE strategy only")


def spot_or_preemptible(case: GcpCase) -> Iterator[Problem]:
    """A machine that can be taken away is of one kind."""
    if case.get("nodeConfig.spot") and case.get("nodeConfig.preemptible"):
        yield invalid("nodeConfig", "Cannot specify both preemptible and spot nodes")


def labels_are_free(case: GcpCase) -> Iterator[Problem]:
    """Labels of Kubernetes and of Google are theirs."""
    for key in mapping(case.get("nodeConfig.labels")):
        prefix = f"{key.rpartition('/')[0]}/"
        if any(prefix.endswith(it) for it in _RESERVED_LABELS):
            words = f"Node labels in the kubernetes.io and cloud.google.com namespaces are reserved: {key}"
            yield invalid("nodeConfig.labels", words)


def cluster_of(case: GcpCase) -> Object | None:
    """Return the pool's cluster."""
    return case.find(CLUSTER, str(case.get("cluster")))


def pool_stands_with_its_cluster(case: GcpCase) -> Iterator[Problem]:
    """A pool is where its cluster is, not newer, and knows pods' identities only if the cluster does."""
    cluster = cluster_of(case)
    if cluster is None:
        return
    newer = case.get("version")
    if newer and minor(newer) > minor(cluster.outputs["masterVersion"]):
        words = f'Node version "{newer}" must not be newer than master version "{cluster.outputs["masterVersion"]}"'
        yield invalid("version", words)
    pool = mapping(cluster.outputs.get("workloadIdentityConfig")).get("workloadPool")
    if case.get("nodeConfig.workloadMetadataConfig.mode") == "GKE_METADATA" and not pool:
        words = "Workload metadata mode GKE_METADATA needs a cluster with a workload identity pool"
        yield invalid("nodeConfig.workloadMetadataConfig", words)
    for zone in case.get("nodeLocations") or ():
        if region_of(last(zone)) != region_of(str(cluster.outputs["location"])):
            yield invalid("nodeLocations", f"Zone {zone} is not in the location of the cluster {cluster.name}")


def _most_nodes(pool: Value) -> int:
    scaling, zones = mapping(pool.get("autoscaling")), len(pool.get("nodeLocations") or ()) or 3
    each = scaling.get("maxNodeCount") or pool.get("nodeCount") or pool.get("initialNodeCount") or 0
    return int(scaling.get("totalMaxNodeCount") or each * zones)


def pods_have_room(case: GcpCase) -> Iterator[Problem]:
    """Each node takes a block of the pods' range, twice as large as its pods: pools at their most fit into it."""
    cluster = cluster_of(case)
    subnet = case.find(SUBNET, str(cluster.outputs.get("subnetwork"))) if cluster else None
    if cluster is None or subnet is None:
        return
    policy = mapping(cluster.outputs.get("ipAllocationPolicy"))
    range_ = secondary_range(subnet, policy.get("clusterSecondaryRangeName"))
    others = [
        it.outputs for it in case.standing(NODE_POOL)
        if it.id.startswith(f"{cluster.id}/") and it.id != case.own_path()
    ]  # fmt: skip
    pools = [*others, case.properties]
    if range_ and (wanted := sum(_most_nodes(it) * _block(it) for it in pools)) > range_.num_addresses:
        words = (
            f"Pods of all pools at their maximum take {wanted} addresses; the range {range_} has {range_.num_addresses}"
        )
        yield invalid("autoscaling", f"IP_SPACE_EXHAUSTED: {words}")
    own = network_of(subnet.outputs["ipCidrRange"])
    nodes = sum(_most_nodes(it) for it in pools)
    if own and nodes > own.num_addresses - 4:
        words = f"{nodes} nodes at the maximum; the subnetwork {own} has {own.num_addresses - 4} addresses"
        yield invalid("autoscaling", f"IP_SPACE_EXHAUSTED: {words}")


def _block(pool: Value) -> int:
    pods = int(pool.get("maxPodsPerNode") or _DEFAULT_PODS)
    return 1 << (2 * pods - 1).bit_length()


def what_gke_makes(case: GcpCase) -> dict[str, Any]:
    """Name the version, the zones and the groups of machines."""
    cluster, seed = cluster_of(case), str(case.seed())
    version = case.get("version") or (cluster.outputs["masterVersion"] if cluster else None)
    place = str(case.place)
    letters = case.fact("regions.regions").get(place, [])
    zones = case.get("nodeLocations") or [f"{place}-{it}" for it in letters[:3]] or [place]
    name = f"gke-{last(case.get('cluster'))}-{case.get('name')}-{noise(f'{seed}|group', 'hex:8')}-grp"
    urls = [
        f"https://www.googleapis.com/compute/v1/projects/{case.project}/zones/{last(zone)}/instanceGroupManagers/{name}"
        for zone in zones
    ]
    return {
        "version": version, "nodeLocations": zones, "instanceGroupUrls": urls,
        "managedInstanceGroupUrls": [url.replace("Managers", "s") for url in urls],
        "nodeCount": case.get("nodeCount", case.get("initialNodeCount", 0)),
    }  # fmt: skip
