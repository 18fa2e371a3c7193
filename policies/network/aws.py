"""Network on AWS: no public side, closed ports, and CloudFront with its firewall as the only way in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from policies.network.ranges import is_public
from policies.origins import Origins
from policies.requirement import load_requirements, unmet
from policies.resource import UNKNOWN, Resource, Value, revealed
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated

_TABLES: Final = load_requirements(Path(__file__).with_name("aws.toml"))
PUBLIC_ACCESS: Final = _TABLES["public_access"]
EDGE: Final = _TABLES["edge"]
REGIONAL_ACL: Final = _TABLES["regional_acl"]
TRAFFIC_LOGS: Final = _TABLES["traffic_logs"]
PREFIX_LISTS: Final = tuple(_TABLES["prefix_lists"])

CLUSTER: Final = "aws:eks/cluster:Cluster"
DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
WEB_ACL: Final = "aws:wafv2/webAcl:WebAcl"
WEB_ACL_LOGGING: Final = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
VPC: Final = "aws:ec2/vpc:Vpc"
FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
#: A rule of its own, and a group that holds its rules.
INGRESS_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SECURITY_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
#: What stands before CloudFront has this scope, what stands before the load balancer the other.
EDGE_SCOPE: Final = "CLOUDFRONT"
#: What has no id before the update: an ACL that the same update makes.
ORIGINS: Final = Origins({DISTRIBUTION: {"webAclId": frozenset({WEB_ACL})}})

_NETWORKS: Final = "ranges inside our networks; CloudFront comes by its prefix list"
_FEW: Final = "no public endpoint, or one for named addresses of ours"
#: A range of this length or longer is an office or a gateway, not a part of the Internet.
_FEW_ADDRESSES: Final = 24


def public_access(resource: Resource) -> Iterable[Finding]:
    """Refuse a store, a node or an API server that the Internet reaches."""
    yield from unmet(resource, PUBLIC_ACCESS)
    if resource.type == CLUSTER:
        yield from _endpoint(resource)


def _endpoint(cluster: Resource) -> Iterator[Finding]:
    """Judge the API server's public side: none, or one that only few addresses reach. AWS's default is everybody."""
    path = "vpcConfig.endpointPublicAccess"
    match revealed(cluster.at(path)):
        case False:
            return
        case found if found is UNKNOWN:
            yield unknowable(path, _FEW)
            return
    ranges = list(cluster.every("vpcConfig.publicAccessCidrs.*"))
    if not ranges:
        yield violated("a public endpoint for everybody", _FEW)
    for where, value in ranges:
        plain = revealed(value)
        if plain is UNKNOWN:
            yield unknowable(where, _FEW)
        elif not _is_narrow(plain):
            yield violated(at_path(where, value), _FEW)


def _is_narrow(text: Value) -> bool:
    length = text.partition("/")[2] if isinstance(text, str) else ""
    return length.isdigit() and int(length) >= _FEW_ADDRESSES


def open_ports(resource: Resource) -> Iterable[Finding]:
    """Refuse whoever comes from the Internet: the only ports open to it, 80 and 443, are CloudFront's own."""
    if resource.type == INGRESS_RULE:
        paths = ("cidrIpv4", "cidrIpv6"), ("prefixListId",)
    else:
        paths = ("ingress.*.cidrBlocks.*", "ingress.*.ipv6CidrBlocks.*"), ("ingress.*.prefixListIds.*",)
    for name in paths[0]:
        yield from _sources(resource, name, is_public)
    for name in paths[1]:
        yield from _sources(resource, name, lambda text: text not in PREFIX_LISTS)


def _sources(resource: Resource, name: str, refused: Callable[[str], bool]) -> Iterator[Finding]:
    for path, value in resource.every(name):
        plain = revealed(value)
        if plain is UNKNOWN:
            yield unknowable(path, _NETWORKS)
        elif isinstance(plain, str) and refused(plain):
            yield violated(f"{at_path(path, value)}, which anybody may come from", _NETWORKS)


