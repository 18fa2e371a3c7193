"""Ranges of addresses that the Internet routes."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from typing import Final

#: Ranges that the Internet does not route, those of carriers' networks among them.
_PRIVATE: Final = tuple(
    IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


def is_public(text: str) -> bool:
    """Return whether a text is a range with addresses that the Internet routes; a name of anything else is not."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return False
    return not any(isinstance(network, IPv4Network) and network.subnet_of(private) for private in _PRIVATE)
