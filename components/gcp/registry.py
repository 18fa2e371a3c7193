"""The image registry (DTx infrastructure, deployment: pipeline; docs/adr/0038)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi_gcp.artifactregistry import Repository

from components.base import Component, ComponentArgs
from components.gcp.key_ring import KeyRing
from components.gcp.project import Project
from settings.gcp import naming


@dataclass(frozen=True, kw_only=True)
class RegistryArgs(ComponentArgs):
    """Where images are kept, under which key, and how long."""

    project: Project
    keys: KeyRing
    untagged_days: int
    tagged_days: int
    #: Newest versions of each image that no age takes away.
    kept_versions: int


class Registry(Component[RegistryArgs], type="platform:gcp:Registry"):
    """One repository of images in the region: a tag never moves, what is pushed is scanned, what is old goes."""

    #: The repository's name, once it is there.
    repository_name: pulumi.Output[str]

    def build(self, args: RegistryArgs) -> None:
        """Place the repository."""
        project, protected = args.project, args.scope.environment.protect_data
        repository_id = args.scope.names(naming.ARTIFACT_REPOSITORY, "images")
        #: What stands before every image's name; plain text, so that a preview shows which images run.
        self.host = f"{project.region}-docker.pkg.dev/{project.project_id}/{repository_id}"
        repository = Repository(
            f"{self.name}-repository",
            project=project.project_id,
            location=project.region,
            repository_id=repository_id,
            description="Images of the environment's services",
            format="DOCKER",
            mode="STANDARD_REPOSITORY",
            kms_key_name=args.keys.path("registry"),
            docker_config={"immutable_tags": True},
            vulnerability_scanning_config={"enablement_config": "INHERITED"},
            cleanup_policy_dry_run=False,
            # What is to be kept wins over what is to go.
            cleanup_policies=[
                {
                    "id": "untagged",
                    "action": "DELETE",
                    "condition": {"tag_state": "UNTAGGED", "older_than": f"{args.untagged_days}d"},
                },
                {
                    "id": "old",
                    "action": "DELETE",
                    "condition": {"tag_state": "TAGGED", "older_than": f"{args.tagged_days}d"},
                },
                {
                    "id": "newest",
                    "action": "KEEP",
                    "most_recent_versions": {"keep_count": args.kept_versions},
                },
            ],
            deletion_policy="PREVENT" if protected else "DELETE",
            labels=args.scope.tags.gcp(),
            opts=self.stateful_child(depends_on=args.keys.ready("registry")),
        )
        self.repository_name = repository.name
