"""Artifact Registry: settings of a format, and policies that clean up."""

from collections.abc import Iterator
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.refusals import invalid
from rehearsal.values import mapping

_CONFIGS = {"DOCKER": "dockerConfig", "MAVEN": "mavenConfig"}
_MODES = {"REMOTE_REPOSITORY": "remoteRepositoryConfig", "VIRTUAL_REPOSITORY": "virtualRepositoryConfig"}
_HOSTS = {
    "DOCKER": "docker",
    "MAVEN": "maven",
    "NPM": "npm",
    "PYTHON": "python",
    "APT": "apt",
    "YUM": "yum",
    "GO": "go",
}
_MULTI_REGIONS = ("us", "europe", "asia")


def location_is_no_world(case: GcpCase) -> Iterator[Problem]:
    """A repository is in a region or in one of three multi-regions."""
    place = case.get("location")
    if isinstance(place, str) and place not in (*case.fact("regions.regions"), *_MULTI_REGIONS):
        yield invalid("location", f"Location {place} is not supported: regions and {', '.join(_MULTI_REGIONS)} are")


def format_has_its_settings(case: GcpCase) -> Iterator[Problem]:
    """Settings of Docker are for Docker; a remote repository says of what."""
    kind, mode = case.get("format"), case.get("mode")
    for name, config in _CONFIGS.items():
        if case.get(config) is not None and kind not in (name, None):
            yield invalid(config, f"{config} can only be set for {name} repositories, not for {kind}")
    for name, config in _MODES.items():
        if mode == name and case.properties.get(config) is None:
            yield invalid(config, f"{config} must be set for the mode {name}")
        if mode != name and case.get(config) is not None:
            yield invalid(config, f"{config} can only be set for the mode {name}, not for {mode}")


def cleanup_policies_act(case: GcpCase) -> Iterator[Problem]:
    """A policy deletes or keeps what meets a condition, or keeps the newest."""
    seen: set[str] = set()
    for index, each in enumerate(case.get("cleanupPolicies") or ()):
        at, policy = f"cleanupPolicies[{index}]", mapping(each)
        name, condition, newest = (policy.get(key) for key in ("id", "condition", "mostRecentVersions"))
        if name in seen:
            yield invalid(f"{at}.id", f"Duplicate cleanup policy {name}")
        seen.add(str(name))
        if (condition is None) == (newest is None):
            words = f"Cleanup policy {name} must have exactly one of condition and mostRecentVersions"
            yield invalid(at, words)
        if newest is not None and policy.get("action") == "DELETE":
            yield invalid(f"{at}.action", f"Cleanup policy {name}: mostRecentVersions is only for the action KEEP")
        tags, state = mapping(condition).get("tagPrefixes"), mapping(condition).get("tagState")
        if tags and state != "TAGGED":
            yield invalid(
                f"{at}.condition", f"Cleanup policy {name}: tagPrefixes need the tagState TAGGED, got {state}"
            )


def repository_outputs(case: GcpCase) -> dict[str, Any]:
    """Return the host that images are pulled from."""
    kind = _HOSTS.get(str(case.get("format")), str(case.get("format")).lower())
    return {"registryUri": f"{case.get('location')}-{kind}.pkg.dev/{case.project}/{case.get('repositoryId')}"}
