"""Identity on Google Cloud: named people and programs, no keys, no basic roles, and a record of who read what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from policies.origins import types_by_urn, unknown_origin
from policies.requirement import load_requirements, unmet
from policies.resource import UNKNOWN, Resource, Value, revealed, shown
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated

_TABLES: Final = load_requirements(Path(__file__).with_name("gcp.toml"))
KEYLESS: Final = _TABLES["keyless"]
REFUSED: Final = tuple(_TABLES["refused"])

DATABASE: Final = "gcp:sql/databaseInstance:DatabaseInstance"
DATASET: Final = "gcp:bigquery/dataset:Dataset"
NODE_POOL: Final = "gcp:container/nodePool:NodePool"
DATASET_ACCESS: Final = "gcp:bigquery/datasetAccess:DatasetAccess"
AUDIT_CONFIG: Final = "gcp:projects/iAMAuditConfig:IAMAuditConfig"
SERVICE: Final = "gcp:projects/service:Service"
SYSTEM: Final = "platform:system:Dtx"

IAM_FLAG: Final = "cloudsql.iam_authentication"
#: Everybody on the Internet, and everybody with any Google account, which is the same.
ANYBODY: Final = frozenset({"allusers", "allauthenticatedusers"})
BASIC_ROLES: Final = frozenset({"roles/owner", "roles/editor"})
AUDITED: Final = frozenset({"ADMIN_READ", "DATA_READ", "DATA_WRITE"})
ACCOUNT: Final = "gcp:serviceaccount/account:Account"
#: What somebody who has no name before the update comes from, beside accounts of ours. Google's own agents are asked
#: for once the ring stands whose keys they use.
OTHER_ORIGINS: Final = MappingProxyType(
    {
        "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": "gcp:kms/keyRing:KeyRing",
        "gcp:projects/iAMMember:IAMMember": "gcp:logging/projectSink:ProjectSink",
        "gcp:serviceaccount/iAMMember:IAMMember": "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
        "gcp:storage/bucketIAMMember:BucketIAMMember": DATABASE,
    }
)
_GRANT: Final = re.compile(r".*(?:IAM|Iam)(?:Member|Binding)")


def keyless(resource: Resource) -> Iterable[Finding]:
    """Refuse keys and passwords, and whatever would make a program somebody else."""
    if resource.type in REFUSED:
        yield violated(
            f"a {resource.type.rpartition(':')[2]} ({resource.type})", "identities without keys, one role at a time"
        )
    yield from unmet(resource, KEYLESS)
    if resource.type == NODE_POOL and resource.at("nodeConfig.serviceAccount") is None:
        yield violated("no `nodeConfig.serviceAccount`", "an account of the nodes' own; Google's default is an editor")
    if resource.type == DATABASE:
        yield from _database(resource)


def _database(resource: Resource) -> Iterator[Finding]:
    """Require IAM's own sign-in; its flag stands in a list, by name."""
    allowed = f"the flag {IAM_FLAG}, on"
    if resource.at("rootPassword") is not None:
        yield violated("a `rootPassword`", "no password of any user")
    flags = revealed(resource.at("settings.databaseFlags"))
    if flags is UNKNOWN:
        yield unknowable("settings.databaseFlags", allowed)
        return
    values = [
        resource.at(f"{path}.value")
        for path, _ in resource.every("settings.databaseFlags.*")
        if revealed(resource.at(f"{path}.name")) == IAM_FLAG
    ]
    if "on" not in map(revealed, values):
        yield violated(f"{IAM_FLAG} is {shown(values[0] if values else None)}", allowed)


def _gives_rights(resource: Resource) -> bool:
    return resource.type in (DATASET, DATASET_ACCESS) or _GRANT.fullmatch(resource.type.rpartition(":")[2]) is not None


def _members(resource: Resource) -> Iterator[tuple[str, Value]]:
    """Return whoever gets a right, by the path where he is named; datasets have a way of their own."""
    if resource.type == DATASET:
        paths = ["accesses.*.iamMember", "accesses.*.specialGroup"]
    elif resource.type == DATASET_ACCESS:
        paths = ["iamMember", "specialGroup"]
    else:
        paths = ["member", "members.*"]
    for path in paths:
        for where, value in resource.every(path):
            if value is not None:
                yield where, value


def public_members(resource: Resource) -> Iterable[Finding]:
    """Refuse a right for everybody. Who is not known yet is judged by where he comes from: `unknown_members`."""
    for path, value in _members(resource):
        plain = revealed(value)
        if plain is UNKNOWN and (path == "accesses" or path.endswith("specialGroup")):
            yield unknowable(path, "named people, groups and service accounts")
        elif isinstance(plain, str) and plain.lower() in ANYBODY:
            yield violated(at_path(path, value), "named people, groups and service accounts")


