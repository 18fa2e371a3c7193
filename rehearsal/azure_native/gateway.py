"""What Azure refuses of application gateways: tiers, subnets, addresses, and parts that name each other."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from rehearsal import values
from rehearsal.azure_native import addresses as public
from rehearsal.azure_native import arm
from rehearsal.azure_native.network import RESERVED_ADDRESSES, delegations, network_of, occupants, subnet_range
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import format_path, mapping

GATEWAY = "azure-native:network:ApplicationGateway"
DELEGATION = "Microsoft.Network/applicationGateways"
_SKUS = {"Basic": "Basic", "Standard_v2": "Standard_v2", "WAF_v2": "WAF_v2"}
_RETIRED = ("Standard_Small", "Standard_Medium", "Standard_Large", "WAF_Medium", "WAF_Large")
_DEFAULT_MAX_INSTANCES = 10
_PARTS = {  # what a part may name -> the collection it must be found in
    "httpListeners[*].frontendIPConfiguration.id": "frontendIPConfigurations",
    "httpListeners[*].frontendPort.id": "frontendPorts",
    "httpListeners[*].sslCertificate.id": "sslCertificates",
    "httpListeners[*].sslProfile.id": "sslProfiles",
    "requestRoutingRules[*].httpListener.id": "httpListeners",
    "requestRoutingRules[*].backendAddressPool.id": "backendAddressPools",
    "requestRoutingRules[*].backendHttpSettings.id": "backendHttpSettingsCollection",
    "requestRoutingRules[*].urlPathMap.id": "urlPathMaps",
    "requestRoutingRules[*].redirectConfiguration.id": "redirectConfigurations",
    "requestRoutingRules[*].rewriteRuleSet.id": "rewriteRuleSets",
    "urlPathMaps[*].defaultBackendAddressPool.id": "backendAddressPools",
    "urlPathMaps[*].defaultBackendHttpSettings.id": "backendHttpSettingsCollection",
    "urlPathMaps[*].defaultRedirectConfiguration.id": "redirectConfigurations",
    "urlPathMaps[*].pathRules[*].backendAddressPool.id": "backendAddressPools",
    "urlPathMaps[*].pathRules[*].backendHttpSettings.id": "backendHttpSettingsCollection",
    "urlPathMaps[*].pathRules[*].redirectConfiguration.id": "redirectConfigurations",
    "redirectConfigurations[*].targetListener.id": "httpListeners",
    "backendHttpSettingsCollection[*].probe.id": "probes",
    "frontendIPConfigurations[*].privateLinkConfiguration.id": "privateLinkConfigurations",
}


# --- by its inputs alone --------------------------------------------------------------------------------------------


def sku_is_offered(case: Case) -> Iterator[Problem]:
    """Name and tier agree; the first generation is gone."""
    name, tier = case.get("sku.name"), case.get("sku.tier")
    if name in _RETIRED or tier in ("Standard", "WAF"):
        words = (
            f"Application Gateway SKU {name or tier} is not supported: V1 ended on 2026-04-28, use Standard_v2 or "
            "WAF_v2"
        )
        yield Problem("sku", f"ApplicationGatewayV1SkuRetired: {words}")
    elif name is not None and tier is not None and _SKUS.get(str(name)) != tier:
        words = f"Application Gateway SKU name {name} and tier {tier} do not match"
        yield Problem("sku.tier", f"ApplicationGatewaySkuTierMismatch: {words}")


def firewall_needs_its_tier(case: Case) -> Iterator[Problem]:
    """A web application firewall is part of WAF_v2 alone, and WAF_v2 does not go without one."""
    tier, own = case.get("sku.tier"), arm.own_path(case)
    policy = case.properties.get("firewallPolicy")
    inline = case.get("webApplicationFirewallConfiguration")
    of_parts = case.all("httpListeners[*].firewallPolicy.id") + case.all(
        "urlPathMaps[*].pathRules[*].firewallPolicy.id"
    )
    if tier == "WAF_v2" and not policy and not inline:
        words = (
            f"Application Gateway {own} with the selected SKU tier WAF_v2 must have a valid WAF policy or configuration"
        )
        yield Problem("firewallPolicy", f"ApplicationGatewayFirewallNotConfiguredForSelectedSku: {words}")
    if tier is not None and tier != "WAF_v2" and (policy or inline or of_parts):
        words = f"Application Gateway {own} with the selected SKU tier {tier} cannot have a WAF policy or configuration"
        path = "firewallPolicy" if policy or of_parts else "webApplicationFirewallConfiguration"
        yield Problem(path, f"ApplicationGatewayFirewallNotSupportedForSelectedSku: {words} [WAF is part of WAF_v2]")
    if inline and policy:
        words = f"Application Gateway {own} cannot have both a WAF policy and a WAF configuration"
        yield Problem("webApplicationFirewallConfiguration", f"ApplicationGatewayFirewallConfiguredTwice: {words}")


def capacity_is_one_way(case: Case) -> Iterator[Problem]:
    """A gateway scales by itself or has a fixed size."""
    fixed, low = case.get("sku.capacity"), case.get("autoscaleConfiguration.minCapacity")
    high = case.get("autoscaleConfiguration.maxCapacity")
    if fixed is not None and low is not None:
        words = "Application Gateway cannot have both sku.capacity and autoscaleConfiguration"
        yield Problem("sku.capacity", f"ApplicationGatewayAutoscaleConfigurationAndCapacity: {words}")
    if fixed is None and case.properties.get("autoscaleConfiguration") is None:
        words = "Application Gateway must have either sku.capacity or autoscaleConfiguration"
        yield Problem("sku", f"ApplicationGatewaySkuCapacityRequired: {words}")
    if low is not None and high is not None and low > high:
        words = f"minCapacity {low} cannot be greater than maxCapacity {high}"
        yield Problem("autoscaleConfiguration", f"ApplicationGatewayAutoscaleMinCapacityGreaterThanMax: {words}")


def parts_name_each_other(case: Case) -> Iterator[Problem]:
    """Listeners, rules and settings name parts that the gateway has, by their whole path."""
    own, name = arm.own_path(case), str(case.get("applicationGatewayName"))
    for pattern, collection in _PARTS.items():
        known = {str(item.get("name")) for item in case.get(collection) or () if isinstance(item, dict)}
        for path, value in values.find(case.properties, pattern):
            if not isinstance(value, str) or case.is_unknown(collection):
                continue
            before, part = value.rpartition("/")[::2]
            if part not in known or not before.lower().endswith(f"/applicationgateways/{name}/{collection}".lower()):
                words = (
                    f"Resource {value} referenced by resource {own} was not found. Please make sure that the "
                    "referenced resource exists, and that both resources are in the same region. "
                    f"[{collection}: {', '.join(sorted(known))}]"
                )
                yield Problem(format_path(path), f"InvalidResourceReference: {words}")


def rules_are_ordered(case: Case) -> Iterator[Problem]:
    """Every rule has a priority of its own and says where it leads; a listener has one rule, HTTPS a certificate."""
    seen: dict[object, object] = {}
    listeners: dict[object, object] = {}
    for index, rule in enumerate(case.get("requestRoutingRules") or ()):
        path, priority, listener = (
            f"requestRoutingRules[{index}]",
            rule.get("priority"),
            mapping(rule.get("httpListener")),
        )
        if priority is None:
            words = f"Priority for the request routing rule {rule.get('name')} cannot be empty. All the request routing"
            yield Problem(
                path, f"ApplicationGatewayRequestRoutingRulePriorityCannotBeEmpty: {words} rules should have a priority"
            )
        elif priority in seen:
            words = f"Request routing rules {seen[priority]} and {rule.get('name')} have the same priority {priority}"
            yield Problem(path, f"ApplicationGatewayRequestRoutingRulePriorityDuplicate: {words}")
        seen[priority] = rule.get("name")
        if isinstance(listener.get("id"), str) and listener["id"] in listeners:
            words = f"Listener {listener['id']} is used by the rules {listeners[listener['id']]} and {rule.get('name')}"
            yield Problem(path, f"ApplicationGatewayHttpListenerUsedByTwoRules: {words}")
        listeners[listener.get("id")] = rule.get("name")
        needed = {"PathBasedRouting": ("urlPathMap",)}.get(
            str(rule.get("ruleType")), ("backendAddressPool", "redirectConfiguration")
        )
        if not any(rule.get(target) for target in needed):
            words = (
                f"Request routing rule {rule.get('name')} of type {rule.get('ruleType')} must have "
                f"{' or '.join(needed)}"
            )
            yield Problem(path, f"ApplicationGatewayRequestRoutingRuleIncomplete: {words}")
    for index, listener in enumerate(case.get("httpListeners") or ()):
        if listener.get("protocol") == "Https" and not listener.get("sslCertificate"):
            words = f"Listener {listener.get('name')} with protocol Https must have an SSL certificate"
            yield Problem(f"httpListeners[{index}]", f"ApplicationGatewayHttpsListenerMustReferenceSslCert: {words}")


# --- by where it stands ---------------------------------------------------------------------------------------------


def subnet_is_its_own(case: Case) -> Iterator[Problem]:
    """Gateways share a subnet with nothing else; a private one needs the delegation."""
    subnet = arm.at(case, "gatewayIPConfigurations[0].subnet.id")
    if subnet is None:
        words = f"Subnet reference is required for ipconfiguration of {arm.own_path(case)}"
        yield Problem("gatewayIPConfigurations", f"ApplicationGatewaySubnetRequired: {words}")
        return
    vnet = network_of(case, subnet)
    if vnet and vnet.outputs.get("location") != arm.location(case):
        words = f"{subnet.id} and {arm.own_path(case)} must be in the same region."
        yield Problem("gatewayIPConfigurations", f"InvalidResourceReference: {words}")
    wrong = [name for name in delegations(subnet) if name != DELEGATION]
    strangers = [it for it in occupants(case, subnet) if it.type != GATEWAY]
    if wrong or strangers:
        why = f"it is delegated to {wrong[0]}" if wrong else f"{strangers[0].id} stands in it"
        words = f"Subnet {subnet.id} cannot be used for application gateway {arm.own_path(case)}: {why}."
        yield Problem("gatewayIPConfigurations", f"ApplicationGatewaySubnetCannotHaveOtherResources: {words}")
    if not case.all("frontendIPConfigurations[*].publicIPAddress.id") and DELEGATION not in delegations(subnet):
        words = (
            f"Application Gateway {arm.own_path(case)} with NetworkIsolation requires subnet delegation. Please "
            f"delegate subnet {subnet.id} to {DELEGATION}."
        )
        yield Problem("gatewayIPConfigurations", f"ApplicationGatewayNetworkIsolationRequiresSubnetDelegation: {words}")


def private_address_is_inside(case: Case) -> Iterator[Problem]:
    """The private frontend has an address of the gateway's own subnet, not one that Azure keeps."""
    home = arm.at(case, "gatewayIPConfigurations[0].subnet.id")
    for index, frontend in enumerate(case.get("frontendIPConfigurations") or ()):
        path, own = (
            f"frontendIPConfigurations[{index}]",
            f"{arm.own_path(case)}/frontendIPConfigurations/{frontend.get('name')}",
        )
        subnet = arm.find(case, mapping(frontend.get("subnet")).get("id"))
        address = frontend.get("privateIPAddress")
        if subnet and home and subnet.key != home.key:
            words = (
                f"FrontendIpConfiguration {own} subnet {subnet.id} and gateway subnet {home.id} can not be different."
            )
            yield Problem(path, f"ApplicationGatewayFrontendIPSubnetDifferent: {words}")
        if isinstance(address, str) and home:
            room = subnet_range(home)
            if ip_address(address) not in room:
                words = f"Private static IP address {address} does not belong to the range of subnet prefix {room}."
                yield Problem(f"{path}.privateIPAddress", f"PrivateIPAddressNotInSubnet: {words}")
            elif ip_address(address) in [*list(room)[: RESERVED_ADDRESSES - 1], room[-1]]:
                words = f"Private static IP address {address} falls within reserved IP range of subnet prefix {room}."
                yield Problem(f"{path}.privateIPAddress", f"PrivateIPAddressInReservedRange: {words}")
        if address is not None and frontend.get("privateIPAllocationMethod") != "Static":
            words = f"FrontendIpConfiguration {own} has a private IP address, so its allocation method must be Static"
            yield Problem(path, f"PrivateIPAddressAllocationMethodMustBeStatic: {words}")


