"""IAM: policy documents that parse and make sense, managed policies that exist, quotas."""

import json
import re
from collections.abc import Iterator
from typing import Any

from rehearsal import values
from rehearsal.aws.keys import as_list, principals, statements
from rehearsal.case import Case
from rehearsal.errors import Problem, suggestion
from rehearsal.inventory import Object
from rehearsal.values import Value

ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_MANAGED = "arn:aws:iam::aws:policy/"
_MANAGED_POLICY_SIZE = 6144
_ACTION = re.compile(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+")
_VERSIONS = ("2012-10-17", "2008-10-17")
_STATEMENT_KEYS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip


def trust_policy(case: Case) -> Iterator[Problem]:
    """A trust policy says who may assume the role, and no resource."""
    yield from _document(case, "assumeRolePolicy", principal=True, resource=False)


def permission_policy(case: Case) -> Iterator[Problem]:
    """An identity policy says what may be done to which resource, and no principal."""
    yield from _document(case, "policy", principal=False, resource=True)


def resource_policy(case: Case) -> Iterator[Problem]:
    """A resource's own policy says who may do what."""
    yield from _document(case, "policy", principal=True, resource=None)


def _document(case: Case, path: str, *, principal: bool, resource: bool | None) -> Iterator[Problem]:
    text = case.get(path)
    if text is None or case.is_unknown(path):
        return
    try:
        opened = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return  # refused by its format already
    wrong = _complaint(opened, principal=principal, resource=resource)
    if wrong:
        yield Problem(path, f"MalformedPolicyDocument: {wrong}")


def _complaint(document: Value, *, principal: bool, resource: bool | None) -> str | None:
    if not isinstance(document, dict) or not statements(document):
        return "Syntax errors in policy: a policy is an object with at least one Statement"
    if document.get("Version", _VERSIONS[0]) not in _VERSIONS:
        return f"The policy's Version {document['Version']!r} is none of {', '.join(_VERSIONS)}"
    for statement in statements(document):
        if wrong := _statement_complaint(statement, principal=principal, resource=resource):
            return wrong
    return None


def _statement_complaint(statement: dict[str, Any], *, principal: bool, resource: bool | None) -> str | None:  # noqa: PLR0911
    unknown = statement.keys() - _STATEMENT_KEYS
    if unknown:
        name = min(unknown)
        return f"Syntax errors in policy: unknown element {name!r}.{suggestion(name, _STATEMENT_KEYS)}"
    if statement.get("Effect") not in ("Allow", "Deny"):
        return "Policy statement must have an Effect of Allow or Deny."
    if "Action" not in statement and "NotAction" not in statement:
        return "Policy statement must contain actions."
    for action in as_list(statement.get("Action")):
        if isinstance(action, str) and not _ACTION.fullmatch(action):
            return f"Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: {action}"
    has_principal = "Principal" in statement or "NotPrincipal" in statement
    has_resource = "Resource" in statement or "NotResource" in statement
    if principal and not has_principal:
        return "Missing required field Principal"
    if not principal and has_principal:
        return "Policy document should not specify a principal."
    if resource is True and not has_resource:
        return "Policy statement must contain resources."
    if resource is False and has_resource:
        return "Has prohibited field Resource"
    return None


def principals_exist(case: Case) -> Iterator[Problem]:
    """IAM looks every role of this account up that a trust policy names; others are not ours to judge."""
    prefix = f"arn:aws:iam::{case.scope.account}:role/"
    for statement in statements(case.get("assumeRolePolicy")):
        for arn in principals(statement, "AWS"):
            if arn.startswith(prefix) and not case.find(ROLE, arn, "arn") and not _is_outside(arn):
                yield Problem(
                    "assumeRolePolicy", f'MalformedPolicyDocument: Invalid principal in policy: "AWS":"{arn}"'
                )


def _is_outside(arn: str) -> bool:
    """Tell roles that exist in every account without a program: service-linked and single sign-on ones."""
    return "/aws-service-role/" in arn or "/aws-reserved/" in arn


def managed_policies_exist(case: Case) -> Iterator[Problem]:
    """AWS's own managed policies are known by name."""
    for path, arn in values.find(case.properties, "managedPolicyArns[*]"):
        yield from _managed(case, values.format_path(path), arn)


def attached_policy_exists(case: Case) -> Iterator[Problem]:
    """So are attached ones."""
    yield from _managed(case, "policyArn", case.get("policyArn"))


def _managed(case: Case, path: str, arn: Value) -> Iterator[Problem]:
    known = case.fact("iam.managed_policies")
    if isinstance(arn, str) and arn.startswith(_MANAGED) and arn.removeprefix(_MANAGED) not in known:
        near = suggestion(arn.removeprefix(_MANAGED), known)
        text = f"NoSuchEntity: Policy {arn} does not exist or is not attachable.{near}"
        yield Problem(path, f"{text} (a real one that is missing: add it to rehearsal/aws/facts/iam.yaml)")


def policies_per_role(case: Case) -> Iterator[Problem]:
    """A role takes ten managed policies by default."""
    role, quota = case.target("role"), case.fact("iam.policies_per_role")
    if role and len(case.inventory.referrers(role.key, type=ATTACHMENT)) >= quota:
        yield Problem("role", f"LimitExceeded: Cannot exceed quota for PoliciesPerRole: {quota}")


def managed_policy_size(case: Case) -> Iterator[Problem]:
    """A managed policy has 6,144 characters, white space not counted."""
    text = case.get("policy")
    if isinstance(text, str) and len(re.sub(r"\s", "", text)) > _MANAGED_POLICY_SIZE:
        yield Problem("policy", f"LimitExceeded: Cannot exceed quota for PolicySize: {_MANAGED_POLICY_SIZE}")


def issuer_outputs(case: Case) -> dict[str, Any]:
    """IAM drops the scheme of an OIDC provider's URL, in its ARN and in what it gives back."""
    url = case.get("url")
    if url is None:
        return {}
    issuer = url.removeprefix("https://").rstrip("/")
    return {"arn": f"arn:aws:iam::{case.scope.account}:oidc-provider/{issuer}", "url": issuer}


def attached_policies(case: Case, role: Object) -> set[str]:
    """Return the managed policies a role has at this moment."""
    attached = {str(item.outputs["policyArn"]) for item in case.inventory.referrers(role.key, type=ATTACHMENT)}
    return attached | set(role.outputs.get("managedPolicyArns") or ())


def trusts(role: Object, service: str) -> bool:
    """Tell whether a service may assume a role."""
    return any(
        statement.get("Effect") == "Allow" and service in principals(statement, "Service")
        for statement in statements(role.outputs.get("assumeRolePolicy"))
    )