def web_firewall(resource: Resource) -> Iterable[Finding]:
    """Require a firewall before CloudFront that refuses attacks, and one behind it that knows only CloudFront."""
    yield from unmet(resource, EDGE)
    if resource.type == DISTRIBUTION:
        yield from _distribution(resource)
    elif resource.type == WEB_ACL:
        scope = revealed(resource.at("scope"))
        if scope is UNKNOWN:
            yield unknowable("scope", f"{EDGE_SCOPE} or REGIONAL")
        elif scope == EDGE_SCOPE:
            yield from _acl(resource)
        else:
            yield from unmet(resource, REGIONAL_ACL)


def _distribution(distribution: Resource) -> Iterator[Finding]:
    """Judge what stands before a distribution, and how its origins know it. An ACL without an id: `ORIGINS`."""
    if distribution.at("webAclId") in (None, ""):
        yield violated("no `webAclId`", f"a web ACL of scope {EDGE_SCOPE}")
    if revealed(distribution.at("origins")) is UNKNOWN:
        yield unknowable("origins", "origins that can be read")
    for path, _ in distribution.every("origins.*"):
        if distribution.at(f"{path}.customOriginConfig") is None:
            if distribution.at(f"{path}.originAccessControlId") in (None, ""):
                yield violated(f"`{path}` is a bucket without `originAccessControlId`", "requests that are signed")
        elif not revealed(distribution.at(f"{path}.customHeaders")):
            yield violated(f"`{path}` gets no `customHeaders`", "a header that only our distribution sends")


def _acl(acl: Resource) -> Iterator[Finding]:
    """Require a rate limit that blocks and a group of AWS's rules that is not told to count only."""
    if revealed(acl.at("rules")) is UNKNOWN:
        yield unknowable("rules", "rules that can be read")
        return
    paths = [path for path, _ in acl.every("rules.*")]
    if not any(
        acl.at(f"{path}.statement.rateBasedStatement") is not None and acl.at(f"{path}.action.block") is not None
        for path in paths
    ):
        yield violated("no rule that blocks by rate", "a `rateBasedStatement` whose action is block")
    groups = [path for path in paths if acl.at(f"{path}.statement.managedRuleGroupStatement") is not None]
    if not groups:
        yield violated("no rule that knows attacks", "AWS's managed rule groups")
    for path in groups:
        if acl.at(f"{path}.overrideAction.none") is None:
            yield violated(f"`{path}` only counts what it finds", "`overrideAction` none, with which the group refuses")


def traffic_logs(resource: Resource) -> Iterable[Finding]:
    """Refuse a flow log that leaves something out."""
    yield from unmet(resource, TRAFFIC_LOGS)


