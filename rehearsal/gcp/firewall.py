"""What Google's firewalls refuse: rules that allow and deny, rules from nowhere, two rules of one priority."""

import re
from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.network import same_network
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.values import mapping

ASSOCIATION = "gcp:compute/regionNetworkFirewallPolicyAssociation:RegionNetworkFirewallPolicyAssociation"
_PROTOCOL = re.compile(r"tcp|udp|icmp|icmp6|esp|ah|sctp|ipip|all|\d{1,3}")
_PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
_LAST_PORT = 65535
_WITH_PORTS = ("tcp", "udp", "sctp", "6", "17", "132")
_FROM = ("srcIpRanges", "srcAddressGroups", "srcFqdns", "srcRegionCodes", "srcSecureTags", "srcThreatIntelligences",
         "srcNetworks", "srcNetworkScope", "srcNetworkContext")  # fmt: skip
_TO = ("destIpRanges", "destAddressGroups", "destFqdns", "destRegionCodes", "destThreatIntelligences",
       "destNetworkScope", "destNetworkContext")  # fmt: skip


def rule_allows_or_denies(case: GcpCase) -> Iterator[Problem]:
    """A rule either allows or denies."""
    given = [name for name in ("allows", "denies") if case.properties.get(name)]
    if len(given) != 1:
        yield Problem("allows", '"allow": one of `allow,deny` must be specified, and only one')


def rule_says_from_where(case: GcpCase) -> Iterator[Problem]:
    """What comes in says from where, what goes out does not."""
    sources = [name for name in ("sourceRanges", "sourceTags", "sourceServiceAccounts") if case.properties.get(name)]
    if case.get("direction") == "INGRESS":
        if not sources:
            words = "one of source_tags, source_ranges, or source_service_accounts must be defined"
            yield Problem("sourceRanges", f"{words} for an ingress rule")
    elif sources:
        yield Problem(sources[0], "source_ranges, source_tags and source_service_accounts are for ingress rules only")
    tags = case.properties.get("sourceTags") or case.properties.get("targetTags")
    accounts = case.properties.get("sourceServiceAccounts") or case.properties.get("targetServiceAccounts")
    if tags and accounts:
        words = "Invalid value for field 'resource.targetServiceAccounts'. Tags and service accounts cannot be mixed"
        yield invalid("targetServiceAccounts", words, "invalid")


def ports_are_ports(case: GcpCase) -> Iterator[Problem]:
    """Protocols are known and ports have numbers."""
    for name in ("allows", "denies"):
        for index, item in enumerate(case.get(name) or ()):
            yield from _layer_4(f"{name}[{index}]", item.get("protocol"), item.get("ports"))


def _layer_4(path: str, protocol: Any, ports: Any) -> Iterator[Problem]:  # noqa: ANN401 - as the program gave them
    if isinstance(protocol, str) and not _PROTOCOL.fullmatch(protocol.lower()):
        yield invalid(path, f"Invalid value for field '{path}.IPProtocol': '{protocol}'", "invalid")
    if ports and isinstance(protocol, str) and protocol.lower() not in _WITH_PORTS:
        yield invalid(
            path, f"Invalid value for field '{path}.ports': ports are not for protocol '{protocol}'", "invalid"
        )
    for port in ports or ():
        found = _PORTS.fullmatch(port) if isinstance(port, str) else None
        ends = [int(end) for end in found.groups() if end] if found else []
        if isinstance(port, str) and (not ends or ends != sorted(ends) or ends[-1] > _LAST_PORT):
            yield invalid(
                path, f"Invalid value for field '{path}.ports': '{port}'. Must be a port or a range", "invalid"
            )


def policy_rules_are_apart(case: GcpCase) -> Iterator[Problem]:
    """Rules are asked in an order: no two have one priority, or one name."""
    for name in ("priority", "ruleName"):
        given = case.all(f"rules[*].{name}")
        for twice in sorted({str(it) for it in given if given.count(it) > 1}):
            words = f"Invalid value for field 'resource.rules': two rules have the {name} {twice}"
            yield invalid("rules", words, "invalid")


def policy_rules_say_what(case: GcpCase) -> Iterator[Problem]:
    """A rule says from where it comes in, or where it goes; by protocols, and ports of those that have them."""
    for index, rule in enumerate(case.get("rules") or ()):
        path, match = f"rules[{index}]", mapping(rule.get("match"))
        coming = rule.get("direction") == "INGRESS"
        needed = _FROM if coming else _TO
        if not any(match.get(name) for name in needed):
            words = f"Invalid value for field '{path}.match': a rule of direction {rule.get('direction')} needs"
            yield invalid(path, f"{words} a {'source' if coming else 'destination'}", "invalid")
        if not coming and match.get("srcFqdns"):
            yield invalid(path, "Source FQDNs are for ingress rules only", "invalid")
        if not match.get("layer4Configs"):
            yield invalid(path, f"Invalid value for field '{path}.match.layer4Configs': ''. It is required", "required")
        for config in match.get("layer4Configs") or ():
            yield from _layer_4(f"{path}.match.layer4Configs", config.get("ipProtocol"), config.get("ports"))


def one_policy_a_region(case: GcpCase) -> Iterator[Problem]:
    """A network has one policy in a region."""
    for other in case.standing(ASSOCIATION):
        given = other.outputs
        same = given["region"] == case.get("region")
        if same and same_network(case, given["attachmentTarget"], case.get("attachmentTarget")):
            words = f"The network is already associated with the firewall policy '{given['firewallPolicy']}' in region"
            yield invalid("attachmentTarget", f"{words} '{given['region']}'", "invalid")
