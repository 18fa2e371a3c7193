"""What GKE refuses of a cluster: versions, ranges, endpoints, times of upgrades; and what it computes."""

import base64
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from ipaddress import IPv4Network
from typing import Any

from rehearsal import values
from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.invokes import project_number
from rehearsal.gcp.network import SUBNET, address_in, network_of, public_address, same_network, secondary_range
from rehearsal.gcp.paths import GcpCase, region_of
from rehearsal.gcp.refusals import invalid
from rehearsal.templates import noise
from rehearsal.values import Value, mapping

CLUSTER = "gcp:container/cluster:Cluster"
_CONTROL_PLANE_PREFIX = 28
#: In any 32 days GKE wants 48 hours for its work, in windows of four hours at least.
_DAYS, _HOURS_NEEDED, _SHORTEST_WINDOW_HOURS = 32, 48, 4
_DAYS_OF_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREEZE_DAYS = {"NO_UPGRADES": 30, "NO_MINOR_UPGRADES": 180, "NO_MINOR_OR_NODE_UPGRADES": 180}
_MOST_FREEZES = 3
_WINDOW_RULE = re.compile(r"FREQ=(DAILY|WEEKLY)(?:;BYDAY=([A-Z]{2}(?:,[A-Z]{2})*))?")


def minor(version: Value) -> int:
    """Return the 35 of 1.35.4-gke.1389000; 0 for what is no version."""
    found = re.match(r"1\.(\d+)", str(version))
    return int(found.group(1)) if found else 0


def offered(case: GcpCase) -> list[str]:
    """Return the minors that the cluster's channel offers, the default one first."""
    return case.fact("gke.channels").get(case.get("releaseChannel.channel", "REGULAR"), [])


def version_is_offered(case: GcpCase) -> Iterator[Problem]:
    """A version is one that the release channel offers."""
    given = case.get("minMasterVersion")
    if given is None or given in ("latest", "-"):
        return
    known = offered(case)
    if not re.fullmatch(r"1\.\d+(\.\d+(-gke\.\d+)?)?", given) or f"1.{minor(given)}" not in known:
        channel = case.get("releaseChannel.channel", "REGULAR")
        near = suggestion(given, known) or f" [{channel} offers {', '.join(sorted(known))}]"
        yield invalid("minMasterVersion", f'Master version "{given}" is unsupported', "badRequest" + near)


def version_goes_up_by_one(case: GcpCase) -> Iterator[Problem]:
    """A control plane goes up one minor at a time, never down."""
    old, new = case.before("masterVersion"), case.get("minMasterVersion")
    if old is not None and new is not None and minor(new) - minor(old) > 1:
        words = f'Master cannot be upgraded from "{old}" to "{new}": cannot skip a minor version'
        yield invalid("minMasterVersion", words)


def control_plane_has_a_place(case: GcpCase) -> Iterator[Problem]:
    """A private control plane has a /28 of its own or a subnet, not both."""
    block = case.get("privateClusterConfig.masterIpv4CidrBlock")
    if block is not None:
        if case.properties["privateClusterConfig"].get("privateEndpointSubnetwork") is not None:
            words = "master_ipv4_cidr_block and private_endpoint_subnetwork cannot both be specified"
            yield invalid("privateClusterConfig", words)
        found = network_of(block)
        if found is None or found.prefixlen != _CONTROL_PLANE_PREFIX:
            words = f"Invalid master authorized network: master IPv4 CIDR block {block} must be a /28"
            yield invalid("privateClusterConfig.masterIpv4CidrBlock", words)
    if case.get("privateClusterConfig.enablePrivateNodes") and case.get("networkingMode") == "ROUTES":
        words = "enablePrivateNodes must only be set when IP aliases (VPC_NATIVE) are enabled"
        yield invalid("privateClusterConfig", words)


def endpoints_can_be_reached(case: GcpCase) -> Iterator[Problem]:
    """Someone must reach the API: by an address or by a name."""
    ip = case.get("controlPlaneEndpointsConfig.ipEndpointsConfig.enabled")
    name = case.get("controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic")
    if ip is False and not name and not case.is_unknown("controlPlaneEndpointsConfig"):
        words = "At least one of the control plane's endpoints must be enabled: IP addresses, or the DNS endpoint"
        yield invalid("controlPlaneEndpointsConfig", words)
    if ip is False and case.get("masterAuthorizedNetworksConfig.cidrBlocks"):
        words = "Authorized networks cannot be set when the endpoints by IP address are disabled"
        yield invalid("masterAuthorizedNetworksConfig", words)


def pods_and_services_have_ranges(case: GcpCase) -> Iterator[Problem]:
    """Pods and services are each addressed in one way."""
    given = mapping(case.get("ipAllocationPolicy"))
    for kind, block in (("cluster", "clusterIpv4CidrBlock"), ("services", "servicesIpv4CidrBlock")):
        if given.get(f"{kind}SecondaryRangeName") and given.get(block):
            words = f"Only one of {kind}_secondary_range_name and {kind}_ipv4_cidr_block can be specified"
            yield invalid("ipAllocationPolicy", words)
    if case.get("ipAllocationPolicy") is not None and case.get("networkingMode") == "ROUTES":
        yield invalid("ipAllocationPolicy", "ip_allocation_policy cannot be set with networking_mode ROUTES")


