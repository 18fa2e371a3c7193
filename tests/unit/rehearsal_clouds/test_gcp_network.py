"""Google Cloud: networks, firewalls, the way out, and what stands between the world and pods."""

import json

import pytest

from tests.unit.rehearsal_clouds.azure_world import merged, refused
from tests.unit.rehearsal_clouds.gcp_world import IN_REGION, REGION, Frankfurt
from tests.unit.rehearsal_clouds.provider_client import PROJECT, Clouds, Engine, Thing

SUBNET = "gcp:compute/subnetwork:Subnetwork"
PROXIES = {"purpose": "REGIONAL_MANAGED_PROXY", "role": "ACTIVE"}


def secondary(*ranges: tuple[str, str]) -> list[dict[str, str]]:
    return [{"rangeName": name, "ipCidrRange": cidr} for name, cidr in ranges]


# --- subnets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"ipCidrRange": "10.0.0.1/24"}, "'10.0.0.1/24'. Must be a CIDR address range, without bits of a host"),
        ({"ipCidrRange": "169.254.0.0/24"}, "The range is reserved and cannot be a subnetwork's"),
        ({"ipCidrRange": "10.0.0.0/30"}, "The range must be a /29 or larger"),
        ({"ipCidrRange": "10.0.0.0/27", **PROXIES}, "The range must be a /26 or larger"),
        (
            {"secondaryIpRanges": secondary(("p", "10.1.0.0/16"), ("p", "10.2.0.0/16"))},
            "Duplicate secondary range name 'p'",
        ),
        ({"secondaryIpRanges": secondary(("pods", "10.0.0.0/16"))}, "conflicts with 10.0.0.0/24 ('primary')"),
        ({"secondaryIpRanges": secondary(("Pods", "10.1.0.0/16"))}, "Must be a match of regex"),
        ({"purpose": "REGIONAL_MANAGED_PROXY"}, "Role must be set for subnetwork with purpose REGIONAL_MANAGED_PROXY"),
        ({**PROXIES, "privateIpGoogleAccess": True}, "'resource.privateIpGoogleAccess'. Not supported for purpose"),
        ({"role": "ACTIVE"}, "Role is only for subnetworks of proxies"),
        ({"purpose": "PROXY"}, "'PROXY' is not offered."),
        ({"logConfig": {"flowSampling": 2}}, "2 is above the maximum of 1"),
    ],
)
def test_subnets_that_cannot_be_are_refused(google: Engine, inputs, words):
    with refused(words):
        google.check(SUBNET, "s", {"name": "s", "network": "net", "ipCidrRange": "10.0.0.0/24", **inputs})


def test_subnets_of_a_network_are_apart_in_all_regions(frankfurt: Frankfurt):
    network = frankfurt.network()
    subnet = frankfurt.subnet("one", "10.0.0.0/24", network, secondaryIpRanges=secondary(("pods", "10.8.0.0/14")))
    assert subnet["gatewayAddress"] == "10.0.0.1"
    with refused("Invalid IPCidrRange: 10.0.0.0/16 conflicts with existing subnetwork 'one' in region 'europe-west3'"):
        frankfurt.subnet("two", "10.0.0.0/16", network, region="europe-west1")
    with refused("Invalid IPCidrRange: 10.9.0.0/24 conflicts with existing subnetwork 'one'"):
        frankfurt.subnet("two", "10.9.0.0/24", network)
    frankfurt.subnet("two", "10.0.0.0/24", frankfurt.network("other"))


