"""The provider's own protection against deletion, beside Pulumi's and beside what the service itself offers."""

from __future__ import annotations

from components.base import Scope


def deletion_policy(scope: Scope) -> str:
    """Return what the provider does when a resource is to be deleted: refuse it where the environment's data stays."""
    return "PREVENT" if scope.environment.protect_data else "DELETE"
