"""A perimeter of VPC Service Controls: data of the projects inside cannot be copied out of them (docs/adr/0036).

It belongs to an access policy, which only an organisation can make.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_gcp.accesscontextmanager import (
    AccessLevel,
    AccessLevelBasicArgs,
    AccessLevelBasicConditionArgs,
    ServicePerimeter,
)

from components.base import Component, ComponentArgs
from components.gcp.project import Project
from settings.gcp import naming

#: Services that hold data or keys, or by which a copy of either could be made.
RESTRICTED_SERVICES: Final = (
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "cloudkms.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "datastore.googleapis.com",
    "firestore.googleapis.com",
    "gkebackup.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "redis.googleapis.com",
    "secretmanager.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
)
#: Images of Kubernetes and of operators lie in registries of other projects: they may be read, and nothing else.
IMAGE_SERVICE: Final = "artifactregistry.googleapis.com"
IMAGE_METHOD: Final = "artifactregistry.googleapis.com/DockerRead"

#: `EgressPolicy` that lets images in: to read one is a request that leaves the perimeter.
IMAGES_IN: Final[dict[str, Any]] = {
    "title": "images",
    "egress_from": {"identity_type": "ANY_IDENTITY"},
    "egress_to": {
        "resources": ["*"],
        "operations": [{"service_name": IMAGE_SERVICE, "method_selectors": [{"method": IMAGE_METHOD}]}],
    },
}


@dataclass(frozen=True, kw_only=True)
class PerimeterArgs(ComponentArgs):
    """The access policy, the projects inside, and who may call from outside."""

    access_policy: str
    projects: Sequence[Project]
    #: Violations are refused; otherwise they are only written down.
    enforced: bool
    #: People, `user:...`, who may call from these countries only.
    operators: Sequence[str]
    operator_countries: Sequence[str]
    #: Accounts, `serviceAccount:...`, that may call from anywhere: pipelines.
    deployers: Sequence[pulumi.Input[str]]


class Perimeter(Component[PerimeterArgs], type="platform:gcp:Perimeter"):
    """The projects of an environment as one room, and the access level that opens it."""

    perimeter_name: pulumi.Output[str]

    def build(self, args: PerimeterArgs) -> None:
        """Place the access level and the perimeter."""
        policy, name = f"accessPolicies/{args.access_policy}", args.scope.names(naming.ACCESS_NAME)
        level = AccessLevel(
            f"{self.name}-operators",
            parent=policy,
            name=f"{policy}/accessLevels/{args.scope.names(naming.ACCESS_NAME, 'operators')}",
            title=args.scope.names(naming.ACCESS_NAME, "operators"),
            basic=AccessLevelBasicArgs(combining_function="OR", conditions=access_conditions(args)),
            opts=self.child(),
        )
        boundary: Any = {
            "resources": [f"projects/{project.number}" for project in args.projects],
            "restricted_services": list(RESTRICTED_SERVICES),
            "access_levels": [level.name],
            "egress_policies": [IMAGES_IN],
        }
        perimeter = ServicePerimeter(
            f"{self.name}-perimeter",
            parent=policy,
            name=f"{policy}/servicePerimeters/{name}",
            title=name,
            perimeter_type="PERIMETER_TYPE_REGULAR",
            # A dry run is a proposal beside what is enforced, which is nothing yet.
            use_explicit_dry_run_spec=not args.enforced,
            status=boundary if args.enforced else None,
            spec=None if args.enforced else boundary,
            deletion_policy="PREVENT" if args.scope.environment.protect_data else "DELETE",
            opts=self.child(),
        )
        self.perimeter_name = perimeter.name


def access_conditions(args: PerimeterArgs) -> list[AccessLevelBasicConditionArgs]:
    """Return who comes in: people from the countries, pipelines from anywhere. No members would mean everybody."""
    people = AccessLevelBasicConditionArgs(members=list(args.operators), regions=list(args.operator_countries))
    pipelines = AccessLevelBasicConditionArgs(members=list(args.deployers))
    return [people, *([pipelines] if args.deployers else [])]