def test_subnets_are_apart_from_what_is_kept_for_services(frankfurt: Frankfurt):
    network = frankfurt.network()
    kept = {"purpose": "VPC_PEERING", "addressType": "INTERNAL", "network": network.id, "prefixLength": 20}
    frankfurt.make("compute/globalAddress:GlobalAddress", "kept", name="kept", address="10.3.0.0", **kept)
    with refused("Invalid IPCidrRange: 10.3.1.0/24 conflicts with reserved IP range 'kept' 10.3.0.0/20"):
        frankfurt.subnet("one", "10.3.1.0/24", network)
    with refused("The range 10.3.0.0/20 conflicts with reserved IP range 'kept'"):
        frankfurt.make("compute/globalAddress:GlobalAddress", "twice", name="twice", address="10.3.0.0", **kept)
    frankfurt.subnet("two", "10.0.0.0/20", network)
    chosen = frankfurt.make("compute/globalAddress:GlobalAddress", "chosen", name="chosen", **kept)
    assert chosen["address"] == "10.0.16.0"


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"network": None}, "An address for VPC_PEERING needs a network"),
        ({"prefixLength": None}, "An address for VPC_PEERING needs a prefix length"),
        ({"addressType": "EXTERNAL"}, "VPC_PEERING is of internal addresses"),
    ],
)
def test_a_range_for_services_says_where_it_is(google: Engine, inputs, words):
    given = {"name": "a", "purpose": "VPC_PEERING", "addressType": "INTERNAL", "network": "n", "prefixLength": 20}
    with refused(words):
        google.check("gcp:compute/globalAddress:GlobalAddress", "a", merged(given, inputs))


def test_a_subnet_grows_in_place_and_is_made_anew_to_shrink(frankfurt: Frankfurt):
    network = frankfurt.network()
    subnet = frankfurt.subnet("one", "10.0.0.0/24", network)
    wider = frankfurt.google.diff(subnet, {**subnet.inputs, "ipCidrRange": "10.0.0.0/20"})
    assert (list(wider.diffs), list(wider.replaces)) == (["ipCidrRange"], [])
    smaller = frankfurt.google.diff(subnet, {**subnet.inputs, "ipCidrRange": "10.0.0.0/25"})
    assert list(smaller.replaces) == ["ipCidrRange"]
    assert smaller.deleteBeforeReplace


def test_internal_addresses_are_of_a_subnet(frankfurt: Frankfurt):
    subnet = frankfurt.subnet("one", "10.0.0.0/24", frankfurt.network())
    inside = {"addressType": "INTERNAL", "subnetwork": subnet.id}
    assert frankfurt.make("compute/address:Address", "in", name="in", **inside)["address"].startswith("10.0.0.")
    with refused("Requested internal IP address is outside the subnetwork 10.0.0.0/24"):
        frankfurt.make("compute/address:Address", "out", name="out", address="10.1.0.1", **inside)
    with refused("An internal address needs a subnetwork"):
        frankfurt.make("compute/address:Address", "no", name="no", addressType="INTERNAL")
    with refused("can only be specified for an address of type INTERNAL"):
        frankfurt.make("compute/address:Address", "ex", name="ex", subnetwork=subnet.id)


def test_peers_have_no_addresses_in_common(frankfurt: Frankfurt):
    one, other = frankfurt.network("one"), frankfurt.network("other")
    frankfurt.subnet("a", "10.0.0.0/24", one)
    frankfurt.subnet("b", "10.0.0.0/16", other)
    with refused(
        "An IP range in the local network (10.0.0.0/24 of 'a') overlaps with an IP range (10.0.0.0/16 of 'b')"
    ):
        frankfurt.make("compute/networkPeering:NetworkPeering", name="p", network=one.id, peerNetwork=other.id)
    with refused("A network cannot be peered with itself"):
        frankfurt.make("compute/networkPeering:NetworkPeering", name="p", network=one.id, peerNetwork=one.id)


def test_a_route_leads_to_one_thing(google: Engine):
    with refused("Exactly one next hop must be specified for a route, not 0"):
        google.check("gcp:compute/route:Route", "r", {"name": "r", "network": "n", "destRange": "0.0.0.0/0"})


# --- NAT -------------------------------------------------------------------------------------------------------------


