"""CloudFront: origins and behaviours that fit together, certificates and web ACLs where CloudFront looks for them."""

import re
from collections.abc import Iterator
from typing import Any

from rehearsal import values
from rehearsal.aws.certificates import covers, unproven
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.inventory import Object
from rehearsal.values import UNKNOWN, mapping

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
_HELP = (
    "For more details, see: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
    "CNAMEs.html#alternate-domain-names-requirements"
)
_S3_ORIGIN = re.compile(r"[a-z0-9.-]+\.s3([.-][a-z0-9-]+)?\.amazonaws\.com")
_READ, _OPTIONS, _WRITE = {"GET", "HEAD"}, {"OPTIONS"}, {"DELETE", "PATCH", "POST", "PUT"}
_METHODS = (_READ, _READ | _OPTIONS, _READ | _OPTIONS | _WRITE)
_POLICIES = {
    "cachePolicyId": ("cache policy", "cache_policies", "aws:cloudfront/cachePolicy:CachePolicy"),
    "originRequestPolicyId": (
        "origin request policy", "origin_request_policies", "aws:cloudfront/originRequestPolicy:OriginRequestPolicy",
    ),
    "responseHeadersPolicyId": (
        "response headers policy", "response_headers_policies",
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy",
    ),
}  # fmt: skip


