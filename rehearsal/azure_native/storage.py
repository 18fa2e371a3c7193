"""What storage accounts refuse beyond a property's form."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.values import get, mapping

ACCOUNT, BLOBS = "azure-native:storage:StorageAccount", "azure-native:storage:BlobServiceProperties"
_ENDPOINTS = ("Microsoft.Storage", "Microsoft.Storage.Global")
_COOLING = ("tierToCool", "tierToCold", "tierToArchive", "delete")
_ACCESS_DAYS = "daysAfterLastAccessTimeGreaterThan"


# --- accounts --------------------------------------------------------------------------------------------------------


def kind_has_the_sku(case: Case) -> Iterator[Problem]:
    """Each kind of account has its own ways of replication."""
    kind, sku = case.get("kind"), case.get("sku.name")
    offered = case.fact("storage.skus_of").get(kind, ())
    if kind and sku and sku not in offered:
        words = f"The account kind {kind} does not take the SKU {sku} [SKUs: {', '.join(offered)}]"
        yield Problem("sku.name", f"InvalidValuesForRequestParameters: {words}")


def replication_suits_the_region(case: Case) -> Iterator[Problem]:
    """Replication over zones needs zones, over regions a pair."""
    sku, place = str(case.get("sku.name")), arm.location(case)
    region = case.fact("regions.regions").get(place, {})
    lacking = "zones" if "ZRS" in sku and not region.get("zones") else None
    if any(code in sku for code in ("GRS", "GZRS")) and not region.get("pair"):
        lacking = "a paired region"
    if region and lacking:
        words = f"The SKU {sku} is not available in location '{place}', which has no {lacking.removeprefix('a ')}"
        yield Problem("sku.name", f"SkuNotAvailable: {words}")


def tier_suits_the_kind(case: Case) -> Iterator[Problem]:
    """Blob accounts say their tier; files and premium blobs have none to choose."""
    kind, tier = case.get("kind"), case.get("accessTier")
    if kind == "BlobStorage" and case.properties.get("accessTier") is None:
        words = "Values for request parameters are invalid: accessTier is required for the account kind BlobStorage"
        yield Problem("accessTier", f"InvalidValuesForRequestParameters: {words}")
    if tier is not None and kind in (*case.fact("storage.premium_only"), "Storage") and tier != "Premium":
        words = f"The account kind {kind} does not support accessTier {tier}"
        yield Problem("accessTier", f"InvalidValuesForRequestParameters: {words}")


def key_has_an_identity(case: Case) -> Iterator[Problem]:
    """A customer's key is opened with an identity of the account's."""
    if case.get("encryption.keySource") == "Microsoft.Keyvault" and case.properties.get("identity") is None:
        words = "A storage account encrypted with a customer's key needs an identity"
        yield Problem("identity", f"InvalidValuesForRequestParameters: {words}")


def subnets_have_endpoints(case: Case) -> Iterator[Problem]:
    """A subnet is let in by its service endpoint."""
    for index, rule in enumerate(case.get("networkRuleSet.virtualNetworkRules") or ()):
        subnet = arm.find(case, rule.get("virtualNetworkResourceId"))
        services = [it.get("service") for it in subnet.outputs.get("serviceEndpoints") or ()] if subnet else []
        if subnet and not set(services) & set(_ENDPOINTS):
            words = f"SubnetsHaveNoServiceEndpointsConfigured: Subnet {subnet.name} does not have ServiceEndpoints for"
            yield Problem(
                f"networkRuleSet.virtualNetworkRules[{index}]",
                f"NetworkAclsValidationFailure: {words} Microsoft.Storage resources configured.",
            )


def account_outputs(case: Case) -> dict[str, Any]:
    """Return where copies of the data lie, and where they can be read."""
    sku, name = str(case.get("sku.name")), case.get("accountName")
    pair = case.fact("regions.regions").get(arm.location(case), {}).get("pair")
    outputs: dict[str, Any] = {"sku": {"name": sku, "tier": sku.partition("_")[0].removesuffix("V2")}}
    if case.get("kind") in ("StorageV2", "BlobStorage") and sku.startswith("Standard"):
        outputs["accessTier"] = case.get("accessTier", "Hot")
    if pair and any(code in sku for code in ("GRS", "GZRS")):
        outputs |= {"secondaryLocation": pair, "statusOfSecondary": "available"}
        if "_RA" in sku:
            outputs["secondaryEndpoints"] = {
                kind: f"https://{name}-secondary.{kind}.core.windows.net/" for kind in ("blob", "dfs", "queue", "table")
            }
    return outputs


# --- blobs -----------------------------------------------------------------------------------------------------------


def restoring_has_what_it_needs(case: Case) -> Iterator[Problem]:
    """Restoring to a moment reads versions, the change feed and what was deleted."""
    if not case.get("restorePolicy.enabled"):
        return
    needed = ("isVersioningEnabled", "changeFeed.enabled", "deleteRetentionPolicy.enabled")
    missing = [name for name in needed if not get(case.properties, name)]
    if missing:
        words = f"restorePolicy needs {', '.join(missing)}"
        yield Problem("restorePolicy", f"InvalidRestorePolicy: {words}")
    days, kept = case.get("restorePolicy.days"), case.get("deleteRetentionPolicy.days")
    if days is not None and kept is not None and days >= kept:
        words = f"restorePolicy.days {days} must be less than deleteRetentionPolicy.days {kept}"
        yield Problem("restorePolicy.days", f"InvalidRestorePolicy: {words}")


def versions_suit_the_account(case: Case) -> Iterator[Problem]:
    """A hierarchical namespace keeps no versions."""
    account = arm.parent(case)
    if account and account.outputs.get("isHnsEnabled") and case.get("isVersioningEnabled"):
        words = f"Versioning is not supported for storage account '{account.name}': it has a hierarchical namespace"
        yield Problem("isVersioningEnabled", f"FeatureNotSupportedForAccount: {words}")


def containers_stay_private(case: Case) -> Iterator[Problem]:
    """An account that allows no public blobs has no public container."""
    account = arm.parent(case)
    if account and case.get("publicAccess") != "None" and not account.outputs.get("allowBlobPublicAccess"):
        words = "Public access is not permitted on this storage account."
        yield Problem("publicAccess", f"PublicAccessNotPermitted: {words}")


def lifecycle_rules_act(case: Case) -> Iterator[Problem]:
    """Each rule has a name of its own and does something, by one count of days."""
    rules = case.get("policy.rules") or []
    names = [rule.get("name") for rule in rules]
    for name in sorted({str(name) for name in names if names.count(name) > 1}):
        yield Problem("policy.rules", f"InvalidRequestPropertyValue: The rule name '{name}' is given more than once")
    for index, rule in enumerate(rules):
        path = f"policy.rules[{index}].definition.actions"
        actions = [item for on in mapping(get(rule, "definition.actions")).values() for item in mapping(on).items()]
        if not actions:
            yield Problem(path, f"InvalidRequestPropertyValue: The rule '{rule.get('name')}' has no action")
        for name, condition in actions:
            if isinstance(condition, dict) and not condition:
                words = f"The action {name} of rule '{rule.get('name')}' has no condition"
                yield Problem(path, f"InvalidRequestPropertyValue: {words}")
        kinds = get(rule, "definition.filters.blobTypes") or ()
        if "appendBlob" in kinds and any(name.startswith("tierTo") for name, _ in actions):
            words = f"The rule '{rule.get('name')}' moves appendBlob between tiers; only blockBlob has tiers"
            yield Problem(path, f"InvalidRequestPropertyValue: {words}")


def lifecycle_tiers_follow(case: Case) -> Iterator[Problem]:
    """What grows old goes to colder tiers in their order, and is deleted last."""
    for index, rule in enumerate(case.get("policy.rules") or ()):
        for on, actions in mapping(get(rule, "definition.actions")).items():
            steps = [(name, _days(mapping(actions)[name])) for name in _COOLING if name in mapping(actions)]
            known = [(name, days) for name, days in steps if days is not None]
            for (before, early), (after, late) in pairwise(known):
                if late <= early:
                    words = f"{after} after {late:g} days must come later than {before} after {early:g} days"
                    path = f"policy.rules[{index}].definition.actions.{on}"
                    yield Problem(path, f"InvalidRequestPropertyValue: {words}")


def _days(condition: object) -> float | None:
    days = [item for item in mapping(condition).values() if isinstance(item, int | float)]
    return min(days) if days else None


def lifecycle_suits_the_account(case: Case) -> Iterator[Problem]:
    """The archive is not offered for every replication; days since access are counted where access is tracked."""
    account = arm.parent(case)
    if account is None:
        return
    sku = get(account.outputs, "sku.name")
    archives = any("tierToArchive" in mapping(it) for it in case.all("policy.rules[*].definition.actions.*"))
    if archives and sku in case.fact("storage.no_archive"):
        words = f"The action tierToArchive is not supported for storage account '{account.name}' of SKU {sku}"
        yield Problem("policy.rules", f"FeatureNotSupportedForAccount: {words}")
    conditions = case.all("policy.rules[*].definition.actions.*.*")
    tracked = any(get(it.outputs, "lastAccessTimeTrackingPolicy.enable") for it in _blobs(case, account))
    if not tracked and any(_ACCESS_DAYS in mapping(condition) for condition in conditions):
        words = "Last access time based tracking policy must be enabled before using its specific actions"
        yield Problem(
            "policy.rules", f"LastAccessTimeTrackingPolicyNotEnabled: {words} in object lifecycle management."
        )


def _blobs(case: Case, account: Object) -> list[Object]:
    return arm.below(case, BLOBS, account.id)


def replication_leads_elsewhere(case: Case) -> Iterator[Problem]:
    """Objects are copied from one account to another."""
    source, target = case.get("sourceAccount"), case.get("destinationAccount")
    if source and target and str(source).lower() == str(target).lower():
        words = "The source and destination of a replication policy must be different accounts"
        yield Problem("destinationAccount", f"InvalidObjectReplicationPolicy: {words}")


def replicated_accounts_keep_versions(case: Case) -> Iterator[Problem]:
    """Both accounts keep versions, and the source tells its changes."""
    for side in ("sourceAccount", "destinationAccount"):
        name = str(case.get(side)).rpartition("/")[2]
        account = next((it for it in case.standing(ACCOUNT) if it.name == name), None)
        if account is None:
            yield Problem(side, f"InvalidObjectReplicationPolicy: The storage account '{name}' could not be found")
            continue
        blobs = _blobs(case, account)
        needed = ["isVersioningEnabled", *(["changeFeed.enabled"] if side == "sourceAccount" else [])]
        for feature in needed:
            if not any(get(it.outputs, feature) for it in blobs):
                words = f"{feature} must be true on storage account '{name}' before objects are replicated"
                yield Problem(side, f"InvalidObjectReplicationPolicy: {words}")
