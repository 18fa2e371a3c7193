"""What can be broken of Google Cloud besides single properties that the tables list."""

from collections.abc import Iterator, Sequence

from policies.encryption import gcp as encryption
from policies.identity import gcp as identity
from policies.network import gcp as network
from policies.resource import UNKNOWN, Resource, revealed
from tests.policies.mutation import MISSING, Mutant, changed, each_said, from_nowhere, removed, said, said_of


def open_firewall(resource: Resource) -> Iterator[Mutant]:
    if resource.type == network.FIREWALL:
        opened = changed(changed(resource, "direction", "INGRESS"), "allows", [{"protocol": "tcp"}])
        opened = changed(changed(opened, "disabled", MISSING), "sourceTags", MISSING)
        yield from each_said(opened, "sourceRanges", ["0.0.0.0/0"], ["8.8.8.0/24"], MISSING, UNKNOWN)
        yield said(opened, "direction", UNKNOWN)
        return
    listed = resource.type in network.POLICIES_WITH_RULES
    for prefix in [f"{path}." for path, _ in resource.every("rules.*")] if listed else [""]:
        opened = resource
        for name, value in {"direction": "INGRESS", "action": "allow", "disabled": MISSING, "match": {}}.items():
            opened = changed(opened, f"{prefix}{name}", value)
        ranges = f"{prefix}match.srcIpRanges"
        yield from each_said(opened, ranges, ["0.0.0.0/0"], ["10.0.0.0/8", "8.8.8.0/24"], [], UNKNOWN)
        yield said(opened, f"{prefix}match.srcRegionCodes", ["US"])
        yield from (said(opened, f"{prefix}{name}", UNKNOWN) for name in ("direction", "action"))


def web_firewall(resource: Resource) -> Iterator[Mutant]:
    if resource.type == network.BACKEND_SERVICE:
        yield said(resource, "securityPolicy", MISSING)
    else:
        yield from each_said(resource, "rules", [], UNKNOWN)


def key_rotation(resource: Resource) -> Iterator[Mutant]:
    yield from each_said(resource, "rotationPeriod", "7776001s", "a year", MISSING, UNKNOWN)


def tls(resource: Resource) -> Iterator[Mutant]:
    if resource.type == encryption.HTTPS_PROXY:
        yield said(resource, "sslPolicy", MISSING)


def keyless(resource: Resource) -> Iterator[Mutant]:
    if resource.type == identity.NODE_POOL:
        yield said(resource, "nodeConfig.serviceAccount", MISSING)
    if resource.type == identity.DATABASE:
        yield said(resource, "rootPassword", "a password")
        yield from each_said(resource, "settings.databaseFlags", [], MISSING, UNKNOWN)
        for path, _ in resource.every("settings.databaseFlags.*"):
            if revealed(resource.at(f"{path}.name")) == identity.IAM_FLAG:
                yield said(resource, f"{path}.value", "off")


def public_members(resource: Resource) -> Iterator[Mutant]:
    if resource.type == identity.DATASET:
        yield said(resource, f"accesses.{len(list(resource.every('accesses.*')))}", {"iamMember": "allUsers"})
        yield from (
            said(resource, f"{path}.specialGroup", "allAuthenticatedUsers") for path, _ in resource.every("accesses.*")
        )
    elif resource.type == identity.DATASET_ACCESS:
        yield said(resource, "specialGroup", "allAuthenticatedUsers")
    elif resource.at("members") is not None:
        yield said(resource, f"members.{len(list(resource.every('members.*')))}", "allUsers")
    else:
        yield from each_said(resource, "member", "allUsers", "allAuthenticatedUsers")


def basic_roles(resource: Resource) -> Iterator[Mutant]:
    yield from each_said(resource, "role", "roles/owner", "roles/editor", UNKNOWN)


def https_only(resources: Sequence[Resource]) -> Iterator[Mutant]:
    maps = {one.urn: one for one in resources if one.type == encryption.URL_MAP}
    for proxy in (one for one in resources if one.type == encryption.HTTP_PROXY):
        for url_map in (maps[urn] for urn in proxy.references["urlMap"] if urn in maps):
            for value in (False, MISSING, UNKNOWN):
                yield said_of(proxy.urn, url_map, "defaultUrlRedirect.httpsRedirect", value)
            yield said(url_map, "defaultService", "a backend")
            yield removed(proxy.urn, url_map)


def audit_logs(resources: Sequence[Resource]) -> Iterator[Mutant]:
    system = next(one for one in resources if one.type == identity.SYSTEM)
    for config in (one for one in resources if one.type == identity.AUDIT_CONFIG):
        yield removed(system.urn, config)
        yield said(config, "auditLogConfigs.0.exemptedMembers", ["user:somebody@example.com"])
        for path, _ in config.every("auditLogConfigs.*"):
            yield said_of(system.urn, config, path, MISSING)


def unknown_members(resources: Sequence[Resource]) -> Iterator[Mutant]:
    for one in resources:
        if identity._gives_rights(one):
            yield from (from_nowhere(one, path) for path, _ in identity._members(one))


MUTATIONS = {
    "gcp-open-firewall": open_firewall,
    "gcp-web-firewall": web_firewall,
    "gcp-key-rotation": key_rotation,
    "gcp-tls": tls,
    "gcp-keyless": keyless,
    "gcp-public-members": public_members,
    "gcp-basic-roles": basic_roles,
}
STACK_MUTATIONS = {
    "gcp-https-only": https_only,
    "gcp-audit-logs": audit_logs,
    "gcp-unknown-members": unknown_members,
}