def _behaviors(properties: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the path and the content of every cache behaviour that is known."""
    for pattern in ("defaultCacheBehavior", "orderedCacheBehaviors[*]"):
        for path, found in values.find(properties, pattern):
            if isinstance(found, dict):
                yield values.format_path(path), found


def origins_are_complete(case: Case) -> Iterator[Problem]:
    """Origins have ids of their own; one that is no S3 bucket says how CloudFront speaks to it."""
    seen = set()
    for path, origin in values.find(case.properties, "origins[*]"):
        if not isinstance(origin, dict):
            continue
        name, domain = origin.get("originId"), origin.get("domainName")
        if name in seen:
            text = f"The parameter Origin Id must be unique: {name} is given more than once"
            yield Problem(values.format_path(path), f"InvalidArgument: {text}")
        seen.add(name)
        explained = origin.get("customOriginConfig") or origin.get("vpcOriginConfig")
        if isinstance(domain, str) and not explained and not _S3_ORIGIN.fullmatch(domain):
            text = "The parameter Origin DomainName does not refer to a valid S3 bucket."
            yield Problem(values.format_path(path), f"InvalidArgument: {text} [{domain} needs a customOriginConfig]")


def behaviors_name_their_origins(case: Case) -> Iterator[Problem]:
    """Every cache behaviour goes to an origin, or a group of origins, of the distribution."""
    known = [
        found
        for name in ("origins", "originGroups")
        for _, found in values.find(case.properties, f"{name}[*].originId")
    ]
    if UNKNOWN in known:
        return
    for path, behavior in _behaviors(case.properties):
        target = behavior.get("targetOriginId")
        if isinstance(target, str) and target not in known:
            text = "One or more of your origins or origin groups do not exist."
            near = suggestion(target, map(str, known))
            yield Problem(f"{path}.targetOriginId", f"NoSuchOrigin: {text} [{target}]{near}")


def behaviors_are_complete(case: Case) -> Iterator[Problem]:
    """A behaviour has a cache policy or the older settings in its place, and one of three sets of methods."""
    for path, behavior in _behaviors(case.properties):
        policy, older = behavior.get("cachePolicyId"), behavior.get("forwardedValues")
        if policy is None and older is None:
            yield Problem(path, "InvalidArgument: The parameter ForwardedValues is required.")
        elif policy is not None and older is not None:
            text = (
                "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior."
            )
            yield Problem(path, f"InvalidArgument: {text}")
        allowed, cached = behavior.get("allowedMethods"), behavior.get("cachedMethods")
        if isinstance(allowed, list) and UNKNOWN not in allowed and set(allowed) not in _METHODS:
            text = "The parameter AllowedMethods must be GET and HEAD, these and OPTIONS, or all seven methods"
            yield Problem(f"{path}.allowedMethods", f"InvalidArgument: {text}: {', '.join(allowed)}")
        if isinstance(cached, list) and UNKNOWN not in cached and set(cached) not in _METHODS[:2]:
            text = "The parameter CachedMethods must be GET and HEAD, or these and OPTIONS"
            yield Problem(f"{path}.cachedMethods", f"InvalidArgument: {text}: {', '.join(cached)}")


def aliases_need_a_certificate(case: Case) -> Iterator[Problem]:
    """Own names need an own certificate."""
    certificate = mapping(case.properties.get("viewerCertificate"))
    has_one = certificate.get("acmCertificateArn") or certificate.get("iamCertificateId")
    if case.properties.get("aliases") and not has_one:
        text = (
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted "
            "certificate that validates your authorization to use the domain name."
        )
        yield Problem("viewerCertificate", f"InvalidViewerCertificate: {text} {_HELP}")
    if certificate.get("acmCertificateArn") and not certificate.get("sslSupportMethod"):
        text = "The parameter SSLSupportMethod is required with a certificate of one's own"
        yield Problem("viewerCertificate.sslSupportMethod", f"InvalidArgument: {text}")


def certificate_holds(case: Case) -> Iterator[Problem]:
    """The certificate is issued, and made out to every alias."""
    certificate = case.target("viewerCertificate.acmCertificateArn")
    if certificate is None:
        return
    if missing := unproven(case, certificate):
        text = (
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a "
            "valid certificate chain."
        )
        names = ", ".join(option["domainName"] for option in missing)
        yield Problem("viewerCertificate", f"InvalidViewerCertificate: {text} [not issued: no validation of {names}]")
        return
    for alias in case.all("aliases[*]"):
        if not covers(certificate, alias):
            text = (
                "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) "
                "that you're trying to add."
            )
            yield Problem("aliases", f"InvalidViewerCertificate: {text} {_HELP} [{alias}]")


def web_acl_is_for_cloudfront(case: Case) -> Iterator[Problem]:
    """Of the ACLs in us-east-1 CloudFront sees those of its own scope."""
    acl = case.target("webAclId")
    if acl and acl.outputs["scope"] != "CLOUDFRONT":
        text = f"Web ACL is not accessible by the requester: {acl.outputs['arn']} has scope {acl.outputs['scope']}"
        yield Problem("webAclId", f"InvalidWebACLId: {text}")


def policies_exist(case: Case) -> Iterator[Problem]:
    """A behaviour's policies are CloudFront's own, known by id, or this account's."""
    for path, behavior in _behaviors(case.properties):
        for name, (what, facts, type_) in _POLICIES.items():
            id_ = behavior.get(name)
            if isinstance(id_, str) and id_ not in case.fact(f"cloudfront.{facts}") and not case.find(type_, id_):
                code = f"NoSuch{type_.rpartition(':')[2]}"
                text = f"The specified {what} does not exist: {id_}"
                hint = "(a managed one that is missing: add it to rehearsal/aws/facts/cloudfront.yaml)"
                yield Problem(f"{path}.{name}", f"{code}: {text} {hint}")


def policy_is_unused(case: Case) -> Iterator[Problem]:
    """A policy stays while a behaviour uses it."""
    name = next(name for name, (_, _, type_) in _POLICIES.items() if type_ == case.type)
    if users := [thing.id for thing in case.standing(DISTRIBUTION) if _uses(thing, name, case.id)]:
        text = f"Cannot delete the {_POLICIES[name][0]} because it is attached to one or more cache behaviors."
        yield Problem("", f"{case.type.rpartition(':')[2]}InUse: {text} [{', '.join(users)}]")


def _uses(distribution: Object, name: str, id_: str | None) -> bool:
    return any(behavior.get(name) == id_ for _, behavior in _behaviors(distribution.outputs))
