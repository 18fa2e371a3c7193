"""What Azure refuses of identities and of roles given to them."""

from collections.abc import Iterator

from rehearsal.azure_native import arm
from rehearsal.case import Case
from rehearsal.errors import Problem

_CREDENTIALS_PER_IDENTITY = 20


def few_credentials(case: Case) -> Iterator[Problem]:
    """An identity trusts at most 20 issuers and subjects."""
    if len(arm.siblings(case)) >= _CREDENTIALS_PER_IDENTITY:
        words = f"Too many federated identity credentials: at most {_CREDENTIALS_PER_IDENTITY} are allowed"
        yield Problem("", f"FederatedIdentityCredentialLimitExceeded: {words}")
