"""Identity on Azure: people and services sign in to Entra, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from policies.requirement import load_requirements, unmet
from policies.resource import Resource
from policies.rule import Finding, ResourceRule

LOCAL_ACCOUNTS: Final = load_requirements(Path(__file__).with_name("azure.toml"))["local_accounts"]


def local_accounts(resource: Resource) -> Iterable[Finding]:
    """Refuse accounts, keys and passwords that a service keeps itself."""
    yield from unmet(resource, LOCAL_ACCOUNTS)


RESOURCE_RULES: Final = (
    ResourceRule(
        id="azure-local-accounts",
        concern="identity",
        title="Services know Entra's identities and roles, and no keys, passwords or accounts of their own",
        severity="high",
        protects="ISMS-P 2.5.1 user accounts, 2.5.3 user authentication, 2.5.6 review of access rights",
        controls={
            "ISMS-P": ("2.5.1", "2.5.3", "2.5.6"),
            "CIS Azure": ("8.6",),
            "checkov": ("CKV2_AZURE_40", "CKV_AZURE_137", "CKV_AZURE_141", "CKV_AZURE_203"),
        },
        fix="Switch the service's own keys and accounts off, and give the identity a role",
        source="TripGen physical architecture, 3.1.1 (RBAC), 6.1.1 (managed identity), 7.2.1 and 7.4.1",
        types=tuple(sorted(LOCAL_ACCOUNTS)),
        fail_closed=False,
        judge=local_accounts,
    ),
)
