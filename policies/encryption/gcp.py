"""Encryption on Google Cloud: our own keys at rest, which change, and TLS on every way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from policies.requirement import load_requirements, unmet
from policies.resource import UNKNOWN, Resource, revealed
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated

_TABLES: Final = load_requirements(Path(__file__).with_name("gcp.toml"))
CUSTOMER_KEYS: Final = _TABLES["customer_keys"]
TLS: Final = _TABLES["tls"]

CRYPTO_KEY: Final = "gcp:kms/cryptoKey:CryptoKey"
HTTPS_PROXY: Final = "gcp:compute/regionTargetHttpsProxy:RegionTargetHttpsProxy"
HTTP_PROXY: Final = "gcp:compute/regionTargetHttpProxy:RegionTargetHttpProxy"
URL_MAP: Final = "gcp:compute/regionUrlMap:RegionUrlMap"
#: The only keys that Cloud KMS changes by itself; others are made for a purpose that a new version would end.
ROTATED_PURPOSE: Final = "ENCRYPT_DECRYPT"
MOST_ROTATION_DAYS: Final = 90
_DAY_SECONDS: Final = 24 * 60 * 60
_SECONDS: Final = re.compile(r"(\d+)(?:\.\d+)?s")


def customer_keys(resource: Resource) -> Iterable[Finding]:
    """Require a key of our own wherever something is kept."""
    yield from unmet(resource, CUSTOMER_KEYS)


def _is_rotated(resource: Resource) -> bool:
    return revealed(resource.at("purpose")) in (None, ROTATED_PURPOSE, UNKNOWN)


def rotation(resource: Resource) -> Iterable[Finding]:
    """Require a key that gets a new version in time; without a period it never does."""
    allowed = f"at most {MOST_ROTATION_DAYS} days, `{MOST_ROTATION_DAYS * _DAY_SECONDS}s`"
    value = resource.at("rotationPeriod")
    plain = revealed(value)
    if plain is UNKNOWN:
        yield unknowable("rotationPeriod", allowed)
        return
    seconds = _SECONDS.fullmatch(plain) if isinstance(plain, str) else None
    if seconds is None or int(seconds[1]) > MOST_ROTATION_DAYS * _DAY_SECONDS:
        yield violated(at_path("rotationPeriod", value), allowed)


def tls(resource: Resource) -> Iterable[Finding]:
    """Refuse plain text and old protocols. A proxy without a policy takes TLS 1.0."""
    yield from unmet(resource, TLS)
    if resource.type == HTTPS_PROXY and resource.at("sslPolicy") is None:
        yield violated("no `sslPolicy`", "a RegionSslPolicy, which says what TLS is taken")


def https_only(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Refuse a proxy of plain HTTP that does anything but send to HTTPS. Its map is known by its reference."""
    maps = {one.urn: one for one in resources if one.type == URL_MAP}
    allowed = "a RegionUrlMap whose `defaultUrlRedirect.httpsRedirect` is true, and which has no backends"
    for proxy in resources:
        if proxy.type != HTTP_PROXY:
            continue
        used = [maps[urn] for urn in proxy.references.get("urlMap", ()) if urn in maps]
        redirects = [one for one in used if revealed(one.at("defaultUrlRedirect.httpsRedirect")) is True]
        if not used or used != redirects:
            yield violated("plain HTTP is served", allowed, proxy.urn)
        for one in redirects:
            for path in ("defaultService", "pathMatchers", "hostRules"):
                if revealed(one.at(path)) not in (None, []):
                    yield violated(f"`{path}` behind plain HTTP", allowed, one.urn)


def _serves_plain_http(resources: Sequence[Resource]) -> bool:
    return any(resource.type == HTTP_PROXY for resource in resources)


_SOURCE: Final = "DTx infrastructure, security 3 (TLS, encryption at rest, key management)"
_TRANSIT: Final = "GDPR 32 (1) a encryption, DiGAV annex 1 (transport encryption)"
_REST: Final = "GDPR 32 (1) a encryption, DiGAV annex 1 (encryption of stored data)"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="gcp-customer-keys",
        concern="encryption",
        title="Whatever keeps data is encrypted with a key of ours",
        severity="high",
        protects=_REST,
        controls={
            "GDPR": ("32 (1) a",),
            "DiGAV": ("annex 1",),
            "CIS Google Cloud": ("7.3",),
            "checkov": ("CKV_GCP_37", "CKV_GCP_81", "CKV_GCP_83", "CKV_GCP_84"),
            "trivy": ("AVD-GCP-0034", "AVD-GCP-0066"),
        },
        fix="Give the resource the path of a key of the ring; Google's own key would be used without it",
        source=_SOURCE,
        types=tuple(sorted(CUSTOMER_KEYS)),
        fail_closed=True,
        judge=customer_keys,
    ),
    ResourceRule(
        id="gcp-key-rotation",
        concern="encryption",
        title=f"Keys get a new version every {MOST_ROTATION_DAYS} days or sooner",
        severity="medium",
        protects="GDPR 32 (1) a encryption; CIS Google Cloud benchmark 1.10",
        controls={
            "GDPR": ("32 (1) a",),
            "CIS Google Cloud": ("1.10",),
            "checkov": ("CKV_GCP_43",),
            "trivy": ("AVD-GCP-0065",),
        },
        fix="Set `rotationPeriod`; what older versions encrypted stays readable",
        source=_SOURCE,
        types=(CRYPTO_KEY,),
        fail_closed=True,
        claims=_is_rotated,
        judge=rotation,
    ),
    ResourceRule(
        id="gcp-tls",
        concern="encryption",
        title="Load balancer, stores and nodes take nothing but TLS 1.2 and newer",
        severity="high",
        protects=_TRANSIT,
        controls={
            "GDPR": ("32 (1) a",),
            "DiGAV": ("annex 1",),
            "CIS Google Cloud": ("3.9", "6.4"),
            "checkov": ("CKV_GCP_6", "CKV_GCP_97"),
            "trivy": ("AVD-GCP-0015",),
        },
        fix="Set the property named above; what says nothing takes plain text or TLS 1.0",
        source=_SOURCE,
        types=tuple(sorted({*TLS, HTTPS_PROXY})),
        fail_closed=True,
        judge=tls,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="gcp-https-only",
        concern="encryption",
        title="Whoever comes by plain HTTP is sent to HTTPS",
        severity="high",
        protects=_TRANSIT,
        controls={"GDPR": ("32 (1) a",), "DiGAV": ("annex 1",)},
        fix="Give the proxy a map that redirects to HTTPS, and nothing else",
        source=_SOURCE,
        types=(HTTP_PROXY, URL_MAP),
        fail_closed=True,
        claims=_serves_plain_http,
        judge=https_only,
    ),
)
