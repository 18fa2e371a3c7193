"""What Google's regional load balancers refuse, from the health check to the forwarding rule."""

from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.network import FORWARDING_RULE, active_proxies, public_address
from rehearsal.gcp.paths import GcpCase, plain, segment
from rehearsal.gcp.refusals import invalid, not_found
from rehearsal.inventory import Object
from rehearsal.values import mapping

ADDRESS = "gcp:compute/address:Address"
ZONAL_GROUP = "gcp:compute/networkEndpointGroup:NetworkEndpointGroup"
REGIONAL_GROUP = "gcp:compute/regionNetworkEndpointGroup:RegionNetworkEndpointGroup"
_CHECKS = ("http", "https", "http2", "tcp", "ssl", "grpc", "grpcTls")
_PROXIED = ("EXTERNAL_MANAGED", "INTERNAL_MANAGED")
_WEB = ("HTTP", "HTTPS", "HTTP2", "H2C", "GRPC")
_STREAMS = ("TCP", "SSL")
_PUBLISHED = '"name":"{}"'
#: What GKE's controller reads on a Service to make endpoint groups, and what it is told there.
_ANNOTATION = "cloud.google.com/neg"
_SERVICE = "kubernetes:core/v1:Service"


# --- health checks ---------------------------------------------------------------------------------------------------


def _ways(case: GcpCase) -> list[str]:
    return [name for name in _CHECKS if case.properties.get(f"{name}HealthCheck") is not None]


def one_way_of_checking(case: GcpCase) -> Iterator[Problem]:
    """A check asks in one way."""
    if len(_ways(case)) != 1:
        words = ", ".join(f"{name}HealthCheck" for name in _CHECKS)
        yield Problem("", f"one of `{words}` must be specified, and only one")


def answer_comes_in_time(case: GcpCase) -> Iterator[Problem]:
    """The next question waits for the answer."""
    wait, every = case.get("timeoutSec"), case.get("checkIntervalSec")
    if wait is not None and every is not None and wait > every:
        words = f"Invalid value for field 'resource.timeoutSec': '{wait}'. TimeoutSec should be less than or equal to"
        yield invalid("timeoutSec", f"{words} checkIntervalSec", "invalid")


def kind_of_check(case: GcpCase) -> dict[str, Any]:
    """Name the way."""
    ways = _ways(case)
    return {"type": ways[0].upper()} if ways else {}


# --- backend services ------------------------------------------------------------------------------------------------


def backends_are_balanced(case: GcpCase) -> Iterator[Problem]:
    """Endpoints are balanced by rate or by connections, which somebody must say."""
    scheme, protocol = case.get("loadBalancingScheme"), case.get("protocol")
    if scheme in _PROXIED and protocol is not None and protocol not in (*_WEB, *_STREAMS):
        words = f"Invalid value for field 'resource.protocol': '{protocol}'. Not supported with scheme {scheme}"
        yield invalid("protocol", words, "invalid")
    if scheme not in _PROXIED:
        return
    for index, backend in enumerate(case.get("backends") or ()):
        path, mode = f"backends[{index}]", backend.get("balancingMode") or "UTILIZATION"
        group = str(backend.get("group"))
        if "/networkEndpointGroups/" in group and "/zones/" in group and mode == "UTILIZATION":
            words = f"Invalid value for field 'resource.{path}.balancingMode': 'UTILIZATION'. Not supported for network"
            yield invalid(path, f"{words} endpoint groups", "invalid")
        rates = ("maxRate", "maxRatePerEndpoint", "maxRatePerInstance")
        if mode == "RATE" and not any(backend.get(name) is not None for name in rates):
            words = f"Invalid value for field 'resource.{path}.maxRatePerEndpoint': ''. A rate is needed with mode RATE"
            yield invalid(path, words, "invalid")
        if mode == "RATE" and protocol in _STREAMS:
            yield invalid(path, f"Balancing mode RATE is not supported with protocol {protocol}", "invalid")