def secrets_have_a_key(case: GcpCase) -> Iterator[Problem]:
    """What is to be encrypted has a key."""
    state, given = case.get("databaseEncryption.state"), mapping(case.properties.get("databaseEncryption"))
    if state == "ENCRYPTED" and not given.get("keyName"):
        yield invalid("databaseEncryption", "Database encryption state ENCRYPTED needs a key name")
    if state == "DECRYPTED" and given.get("keyName"):
        yield invalid("databaseEncryption", "Database encryption state DECRYPTED takes no key name")


def workload_pool_is_the_projects(case: GcpCase) -> Iterator[Problem]:
    """There is one pool of pods' identities, the project's."""
    pool = case.get("workloadIdentityConfig.workloadPool")
    if pool is not None and pool != f"{case.project}.svc.id.goog":
        words = f"Currently, the only supported identity namespace is the workload pool {case.project}.svc.id.goog"
        yield invalid("workloadIdentityConfig.workloadPool", f"{words}, not {pool}")


def first_pool_is_said(case: GcpCase) -> Iterator[Problem]:
    """A cluster begins with a node, even if its first pool goes at once."""
    autopilot = case.get("enableAutopilot")
    if not autopilot and not case.properties.get("nodePools") and not case.properties.get("initialNodeCount"):
        yield invalid("initialNodeCount", "Cluster.initial_node_count must be greater than zero")
    if autopilot and case.properties.get("removeDefaultNodePool"):
        yield Problem("removeDefaultNodePool", '"remove_default_node_pool": conflicts with enable_autopilot')


def dataplane_can_do_it(case: GcpCase) -> Iterator[Problem]:
    """Encryption between nodes and policies by Dataplane V2 are Dataplane V2's."""
    advanced = case.get("datapathProvider") == "ADVANCED_DATAPATH" or case.get("enableAutopilot")
    if case.get("inTransitEncryptionConfig") == "IN_TRANSIT_ENCRYPTION_INTER_NODE_TRANSPARENT" and not advanced:
        words = "Inter-node transparent encryption requires Dataplane V2 (datapath_provider ADVANCED_DATAPATH)"
        yield invalid("inTransitEncryptionConfig", words)
    if advanced and case.get("networkPolicy.enabled"):
        words = "Enabling NetworkPolicy for clusters with DatapathProvider=ADVANCED_DATAPATH is not allowed"
        yield invalid("networkPolicy", words)


# --- upgrades --------------------------------------------------------------------------------------------------------


