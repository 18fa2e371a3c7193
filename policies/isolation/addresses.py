"""Isolation by address: nothing names a network of another environment, or a range that holds some of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Final, TypeAlias

from policies.resource import ENVIRONMENTS, EnvironmentName, Resource, Secret, revealed
from policies.rule import Finding, ResourceRule, violated

#: The first address and the last, as numbers.
_Span: TypeAlias = tuple[int, int]

#: Whose networks all may name: those of the hub, which holds nothing of an environment.
HUB: Final[EnvironmentName] = "mgmt"
_DOTS: Final = 3

_ADDRESS: Final = r"\d{1,3}(?:\.\d{1,3}){3}"
#: An address, a range of them (10.1.0.0/16), or from one to another (Azure's firewall). A version is none of them.
_NAMED: Final = re.compile(
    rf"(?<![\w.])(?P<first>{_ADDRESS})"
    rf"(?:/(?P<length>3[0-2]|[12]\d|[1-9])(?!\d)|-(?P<last>{_ADDRESS}))?"
    r"(?!\w|\.\d)"
)
#: What a NetworkPolicy takes out of a block: it keeps the pods from there.
_TAKEN_OUT: Final = re.compile(r".*\.ipBlock\.except\.\d+")


def _load() -> Mapping[EnvironmentName, tuple[IPv4Network, ...]]:
    content = tomllib.loads(Path(__file__).with_name("ranges.toml").read_text(encoding="utf-8"))
    return {
        environment: tuple(IPv4Network(cidr) for cidrs in content[environment].values() for cidr in cidrs)
        for environment in ENVIRONMENTS
    }


NETWORKS: Final = _load()


def addresses(resource: Resource) -> Iterable[Finding]:
    """Refuse addresses of another environment's networks, wherever they stand: a route, a rule, a peering, a setting.

    A wider range that holds some of them is refused, too: 10.0.0.0/8 lets every environment in. All addresses
    (0.0.0.0/0) name no network; who may be met there is what the rules about open ports judge. What is not known yet is
    of what is made in the same update: ours.
    """
    for path, value in resource.leaves():
        text = revealed(value)
        if not isinstance(text, str) or text.count(".") < _DOTS or _TAKEN_OUT.fullmatch(path):
            continue
        for named in _NAMED.finditer(text):
            if whose := sorted(_whose(named, resource.environment)):
                found = "a secret value" if isinstance(value, Secret) else named[0]
                yield violated(f"`{path}` names {found}, with addresses of {', '.join(whose)}", _allowed(resource))


def _whose(named: re.Match[str], environment: EnvironmentName) -> Iterator[EnvironmentName]:
    """Return the environments, but for this one and the hub, of whose networks there is an address in what is named."""
    try:
        first, last = _span(named)
    except ValueError:  # 999.1.1.1 is nobody's address
        return
    for name, networks in NETWORKS.items():
        if name not in {environment, HUB} and any(
            first <= int(one.broadcast_address) and int(one.network_address) <= last for one in networks
        ):
            yield name


def _span(named: re.Match[str]) -> _Span:
    if named["last"]:
        return int(IPv4Address(named["first"])), int(IPv4Address(named["last"]))
    network = IPv4Network(f"{named['first']}/{named['length'] or 32}", strict=False)
    return int(network.network_address), int(network.broadcast_address)


def _allowed(resource: Resource) -> str:
    own = ", ".join(str(one) for one in NETWORKS[resource.environment])
    return f"networks of {resource.environment} ({own}) or of the hub ({', '.join(str(one) for one in NETWORKS[HUB])})"


RESOURCE_RULES: Final = (
    ResourceRule(
        id="isolation-addresses",
        concern="isolation",
        title="Nothing names an address or a range of another environment's networks",
        severity="critical",
        protects="ISMS-P 2.8.3 development and production are separate, 2.6.1 network access",
        fix="Take the range from the environment's own settings (Pulumi.<stack>.yaml), as narrow as what is meant; "
        "where an environment's networks change, change policies/isolation/ranges.toml in the same review",
        source="KYEOL runbook, 1 (an account per environment); TripGen physical architecture, 4.1.1; DTx "
        "infrastructure, security (network)",
        types=("aws:*", "azure-native:*", "gcp:*", "kubernetes:*"),
        controls={"ISMS-P": ("2.6.1", "2.8.3")},
        fail_closed=False,
        judge=addresses,
    ),
)
