"""Network on Azure: no public side of data services, private endpoints instead, closed ports, firewalls that refuse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.network.ranges import is_public
from policies.origins import Origins
from policies.requirement import load_requirements, unmet
from policies.resource import UNKNOWN, Resource, Value, revealed, shown
from policies.rule import Finding, ResourceRule, StackRule, unknowable, violated

_TABLES: Final = load_requirements(Path(__file__).with_name("azure.toml"))
PUBLIC_ACCESS: Final = _TABLES["public_access"]
WEB_FIREWALL: Final = _TABLES["web_firewall"]
FIREWALL: Final = _TABLES["firewall"]
FIREWALL_PREMIUM: Final = _TABLES["firewall_premium"]
CLUSTER: Final = _TABLES["cluster"]
REFUSED: Final = tuple(_TABLES["refused"])

PRIVATE_ENDPOINT: Final = "azure-native:network:PrivateEndpoint"
NETWORK_SECURITY_GROUP: Final = "azure-native:network:NetworkSecurityGroup"
SECURITY_RULE: Final = "azure-native:network:SecurityRule"
APPLICATION_GATEWAY: Final = "azure-native:network:ApplicationGateway"
FRONT_DOOR_ENDPOINT: Final = "azure-native:cdn:AFDEndpoint"
FRONT_DOOR_DOMAIN: Final = "azure-native:cdn:AFDCustomDomain"
SECURITY_POLICY: Final = "azure-native:cdn:SecurityPolicy"
#: What has no id before the update: a firewall's policy that the same update makes.
ORIGINS: Final = Origins(
    {APPLICATION_GATEWAY: {"firewallPolicy.id": frozenset({"azure-native:network:WebApplicationFirewallPolicy"})}}
)

#: Data services that are reached by private endpoint, and Azure's name for the part of them that it leads to.
SUB_RESOURCES: Final = MappingProxyType(
    {
        "azure-native:containerregistry:Registry": "registry",
        "azure-native:dbforpostgresql:Server": "postgresqlServer",
        "azure-native:keyvault:Vault": "vault",
        "azure-native:redis:Redis": "redisCache",
        "azure-native:redisenterprise:RedisEnterprise": "redisEnterprise",
        "azure-native:servicebus:Namespace": "namespace",
        "azure-native:storage:StorageAccount": "blob",
    }
)
#: Ports that anybody may reach: the gateway's (4.1.2).
OPEN_PORTS: Final = frozenset({"80", "443"})
_ANYBODY: Final = frozenset({"*", "internet", "any"})


def public_access(resource: Resource) -> Iterable[Finding]:
    """Refuse a data service, a registry or an API server with a public side, and holes in their firewalls."""
    if resource.type in REFUSED:
        yield violated(f"a firewall rule ({resource.type})", "no public side, and so no address to let in")
    yield from unmet(resource, PUBLIC_ACCESS)


def private_endpoints(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require a private endpoint to each data service. Whose id it holds, a preview knows by its reference."""
    reached = {
        (urn, group)
        for endpoint in resources
        if endpoint.type == PRIVATE_ENDPOINT
        for urn in endpoint.references.get("privateLinkServiceConnections", ())
        for _, group in endpoint.every("privateLinkServiceConnections.*.groupIds.*")
    }
    for service in resources:
        sub_resource = SUB_RESOURCES.get(service.type)
        if sub_resource and (service.urn, sub_resource) not in reached:
            yield violated(
                "no private endpoint leads to it", f"a private endpoint to its `{sub_resource}`", service.urn
            )


def open_ports(resource: Resource) -> Iterable[Finding]:
    """Refuse rules that let anybody in on other ports than those of the gateway."""
    prefixes = [path for path, _ in resource.every("securityRules.*")] if resource.type != SECURITY_RULE else [""]
    for prefix in prefixes:
        yield from _opened(resource, f"{prefix}." if prefix else "")


def _opened(resource: Resource, prefix: str) -> Iterator[Finding]:
    """Judge the rule whose properties begin with `prefix`; what is not known may open it."""
    allowed = f"ports {', '.join(sorted(OPEN_PORTS))} for the Internet; everything else from a range or a service tag"
    direction, access = (revealed(resource.at(f"{prefix}{name}")) for name in ("direction", "access"))
    sources = dict(_both(resource, prefix, "sourceAddressPrefix"))
    anybody = any(_is_anybody(source) for source in sources.values())
    if direction not in ("Inbound", UNKNOWN) or access not in ("Allow", UNKNOWN):
        return
    if not anybody and UNKNOWN not in map(revealed, sources.values()):
        return
    in_doubt = [f"{prefix}{name}" for name, value in (("direction", direction), ("access", access)) if value is UNKNOWN]
    in_doubt += [path for path, source in sources.items() if revealed(source) is UNKNOWN and not anybody]
    for path, value in _both(resource, prefix, "destinationPortRange"):
        port = revealed(value)
        if port in OPEN_PORTS:
            continue
        if port is UNKNOWN or in_doubt:
            yield unknowable((in_doubt or [path])[0], allowed)
        else:
            yield violated(f"`{path}` lets anybody in on {shown(value)}", allowed)