NAT = {"name": "nat", "router": "router", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"}


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"natIpAllocateOption": "MANUAL_ONLY"}, "Nat IPs must be specified when natIpAllocateOption is MANUAL_ONLY"),
        ({"natIps": ["a"]}, "Nat IPs cannot be specified when natIpAllocateOption is AUTO_ONLY"),
        (
            {"sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS"},
            "Subnetworks must be specified when LIST_OF_SUBNETWORKS",
        ),
        (
            {"subnetworks": [{"name": "s", "sourceIpRangesToNats": ["ALL_IP_RANGES"]}]},
            "Subnetworks cannot be specified when",
        ),
        (
            {"enableDynamicPortAllocation": True, "minPortsPerVm": 100},
            "Must be a power of 2 with dynamic port allocation",
        ),
        ({"maxPortsPerVm": 128}, "maxPortsPerVm can only be set with dynamic port allocation"),
        (
            {"enableDynamicPortAllocation": True, "minPortsPerVm": 256, "maxPortsPerVm": 128},
            "must be less than maxPortsPerVm",
        ),
        (
            {"enableDynamicPortAllocation": True, "enableEndpointIndependentMapping": True},
            "cannot be enabled together with",
        ),
    ],
)
def test_translations_that_cannot_be_are_refused(google: Engine, inputs, words):
    with refused(words):
        google.check("gcp:compute/routerNat:RouterNat", "nat", {**NAT, **inputs})


def test_a_translation_knows_its_networks_subnets(frankfurt: Frankfurt):
    network = frankfurt.network()
    frankfurt.make("compute/router:Router", "router", name="router", network=network.id)
    subnet = frankfurt.subnet("one", "10.0.0.0/24", network)
    foreign = frankfurt.subnet("far", "10.0.0.0/24", frankfurt.network("other"))

    def nat(name: str, subnet: Thing, **ranges: object) -> Thing:
        item = {"name": subnet.id, "sourceIpRangesToNats": ["PRIMARY_IP_RANGE"], **ranges}
        given = {**NAT, "name": name, "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS", "subnetworks": [item]}
        return frankfurt.make("compute/routerNat:RouterNat", name, **given)

    with refused("is not in the network of the router"):
        nat("nat", foreign)
    both = ["PRIMARY_IP_RANGE", "LIST_OF_SECONDARY_IP_RANGES"]
    with refused("Secondary range 'pods' does not exist in subnetwork 'one'"):
        nat("nat", subnet, sourceIpRangesToNats=both, secondaryIpRangeNames=["pods"])
    nat("nat", subnet)
    with refused("NAT 'nat' in router 'router' already translates these ranges of the network"):
        nat("again", subnet)


def test_an_address_translates_once(frankfurt: Frankfurt):
    for name in ("one", "two"):
        network = frankfurt.network(name)
        frankfurt.make("compute/router:Router", name, name=name, network=network.id)
    address = frankfurt.make("compute/address:Address", "ip", name="ip")
    manual = {**NAT, "natIpAllocateOption": "MANUAL_ONLY", "natIps": [address["selfLink"]]}
    frankfurt.make("compute/routerNat:RouterNat", "one", **{**manual, "router": "one"})
    with refused(f"The address resource '{address.id}' is already being used by"):
        frankfurt.make("compute/routerNat:RouterNat", "two", **{**manual, "router": "two"})


# --- firewalls -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"denies": [{"protocol": "all"}]}, "one of `allow,deny` must be specified, and only one"),
        ({"sourceRanges": None}, "one of source_tags, source_ranges, or source_service_accounts must be defined"),
        ({"direction": "EGRESS"}, "source_ranges, source_tags and source_service_accounts are for ingress rules only"),
        ({"allows": [{"protocol": "tls"}]}, "allows[0].IPProtocol': 'tls'"),
        ({"allows": [{"protocol": "icmp", "ports": ["80"]}]}, "ports are not for protocol 'icmp'"),
        ({"allows": [{"protocol": "tcp", "ports": ["70000"]}]}, "'70000'. Must be a port or a range"),
        ({"allows": [{"protocol": "tcp", "ports": ["90-80"]}]}, "'90-80'. Must be a port or a range"),
        ({"priority": 70000}, "expected priority to be in the range (0 - 65535), got 70000"),
        ({"targetServiceAccounts": ["a"], "sourceTags": ["t"]}, "Tags and service accounts cannot be mixed"),
    ],
)
def test_firewall_rules_that_say_nothing_are_refused(google: Engine, inputs, words):
    given = {"name": "f", "network": "n", "allows": [{"protocol": "tcp"}], "sourceRanges": ["10.0.0.0/8"]}
    with refused(words):
        google.check("gcp:compute/firewall:Firewall", "f", merged(given, inputs))


