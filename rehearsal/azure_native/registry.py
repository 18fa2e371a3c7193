"""What Azure refuses of image registries."""

from collections.abc import Iterator

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.values import mapping


def only_premium(case: Case) -> Iterator[Problem]:
    """Private networks, retention and untrusted pulls have their tiers."""
    tier = case.get("sku.name")
    premium = {
        "publicNetworkAccess": case.get("publicNetworkAccess") == "Disabled",
        "networkRuleSet": case.properties.get("networkRuleSet") is not None,
        "policies.retentionPolicy": case.get("policies.retentionPolicy.status") == "enabled",
        "encryption": case.get("encryption.status") == "enabled",
        "dataEndpointEnabled": case.get("dataEndpointEnabled") is True,
    }
    for path, asked in premium.items():
        if asked and tier is not None and tier != "Premium":
            words = f"The property {path} is only supported for registries of the SKU Premium, not {tier}."
            yield Problem(path, f"FeatureNotSupportedForSku: {words}")
    if case.get("anonymousPullEnabled") and tier == "Basic":
        words = "Anonymous pull is only supported for registries of the SKU Standard and Premium."
        yield Problem("anonymousPullEnabled", f"FeatureNotSupportedForSku: {words}")


def zones_are_there(case: Case) -> Iterator[Problem]:
    """Zone redundancy needs a region with zones."""
    regions = mapping(case.fact("regions.regions"))
    place = arm.location(case)
    if case.get("zoneRedundancy") == "Enabled" and place in regions and not regions[place]["zones"]:
        words = f"Zone redundancy is not supported in the region {place}."
        yield Problem("zoneRedundancy", f"ZoneRedundancyNotSupported: {words}")


def policies_agree(case: Case) -> Iterator[Problem]:
    """Soft delete and the retention of untagged images exclude each other; nothing new is signed by content trust."""
    if (
        case.get("policies.softDeletePolicy.status") == "enabled"
        and case.get("policies.retentionPolicy.status") == "enabled"
    ):
        words = "Soft delete policy and retention policy cannot both be enabled."
        yield Problem("policies", f"SoftDeletePolicyAndRetentionPolicyConflict: {words}")
    if case.get("policies.trustPolicy.status") == "enabled":
        words = "Docker content trust cannot be enabled any more; it ends on 2028-03-31."
        yield Problem("policies.trustPolicy", f"TrustPolicyNotSupported: {words}")


def only_premium_replicates(case: Case) -> Iterator[Problem]:
    """Copies are Premium's, and not made where the registry stands itself."""
    home = arm.parent(case)
    tier = mapping(home.outputs.get("sku")).get("name") if home else None
    if home and tier != "Premium":
        words = f"Replications are only supported for registries of the SKU Premium, not {tier}."
        yield Problem("registryName", f"FeatureNotSupportedForSku: {words}")
    if home and home.outputs.get("location") == arm.location(case):
        words = f"The registry {home.name} stands in {arm.location(case)} itself."
        yield Problem("location", f"ReplicationInHomeRegion: {words}")