def _both(resource: Resource, prefix: str, name: str) -> Iterator[tuple[str, Value]]:
    """Return a property that Azure has twice: for one value, and in the plural for several."""
    if (single := resource.at(f"{prefix}{name}")) is not None:
        yield f"{prefix}{name}", single
    plural = f"{name}es" if name.endswith("x") else f"{name}s"
    yield from resource.every(f"{prefix}{plural}.*")


def _is_anybody(source: Value) -> bool:
    """Return whether a source is the Internet or a public range."""
    plain = revealed(source)
    if not isinstance(plain, str):
        return False
    return plain.lower() in _ANYBODY or is_public(plain)


def web_firewall(resource: Resource) -> Iterable[Finding]:
    """Require firewalls that refuse, and one before each gateway."""
    yield from unmet(resource, WEB_FIREWALL)
    if resource.type == APPLICATION_GATEWAY and resource.at("firewallPolicy.id") is None:
        yield violated("no `firewallPolicy`", "a gateway with a web application firewall's policy")


def firewall(resource: Resource) -> Iterable[Finding]:
    """Require a firewall that refuses known attackers, and one that looks for intrusions where it can."""
    yield from unmet(resource, FIREWALL)
    tier = revealed(resource.at("sku.tier"))
    if tier is UNKNOWN:
        yield unknowable("sku.tier", "a tier that says what else is asked of the policy")
    elif tier == "Premium":
        yield from unmet(resource, FIREWALL_PREMIUM)


def enforced_policies(resource: Resource) -> Iterable[Finding]:
    """Require an engine for network policies."""
    yield from unmet(resource, CLUSTER)