POLICY = "gcp:compute/regionNetworkFirewallPolicyWithRules:RegionNetworkFirewallPolicyWithRules"
RULE = {
    "ruleName": "in",
    "priority": 1000,
    "direction": "INGRESS",
    "action": "allow",
    "match": {"srcIpRanges": ["10.0.0.0/8"], "layer4Configs": [{"ipProtocol": "tcp", "ports": ["443"]}]},
}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([RULE, {**RULE, "ruleName": "b"}], "two rules have the priority 1000"),
        ([RULE, {**RULE, "priority": 1}], "two rules have the ruleName in"),
        ([merged(RULE, {"match": {"srcIpRanges": None}})], "a rule of direction INGRESS needs a source"),
        ([{**RULE, "direction": "EGRESS"}], "a rule of direction EGRESS needs a destination"),
        ([{**RULE, "action": "drop"}], "'drop' is not offered."),
        ([merged(RULE, {"match": {"layer4Configs": [{"ipProtocol": "tcp", "ports": ["x"]}]}})], "'x'. Must be a port"),
        ([merged(RULE, {"match": {"layer4Configs": []}})], "layer4Configs': ''. It is required"),
    ],
)
def test_firewall_policies_that_say_nothing_are_refused(google: Engine, rules, words):
    with refused(words):
        google.check(POLICY, "p", {"name": "p", "rules": rules})


def test_a_network_has_one_policy_in_a_region(frankfurt: Frankfurt):
    network = frankfurt.network()
    kind = "compute/regionNetworkFirewallPolicyAssociation:RegionNetworkFirewallPolicyAssociation"
    for name in ("one", "two"):
        frankfurt.make(POLICY.removeprefix("gcp:"), name, name=name, rules=[RULE])
    given = {"name": "a", "attachmentTarget": network.id, "region": REGION}
    frankfurt.make(kind, "one", firewallPolicy="one", **given)
    with refused("The network is already associated with the firewall policy 'one' in region 'europe-west3'"):
        frankfurt.make(kind, "two", firewallPolicy="two", **given)


# --- Cloud Armor -----------------------------------------------------------------------------------------------------

ANYBODY = {"versionedExpr": "SRC_IPS_V1", "config": {"srcIpRanges": ["*"]}}
LAST = {"action": "deny(403)", "priority": 2147483647, "match": ANYBODY}
MINUTE = {"count": 100, "intervalSec": 60}
RATE = {"conformAction": "allow", "exceedAction": "deny(429)", "enforceOnKey": "IP", "rateLimitThreshold": MINUTE}


def asked(expression: str) -> dict[str, object]:
    return {"action": "deny(403)", "priority": 1, "match": {"expr": {"expression": expression}}}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([asked("true")], "A security policy has a default rule of priority 2147483647 that matches '*'"),
        ([merged(LAST, {"match": {"config": {"srcIpRanges": ["10.0.0.0/8"]}}})], "the default rule must match '*'"),
        ([LAST, LAST], "Cannot have rules with the same priorities (2147483647)"),
        ([{**LAST, "action": "block"}], "Invalid value for field 'action': 'block'"),
        ([{**LAST, "action": "redirect"}], "Action redirect is not supported in a regional security policy"),
        ([{**LAST, "action": "throttle"}], "Rate limit options must be specified for action throttle"),
        ([{**LAST, "rateLimitOptions": RATE}], "Rate limit options cannot be specified for action deny(403)"),
        ([{**LAST, "action": "rate_based_ban", "rateLimitOptions": RATE}], "Ban duration must be specified"),
        (
            [{**LAST, "action": "throttle", "rateLimitOptions": {**RATE, "banDurationSec": 60}}],
            "only for action rate_based_ban",
        ),
        (
            [
                {
                    **LAST,
                    "action": "throttle",
                    "rateLimitOptions": merged(RATE, {"rateLimitThreshold": {"intervalSec": 45}}),
                }
            ],
            "'rateLimitThreshold.intervalSec': '45'. Must be one of",
        ),
        ([asked("||".join(["origin.region_code == 'DE'"] * 6)), LAST], "Expression count of 6 exceeded maximum of 5"),
        ([asked(f"request.path == '{'x' * 2048}'"), LAST], "An expression has at most 2048 characters"),
        (
            [asked("evaluatePreconfiguredWaf('sqli-v99-stable')"), LAST],
            "Preconfigured expression 'sqli-v99-stable' is not known",
        ),
        (
            [asked("evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 7})"), LAST],
            "Sensitivity must be between 0 and 4",
        ),
    ],
)
def test_policies_that_guard_nothing_are_refused(google: Engine, rules, words):
    with refused(words):
        google.check("gcp:compute/regionSecurityPolicy:RegionSecurityPolicy", "p", {"name": "p", "rules": rules})


