"""Role assignments: what an identity may do, and where."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

import pulumi
from pulumi_azure_native.authorization import RoleAssignment, RoleDefinition

from components.azure.resource_group import ResourceGroup
from components.base import AnyComponent
from settings.azure import naming

#: Azure's built-in roles that this platform gives, by their names (Azure RBAC documents, "Azure built-in roles").
#: Owner, User Access Administrator and Contributor are not among them: a role here is no way to more roles.
BUILT_IN_ROLES: Final = MappingProxyType(
    {
        "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "AcrPush": "8311e382-0749-4cb8-b61a-304f252e45ec",
        "Azure Service Bus Data Owner": "090c5cfd-751d-490a-894a-3ce6f1109419",
        "Azure Service Bus Data Receiver": "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0",
        "Azure Service Bus Data Sender": "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39",
        "Key Vault Certificate User": "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba",
        "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
        "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
        "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
        "Monitoring Data Reader": "b0d8363b-8ddd-447d-831f-62ca05bff136",
        "Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb",
        "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    }
)
_NAMES: Final = UUID("5b1d6b8e-6a7c-4d57-9a0e-2f1f5f0c7d11")


def role_definition_id(role: str) -> str:
    """Return the id of a built-in role; they are the same in every tenant and known to every scope."""
    return f"/providers/Microsoft.Authorization/roleDefinitions/{BUILT_IN_ROLES[role]}"


def place_role(
    owner: AnyComponent,
    name: str,
    *,
    role: str,
    scope_id: pulumi.Input[str],
    principal_id: pulumi.Input[str],
    principal_type: str = "ServicePrincipal",
) -> RoleAssignment:
    """Place a role assignment on behalf of its owner: `role` is a name out of `BUILT_IN_ROLES`.

    The type of the principal is stated, so that Azure does not look a new identity up in a directory that has yet to
    hear of it. The GUID that Azure wants as a name comes from ours: whoever reads the state finds it again. Everything
    about an assignment is fixed, so another one takes its place only after it is gone.
    """
    return RoleAssignment(
        f"{owner.name}-{name}",
        role_assignment_name=_guid(owner, name),
        role_definition_id=role_definition_id(role),
        scope=scope_id,
        principal_id=principal_id,
        principal_type=principal_type,
        opts=owner.child(delete_before_replace=True),
    )


def place_own_role(
    owner: AnyComponent,
    name: str,
    *,
    actions: Sequence[str],
    group: ResourceGroup,
    scope_id: pulumi.Input[str],
    principal_id: pulumi.Input[str],
) -> RoleAssignment:
    """Place a role of our own with its assignment, where no built-in one is small enough: these actions, there only.

    A role is defined for a group at least: Azure takes nothing smaller. Whoever runs `pulumi up` needs the right to
    define roles there. Names of roles are unique in the tenant.
    """
    role = RoleDefinition(
        f"{owner.name}-{name}-role",
        role_definition_id=_guid(owner, f"{name}-role"),
        role_name=owner.scope.names(naming.ROLE, name),
        description=f"{owner.scope.names.system}: {name}",
        scope=group.group_id,
        assignable_scopes=[group.group_id],
        permissions=[{"actions": list(actions)}],
        opts=owner.child(),
    )
    return RoleAssignment(
        f"{owner.name}-{name}",
        role_assignment_name=_guid(owner, name),
        role_definition_id=role.id,
        scope=scope_id,
        principal_id=principal_id,
        principal_type="ServicePrincipal",
        opts=owner.child(delete_before_replace=True),
    )


def _guid(owner: AnyComponent, name: str) -> str:
    names = owner.scope.names
    return str(uuid5(_NAMES, f"{names.prefix}{names.system}/{names.environment}/{owner.name}/{name}"))