def guarded_domains(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require a web application firewall before each of Front Door's endpoints and domains."""
    guarded = {
        urn for policy in resources if policy.type == SECURITY_POLICY for urn in policy.references.get("parameters", ())
    }
    for one in resources:
        if one.type in {FRONT_DOOR_ENDPOINT, FRONT_DOOR_DOMAIN} and one.urn not in guarded:
            yield violated(
                "no web application firewall before it", "a SecurityPolicy that associates it with a policy", one.urn
            )


def _has_data_services(resources: Sequence[Resource]) -> bool:
    return any(resource.type in SUB_RESOURCES for resource in resources)


def _has_front_door(resources: Sequence[Resource]) -> bool:
    return any(resource.type == FRONT_DOOR_ENDPOINT for resource in resources)


RESOURCE_RULES: Final = (
    ResourceRule(
        id="azure-public-access",
        concern="network",
        title="Data services, the registry and the API server have no public side",
        severity="critical",
        protects="ISMS-P 2.6.1 network access, 2.10.2 cloud security",
        controls={
            "ISMS-P": ("2.6.1", "2.10.2"),
            "CIS Azure": ("3.7", "3.8"),
            "checkov": (
                "CKV2_AZURE_26",
                "CKV2_AZURE_47",
                "CKV_AZURE_35",
                "CKV_AZURE_59",
                "CKV_AZURE_89",
                "CKV_AZURE_109",
                "CKV_AZURE_115",
                "CKV_AZURE_138",
                "CKV_AZURE_139",
                "CKV_AZURE_143",
                "CKV_AZURE_189",
                "CKV_AZURE_190",
                "CKV_AZURE_204",
            ),
            "trivy": ("AVD-AZU-0012", "AVD-AZU-0013"),
        },
        fix="Switch public access off and place a PrivateLink to the service",
        source="TripGen physical architecture, 3.1.1 (private cluster), 7.3.1 and 7.4.1 (private endpoint only)",
        types=tuple(sorted({*PUBLIC_ACCESS, *REFUSED})),
        fail_closed=True,
        judge=public_access,
    ),
    ResourceRule(
        id="azure-open-ports",
        concern="network",
        title="The Internet reaches nothing but the gateway's ports 80 and 443",
        severity="critical",
        protects="ISMS-P 2.6.1 network access, 2.10.1 operation of security systems",
        controls={
            "ISMS-P": ("2.6.1", "2.10.1"),
            "CIS Azure": ("6.1", "6.2", "6.3"),
            "checkov": ("CKV_AZURE_9", "CKV_AZURE_10", "CKV_AZURE_77"),
            "trivy": ("AVD-AZU-0047", "AVD-AZU-0048", "AVD-AZU-0050"),
        },
        fix="Name the range or the service tag that may come in, or take the rule away",
        source="TripGen physical architecture, 4.1.2",
        types=(NETWORK_SECURITY_GROUP, SECURITY_RULE),
        fail_closed=True,
        judge=open_ports,
    ),
    ResourceRule(
        id="azure-web-firewall",
        concern="network",
        title="Web application firewalls refuse what they find, and each gateway has one",
        severity="high",
        protects="ISMS-P 2.6.1 network access, 2.11.3 analysis and monitoring of abnormal behaviour",
        controls={"ISMS-P": ("2.6.1", "2.11.3"), "checkov": ("CKV_AZURE_120", "CKV_AZURE_122", "CKV_AZURE_123")},
        fix="Set the policy to Prevention and enable it; give the gateway SKU WAF_v2 and the policy's id",
        source="TripGen physical architecture, 4.2.2 (mode: Prevention) and 7.1.1",
        types=tuple(sorted(WEB_FIREWALL)),
        fail_closed=True,
        judge=web_firewall,
    ),
    ResourceRule(
        id="azure-firewall",
        concern="network",
        title="The firewall refuses known attackers, and looks for intrusions where its tier can",
        severity="high",
        protects="ISMS-P 2.6.1 network access, 2.11.3 analysis and monitoring of abnormal behaviour",
        controls={"ISMS-P": ("2.6.1", "2.11.3")},
        fix="Set `threatIntelMode` to Deny, and of a Premium policy `intrusionDetection.mode` to Alert or Deny",
        source="TripGen physical architecture, 7.1.1 (L2: Azure Firewall Premium, IDPS)",
        types=tuple(sorted(FIREWALL)),
        fail_closed=True,
        judge=firewall,
    ),
    ResourceRule(
        id="azure-network-policies",
        concern="network",
        title="The cluster enforces network policies",
        severity="high",
        protects="ISMS-P 2.6.1 network access",
        controls={
            "ISMS-P": ("2.6.1",),
            "CIS Kubernetes": ("5.3.1",),
            "checkov": ("CKV_AZURE_7",),
            "trivy": ("AVD-AZU-0043",),
        },
        fix="Give the cluster an engine: `networkProfile.networkPolicy`",
        source="TripGen physical architecture, 3.1.1 (network policy) and 4.3.1",
        types=tuple(sorted(CLUSTER)),
        fail_closed=True,
        judge=enforced_policies,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="azure-private-endpoints",
        concern="network",
        title="Each data service and registry is reached by a private endpoint",
        severity="high",
        protects="ISMS-P 2.6.1 network access, 2.10.2 cloud security",
        controls={
            "ISMS-P": ("2.6.1", "2.10.2"),
            "CIS Azure": ("3.10", "8.7"),
            "checkov": ("CKV2_AZURE_32", "CKV2_AZURE_33", "CKV2_AZURE_57"),
        },
        fix="Place a PrivateLink whose target is the service",
        source="TripGen physical architecture, 7.3.1",
        types=(PRIVATE_ENDPOINT, *sorted(SUB_RESOURCES)),
        fail_closed=True,
        claims=_has_data_services,
        judge=private_endpoints,
    ),
    StackRule(
        id="azure-unknown-web-firewall",
        concern="network",
        title="A gateway's firewall policy that has no id yet is one that the same update makes",
        severity="high",
        protects="ISMS-P 2.6.1 network access, 2.11.3 analysis and monitoring of abnormal behaviour",
        controls={"ISMS-P": ("2.6.1", "2.11.3")},
        fix="Give the gateway the output of a WebApplicationFirewallPolicy itself",
        source="TripGen physical architecture, 7.1.1",
        types=ORIGINS.types,
        fail_closed=True,
        claims=ORIGINS.concern,
        judge=ORIGINS.unknown,
    ),
    StackRule(
        id="azure-guarded-domains",
        concern="network",
        title="A web application firewall stands before each endpoint and domain of Front Door",
        severity="high",
        protects="ISMS-P 2.6.1 network access",
        controls={"ISMS-P": ("2.6.1",)},
        fix="Add the endpoint or domain to the associations of a SecurityPolicy",
        source="TripGen physical architecture, 7.1.1 (L1 perimeter)",
        types=(FRONT_DOOR_DOMAIN, FRONT_DOOR_ENDPOINT, SECURITY_POLICY),
        fail_closed=True,
        claims=_has_front_door,
        judge=guarded_domains,
    ),
)