def test_a_policy_without_rules_lets_everybody_in(frankfurt: Frankfurt):
    policy = frankfurt.make("compute/regionSecurityPolicy:RegionSecurityPolicy", name="p")
    assert [rule["action"] for rule in policy["rules"]] == ["allow"]


def test_a_single_rule_is_judged_too(google: Engine):
    given = {"region": REGION, "securityPolicy": "p", "priority": 1, "action": "throttle", "match": ANYBODY}
    with refused("Rate limit options must be specified for action throttle"):
        google.check("gcp:compute/regionSecurityPolicyRule:RegionSecurityPolicyRule", "r", given)


# --- load balancers --------------------------------------------------------------------------------------------------

GROUP = f"https://www.googleapis.com/compute/v1/projects/{PROJECT}/zones/europe-west3-a/networkEndpointGroups/api"
BACKEND = {"group": GROUP, "balancingMode": "RATE", "maxRatePerEndpoint": 100}
SERVICE = {
    "name": "api",
    "loadBalancingScheme": "EXTERNAL_MANAGED",
    "protocol": "HTTPS",
    "healthChecks": "health",
    "backends": [BACKEND],
}


@pytest.mark.parametrize(
    ("kind", "inputs", "words"),
    [
        ("regionHealthCheck:RegionHealthCheck", {}, "must be specified, and only one"),
        (
            "regionHealthCheck:RegionHealthCheck",
            {"tcpHealthCheck": {}, "timeoutSec": 9},
            "TimeoutSec should be less than",
        ),
        ("regionHealthCheck:RegionHealthCheck", {"httpHealthCheck": {"requestPath": "up"}}, "'up'. Must begin with /"),
        (
            "regionBackendService:RegionBackendService",
            {**SERVICE, "protocol": "UDP"},
            "'UDP'. Not supported with scheme",
        ),
        (
            "regionBackendService:RegionBackendService",
            {**SERVICE, "backends": [{"group": GROUP}]},
            "Not supported for network",
        ),
        (
            "regionBackendService:RegionBackendService",
            {**SERVICE, "backends": [{"group": GROUP, "balancingMode": "RATE"}]},
            "A rate is needed with mode RATE",
        ),
        (
            "regionBackendService:RegionBackendService",
            {**SERVICE, "protocol": "TCP"},
            "RATE is not supported with protocol TCP",
        ),
        (
            "regionBackendService:RegionBackendService",
            {**SERVICE, "healthChecks": ""},
            "A health check must be specified",
        ),
        ("regionUrlMap:RegionUrlMap", {}, "exactly one of defaultService, defaultRouteAction and defaultUrlRedirect"),
        (
            "regionUrlMap:RegionUrlMap",
            {"defaultService": "s", "hostRules": [{"hosts": ["a"], "pathMatcher": "none"}]},
            "'none'. No such path matcher",
        ),
        (
            "regionUrlMap:RegionUrlMap",
            {"defaultService": "s", "pathMatchers": [{"name": "m", "defaultService": "s"}]},
            "Path matcher 'm' is not used by any host rule",
        ),
        (
            "regionTargetHttpsProxy:RegionTargetHttpsProxy",
            {"urlMap": "m"},
            "either sslCertificates or certificateManager",
        ),
        (
            "regionSslPolicy:RegionSslPolicy",
            {"profile": "MODERN", "minTlsVersion": "TLS_1_3"},
            "Not supported with profile MODERN",
        ),
        (
            "regionSslPolicy:RegionSslPolicy",
            {"profile": "CUSTOM"},
            "custom_features must be set when profile is CUSTOM",
        ),
        (
            "regionSslCertificate:RegionSslCertificate",
            {"certificate": "x", "privateKey": "y"},
            "certificate could not be parsed",
        ),
        ("forwardingRule:ForwardingRule", {}, "exactly one of target and backendService must be specified"),
        (
            "forwardingRule:ForwardingRule",
            {"target": "t", "loadBalancingScheme": "EXTERNAL_MANAGED"},
            "needs its network",
        ),
    ],
)
def test_parts_of_a_load_balancer_that_cannot_serve_are_refused(google: Engine, kind, inputs, words):
    with refused(words):
        google.check(f"gcp:compute/{kind}", "it", {"name": "it", **inputs})


