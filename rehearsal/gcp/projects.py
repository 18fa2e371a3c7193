"""Services of a project: who uses them, and the accounts that they act as."""

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.errors import Problem, suggestion
from rehearsal.gcp.invokes import project_number
from rehearsal.gcp.paths import GcpCase
from rehearsal.gcp.services import is_on

_AGENT = "service-{number}@gcp-sa-{name}.iam.gserviceaccount.com"


def service_is_free(case: GcpCase) -> Iterator[Problem]:
    """A service that stays on when Pulumi forgets it is in nobody's way; one that goes must not be needed."""
    if case.get("disableOnDestroy") is not True or case.get("disableDependentServices") is True:
        return
    host = str(case.get("service"))
    modules = case.fact("services.hosts").get(host, {}).get("modules", [])
    prefixes = tuple(f"gcp:{module}/" for module in modules)
    project = f"projects/{case.project}/"
    users = [it.id for it in case.inventory.list("gcp") if it.type.startswith(prefixes) and it.id.startswith(project)]
    if prefixes and users:
        words = f"Error 400: The service {host} is depended on by the following active resources: {users[0]}"
        yield Problem("", f"{words}; Please specify disable_dependent_services=true to disable them too.")


def service_of_identity_is_on(case: GcpCase) -> Iterator[Problem]:
    """An account is made for a service that is on."""
    host = str(case.get("service"))
    if not is_on(case, host):
        known = suggestion(host, case.fact("services.hosts"))
        words = f"Error 403: Service '{host}' is not enabled for consumer 'projects/{case.project}'., forbidden"
        yield Problem("service", words + known)


def agent_of_service(case: GcpCase) -> dict[str, Any]:
    """Name the account of a service."""
    host = str(case.get("service"))
    agents: Mapping[str, Mapping[str, str]] = case.fact("agents.agents")
    template = agents[host]["account"] if host in agents else _AGENT.replace("{name}", host.partition(".")[0])
    email = template.replace("{number}", project_number(case.project))
    return {"email": email, "member": f"serviceAccount:{email}"}
