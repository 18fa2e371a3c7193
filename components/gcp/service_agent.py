"""Service agents: the accounts by which Google's own services act in a project, made before they are given rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pulumi
from pulumi_gcp.bigquery import get_default_service_account_output
from pulumi_gcp.logging import get_project_cmek_settings_output
from pulumi_gcp.projects import ServiceIdentity
from pulumi_gcp.storage import get_project_service_account_output

from components.base import AnyComponent
from components.gcp.project import Project

#: Agents that are made on demand, and what is before `.iam.gserviceaccount.com` in their addresses.
_ON_DEMAND: Final = MappingProxyType(
    {
        "artifactregistry": "service-{}@gcp-sa-artifactregistry",
        "container": "service-{}@container-engine-robot",
        "firestore": "service-{}@gcp-sa-firestore",
        "gkebackup": "service-{}@gcp-sa-gkebackup",
        "redis": "service-{}@cloud-redis",
        "secretmanager": "service-{}@gcp-sa-secretmanager",
        "sqladmin": "service-{}@gcp-sa-cloud-sql",
    }
)
#: Agents that come with the service's being switched on, and cannot be asked for.
_WITH_THE_SERVICE: Final = MappingProxyType({"compute": "service-{}@compute-system"})


def _storage(project_id: str, opts: pulumi.InvokeOutputOptions) -> pulumi.Output[str]:
    return get_project_service_account_output(project=project_id, opts=opts).member


def _bigquery(project_id: str, opts: pulumi.InvokeOutputOptions) -> pulumi.Output[str]:
    return get_default_service_account_output(project=project_id, opts=opts).member


def _logging(project_id: str, opts: pulumi.InvokeOutputOptions) -> pulumi.Output[str]:
    settings = get_project_cmek_settings_output(project=project_id, opts=opts)
    return pulumi.Output.concat("serviceAccount:", settings.service_account_id)


#: Agents that their service makes when it is asked for them; Logging's has one of several forms.
_ASKED: Final[MappingProxyType[str, Callable[[str, pulumi.InvokeOutputOptions], pulumi.Output[str]]]] = (
    MappingProxyType({"bigquery": _bigquery, "logging": _logging, "storage": _storage})
)


@dataclass(frozen=True, kw_only=True)
class ServiceAgent:
    """A service's account in a project, as rights are given to it, and what makes the account."""

    member: pulumi.Input[str]
    made_by: tuple[pulumi.Resource, ...] = ()


def place_service_agent(owner: AnyComponent, service: str, *, project: Project, after: pulumi.Resource) -> ServiceAgent:
    """Make a service's account in a project: `service` is the first word of its host, as in `sqladmin`.

    `after` is a resource that stands only once the project's services are on: nothing is asked before.
    """
    if asked := _ASKED.get(service):
        member = asked(project.project_id, pulumi.InvokeOutputOptions(parent=owner, depends_on=[after]))
        # An answer that a preview must wait for does not say what it waits for: with the URN it does, for policies.
        return ServiceAgent(member=pulumi.Output.all(member, after.urn).apply(lambda known: known[0]))
    if address := _WITH_THE_SERVICE.get(service):
        return ServiceAgent(member=_member(address, project.number))
    identity = ServiceIdentity(
        f"{owner.name}-{service}-agent",
        project=project.project_id,
        service=f"{service}.googleapis.com",
        opts=owner.child(depends_on=[after]),
    )
    return ServiceAgent(member=_member(_ON_DEMAND[service], project.number), made_by=(identity,))


def _member(address: str, number: str) -> str:
    return f"serviceAccount:{address.format(number)}.iam.gserviceaccount.com"
