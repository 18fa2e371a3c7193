"""Answers to Google's data sources: who am I, which project, which zones."""

from collections.abc import Callable, Mapping
from typing import Any

import grpc

from rehearsal.catalogue import Catalogue
from rehearsal.cloud import Provider
from rehearsal.errors import CloudError, suggestion
from rehearsal.templates import noise

Answer = Callable[[Catalogue, Provider, Mapping[str, Any]], dict[str, Any]]


def project_number(project: str) -> str:
    """Return a number for a project, the same in every run: nobody made it here."""
    return f"1{noise(f'project|{project}', 'digits:11')}"


def _client_config(_: Catalogue, provider: Provider, __: Mapping[str, Any]) -> dict[str, Any]:
    given = provider.config
    known = {name: given[name] for name in ("project", "region", "zone") if given.get(name)}
    return {
        **known,
        "accessToken": "rehearsed-token",
        "defaultLabels": given.get("defaultLabels") or {},
        "id": "client",
    }


def _project(_: Catalogue, provider: Provider, args: Mapping[str, Any]) -> dict[str, Any]:
    project = str(args.get("projectId") or provider.config.get("project") or "")
    return {
        "id": f"projects/{project}", "projectId": project, "name": project, "number": project_number(project),
        "labels": {}, "autoCreateNetwork": False,
    }  # fmt: skip


def _zones(catalogue: Catalogue, provider: Provider, args: Mapping[str, Any]) -> dict[str, Any]:
    regions, region = catalogue.fact("regions.regions"), str(args.get("region") or provider.region)
    if region not in regions:
        words = f"Error 400: Invalid value for field 'region': '{region}'. Unknown region., invalid"
        raise CloudError(words + suggestion(region, regions), grpc.StatusCode.INVALID_ARGUMENT)
    project = str(args.get("project") or provider.config.get("project") or "")
    names = [f"{region}-{letter}" for letter in regions[region]]
    return {"id": f"projects/{project}/regions/{region}", "project": project, "region": region, "names": names}


def _agent(host: str, project: str, catalogue: Catalogue) -> str:
    return catalogue.fact("agents.agents")[host]["account"].replace("{number}", project_number(project))


def _storage_agent(catalogue: Catalogue, provider: Provider, args: Mapping[str, Any]) -> dict[str, Any]:
    project = str(args.get("project") or provider.config.get("project") or "")
    account = _agent("storage.googleapis.com", project, catalogue)
    return {"id": account, "emailAddress": account, "member": f"serviceAccount:{account}", "project": project}


def _bigquery_agent(catalogue: Catalogue, provider: Provider, args: Mapping[str, Any]) -> dict[str, Any]:
    project = str(args.get("project") or provider.config.get("project") or "")
    account = _agent("bigquery.googleapis.com", project, catalogue)
    return {"id": account, "email": account, "member": f"serviceAccount:{account}", "project": project}


def _logging_agent(catalogue: Catalogue, provider: Provider, args: Mapping[str, Any]) -> dict[str, Any]:
    project = str(args.get("project") or provider.config.get("project") or "")
    name = f"projects/{project}/cmekSettings"
    account = _agent("logging.googleapis.com", project, catalogue)
    return {"id": name, "name": name, "project": project, "serviceAccountId": account, "kmsKeyVersionName": ""}


ANSWERS: Mapping[str, Answer] = {
    "gcp:organizations/getClientConfig:getClientConfig": _client_config,
    "gcp:organizations/getProject:getProject": _project,
    "gcp:compute/getZones:getZones": _zones,
    "gcp:bigquery/getDefaultServiceAccount:getDefaultServiceAccount": _bigquery_agent,
    "gcp:logging/getProjectCmekSettings:getProjectCmekSettings": _logging_agent,
    "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": _storage_agent,
}