def test_requests_reach_pods_by_groups_that_gke_makes(clouds: Clouds, frankfurt: Frankfurt):
    frankfurt.make(
        "compute/regionHealthCheck:RegionHealthCheck", name="health", httpsHealthCheck={"requestPath": "/up"}
    )
    kind = "compute/regionBackendService:RegionBackendService"
    with refused("zones/europe-west3-a/networkEndpointGroups/api' was not found [GKE makes it for a Service"):
        frankfurt.make(kind, **SERVICE)
    cluster = {"name": "c", "cluster": {"server": "https://192.0.2.1"}}
    context = {"name": "c", "context": {"cluster": "c", "user": "u"}}
    config = {"clusters": [cluster], "contexts": [context], "current-context": "c"}
    pods = clouds.provider("kubernetes", {"kubeconfig": json.dumps(config)})
    published = json.dumps({"exposed_ports": {"443": {"name": "api"}}})
    service = {
        "apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"port": 443}], "selector": {"app": "api"}},
        "metadata": {"name": "api", "annotations": {"cloud.google.com/neg": published}},
    }  # fmt: skip
    pods.create("kubernetes:core/v1:Service", "api", **service)
    assert frankfurt.make(kind, **SERVICE).id == f"{IN_REGION}/backendServices/api"


class Front:
    """A map of addresses behind a proxy, and a rule for it."""

    def __init__(self, frankfurt: Frankfurt) -> None:
        self.frankfurt = frankfurt
        self.network = frankfurt.network()
        redirect = {"httpsRedirect": True, "stripQuery": False}
        frankfurt.make("compute/regionUrlMap:RegionUrlMap", name="map", defaultUrlRedirect=redirect)
        self.proxy = frankfurt.make("compute/regionTargetHttpProxy:RegionTargetHttpProxy", name="proxy", urlMap="map")

    def proxies(self) -> Thing:
        return self.frankfurt.subnet("proxies", "10.0.0.0/24", self.network, **PROXIES)

    def rule(self, name: str, address: Thing, **inputs: object) -> Thing:
        given = {
            "name": name, "target": self.proxy.id, "network": self.network.id, "portRange": "80",
            "loadBalancingScheme": "EXTERNAL_MANAGED", "ipAddress": address["selfLink"],
        }  # fmt: skip
        return self.frankfurt.make("compute/forwardingRule:ForwardingRule", name, **{**given, **inputs})


def test_a_rule_needs_googles_proxies_and_an_address_of_its_own(frankfurt: Frankfurt):
    front = Front(frankfurt)
    address = frankfurt.make("compute/address:Address", "ip", name="ip")
    with refused("An active proxy-only subnetwork is required in the same region and VPC as the forwarding rule"):
        front.rule("one", address)
    proxies = front.proxies()
    with refused("An active proxy-only subnetwork 'proxies' already exists in region 'europe-west3'"):
        frankfurt.subnet("more", "10.0.1.0/24", front.network, **PROXIES)
    with refused("The network tier of external IP address is PREMIUM, that of forwarding rule is STANDARD."):
        front.rule("one", address, networkTier="STANDARD")
    assert front.rule("one", address)["ipAddress"] == address["address"]
    with refused("Specified IP address is in use with it by"):
        front.rule("two", address)
    with refused("is already being used by"):
        frankfurt.google.delete(proxies)


# --- names and certificates ------------------------------------------------------------------------------------------