def subnet_is_large_enough(case: Case) -> Iterator[Problem]:
    """Every instance takes an address, the private frontend one more."""
    subnet = arm.at(case, "gatewayIPConfigurations[0].subnet.id")
    if subnet is None:
        return
    most = case.get("autoscaleConfiguration.maxCapacity") or case.get("sku.capacity") or _DEFAULT_MAX_INSTANCES
    needed = most + len(case.all("frontendIPConfigurations[*].privateIPAddress"))
    offered = subnet_range(subnet).num_addresses - RESERVED_ADDRESSES
    if needed > offered:
        words = (
            f"Subnet {subnet.name} with address prefix {subnet_range(subnet)} has {offered} usable addresses; {most} "
            f"instances and their private frontend need {needed}"
        )
        yield Problem("gatewayIPConfigurations", f"ApplicationGatewaySubnetInsufficientSpace: {words}")


def public_address_fits(case: Case) -> Iterator[Problem]:
    """The public address is Standard, free, and in the gateway's zones."""
    for address in [arm.find(case, path) for path in case.all("frontendIPConfigurations[*].publicIPAddress.id")]:
        if address is None:
            continue
        reason = public.misfits(address, case.all("zones[*]"))
        if reason:
            yield Problem("frontendIPConfigurations", f"ApplicationGatewayPublicIpAddressInvalid: {reason}.")
        others = public.users(case, address, arm.own_path(case))
        if others:
            words = f"Resource {arm.own_path(case)} is referencing public IP address {address.id} that is already"
            yield Problem(
                "frontendIPConfigurations", f"PublicIPAddressInUse: {words} allocated to resource {others[0].id}."
            )


