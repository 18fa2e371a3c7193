"""What Azure refuses of identities and of roles given to them."""

from collections.abc import Iterator

from rehearsal import values
from rehearsal.azure_native import arm
from rehearsal.azure_native.arm import PRINCIPAL
from rehearsal.azure_native.node_pools import CLUSTER
from rehearsal.case import Case
from rehearsal.errors import Problem

_CREDENTIALS_PER_IDENTITY = 20


def few_credentials(case: Case) -> Iterator[Problem]:
    """An identity trusts at most 20 issuers and subjects."""
    if len(arm.siblings(case)) >= _CREDENTIALS_PER_IDENTITY:
        words = f"Too many federated identity credentials: at most {_CREDENTIALS_PER_IDENTITY} are allowed"
        yield Problem("", f"FederatedIdentityCredentialLimitExceeded: {words}")


def role_is_defined(case: Case) -> Iterator[Problem]:
    """A role is a built-in one, or one that was defined."""
    path = case.get("roleDefinitionId")
    if path is None:
        return
    role = str(path).rpartition("/")[2]
    if "/providers/Microsoft.Authorization/roleDefinitions/" not in str(path):
        words = f"The role definition ID '{path}' is not valid. The role definition ID must be a GUID below its path."
        yield Problem("roleDefinitionId", f"InvalidRoleDefinitionId: {words}")
    elif role not in case.fact("roles.built_in") and arm.find(case, path) is None:
        words = f"The specified role definition with ID '{role.replace('-', '')}' does not exist."
        yield Problem("roleDefinitionId", f"RoleDefinitionDoesNotExist: {words}")


def principal_exists(case: Case) -> Iterator[Problem]:
    """A role is given to an identity that stands; people and groups are the directory's, which is not simulated."""
    principal = str(case.get("principalId"))
    of_nodes = (values.get(it.outputs, "identityProfile.kubeletidentity.objectId") for it in case.standing(CLUSTER))
    known = case.find(PRINCIPAL, principal) is not None or principal in of_nodes
    if case.get("principalType", "ServicePrincipal") == "ServicePrincipal" and not known:
        words = (
            f"Principal {principal.replace('-', '')} does not exist in the directory {case.constants['tenant']}. "
            "Check that you have the correct principal ID."
        )
        yield Problem("principalId", f"PrincipalNotFound: {words}")
