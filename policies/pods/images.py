"""Images: which version runs is said, and in production it is the very image that was tested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from policies.pods.templates import containers, describes_pods, pods
from policies.resource import UNKNOWN, EnvironmentName, Resource, Value, revealed
from policies.rule import Finding, ResourceRule, at_path, unknowable, violated

#: A tag can be moved to another image, a digest cannot. Before production one may try.
BY_DIGEST: Final[frozenset[EnvironmentName]] = frozenset({"prod"})
_REFERENCE: Final = re.compile(r"(?P<name>[^@\s]+?)(?::(?P<tag>[\w][\w.-]*))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?")
_CHART_VERSION: Final = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
#: Values of a chart in which a tag would stand: while they are not known, neither is the tag.
_HOLD_TAGS: Final = frozenset({"values", "image"})
CHARTS: Final = ("kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart")


def images(resource: Resource) -> Iterable[Finding]:
    """Refuse images without a version, in production those without a digest. A chart names its own by its version."""
    if resource.type in CHARTS:
        yield from _chart(resource)
        return
    for path, pod in pods(resource):
        if not isinstance(pod, dict):
            yield unknowable(path, _allowed(resource))
            continue
        for place, container in containers(path, pod):
            image = container.get("image") if isinstance(container, dict) else UNKNOWN
            yield from _image(resource, f"{place}.image", image)


def _allowed(resource: Resource) -> str:
    tagged = "an image with a tag other than `latest`"
    if resource.environment in BY_DIGEST:
        return f"{tagged} and a digest (`name:tag@sha256:...`)"
    return f"{tagged}, a digest, or both"


def _image(resource: Resource, path: str, image: Value) -> Iterator[Finding]:
    plain = revealed(image)
    if plain is UNKNOWN:
        yield unknowable(path, _allowed(resource))
    elif plain is None and resource.at("spec.version") is not None:
        return  # the operator takes the image of its version, which a rule about versions judges
    elif not isinstance(plain, str) or not _is_pinned(plain, by_digest=resource.environment in BY_DIGEST):
        yield violated(at_path(path, image), _allowed(resource))


def _is_pinned(image: str, *, by_digest: bool) -> bool:
    found = _REFERENCE.fullmatch(image)
    if found is None or found["tag"] == "latest":
        return False
    return bool(found["digest"] if by_digest else found["tag"] or found["digest"])


def _chart(resource: Resource) -> Iterator[Finding]:
    version = resource.at("version")
    plain = revealed(version)
    if plain is UNKNOWN:
        yield unknowable("version", "one version of the chart")
    elif not isinstance(plain, str) or not _CHART_VERSION.fullmatch(plain):
        yield violated(at_path("version", version), "one version of the chart, not a range and not the newest")
    for path, tag in _tags("values", resource.at("values")):
        allowed = "the tag that the chart's version names, or another that stays"
        if revealed(tag) is UNKNOWN:
            yield unknowable(path, allowed)
        elif revealed(tag) == "latest":
            yield violated(at_path(path, tag), allowed)


def _tags(path: str, value: Value) -> Iterator[tuple[str, Value]]:
    plain, name = revealed(value), path.rpartition(".")[2]
    if name == "tag" or (plain is UNKNOWN and name in _HOLD_TAGS):
        yield path, value
    elif isinstance(plain, dict):
        for key, item in plain.items():
            yield from _tags(f"{path}.{key}", item)
    elif isinstance(plain, list):
        for index, item in enumerate(plain):
            yield from _tags(f"{path}.{index}", item)


def _has_images(resource: Resource) -> bool:
    return resource.type in CHARTS or describes_pods(resource)


RESOURCE_RULES: Final = (
    ResourceRule(
        id="images",
        concern="images",
        title="Every image is of a version that is said, in production by its digest",
        severity="high",
        protects="ISMS-P 2.8.6 transfer to production, 2.9.1 change management",
        fix="Name the tag and the digest that were promoted: `image: trip-service:1.4.2@sha256:...` in its file",
        source="TripGen physical architecture, 9 (images by version); DTx infrastructure, deployment (pipeline)",
        types=("kubernetes:*", "gcp:cloudrunv2/job:Job", "gcp:cloudrunv2/service:Service"),
        controls={"ISMS-P": ("2.8.6", "2.9.1"), "checkov": ("CKV_K8S_14", "CKV_K8S_43"), "trivy": ("AVD-KSV-0013",)},
        fail_closed=False,
        claims=_has_images,
        judge=images,
    ),
)
