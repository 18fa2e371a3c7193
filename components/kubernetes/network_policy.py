"""What the pods of one tier may reach and be reached by, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.base import Component, ComponentArgs


@dataclass(frozen=True, kw_only=True)
class Ports:
    """A range of ports of one protocol; one port if it has no end."""

    first: int
    last: int | None = None
    protocol: str = "TCP"

    def row(self) -> dict[str, Any]:
        """Return the range as a policy spells it."""
        end = {} if self.last is None else {"end_port": self.last}
        return {"port": self.first, "protocol": self.protocol, **end}


@dataclass(frozen=True, kw_only=True)
class Peer:
    """The other side of a connection: a network, or pods of a namespace or of this one.

    Nothing said is everybody, the nodes themselves included.
    """

    cidr: str | None = None
    namespace: str | None = None
    pod_labels: dict[str, str] | None = None

    def row(self) -> dict[str, Any] | None:
        """Return the peer as a policy spells it."""
        if self.cidr:
            return {"ip_block": {"cidr": self.cidr}}
        selectors: dict[str, Any] = {}
        if self.namespace:
            selectors["namespace_selector"] = {"match_labels": {"kubernetes.io/metadata.name": self.namespace}}
        if self.pod_labels:
            selectors["pod_selector"] = {"match_labels": self.pod_labels}
        return selectors or None


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """One row: a peer and the ports."""

    peer: Peer
    ports: Sequence[Ports]


@dataclass(frozen=True, kw_only=True)
class TierPolicyArgs(ComponentArgs):
    """Whom the policy is for, and its rows."""

    namespace: pulumi.Input[str]
    policy: str
    pod_labels: dict[str, str]
    ingress: Sequence[Allowed]
    egress: Sequence[Allowed]


class TierPolicy(Component[TierPolicyArgs], type="platform:kubernetes:TierPolicy"):
    """A network policy for both directions; what no row allows, the namespace's default denies."""

    def build(self, args: TierPolicyArgs) -> None:
        """Place the policy."""
        spec: Any = {
            "pod_selector": {"match_labels": args.pod_labels},
            "policy_types": ["Ingress", "Egress"],
            "ingress": [_row("from_", allowed) for allowed in args.ingress],
            "egress": [_row("to", allowed) for allowed in args.egress],
        }
        NetworkPolicy(
            f"{self.name}-policy",
            metadata={"name": args.policy, "namespace": args.namespace, "labels": args.scope.tags.kubernetes()},
            spec=spec,
            opts=self.child(),
        )


def _row(direction: str, allowed: Allowed) -> dict[str, Any]:
    peer = allowed.peer.row()
    return {**({direction: [peer]} if peer else {}), "ports": [ports.row() for ports in allowed.ports]}