def _moment(text: Value) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def there_is_time_for_upgrades(case: GcpCase) -> Iterator[Problem]:
    """A window recurs often and long enough."""
    window, path = case.get("maintenancePolicy.recurringWindow"), "maintenancePolicy.recurringWindow"
    if not isinstance(window, dict) or values.contains_unknown(window):
        return
    start, end = _moment(window.get("startTime")), _moment(window.get("endTime"))
    rule = _WINDOW_RULE.fullmatch(str(window.get("recurrence")))
    if start is None or end is None or end <= start:
        words = f"maintenance window {window.get('startTime')} to {window.get('endTime')} does not end after it begins"
        yield invalid(path, words)
        return
    if rule is None:
        yield invalid(
            path, f"Invalid recurrence {window.get('recurrence')}: FREQ=DAILY or FREQ=WEEKLY;BYDAY=... is known"
        )
        return
    days = rule[2].split(",") if rule[2] else (_DAYS_OF_WEEK if rule[1] == "DAILY" else _DAYS_OF_WEEK[:1])
    for day in days:
        if day not in _DAYS_OF_WEEK:
            yield invalid(path, f"Invalid recurrence {window.get('recurrence')}: {day} is no day of the week")
    hours = (end - start).total_seconds() / 3600
    if hours < _SHORTEST_WINDOW_HOURS or len(days) * hours * (_DAYS // 7) < _HOURS_NEEDED:
        words = "maintenance policy would go longer than 32d without 48h maintenance availability of ≥4h contiguous"
        yield invalid(path, f"{words} duration")


def freezes_are_short(case: GcpCase) -> Iterator[Problem]:
    """Times without upgrades are few and end."""
    path, freezes = "maintenancePolicy.maintenanceExclusions", case.get("maintenancePolicy.maintenanceExclusions") or []
    without = [it for it in freezes if mapping(it.get("exclusionOptions")).get("scope", "NO_UPGRADES") == "NO_UPGRADES"]
    if len(without) > _MOST_FREEZES:
        yield invalid(path, f"At most {_MOST_FREEZES} maintenance exclusions of scope NO_UPGRADES, not {len(without)}")
    for index, freeze in enumerate(freezes):
        if values.contains_unknown(freeze):
            continue
        start, end = _moment(freeze.get("startTime")), _moment(freeze.get("endTime"))
        scope = mapping(freeze.get("exclusionOptions")).get("scope", "NO_UPGRADES")
        if start is None or end is None or end <= start:
            yield invalid(
                f"{path}[{index}]", f"Maintenance exclusion {freeze.get('exclusionName')} ends before it begins"
            )
        elif (end - start).days > _FREEZE_DAYS.get(scope, 30):
            words = f"Maintenance exclusion {freeze.get('exclusionName')} of scope {scope} is longer than"
            yield invalid(f"{path}[{index}]", f"{words} {_FREEZE_DAYS.get(scope, 30)} days")


# --- by what stands --------------------------------------------------------------------------------------------------


def ranges_stand_in_the_subnet(case: GcpCase) -> Iterator[Problem]:
    """Ranges of pods and services that are named are the subnet's."""
    subnet = case.target("subnetwork")
    for name in ("clusterSecondaryRangeName", "servicesSecondaryRangeName"):
        given = case.get(f"ipAllocationPolicy.{name}")
        if subnet and given and secondary_range(subnet, given) is None:
            kind = "Pod" if name.startswith("cluster") else "Services"
            words = f'{kind} secondary range "{given}" does not exist in network "{case.get("network")}", subnetwork'
            yield invalid(f"ipAllocationPolicy.{name}", f'{words} "{subnet.id}"')


def subnets_are_of_the_network(case: GcpCase) -> Iterator[Problem]:
    """Nodes and control plane stand in subnets of the cluster's network, with addresses to give."""
    for path in ("subnetwork", "privateClusterConfig.privateEndpointSubnetwork"):
        subnet = case.target(path)
        if subnet is None:
            continue
        if case.get("network") and not same_network(case, subnet.outputs["network"], case.get("network")):
            yield invalid(path, f'Subnetwork "{subnet.id}" is not in network "{case.get("network")}"')
        if subnet.outputs.get("purpose", "PRIVATE") != "PRIVATE":
            words = f'Subnetwork "{subnet.id}" has purpose {subnet.outputs["purpose"]}'
            yield invalid(path, f"{words}; a cluster needs one of purpose PRIVATE")


# --- what comes with a cluster ---------------------------------------------------------------------------------------


def certificate(seed: str) -> str:
    """Return a certificate authority as GKE gives it: text of the right form, of no key."""
    body = base64.b64encode("".join(noise(f"{seed}|ca{index}", "alnum:48") for index in range(16)).encode()).decode()
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    return base64.b64encode(f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n".encode()).decode()


def what_gke_makes(case: GcpCase) -> dict[str, Any]:
    """Name the control plane's endpoints, versions and ranges."""
    seed, place = str(case.seed()), region_of(str(case.place))
    patches: Mapping[str, str] = case.fact("gke.minors")
    asked = str(case.get("minMasterVersion") or offered(case)[0])
    version = asked if "-gke." in asked else patches.get(f"1.{minor(asked)}", asked)
    if minor(case.before("masterVersion")) > minor(version):
        version = str(case.before("masterVersion"))
    pods, services = _ranges(case)
    name = f"gke-{noise(f'{seed}|dns', 'hex:36')}-{project_number(case.project)}.{place}.gke.goog"
    answer: dict[str, Any] = {
        "masterVersion": version, "nodeVersion": case.get("nodeVersion") or version, "location": case.place,
        "masterAuth": {"clusterCaCertificate": certificate(seed)},
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"endpoint": name}},
        "servicesIpv4Cidr": str(services), "clusterIpv4Cidr": str(pods),
    }  # fmt: skip
    if case.get("controlPlaneEndpointsConfig.ipEndpointsConfig.enabled") is not False:
        inside, outside = _private_address(case, seed), public_address(seed)
        only_inside = case.get("privateClusterConfig.enablePrivateEndpoint")
        answer["endpoint"] = inside if only_inside else outside
        answer["privateClusterConfig"] = {"privateEndpoint": inside, "publicEndpoint": None if only_inside else outside}
    return answer


def _ranges(case: GcpCase) -> tuple[IPv4Network, IPv4Network]:
    subnet, given = case.target("subnetwork"), mapping(case.get("ipAllocationPolicy"))
    pods = secondary_range(subnet, given.get("clusterSecondaryRangeName")) or network_of(
        given.get("clusterIpv4CidrBlock")
    )
    services = secondary_range(subnet, given.get("servicesSecondaryRangeName"))
    services = services or network_of(given.get("servicesIpv4CidrBlock"))
    return pods or IPv4Network("10.4.0.0/14"), services or IPv4Network("34.118.224.0/20")


def _private_address(case: GcpCase, seed: str) -> str:
    block = network_of(case.get("privateClusterConfig.masterIpv4CidrBlock"))
    named = case.get("privateClusterConfig.privateEndpointSubnetwork") or case.get("subnetwork")
    subnet = case.find(SUBNET, named) if isinstance(named, str) else None
    return address_in(
        block or network_of(subnet.outputs["ipCidrRange"] if subnet else None) or IPv4Network("172.16.0.0/28"), seed
    )