def logged(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require a log of each network and each firewall before CloudFront; a preview knows by reference whose it is."""
    networks = {urn for one in resources if one.type == FLOW_LOG for urn in one.references.get("vpcId", ())}
    firewalls = {
        urn for one in resources if one.type == WEB_ACL_LOGGING for urn in one.references.get("resourceArn", ())
    }
    for one in resources:
        if one.type == VPC and one.urn not in networks:
            yield violated("a network without a flow log", "a FlowLog of the VPC", one.urn)
        elif one.type == WEB_ACL and revealed(one.at("scope")) in (EDGE_SCOPE, UNKNOWN) and one.urn not in firewalls:
            yield violated("a web ACL that keeps no log", "a WebAclLoggingConfiguration of the ACL", one.urn)


def _has_a_network(resources: Sequence[Resource]) -> bool:
    return any(resource.type in {VPC, WEB_ACL} for resource in resources)


_ACCESS: Final = "ISMS-P 2.6.1 network access, 2.10.2 cloud security"
_WATCH: Final = "ISMS-P 2.11.3 analysis and monitoring of abnormal behaviour"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="aws-public-access",
        concern="network",
        title="Databases, buckets, nodes and the API server have no public side",
        severity="critical",
        protects=_ACCESS,
        controls={
            "ISMS-P": ("2.6.1", "2.10.2"),
            "CIS AWS": ("2.1.4", "2.3.3", "5.4"),
            "checkov": (
                "CKV_AWS_17",
                "CKV_AWS_38",
                "CKV_AWS_39",
                "CKV_AWS_53",
                "CKV_AWS_54",
                "CKV_AWS_55",
                "CKV_AWS_56",
                "CKV2_AWS_12",
            ),
        },
        fix="Switch the public side off with the property named above",
        source="KYEOL runbook, 2.2 (ISMS-P)",
        types=tuple(sorted(PUBLIC_ACCESS)),
        fail_closed=True,
        judge=public_access,
    ),
    ResourceRule(
        id="aws-open-ports",
        concern="network",
        title="No security group lets the Internet in; shoppers come by CloudFront",
        severity="critical",
        protects=_ACCESS,
        controls={
            "ISMS-P": ("2.6.1", "2.10.2"),
            "CIS AWS": ("5.2", "5.3"),
            "checkov": ("CKV_AWS_24", "CKV_AWS_25"),
        },
        fix="Name the security group or the range that may come in; what shoppers ask for comes by CloudFront's list",
        source="KYEOL runbook, 2.1 (load balancer) and 2.2 (WAF before CloudFront)",
        types=(INGRESS_RULE, SECURITY_GROUP),
        fail_closed=True,
        judge=open_ports,
    ),
    ResourceRule(
        id="aws-web-firewall",
        concern="network",
        title="A firewall that refuses stands before CloudFront, and one behind it that knows nobody else",
        severity="high",
        protects=f"{_ACCESS}; {_WATCH}",
        controls={"ISMS-P": ("2.6.1", "2.10.2", "2.11.3"), "checkov": ("CKV_AWS_68",)},
        fix="Take the ACLs of ViewerWebAcl and OriginGuard; give the distribution the one, and its origin the header",
        source="KYEOL runbook, 2.2 (WAFv2 before CloudFront)",
        types=tuple(sorted({*EDGE, DISTRIBUTION, WEB_ACL})),
        fail_closed=True,
        judge=web_firewall,
    ),
    ResourceRule(
        id="aws-flow-logs",
        concern="network",
        title="Flow logs hold everything, what was refused included",
        severity="medium",
        protects=_WATCH,
        controls={"ISMS-P": ("2.11.3",), "CIS AWS": ("3.7",)},
        fix="Set `trafficType` to ALL",
        source="KYEOL runbook, 2.2 (ISMS-P)",
        types=tuple(sorted(TRAFFIC_LOGS)),
        fail_closed=True,
        judge=traffic_logs,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="aws-traffic-logged",
        concern="network",
        title="Each network and each firewall before CloudFront keeps a log",
        severity="medium",
        protects=_WATCH,
        controls={"ISMS-P": ("2.11.3",), "CIS AWS": ("3.7",), "checkov": ("CKV2_AWS_11",)},
        fix="Place FlowLogs beside the network, and a logging configuration beside the ACL",
        source="KYEOL runbook, 2.2 (ISMS-P)",
        types=(VPC, FLOW_LOG, WEB_ACL, WEB_ACL_LOGGING),
        fail_closed=True,
        claims=_has_a_network,
        judge=logged,
    ),
    StackRule(
        id="aws-unknown-web-firewall",
        concern="network",
        title="A web ACL of CloudFront that has no id yet is one that the same update makes",
        severity="high",
        protects=f"{_ACCESS}; {_WATCH}",
        controls={"ISMS-P": ("2.6.1", "2.10.2", "2.11.3")},
        fix="Give the distribution the output of a ViewerWebAcl itself",
        source="KYEOL runbook, 2.2 (WAFv2 before CloudFront)",
        types=ORIGINS.types,
        fail_closed=True,
        claims=ORIGINS.concern,
        judge=ORIGINS.unknown,
    ),
)
