"""Network on Google Cloud: no public side, closed ports, a web application firewall before what is served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from policies.network.ranges import is_public
from policies.requirement import load_requirements, unmet
from policies.resource import UNKNOWN, Resource, Value, revealed
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated

_TABLES: Final = load_requirements(Path(__file__).with_name("gcp.toml"))
PUBLIC_ACCESS: Final = _TABLES["public_access"]
CLUSTER: Final = _TABLES["cluster"]
WEB_FIREWALL: Final = _TABLES["web_firewall"]

FIREWALL: Final = "gcp:compute/firewall:Firewall"
#: Policies whose rules are resources of their own, and those that hold them as a list.
POLICY_RULES: Final = (
    "gcp:compute/networkFirewallPolicyRule:NetworkFirewallPolicyRule",
    "gcp:compute/regionNetworkFirewallPolicyRule:RegionNetworkFirewallPolicyRule",
)
POLICIES_WITH_RULES: Final = (
    "gcp:compute/networkFirewallPolicyWithRules:NetworkFirewallPolicyWithRules",
    "gcp:compute/regionNetworkFirewallPolicyWithRules:RegionNetworkFirewallPolicyWithRules",
)
BACKEND_SERVICE: Final = "gcp:compute/regionBackendService:RegionBackendService"
SECURITY_POLICY: Final = "gcp:compute/regionSecurityPolicy:RegionSecurityPolicy"

#: Google's health checks, its load balancers of older kinds, and the tunnel that asks IAM first (Cloud Load Balancing
#: documents, probe ranges; Identity-Aware Proxy documents, TCP forwarding).
GOOGLES_RANGES: Final = frozenset({"35.191.0.0/16", "130.211.0.0/22", "35.235.240.0/20"})
#: Ways to name a source that is inside: without one of them and without ranges, a rule is for everybody.
_INSIDE: Final = ("srcSecureTags", "srcAddressGroups", "srcNetworks", "srcFqdns")
#: Ways to name a source that is somewhere on the Internet.
_OUTSIDE: Final = ("srcRegionCodes", "srcThreatIntelligences", "srcNetworkScope", "srcNetworkType")
_OPENING: Final = frozenset({"allow", "goto_next"})
_ALLOWED: Final = f"ranges inside the network, and Google's own: {', '.join(sorted(GOOGLES_RANGES))}"
_OUTBOUND_SCHEMES: Final = frozenset({"EXTERNAL", "EXTERNAL_MANAGED"})
_PRECONFIGURED: Final = ("evaluatePreconfiguredWaf", "evaluatePreconfiguredExpr")


def public_access(resource: Resource) -> Iterable[Finding]:
    """Refuse a database, a bucket, a node or a control plane that the Internet reaches."""
    yield from unmet(resource, PUBLIC_ACCESS)


def enforced_policies(resource: Resource) -> Iterable[Finding]:
    """Require an engine that enforces network policies."""
    yield from unmet(resource, CLUSTER)


def open_firewall(resource: Resource) -> Iterable[Finding]:
    """Refuse rules that let the Internet in. The load balancer's proxies take what comes; pods take it from them."""
    if resource.type == FIREWALL:
        if resource.at("allows") is not None and revealed(resource.at("disabled")) is not True:
            yield from _classic(resource)
    elif resource.type in POLICIES_WITH_RULES:
        if revealed(resource.at("rules")) is UNKNOWN:
            yield unknowable("rules", _ALLOWED)
        for path, _ in resource.every("rules.*"):
            yield from _row(resource, f"{path}.")
    else:
        yield from _row(resource, "")


def _classic(resource: Resource) -> Iterator[Finding]:
    direction = revealed(resource.at("direction"))
    if direction is UNKNOWN:
        yield unknowable("direction", _ALLOWED)
    elif direction != "EGRESS":
        named = any(resource.at(name) is not None for name in ("sourceTags", "sourceServiceAccounts"))
        yield from _sources(resource, "sourceRanges", named=named)


def _row(resource: Resource, prefix: str) -> Iterator[Finding]:
    """Judge the row whose properties begin with `prefix`; what is not known may open it."""
    direction, action = (revealed(resource.at(f"{prefix}{name}")) for name in ("direction", "action"))
    if revealed(resource.at(f"{prefix}disabled")) is True:
        return
    if direction not in ("INGRESS", UNKNOWN) or (action is not UNKNOWN and action not in _OPENING):
        return
    if UNKNOWN in (direction, action):
        yield unknowable(f"{prefix}{'direction' if direction is UNKNOWN else 'action'}", _ALLOWED)
        return
    for name in _OUTSIDE:
        if (value := resource.at(f"{prefix}match.{name}")) not in (None, []):
            yield violated(f"{at_path(f'{prefix}match.{name}', value)}: whoever is there may come in", _ALLOWED)
    named = any(revealed(resource.at(f"{prefix}match.{name}")) not in (None, []) for name in _INSIDE)
    yield from _sources(resource, f"{prefix}match.srcIpRanges", named=named)


