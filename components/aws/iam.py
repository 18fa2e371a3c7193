"""IAM policy documents as values, and the trust policies this platform uses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Condition = Mapping[str, Mapping[str, str | Sequence[str]]]

POLICY_VERSION: Final = "2012-10-17"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a policy. `resources` stays empty in a trust policy, `principals` everywhere else."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    principals: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    conditions: Condition = field(default_factory=dict)
    effect: Literal["Allow", "Deny"] = "Allow"

    def document(self) -> dict[str, object]:
        """Return the statement as IAM spells it."""
        parts = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Principal": dict(self.principals),
            "Action": list(self.actions),
            "Resource": list(self.resources),
            "Condition": {operator: dict(keys) for operator, keys in self.conditions.items()},
        }
        return {key: value for key, value in parts.items() if value}


def policy_document(*statements: Statement) -> str:
    """Return a policy document as JSON, stable from run to run."""
    return json.dumps({"Version": POLICY_VERSION, "Statement": [s.document() for s in statements]}, sort_keys=True)


def service_trust(*services: str) -> str:
    """Return a trust policy for AWS services, for example `eks.amazonaws.com`."""
    statement = Statement(sid="AssumeByService", actions=["sts:AssumeRole"], principals={"Service": list(services)})
    return policy_document(statement)


def irsa_trust(*, provider_arn: str, issuer: str, namespace: str, service_account: str) -> str:
    """Return a trust policy for exactly one Kubernetes service account (IAM roles for service accounts).

    `issuer` is the cluster's OIDC issuer without its scheme. Both subject and audience are bound: without the subject
    every pod of the cluster could take the role.
    """
    return policy_document(
        Statement(
            sid="AssumeByServiceAccount",
            actions=["sts:AssumeRoleWithWebIdentity"],
            principals={"Federated": provider_arn},
            conditions={
                "StringEquals": {
                    f"{issuer}:sub": f"system:serviceaccount:{namespace}:{service_account}",
                    f"{issuer}:aud": "sts.amazonaws.com",
                }
            },
        )
    )