def backends_are_checked(case: GcpCase) -> Iterator[Problem]:
    """Whoever is sent requests is asked whether he lives; only what Google runs itself is not."""
    groups = case.all("backends[*].group")
    serverless = bool(groups) and all("/regions/" in group for group in groups)
    if not case.properties.get("healthChecks") and not serverless and case.get("loadBalancingScheme") in _PROXIED:
        words = "Invalid value for field 'resource.healthChecks': ''. A health check must be specified"
        yield invalid("healthChecks", words, "invalid")
    if case.properties.get("securityPolicy") and case.get("loadBalancingScheme") not in (None, *_PROXIED, "EXTERNAL"):
        words = f"Security policies are not supported with scheme {case.get('loadBalancingScheme')}"
        yield invalid("securityPolicy", words, "invalid")


def groups_stand(case: GcpCase) -> Iterator[Problem]:
    """Groups of endpoints stand: made here, or by GKE for a Service that asks for them by name."""
    for index, text in enumerate(case.all("backends[*].group")):
        path = plain(text)
        if "/networkEndpointGroups/" not in path:
            continue
        kind = ZONAL_GROUP if "/zones/" in path else REGIONAL_GROUP
        name = segment(path, "networkEndpointGroups")
        if case.find(kind, path) is None and not any(_asks(it, str(name)) for it in _services(case)):
            hint = f"[GKE makes it for a Service whose annotation {_ANNOTATION} names it, and that must stand first]"
            yield not_found(f"backends[{index}].group", f"The resource '{path}' was not found {hint}")


def _services(case: GcpCase) -> list[Object]:
    return case.inventory.list("kubernetes", _SERVICE)


def _asks(service: Object, name: str) -> bool:
    annotations = mapping(mapping(service.inputs.get("metadata")).get("annotations"))
    return _PUBLISHED.format(name) in str(annotations.get(_ANNOTATION, "")).replace(" ", "")


# --- URL maps, proxies, TLS ------------------------------------------------------------------------------------------


def every_request_goes_somewhere(case: GcpCase) -> Iterator[Problem]:
    """A map, and each of its matchers, says where a request goes that nothing else fits: to one place."""
    tops = [("", case.properties)]
    tops += [(f"pathMatchers[{index}]", mapping(it)) for index, it in enumerate(case.get("pathMatchers") or ())]
    for path, given in tops:
        said = [name for name in ("defaultService", "defaultUrlRedirect") if given.get(name) is not None]
        if len(said) > 1 or (not said and given.get("defaultRouteAction") is None):
            words = "exactly one of defaultService, defaultRouteAction and defaultUrlRedirect must be specified"
            yield invalid(path, f"Invalid value for field 'resource{path and '.' + path}': {words}", "invalid")
        redirect = mapping(given.get("defaultUrlRedirect"))
        if redirect.get("pathRedirect") and redirect.get("prefixRedirect"):
            yield invalid(path, "pathRedirect and prefixRedirect cannot both be specified", "invalid")


def hosts_have_their_matcher(case: GcpCase) -> Iterator[Problem]:
    """A host's matcher is one of the map's; a host stands once."""
    known = case.all("pathMatchers[*].name")
    for index, rule in enumerate(case.get("hostRules") or ()):
        name = rule.get("pathMatcher")
        if isinstance(name, str) and name not in known:
            words = f"Invalid value for field 'resource.hostRules[{index}].pathMatcher': '{name}'. No such path matcher"
            yield invalid(f"hostRules[{index}]", words, "invalid")
    used = case.all("hostRules[*].pathMatcher")
    for name in known:
        if name not in used and not case.is_unknown("hostRules"):
            yield invalid("pathMatchers", f"Path matcher '{name}' is not used by any host rule", "invalid")
    hosts = case.all("hostRules[*].hosts[*]")
    for twice in sorted({host for host in hosts if hosts.count(host) > 1}):
        yield invalid("hostRules", f"Host '{twice}' is used by more than one host rule", "invalid")


def proxy_has_certificates(case: GcpCase) -> Iterator[Problem]:
    """A proxy shows certificates of one kind."""
    kinds = [it for it in ("sslCertificates", "certificateManagerCertificates") if case.properties.get(it)]
    if len(kinds) != 1:
        words = "either sslCertificates or certificateManagerCertificates must be specified, and not both"
        yield invalid("sslCertificates", f"Invalid value for field 'resource.sslCertificates': {words}", "invalid")