def _sources(resource: Resource, path: str, *, named: bool) -> Iterator[Finding]:
    """Judge the ranges that may come in; without any, and without a name for somebody inside, all may."""
    ranges = revealed(resource.at(path))
    if ranges is UNKNOWN:
        yield unknowable(path, _ALLOWED)
    elif not ranges and not named:
        yield violated(f"no `{path}`, so that everybody may come in", _ALLOWED)
    for where, value in resource.every(f"{path}.*"):
        yield from _range(where, value)


def _range(path: str, value: Value) -> Iterator[Finding]:
    plain = revealed(value)
    if plain is UNKNOWN:
        yield unknowable(path, _ALLOWED)
    elif isinstance(plain, str) and is_public(plain) and plain not in GOOGLES_RANGES:
        yield violated(f"{at_path(path, value)}, a public range", _ALLOWED)


def _looks_outward(resource: Resource) -> bool:
    outward = revealed(resource.at("loadBalancingScheme")) in (*_OUTBOUND_SCHEMES, UNKNOWN)
    return resource.type == SECURITY_POLICY or outward


def web_firewall(resource: Resource) -> Iterable[Finding]:
    """Require a policy before each service that the Internet reaches, with rules that know attacks and refuse them."""
    if resource.type == BACKEND_SERVICE:
        if resource.at("securityPolicy") is None:
            yield violated(
                "no `securityPolicy`", "a RegionSecurityPolicy before each service that the Internet reaches"
            )
        return
    yield from unmet(resource, WEB_FIREWALL)
    expressions = [revealed(value) for _, value in resource.every("rules.*.match.expr.expression")]
    if UNKNOWN in expressions or revealed(resource.at("rules")) is UNKNOWN:
        yield unknowable("rules", "rules that look for known attacks")
    elif not any(isinstance(one, str) and one.startswith(_PRECONFIGURED) for one in expressions):
        yield violated("no rule that knows attacks", "a rule with `evaluatePreconfiguredWaf(...)`")


_ACCESS: Final = "GDPR 32 (1) b confidentiality, DiGAV annex 1 (protection of networks)"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="gcp-public-access",
        concern="network",
        title="Databases, buckets, nodes and the control plane have no public side",
        severity="critical",
        protects=_ACCESS,
        controls={
            "GDPR": ("32 (1) b",),
            "DiGAV": ("annex 1",),
            "CIS Google Cloud": ("4.9", "5.2", "6.2.9", "6.5", "6.6"),
            "checkov": (
                "CKV_GCP_11",
                "CKV_GCP_18",
                "CKV_GCP_29",
                "CKV_GCP_40",
                "CKV_GCP_60",
                "CKV_GCP_64",
                "CKV_GCP_114",
            ),
            "trivy": ("AVD-GCP-0002", "AVD-GCP-0017", "AVD-GCP-0031", "AVD-GCP-0053", "AVD-GCP-0059"),
        },
        fix="Switch the public side off with the property named above",
        source="DTx infrastructure, security 1 (VPC, separate subnets)",
        types=tuple(sorted(PUBLIC_ACCESS)),
        fail_closed=True,
        judge=public_access,
    ),
    ResourceRule(
        id="gcp-open-firewall",
        concern="network",
        title="No firewall rule lets the Internet in",
        severity="critical",
        protects=_ACCESS,
        controls={
            "GDPR": ("32 (1) b",),
            "DiGAV": ("annex 1",),
            "CIS Google Cloud": ("3.6", "3.7"),
            "checkov": (
                "CKV2_GCP_12",
                "CKV_GCP_2",
                "CKV_GCP_3",
                "CKV_GCP_75",
                "CKV_GCP_77",
                "CKV_GCP_88",
                "CKV_GCP_106",
            ),
            "trivy": ("AVD-GCP-0027",),
        },
        fix="Name the range inside the network that may come in; what the Internet asks for goes by the load balancer",
        source="DTx infrastructure, security 1 (security groups)",
        types=(FIREWALL, *POLICY_RULES, *POLICIES_WITH_RULES),
        fail_closed=True,
        judge=open_firewall,
    ),
    ResourceRule(
        id="gcp-web-firewall",
        concern="network",
        title="A web application firewall that refuses what it finds stands before whatever the Internet reaches",
        severity="high",
        protects=_ACCESS,
        controls={"GDPR": ("32 (1) b",), "DiGAV": ("annex 1",)},
        fix="Give the backend service the policy's id; give the policy rules that know attacks, and none in preview",
        source="DTx infrastructure, security 1 (WAF)",
        types=(BACKEND_SERVICE, SECURITY_POLICY),
        fail_closed=True,
        claims=_looks_outward,
        judge=web_firewall,
    ),
    ResourceRule(
        id="gcp-network-policies",
        concern="network",
        title="The GKE cluster enforces network policies",
        severity="high",
        protects=_ACCESS,
        controls={
            "GDPR": ("32 (1) b",),
            "DiGAV": ("annex 1",),
            "CIS Kubernetes": ("5.3.1",),
            "checkov": ("CKV_GCP_12",),
            "trivy": ("AVD-GCP-0056",),
        },
        fix="Take `datapathProvider` ADVANCED_DATAPATH, which cannot be switched off",
        source="DTx infrastructure, security 1 (security groups)",
        types=tuple(sorted(CLUSTER)),
        fail_closed=True,
        judge=enforced_policies,
    ),
)
