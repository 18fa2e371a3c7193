"""Who may act as a service account: tokens of the cluster's pods, or of somebody else's identity provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
from pulumi_gcp.serviceaccount import IAMMember

from components.base import AnyComponent
from components.gcp.project import Project
from components.gcp.service_account import ServiceAccount

#: Annotation of a Kubernetes service account that says whom its pods are in Google Cloud.
ANNOTATION: Final = "iam.gke.io/gcp-service-account"


def pod_member(project: Project, *, namespace: str, service_account: str) -> str:
    """Return what IAM calls the pods of a Kubernetes service account, in whichever cluster of the project."""
    return f"serviceAccount:{project.project_id}.svc.id.goog[{namespace}/{service_account}]"


def place_federation(
    owner: AnyComponent,
    account: ServiceAccount,
    *,
    holder: str,
    member: pulumi.Input[str],
    after: Sequence[pulumi.Resource] = (),
) -> IAMMember:
    """Let a member act as a service account; `holder` says in the logical name who that is.

    Members of the cluster wait for it in `after`: the project's pool of identities comes with its first cluster.
    """
    return IAMMember(
        f"{owner.name}-{holder}-federation",
        service_account_id=account.account_name,
        role="roles/iam.workloadIdentityUser",
        member=member,
        opts=owner.child(depends_on=list(after)),
    )
