"""What Azure refuses of public addresses, and the address it gives."""

from collections.abc import Iterator
from typing import Any

from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.templates import noise
from rehearsal.values import mapping


def standard_is_static(case: Case) -> Iterator[Problem]:
    """The SKU Standard has static addresses; Basic is no longer made; zones are Standard's."""
    sku = case.get("sku.name", "Basic")
    if sku == "Standard" and case.get("publicIPAllocationMethod") != "Static":
        words = "Standard SKU publicIp must have AllocationMethod set to Static."
        yield Problem("publicIPAllocationMethod", f"StandardSkuPublicIPAddressMustBeStatic: {words}")
    if sku == "Basic" and not case.is_unknown("sku"):
        words = "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this region."
        yield Problem("sku", f"IPv4BasicSkuPublicIpCountLimitReached: {words} [the SKU Basic ended on 2025-09-30]")


def public_address(case: Case) -> dict[str, Any]:
    """Give an address of Azure's ranges, and a host name to who asked for one."""
    given = int(noise(f"{case.seed()}|address", "digits:9"))
    answer: dict[str, Any] = {"ipAddress": f"20.{200 + given % 40}.{given // 40 % 256}.{given // 10240 % 254 + 1}"}
    label = case.get("dnsSettings.domainNameLabel")
    if label:
        place = str(case.get("location"))
        answer["dnsSettings"] = {"domainNameLabel": label, "fqdn": f"{label}.{place}.cloudapp.azure.com"}
    return answer


def misfits(address: Object, zones: list[str]) -> str | None:
    """Say why a public address does not serve a resource of the SKU Standard in these zones."""
    if mapping(address.outputs.get("sku")).get("name") != "Standard":
        return f"Public IP address {address.id} must have the SKU Standard"
    own = address.outputs.get("zones") or []
    if own and sorted(own) != sorted(zones) and not set(zones) <= set(own):
        there, here = ", ".join(own), ", ".join(zones) or "none"
        return f"Public IP address {address.id} stands in zones {there}, the resource that uses it in {here}"
    return None


def users(case: Case, address: Object, mine: str) -> list[Object]:
    """Return what uses a public address already, but for one resource."""
    return [
        it
        for it in case.inventory.referrers(address.key)
        if it.id.lower() != mine.lower() and "publicIP" in str(it.inputs)
    ]
