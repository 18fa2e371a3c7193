"""What Azure refuses of firewalls and their policies."""

from collections.abc import Iterator
from typing import Any

from rehearsal.azure_native import addresses as public
from rehearsal.azure_native import arm
from rehearsal.azure_native.network import FIREWALL_SUBNET, network_of, subnet_range
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import Value, mapping

_TIERS = ("Basic", "Standard", "Premium")


def configurations_are_complete(case: Case) -> Iterator[Problem]:
    """A firewall in a network has a subnet and an address."""
    if case.get("sku.name") == "AZFW_VNet" and not case.properties.get("ipConfigurations"):
        words = "AzureFirewall must have an IP configuration with a subnet and a public IP address."
        yield Problem("ipConfigurations", f"AzureFirewallIpConfigurationRequired: {words}")


def stands_in_its_subnet(case: Case) -> Iterator[Problem]:
    """The subnet has a fixed name, lies in the firewall's region, and holds nothing else."""
    subnet = arm.at(case, "ipConfigurations[0].subnet.id")
    if subnet is None:
        return
    if subnet.name != FIREWALL_SUBNET:
        words = f"Azure Firewall must be in a subnet named '{FIREWALL_SUBNET}', not '{subnet.name}'."
        yield Problem("ipConfigurations", f"AzureFirewallSubnetNameInvalid: {words}")
    vnet = network_of(case, subnet)
    if vnet and vnet.outputs.get("location") != arm.location(case):
        words = f"{subnet.id} and {arm.own_path(case)} must be in the same region."
        yield Problem("ipConfigurations", f"InvalidResourceReference: {words}")


def addresses_fit(case: Case) -> Iterator[Problem]:
    """Its public addresses are of the SKU Standard, free, and in its zones."""
    for address in [arm.find(case, path) for path in case.all("ipConfigurations[*].publicIPAddress.id")]:
        reason = public.misfits(address, case.all("zones[*]")) if address else None
        if reason:
            yield Problem("ipConfigurations", f"AzureFirewallPublicIPAddressInvalid: {reason}.")
        others = public.users(case, address, arm.own_path(case)) if address else []
        if address and others:
            words = f"Resource {arm.own_path(case)} is referencing public IP address {address.id} that is already"
            yield Problem("ipConfigurations", f"PublicIPAddressInUse: {words} allocated to resource {others[0].id}.")


def policy_fits(case: Case) -> Iterator[Problem]:
    """A firewall does what its policy asks only where its tier is as high."""
    policy = arm.at(case, "firewallPolicy.id")
    asked = mapping(policy.outputs.get("sku")).get("tier", "Standard") if policy else None
    if policy and asked in _TIERS and _TIERS.index(asked) > _TIERS.index(str(case.get("sku.tier"))):
        words = (
            f"Azure Firewall {arm.own_path(case)} with SKU tier {case.get('sku.tier')} cannot use firewall policy "
            f"{policy.id} with SKU tier {asked}."
        )
        yield Problem("firewallPolicy", f"AzureFirewallPolicySkuTierMismatch: {words}")


def addresses(case: Case) -> dict[str, Any]:
    """Give the firewall the first address of its subnet that is not Azure's own."""
    answer = []
    for index, given in enumerate(case.get("ipConfigurations") or ()):
        subnet = arm.find(case, mapping(given.get("subnet")).get("id"))
        private = {"privateIPAddress": str(subnet_range(subnet)[4])} if subnet and index == 0 else {}
        answer.append({
            "id": f"{arm.own_path(case)}/azureFirewallIpConfigurations/{given.get('name')}", **given, **private,
            "privateIPAllocationMethod": "Dynamic", "provisioningState": "Succeeded",
        })  # fmt: skip
    return {"ipConfigurations": answer}


# --- policies -------------------------------------------------------------------------------------------------------