def zone(frankfurt: Frankfurt, label: str = "zone", **inputs: object) -> Thing:
    return frankfurt.make("dns/managedZone:ManagedZone", label, **{"name": label, "dnsName": "dtx.example.", **inputs})


def record(frankfurt: Frankfurt, name: str, kind: str, *data: str) -> Thing:
    given = {"managedZone": "zone", "name": name, "type": kind, "ttl": 300, "rrdatas": list(data)}
    return frankfurt.make("dns/recordSet:RecordSet", f"{name}{kind}", **given)


def test_a_regional_certificate_is_proved_by_a_record_of_the_project(frankfurt: Frankfurt):
    zone(frankfurt)
    kind = "certificatemanager/dnsAuthorization:DnsAuthorization"
    with refused("DNS authorizations of type FIXED_RECORD are supported in the location global only"):
        frankfurt.make(kind, name="api", location=REGION, domain="api.dtx.example", type="FIXED_RECORD")
    proof = frankfurt.make(kind, name="api", location=REGION, domain="api.dtx.example", type="PER_PROJECT_RECORD")
    wanted = proof["dnsResourceRecords"][0]
    assert wanted["name"].startswith("_acme-challenge_")
    record(frankfurt, wanted["name"], wanted["type"], wanted["data"])
    certificate = "certificatemanager/certificate:Certificate"
    managed = {"domains": ["api.dtx.example"], "dnsAuthorizations": [proof.id]}
    made = frankfurt.make(certificate, "api", name="api", location=REGION, managed=managed)
    assert made["managed"]["state"] == "ACTIVE"
    with refused("is of api.dtx.example, which the certificate does not name"):
        frankfurt.make(certificate, "b", name="b", location=REGION, managed={**managed, "domains": ["b.dtx.example"]})
    with refused("is in europe-west3, the certificate in global"):
        frankfurt.make(certificate, "c", name="c", managed=managed)
    with refused("can't delete DNS authorization that is referenced by other resources."):
        frankfurt.google.delete(proof)
    with refused("A regional certificate that Google manages needs a DNS authorisation"):
        frankfurt.make(certificate, "d", name="d", location=REGION, managed={"domains": ["api.dtx.example"]})


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"dnsName": "dtx.example"}, "[a domain in lower case with a dot at the end]"),
        ({"visibility": "private", "dnssecConfig": {"state": "on"}}, "DNSSEC is not supported for private zones"),
        ({"privateVisibilityConfig": {"networks": []}}, "A public zone cannot have a private visibility config"),
    ],
)
def test_zones_that_nobody_asks_are_refused(google: Engine, inputs, words):
    with refused(words):
        google.check("gcp:dns/managedZone:ManagedZone", "z", {"name": "z", "dnsName": "dtx.example.", **inputs})


def test_records_are_of_their_zone_and_their_type(frankfurt: Frankfurt):
    held = zone(frankfurt)
    with refused("'api.other.example.' is not in the zone dtx.example."):
        record(frankfurt, "api.other.example.", "A", "192.0.2.1")
    with refused("'nothing' [A wants an IPv4 address]"):
        record(frankfurt, "api.dtx.example.", "A", "nothing")
    with refused("[CNAME wants a name with a dot at the end]"):
        record(frankfurt, "www.dtx.example.", "CNAME", "dtx.example")
    with refused("'dtx.example.' cannot be a CNAME"):
        record(frankfurt, "dtx.example.", "CNAME", "a.example.")
    address = record(frankfurt, "api.dtx.example.", "A", "192.0.2.1")
    with refused("of type A conflicts with type CNAME"):
        record(frankfurt, "api.dtx.example.", "CNAME", "a.example.")
    with refused("The resource named 'zone' cannot be deleted because it is not empty"):
        frankfurt.google.delete(held)
    frankfurt.google.delete(address)
    frankfurt.google.delete(held)


def test_a_name_is_answered_once_in_a_network(frankfurt: Frankfurt):
    network = frankfurt.network()
    seen = {"networks": [{"networkUrl": network.id}]}
    zone(frankfurt, "one", visibility="private", privateVisibilityConfig=seen)
    with refused("The zone 'one' already answers dtx.example. in the network."):
        zone(frankfurt, "two", visibility="private", privateVisibilityConfig=seen)
