"""What may leave the cluster through the firewall: pure lists, and their form as rule collections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pulumi_azure_native.network import (
    ApplicationRuleArgs,
    FirewallPolicyFilterRuleCollectionActionArgs,
    FirewallPolicyFilterRuleCollectionArgs,
    FirewallPolicyRuleApplicationProtocolArgs,
    NetworkRuleArgs,
)

#: Azure keeps the list of hosts that AKS needs under this tag (AKS documents, limit egress traffic).
AKS_TAG: Final = "AzureKubernetesService"
#: Nodes set their clocks by it.
TIME_SERVER: Final = "ntp.ubuntu.com"
#: Where the images of Argo Rollouts are. Ours come by a private endpoint, Azure's by the tag: with `*.azurecr.io` here,
#: anybody's registry would be within reach of every pod.
REGISTRY_HOSTS: Final = ("quay.io", "*.quay.io")
ENTRA_HOSTS: Final = ("login.microsoftonline.com", "*.login.microsoft.com", "graph.microsoft.com")
#: The Azure Policy add-on asks these for what it must enforce.
POLICY_HOSTS: Final = ("data.policy.core.windows.net", "store.policy.core.windows.net")
MONITOR_HOSTS: Final = (
    "*.ods.opinsights.azure.com",
    "*.oms.opinsights.azure.com",
    "*.ingest.monitor.azure.com",
    "*.metrics.ingest.monitor.azure.com",
    "*.handler.control.monitor.azure.com",
    "*.monitoring.azure.com",
    "*.prometheus.monitor.azure.com",
    "*.in.applicationinsights.azure.com",
    "*.livediagnostics.monitor.azure.com",
    "dc.services.visualstudio.com",
)


@dataclass(frozen=True, kw_only=True)
class Egress:
    """Who leaves, and what it may reach besides what a cluster needs."""

    #: Ranges of the nodes; pods of an overlay leave with their node's address.
    sources: tuple[str, ...]
    #: Hosts of other companies' APIs that the services call (design, 4.3.1: external APIs on 443).
    external_hosts: tuple[str, ...]


def application_rules(egress: Egress) -> list[ApplicationRuleArgs]:
    """Return the rules by name of host: the cluster's tag, and HTTPS to the lists above."""
    tag = ApplicationRuleArgs(
        rule_type="ApplicationRule",
        name="aks",
        source_addresses=egress.sources,
        fqdn_tags=[AKS_TAG],
        protocols=[_protocol("Http", 80), _protocol("Https", 443)],
    )
    hosts = {
        "registries": REGISTRY_HOSTS,
        "entra": ENTRA_HOSTS,
        "policy": POLICY_HOSTS,
        "monitor": MONITOR_HOSTS,
        "external-apis": egress.external_hosts,
    }
    return [
        tag,
        *(
            ApplicationRuleArgs(
                rule_type="ApplicationRule",
                name=name,
                source_addresses=egress.sources,
                target_fqdns=targets,
                protocols=[_protocol("Https", 443)],
            )
            for name, targets in hosts.items()
            if targets
        ),
    ]


def network_rules(egress: Egress) -> list[NetworkRuleArgs]:
    """Return the rules by address: the clock. A private cluster's nodes need no tunnel to their API server."""
    return [
        NetworkRuleArgs(
            rule_type="NetworkRule",
            name="time",
            source_addresses=egress.sources,
            destination_fqdns=[TIME_SERVER],
            destination_ports=["123"],
            ip_protocols=["UDP"],
        )
    ]


def allow(
    name: str, priority: int, rules: Sequence[ApplicationRuleArgs] | Sequence[NetworkRuleArgs]
) -> FirewallPolicyFilterRuleCollectionArgs:
    """Return rules as a collection that lets through; what no collection names is dropped."""
    return FirewallPolicyFilterRuleCollectionArgs(
        rule_collection_type="FirewallPolicyFilterRuleCollection",
        name=name,
        priority=priority,
        action=FirewallPolicyFilterRuleCollectionActionArgs(type="Allow"),
        rules=[*rules],
    )


def _protocol(kind: str, port: int) -> FirewallPolicyRuleApplicationProtocolArgs:
    return FirewallPolicyRuleApplicationProtocolArgs(protocol_type=kind, port=port)