def only_premium_inspects(case: Case) -> Iterator[Problem]:
    """Intrusion detection and TLS inspection are Premium's."""
    tier = case.get("sku.tier")
    for property_, name in (("intrusionDetection", "IntrusionDetection"), ("transportSecurity", "TransportSecurity")):
        if tier != "Premium" and case.properties.get(property_) is not None:
            words = f"{name} is only supported in firewall policies with SKU tier Premium, not {tier}."
            yield Problem(property_, f"FirewallPolicyFeatureNotSupportedForSku: {words}")


def _collections(case: Case) -> list[dict[str, Value]]:
    return [item for item in case.get("ruleCollections") or () if isinstance(item, dict)]


def rules_are_complete(case: Case) -> Iterator[Problem]:
    """A rule says from where, to where, by what; a collection holds rules of one kind."""
    for index, collection in enumerate(_collections(case)):
        rules = [rule for rule in collection.get("rules") or () if isinstance(rule, dict)]
        kinds = {rule.get("ruleType") for rule in rules}
        path = f"ruleCollections[{index}]"
        if len(kinds) > 1:
            words = (
                f"Rule collection {collection.get('name')} mixes rules of the types "
                f"{', '.join(sorted(map(str, kinds)))}"
            )
            yield Problem(path, f"FirewallPolicyRuleCollectionMixedRuleTypes: {words}")
        for rule in rules:
            missing = list(_missing(rule))
            if missing:
                words = f"Rule {rule.get('name')} of {collection.get('name')} must have {' and '.join(missing)}"
                yield Problem(path, f"FirewallPolicyRuleInvalid: {words}")
        names = [rule.get("name") for rule in rules]
        if len(set(map(str, names))) < len(names):
            yield Problem(path, f"FirewallPolicyRuleDuplicateName: rules of {collection.get('name')} share a name")


def _missing(rule: dict[str, Value]) -> Iterator[str]:
    if not rule.get("sourceAddresses") and not rule.get("sourceIpGroups"):
        yield "a source"
    if rule.get("ruleType") == "NetworkRule":
        if not any(rule.get(name) for name in ("destinationAddresses", "destinationFqdns", "destinationIpGroups")):
            yield "a destination"
        for name in ("ipProtocols", "destinationPorts"):
            if not rule.get(name):
                yield name
    if rule.get("ruleType") == "ApplicationRule":
        targets = [name for name in ("targetFqdns", "fqdnTags", "targetUrls", "webCategories") if rule.get(name)]
        if not targets:
            yield "a target"
        if {"targetFqdns", "fqdnTags"} <= set(targets):
            yield "either targetFqdns or fqdnTags"
        if not rule.get("protocols"):
            yield "protocols"


def collections_are_apart(case: Case) -> Iterator[Problem]:
    """Collections of a group differ in priority and name."""
    for key in ("priority", "name"):
        given = [item.get(key) for item in _collections(case)]
        if len(set(map(str, given))) < len(given):
            words = f"two rule collections have the same {key}"
            yield Problem("ruleCollections", f"FirewallPolicyRuleCollectionDuplicate{key.capitalize()}: {words}")


def groups_are_apart(case: Case) -> Iterator[Problem]:
    """Groups of a policy differ in priority."""
    for other in arm.siblings(case):
        if other.outputs.get("priority") == case.get("priority"):
            words = f"priority {case.get('priority')} is {other.name}'s already"
            yield Problem("priority", f"FirewallPolicyRuleCollectionGroupDuplicatePriority: {words}")


def hosts_need_the_proxy(case: Case) -> Iterator[Problem]:
    """A network rule knows a host by name only where the firewall resolves names for its clients."""
    policy = arm.parent(case)
    proxy = policy and mapping(policy.outputs.get("dnsSettings")).get("enableProxy")
    if not proxy and case.all("ruleCollections[*].rules[*].destinationFqdns[*]"):
        words = "Network rules with FQDNs need the DNS proxy enabled in the firewall policy."
        yield Problem("ruleCollections", f"FirewallPolicyDnsProxyRequired: {words}")
