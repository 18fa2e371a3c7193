"""What Azure refuses of Front Door: tiers, origins, routes and security policies."""

from collections.abc import Iterator

from rehearsal.azure_native import arm
from rehearsal.azure_native.gateway import GATEWAY
from rehearsal.case import Case
from rehearsal.errors import Problem
from rehearsal.inventory import Object
from rehearsal.values import mapping

ORIGIN, ROUTE = "azure-native:cdn:AFDOrigin", "azure-native:cdn:Route"
SECURITY_POLICY = "azure-native:cdn:SecurityPolicy"


def _profile(case: Case) -> Object | None:
    """Return the profile that something at any depth belongs to."""
    return arm.find(case, "/".join(arm.own_path(case).split("/")[:9]))


def _tier(profile: Object | None) -> object:
    return mapping(profile.outputs.get("sku")).get("name") if profile else None


def samples_fit(case: Case) -> Iterator[Problem]:
    """Not more samples must succeed than are taken."""
    size, good = (case.get(f"loadBalancingSettings.{name}") for name in ("sampleSize", "successfulSamplesRequired"))
    if size is not None and good is not None and good > size:
        words = f"SuccessfulSamplesRequired {good} cannot be greater than SampleSize {size}"
        yield Problem("loadBalancingSettings", f"BadRequest: {words}")


# --- origins --------------------------------------------------------------------------------------------------------


def only_premium_links(case: Case) -> Iterator[Problem]:
    """Private origins are Premium's."""
    tier = _tier(_profile(case))
    if case.get("sharedPrivateLinkResource") and tier != "Premium_AzureFrontDoor":
        words = f"Private link origins are not supported for profiles of the SKU {tier}. Use Premium_AzureFrontDoor."
        yield Problem("sharedPrivateLinkResource", f"BadRequest: {words}")


def origins_are_alike(case: Case) -> Iterator[Problem]:
    """An origin group has private origins or public ones."""
    private = case.get("sharedPrivateLinkResource") is not None
    if private and case.get("enforceCertificateNameCheck") is False:
        words = "Certificate name check must be enabled for origins with a private link."
        yield Problem("enforceCertificateNameCheck", f"BadRequest: {words}")
    for other in arm.siblings(case):
        if bool(other.outputs.get("sharedPrivateLinkResource")) != private:
            words = (
                f"Private and public origins cannot be mixed in one origin group; {other.name} is not like this one."
            )
            yield Problem("sharedPrivateLinkResource", f"BadRequest: {words}")


def link_names_a_frontend(case: Case) -> Iterator[Problem]:
    """A private link to an application gateway names a frontend of it that has a link configuration."""
    target = arm.at(case, "sharedPrivateLinkResource.privateLink.id")
    if target is None or target.type != GATEWAY:
        return
    linked = [
        item.get("name") for item in target.outputs.get("frontendIPConfigurations") or ()
        if mapping(item).get("privateLinkConfiguration")
    ]  # fmt: skip
    group = case.get("sharedPrivateLinkResource.groupId")
    if group not in linked:
        words = (
            f"The group id '{group}' is not valid for {target.id}; frontends with a private link: "
            f"{', '.join(map(str, linked)) or 'none'}"
        )
        yield Problem("sharedPrivateLinkResource.groupId", f"BadRequest: {words}")


# --- routes ---------------------------------------------------------------------------------------------------------


def redirect_needs_both_protocols(case: Case) -> Iterator[Problem]:
    """Who redirects to HTTPS must take HTTP too."""
    if case.get("httpsRedirect") == "Enabled" and set(case.get("supportedProtocols") or ()) != {"Http", "Https"}:
        words = "HTTPS redirect requires both Http and Https in the supported protocols"
        yield Problem("httpsRedirect", f"BadRequest: {words}")


def route_has_origins(case: Case) -> Iterator[Problem]:
    """A route leads to a group that has an origin, from a domain."""
    group = arm.at(case, "originGroup.id")
    if group is None or not arm.below(case, ORIGIN, group.id):
        words = f"The origin group {group.id if group else ''} of the route has no origins; depend on them"
        yield Problem("originGroup", f"BadRequest: {words}")
    if case.get("linkToDefaultDomain") != "Enabled" and not case.properties.get("customDomains"):
        words = "A route must be linked to the default domain or to a custom domain"
        yield Problem("customDomains", f"BadRequest: {words}")


def routes_are_apart(case: Case) -> Iterator[Problem]:
    """Two routes of an endpoint do not take the same pattern of the same domain."""
    mine = _taken(case.properties)
    for other in arm.siblings(case):
        both = mine & _taken(other.outputs)
        if both:
            domain, pattern = min(both)
            words = f"Route {other.name} takes the pattern {pattern} of {domain or 'the default domain'} already"
            yield Problem("patternsToMatch", f"Conflict: {words}")


def _taken(route: dict[str, object]) -> set[tuple[str, str]]:
    given = route.get("customDomains")
    domains = [str(mapping(item).get("id")) for item in (given if isinstance(given, list) else ())]
    if route.get("linkToDefaultDomain") == "Enabled":
        domains.append("")
    patterns = route.get("patternsToMatch")
    return {
        (domain, str(pattern)) for domain in domains for pattern in (patterns if isinstance(patterns, list) else ())
    }


# --- security policies ----------------------------------------------------------------------------------------------


def policy_is_of_the_same_tier(case: Case) -> Iterator[Problem]:
    """Profile and web application firewall policy are of one SKU."""
    policy, tier = arm.at(case, "parameters.wafPolicy.id"), _tier(_profile(case))
    own = mapping(policy.outputs.get("sku")).get("name") if policy else tier
    if policy and own != tier:
        words = f"The WAF policy {policy.id} has the SKU {own}, the profile has {tier}: they must be the same."
        yield Problem("parameters.wafPolicy", f"BadRequest: {words}")


def domains_are_watched_once(case: Case) -> Iterator[Problem]:
    """A domain is watched by one security policy."""
    mine = {path.lower() for path in case.all("parameters.associations[*].domains[*].id")}
    for other in arm.siblings(case):
        associations = mapping(other.outputs.get("parameters")).get("associations") or ()
        theirs = {str(domain.get("id")).lower() for item in associations for domain in item.get("domains") or ()}
        if mine & theirs:
            words = f"The domain {min(mine & theirs)} is associated with the security policy {other.name} already"
            yield Problem("parameters.associations", f"Conflict: {words}")