def unknown_members(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Refuse a right for somebody whom a preview does not know, unless it makes him."""
    types = types_by_urn(resources)
    for one in resources:
        if _gives_rights(one):
            for path, value in _members(one):
                if revealed(value) is UNKNOWN:
                    allowed = frozenset({ACCOUNT, OTHER_ORIGINS.get(one.type, ACCOUNT)})
                    yield from unknown_origin(one, path, allowed, types)


def _gives_any_rights(resources: Sequence[Resource]) -> bool:
    return any(map(_gives_rights, resources))


def basic_roles(resource: Resource) -> Iterable[Finding]:
    """Refuse the roles from before IAM: they give nearly everything in the whole project."""
    value = resource.at("role")
    plain = revealed(value)
    allowed = "the narrowest predefined role, or one of our own"
    if plain is UNKNOWN:
        yield unknowable("role", allowed)
    elif plain in BASIC_ROLES:
        yield violated(at_path("role", value), allowed)


def _grants_a_role(resource: Resource) -> bool:
    return _GRANT.fullmatch(resource.type.rpartition(":")[2]) is not None


def audit_logs(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require that each project records who read and wrote what, whoever it is."""
    system = next(resource for resource in resources if resource.type == SYSTEM)
    allowed = f"an IAMAuditConfig of allServices with {', '.join(sorted(AUDITED))}, without exempted members"
    recorded: dict[Value, set[Value]] = {}
    for config in resources:
        if config.type == AUDIT_CONFIG and revealed(config.at("service")) == "allServices":
            kinds = {revealed(value) for _, value in config.every("auditLogConfigs.*.logType")}
            recorded.setdefault(revealed(config.at("project")), set()).update(kinds)
            for path, value in config.every("auditLogConfigs.*.exemptedMembers.*"):
                yield violated(f"{at_path(path, value)}, whose access is not recorded", allowed, config.urn)
    for project in sorted({str(revealed(one.at("project"))) for one in resources if one.type == SERVICE}):
        if missing := AUDITED - recorded.get(project, set()):
            yield violated(f"{', '.join(sorted(missing))} not recorded in {project}", allowed, system.urn)


def _is_dtx(resources: Sequence[Resource]) -> bool:
    return any(resource.type == SYSTEM for resource in resources)


_PROTECTS: Final = "GDPR 32 (1) b confidentiality, DiGAV annex 1 (authorisation)"
_SOURCE: Final = "DTx infrastructure, security 2 (IAM, service accounts)"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="gcp-keyless",
        concern="identity",
        title="Programs and people are who they are without keys and passwords",
        severity="high",
        protects=_PROTECTS,
        controls={
            "GDPR": ("32 (1) b",),
            "DiGAV": ("annex 1",),
            "CIS Google Cloud": ("1.4", "1.12"),
            "checkov": (
                "CKV2_GCP_1",
                "CKV2_GCP_3",
                "CKV_GCP_7",
                "CKV_GCP_13",
                "CKV_GCP_69",
                "CKV_GCP_95",
                "CKV_GCP_118",
            ),
            "trivy": ("AVD-GCP-0050", "AVD-GCP-0057", "AVD-GCP-0062", "AVD-GCP-0064", "AVD-GCP-0068"),
        },
        fix="Take workload identity, a federated token or IAM's own sign-in instead",
        source=_SOURCE,
        types=tuple(sorted({*KEYLESS, *REFUSED, DATABASE})),
        fail_closed=False,
        judge=keyless,
    ),
    ResourceRule(
        id="gcp-public-members",
        concern="identity",
        title="Nothing is granted to everybody",
        severity="critical",
        protects=_PROTECTS,
        controls={
            "GDPR": ("32 (1) b",),
            "DiGAV": ("annex 1",),
            "CIS Google Cloud": ("1.9", "5.1", "7.1"),
            "checkov": (
                "CKV2_GCP_6",
                "CKV2_GCP_8",
                "CKV_GCP_15",
                "CKV_GCP_28",
                "CKV_GCP_98",
                "CKV_GCP_99",
                "CKV_GCP_100",
                "CKV_GCP_101",
                "CKV_GCP_102",
                "CKV_GCP_107",
                "CKV_GCP_112",
            ),
            "trivy": ("AVD-GCP-0001", "AVD-GCP-0046"),
        },
        fix="Name whom the right is for",
        source=_SOURCE,
        types=("gcp:*",),
        fail_closed=False,
        claims=_gives_rights,
        judge=public_members,
    ),
    ResourceRule(
        id="gcp-basic-roles",
        concern="identity",
        title="Nobody is owner or editor of a project",
        severity="high",
        protects=_PROTECTS,
        controls={
            "GDPR": ("32 (1) b",),
            "DiGAV": ("annex 1",),
            "CIS Google Cloud": ("1.5",),
            "checkov": ("CKV_GCP_115", "CKV_GCP_116", "CKV_GCP_117"),
        },
        fix="Give the roles that are needed, one grant each",
        source=f"{_SOURCE}, least privilege",
        types=("gcp:*",),
        fail_closed=False,
        claims=_grants_a_role,
        judge=basic_roles,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="gcp-audit-logs",
        concern="identity",
        title="Each project of DTx records who read and wrote what",
        severity="high",
        protects="GDPR 5 (2) accountability, 32 (1) d; DiGAV annex 1 (logging)",
        controls={
            "GDPR": ("5 (2)", "32 (1) d"),
            "DiGAV": ("annex 1",),
            "CIS Google Cloud": ("2.1",),
            "checkov": ("CKV2_GCP_5",),
        },
        fix="Place an IAMAuditConfig of allServices in the project, with all three kinds of access",
        source="DTx infrastructure, monitoring 2 (data access logs) and security 4 (audit of access to personal data)",
        types=(SYSTEM, SERVICE, AUDIT_CONFIG),
        fail_closed=False,
        claims=_is_dtx,
        judge=audit_logs,
    ),
    StackRule(
        id="gcp-unknown-members",
        concern="identity",
        title="Who gets a right and has no name yet is an account that the same update makes",
        severity="critical",
        protects=_PROTECTS,
        controls={"GDPR": ("32 (1) b",), "DiGAV": ("annex 1",)},
        fix="Give the right to the output of an account itself",
        source=_SOURCE,
        types=("gcp:*",),
        fail_closed=False,
        claims=_gives_any_rights,
        judge=unknown_members,
    ),
)
