"""Who is granted what: members, roles, accounts that must exist, identities from elsewhere."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.errors import Problem
from rehearsal.gcp.invokes import project_number
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.services import IDENTITY, is_on
from rehearsal.inventory import Object
from rehearsal.values import mapping

ACCOUNT = "gcp:serviceaccount/account:Account"
POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool"
CLUSTER = "gcp:container/cluster:Cluster"
_MEMBER = re.compile(
    r"allUsers|allAuthenticatedUsers|(?:user|group|serviceAccount|domain|projectOwner|projectEditor|projectViewer):\S+"
    r"|(?:principal|principalSet)://\S+|deleted:\S+"
)
_OWN = re.compile(r"serviceAccount:(?P<account>[^@\[]+)@(?P<project>[^.]+)\.iam\.gserviceaccount\.com")
_POD = re.compile(r"serviceAccount:(?P<pool>[^\[\]]+\.svc\.id\.goog)\[(?P<name>[^\]]+)\]")
_FEDERATED = re.compile(
    r"principal(?:Set)?://iam\.googleapis\.com/projects/[^/]+/locations/global/workloadIdentityPools/([^/]+)/"
)
_ONLY_ON_ACCOUNTS = ("roles/iam.workloadIdentityUser",)
#: Issuers that sign for everybody: without a condition everybody's workflows could sign in.
_SHARED_ISSUERS = ("https://token.actions.githubusercontent.com", "https://gitlab.com", "https://app.terraform.io")


def _members(case: GcpCase) -> list[str]:
    single = case.get("member")
    given = [single] if single is not None else case.all("members[*]")
    return [member for member in given if isinstance(member, str)]


def member_is_one(case: GcpCase) -> Iterator[Problem]:
    """A member says what it is: `serviceAccount:...`, `group:...`."""
    for member in _members(case):
        if not _MEMBER.fullmatch(member):
            words = "must be of the form user:, group:, serviceAccount:, domain:, principal://, principalSet://"
            yield Problem("member", f"Error 400: The member {member} {words}., badRequest")


def role_is_granted_here(case: GcpCase) -> Iterator[Problem]:
    """The public has no rights in a project as a whole, and Google's own accounts do not own it."""
    for member in _members(case):
        if member in ("allUsers", "allAuthenticatedUsers"):
            words = f"Member {member} is not supported for the policy of a project."
            yield Problem("member", f"Error 400: {words}, badRequest")
        if case.get("role") == "roles/owner" and member.startswith("serviceAccount:service-"):
            yield Problem("role", "Error 400: A service agent cannot be granted the role of an owner., badRequest")


def members_exist(case: GcpCase) -> Iterator[Problem]:
    """Accounts of this project, of its services and of its clusters' pods exist before they are granted anything."""
    for member in _members(case):
        words = _missing(case, member)
        if words:
            yield Problem("member", words)


def _missing(case: GcpCase, member: str) -> str | None:
    account = member.removeprefix("serviceAccount:")
    nobody = f"Error 400: Service account {account} does not exist., badRequest"
    if agent := _agent(case, account):
        host, waits = agent
        return f"{nobody} [it comes with {host}: {waits}]"
    if pod := _POD.fullmatch(member):
        pools = {cluster.outputs.get("workloadIdentityConfig", {}).get("workloadPool") for cluster in _clusters(case)}
        return None if pod["pool"] in pools else f"Error 400: Identity Pool does not exist ({pod['pool']})., badRequest"
    if pool := _FEDERATED.match(member):
        known = {str(it.outputs["workloadIdentityPoolId"]) for it in case.standing(POOL)}
        in_cluster = pool[1].endswith(".svc.id.goog")
        pods = {mapping(it.outputs.get("workloadIdentityConfig")).get("workloadPool") for it in _clusters(case)}
        stands = pool[1] in (pods if in_cluster else known)
        return None if stands else f"Error 400: Identity Pool does not exist ({pool[1]})., badRequest"
    own = _OWN.fullmatch(member)
    if own and own["project"] in _projects(case) and case.find(ACCOUNT, account, "email") is None:
        return nobody
    return None


def _clusters(case: GcpCase) -> list[Object]:
    return case.standing(CLUSTER)


def _projects(case: GcpCase) -> set[str]:
    """Return the projects whose accounts are known here: the others' are taken on trust."""
    return {case.project, *(str(it.outputs.get("project")) for it in case.standing(ACCOUNT))} - {""}


def _agent(case: GcpCase, account: str) -> tuple[str, str] | None:
    """Return the service an agent belongs to and what it waits for; None for whoever exists."""
    agents: Mapping[str, Mapping[str, Any]] = case.fact("agents.agents")
    for host, agent in agents.items():
        if re.fullmatch(re.escape(agent["account"]).replace(r"\{number\}", r"\d+"), account):
            made = agent.get("made") == "identity"
            if made and not any(it.outputs.get("service") == host for it in case.standing(IDENTITY)):
                return host, f"a projects.ServiceIdentity of {host} makes it"
            if not is_on(case, host) and not made and not _on_anywhere(case, host):
                return host, "switch the service on first"
    return None


def _on_anywhere(case: GcpCase, host: str) -> bool:
    return any(it.outputs.get("service") == host for it in case.standing("gcp:projects/service:Service"))


# --- identities from elsewhere ---------------------------------------------------------------------------------------


def pool_by_number(case: GcpCase) -> dict[str, Any]:
    """A pool's name has the project's number, unlike its id."""
    return {"name": _by_number(case)}


def provider_by_number(case: GcpCase) -> dict[str, Any]:
    """A provider's name has the project's number too."""
    return {"name": _by_number(case)}


def _by_number(case: GcpCase) -> str:
    return case.own_path().replace(f"projects/{case.project}/", f"projects/{project_number(case.project)}/", 1)


def subject_is_mapped(case: GcpCase) -> Iterator[Problem]:
    """Google must learn from a token who comes."""
    mapped = mapping(case.get("attributeMapping"))
    if case.get("oidc") is not None and not case.is_unknown("attributeMapping") and "google.subject" not in mapped:
        words = "The attribute mapping must contain google.subject for an OIDC provider."
        yield Problem("attributeMapping", f"Error 400: {words}, badRequest")
    for name in mapped:
        if not re.fullmatch(
            r"google\.(?:subject|groups|display_name|profile_photo|posix_username)|attribute\.[a-z0-9_]+", name
        ):
            yield Problem("attributeMapping", f"Error 400: Invalid attribute mapping key {name}., badRequest")


def shared_issuers_are_narrowed(case: GcpCase) -> Iterator[Problem]:
    """An issuer that signs for everybody takes a condition that names one of the claims mapped."""
    issuer, condition = case.get("oidc.issuerUri"), case.get("attributeCondition")
    if issuer in _SHARED_ISSUERS and condition is None and not case.is_unknown("attributeCondition"):
        words = "The attribute condition must reference one of the provider's claims."
        yield Problem("attributeCondition", f"Error 400: {words}, badRequest")