def certificates_are_regional(case: GcpCase) -> Iterator[Problem]:
    """A regional proxy shows certificates whose key lives in its region."""
    for certificate in case.targets("certificateManagerCertificates[*]"):
        place = certificate.outputs.get("location")
        if place != case.place:
            words = (
                f"Certificate '{certificate.id}' is in location {place}; a proxy in {case.place} needs one of its own"
            )
            yield invalid("certificateManagerCertificates", words, "invalid")


def tls_is_of_the_profile(case: GcpCase) -> Iterator[Problem]:
    """Single ciphers are of the custom profile; TLS 1.3 alone is of the restricted one."""
    profile = case.get("profile")
    if profile == "CUSTOM" and not case.properties.get("customFeatures"):
        yield Problem("customFeatures", "custom_features must be set when profile is CUSTOM")
    if profile != "CUSTOM" and case.get("customFeatures"):
        yield Problem("customFeatures", f"custom_features cannot be set when profile is {profile}")
    if case.get("minTlsVersion") == "TLS_1_3" and profile != "RESTRICTED":
        words = f"Invalid value for field 'resource.minTlsVersion': 'TLS_1_3'. Not supported with profile {profile}"
        yield invalid("minTlsVersion", words, "invalid")


# --- forwarding rules ------------------------------------------------------------------------------------------------


def rule_leads_to_one_thing(case: GcpCase) -> Iterator[Problem]:
    """A rule leads to a proxy or to a backend service; a managed one says by which network."""
    given = [name for name in ("target", "backendService") if case.properties.get(name)]
    if len(given) != 1:
        words = "exactly one of target and backendService must be specified"
        yield invalid("target", f"Invalid value for field 'resource.target': {words}", "invalid")
    if case.get("loadBalancingScheme") == "EXTERNAL_MANAGED" and not case.properties.get("network"):
        words = "Invalid value for field 'resource.network': ''. A regional external managed rule needs its network"
        yield invalid("network", words, "invalid")


def proxies_have_a_subnet(case: GcpCase) -> Iterator[Problem]:
    """Google's proxies stand in a subnet of the network's region before the first rule."""
    network = case.target("network")
    if case.get("loadBalancingScheme") in _PROXIED and network and active_proxies(case, network, case.place) is None:
        words = "An active proxy-only subnetwork is required in the same region and VPC as the forwarding rule"
        yield invalid("network", f"Invalid value for field 'resource.network': '{network.id}'. {words}", "invalid")


def _address(case: GcpCase) -> Object | None:
    given = case.get("ipAddress")
    return case.find(ADDRESS, given) if isinstance(given, str) and "/" in given else None


def address_is_of_the_tier(case: GcpCase) -> Iterator[Problem]:
    """The address is of the rule's kind and network tier."""
    address, scheme = _address(case), str(case.get("loadBalancingScheme"))
    if address is None:
        return
    kind, tier = address.outputs.get("addressType"), address.outputs.get("networkTier")
    wanted = "INTERNAL" if scheme.startswith("INTERNAL") else "EXTERNAL"
    if kind != wanted:
        words = f"Invalid value for field 'resource.IPAddress': '{address.id}'. An address of type {wanted} is needed"
        yield invalid("ipAddress", words, "invalid")
    elif wanted == "EXTERNAL" and tier != (case.get("networkTier") or "PREMIUM"):
        words = f"The network tier of external IP address is {tier}, that of forwarding rule is"
        yield invalid("ipAddress", f"{words} {case.get('networkTier') or 'PREMIUM'}. They must be the same", "invalid")


def port_is_free(case: GcpCase) -> Iterator[Problem]:
    """An address listens once at a port."""
    address = _address(case)
    mine = (address.outputs.get("address") if address else case.get("ipAddress"), case.get("portRange"))
    for other in case.standing(FORWARDING_RULE):
        given = other.outputs
        if all(mine) and (given.get("ipAddress"), given.get("portRange")) == mine and other.id != case.own_path():
            words = (
                f"Invalid value for field 'resource.portRange': '{mine[1]}'. Specified IP address is in use with it by"
            )
            yield invalid("portRange", f"{words} '{other.id}'", "invalid")


def address_of_rule(case: GcpCase) -> dict[str, Any]:
    """Give the rule the address itself, and one where none is named."""
    address = _address(case)
    chosen = address.outputs["address"] if address else case.get("ipAddress") or public_address(str(case.seed()))
    return {"ipAddress": chosen}
