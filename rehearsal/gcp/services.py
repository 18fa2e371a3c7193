"""Google's services in a project: what is not switched on makes nothing; and the accounts they act as."""

from collections.abc import Mapping
from typing import Any

from rehearsal.gcp.paths import GcpCase

SERVICE = "gcp:projects/service:Service"
IDENTITY = "gcp:projects/serviceIdentity:ServiceIdentity"


def host_of(case: GcpCase) -> str | None:
    """Return the host of the service that makes a resource; None where none must be switched on."""
    single: Mapping[str, str] = case.fact("services.types")
    module = case.type.split(":")[1].partition("/")[0]
    hosts: Mapping[str, Mapping[str, Any]] = case.fact("services.hosts")
    return single.get(case.type) or next((host for host, it in hosts.items() if module in it["modules"]), None)


def is_on(case: GcpCase, host: str, project: str | None = None) -> bool:
    """Tell whether a service is switched on in the resource's project, or in another one."""
    return case.find(SERVICE, f"{project or case.project}/{host}") is not None


def disabled(case: GcpCase) -> str | None:
    """Say that a resource's service is not switched on; None where it is."""
    host, project = host_of(case), case.project
    if host is None or is_on(case, host):
        return None
    title = case.fact("services.hosts")[host]["title"]
    return (
        f"Error 403: {title} has not been used in project {project} before or it is disabled. Enable it by visiting "
        f"https://console.developers.google.com/apis/api/{host}/overview?project={project} then retry. If you enabled "
        "this API recently, wait a few minutes for the action to propagate to our systems and retry., "
        "reason: SERVICE_DISABLED"
    )
