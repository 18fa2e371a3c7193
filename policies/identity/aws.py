"""Identity on AWS: roles for named programs, single rights, no keys, and a record of who did what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from policies.documents import DOCUMENTS, UNREADABLE, Statement, document_of, statements
from policies.requirement import load_requirements, unmet
from policies.resource import UNKNOWN, Resource, revealed
from policies.rule import Finding, ResourceRule, StackRule, at_path, unknowable, violated

_TABLES: Final = load_requirements(Path(__file__).with_name("aws.toml"))
KEYLESS: Final = _TABLES["keyless"]
REFUSED: Final = tuple(_TABLES["refused"])
AUDIT: Final = _TABLES["audit"]
IMAGES: Final = _TABLES["images"]

ROLE: Final = "aws:iam/role:Role"
ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
KEY: Final = "aws:kms/key:Key"
TRAIL: Final = "aws:cloudtrail/trail:Trail"
RECORDER: Final = "aws:cfg/recorderStatus:RecorderStatus"
SYSTEM: Final = "platform:system:Kyeol"

#: A right to read: of these a whole family may be given, as `elasticloadbalancing:Describe*`.
_READING: Final = re.compile(r"[\w-]+:(?:BatchGet|Describe|Get|List)\w*\*?")
#: Policies of AWS's own that give (nearly) everything.
_BROAD: Final = re.compile(r"AdministratorAccess|PowerUserAccess|.*FullAccess")
_ALLOWED_ACTIONS: Final = "single actions, or single resources"
_ALLOWED_PRINCIPALS: Final = "roles, accounts and services by name; a service with a condition that binds it to us"
_ALLOWED_TRUST: Final = "`StringEquals` with one audience and one subject in full"


def keyless(resource: Resource) -> Iterable[Finding]:
    """Refuse users, keys and passwords, and whatever would make a program somebody else."""
    if resource.type in REFUSED:
        yield violated(
            f"a {resource.type.rpartition(':')[2]} ({resource.type})", "roles, which have no keys of their own"
        )
    yield from unmet(resource, KEYLESS)


def _has_a_readable_policy(resource: Resource) -> bool:
    return resource.type == ATTACHMENT or document_of(resource) is not None


def single_rights(resource: Resource) -> Iterable[Finding]:
    """Refuse policies that give everything, or give something to everybody."""
    if resource.type == ATTACHMENT:
        yield from _attachment(resource)
        return
    document = document_of(resource) or UNREADABLE
    rows = list(statements(document))
    if not rows:
        yield violated(f"`{DOCUMENTS[resource.type]}` holds no statement", "a policy document with statements")
    for row in rows:
        if not row.denies:
            judge = _given if resource.type == ROLE_POLICY else _opened
            yield from judge(resource, row)


def _attachment(resource: Resource) -> Iterator[Finding]:
    value = resource.at("policyArn")
    plain = revealed(value)
    allowed = "AWS's policies for one purpose (AmazonEKSWorkerNodePolicy), or a policy of our own"
    if plain is UNKNOWN:
        yield unknowable("policyArn", allowed)
    elif not isinstance(plain, str) or _BROAD.fullmatch(plain.rpartition("/")[2]):
        yield violated(at_path("policyArn", value), allowed)


def _given(_: Resource, row: Statement) -> Iterator[Finding]:
    """Judge a statement about what the holder of the policy may do."""
    if row.inverted:
        yield violated(f"statement {row.sid} gives all but what it names", _ALLOWED_ACTIONS)
    for action in row.actions:
        whole = "*" in action and not _READING.fullmatch(action)
        if action == "*" or (whole and "*" in row.resources):
            yield violated(f"statement {row.sid} gives {action} on {', '.join(row.resources)}", _ALLOWED_ACTIONS)


def _opened(resource: Resource, row: Statement) -> Iterator[Finding]:
    """Judge a statement about who may do something with what holds the policy.

    In a key's policy every resource is the key itself, and `kms:*` for the account's root leaves it to the account's
    IAM who may use it; without that nobody could ever change the policy again.
    """
    if row.inverted:
        yield violated(f"statement {row.sid} is for all but whom it names", _ALLOWED_PRINCIPALS)
    if row.of_everybody:
        yield violated(f"statement {row.sid} is for everybody", _ALLOWED_PRINCIPALS)
    if row.principals.get("Service") and not row.condition:
        yield violated(f"statement {row.sid} is for any customer of a service", _ALLOWED_PRINCIPALS)
    for action in row.actions:
        if action == "*" or (action.endswith(":*") and not _leaves_it_to_the_account(resource, row)):
            yield violated(f"statement {row.sid} gives {action}", _ALLOWED_ACTIONS)


def _leaves_it_to_the_account(resource: Resource, row: Statement) -> bool:
    names = row.principals.get("AWS", ())
    return resource.type == KEY and set(row.principals) == {"AWS"} and all(name.endswith(":root") for name in names)


def _has_a_readable_trust(resource: Resource) -> bool:
    return document_of(resource) is not None


def trust(resource: Resource) -> Iterable[Finding]:
    """Require that a role is for named services, or for one audience and one subject of an issuer."""
    rows = list(statements(document_of(resource) or UNREADABLE))
    if not rows:
        yield violated("`assumeRolePolicy` holds no statement", "a trust policy with statements")
    for row in rows:
        if row.denies:
            continue
        if row.inverted or row.of_everybody:
            yield violated(f"statement {row.sid} lets anybody be the role", _ALLOWED_PRINCIPALS)
        if row.principals.get("Federated"):
            yield from _federated(row)


def _federated(row: Statement) -> Iterator[Finding]:
    """Judge who of an issuer may be the role: without a subject that would be every repository, or every pod."""
    equal = row.condition.get("StringEquals", {})
    for name, words in (("aud", "audience"), ("sub", "subject")):
        values = [value for key, found in equal.items() if key.endswith(f":{name}") for value in found]
        if len(values) != 1 or "*" in values[0]:
            found = f"{len(values)} of them" if values else "none"
            yield violated(f"statement {row.sid} is not bound to one {words} ({found})", _ALLOWED_TRUST)


def audit(resource: Resource) -> Iterable[Finding]:
    """Refuse records with holes."""
    yield from unmet(resource, AUDIT)


def images(resource: Resource) -> Iterable[Finding]:
    """Refuse a registry in which an image may become another under its name."""
    yield from unmet(resource, IMAGES)


def audit_trails(resources: Sequence[Resource]) -> Iterable[Finding]:
    """Require that the account of KYEOL records who did what, and what became of its resources."""
    system = next(resource for resource in resources if resource.type == SYSTEM)
    for token, words in ((TRAIL, "who calls AWS"), (RECORDER, "how resources change")):
        if not any(resource.type == token for resource in resources):
            yield violated(f"nothing records {words}", f"a {token.rpartition(':')[2]} (AuditTrail)", system.urn)


def _is_kyeol(resources: Sequence[Resource]) -> bool:
    return any(resource.type == SYSTEM for resource in resources)


_RIGHTS: Final = "ISMS-P 2.5.1 user accounts, 2.5.5 special accounts and rights, 2.5.6 review of access rights"
_RECORDS: Final = "ISMS-P 2.9.4 management of logs and access records"
_OIDC: Final = "KYEOL runbook, 2.2 (OIDC for GitHub Actions and IRSA)"

RESOURCE_RULES: Final = (
    ResourceRule(
        id="aws-keyless",
        concern="identity",
        title="Programs and people are who they are without users, keys and passwords",
        severity="high",
        protects="ISMS-P 2.5.1 user accounts, 2.5.3 user authentication",
        controls={"ISMS-P": ("2.5.1", "2.5.3"), "CIS AWS": ("5.6",), "checkov": ("CKV_AWS_79",)},
        fix="Take a role by OIDC, an access entry, or the password that RDS itself draws and changes",
        source=_OIDC,
        types=tuple(sorted({*KEYLESS, *REFUSED})),
        fail_closed=False,
        judge=keyless,
    ),
    ResourceRule(
        id="aws-single-rights",
        concern="identity",
        title="Policies give single rights, and to nobody who is not named",
        severity="high",
        protects=_RIGHTS,
        controls={
            "ISMS-P": ("2.5.1", "2.5.5", "2.5.6"),
            "CIS AWS": ("1.16",),
            "checkov": ("CKV_AWS_33", "CKV_AWS_62", "CKV_AWS_63", "CKV_AWS_70", "CKV_AWS_169"),
        },
        fix="Name the actions and the resources; a service takes a condition with our account or an ARN of ours",
        source=f"{_OIDC}; least privilege",
        types=tuple(sorted({*DOCUMENTS, ATTACHMENT} - {ROLE})),
        fail_closed=False,
        claims=_has_a_readable_policy,
        judge=single_rights,
    ),
    ResourceRule(
        id="aws-trust",
        concern="identity",
        title="A role is for one service, one repository's environment or one service account",
        severity="critical",
        protects=_RIGHTS,
        controls={"ISMS-P": ("2.5.1", "2.5.5", "2.5.6"), "checkov": ("CKV_AWS_60", "CKV_AWS_61")},
        fix="Bind the trust to the audience sts.amazonaws.com and to one subject, both with `StringEquals`",
        source=_OIDC,
        types=(ROLE,),
        fail_closed=False,
        claims=_has_a_readable_trust,
        judge=trust,
    ),
    ResourceRule(
        id="aws-audit",
        concern="identity",
        title="What is recorded of the account has no holes",
        severity="high",
        protects=_RECORDS,
        controls={
            "ISMS-P": ("2.9.4",),
            "CIS AWS": ("3.1", "3.2", "3.3"),
            "checkov": ("CKV_AWS_36", "CKV_AWS_37", "CKV_AWS_67"),
        },
        fix="Record all regions, all kinds of resources and all parts of the control plane",
        source="KYEOL runbook, 2.2 (ISMS-P)",
        types=tuple(sorted(AUDIT)),
        fail_closed=False,
        judge=audit,
    ),
    ResourceRule(
        id="aws-images",
        concern="identity",
        title="An image stays what it was when it was pushed, and was looked at then",
        severity="medium",
        protects="ISMS-P 2.10.8 patch management, 2.11.2 checks for vulnerabilities",
        controls={"ISMS-P": ("2.10.8", "2.11.2"), "checkov": ("CKV_AWS_51", "CKV_AWS_163")},
        fix="Make the repository's tags immutable, and scan on push",
        source="KYEOL runbook, 5 (step 7, images in ECR)",
        types=tuple(sorted(IMAGES)),
        fail_closed=False,
        judge=images,
    ),
)

STACK_RULES: Final = (
    StackRule(
        id="aws-audit-trails",
        concern="identity",
        title="The account of KYEOL records who did what, and what became of its resources",
        severity="high",
        protects=_RECORDS,
        controls={"ISMS-P": ("2.9.4",), "CIS AWS": ("3.1", "3.3")},
        fix="Place an AuditTrail in the system",
        source="KYEOL runbook, 2.2 (ISMS-P)",
        types=(SYSTEM, TRAIL, RECORDER),
        fail_closed=False,
        claims=_is_kyeol,
        judge=audit_trails,
    ),
)