def links_have_room(case: Case) -> Iterator[Problem]:
    """A private link of the gateway takes its addresses from another subnet, whose policies for that are off."""
    home = arm.at(case, "gatewayIPConfigurations[0].subnet.id")
    for path in case.all("privateLinkConfigurations[*].ipConfigurations[*].subnet.id"):
        subnet = arm.find(case, path)
        if subnet and subnet.outputs.get("privateLinkServiceNetworkPolicies") != "Disabled":
            words = f"Private link service network policies must be disabled on subnet {subnet.id}."
            yield Problem(
                "privateLinkConfigurations",
                f"PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled: {words}",
            )
        if subnet and home and subnet.key == home.key:
            words = (
                f"Private link configuration cannot use subnet {subnet.id} of application gateway {arm.own_path(case)}."
            )
            yield Problem("privateLinkConfigurations", f"ApplicationGatewayPrivateLinkSubnetInvalid: {words}")


def parts(case: Case) -> dict[str, Any]:
    """Give every part its path, and a private frontend its address."""
    own, answer = arm.own_path(case), {}
    collections = {*_PARTS.values(), "gatewayIPConfigurations", "frontendPorts"}
    for collection in sorted(collections):
        given = case.get(collection)
        if isinstance(given, list):
            answer[collection] = [
                {**item, "id": f"{own}/{collection}/{item.get('name')}", "provisioningState": "Succeeded"}
                for item in given
            ]
    return {**answer, "operationalState": "Running"}
